"""A role is handed over in two steps, a held one is asked for, and whoever comes back is caught up in ten lines (R25, R35)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.identity import people
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.web.app import create_app
from tests.reading_pages import as_read
from tests.scenarios.house import POLICY, House, Pager

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PEOPLE: dict[str, Any] = {
    name: {"name": name.capitalize(), "reach": [f"pager:{name}", f"smtp:{name}@x"]} for name in ("ada", "ben", "cyd")
} | {"dora": {"name": "Dora", "reach": ["smtp:dora@x"], "roles": ["leadership"]}}
ON_CALL = {"default": {"steps": [{"notify": ["ada"]}, {"notify": ["cyd"]}, {"notify": ["ben"]}]}}


class Room(House):
    mail: Pager

    def wait(self, *, step: float = 20, **span: float) -> None:
        super().wait(step=step, **span)

    def told(self, words: str) -> list[str]:
        return [to.partition("@")[0] for to, message in self.mail.told if words in message.text]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Room]:
    room = Room(database_url, tmp_path, {**POLICY, "contacts": PEOPLE, "escalation": ON_CALL})
    room.mail = Pager()
    room.application.world.notifiers |= {"smtp": room.mail}
    yield room
    room.application.database.close()


def running(house: Room) -> None:
    house.do(
        "declare",
        title="Checkout is down",
        service="shop",
        severity="SEV-1",
        impact="Nobody can pay",
        incident_commander="me",
    )
    house.do("ack", incident="INC-1")
    house.settle()


def test_a_handoff_moves_the_role_only_when_it_is_acknowledged(house: Room) -> None:
    # R35
    running(house)
    house.do("hypothesis", incident="INC-1", text="The cache is full", standing="rejected")
    house.do("hypothesis", incident="INC-1", text="Release v2")
    house.do("timebox", incident="INC-1", question="Is it the database?", fallback="Roll back", minutes=30)
    draft = house.do("handoff-draft", incident="INC-1")
    for words in ("Impact: Nobody can pay", "Severity: SEV-1", "Tried: nothing yet", "Leading hypothesis: Release v2",
                  "Rejected: The cache is full", "Next action: […]", "Next update: […]; customers have heard nothing",
                  "TB1 until"):  # fmt: skip
        assert words in draft["summary"], words
    assert draft["free"] == ["cyd", "ben"], "on call and free, not the holder"
    summary = draft["summary"].replace("Next action: […]", "Next action: drain zone-b")
    house.do("handoff", incident="INC-1", to="Ben", summary=summary)
    assert house.record().holder("incident_commander") == "ada"
    house.wait(seconds=20)
    (message,) = [m.text for to, m in house.mail.told if to == "ben@x" and "hands the role of IC over" in m.text]
    assert "Next action: drain zone-b" in message and "Rejected: The cache is full" in message
    with pytest.raises(NotFound):
        house.do("handoff", "cyd", incident="INC-1", acknowledge=True)
    assert house.do("handoff", "ben", incident="INC-1", acknowledge=True).message == "You are now IC of INC-1."
    assert house.record().holder("incident_commander") == "ben"
    assert "ben acknowledges: “You are now IC”" in house.sentences()
    house.wait(seconds=20)
    assert house.told("ben is now IC. You are not any more.") == ["ada"]
    with pytest.raises(NotFound):
        house.do("handoff", "ben", incident="INC-1", acknowledge=True)


def test_an_unanswered_handoff_escalates_and_a_declined_one_stays(house: Room) -> None:
    # R35
    running(house)
    house.do("handoff", incident="INC-1", to="ben")
    house.wait(minutes=10)
    told = house.told("hands the role of IC over")
    assert set(told) == {"ben", "ada", "dora"} and told[0] == "ben" and told.count("ben") > told.count("dora")
    assert house.record().holder("incident_commander") == "ada"
    house.do("handoff", "ben", incident="INC-1", decline="I am driving")
    house.wait(seconds=40)
    assert house.told("ben cannot take the role of IC: I am driving. You are still IC.") == ["ada"]
    before = len(house.told("hands the role of IC over"))
    house.wait(minutes=8)
    assert len(house.told("hands the role of IC over")) == before
    house.do("handoff", incident="INC-1", to="cyd")
    house.do("handoff", incident="INC-1", withdraw=True)
    with pytest.raises(NotFound):
        house.do("handoff", "cyd", incident="INC-1", acknowledge=True)


def test_what_cannot_be_handed_over_is_refused_in_words(house: Room) -> None:
    running(house)
    for actor, more, error in (
        ("ben", {"to": "cyd"}, Denied), ("ada", {"to": "mallory"}, Invalid), ("ada", {}, Invalid), ("ada", {"to": "ada"}, Conflict),
        ("ada", {"to": "ben", "role": "scribe"}, Conflict), ("ada", {"withdraw": True}, NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            house.do("handoff", actor, incident="INC-1", **more)
    assert not house.record().handoffs


def test_a_held_role_is_asked_for_and_taken_only_when_nobody_answers(house: Room) -> None:
    # R25, R35
    running(house)
    done = house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada")
    assert "ada is Incident Commander and decides" in done.message and "asked" not in done.message.lower()
    house.wait(seconds=20)
    assert house.told("ben asks you for the role of IC") == ["ada"]
    house.do("role", incident="INC-1", role="incident_commander", refuse="I am in the middle of it")
    house.wait(seconds=20)
    assert house.told("ben had asked: I am in the middle of it") == ["ben"]
    house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada")
    house.wait(minutes=2)
    house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada")
    assert house.record().holder("incident_commander") == "ada", "asking twice is not waiting"
    house.wait(minutes=2)
    assert house.told("ada has not answered: you may take over as IC") == ["ben"]
    house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada")
    assert house.record().holder("incident_commander") == "ben"
    house.do("role", "ada", incident="INC-1", role="incident_commander", instead_of="ben")
    house.do("handoff", "ben", incident="INC-1", to="ada")
    house.do("handoff", "ada", incident="INC-1", acknowledge=True)
    assert house.record().holder("incident_commander") == "ada" and not house.record().requests


def test_a_long_shift_proposes_somebody_fresh(house: Room) -> None:
    # R35
    running(house)
    for role in ("operations_lead", "communications_lead"):
        house.do("role", "ben", incident="INC-1", role=role)
    house.wait(hours=4, minutes=5, step=300)
    texts = [m.text for to, m in house.mail.told if to == "ada@x"]
    assert [text for text in texts if "ada has been IC for 4 h" in text and "On call and free: cyd." in text]
    assert [
        p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("people:incident_commander")
    ]
    house.do("handoff", incident="INC-1", to="cyd")
    house.do("handoff", "cyd", incident="INC-1", acknowledge=True)
    assert not [
        p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("people:incident_commander")
    ]


def test_catch_me_up_is_never_longer_than_ten_lines(house: Room) -> None:
    # R35
    running(house)
    for number in range(60):
        house.do("say", "cyd", incident="INC-1", text=f"line {number} " + "x\n" * 300)
    joined = house.do("catchup", "dora", incident="INC-1")
    assert len(joined["lines"]) <= 10 and joined["since"] is None and "Nobody can pay" in joined["lines"][1]
    house.do("impact", incident="INC-1", text="Cards fail")
    back = house.do("catchup", "cyd", incident="INC-1")
    assert back["since"] and len(back["lines"]) == 2 and "Cards fail" in back["lines"][1]
    # What people do is new to whoever was away, whatever kind of entry it is: an offer to themselves first of all.
    house.do("handoff", incident="INC-1", to="cyd")
    house.do("handoff", incident="INC-1", withdraw=True)
    house.do("role", "ben", incident="INC-1", role="operations_lead")
    house.do("role", "ben", incident="INC-1", role="operations_lead", give_back=True)
    house.do("began", incident="INC-1", at="2020-01-01T10:00Z")
    back = house.do("catchup", "cyd", incident="INC-1")["lines"]
    for words in ("Ada: Ada offers Cyd the role of IC", "Ben is no longer Operations Lead", "It began on 2020-01-01"):
        assert any(words in line for line in back), words
    early = house.do("catchup", "ada", incident="INC-1", since=3)
    assert len(early["lines"]) == 10 and "more entries in the timeline" in early["lines"][-1]
    assert all(len(line) <= 200 and "\n" not in line for line in [*joined["lines"], *early["lines"]])
    assert any("Cards fail" in line for line in early["lines"]), "what weighs comes before chatter"


def test_the_page_hands_over_and_catches_up(house: Room) -> None:
    # R35
    running(house)
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        mine, theirs = (
            {**house.bearer(name), "Origin": "http://testserver", "Accept": "text/html"} for name in ("ada", "ben")
        )
        page = client.get("/incidents/INC-1", headers=mine).text
        assert "Hand over" in page and "Impact: Nobody can pay" in page and "On call and free: Cyd, Ben." in page
        refused = client.post(
            "/do/handoff", data={"incident": "INC-1", "to": "nobody", "summary": "typed"}, headers=mine
        )
        assert refused.status_code == 422 and "typed" in refused.text
        client.post("/do/handoff", data={"incident": "INC-1", "to": "ben", "summary": "All is said"}, headers=mine)
        page = client.get("/incidents/INC-1", headers=theirs).text
        assert "All is said" in page and "Acknowledge: I am now IC" in page
        client.post(
            "/do/handoff",
            data={"incident": "INC-1", "role": "incident_commander", "acknowledge": "true"},
            headers=theirs,
        )
        assert house.record().holder("incident_commander") == "ben"
        house.clock.forward(minutes=30)
        house.do("severity", "ben", incident="INC-1", severity="SEV-2", reason="half of it works")
        page = client.get("/incidents/INC-1?catchup=1", headers=mine).text
        assert (
            '<details id="catch-me-up" open>' in page
            and "Severity is SEV-2: half of it works" in as_read(page).split('id="catchup"')[1]
        )
        api = client.get("/api/v1/incidents/INC-1/catchup", headers=mine).json()
        assert len(api["lines"]) <= 10 and "SEV-2" in " ".join(api["lines"])
        row = client.get("/incidents/INC-1", headers=mine)
        assert row.status_code == 200


def test_a_role_that_two_ask_for_is_given_to_one_and_the_other_hears_of_it(house: Room) -> None:
    # R25, R35
    running(house)
    house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada")
    said = house.do("role", "cyd", incident="INC-1", role="incident_commander", instead_of="ada").message
    assert "ben asks for it, too." in said
    house.wait(seconds=20)
    assert house.told("ben asks you for the role of IC") == ["ada"] == house.told("cyd asks you for the role of IC")
    house.do("handoff", incident="INC-1", to="cyd")
    house.wait(minutes=4)
    with pytest.raises(Conflict):
        house.do("role", "ben", incident="INC-1", role="incident_commander")
    asked = house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada").message
    assert "It is offered to somebody already" in asked and house.record().holder("incident_commander") == "ada"
    assert not house.told("you may take over as IC"), "while it is being handed over nobody takes it"
    house.do("handoff", "cyd", incident="INC-1", acknowledge=True)
    house.wait(seconds=20)
    assert house.told("cyd is IC now; you had asked for it.") == ["ben"] and not house.record().requests


def test_a_holder_who_keeps_a_role_tells_everybody_who_asked(house: Room) -> None:
    # R35
    running(house)
    for person in ("ben", "cyd"):
        house.do("role", person, incident="INC-1", role="incident_commander", instead_of="ada")
    house.do("role", incident="INC-1", role="incident_commander", refuse="Not now")
    house.wait(seconds=20)
    assert sorted(house.told("had asked: Not now")) == ["ben", "cyd"] and not house.record().requests
    for person in ("ben", "cyd"):
        house.do("role", person, incident="INC-1", role="incident_commander", instead_of="ada")
    house.wait(minutes=4)
    assert sorted(house.told("you may take over as IC")) == ["ben", "cyd"]
    house.do("role", "cyd", incident="INC-1", role="incident_commander", instead_of="ada")
    house.wait(seconds=20)
    assert house.told("cyd is IC now; you had asked for it.") == ["ben"]
    with pytest.raises(Conflict):
        house.do("role", "ben", incident="INC-1", role="incident_commander", instead_of="ada")


def test_whoever_cannot_be_told_is_named_where_it_is_offered_and_it_escalates(house: Room) -> None:
    # R8, R35
    house.policy = {**house.policy, "contacts": {**PEOPLE, "fay": {"name": "Fay"}}}
    house.crash()
    house.application.world.notifiers |= {"smtp": house.mail}
    running(house)
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        mine = {**house.bearer("ada"), "Origin": "http://testserver"}
        page = client.get("/incidents/INC-1", headers={**mine, "Accept": "text/html"}).text
        assert "stanch cannot tell Fay, who has no contact method: tell them yourself." in page
        said = client.post("/api/v1/incidents/INC-1/handoffs", json={"to": "fay"}, headers=mine).json()["message"]
        assert said.endswith(
            "you have it until they acknowledge. stanch cannot tell fay, who has no contact method: tell them yourself."
        )
        house.wait(seconds=20)
        assert house.told("hands the role of IC over to fay") == ["ada"], "at once to who offers it"
        assert any(
            s.startswith("Fay could not be told: has no contact method. It was about:") for s in house.sentences()
        )
        page = client.get("/incidents/INC-1", headers={**mine, "Accept": "text/html"}).text
        assert "not acknowledged yet; told Ada by mail; Fay could not be told: has no contact method" in page
    house.wait(minutes=10, step=60)
    assert "dora" in house.told("hands the role of IC over to fay")
    gave = house.do("role", incident="INC-1", role="scribe", person="fay").message
    assert "stanch cannot tell fay" in gave
    assert sum("Fay could not be told" in s and "hands the role" in s for s in house.sentences()) == 1, (
        "once, not each round"
    )


def test_who_was_removed_meanwhile_takes_nothing_and_the_offer_goes_to_another(house: Room) -> None:
    # R35
    people.add(house.application.database, "gus", house.clock.now())
    running(house)
    house.do("handoff", incident="INC-1", to="gus")
    people.remove(house.application.database, "gus")
    house.wait(minutes=10, step=60)
    assert set(house.told("hands the role of IC over to gus")) == {"ada", "dora"}
    assert any(s.startswith("gus could not be told: is not one of the contacts") for s in house.sentences())
    house.do("handoff", incident="INC-1", to="ben")
    with pytest.raises(NotFound):
        house.do("handoff", "gus", incident="INC-1", acknowledge=True)
    house.do("handoff", "ben", incident="INC-1", acknowledge=True)
    with pytest.raises(Invalid, match="Nobody known is called 'gus'"):
        house.do("handoff", "ben", incident="INC-1", to="gus")
    assert house.record().holder("incident_commander") == "ben"
