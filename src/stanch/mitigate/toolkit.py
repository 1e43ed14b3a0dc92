"""What can be done for the affected services now, by name and in order: declared, or offered by what they run on (R16)."""

from stanch.kernel.errors import NotFound
from stanch.mitigate.clues import gather
from stanch.mitigate.ranking.evidence import Option
from stanch.mitigate.ranking.rank import Ranked, rank
from stanch.mitigate.survey import Tool, affected, newest, tools
from stanch.timeline.desk import Desk
from stanch.timeline.record import Record


def named(desk: Desk, record: Record, name: str) -> Tool:
    """One of them by name. Raises ``NotFound`` with those there are."""
    at_hand = tools(record, desk.policy, newest(desk, record.id))
    for tool in at_hand:
        if tool.mitigation.name == name:
            return tool
    known = ", ".join(tool.mitigation.name for tool in at_hand) or "none is declared for this service"
    raise NotFound(f"{record.id} has no mitigation '{name}'.", hint=f"Known: {known}.")


def ranked_for(desk: Desk, record: Record) -> list[Ranked]:
    """The ranked list for an incident (R16)."""
    survey = newest(desk, record.id)
    at_hand = tools(record, desk.policy, survey)
    seen = survey.previews if survey else {}
    options = []
    for tool in at_hand:
        preview = seen.get(tool.mitigation.name)
        options.append(
            Option(
                tool.mitigation,
                tool.service,
                preview.extent if preview else None,
                tuple(preview.objections) if preview else (),
                tool.offered_by,
            )
        )
    return rank(options, gather(desk, record, survey, affected(record, desk.policy)))
