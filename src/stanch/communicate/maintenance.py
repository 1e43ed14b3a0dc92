"""Commands for planned work: plan, move, post an update, cancel (R33). Their texts are public, so R8 applies."""

from typing import Annotated, Literal

import msgspec

from stanch.communicate.components import public_service
from stanch.communicate.rules import suggestions, wording
from stanch.db.locks import Lock
from stanch.detect.maintenance import Maintenance, maintenance_of
from stanch.kernel.answers import Moment
from stanch.kernel.clock import DAY, MINUTE, iso, parse_moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.kernel.policy import Policy
from stanch.prepare.known_people import same_person
from stanch.timeline.unit_of_work import UnitOfWork

MaintenanceState = Literal["scheduled", "in_progress", "verifying", "completed", "cancelled"]
LONGEST = 31 * DAY
Text = Annotated[str, msgspec.Meta(max_length=5_000, description="What customers will notice, in their words.")]
When = Annotated[str, msgspec.Meta(max_length=40, description="A moment, such as 2026-12-06T02:00:00Z.")]
Yes = Annotated[bool, msgspec.Meta(description="Post although it holds a blank, an internal host or a person's name.")]


class Plan(msgspec.Struct):
    """Plan work that customers will notice: it stands on the status page, and wakes nobody while it runs."""

    title: Annotated[
        str, msgspec.Meta(min_length=1, max_length=200, description="What is done, in words for customers.")
    ]
    services: Annotated[
        list[str], msgspec.Meta(min_length=1, max_length=100, description="The services that it touches.")
    ]
    starts: When
    ends: When
    text: Text = ""
    remind: Annotated[
        float,
        msgspec.Meta(
            ge=0, le=43_200, description="Minutes before the start when those who follow are reminded; 0: never."
        ),
    ] = 1440
    unchecked: Yes = False


@command(
    "maintenance",
    Plan,
    group="communicate",
    noun="maintenances",
    positional=("title",),
    example="stanch maintenance 'New payment database' --services checkout --starts 2026-12-06T02:00:00Z --ends 2026-12-06T03:00:00Z",
)
def plan(uow: UnitOfWork, asked: Plan) -> Done:
    """It begins and ends by the clock, unless somebody says otherwise."""
    from stanch.communicate.planned_work import post, set_clock

    services = [_service(uow.policy, name) for name in asked.services if name.strip()]
    if not services:
        raise Invalid("Which services does it touch?", field="services", hint="Name at least one.")
    starts, ends = _span(uow, asked.starts, asked.ends)
    text = asked.text.strip() or asked.title
    check_words(uow, f"{asked.title}\n{text}", asked.unchecked)
    uow.tx.one_at_a_time(Lock.FOLDING)
    row = uow.tx.one("SELECT COALESCE(MAX(number), 0) + 1 AS number FROM maintenances")
    number = int(row["number"]) if row else 1
    uow.tx.execute(
        "INSERT INTO maintenances (number, id, title, services, state, starts_at, ends_at, remind_at, created_at) "
        "VALUES (:number, :id, :title, :services, 'scheduled', :starts, :ends, :remind, :now)",
        number=number, id=f"MNT-{number}", title=asked.title, services=msgspec.json.encode(services).decode(), starts=starts,
        ends=ends, now=uow.now, remind=_reminder(uow, starts, asked.remind),
    )  # fmt: skip
    post(uow, f"MNT-{number}", "scheduled", text, uow.actor.name)
    set_clock(uow)
    return Done(f"MNT-{number} is planned from {iso(starts)[:16]}Z to {iso(ends)[:16]}Z.", id=f"MNT-{number}")


class PostMaintenance(msgspec.Struct):
    """Say how planned work goes: a post, another state, another time."""

    maintenance: Annotated[str, msgspec.Meta(max_length=40, description="Such as MNT-1.")]
    state: Annotated[
        MaintenanceState | None,
        msgspec.Meta(description="By hand instead of by the clock; completed and cancelled are final."),
    ] = None
    text: Text = ""
    starts: When = ""
    ends: When = ""
    unchecked: Yes = False


