"""A postmortem by the organisation's own template: on the page, by command, over the API, and in every export (R46)."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.kernel.errors import Invalid
from stanch.learn import export
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TEMPLATE = "## Overview\nFor a stranger.\n\n## Customer voice\nWhat they said.\n\n## Chronology\n\n## Customer impact\n"


@pytest.fixture
def own(database_url: str, tmp_path: Path) -> Iterator[House]:
    """An incident that is closed, where there is a template."""
    for house in opened(database_url, tmp_path, {**POLICY, "postmortem_template": TEMPLATE}):
        house.do("declare", title="Checkout fails", severity="SEV-1")
        house.do("resolve", incident="INC-1", override=True, reason="over")
        house.do("close", incident="INC-1")
        yield house


def exported(house: House, form: str) -> str:
    with house.application.reading() as uow:
        return export.prepare(uow, "INC-1", form).content().decode()


def in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_written_and_exported_by_the_template(own: House) -> None:
    said = own.do("postmortem", incident="INC-1", part="Customer Voice", text="They were kind.").message
    assert said == "Postmortem of INC-1: customer voice saved."
    assert own.sentences()[-1] == "Postmortem, customer voice: written"
    for wrong, words in (("timeline", "The timeline comes from the record"), ("customer voise", "is not a part")):
        with pytest.raises(Invalid, match=words):
            own.do("postmortem", incident="INC-1", part=wrong, text="x")
    order = ("Overview", "Customer voice", "Chronology", "Customer impact", "Contributing factors", "Lessons")
    assert in_order(exported(own, "md"), *(f"## {title}\n" for title in order))
    assert in_order(exported(own, "html"), *(f"<h2>{title}</h2>" for title in order))
    assert json.loads(exported(own, "json"))["postmortem"]["own-customer-voice"] == "They were kind."
    assert "They were kind." in exported(own, "md") and "They were kind." in exported(own, "html")
    said = own.do(
        "comment", incident="INC-1", part="customer voice", text="All of them?", quote="They", suggestion="Most"
    ).message
    assert said == "Suggestion C1 on the customer voice."
    assert own.sentences()[-1] == "Suggestion C1 for the customer voice, on 'They': 'Most' in its place: All of them?"
    own.do("settle-comment", incident="INC-1", comment="C1", how="declined", note="All of them")
    own.policy = POLICY
    own.crash()
    assert own.record().parts["own-customer-voice"] == "They were kind."
    assert in_order(exported(own, "md"), "## Summary", "## Lessons", "## Customer voice"), (
        "it stays where no template names it"
    )


def test_page_and_api(own: House) -> None:
    with TestClient(create_app(own.stanch), follow_redirects=False) as client:
        client.headers.update({**own.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        address = "/incidents/INC-1/postmortem"
        page = client.get(address).text
        assert in_order(page, ">Overview</h2>", ">For a stranger.</label>", ">Customer voice</h2>", "Chronology <span")
        form = {
            "incident": "INC-1",
            "part": "own-customer-voice",
            "text": "Loud\r\nand clear",
            "base": "",
            "next": address,
        }
        assert client.post("/do/postmortem", data=form).status_code == 303
        assert own.record().parts["own-customer-voice"] == "Loud\nand clear"
        own.do(
            "postmortem",
            incident="INC-1",
            part="own-customer-voice",
            text="Loud\nand clear\nBen",
            base="Loud\nand clear",
        )
        form |= {"text": "Very loud\r\nand clear", "base": "Loud\r\nand clear"}
        assert client.post("/do/postmortem", data=form).status_code == 303
        assert own.record().parts["own-customer-voice"] == "Very loud\nand clear\nBen", "nothing that Ben wrote is lost"
        client.headers["Accept"] = "application/json"
        rows = client.get("/api/v1/incidents/INC-1/sections").json()
        assert [(x["title"], x["hint"]) for x in rows][:2] == [
            ("Overview", "For a stranger."),
            ("Customer voice", "What they said."),
        ]
        one = client.get("/api/v1/incidents/INC-1/sections?part=Customer%20voice")
        assert [x["part"] for x in one.json()] == ["own-customer-voice"] and "own-customer-voice-v" in one.headers[
            "etag"
        ]
        assert client.get("/api/v1/incidents/INC-1/sections?part=nothing").status_code == 422
        preview = client.get("/api/v1/postmortem-template").json()
        assert [(x["part"], x["kind"], x["source"]) for x in preview][1:3] == [
            ("own-customer-voice", "own", "template"),
            ("timeline", "computed", "template"),
        ]
        assert len(preview) == 8
