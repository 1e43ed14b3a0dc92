"""Updates inside and on the public page, drafted from the record."""

from stanch.communicate.rules import BLANK, draft_internal, draft_public, suggestions, wording
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """The drafts, and what the wording check says of the public one."""
    public = draft_public(view.record, view.policy)
    return {
        "internal": draft_internal(view.record, view.policy, view.now),
        "public": public,
        "objections": suggestions(wording(public, view.policy)),
    }


def drafts(view: View) -> dict[str, str]:
    """Texts to begin with, by the command that posts them."""
    internal = draft_internal(view.record, view.policy, view.now).replace(BLANK, "not known yet")
    return {"status": draft_public(view.record, view.policy), "update": internal}


PANEL = Panel("updates", "side", 40, "Updates", context)
