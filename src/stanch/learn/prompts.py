"""What is asked after an incident. Pure."""

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule
from stanch.timeline.record import Record


def _postmortem(record: Record, policy: Policy) -> list[Prompt]:
    """R42, R43: within 24 to 48 h, while memory is fresh."""
    if record.closed_at is None or record.published_at or not record.postmortem_form or record.status != "closed":
        return []
    due = record.postmortem_due_at or record.closed_at + int(policy.postmortem_within * SECOND)
    return [
        Prompt(
            "postmortem",
            record.facilitator or "incident_commander",
            f"The {record.postmortem_form} is not published yet.",
            due,
            [],
            "memory fades within two days" if record.postmortem_due_at is None else "it was due then",
            every=0,
            rests_on=(str(due),),
        )
    ]


def _tickets(record: Record, policy: Policy) -> list[Prompt]:
    """R47, R48: what was closed in a tracker is shown here to be done; what both sides changed a person decides."""
    found = []
    for item in record.action_items.values():
        ticket = item.ticket
        if ticket is None or ticket.gone:
            continue
        names = {"incident": record.id, "item": item.item}
        if ticket.closed == "done" and item.done_at is None:
            text = f"{ticket.key} was closed in {ticket.tracker}. What shows that '{item.title}' ({item.item}) is done?"
            actions = [
                PromptAction("Done", "action", names | {"done": "true"}, "evidence"),
                PromptAction("It is not done", "settle-ticket", names | {"field": "state", "keep": "ours"}),
            ]
            found.append(
                _about(
                    f"ticket:{item.item}:closed",
                    item.owner,
                    text,
                    ticket.closed_at,
                    actions,
                    "a closed ticket shows nothing",
                )
            )
        for field, both in ticket.conflicts.items():
            text = f"{item.item} and {ticket.key}: {field} is '{both.ours}' here and '{both.theirs or 'none'}' in {ticket.tracker}. Which one holds?"
            settle = names | {"field": field}
            actions = [
                PromptAction("Ours", "settle-ticket", settle | {"keep": "ours"}),
                PromptAction("The ticket's", "settle-ticket", settle | {"keep": "theirs"}),
            ]
            found.append(
                _about(
                    f"ticket:{item.item}:{field}", item.owner, text, both.at, actions, "nothing is overwritten unasked"
                )
            )
    return found


def _about(key: str, owner: str, text: str, due: int, actions: list[PromptAction], reason: str) -> Prompt:
    return Prompt(key, owner, text, due, actions, reason, every=0, silent=True, rests_on=(str(due),))


PROMPTS: tuple[PromptRule, ...] = (_postmortem, _tickets)
