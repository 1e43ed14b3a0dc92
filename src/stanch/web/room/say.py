"""Narration: one sentence into the timeline, or the correction of an entry."""

from stanch.respond.correcting import correctable
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Which entry is corrected, 0 for none."""
    if not view.writing:
        return None
    correct = view.number("correct")
    if correct > len(view.entries) or (correct and not correctable(view.entries[correct - 1])):
        return {"correct": 0, "public": False, "text": ""}
    facts = view.entries[correct - 1].facts if correct else None
    post = facts if isinstance(facts, UpdatePosted) else None
    public = post is not None and post.audience == "public" and not view.record.private
    return {"correct": correct, "public": public, "text": post.text if post else ""}


PANEL = Panel("say", "stream", 10, "", context)
