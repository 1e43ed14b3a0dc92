"""The five phases and the time spent in each."""

from stanch.kernel.policy import PHASES
from stanch.timeline.phase_moves import phase_before
from stanch.timeline.record import Record
from stanch.web import pictures
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """The bar and the numbers."""
    return {
        "phases": phase_times(view.record, view.now),
        "bar": pictures.phase_bar(view.record.spells, view.now),
        "before": phase_before(view.record, view.now),
    }


def phase_times(record: Record, now: int) -> list[tuple[str, int, bool]]:
    """(phase, time spent, whether it is the present one) for each of the five."""
    spent: dict[str, int] = {}
    for span in record.spells:
        spent[span.phase] = spent.get(span.phase, 0) + (span.until or now) - span.since
    return [(phase, spent.get(phase, 0), phase == record.phase) for phase in PHASES]


PANEL = Panel("phases", "head", 20, "", context)
