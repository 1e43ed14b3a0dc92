"""Commands about on-call: who is on call, schedules, overrides and swaps."""

from datetime import date
from typing import Annotated

import msgspec

from stanch.db.locks import Lock
from stanch.kernel.answers import Moment
from stanch.kernel.clock import DAY, iso
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.shift import Shift
from stanch.kernel.zones import iso_local, local, zone_of
from stanch.prepare.oncall import month, overriding, own_shifts, store
from stanch.prepare.oncall.people import shown_name
from stanch.timeline.unit_of_work import UnitOfWork

LOOK_AHEAD_DAYS = 60
Where = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, description="The schedule, as 'stanch oncall' names it.")
]
Why = Annotated[str, msgspec.Meta(max_length=500, description="Why; kept with the override.")]


class OnCall(msgspec.Struct):
    """Who is on call now in each schedule, until when, and who is next. Gaps are named."""

    schedule: Annotated[str, msgspec.Meta(description="Only this schedule; all by default.")] = ""


class OnCallNow(msgspec.Struct, frozen=True):
    """Who is on call in a schedule. ``names``: what people call those; ``next``: who follows, empty for a gap.

    ``until`` None: for longer than is looked ahead; ``next`` None: nobody follows that is known.
    ``time_zone``: the schedule's, on whose clock ``until`` is shown to people.
    """

    schedule: str
    on_call: list[str]
    names: list[str]
    says: str
    override: bool = False
    until: Moment | None = None
    next: list[str] | None = None
    time_zone: str = ""

    def subject(self) -> str:
        """What ``says`` begins with, where the schedule can be read."""
        return f"{' and '.join(self.names) or 'Nobody'} {'are' if len(self.names) > 1 else 'is'} on call"

    def without_names(self) -> str:
        """``says`` below the names."""
        return f"On call{self.says.removeprefix(self.subject())}"

    def line(self) -> str:
        """For chat."""
        return f"{self.schedule}: {self.says}"


@command("oncall", OnCall, positional=("schedule",), reading=True, example="stanch oncall")
def oncall(uow: UnitOfWork, asked: OnCall) -> list[OnCallNow]:
    """Now and next (R2). A schedule that cannot be read says so and hides no other."""
    return [now_and_next(uow, name) for name in _chosen(uow, asked.schedule)]


def now_and_next(uow: UnitOfWork, name: str) -> OnCallNow:
    """One schedule. A schedule that cannot be read says so."""
    end = uow.now + LOOK_AHEAD_DAYS * DAY
    try:
        plan = store.planned(uow, name, uow.now, end)
    except ValueError as error:
        return OnCallNow(name, [], [], f"The schedule '{name}' cannot be read: {error}.")
    now, until, follows = _joined(plan)
    found = OnCallNow(
        name, now.people(), names_of(uow, now), "", now.override, until if until < end else None,
        None if follows is None else names_of(uow, follows), store.schedule_of(uow, name).time_zone,
    )  # fmt: skip
    rests_on = uow.application.calendars.problems().get(name, "")
    says = " ".join(filter(None, [_sentence(uow, found, now, follows), rests_on]))
    return msgspec.structs.replace(found, says=says)


def _joined(plan: list[Shift]) -> tuple[Shift, int, Shift | None]:
    """The first shift, until when its people stay on call (an override by the same person is no change), and what follows."""
    now = plan[0]
    for shift in plan[1:]:
        if shift.people() != now.people():
            return now, shift.start, shift
    return now, plan[-1].end, None


def _sentence(uow: UnitOfWork, found: OnCallNow, now: Shift, follows: Shift | None) -> str:
    zone = zone_of(store.schedule_of(uow, found.schedule).time_zone)
    until = f" until {local(follows.start, zone):%a %d %b %H:%M} ({zone.key})" if follows else ""
    then = "" if found.next is None else f", then {' and '.join(found.next) or 'nobody'}"
    if now.gap:
        return f"{found.subject()}{until}{then}: {store.gap_reason(uow, found.schedule, uow.now)}."
    return f"{found.subject()}{until}{then}."


def names_of(uow: UnitOfWork, shift: Shift) -> list[str]:
    """What people call those of a shift."""
    return [shown_name(uow.policy.contacts, person) for person in shift.people()]


