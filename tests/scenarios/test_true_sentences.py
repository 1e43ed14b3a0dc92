"""What is said is so, with none, one and many, on the page, the API and at the terminal (R2, R3, R8, R12, R15, R41, R42)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.cli import render
from stanch.kernel.clock import hour_minute
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Invalid
from stanch.learn.export import prepare
from stanch.web.app import create_app
from tests.reading_pages import as_read
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver"})
        yield client


def room(client: TestClient) -> str:
    return as_read(client.get("/incidents/INC-1", headers={"Accept": "text/html"}).text)


def test_mitigated_is_said_where_something_was_done(house: House, client: TestClient) -> None:
    # R12, R15
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-3")
    assert 'name="mitigated"' in room(client)
    moved = client.post(REGISTRY["phase"].path.replace("{incident}", "INC-1"), json={"phase": "resolve"})
    assert moved.json()["message"] == "INC-1 moved to Resolve. It is not called mitigated: no mitigation was run."
    record = house.record()
    assert (record.phase, record.status, record.mitigated_at) == ("resolve", "open", None)
    house.do("resolve", incident="INC-1", override=True, reason="it went away by itself")
    assert house.record().mitigated_at is None and house.do("show", incident="INC-1")["times"]["mitigated"] is None
    assert not any(said.startswith("Mitigated") for said in house.sentences())
    assert house.sentences()[-1] == "Resolved without recovery criteria: it went away by itself"


def test_what_was_done_elsewhere_is_called_mitigated_when_somebody_says_what(house: House, client: TestClient) -> None:
    # R15
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-3")
    with pytest.raises(Invalid, match="Say what stopped the harm"):
        house.do("phase", incident="INC-1", phase="resolve", mitigated=True)
    values = {"incident": "INC-1", "phase": "resolve", "mitigated": "true", "reason": "The vendor failed over"}
    assert client.post("/do/phase", data=values).status_code == 303
    assert house.record().status == "mitigated" and house.sentences()[-1] == "Mitigated: The vendor failed over"


@pytest.mark.parametrize("undone", [False, True])
def test_a_mitigation_that_was_run_counts_unless_it_was_taken_back(house: House, undone: bool) -> None:
    # R15, R23
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-3")
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="rollback")
    house.settle()
    if undone:
        house.do("undo", incident="INC-1", confirm="undo")
        house.settle()
    said = house.do("phase", incident="INC-1", phase="resolve").message
    assert house.record().status == ("open" if undone else "mitigated")
    assert ("nothing that was tried is known to have helped" in said) == undone


@pytest.mark.parametrize(
    ("escalation", "said"),
    [
        ({}, "Paging everybody who can be reached, as there is no escalation policy 'default': declared"),
        ({"night": {"steps": [{"notify": ["ben"]}]}}, "Paging everybody who can be reached, as there is no escalation policy 'default': declared"),
        ({"default": {"steps": [{"notify": ["ben"]}]}}, "Paging by policy 'default': declared"),
    ],
)  # fmt: skip
def test_a_page_names_the_policy_that_there_is(tmp_path: Path, escalation: Any, said: str) -> None:
    # R2
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path, {**POLICY, "escalation": escalation}):
        house.do("declare", title="Checkout fails", service="shop")
        assert said in house.sentences()
        with TestClient(create_app(house.stanch)) as client:
            client.headers.update({**house.bearer("dana"), "Accept": "text/html"})
            assert ("policy default" in client.get("/incidents/INC-1").text) == ("default" in escalation)
            assert ("everybody who can be reached is paged" in client.get("/settings").text) == (not escalation)


def test_a_page_that_waits_is_put_off_once(house: House) -> None:
    # R2
    house.policy = {**POLICY, "contacts": {}, "escalation": {}}
    house.crash()
    house.do("declare", title="Checkout fails", severity="SEV-2")
    assert sum("put off" in said for said in house.sentences()) == 1


def test_resolving_without_criteria_says_so(house: House, client: TestClient) -> None:
    # R41
    house.do("declare", title="Checkout fails", severity="SEV-3")
    with pytest.raises(Invalid, match="without recovery criteria needs a reason"):
        house.do("resolve", incident="INC-1", override=True)
    assert "Why is it over? No criteria say so." in room(client)


def test_criteria_can_be_read_where_they_are_set(house: House, client: TestClient) -> None:
    # R41
    house.do("declare", title="Mail is late", service="mail", severity="SEV-3")
    assert house.do("criteria", incident="INC-1").message.startswith("No recovery criteria are set. Set your own:")
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-3")
    none = client.post("/api/v1/incidents/INC-2/criteria", json={}).json()["message"]
    assert "The catalog proposes: error rate." in none and house.record("INC-2").criteria == {}
    house.do("criteria", incident="INC-2", propose=True)
    entries = house.record("INC-2").entries
    said = house.do("criteria", incident="INC-2").message
    assert said.startswith("Recovered means, all for 1 min: error rate (not measured). Not yet:")
    assert house.record("INC-2").entries == entries, "looking writes nothing"
    house.gauge.values["errors"] = 0.0
    house.wait(seconds=70)
    assert (
        "error rate (holds:" in (said := house.do("criteria", incident="INC-2").message)
        and "It may be resolved." in said
    )


def test_a_severity_that_is_set_is_not_proposed(house: House, client: TestClient) -> None:
    # R3
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
    house.do("impact", incident="INC-1", text="Orders are wrong", data_at_risk=True)
    assert house.sentences()[-1] == "data is at risk: that is SEV-1"
    assert house.do("show", incident="INC-1")["proposed"] is None and "SEV-1 proposed" not in room(client)
    house.do("severity", incident="INC-1", severity="SEV-3", reason="a test account only")
    assert house.do("show", incident="INC-1")["proposed"]["severity"] == "SEV-1"
    assert "data is at risk: that is SEV-1 (at " in room(client)


def test_closing_says_what_is_left_as_what_there_is_to_do(house: House, client: TestClient) -> None:
    # R42
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-2")
    house.do("page", incident="INC-1", person="grace")
    house.do("resolve", incident="INC-1", override=True, reason="it went away")
    assert "To do:</span> Look why nobody acknowledged 2 pages" in room(client)
    said = house.do("close", incident="INC-1").message
    assert said == "INC-1 is closed. Still open: Write down the customer impact; Look why nobody acknowledged 2 pages."


def test_the_summary_says_what_and_from_when_to_when(house: House) -> None:
    # R46
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-3")
    house.do("declare", title="Mail is late", severity="SEV-3")

    def summary(incident: str) -> str:
        with house.application.reading() as uow:
            made = prepare(uow, incident, "md").document
        assert made is not None
        return made.parts["summary"]

    assert summary("INC-1").startswith("Since ") and "Shop is affected: Checkout fails." in summary("INC-1")
    house.wait(minutes=25, step=300)
    house.do("resolve", incident="INC-1", override=True, reason="it went away")
    house.do("close", incident="INC-2", false_alarm=True)
    began, end = hour_minute(house.record().declared_at), hour_minute(house.record().resolved_at)
    assert f"from {began} to {end} UTC (25 min), Shop was affected: Checkout fails." in summary("INC-1")
    assert "a service that was not named was thought to be affected" in summary("INC-2")


def test_at_the_terminal_nothing_found_is_said(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with house.application.reading() as uow:
        command = REGISTRY["find"]
        render.show(command, command.handle(uow, command.struct(query="zzz")), False)
        assert capsys.readouterr().out == "Nothing was found.\n"
        command = REGISTRY["first-run"]
        render.show(command, command.handle(uow, command.struct()), False)
    assert "/hooks/alertmanager" in (said := capsys.readouterr().out) and "sender here" not in said
    render.show(REGISTRY["services"], {"labels": [], "more": {}}, False)
    assert capsys.readouterr().out == "labels: none\nmore: none\n"
