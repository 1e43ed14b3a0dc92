"""What is asked reaches a person: who was told by what, when, again, and by whom else (R11, R31, R33)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.house import POLICY, House, Pager

PEOPLE: dict[str, Any] = {
    "ada": {"name": "Ada", "reach": ["pager:ada", "smtp:ada@x", "slack:ada"]},
    "ben": {"name": "Ben", "reach": ["pager:ben", "smtp:ben@x"], "prompts": ["slack:ben", "smtp:ben@x"]},
    "cyd": {"name": "Cyd", "reach": ["pager:cyd"], "names": ["cyd@example.org"]},
    "dora": {"name": "Dora", "reach": ["smtp:dora@x"], "roles": ["leadership"]},
}


class Room(House):
    """A house whose people have mail and chat as well; every message is kept with its minute since the declaration."""

    mail: Pager
    chat: Pager

    def ways(self) -> None:
        self.mail, self.chat = Pager(), Pager()
        self.application.world.notifiers |= {"smtp": self.mail, "slack": self.chat}

    def told(self, words: str) -> list[str]:
        """Whom messages with these words were sent to, in order of their way and time."""
        every = [*self.mail.told, *self.chat.told, *self.pager.told]
        return [address for address, message in every if words in message.text]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Room]:
    room = Room(database_url, tmp_path, {**POLICY, "contacts": PEOPLE})
    room.ways()
    yield room
    room.application.database.close()


def running(house: Room, severity: str = "SEV-1", **more: Any) -> None:
    """An incident whose only question is the next update."""
    house.do("declare", title="Checkout is down", service="shop", severity=severity, **more)
    house.settle()
    house.do("ack", incident="INC-1")
    for role in ("incident_commander", "operations_lead"):
        house.do("role", incident="INC-1", role=role, person="ada")


def mails(house: Room, address: str) -> list[str]:
    return [message.text for to, message in house.mail.told if to == address]


def test_an_overdue_update_is_told_to_comms_then_the_commander_then_leadership(house: Room) -> None:
    running(house)
    house.do("role", incident="INC-1", role="communications_lead", person="ben")
    house.do("update", incident="INC-1", text="We look at the database", next_in=15)
    house.wait(minutes=14, seconds=55)
    assert house.told("is overdue") == []
    house.wait(minutes=2)
    assert house.told("is overdue") == ["ben"], "by chat, as he chose"
    house.wait(minutes=5)
    assert sorted(house.told("is overdue")) == ["ada@x", "ben", "ben"], "by mail: it is her first way that wakes nobody"
    house.wait(minutes=5)
    assert sorted(house.told("is overdue")) == ["ada@x", "ada@x", "ben", "ben", "ben", "dora@x"]
    assert [s for s in house.sentences() if s.startswith("Told Ben by slack: ") and "The internal update" in s]
    assert not [s for s in house.sentences() if s.startswith("Asked")]
    house.do("update", incident="INC-1", text="It is the database", next_in=60)
    house.wait(minutes=20)
    assert len(house.told("is overdue")) == 6, "answered, so not told again"
    assert len({message.key for _, message in house.chat.told}) == len(house.chat.told)


def test_a_role_that_nobody_holds_leads_to_the_commander_then_to_who_acknowledged_then_to_who_is_on_call(
    house: Room,
) -> None:
    house.do("declare", title="Checkout is down", service="shop")
    house.wait(seconds=65)
    assert house.told("How bad is it?") == ["ada@x"], "on call"
    house.do("ack", "cyd@example.org", incident="INC-1")
    house.wait(minutes=2)
    assert [to for to, message in house.pager.told if "What do customers see?" in message.text] == ["cyd"]
    house.do("role", incident="INC-1", role="incident_commander", person="Ben")
    house.wait(minutes=4)
    assert "Nothing has been done yet" in house.chat.told[-1][1].text
    assert {to for to, _ in house.chat.told} == {"ben"}


def test_several_due_at_once_are_one_message_and_what_was_answered_is_left_out(house: Room) -> None:
    running(house)
    house.do("update", incident="INC-1", text="We look", next_in=120)
    house.wait(minutes=10, seconds=5)
    last = mails(house, "ada@x")[-1]
    assert "What do customers see?" in last and "What will 'recovered' mean?" in last
    sent = len(mails(house, "ada@x"))
    house.do("impact", incident="INC-1", text="Nobody can pay")
    house.wait(minutes=5)
    assert len(mails(house, "ada@x")) == sent + 1, "one message for each interval"
    assert "What do customers see?" not in mails(house, "ada@x")[-1]


def test_when_mail_is_away_what_is_still_asked_arrives_once_afterwards(house: Room) -> None:
    running(house)
    house.mail.down = house.chat.down = True
    house.wait(minutes=20)
    assert house.mail.told == house.chat.told == []
    assert any(s.startswith("Ada could not be told by mail: the pager does not answer") for s in house.sentences())
    (impact,) = [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"] == "impact"]
    assert impact["told"].startswith("Ada could not be told by ") and impact["told"].endswith("; tried again")
    house.do("impact", incident="INC-1", text="Nobody can pay")
    house.mail.down = house.chat.down = False
    house.wait(minutes=2)
    assert len(house.told("What will 'recovered' mean?")) == 1
    assert house.told("What do customers see?") == []
    (criteria,) = [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"] == "criteria"]
    assert "told Ada by" in criteria["told"]


def test_the_next_way_is_taken_when_the_chosen_one_fails(house: Room) -> None:
    running(house)
    house.do("role", incident="INC-1", role="communications_lead", person="ben")
    house.chat.down = True
    house.do("update", incident="INC-1", text="We look", next_in=10)
    house.wait(minutes=12)
    assert house.told("is overdue") == ["ben@x"]


def test_that_nobody_could_be_told_is_said_shown_and_tried_again(house: Room) -> None:
    house.do("declare", title="The logo is blurred", severity="SEV-4", actor="cyd")
    house.do("role", "cyd", incident="INC-1", role="incident_commander")
    for name in ("ada", "ben", "dora"):
        house.stanch.settings.policy.contacts.pop(name)
    house.wait(minutes=4)
    assert house.pager.told == []
    said = [s for s in house.sentences() if s.startswith("Nobody could be told: Cyd can be reached only by what wakes")]
    assert said and "What do customers see?" in " ".join(said)
    (impact,) = [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"] == "impact"]
    assert impact["told"].startswith("Nobody could be told: Cyd") and impact["told"].endswith("; tried again")
    house.do("severity", incident="INC-1", severity="SEV-1", reason="the whole shop is")
    house.wait(minutes=10)
    assert "cyd" in house.told("What do customers see?"), "now it is worth waking for"


def test_of_a_private_incident_only_members_hear(house: Room) -> None:
    house.do("declare", "ada", title="A leak", service="shop", severity="SEV-1", private=True)
    house.wait(minutes=40)
    assert house.mail.told
    assert {to for to, _ in [*house.mail.told, *house.chat.told, *house.pager.told]} <= {"ada@x", "ben"}
    assert not house.told("is overdue") or "dora@x" not in house.told("is overdue")


def test_a_closed_incident_is_quiet(house: Room) -> None:
    running(house, "SEV-3")
    house.wait(minutes=10)
    house.do("resolve", incident="INC-1", override=True, reason="it was a drill")
    house.do("close", incident="INC-1")
    house.settle()
    sent = len(house.mail.told)
    house.wait(hours=12, step=300)
    assert len(house.mail.told) == sent
