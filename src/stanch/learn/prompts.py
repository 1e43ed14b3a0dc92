"""What is asked after an incident. Pure."""

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Prompt, PromptRule
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


PROMPTS: tuple[PromptRule, ...] = (_postmortem,)