class Schedules(msgspec.Struct):
    """The shifts of the next days in one or all schedules, gaps and overrides included."""

    schedule: Annotated[str, msgspec.Meta(description="Only this schedule; all by default.")] = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=366, description="How many days ahead.")] = 14
    start: Annotated[
        str,
        msgspec.Meta(description="From when on, on the schedule's own clock unless it has an offset; now by default."),
    ] = ""
    month: Annotated[
        str,
        msgspec.Meta(
            description="A whole month of the schedule's own clock, such as 2026-11, instead of 'start' and 'days'."
        ),
    ] = ""
    person: Annotated[str, msgspec.Meta(description="Only the shifts of this contact; 'me' for your own.")] = ""


class ShiftRow(msgspec.Struct, frozen=True):
    """A shift, on the schedule's own clock with its offset, cut where the asked span begins and ends.

    ``person`` is empty in a gap. ``lasts``: how long, in words.
    """

    schedule: str
    start: str
    end: str
    time_zone: str
    person: str
    name: str
    layer: str
    override: bool
    note: str
    lasts: str

    def line(self) -> str:
        """For chat."""
        span = f"{self.start[:16].replace('T', ' ')} to {self.end[:16].replace('T', ' ')} ({self.time_zone})"
        return f"{self.schedule} · {span} · {self.name}"


@command("schedules", Schedules, positional=("schedule",), reading=True, example="stanch schedules primary --days 7")
def schedules(uow: UnitOfWork, asked: Schedules) -> list[ShiftRow]:
    """The shifts of the next days, or of a month; everybody's or one person's (R2)."""
    found: list[ShiftRow] = []
    key = overriding.person_of(uow, "" if asked.person == "me" else asked.person) if asked.person else ""
    first = _month(asked)
    for name in _chosen(uow, asked.schedule):
        start, end = _span(uow, name, asked, first)
        plan = overriding.plan(uow, name, start, end)
        found += [_row(uow, name, shift) for shift in (own_shifts.of_person(uow, key, plan) if key else plan)]
    return found


def _month(asked: Schedules) -> date | None:
    """The first day of the asked month, if one is. Raises ``Invalid``."""
    if asked.month and asked.start:
        raise Invalid("A month has its own start.", field="month", hint="Leave out 'month' or 'start'.")
    try:
        return month.month_of(asked.month) if asked.month else None
    except ValueError as error:
        raise Invalid(f"{error}.", field="month") from None


def _span(uow: UnitOfWork, name: str, asked: Schedules, first: date | None) -> tuple[int, int]:
    """The asked span of time, on the schedule's own clock. Raises ``Invalid``."""
    if first:
        return month.span(first, overriding.zone(uow, name))
    start = overriding.when(uow, name, asked.start, "start") if asked.start else uow.now
    return start, start + asked.days * DAY


def _row(uow: UnitOfWork, name: str, shift: Shift) -> ShiftRow:
    zone = zone_of(store.schedule_of(uow, name).time_zone)
    return ShiftRow(
        name, iso_local(shift.start, zone), iso_local(shift.end, zone), zone.key, ", ".join(shift.people()),
        ", ".join(names_of(uow, shift)) or "nobody", shift.layer or "gap", shift.override, shift.note,
        month.length(shift.end - shift.start),
    )  # fmt: skip


class MakeOverride(msgspec.Struct):
    """Put someone on call in a schedule for a while. It beats every layer and every earlier override."""

    schedule: Where
    end: Annotated[str, msgspec.Meta(description="Until when. Without an offset it is the schedule's own time.")]
    person: Annotated[str, msgspec.Meta(max_length=200, description="Who takes it; you by default.")] = ""
    start: Annotated[str, msgspec.Meta(description="From when on; now by default.")] = ""
    reason: Why = ""


@command(
    "override",
    MakeOverride,
    noun="overrides",
    positional=("schedule", "person"),
    example="stanch override primary ben --end 2026-06-04T18:00Z",
)
def override(uow: UnitOfWork, asked: MakeOverride) -> Done:
    """Take a shift, or give it (R2). The past cannot be changed: a start in the past is taken as now."""
    store.schedule_of(uow, asked.schedule)
    person = overriding.person_of(uow, asked.person)
    start = max(uow.now, overriding.when(uow, asked.schedule, asked.start, "start")) if asked.start else uow.now
    end = overriding.when(uow, asked.schedule, asked.end, "end")
    if end <= start:
        hint = "It would begin now." if start == uow.now else ""
        raise Invalid(f"The end ({iso(end)}) is not after the start ({iso(start)}).", field="end", hint=hint)
    if end - start > overriding.LONGEST_DAYS * DAY:
        raise Invalid(
            f"An override lasts at most {overriding.LONGEST_DAYS} days.",
            field="end",
            hint="Change the schedule itself.",
        )
    uow.tx.one_at_a_time(Lock.OVERRIDING)
    made = overriding.write(uow, asked.schedule, Shift(person, start, end), asked.reason)
    return Done(
        f"{overriding.name(uow, person)} has {asked.schedule} {overriding.spelled(uow, asked.schedule, start, end)}.",
        id=made,
    )


