"""The mitigations for the affected services, in order: declared in the catalog, or offered by the systems they run on (R16)."""

from stanch.kernel.errors import NotFound
from stanch.mitigate.ranking.evidence import Option
from stanch.mitigate.ranking.rank import Ranked, ranked
from stanch.mitigate.ranking_inputs import gather
from stanch.mitigate.survey import Tool, newest, tools
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


def named(uow: UnitOfWork, record: Record, name: str) -> Tool:
    """One of them by key, which means the same action for good, else by the name it has now. Raises ``NotFound`` with those there are."""
    at_hand = tools(record, uow.policy, newest(uow, record.id))
    found = [tool for tool in at_hand if tool.key() == name] or [t for t in at_hand if t.mitigation.name == name]
    if found:
        return found[0]
    known = ", ".join(tool.mitigation.name for tool in at_hand) or "none is declared for this service"
    hint = f"What is offered follows what runs there now; it may have changed since you looked. Known: {known}."
    raise NotFound(f"{record.id} has no mitigation '{name}'.", hint=hint)


def ranked_for(uow: UnitOfWork, record: Record) -> list[Ranked]:
    """The ranked list for an incident (R16)."""
    survey = newest(uow, record.id)
    at_hand = tools(record, uow.policy, survey)
    seen = survey.previews if survey else {}
    options = []
    for tool in at_hand:
        preview = seen.get(tool.key())
        options.append(
            Option(
                tool.mitigation,
                tool.service,
                preview.extent if preview else None,
                tuple(preview.objections) if preview else (),
                tuple(preview.cautions) if preview else (),
                tool.offered_by,
            )
        )
    return ranked(options, gather(uow, record, survey, at_hand))
