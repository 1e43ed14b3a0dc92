"""Roles are given, acknowledged and given back; bad combinations, a typing IC and a fast record name who could help (R25-R29)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Denied, Invalid
from tests.scenarios.house import House
from tests.scenarios.test_handoff import ON_CALL, PEOPLE, POLICY, Pager, Room


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Room]:
    room = Room(database_url, tmp_path, {**POLICY, "contacts": PEOPLE, "escalation": ON_CALL})
    room.mail = Pager()
    room.application.world.notifiers |= {"smtp": room.mail}
    yield room
    room.application.database.close()


def asked(house: House, begin: str) -> list[dict[str, Any]]:
    return [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith(begin)]


def test_several_roles_are_declared_at_once_and_the_given_ones_are_told_and_acknowledged(house: Room) -> None:
    # R25
    with pytest.raises(Invalid) as refused:
        house.do("declare", title="x", scribe="mallory")
    assert refused.value.field == "scribe"
    house.do(
        "declare",
        title="Checkout is down",
        severity="SEV-2",
        incident_commander="me",
        operations_lead="BEN",
        scribe="cyd",
    )
    record = house.record()
    assert {role: fact.value for role, fact in record.roles.items()} == {
        "incident_commander": "ada", "operations_lead": "ben", "scribe": "cyd",
    }  # fmt: skip
    assert {"ada is acting as IC", "ben is acting as Operations Lead", "cyd is acting as Scribe"} <= set(
        house.sentences()
    )
    house.wait(seconds=20)
    assert house.told("ada made you Operations Lead. Do you have it?") == ["ben"]
    assert house.told("ada made you Scribe. Do you have it?") == ["cyd"]
    assert not house.told("ada made you IC")
    house.do("role", "ben", incident="INC-1", role="operations_lead", acknowledge=True)
    with pytest.raises(Denied):
        house.do("role", "ben", incident="INC-1", role="scribe", acknowledge=True)
    assert "ben has it: Operations Lead" in house.sentences()
    house.wait(minutes=21)
    assert house.told("made you Operations Lead") == ["ben"]
    assert set(house.told("made you Scribe")) == {"cyd", "ada"}, "unanswered, who gave it hears of it"
    assert set(house.told("For Cyd: ada made you Scribe.")) == {"ada"}, "and of whom it speaks"


def test_a_role_is_given_back_and_wanted_again(house: Room) -> None:
    # R25
    house.do("declare", title="Checkout is down", severity="SEV-2", incident_commander="me", operations_lead="ben")
    house.wait(minutes=3)
    assert not asked(house, "role:")
    house.do("role", "ben", incident="INC-1", role="operations_lead", give_back=True, because="I have to go")
    assert "ben is no longer Operations Lead: I have to go" in house.sentences()
    house.wait(seconds=20)
    assert "ada" in house.told("No Operations Lead any more.")
    assert "operations_lead" not in house.record().roles
    with pytest.raises(Denied):
        house.do("role", "ben", incident="INC-1", role="operations_lead", give_back=True)
    house.do("role", "ben", incident="INC-1", role="operations_lead")
    assert not asked(house, "role:")


@pytest.mark.parametrize(
    ("severity", "one", "other", "warned"),
    [
        ("SEV-1", "operations_lead", "scribe", "whoever types commands cannot write down"),
        ("SEV-4", "operations_lead", "scribe", "whoever types commands cannot write down"),
        ("SEV-1", "incident_commander", "operations_lead", "at SEV-1 nobody is left who looks at the whole"),
        ("SEV-3", "incident_commander", "operations_lead", ""),
        ("SEV-1", "incident_commander", "communications_lead", ""),
    ],
)
def test_combinations_are_judged_when_taken_and_while_they_last(
    house: Room, severity: str, one: str, other: str, warned: str
) -> None:
    # R29
    house.do("declare", title="Checkout is down", severity=severity, incident_commander="cyd")
    if one == "incident_commander":
        house.do("role", "cyd", incident="INC-1", role=one, give_back=True)
    house.do("role", "ada", incident="INC-1", role=one)
    said = house.do("role", "ada", incident="INC-1", role=other).message
    assert (warned in said) and (bool(warned) == ("looks at" in said or "write down" in said))
    house.wait(seconds=20)
    found = asked(house, "combination:")
    assert bool(found) == bool(warned)
    if not warned:
        return
    who = "ben" if one == "operations_lead" else "cyd"
    title = "Scribe" if other == "scribe" else "Operations Lead"
    assert f"Better: {who} as {title}." in found[0]["text"]
    assert severity == "SEV-4" or "ada" in house.told(f"Better: {who} as {title}.")
    house.do("handoff", "ada", incident="INC-1", role=other, to=who)
    house.do("handoff", who, incident="INC-1", role=other, acknowledge=True)
    assert not asked(house, "combination:")


def test_a_worse_severity_makes_a_combination_bad(house: Room) -> None:
    # R29
    house.do("declare", title="Slow", severity="SEV-3", incident_commander="me", operations_lead="me")
    assert not asked(house, "combination:")
    house.do("severity", incident="INC-1", severity="SEV-1")
    assert "Better: cyd as Operations Lead." in asked(house, "combination:")[0]["text"]


def test_an_ic_who_starts_a_mitigation_is_offered_to_hand_one_role_over(house: Room) -> None:
    # R26
    house.do("declare", title="Checkout is down", service="shop", severity="SEV-1", incident_commander="me")
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    assert any(s.startswith("ada is IC and started 'Drain zone-b': an IC who starts typing") for s in house.sentences())
    house.wait(seconds=20)
    assert "ada" in house.told("You are IC and started 'Drain zone-b'. Hand over one of the two roles.")
    with house.application.reading() as uow:
        (prompt,) = [p for p in uow.prompts(house.record()) if p.key.startswith("ic-acts:")]
    assert [(a.label, a.command) for a in prompt.actions] == [
        ("Hand IC over to cyd", "handoff"), ("Hand IC over to ben", "handoff"), ("Make cyd Operations Lead", "role"),
        ("Make ben Operations Lead", "role"),
    ]  # fmt: skip
    action = prompt.actions[2]
    house.do(action.command, incident="INC-1", **action.values)
    assert house.record().holder("operations_lead") == "cyd" and not asked(house, "ic-acts:")
    house.do("mitigate", "cyd", incident="INC-1", mitigation="rollback", confirm="back")
    assert not asked(house, "ic-acts:"), "the Operations Lead may"


def test_a_record_that_moves_fast_proposes_a_scribe_by_name(house: Room) -> None:
    # R28
    house.do("declare", title="Checkout is down", service="shop", severity="SEV-1", incident_commander="me")
    house.settle()
    house.do("ack", incident="INC-1")
    for number in range(6):
        house.wait(seconds=20)
        house.do("say", "ben", incident="INC-1", text=f"I see {number}")
    assert not asked(house, "people:scribe")
    for number in range(3):
        house.wait(seconds=10)
        house.do("say", "ben", incident="INC-1", text=f"I try {number}")
    house.wait(seconds=20)
    (prompt,) = asked(house, "people:scribe")
    assert "entries by people within five minutes, and nobody is Scribe. On call and free: cyd, ben." in prompt["text"]
    assert "ada" in house.told("and nobody is Scribe. On call and free: cyd, ben.")
    house.do("role", "cyd", incident="INC-1", role="scribe")
    assert not asked(house, "people:scribe")


@pytest.mark.parametrize(("severity", "lines"), [("SEV-3", 15), ("SEV-4", 40)])
def test_a_small_incident_may_talk(house: Room, severity: str, lines: int) -> None:
    # R28
    house.do("declare", title="The logo is blurred", severity=severity)
    for number in range(lines):
        house.clock.forward(seconds=5)
        house.do("say", "ben", incident="INC-1", text=f"I see {number}")
    house.settle()
    assert not asked(house, "people:scribe")


def test_who_has_a_role_elsewhere_is_not_free(house: Room) -> None:
    # R28, R29
    house.do("declare", "cyd", title="Mail is slow", severity="SEV-3", incident_commander="me")
    house.do("declare", title="Checkout is down", severity="SEV-1", incident_commander="me")
    assert house.do("handoff-draft", incident="INC-2")["free"] == ["ben"]
    house.do("role", "cyd", incident="INC-1", role="incident_commander", give_back=True)
    assert house.do("handoff-draft", incident="INC-2")["free"] == ["cyd", "ben"]
