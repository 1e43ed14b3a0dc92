"""Forty incidents over a year, with restarts and a tracker that is away for a month: every question on its day, and both sides agree (R47, R48)."""

import os
from itertools import pairwise
from typing import Any

import msgspec

from stanch.kernel.clock import DAY, day
from stanch.learn.action_items.ticket_sync import state_here
from stanch.timeline.facts.learn import ReviewAsked
from tests.scenarios.desk import Desk, open_desk
from tests.scenarios.house import House
from tests.scenarios.test_trackers import (
    desk,
    test_a_tracker_that_is_away_loses_nothing_and_says_since_when,
    test_a_webhook_is_only_a_hint_and_a_repeated_one_is_heard_once,
    test_signals_that_are_normal_work_are_filed_and_closed_as_the_policy_says,
)

# Played again here, on both databases.
__all__ = [
    "desk",
    "test_a_tracker_that_is_away_loses_nothing_and_says_since_when",
    "test_a_webhook_is_only_a_hint_and_a_repeated_one_is_heard_once",
    "test_signals_that_are_normal_work_are_filed_and_closed_as_the_policy_says",
]

EVERY, THREE_WEEKS = 9, 21
# On PostgreSQL the first third, unless the whole year is asked for: each step is the same there, and takes longer.
WHOLE, PART = 40, 15
AWAY = range(100, 131)
RESTARTS = (37, 110, 125, 131, 200, 288, 371)


class Year:
    """One item for each incident; what becomes of it goes by its number. Days count from the first."""

    def __init__(self, house: House, tracker: Desk, incidents: int) -> None:
        self.incidents, self.house, self.desk, self.start = incidents, house, tracker, house.clock.now()
        self.closed: dict[int, int] = {}

    def play(self) -> None:
        """Day after day, until the last item has ended."""
        for today, tomorrow in pairwise(self.days()):
            if today in RESTARTS:
                self.house.crash()
            self.desk.down = today in AWAY
            if today % EVERY == 0 and today // EVERY < self.incidents:
                self._happens(today // EVERY, today)
            for number, since in self.closed.items():
                self._act(number, today - since)
            self.house.wait(days=tomorrow - today, step=(tomorrow - today) * 86400)

    def days(self) -> list[int]:
        """Those on which something happens or is asked: nothing else needs a look."""
        ages = (
            0,
            5,
            10,
            12,
            15,
            THREE_WEEKS,
            THREE_WEEKS + 1,
            THREE_WEEKS + 2,
            THREE_WEEKS + 3,
            THREE_WEEKS + 4,
            THREE_WEEKS + 5,
        )
        found = {number * EVERY + age for number in range(self.incidents) for age in ages} | {
            *RESTARTS,
            AWAY.start,
            AWAY.stop,
        }
        return sorted(found | {max(found) + extra for extra in (1, 8)})

    def _happens(self, number: int, today: int) -> None:
        incident = self.house.do("declare", title=f"Outage {number}", service="shop").incident
        self.house.do("resolve", incident=incident, override=True, reason="rolled back", cause_known=True)
        self.house.do("close", incident=incident)
        self.house.do(
            "action",
            incident=incident,
            title=f"Change {number}",
            owner="ben",
            due=day(self.house.clock.now() + 40 * DAY),
            test="It stops",
        )
        self.closed[number] = today

    def _act(self, number: int, age: int) -> None:
        """By number: answered by the owner, by the lead, done early, closed in the tracker, dropped there; each renamed somewhere."""
        incident, kind = f"INC-{number + 1}", number % 5
        if age == 5:
            self._renamed(number, incident)
        if kind == 2 and age == 10:
            self._do(incident, "ben", done=True, evidence="it stopped")
        if kind == 3 and age == 12:
            self._at_desk(number, state="done")
        if kind == 4 and age == 15:
            self._at_desk(number, state="dropped")
        if age == THREE_WEEKS + 2 and kind in (0, 3):
            self._do(incident, "ben", answer="Half done")
        if age == THREE_WEEKS + 5:
            self._later(incident, kind)

    def _later(self, incident: str, kind: int) -> None:
        if kind in (0, 3):
            self._do(incident, "ben", done=True, evidence="the build stopped")
        elif kind == 1:
            self._do(incident, "grace", answer="I look after it", done=True, evidence="seen by me")
        elif kind == 4:
            self._do(incident, "grace", dropped=True, note="another tool does it")

    def _renamed(self, number: int, incident: str) -> None:
        if number % 2:
            self._do(incident, "ben", title=f"Change {number}, as said here")
        else:
            self._at_desk(number, title=f"Change {number}, as said there")

    def _do(self, incident: str, person: str, **values: Any) -> None:
        self.house.do("action", person, incident=incident, item="A1", **values)

    def _at_desk(self, number: int, **values: Any) -> None:
        """People work there also while we cannot reach it; what was not filed yet is not there for them."""
        found = [
            key
            for key, each in self.desk.tickets.items()
            if each.title.startswith(f"Change {number}") and each.title[len(f"Change {number}") :][:1] in ("", ",")
        ]
        for key in found:
            self.desk.edit(key, **values)


def test_every_question_is_asked_once_on_its_day_and_both_sides_agree(house: House) -> None:
    tracker = open_desk(house)
    short = house.application.database.dialect == "postgresql" and not os.environ.get("STANCH_WHOLE_YEAR")
    incidents = PART if short else WHOLE
    year = Year(house, tracker, incidents)
    year.play()
    assert len(year.closed) == incidents == len(tracker.tickets), (
        "one ticket for each item, over restarts and an outage"
    )
    rows = {row["incident"]: row for row in house.do("tickets", limit=1000)}
    assert all(not row["problem"] and not row["differs"] for row in rows.values())
    late = 0
    for number, since in year.closed.items():
        incident = f"INC-{number + 1}"
        record, asked = house.record(incident), questions(house, incident)
        item, ticket = (
            record.action_items["A1"],
            next(each for each in tracker.tickets.values() if each.key == rows[incident]["key"]),
        )
        assert (state_here(item), item.title, day(item.due_at)) == (ticket.state, ticket.title, ticket.due), incident
        assert item.done_at is not None and item.ticket.key == ticket.key
        due = year.start + (since + THREE_WEEKS) * DAY
        wanted = {2: [], 0: [("ben", 0)], 3: [("ben", 0)]}.get(number % 5, [("ben", 0), ("grace", 3)])
        assert [(person, (at - due) // DAY) for person, at in asked] == wanted, incident
        late += since in AWAY
    assert late >= 3, "some were filed while the tracker was away"
    told = [(to, m.title) for to, m in house.pager.told if "Is A1 done?" in m.title]
    assert len(told) == len(set(told)) == sum(len(questions(house, f"INC-{n + 1}")) for n in year.closed)
    assert sum("as said there" in each.title for each in tracker.tickets.values()) >= incidents // 3


def questions(house: House, incident: str) -> list[tuple[str, int]]:
    """Who was asked the three-week question, and when; each of them was told."""
    with house.application.reading() as uow:
        found = [each for each in uow.entries(incident) if isinstance(each.facts, ReviewAsked)]
    assert all(msgspec.structs.asdict(each.facts)["problem"] == "" for each in found)
    return [(each.facts.person, each.happened_at) for each in found if isinstance(each.facts, ReviewAsked)]
