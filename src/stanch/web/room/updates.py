"""Updates inside and on the public page, drafted from the record."""

from stanch.communicate.rules import BLANK, draft_internal, draft_public, suggestions, wording
from stanch.kernel.status_page import COMPONENT_STATES
from stanch.timeline.record import Record
from stanch.web.room.panel import Context, Panel, View

TYPED = ("text", "state", "title", "began", "at", "link", "next_in")
STATES = ("investigating", "identified", "monitoring", "resolved")


def context(view: View) -> Context:
    """The drafts, and what the wording check says of the public one."""
    refused = view.refused if view.refused and view.refused.command in PANEL.forms else None
    typed = {
        command: {name: refused.form.get(name, "") if refused and refused.command == command else "" for name in TYPED}
        for command in PANEL.forms
    }
    state = typed["status"]["state"] or suggested_state(view.record)
    public = draft_public(view.record, view.policy, state)
    states = (*STATES, *(["postmortem"] if view.record.published_at is not None else []))
    return {
        "state": state,
        "component_states": COMPONENT_STATES,
        "state_drafts": {each: draft_public(view.record, view.policy, each) for each in states},
        "public_services": [service for _, service in sorted(view.policy.services.items()) if service.public_name],
        "internal": draft_internal(view.record, view.policy, view.now),
        "public": public,
        "objections": suggestions(wording(typed["status"]["text"] or public, view.policy, state)),
        "refused": refused,
        "typed": typed,
        "named": refused.lists.get("components", []) if refused else [],
    }


def suggested_state(record: Record) -> str:
    """The state that the next public post most likely has."""
    last = record.last_update("public")
    if last and last[2].state == "resolved" and record.published_at is not None:
        return "postmortem"
    if record.resolved_at:
        return "resolved"
    if record.mitigated_at or record.phase == "resolve":
        return "monitoring"
    return "identified" if record.leading() and last else "investigating"


def drafts(view: View) -> dict[str, str]:
    """Texts to begin with, by the command that posts them."""
    internal = draft_internal(view.record, view.policy, view.now).replace(BLANK, "not known yet")
    return {"status": draft_public(view.record, view.policy, suggested_state(view.record)), "update": internal}


PANEL = Panel("updates", "side", 40, "Updates", context, forms=("status", "update"))
