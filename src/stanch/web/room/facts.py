"""The six facts; an investigation has the questions of triage in their place."""

from stanch.respond.facts import proposed, six_facts
from stanch.timeline.audience_clock import next_updates
from stanch.web.room import triage
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Each fact with its age, and what is missing."""
    owed = next_updates(view.record, view.policy)
    return {
        "proposed": proposed(view.record, view.policy),
        "facts": six_facts(view.record, view.policy, view.now),
        "owed": owed,
        "next_update": min((clock.due for clock in owed), default=None),
        "one_update": len(owed) == 1 and owed[0].audience == "engineers",
        **triage.questions(),
    }


PANEL = Panel("facts", "head", 10, "", context)
