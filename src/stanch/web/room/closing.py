"""What is left to do until the incident is closed, and what follows from it."""

from stanch.recover.rules import checklist
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """The steps, each done or not."""
    return {"checklist": checklist(view.record)}


PANEL = Panel("closing", "side", 90, "Close", context, phases=("learn",), still=True)
