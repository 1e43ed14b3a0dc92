"""What needs whoever asks, as they would see it on the first page: for a terminal, a chat and the API."""

from __future__ import annotations

import shlex

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import spell
from stanch.kernel.command import REGISTRY, command
from stanch.kernel.severities import Rank
from stanch.now import needs
from stanch.prepare.oncall.commands import now_and_next
from stanch.prepare.oncall.people import contact_key
from stanch.timeline.prompt import PromptAction
from stanch.timeline.unit_of_work import UnitOfWork


class ShowNow(msgspec.Struct):
    """What needs you now, what is open, and who is on call."""


class Need(msgspec.Struct, frozen=True):
    """Something that waits for you. ``about``: the incident, if it is one; ``do``: what you can answer, as lines for a terminal."""

    text: str
    about: str = ""
    title: str = ""
    due: Moment | None = None
    do: list[str] = []


class OpenOne(msgspec.Struct, frozen=True):
    """An open incident. ``next``: what is due in it next, in words."""

    id: str
    title: str
    severity: str
    rank: Rank
    phase: str
    service: str
    commander: str
    next: str


class OnDuty(msgspec.Struct, frozen=True):
    """Who is on call now in a schedule, and the sentence that says until when and who is next."""

    schedule: str
    names: list[str]
    says: str


class Now(msgspec.Struct, frozen=True):
    """Everything that needs you; ``others``: how many questions are asked of others; ``held``: signals that wait for a decision."""

    needs: list[Need]
    incidents: list[OpenOne]
    on_call: list[OnDuty]
    held: int
    others: int

    def line(self) -> str:
        """For chat."""
        needs = [f"{need.about} {need.text}".strip() for need in self.needs] or ["Nothing needs you."]
        opened = [f"{one.id} · {one.title} · {one.severity or 'no severity'} · {one.phase}" for one in self.incidents]
        return "\n".join(
            [*needs, *(opened or ["No incident is open."]), *(f"{duty.schedule}: {duty.says}" for duty in self.on_call)]
        )


@command("now", ShowNow, group="respond", reading=True, example="stanch now")
def show_now(uow: UnitOfWork, _asked: ShowNow) -> Now:
    """As the first page has it: pages first, then what is asked of one's roles, one's items and one's shifts."""
    asked = needs.Asked(uow)
    return Now(
        _needs(uow, asked),
        [_open(uow, needs.open_incident(uow, record)) for record in asked.live],
        [
            OnDuty(duty.schedule, duty.names, duty.says)
            for name in sorted(uow.policy.schedules)
            for duty in [now_and_next(uow, name)]
        ],
        len(needs.held(uow)),
        asked.others(),
    )


def _needs(uow: UnitOfWork, asked: needs.Asked) -> list[Need]:
    key = contact_key(uow.policy.contacts, uow.actor.asker())
    found = [
        Need(
            due.prompt.text,
            due.record.id,
            due.record.title,
            due.prompt.due,
            [typed(a, due.record.id) for a in due.prompt.actions],
        )
        for due in asked.mine()
    ]
    for record, item in needs.questions(uow, needs.item_entries(uow)):
        text = f"Is “{item.title}” done?"
        found.append(
            Need(text, record.id, record.title, item.asked_at, [f"stanch action {record.id} {item.item} --done"])
        )
    for duty, begins in needs.shifts(uow, key):
        found.append(
            Need(f"You are on call in {spell(begins - uow.now)}: {duty.schedule}.", due=begins, do=["stanch oncall"])
        )
    for finding in needs.untested(uow, key):
        said = f"{finding.method}: {finding.text}" if finding.method else f"{finding.name} {finding.text}"
        found.append(
            Need(
                f"Would a page reach you? {said}.",
                do=["stanch add-method TO" if finding.worry == "weak" else "stanch test-page"],
            )
        )
    if not found and uow.actor.aloud_for:
        found.append(Need("Nothing needs you that may be said here."))
    return found


def _open(uow: UnitOfWork, one: needs.OpenIncident) -> OpenOne:
    record, now = one.record, uow.now
    if one.standing and one.standing.holding_for is not None:
        then = f"criteria hold for {spell(one.standing.holding_for)} of {spell(one.standing.needed)}"
    elif one.promised:
        late, whom = one.promised < now, f" {one.whom}" if one.whom else ""
        then = (
            f"update{whom} overdue by {spell(now - one.promised)}"
            if late
            else f"next update{whom} in {spell(one.promised - now)}"
        )
    else:
        then = ""
    return OpenOne(
        record.id,
        record.title,
        record.severity_name() or "",
        uow.policy.rank(record.severity_name()),
        record.phase,
        one.service,
        one.commander,
        then,
    )


def typed(action: PromptAction, incident: str) -> str:
    """An answer as a line for a terminal; what a person must add stands in capitals."""
    command = REGISTRY[action.command]
    values = dict(action.values)
    words = ["stanch", action.command, *([incident] if command.needs_incident else [])]
    values.pop("incident", None)
    for name in command.positional:
        if name == "incident":
            continue
        if name in values:
            words.append(shlex.quote(values.pop(name)))
        elif name == action.asks:
            words.append(name.upper())
        else:
            break
    words += [_option(name, value) for name, value in values.items()]
    if action.asks and action.asks.upper() not in words:
        words.append(f"--{action.asks.replace('_', '-')} {action.asks.upper()}")
    return " ".join(words)


def _option(name: str, value: str) -> str:
    flag = f"--{name.replace('_', '-')}"
    return flag if value == "true" else f"{flag} {shlex.quote(value)}"
