"""What needs you now: one question at a time, those of your own roles first; then what is asked of others, and what comes."""

from stanch.kernel.policy import ROLE_TITLES
from stanch.prepare.oncall.people import contact_key
from stanch.respond.recipients import LEADERSHIP
from stanch.timeline.prompt import Prompt
from stanch.web.room.panel import Context, Panel, View
from stanch.web.room.updates import drafts

COMING = 4
ANYBODY = ("everyone", "on-call")
PAGE = "acknowledge:"


def context(view: View) -> Context | None:
    """Nothing is asked of the past."""
    if view.at is not None:
        return None
    asked = view.uow.prompts(view.record)
    due = once([p for p in asked if p.due <= view.now])
    mine = [p for p in due if asks(view, p)]
    return {
        "prompts": sorted(mine, key=lambda p: (not p.key.startswith(PAGE), p.to in ANYBODY, p.due)),
        "others": [p for p in due if p not in mine],
        "later": [p for p in once(asked) if p.due > view.now][:COMING],
        "drafts": drafts(view),
        "held": [title for role, title in ROLE_TITLES.items() if view.record.holder(role) == view.uow.actor.name],
    }


def once(prompts: list[Prompt]) -> list[Prompt]:
    """The same question twice is one question: answered once, the other one shows."""
    first: dict[str, Prompt] = {}
    for prompt in prompts:
        first.setdefault(prompt.text, prompt)
    return list(first.values())


def asks(view: View, prompt: Prompt) -> bool:
    """Whether a prompt is for whoever looks. What is for a role that nobody holds is for everybody."""
    me, contacts = view.uow.actor.name, view.policy.contacts
    key = contact_key(contacts, me)
    if prompt.to in ANYBODY or prompt.to in (me, key):
        return True
    if prompt.to in ROLE_TITLES:
        return view.record.holder(prompt.to) in ("", me, key)
    if prompt.to == LEADERSHIP:
        return bool(key) and LEADERSHIP in contacts[key].roles
    return False


PANEL = Panel("now", "now", 10, "", context)
