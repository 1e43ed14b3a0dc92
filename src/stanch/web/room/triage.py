"""The three questions of triage, the signals, and merging."""

from stanch.timeline.facts.detect import TRIAGE_QUESTIONS
from stanch.web.room.panel import Context, Panel, View

HINTS = {
    "real": "I see it myself; it is no fault of the measurement",
    "bad": "Who is hit, how many, and since when",
    "who": "The database people, the bank",
}


def questions() -> Context:
    """The questions, and an example of an answer to each."""
    return {"questions": TRIAGE_QUESTIONS, "hints": HINTS}


def context(view: View) -> Context | None:
    """An investigation has the questions at the top instead."""
    return None if view.record.status == "investigating" else questions()


PANEL = Panel("triage", "side", 10, "Triage", context)
