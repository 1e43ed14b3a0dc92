"""Narration: one sentence into the timeline, or the correction of an entry."""

from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Which entry is corrected, 0 for none."""
    if not view.writing:
        return None
    correct = view.number("correct")
    return {"correct": correct if correct <= len(view.entries) else 0}


PANEL = Panel("say", "stream", 10, "", context)
