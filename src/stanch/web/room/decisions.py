"""Decisions with the options that were not taken, and concerns."""

from stanch.timeline.decisions import UNNAMED
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """All is in the record."""
    return {"unnamed": UNNAMED}


PANEL = Panel("decisions", "side", 55, "Decisions", context, "Hypotheses")
