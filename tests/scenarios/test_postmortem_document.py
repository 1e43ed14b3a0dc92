"""The postmortem as a document: what was known then, roles in place of names, Markdown, HTML and PDF (R37, R44, R46)."""

import re
import warnings
from collections.abc import Iterator

import pytest

from stanch.kernel.actor import Actor
from stanch.kernel.errors import Invalid
from stanch.learn import export
from stanch.learn.document import pdf
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def closed(house: House) -> House:
    """An incident with two decisions, a rollback by ben, and a written postmortem."""
    house.do("declare", title="Checkout <fails>", service="shop", severity="SEV-1")
    house.do("role", incident="INC-1", role="incident_commander")
    house.do("impact", incident="INC-1", text="Three of ten payments fail")
    house.do("hypothesis", incident="INC-1", text="v2 is broken")
    house.wait(seconds=20)
    house.do("mitigate", "ben", incident="INC-1", mitigation="rollback", confirm="yes")
    house.wait(seconds=60)
    house.do(
        "say",
        "ben",
        incident="INC-1",
        text="Ada was right. #panic(1) @ada [x](javascript:alert(1)) <script>alert(1)</script>",
    )
    house.do("resolve", incident="INC-1", override=True, reason="rolled back")
    house.do("close", incident="INC-1")
    house.do(
        "postmortem", incident="INC-1", summary="**A release** failed payments.\n\n- one `code`", impact="3 of 10 payments failed for 9 minutes",
        factors=["One release to both zones", "No canary"], whys=["Payments failed", "  No canary step", "  Images are not kept"], lessons="Ben was quick",
    )  # fmt: skip
    house.do("action", incident="INC-1", title="Add a canary", owner="ben", test="A broken release stops there")
    return house


def made(house: House, form: str, names: str = "names") -> bytes:
    with house.application.reading(Actor("ada")) as uow:
        read = export.prepare(uow, "INC-1", form, names)
    return read.content()


def test_beside_a_decision_stands_what_was_known_then_and_nothing_later(closed: House) -> None:
    """R37: drawn from the record as it was; what was said afterwards does not appear."""
    text = made(closed, "md").decode()
    started = next(line for line in text.splitlines() if "Started: Roll back the shop" in line)
    assert (
        "Known then: Severity: SEV-1; Incident Commander: ada; Customer impact: Three of ten payments fail; Leading hypothesis: v2 is broken"
        in started
    )
    assert "helped" not in started and "Mitigations attempted" not in started


def test_roles_stand_in_place_of_names_everywhere(closed: House) -> None:
    """R44: in what is published nobody is named; JSON has everything as it was recorded."""
    for form in ("md", "html"):
        assert re.search(r"\b(ada|ben|grace)\b", made(closed, form).decode(), re.IGNORECASE)
        said = made(closed, form, "roles").decode()
        assert not re.search(r"\b(ada|ben|grace)\b", said, re.IGNORECASE), form
        assert "the Incident Commander" in said and "Responder A" in said
    with pytest.raises(Invalid, match="everything as it was recorded"):
        made(closed, "json", "roles")


def test_the_html_is_one_safe_file(closed: House) -> None:
    """R46: no script, nothing fetched, and it works under the policy that it is served with."""
    text = made(closed, "html").decode()
    assert (
        "<script" not in text
        and "javascript:" not in text.replace("[x](javascript:alert(1))", "")
        and "http" not in text
    )
    assert "Checkout &lt;fails&gt;" in text and "<strong>A release</strong>" in text and "What was known then" in text
    assert text.count('<ul class="why">') == 2
    assert "draft" in text
    closed.do("postmortem", incident="INC-1", override="for the test")
    assert "published on" in made(closed, "html").decode()


def test_the_pdf_is_made_from_data_and_is_the_same_each_time(closed: House) -> None:
    """R46: markup in what people wrote is text; a document that is too long says what it left out."""
    first = made(closed, "pdf")
    assert first.startswith(b"%PDF-") and first == made(closed, "pdf")


def test_a_long_record_is_cut_in_the_pdf_and_says_so(closed: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_LINES", 4)
    with closed.application.reading(Actor("ada")) as uow:
        found = export.prepare(uow, "INC-1", "pdf").document
    assert found is not None
    plain = pdf._plain(found)
    assert len(plain["timeline"]) == 4 and plain["left_out"] == len(found.timeline) - 4 > 0
    assert made(closed, "pdf").startswith(b"%PDF-")


@pytest.fixture
def client(closed: House) -> Iterator[TestClient]:
    with TestClient(create_app(closed.stanch), follow_redirects=False) as client:
        client.headers.update(closed.bearer("ada"))
        yield client


def test_every_format_is_served_and_a_wrong_one_is_refused(client: TestClient) -> None:
    url = "/api/v1/incidents/INC-1/export"
    for form, kind in export.MEDIA_TYPES.items():
        answer = client.get(f"{url}?format={form}")
        assert answer.status_code == 200 and answer.headers["content-type"] == kind
    assert client.get(f"{url}?format=docx").status_code == 422
    assert client.get(f"{url}?format=md&names=secret").status_code == 422
    assert client.get("/api/v1/incidents/INC-9/export?format=pdf").status_code == 404
    read = client.get("/incidents/INC-1/postmortem/read?names=roles")
    assert read.status_code == 200 and "style-src 'sha256-" in read.headers["content-security-policy"]


def test_an_empty_incident_exports_as_well(house: House) -> None:
    house.do("declare", title="x")
    for form in ("md", "html", "pdf"):
        assert made(house, form)
