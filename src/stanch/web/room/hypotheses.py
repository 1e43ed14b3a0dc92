"""Hypotheses about the cause."""

from stanch.web.room.panel import Context, Panel, View


def context(_view: View) -> Context:
    """All is in the record."""
    return {}


PANEL = Panel("hypotheses", "side", 50, "Hypotheses", context)
