"""A SEV-1 night with the clock in hand: every question reached a person within its time, and the record says who by what (R11, R31, R33-R36, R38, R39)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.chat.rules import SILENT
from stanch.ports import Failed, Message
from stanch.timeline.facts.prompting import Prompted
from tests.scenarios.hall import Guests, open_hall
from tests.scenarios.house import POLICY, House, Pager

CONTACTS: dict[str, Any] = {
    name: {"name": name.capitalize(), "reach": [f"pager:{name}", f"smtp:{name}@x"]}
    for name in ("ada", "ben", "cyd", "eve")
} | {"dora": {"name": "Dora", "reach": ["smtp:dora@x"], "roles": ["leadership"]}}
STEPS = {"default": {"steps": [{"notify": ["ada"]}, {"notify": ["ben"]}, {"notify": ["cyd"]}, {"notify": ["eve"]}]}}
SECOND = 1_000_000
# So long after it is due a message may leave: the engine's step in this scenario.
WITHIN = 5 * SECOND


class Mail(Pager):
    """Mail with the moment at which each one was taken."""

    def __init__(self, night: "Night") -> None:
        super().__init__()
        self.night = night
        self.taken: list[tuple[int, str, str]] = []

    def send(self, address: str, message: Message) -> str:
        if self.down:
            raise Failed("the mail server does not answer", again=True)
        self.taken.append((self.night.clock.now(), address.partition("@")[0], message.text))
        return super().send(address, message)


class Night(House):
    mail: Mail

    def told(self, words: str, since: int = 0) -> list[str]:
        return [who for at, who, text in self.mail.taken if words in text and at >= since]

    def moments(self, words: str) -> list[int]:
        return [at for at, _, text in self.mail.taken if words in text]


@pytest.fixture
def night(database_url: str, tmp_path: Path) -> Iterator[Night]:
    night = Night(database_url, tmp_path, {**POLICY, "contacts": CONTACTS, "escalation": STEPS})
    night.mail = Mail(night)
    night.application.world.notifiers |= {"smtp": night.mail}
    night.gauge.values["errors"] = 0.5
    yield night
    night.application.database.close()


def test_everything_that_is_asked_reaches_somebody_in_time(night: Night) -> None:
    # R11, R25-R29, R31, R33-R36, R38, R39
    start = night.clock.now()
    night.do("declare", title="Nobody can pay", service="shop", severity="SEV-1")
    night.settle()
    assert [to for to, _ in night.pager.sent] == ["ada"], "the page itself"
    night.do("ack", incident="INC-1")
    within_reach(night, start, minutes=3, expected={
        "What will 'recovered' mean?": (60, {"ada"}), "No Incident Commander yet.": (120, {"ada"}),
        "No Communications Lead yet.": (120, {"ada"}), "Customers have heard nothing.": (150, {"ada"}),
        "What do customers see?": (180, {"ada"}),
    })  # fmt: skip
    night.do("role", incident="INC-1", role="incident_commander")
    night.do("role", incident="INC-1", role="communications_lead", person="cyd")
    night.do("role", "ben", incident="INC-1", role="operations_lead")
    night.wait(seconds=5)
    assert night.told("ada made you Communications Lead. Do you have it?") == ["cyd"]
    night.do("role", "cyd", incident="INC-1", role="communications_lead", acknowledge=True)
    night.do("impact", incident="INC-1", text="Nobody can pay")
    night.do(
        "status",
        "cyd",
        incident="INC-1",
        state="investigating",
        text="Customers cannot pay. We look into it. Next update at 15:00 UTC.",
    )
    night.do("criteria", incident="INC-1", propose=True)
    night.do("hypothesis", incident="INC-1", text="Release v2")
    night.do("update", "cyd", incident="INC-1", text="We look at the release", next_in=15)
    promised = night.clock.now() + 15 * 60 * SECOND
    night.do("timebox", "ben", incident="INC-1", question="Is it the database?", fallback="roll back", minutes=6)
    ends = night.clock.now() + 6 * 60 * SECOND
    night.do("concern", "eve", incident="INC-1", text="The backups were never tried")
    night.wait(minutes=12)
    assert night.told("A concern of eve") and set(night.told("A concern of eve")) == {"ada"}
    assert set(night.told("Time is up for ben: Is it the database?")) == {"ada", "ben"}
    assert 0 <= night.moments("Time is up for ben")[0] - ends <= WITHIN
    assert set(night.told("Are we sure that it is “Release v2”?")) == {"ada"}
    assert night.told("The next internal update is promised") == ["cyd"]
    night.wait(minutes=15)
    overdue = [(at, who) for at, who, text in night.mail.taken if "is overdue" in text]
    assert 0 <= overdue[0][0] - promised <= WITHIN and overdue[0][1] == "cyd"
    first = {who: min(at for at, one in overdue if one == who) for who in ("cyd", "ada", "dora")}
    assert first["cyd"] < first["ada"] < first["dora"], "Comms, then the IC, then leadership"
    assert first["dora"] - promised <= 2 * 300 * SECOND + 300 * SECOND
    night.do("update", "cyd", incident="INC-1", text="It is the release; we roll back", next_in=60)
    night.do("timebox", "ben", incident="INC-1", timebox="TB1", answer="No")
    night.do("concern", incident="INC-1", concern="C1", answer="We try one now")
    night.wait(seconds=10)
    assert night.told("Your concern “The backups were never tried” is answered by ada: We try one now") == ["eve"]
    night.do("handoff", incident="INC-1", to="eve")
    offered = night.clock.now()
    night.wait(minutes=12)
    mails = [(at, who) for at, who, text in night.mail.taken if "hands the role of IC over" in text]
    assert mails[0][1] == "eve" and 0 <= mails[0][0] - offered <= WITHIN
    assert {who for _, who in mails} == {"eve", "ada", "dora"}
    night.do("handoff", "eve", incident="INC-1", acknowledge=True)
    night.wait(seconds=10)
    assert night.told("eve is now IC. You are not any more.") == ["ada"]
    every_told_entry_is_true(night)


def the_room_heard_it_once_and_in_order(night: Night, guests: Guests, posted: int, at: int) -> None:
    """Every entry that is told in rooms was told by one line, in the order of the record, and each open question asked once."""
    told = [message for _, message in guests.hall.posts[posted:]]
    with night.application.reading() as uow:
        every = [e.facts for e in uow.entries("INC-1") if isinstance(e.facts, Prompted)]
        entries = [e for e in uow.entries("INC-1", after=at) if e.kind not in SILENT]
        still_open = {prompt.key for prompt in uow.prompts(night.record())}
    lines = "\n".join(message.text for message in told)
    wanted = [e.facts.sentence().strip().splitlines()[0] for e in entries if not isinstance(e.facts, Prompted)]
    places = [lines.find(line) for line in wanted]
    assert wanted and -1 not in places and places == sorted(places)
    for line in dict.fromkeys(wanted):
        assert lines.count(line) == wanted.count(line), line
    for key in {e.facts.key for e in entries if isinstance(e.facts, Prompted)}:
        # A later round says by how much it is late; the room was asked by one of them.
        texts = {facts.text.splitlines()[0] for facts in every if facts.key == key}
        choices = [message.text for _, message in guests.hall.posts if message.choices]
        asking = [text for text in choices if any(words in text for words in texts)]
        assert len(asking) <= 1 and (asking or key not in still_open), key


def within_reach(night: Night, start: int, minutes: float, expected: dict[str, tuple[int, set[str]]]) -> None:
    """After so many minutes each of these texts has reached these people, at its second of the night."""
    night.wait(minutes=minutes, seconds=5)
    for words, (seconds, people) in expected.items():
        assert set(night.told(words)) == people, words
        assert 0 <= night.moments(words)[0] - start - seconds * SECOND <= WITHIN, words


def every_told_entry_is_true(night: Night) -> None:
    """Whoever the record calls told was sent exactly that by mail; nobody is called asked."""
    said = [s for s in night.sentences() if s.startswith("Told ")]
    assert said and not [s for s in night.sentences() if s.startswith("Asked")]
    for sentence in said:
        who, _, text = sentence.removeprefix("Told ").partition(" by mail: ")
        first = text.splitlines()[0][:60]
        assert any(
            one == who.casefold() and first in " ".join(mail.replace("- ", "").splitlines())
            for _, one, mail in night.mail.taken
        ), sentence
    with night.application.reading() as uow:
        due = [p for p in uow.prompts(night.record()) if p.due <= night.clock.now() and not p.silent]
    assert all(night.record().told_of(p.key).startswith("told ") for p in due), "nothing is only on the page"


def test_with_chat_and_mail_down_for_twenty_minutes_all_of_it_arrives_once_and_in_order(night: Night) -> None:
    # R31, R34, P9
    guests = open_hall(night)
    night.application.world.notifiers |= {"smtp": night.mail}
    night.do(
        "declare",
        title="Nobody can pay",
        service="shop",
        severity="SEV-1",
        incident_commander="me",
        operations_lead="me",
    )
    night.settle()
    night.do("ack", incident="INC-1")
    before, told = len(night.mail.taken), [s for s in night.sentences() if s.startswith("Told ")]
    posted, at = len(guests.hall.posts), night.record().entries
    night.mail.down = guests.hall.down = True
    night.do("role", incident="INC-1", role="communications_lead", person="cyd")
    night.do("concern", "eve", incident="INC-1", text="The backups were never tried")
    night.wait(minutes=10)
    night.do("handoff", incident="INC-1", to="ben", role="operations_lead")
    night.wait(minutes=10)
    assert len(night.mail.taken) == before and len(guests.hall.posts) == posted
    assert any("could not be told by mail: the mail server does not answer" in s for s in night.sentences())
    assert [s for s in night.sentences() if s.startswith("Told ")] == told
    night.mail.down = guests.hall.down = False
    back = night.clock.now()
    night.wait(minutes=1, seconds=10)
    arrived = [(who, text) for at, who, text in night.mail.taken[before:] if at <= back + 70 * SECOND]
    for words, who in (
        ("ada made you Communications Lead. Do you have it?", "cyd"), ("A concern of eve", "ada"), ("What do customers see?", "ada"),
        ("hands the role of Operations Lead over to ben", "ben"), ("Customers have heard nothing.", "cyd"), ("is overdue", "cyd"),
    ):  # fmt: skip
        assert [one for one, text in arrived if words in text].count(who) == 1, words
        assert all(text.count(words) <= 1 for _, text in arrived), words
    (hers,) = [text for who, text in arrived if who == "cyd"]
    assert hers.index("Do you have it?") < hers.index("Customers have heard nothing.") < hers.index("is overdue"), (
        "in the order in which they were asked"
    )
    the_room_heard_it_once_and_in_order(night, guests, posted, at)
    every_told_entry_is_true(night)
