"""What is asked follows the evidence: it returns, it is proposed without a run, and it is withdrawn once it is answered (R11, R12, R31)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import NotFound
from stanch.ports import Failed, Message, Posted
from tests.scenarios.house import POLICY, House, Pager


class Chat(Pager):
    """A notifier whose messages can be edited."""

    def __init__(self) -> None:
        super().__init__()
        self.edited: list[tuple[str, str]] = []

    def send(self, address: str, message: Message) -> str:
        return Posted(super().send(address, message), f"{address} {len(self.told)}")

    def edit(self, reference: str, message: Message) -> str:
        if self.down:
            raise Failed("away", again=True)
        self.edited.append((reference, message.text))
        return "edited"


PEOPLE: dict[str, Any] = {
    "ada": {"name": "Ada", "reach": ["pager:ada"], "prompts": ["slack:ada"]},
    "ben": {"name": "Ben", "reach": ["pager:ben", "smtp:ben@x"]},
}


class Room(House):
    chat: Chat
    mail: Pager

    def wait(self, *, step: float = 20, **span: float) -> None:
        super().wait(step=step, **span)

    def asked(self) -> dict[str, str]:
        return {p["key"]: p["text"] for p in self.do("show", incident="INC-1")["prompts"]}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Room]:
    room = Room(database_url, tmp_path, {**POLICY, "contacts": PEOPLE})
    room.chat, room.mail = Chat(), Pager()
    room.application.world.notifiers |= {"slack": room.chat, "smtp": room.mail}
    yield room
    room.application.database.close()


def test_a_declined_prompt_returns_when_its_evidence_changes(house: Room) -> None:
    # R12
    house.do("declare", title="Checkout is slow", service="shop", severity="SEV-3")
    house.do("role", incident="INC-1", role="incident_commander")
    house.wait(minutes=6)
    assert "mitigate-first" in house.asked()
    assert "unless what it rests on changes" in house.do("decline", incident="INC-1", key="mitigate-first").message
    house.wait(minutes=5)
    assert "mitigate-first" not in house.asked()
    told = [m.text for _, m in house.chat.told if "Nothing has been done" in m.text]
    house.do("impact", incident="INC-1", text="Nobody can pay")
    house.wait(minutes=1)
    assert "mitigate-first" in house.asked()
    again = [m.text for _, m in house.chat.told if "Nothing has been done" in m.text]
    assert len(again) == len(told) + 1, "asked anew at once, at its receiver"
    with pytest.raises(NotFound, match="Nothing called"):
        house.do("decline", incident="INC-1", key="nonsense")


def test_what_is_answered_by_declining_does_not_return(house: Room) -> None:
    house.do("declare", title="Checkout is slow", service="shop", severity="SEV-1")
    house.do("role", incident="INC-1", role="incident_commander")
    house.do("timebox", incident="INC-1", question="Is it the cache?", minutes=1, fallback="we wait")
    house.wait(minutes=2)
    (key,) = [key for key in house.asked() if key.startswith("timebox:")]
    house.do("decline", incident="INC-1", key=key)
    house.do("impact", incident="INC-1", text="Nobody can pay")
    house.wait(minutes=2)
    assert key not in house.asked()


@pytest.mark.parametrize("what", ["alerts", "criteria"])
def test_a_shift_is_proposed_though_nothing_was_run(house: Room, what: str) -> None:
    # R12
    house.gauge.values["errors"] = 0.5
    house.alert()
    house.wait(minutes=2)
    house.do("role", incident="INC-1", role="incident_commander")
    if what == "criteria":
        house.do("criteria", incident="INC-1", propose=True, hold=1800)
        house.gauge.values["errors"] = 0.001
    else:
        house.alert(firing=False)
    house.wait(minutes=3)
    assert not [key for key in house.asked() if key.startswith("shift-resolve")]
    house.wait(minutes=2)
    (text,) = [text for key, text in house.asked().items() if key.startswith("shift-resolve")]
    assert text.endswith("Move to Resolve?") and ("criteria hold" in text) == (what == "criteria")
    assert [m for _, m in house.chat.told if "Move to Resolve?" in m.text]
    house.do("phase", incident="INC-1", phase="resolve")
    house.wait(seconds=30)
    if what == "criteria":
        return  # its alert fires all the time
    house.alert(firing=True)
    house.wait(minutes=2)
    assert [m for _, m in house.chat.told if "fires again. Back to Mitigate?" in m.text]


def test_what_was_answered_elsewhere_is_withdrawn_from_the_message(house: Room) -> None:
    # R31
    house.do("declare", title="Checkout is slow", service="shop", severity="SEV-3")
    house.do("role", incident="INC-1", role="incident_commander")
    house.wait(minutes=4)
    (at, message) = next(
        (at, m) for at, m in enumerate([m for _, m in house.chat.told]) if "What do customers see?" in m.text
    )
    house.chat.down = True
    house.do("impact", "ben", incident="INC-1", text="Slow pages")
    house.wait(seconds=20)
    assert house.chat.edited == []
    house.chat.down = False
    house.wait(minutes=2)
    (edited,) = [text for where, text in house.chat.edited if where == f"ada {at + 1}"]
    assert "No longer asked: What do customers see?" in edited
    assert [line for line in message.text.splitlines() if "customers" not in line] == [
        line for line in edited.splitlines() if "customers" not in line
    ], "what is still asked stands as it was"
    count = len(house.chat.edited)
    house.wait(minutes=3)
    assert len(house.chat.edited) == count, "once"


def test_what_cannot_be_edited_says_nothing_further(house: Room) -> None:
    # R31
    house.do("declare", "ben", title="Checkout is slow", service="shop", severity="SEV-3")
    house.do("role", "ben", incident="INC-1", role="incident_commander")
    house.wait(minutes=4)
    sent = len(house.mail.told)
    assert sent
    house.do("impact", "ben", incident="INC-1", text="Slow pages")
    house.wait(minutes=1)
    assert not any(s.startswith("No longer asked") for s in house.sentences())
    assert not any("No longer asked" in m.text for _, m in house.mail.told)


def test_a_fact_that_has_grown_old_is_asked_for_once(house: Room) -> None:
    # R11
    house.do("declare", title="Checkout is slow", service="shop", severity="SEV-2", impact="Slow pages")
    house.do("role", incident="INC-1", role="incident_commander")
    house.wait(minutes=31)
    stale = [m.text for _, m in house.chat.told if "Do customers still see that?" in m.text]
    assert len(stale) == 1
    facts = {f["key"]: f for f in house.do("show", incident="INC-1")["facts"]}
    assert facts["impact"]["stale"] and facts["impact"]["ask"].startswith("Do customers still see that?")
    house.wait(minutes=25)
    assert len([m for _, m in house.chat.told if "Do customers still see that?" in m.text]) == 1
    house.do("impact", incident="INC-1", text="Still slow")
    house.wait(minutes=31)
    assert len([m for _, m in house.chat.told if "Do customers still see that?" in m.text]) == 2


def test_whoever_takes_a_role_is_told_at_once_what_nobody_could_be_told(house: Room) -> None:
    # R31
    ada = house.stanch.settings.policy.contacts.pop("ada")
    ben = house.stanch.settings.policy.contacts.pop("ben")
    house.do("declare", "cyd", title="Checkout is slow", service="shop", severity="SEV-3")
    house.wait(minutes=40)
    assert any(s.startswith("Nobody could be told") for s in house.sentences())
    house.stanch.settings.policy.contacts.update(ada=ada, ben=ben)
    house.do("role", "ada", incident="INC-1", role="incident_commander")
    house.wait(seconds=10)
    assert [m for _, m in house.chat.told if "What do customers see?" in m.text]
