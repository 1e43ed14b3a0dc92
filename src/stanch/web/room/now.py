"""What needs you now: the prompts that are due, and those to come."""

from stanch.web.room.panel import Context, Panel, View
from stanch.web.room.updates import drafts

COMING = 4


def context(view: View) -> Context | None:
    """Nothing is asked of the past."""
    if view.at is not None:
        return None
    asked = view.uow.prompts(view.record)
    return {
        "prompts": [p for p in asked if p.due <= view.now],
        "later": [p for p in asked if p.due > view.now][:COMING],
        "drafts": drafts(view),
    }


PANEL = Panel("now", "now", 10, "", context)
