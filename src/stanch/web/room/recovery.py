"""The recovery criteria, each with its measurements, and resolving."""

from markupsafe import Markup

from stanch.mitigate.measurement_store import all_series
from stanch.recover.rules import proposed, standing
from stanch.web import pictures
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """How the incident stands against its criteria, and what would be proposed."""
    return {
        "standing": standing(view.record, view.policy, view.now),
        "proposed": proposed(view.record, view.policy)[0],
        "sparklines": _sparklines(view),
    }


def _sparklines(view: View) -> dict[str, Markup]:
    """One picture for each criterion that has been measured more than once."""
    record, series = view.record, all_series(view.uow, view.record.id)
    marks = [(run.applied_at, run.title) for run in record.runs.values() if run.applied_at]
    return {
        name: pictures.sparkline(points, state.criterion, marks)
        for name, state in record.criteria.items()
        if len(points := [p for p in series.get(name, []) if p[0] <= view.now]) > 1
    }


PANEL = Panel("recovery", "side", 60, "Recovery", context, phases=("resolve",))
