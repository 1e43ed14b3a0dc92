"""Reading the measured impact, and measuring it again (R46)."""

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict
from stanch.learn.impact.public_words import public_words
from stanch.respond.commands import IncidentId
from stanch.timeline.amount import Amount
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class ImpactFigures(msgspec.Struct):
    """What an incident did: minutes, requests, users, error budget, money, and what customers were told, each with its query or formula."""

    incident: IncidentId


class Figures(msgspec.Struct, frozen=True):
    """``measured_at`` None: the metrics were not asked; each amount is from the record, or says what to do."""

    incident: str
    since: Moment
    until: Moment | None
    measured_at: Moment | None
    amounts: list[Amount]

    def line(self) -> str:
        """For chat."""
        said = "; ".join(amount.said() for amount in self.amounts)
        return f"{self.incident}: {said}."


@command(
    "impact-figures",
    ImpactFigures,
    group="learn",
    noun="impact-figures",
    reading=True,
    example="stanch impact-figures INC-1",
)
def impact_figures(uow: UnitOfWork, asked: ImpactFigures) -> Figures:
    """R46: as they were measured; without a measurement, what the record alone tells."""
    return figures_of(uow, uow.record(asked.incident))


def figures_of(uow: UnitOfWork, record: Record) -> Figures:
    """The figures of a record."""
    since, until = record.span()
    kept = record.measured
    if kept is not None:
        return Figures(record.id, kept.since, kept.until, kept.at, kept.amounts)
    return Figures(record.id, since, until, None, [*unmeasured(uow, record), *public_words(record, uow.policy)])


def unmeasured(uow: UnitOfWork, record: Record) -> list[Amount]:
    """Every amount without a number, and what would give it one."""
    # Imported late: the help of a command needs no queries.
    from stanch.learn.impact.measuring import measure
    from stanch.learn.impact.queries import Window, asks

    service = uow.policy.service(record.service)
    if asks(service):
        why = (
            "the metrics are asked two minutes after it is resolved"
            if record.resolved_at is None
            else "the metrics have not been asked yet"
        )
        return [Amount("failed", "Requests failed", problem=why)]
    if not record.service:
        return [
            Amount("failed", "Requests failed", problem="the incident names no service whose metrics could be asked")
        ]
    since, until = record.span()
    return measure({}, service, Window(since, max(since, until or uow.now))).amounts


class MeasureImpact(msgspec.Struct):
    """Measure the impact of a resolved incident again; what was measured before stays in its record."""

    incident: IncidentId


@command("measure-impact", MeasureImpact, group="learn", noun="measure-impact", example="stanch measure-impact INC-1")
def measure_impact(uow: UnitOfWork, asked: MeasureImpact) -> Done:
    """R46: after a query was corrected in the catalog, or a source came back."""
    # Imported late: the help of a command needs no engine.
    from stanch.learn.impact.effect import arm

    record = uow.record(asked.incident)
    if record.drill is not None:
        raise Conflict(f"{record.id} is a drill: nothing real was hit.")
    if record.resolved_at is None:
        raise Conflict(f"{record.id} is not resolved.", hint="It is measured two minutes after it is.")
    arm(uow, record)
    hint = f"'stanch impact-figures {record.id}' shows it."
    return Done(f"The impact of {record.id} is measured now.", record.id, hint=hint)
