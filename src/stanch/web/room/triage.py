"""The three questions of triage, while there is something to ask or to read."""

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
    """An investigation has the questions at the top instead. Once the phase is over they are asked no more.

    How bad a declared incident is, the prompt for its severity asks (R14): here it is only read, where it was answered before.
    """
    answers = view.record.answers
    shown = {key: text for key, text in TRIAGE_QUESTIONS.items() if key != "bad" or key in answers}
    asking = view.record.phase in ("detect", "triage") and any(key not in answers for key in shown)
    if view.record.status == "investigating" or not (asking or answers):
        return None
    return {"questions": shown, "hints": HINTS, "asking": asking}


PANEL = Panel("triage", "side", 20, "Triage", context, "Mitigate", still=True)
