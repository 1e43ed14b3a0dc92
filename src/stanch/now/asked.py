"""Which prompts are for the viewer, and in which order: for the war room, for Now and for the terminal."""

from stanch.kernel.policy import ROLE_TITLES
from stanch.prepare.oncall.people import contact_key
from stanch.respond.recipients import ANYBODY, LEADERSHIP
from stanch.timeline.prompt import Prompt
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# Prompts that somebody else waits for come first.
FIRST = ("acknowledge:", "handoff:")


def once(prompts: list[Prompt]) -> list[Prompt]:
    """Duplicates of a question are shown once; when one is answered, the next is shown."""
    first: dict[str, Prompt] = {}
    for prompt in prompts:
        first.setdefault(prompt.text, prompt)
    return list(first.values())


def in_order(uow: UnitOfWork, record: Record, prompts: list[Prompt]) -> list[Prompt]:
    """Those for me: pages and handoffs first, then what is asked of my roles, then what is asked of everybody."""
    mine = [p for p in once(prompts) if asks(uow, record, p)]
    return sorted(mine, key=lambda p: (not p.key.startswith(FIRST), p.to in ANYBODY, p.due))


def asks(uow: UnitOfWork, record: Record, prompt: Prompt) -> bool:
    """Whether a prompt is for the viewer. One for a role that nobody holds is for everybody."""
    me, contacts = uow.actor.asker(), uow.policy.contacts
    key = contact_key(contacts, me)
    if prompt.to in ANYBODY or prompt.to in (me, key):
        return True
    if prompt.to in ROLE_TITLES:
        return record.holder(prompt.to) in ("", me, key)
    if prompt.to == LEADERSHIP:
        return bool(key) and LEADERSHIP in contacts[key].roles
    return False
