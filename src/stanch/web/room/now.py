"""Prompts for the viewer, one at a time, own roles first; then prompts for others, and upcoming ones."""

from stanch.kernel.clock import spell
from stanch.kernel.policy import ROLE_TITLES
from stanch.now.asked import asks, in_order, once
from stanch.prepare.called import named
from stanch.web.room.panel import Context, Panel, View
from stanch.web.room.updates import drafts

COMING = 4


def context(view: View) -> Context | None:
    """No prompts when a past moment is shown."""
    if view.at is not None:
        return None
    asked = view.uow.prompts(view.record, policy=named(view.policy))
    due = [p for p in asked if p.due <= view.now]
    return {
        "prompts": in_order(view.uow, view.record, due),
        "others": [p for p in once(due) if not asks(view.uow, view.record, p)],
        "later": [(p.text, spell(p.due - view.now)) for p in once(asked) if p.due > view.now][:COMING],
        "drafts": drafts(view),
        "held": [title for role, title in ROLE_TITLES.items() if view.record.holder(role) == view.uow.actor.name],
    }


PANEL = Panel("now", "now", 10, "", context, still=True)
