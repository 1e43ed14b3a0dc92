"""Prompts for the actor in all live incidents, and further waiting items."""

from __future__ import annotations

from typing import Any

import msgspec

from stanch.detect.commands.investigations import InvestigationRow, Investigations, investigating, investigations
from stanch.detect.commands.signals import SignalRow, Signals, list_signals
from stanch.kernel.clock import DAY, minute_of
from stanch.kernel.policy import Policy
from stanch.now.asked import asks, in_order
from stanch.prepare.oncall import store
from stanch.prepare.oncall.commands import OnCallNow, now_and_next
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.page_tests import report
from stanch.prepare.reachability import Finding
from stanch.recover.rules import Standing, standing
from stanch.respond.overview import Incidents, incidents
from stanch.timeline.audience_clock import OVER, next_updates
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork

RECENT, SINCE = 200, 90 * DAY
ITEMS = (
    "SELECT e.incident, e.kind, e.facts, i.private FROM entries e JOIN "
    "(SELECT id, private FROM incidents WHERE changed_at > :since ORDER BY number DESC LIMIT :recent) i ON i.id = e.incident "
    "WHERE e.kind IN ('action_item_done', 'action_item_reopened', 'review_asked', 'ticket_closed') "
    "ORDER BY e.incident, e.position"
)

# Public posts of what was closed lately; what is private or a drill has none on the page.
POSTS = (
    "SELECT e.incident, e.facts FROM (SELECT id FROM incidents WHERE status = 'closed' AND private = 0 AND drill = 0 "
    "AND changed_at > :since ORDER BY number DESC LIMIT :recent) i JOIN entries e ON e.incident = i.id "
    "WHERE e.kind = 'update_posted' AND e.facts LIKE '%\"audience\":\"public\"%' ORDER BY e.incident, e.position"
)


# The kind of entry, the incident, its facts.
ItemEntry = tuple[str, str, dict[str, Any]]


class Due(msgspec.Struct, frozen=True):
    """A prompt for me, and the incident it is about."""

    record: Record
    prompt: Prompt


class OpenIncident(msgspec.Struct, frozen=True):
    """An open incident: who commands it, and what comes next. ``promised``: the next update that is due, for ``whom``: empty for engineers alone."""

    record: Record
    service: str
    commander: str
    promised: int | None
    whom: str
    standing: Standing | None


class Asked:
    """What goes on: incidents, investigations, and what customers still read of as going on; and what each asks now."""

    def __init__(self, uow: UnitOfWork, policy: Policy | None = None) -> None:
        """``policy``: see ``UnitOfWork.prompts``."""
        self.uow = uow
        names = [row.id for row in incidents(uow, Incidents(status="live", limit=200))]
        records = uow.records([*names, *investigating(uow), *_without_final_word(uow)])  # of all in one query
        self.investigations: list[InvestigationRow] = investigations(uow, Investigations())
        self.live = [record for record in records if record.live()]
        self.due = [(record, [p for p in uow.prompts(record, policy=policy) if p.due <= uow.now]) for record in records]

    def mine(self) -> list[Due]:
        """What is asked of me: pages first, then by severity."""
        found = [Due(record, prompt) for record, asked in self.due for prompt in in_order(self.uow, record, asked)]

        def place(due: Due) -> tuple[bool, int]:
            return not due.prompt.key.startswith("acknowledge:"), self.uow.policy.rung(due.record.severity_name() or "")

        return sorted(found, key=place)

    def others(self) -> int:
        """How much is asked of others."""
        return sum(not asks(self.uow, record, p) for record, asked in self.due for p in asked)


def _without_final_word(uow: UnitOfWork) -> list[str]:
    """What was closed lately while the status page says that it goes on."""
    states: dict[str, str] = {}
    for row in uow.tx.all(POSTS, since=minute_of(uow.now - SINCE), recent=RECENT):
        states[row["incident"]] = msgspec.json.decode(row["facts"]).get("state", "")
    return [incident for incident, state in states.items() if state not in OVER]


def open_incident(uow: UnitOfWork, record: Record) -> OpenIncident:
    """A line of the list."""
    service = uow.policy.service(record.service)
    owed = min(next_updates(record, uow.policy), key=lambda clock: clock.due, default=None)
    return OpenIncident(
        record,
        service.label() if service else record.service,
        record.holder("incident_commander"),
        owed.due if owed else None,
        f"for {owed.audience}" if owed and owed.audience != "engineers" else "",
        standing(record, uow.policy, uow.now) if record.criteria else None,
    )


def held(uow: UnitOfWork) -> list[SignalRow]:
    """Signals that fire and wait for a decision."""
    rows = list_signals(uow, Signals(limit=50, disposition="held"))
    return [row for row in rows if row.state == "firing" and not row.silence]


def shifts(uow: UnitOfWork, key: str) -> list[tuple[OnCallNow, int]]:
    """Shifts of a contact that begin within a day: the schedule, and when."""
    found = []
    for name in sorted(uow.policy.schedules) if key else []:
        try:
            plan = store.planned(uow, name, uow.now, uow.now + DAY)
        except ValueError:
            continue
        begins = next((shift.start for shift in plan if key in shift.people()), None)
        if begins and begins > uow.now:
            found.append((now_and_next(uow, name), begins))
    return found


def untested(uow: UnitOfWork, key: str) -> list[Finding]:
    """The first of one's own contact methods of which nobody knows whether it works."""
    worries = ("untested", "failing", "weak")
    return [f for f in report(uow) if f.person == key and f.worry in worries][:1] if key else []


def ended(rows: list[ItemEntry]) -> dict[tuple[str, str], dict[str, Any]]:
    """The items that are done or dropped and were not reopened since, by incident and item."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, incident, facts in rows:
        if kind == "action_item_done":
            found[incident, facts.get("item", "")] = facts
        elif kind == "action_item_reopened":
            found.pop((incident, facts.get("item", "")), None)
    return found


def questions(uow: UnitOfWork, rows: list[ItemEntry]) -> list[tuple[Record, ActionItem]]:
    """Questions about my own action items that wait for an answer (R48), and those whose ticket was closed: is it done?"""
    me = uow.actor.asker(), contact_key(uow.policy.contacts, uow.actor.asker())
    over = ended(rows)
    mine = {
        incident: None
        for kind, incident, facts in rows
        if (kind == "ticket_closed" or (kind == "review_asked" and facts.get("person") in me))
        and (incident, facts.get("item")) not in over
    }
    return [
        (record, item)
        for record in uow.records(mine)
        for item in record.action_items.values()
        if item.done_at is None and (_unanswered(item, me) or (item.ticket and item.ticket.closed and item.owner in me))
    ]


def _unanswered(item: ActionItem, me: tuple[str, str]) -> bool:
    return bool(item.asked and item.asked[-1].person in me and (item.answered_at or 0) < (item.asked_at or 0))


def item_entries(uow: UnitOfWork) -> list[ItemEntry]:
    """What became of action items lately. The newest incidents only: this is asked for often."""
    rows = uow.tx.all(ITEMS, since=minute_of(uow.now - SINCE), recent=RECENT)
    private = {row["incident"] for row in rows if row["private"]}
    hidden = {name for name in private if not uow.may_see(name, True)}
    return [
        (row["kind"], row["incident"], msgspec.json.decode(row["facts"]))
        for row in rows
        if row["incident"] not in hidden
    ]
