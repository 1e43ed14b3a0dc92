"""Decisions with the options that were not taken, and concerns."""

from stanch.timeline.decisions import UNNAMED
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """The rest is in the record."""
    said = [*(c.at for c in view.record.concerns.values()), *(d.at for d in view.record.decisions.values())]
    return {"unnamed": UNNAMED, "ages": view.ages(said)}


PANEL = Panel("decisions", "side", 55, "Decisions", context, "Hypotheses", still=True)