class Swap(msgspec.Struct):
    """Exchange two shifts of one schedule between two people. A shift that has begun is exchanged from now on."""

    schedule: Where
    mine: Annotated[
        str, msgspec.Meta(description="A moment in my shift. Without an offset it is the schedule's own time.")
    ]
    theirs: Annotated[str, msgspec.Meta(description="A moment in their shift.")]
    person: Annotated[str, msgspec.Meta(max_length=200, description="Whose shift 'mine' is; yours by default.")] = ""
    reason: Why = ""


@command(
    "swap",
    Swap,
    noun="swaps",
    positional=("schedule", "mine", "theirs"),
    example="stanch swap primary 2026-06-04 2026-06-11 --person ben",
)
def swap(uow: UnitOfWork, asked: Swap) -> Done:
    """Two overrides in one transaction (R2)."""
    store.schedule_of(uow, asked.schedule)
    me = overriding.person_of(uow, asked.person)
    uow.tx.one_at_a_time(Lock.OVERRIDING)
    mine = overriding.shift_at(uow, asked.schedule, asked.mine, "mine")
    theirs = overriding.shift_at(uow, asked.schedule, asked.theirs, "theirs")
    they = theirs.person
    if mine.person != me:
        hint = (
            f"{overriding.name(uow, mine.person)} has it." if asked.person else "Say whose shift it is with 'person'."
        )
        raise Conflict(f"That shift is not {overriding.name(uow, me)}'s.", field="mine", hint=hint)
    if they == me:
        raise Conflict(
            f"Both shifts are {overriding.name(uow, me)}'s.", field="theirs", hint="Give a moment in another's shift."
        )
    reason = asked.reason or f"swap of {overriding.name(uow, me)} and {overriding.name(uow, they)}"
    first = overriding.write(uow, asked.schedule, Shift(they, mine.start, mine.end), reason)
    second = overriding.write(uow, asked.schedule, Shift(me, theirs.start, theirs.end), reason)
    spans = [overriding.spelled(uow, asked.schedule, s.start, s.end) for s in (mine, theirs)]
    return Done(
        f"{overriding.name(uow, they)} has {asked.schedule} {spans[0]}, {overriding.name(uow, me)} {spans[1]}.",
        id=f"{first} {second}",
    )


class CancelOverride(msgspec.Struct):
    """Take an override back; one that has begun ends now."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100, description="As 'stanch override' answered.")]


@command(
    "cancel-override",
    CancelOverride,
    noun="cancelled-overrides",
    positional=("id",),
    example="stanch cancel-override ov-1a2b3c4d5e",
)
def cancel_override(uow: UnitOfWork, asked: CancelOverride) -> Done:
    """The layers, and earlier overrides, count again (R2)."""
    uow.tx.one_at_a_time(Lock.OVERRIDING)
    row = uow.tx.one("SELECT * FROM overrides WHERE id = :id", id=asked.id)
    if row is None:
        raise NotFound(f"There is no override {asked.id}.", field="id", hint="The page /oncall lists them.")
    if row["cancelled_at"] is not None:
        raise Conflict(f"The override {asked.id} is cancelled already.")
    if row["end_at"] <= uow.now:
        raise Conflict(f"The override {asked.id} has ended, and the past is not changed.")
    uow.tx.execute("UPDATE overrides SET cancelled_at = :now WHERE id = :id", now=uow.now, id=asked.id)
    return Done(
        f"The override of {overriding.name(uow, row['person'])} in {row['schedule']} is cancelled.", id=asked.id
    )


def _chosen(uow: UnitOfWork, name: str) -> list[str]:
    if name:
        store.schedule_of(uow, name)
        return [name]
    return sorted(uow.policy.schedules)
