"""Signals, and what was captured before mitigations."""

from stanch.mitigate.evidence import store
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """What there was at that moment."""
    return {"evidence": store.of(view.uow, view.record.id, view.now)}


PANEL = Panel("evidence", "side", 80, "Evidence", context, still=True)
