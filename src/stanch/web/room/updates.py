"""Updates for each audience, drafted side by side from one set of facts, with their clocks (R31, R32)."""

import msgspec

from stanch.communicate.audiences.drafts import suggested_state
from stanch.communicate.audiences.standing import standings, told_of
from stanch.communicate.components import unmarked
from stanch.communicate.rules import suggestions, wording
from stanch.kernel.audiences import AUDIENCE_OF, AUDIENCES
from stanch.kernel.status_page import COMPONENT_STATES
from stanch.timeline.audience_clock import OVER
from stanch.timeline.facts.communicate import STATEABLE
from stanch.web.room.panel import Context, Panel, Refused, View

STATES = ("investigating", "identified", "monitoring", "resolved")
# Fields of the public form that come back as they were typed.
TYPED = ("text", "state", "title", "began", "at", "link")
SHOWN = 50


def context(view: View) -> Context:
    """The drafts with what the wording check says of each, the clocks, and who was told of what was posted."""
    record, policy = view.record, view.policy
    found = standings(record, policy, view.now)
    refused = view.refused if view.refused and view.refused.command in PANEL.forms else None
    # One form for each audience, and one for all that are due: which of them was refused is told by whom it was for.
    asked = _asked_for(refused) if refused and refused.command == "update" else []
    due = [each.audience for each in found if each.due_at is not None and each.due_at <= view.now]
    post = {name: refused.form.get(name, "") if refused and refused.command == "status" else "" for name in TYPED}
    state = post["state"] or suggested_state(record)
    states = (*STATES, *(["postmortem"] if record.published_at is not None else []))
    typed = {each: refused.form.get(_field(each), "") for each in asked} if refused else {}
    texts = {each: typed.get(each) or view.draft(each, state) for each in AUDIENCES}
    texts["customers"] = post["text"] or texts["customers"]
    return {
        "state": state,
        "component_states": COMPONENT_STATES,
        "state_drafts": {each: view.draft("customers", each) for each in states},
        "unmarked": unmarked(record, policy) if state not in OVER and record.live() else "",
        "public_services": [
            (each.name, each.public_name) for _, each in sorted(policy.services.items()) if each.public_name
        ],
        "texts": texts,
        "objections": {each: suggestions(wording(texts[each], policy, state, each)) for each in AUDIENCES},
        # Whether it is overdue, not by how much: the sentence says that in words.
        "audiences": [msgspec.structs.replace(each, overdue=min(each.overdue, 1)) for each in found],
        "due": due,
        "together": asked if len(asked) > 1 else due if len(due) > 1 else [],
        "refused": refused,
        "refused_for": asked,
        "post": post,
        "named": refused.lists.get("components", []) if refused else [],
        "stateable": STATEABLE,
        "audience_of": AUDIENCE_OF,
        "ages": view.ages(stated.at for stated in record.stated.values()),
        "told": {update.position: told_of(record, update) for _, _, update in record.updates[-SHOWN:]},
    }


def _asked_for(refused: Refused) -> list[str]:
    """For whom a refused update was: as it was said, else by its texts; a form beside a question is for engineers."""
    named = refused.lists.get("to") or [each for each in AUDIENCES if refused.form.get(_field(each))]
    return [each for each in AUDIENCES if each in named] or ["engineers"]


def _field(audience: str) -> str:
    return "text" if audience == "engineers" else audience


def drafts(view: View) -> dict[str, str]:
    """Texts to begin with, by the command that posts them and the field that they stand in."""
    return {
        "status:text": view.draft("customers", suggested_state(view.record)),
        "update:text": view.draft("engineers", ""),
        "update:leadership": view.draft("leadership", ""),
        "update:support": view.draft("support", ""),
    }


PANEL = Panel("updates", "side", 40, "Updates", context, forms=("status", "update"), still=True)
