"""What was learned from many incidents, the incidents behind a figure, and the list of action items (R47-R49)."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.clock import DAY
from stanch.kernel.command import command
from stanch.kernel.errors import NotFound
from stanch.learn import backfill
from stanch.learn.action_items.ticket_views import TicketView, views
from stanch.learn.figures import items, times, trends
from stanch.learn.figures.answers import YEAR, Behind, Item, Learning
from stanch.learn.figures.of_record import COUNTS, PHASE_SPANS, SPANS
from stanch.learn.figures.reading import ABOUTS, Reading
from stanch.learn.figures.scope import Scope, last_days
from stanch.prepare.known_people import known_person, spellings
from stanch.timeline.unit_of_work import UnitOfWork

Period = Annotated[
    int, msgspec.Meta(ge=1, le=11_000, description="So many days back, and today (UTC); a year by default.")
]
Name = Annotated[str, msgspec.Meta(max_length=200)]
FIRST_ITEMS = 50


class AskLearning(msgspec.Struct):
    """Completion of action items first, then times, cadence, factors that return, and what mitigations achieve."""

    days: Period = YEAR
    team: Annotated[Name, msgspec.Meta(description="Only the services of this team.")] = ""
    service: Annotated[Name, msgspec.Meta(description="Only this service.")] = ""


@command("learning", AskLearning, reading=True, example="stanch learning --team payments")
def learning(uow: UnitOfWork, asked: AskLearning) -> Learning:
    """R49: maturity is the share of items completed. Private incidents count only for those who may see them (P6)."""
    services = _services(uow, asked.team, asked.service)
    since, until = last_days(uow.now, asked.days)
    now, then = Scope(uow, since, until, services), Scope(uow, since - asked.days * DAY, since, services)
    found = Reading(now, ABOUTS)
    months, ages, (spans, quarters) = items.by_month(found), items.ages(now), times.spreads(found)
    done, total = sum(t.done for t in months), sum(t.total for t in months)
    return Learning(
        total, done, done / total if total else None,
        items.completed(then).share(),
        times.incidents(found), sum(age.open for age in ages), sum(age.overdue for age in ages),
        items.listed(now, items.OPEN, "due_at, number, item", FIRST_ITEMS),
        months, items.by_owner(found), items.by_team(found), items.by_purpose(found), ages,
        times.phases(spans), times.times(spans), times.shares(found),
        times.factors(found), times.achieved(now), backfill.unfinished(uow), trends.months(found), quarters, asked.days,
    )  # fmt: skip


class Figure(msgspec.Struct):
    """The incidents behind a figure: a time, a count, or a kind of factor such as #change."""

    figure: Annotated[Name, msgspec.Meta(description="Such as resolve, first_public_word, phase_mitigate or #change.")]
    days: Period = YEAR
    team: Name = ""
    service: Name = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50


@command("figure", Figure, noun="figures", positional=("figure",), reading=True, example="stanch figure resolve")
def figure(uow: UnitOfWork, asked: Figure) -> list[Behind]:
    """R49: each figure leads to its incidents, the largest first."""
    name = asked.figure.strip().lower()
    scope = Scope(uow, *last_days(uow.now, asked.days), _services(uow, asked.team, asked.service))
    if name in SPANS or name in PHASE_SPANS or name in COUNTS:
        return times.behind(scope, name, asked.limit)
    if name.startswith("#"):
        return times.behind_factor(scope, name[1:], asked.limit)
    known = ", ".join([*SPANS, *PHASE_SPANS, *COUNTS, "#change"])
    raise NotFound(f"There is no figure '{asked.figure}'.", field="figure", hint=f"Such as {known}.")


class ActionItems(msgspec.Struct):
    """Action items of all incidents, the first due first."""

    state: Annotated[
        Literal["open", "overdue", "waiting", "done", "dropped", "all"],
        msgspec.Meta(description="'waiting': somebody would drop it, and the owner's lead decides."),
    ] = "open"
    owner: Annotated[Name, msgspec.Meta(description="Of one person; 'me' for your own.")] = ""
    team: Name = ""
    service: Name = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    skip: Annotated[
        int, msgspec.Meta(ge=0, le=1_000_000, description="So many are left out at the beginning (for the next page).")
    ] = 0


CONDITIONS = {
    "open": items.OPEN,
    "overdue": "done_at IS NULL AND due_at < :now",
    "waiting": "done_at IS NULL AND drop_reason <> ''",
    "done": "completed = 1",
    "dropped": "done_at IS NOT NULL AND completed = 0",
    "all": "1 = 1",
}


@command("action-items", ActionItems, reading=True, example="stanch action-items --owner me")
def action_items(uow: UnitOfWork, asked: ActionItems) -> list[Item]:
    """R47, R48: what is open, who owns it, until when."""
    spelt = spellings(uow, known_person(uow, asked.owner, "owner")) if asked.owner.strip() else []
    names = {f"owner{n}": name for n, name in enumerate(spelt)}
    own = f" AND owner IN ({', '.join(':' + name for name in names)})" if names else ""
    scope = Scope(uow, 0, uow.now + 1, _services(uow, asked.team, asked.service))
    order = "due_at, number, item" if asked.state in ("open", "overdue", "waiting") else "added_at DESC, number, item"
    found = items.listed(scope, CONDITIONS[asked.state] + own, order, asked.limit, asked.skip, **names)
    return (
        [_with_ticket(item, tickets) for item in found]
        if (tickets := views(uow, {item.incident for item in found}))
        else found
    )


def _with_ticket(item: Item, tickets: dict[tuple[str, str], TicketView]) -> Item:
    ticket = tickets.get((item.incident, item.item))
    return msgspec.structs.replace(item, ticket=ticket.key, ticket_url=ticket.url) if ticket else item


def _services(uow: UnitOfWork, team: str, service: str) -> list[str] | None:
    """The services asked for; None: all of them, also those the catalog no longer knows. Raises ``NotFound``."""
    if not team and not service:
        return None
    named = [s.name for s in uow.policy.services.values() if not team or s.team == team]
    if team and not named:
        teams = sorted({s.team for s in uow.policy.services.values() if s.team})
        raise NotFound(
            f"No service belongs to a team '{team}'.", field="team", hint=f"Teams: {', '.join(teams) or 'none yet; a service names its team in the catalog'}."
        )  # fmt: skip
    return [name for name in named if name == service] if team and service else [service] if service else named