@command(
    "maintenance-post",
    PostMaintenance,
    group="communicate",
    noun="maintenance-posts",
    positional=("maintenance", "text"),
    example="stanch maintenance-post MNT-1 'It takes half an hour longer.' --ends 2026-12-06T03:30:00Z",
)
def change(uow: UnitOfWork, asked: PostMaintenance) -> Done:
    """Completed work cannot be changed; cancelled work stays in calendars as cancelled."""
    from stanch.communicate.planned_work import move, set_clock

    uow.tx.one_at_a_time(Lock.FOLDING)
    row = uow.tx.one("SELECT * FROM maintenances WHERE id = :id", id=asked.maintenance.upper())
    if row is None:
        raise NotFound(f"There is no planned work '{asked.maintenance}'.", hint="'stanch maintenances' lists it.")
    work = maintenance_of(row)
    if work.over():
        raise Conflict(f"{work.id} is {work.state}.", hint="Plan another one.")
    state = _next(work, asked.state)
    starts, ends = work.starts_at, work.ends_at
    if asked.starts or asked.ends:
        starts, ends = _span(uow, asked.starts or iso(starts), asked.ends or iso(ends), begun=work.running())
    text = asked.text.strip() or DEFAULTS[state]
    check_words(uow, text, asked.unchecked)
    uow.tx.execute("UPDATE maintenances SET starts_at = :s, ends_at = :e WHERE id = :id", s=starts, e=ends, id=work.id)
    move(uow, work, state, text, uow.actor.name)
    set_clock(uow)
    return Done(f"{work.id}: {state.replace('_', ' ')}.", id=work.id)


DEFAULTS: dict[str, str] = {
    "scheduled": "The planned time has changed.",
    "in_progress": "Planned work has begun.",
    "verifying": "The work is done, and we are checking the result.",
    "completed": "Planned work is done.",
    "cancelled": "This planned work is cancelled.",
}
ORDER = ("scheduled", "in_progress", "verifying")


def _next(work: Maintenance, state: str | None) -> str:
    """Raises ``Conflict`` for work that would become planned again after it has begun."""
    if state is None:
        return work.state
    if state in ORDER and ORDER.index(state) < ORDER.index(work.state):
        raise Conflict(
            f"{work.id} is {work.state.replace('_', ' ')}.", hint="Complete or cancel it, and plan another one."
        )
    return state


class Maintenances(msgspec.Struct):
    """Planned work: what is under way, what is to come, and what was."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=500, description="How many.")] = 50


class Listed(msgspec.Struct, frozen=True):
    """One planned work."""

    id: str
    title: str
    services: list[str]
    state: str
    starts_at: Moment
    ends_at: Moment

    def line(self) -> str:
        """For chat."""
        span = f"{iso(self.starts_at)[:16]}Z to {iso(self.ends_at)[:16]}Z"
        return f"{self.id} {self.title}: {self.state.replace('_', ' ')}, {span} ({', '.join(self.services)})"


@command(
    "maintenances", Maintenances, group="communicate", noun="maintenances", reading=True, example="stanch maintenances"
)
def listed(uow: UnitOfWork, asked: Maintenances) -> list[Listed]:
    """The last one first."""
    rows = uow.tx.all("SELECT * FROM maintenances ORDER BY starts_at DESC LIMIT :limit", limit=asked.limit)
    works = [maintenance_of(row) for row in rows]
    return [Listed(w.id, w.title, w.services, w.state, w.starts_at, w.ends_at) for w in works]


def _reminder(uow: UnitOfWork, starts: int, minutes: float) -> int | None:
    """When to send the reminder; None when the work was planned after that moment."""
    at = starts - int(minutes * MINUTE)
    return at if minutes and at > uow.now else None


def check_words(uow: UnitOfWork, text: str, unchecked: bool) -> None:
    """R8, R33. Raises ``Denied`` and ``Invalid`` as a post of an incident does."""
    allowed = uow.policy.public_approval
    if allowed and not any(same_person(uow, name, uow.actor.name) for name in allowed):
        names = [uow.policy.contacts[name].name if name in uow.policy.contacts else name for name in allowed]
        raise Denied(f"A public post needs the word of {' or '.join(names)}.", hint="Ask one of them to plan it.")
    leaks = [finding for finding in wording(text, uow.policy, "monitoring") if finding.second_yes]
    if leaks and not unchecked:
        said = " ".join(suggestions(leaks))
        raise Invalid(
            f"Customers would read this: {said}", field="text", hint="Reword it, or confirm with --unchecked."
        )


def _service(policy: Policy, name: str) -> str:
    """A service of the catalog by its own or its public name. Raises ``Invalid``."""
    return name if name in policy.services else public_service(policy, name, "services")


def _span(uow: UnitOfWork, starts: str, ends: str, *, begun: bool = False) -> tuple[int, int]:
    """Raises ``Invalid`` for an end before the beginning, an end in the past, and more than a month."""
    moments = []
    for field, text in (("starts", starts), ("ends", ends)):
        try:
            moments.append(parse_moment(text))
        except ValueError as error:
            raise Invalid(f"{error}.", field=field) from None
    if moments[1] <= moments[0]:
        raise Invalid("It would end before it begins.", field="ends")
    if moments[1] <= uow.now:
        raise Invalid(
            "That end is in the past.", field="ends", hint="Complete it with --state completed." if begun else ""
        )
    if moments[1] - moments[0] > LONGEST:
        raise Invalid("It would last longer than a month.", field="ends")
    return moments[0], moments[1]
