"""Bridges, early declaration, links between incidents, and closed incidents that can still be written to (R5, R10, R13, R34, R42)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.web.app import create_app
from tests.scenarios.house import House
from tests.scenarios.test_handoff import ON_CALL, PEOPLE, POLICY, Pager, Room

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

BANK = {"bank": {"name": "The Bank", "kind": "vendor", "names": ["acme bank"]}}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Room]:
    room = Room(database_url, tmp_path, {**POLICY, "contacts": PEOPLE | BANK, "escalation": ON_CALL})
    room.mail = Pager()
    room.application.world.notifiers |= {"smtp": room.mail}
    yield room
    room.application.database.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        yield client


def asked(house: House, begin: str) -> list[dict[str, Any]]:
    return [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith(begin)]


def test_a_bridge_is_kept_honest_by_the_record(house: Room) -> None:
    # R34
    house.do("declare", title="Checkout is down", severity="SEV-2", impact="Nobody can pay", incident_commander="me")
    house.do("ack", incident="INC-1")
    with pytest.raises(Conflict, match="No bridge"):
        house.do("bridge", incident="INC-1")
    with pytest.raises(Invalid) as refused:
        house.do("bridge", incident="INC-1", step="open", link="javascript:alert(1)")
    assert refused.value.field == "link"
    said = house.do("bridge", incident="INC-1", step="open").message
    link = said.rpartition(" ")[2]
    assert link.startswith("https://meet.jit.si/INC-1-") and len(link) > len("https://meet.jit.si/INC-1-") + 8
    joined = house.do("bridge", "dora", incident="INC-1").message
    assert link in joined and "Customers: Nobody can pay" in joined and len(joined.splitlines()) <= 11
    house.wait(minutes=4)
    house.do("bridge", "ben", incident="INC-1", step="join")
    assert not asked(house, "bridge-silent:")
    house.wait(minutes=1, seconds=20)
    assert house.told("The bridge is open, and for 5 min nothing was written down.") == ["ada"], "no Scribe, so the IC"
    house.do("say", "ada", incident="INC-1", text="We drain zone-b")
    assert not asked(house, "bridge-silent:")
    house.do("role", "cyd", incident="INC-1", role="scribe")
    house.wait(minutes=6)
    assert "cyd" in house.told("The bridge is open, and for 5 min nothing was written down.")
    house.do("bridge", "ben", incident="INC-1", step="leave")
    with pytest.raises(Conflict):
        house.do("bridge", "ben", incident="INC-1", step="leave")
    shown = house.do("show", incident="INC-1")["bridge"]
    assert shown["link"] == link and shown["people"] == ["dora"]
    house.do("bridge", incident="INC-1", step="close")
    assert not asked(house, "bridge-silent:") and house.do("show", incident="INC-1")["bridge"] is None


def test_what_customers_see_or_others_must_help_with_is_declared_now(house: Room) -> None:
    # R5
    house.do("investigate", title="Payments look odd", service="shop")
    house.wait(minutes=2)
    assert not asked(house, "declare-early")
    house.do("say", incident="INC-1", text="I call ACME Bank about it")
    house.wait(seconds=20)
    assert house.told("The Bank is needed. Declare now?") == ["ada"]
    house.do("decline", incident="INC-1", key="declare-early:others:The Bank", reason="only a question")
    assert not asked(house, "declare-early")
    house.do("impact", incident="INC-1", text="Cards are refused")
    house.wait(seconds=20)
    assert house.told("Customers see it: Cards are refused. Declare now?") == ["ada"]
    with house.application.reading() as uow:
        (prompt,) = [p for p in uow.prompts(house.record()) if p.key.startswith("declare-early")]
    house.do(prompt.actions[0].command, **prompt.actions[0].values, began="2020-01-01T10:00Z")
    assert "Declared: Payments look odd (customers see it: Cards are refused)" in house.sentences()
    assert house.do("show", incident="INC-1")["times"]["began"] == 1577872800000000


def test_the_beginning_is_given_later(house: Room, client: TestClient) -> None:
    # R5, R13
    house.do("declare", title="Checkout is down")
    with pytest.raises(Invalid):
        house.do("began", incident="INC-1", at="2999-01-01T00:00Z")
    with pytest.raises(Invalid):
        house.do("began", incident="INC-1", at="yesterday-ish")
    assert client.post("/do/began", data={"incident": "INC-1", "at": "2020-01-01T10:00Z"}).status_code == 303
    assert house.record().began_at == 1577872800000000 and "It began on 2020-01-01 at 10:00 UTC" in house.sentences()
    with pytest.raises(Invalid) as refused:
        house.do("declare", title="x", began="2999-01-01T00:00Z")
    assert refused.value.field == "began"


def test_incidents_are_linked_by_hand_on_both_sides(house: Room, client: TestClient) -> None:
    # R42, R50
    for title in ("One", "Two"):
        house.do("declare", title=title)
    house.do("declare", title="Secret", private=True)
    assert client.post("/do/relate", data={"incident": "INC-2", "other": "1", "how": "follow_up"}).status_code == 303
    assert house.record("INC-2").related == {"INC-1": "follow_up"} and house.record("INC-1").related == {
        "INC-2": "follows"
    }
    assert (
        "followed up by" in client.get("/incidents/INC-2").text
        and "follow-up of" in client.get("/incidents/INC-1").text
    )
    for other, error in (("INC-2", Invalid), ("INC-9", NotFound), ("INC-1000001", Conflict)):
        with pytest.raises(error):
            house.do("relate", incident="INC-2", other=other)
    with pytest.raises(Conflict):
        house.do("relate", incident="INC-2", other="INC-1", how="follow_up")
    house.do("relate", incident="INC-2", other="INC-1", how="duplicate")
    assert house.record("INC-1").related == {"INC-2": "duplicate"}
    house.do("relate", incident="INC-1", other="INC-2", undo=True)
    assert not house.record("INC-1").related and not house.record("INC-2").related
    with pytest.raises(NotFound):
        house.do("relate", incident="INC-1", other="INC-2", undo=True)
    answer = client.post("/api/v1/incidents/INC-1/related", json={"other": "INC-2", "how": "same_cause"})
    assert answer.status_code == 200 and client.get("/api/v1/incidents/INC-2").json()["related"] == {
        "INC-1": "same_cause"
    }


def test_a_closed_incident_is_still_told_and_corrected_on_its_page(house: Room, client: TestClient) -> None:
    # R10, R42
    house.do("declare", title="Checkout is down", severity="SEV-3", service="shop")
    house.do("say", incident="INC-1", text="It was zone-a")
    house.do("close", incident="INC-1", reason="a small one")
    page = client.get("/incidents/INC-1").text
    assert "What do you see, try or decide?" in page and "Post to the status page" in page
    position = next(
        x["position"] for x in house.do("show", incident="INC-1")["timeline"] if x["sentence"] == "It was zone-a"
    )
    assert f"?correct={position}#say" in page
    assert (
        client.post(
            "/do/chat", data={"incident": "INC-1", "text": "It was zone-b", "corrects": str(position)}
        ).status_code
        == 303
    )
    final = {"incident": "INC-1", "state": "resolved", "text": "Checkout works again for everybody since 15:00 UTC."}
    assert client.post("/do/status", data=final).status_code == 303
    assert house.record().last_update("public") and house.record().status == "closed"
    assert "Correction to entry" in client.get("/incidents/INC-1").text
