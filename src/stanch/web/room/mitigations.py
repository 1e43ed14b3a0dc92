"""Runs so far, and the ranked mitigations."""

from stanch.mitigate.rules import waiting
from stanch.mitigate.survey import newest
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """The ranked list, and what could not be asked."""
    return {
        "ranked": view.ranked(),
        "wait": waiting(view.record, view.now) if view.record.live() else None,
        "survey": newest(view.uow, view.record.id),
        "progress": _progress(view),
    }


def _progress(view: View) -> dict[str, str]:
    """What each run that has not answered yet said last."""
    if all(run.answered for run in view.record.runs.values()):
        return {}
    rows = view.uow.tx.all("SELECT run, progress FROM mitigation_runs WHERE incident = :id", id=view.record.id)
    return {row["run"]: row["progress"] for row in rows if row["progress"]}


PANEL = Panel("mitigations", "side", 10, "Mitigate", context, phases=("detect", "triage", "mitigate"))
