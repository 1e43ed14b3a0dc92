"""The six facts; an investigation has the questions of triage in their place."""

from stanch.respond.facts import six_facts
from stanch.timeline.audience_clock import next_update_at
from stanch.web.room import triage
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Each fact with its age, and what is missing."""
    return {
        "facts": six_facts(view.record, view.policy, view.now),
        "next_update": next_update_at(view.record, view.policy),
        **triage.questions(),
    }


PANEL = Panel("facts", "head", 10, "", context)
