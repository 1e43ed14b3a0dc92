"""Hypotheses about the cause."""

from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """The rest is in the record."""
    return {"ages": view.ages(each.at for each in view.record.hypotheses.values())}


PANEL = Panel("hypotheses", "side", 50, "Hypotheses", context, still=True)
