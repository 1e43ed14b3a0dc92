"""What is asked after an incident. Pure."""

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Prompt, PromptRule
from stanch.timeline.record import Record


def _postmortem(record: Record, policy: Policy) -> list[Prompt]:
    """R42, R43: within 24 to 48 h, while memory is fresh."""
    if record.closed_at is None or record.published_at or not record.postmortem_form or record.status != "closed":
        return []
    return [
        Prompt(
            "postmortem",
            "incident_commander",
            f"The {record.postmortem_form} is not published yet.",
            record.closed_at + int(policy.postmortem_within * SECOND),
            [],
            "memory fades within two days",
            every=0,
        )
    ]


PROMPTS: tuple[PromptRule, ...] = (_postmortem,)
