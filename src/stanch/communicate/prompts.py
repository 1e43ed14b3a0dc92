"""What is asked about updates: the first public word, an approval, the promised next update. Pure."""

from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
from stanch.timeline.record import Record

# Who is told in addition, one more with each round that an update is overdue (R31, R33).
ESCALATES = ("incident_commander", "leadership")


def _public_post(record: Record, policy: Policy) -> list[Prompt]:
    """R33: acknowledge publicly within five minutes of detection, before you understand."""
    if not record.live() or (record.private and record.drill is None) or record.last_update("public"):
        return []
    if not policy.severity(record.severity_name()).public_post or record.detected_at is None:
        return []
    within = int(policy.acknowledge_public_within * SECOND)
    return [
        Prompt(
            "public-post",
            "communications_lead",
            f"Customers have heard nothing. The first public word is due by {hour_minute(record.detected_at + within)} UTC.",
            record.detected_at + within // 2,
            [PromptAction("Post: we are looking into it", "status", {"state": "investigating"}, "text")],
            "say that you know before you know why",
            rests_on=harm(record),
            escalates=ESCALATES,
        )
    ]


def _approval(record: Record, policy: Policy) -> list[Prompt]:
    """R8: a proposed public post waits for the approval of those whom the policy names."""
    return [
        Prompt(
            f"approve:{proposal}",
            ", ".join(policy.public_approval) or "communications_lead",
            f"{author} wants to tell customers ({facts.state}): “{facts.text}” Post it?",
            at,
            [
                PromptAction("Approve and post", "status", {"state": facts.state, "proposal": proposal}),
                PromptAction("Not like this:", "decline", {"key": f"approve:{proposal}"}, "reason"),
            ],
            "the policy asks for a second person before anything is public",
            tell=tuple(policy.public_approval),
        )
        for proposal, (at, author, facts) in record.proposals.items()
    ]


def _internal_update(record: Record, policy: Policy) -> list[Prompt]:
    """R31: a cadence that is kept."""
    every = policy.severity(record.severity_name()).update_every
    if not every or not record.live():
        return []
    due = record.next_update_at() or record.declared_at + every * SECOND
    remind = due - min(every * SECOND // 5, int(policy.update_reminder * SECOND))
    return [
        Prompt(
            f"update:{due}",
            "communications_lead",
            f"The next internal update is promised for {hour_minute(due)} UTC.",
            remind,
            [PromptAction("Post update", "update", asks="text")],
            "silence makes people ask, and answering them costs more",
        ),
        Prompt(
            f"update-overdue:{due}",
            "communications_lead",
            f"The internal update of {hour_minute(due)} UTC is overdue.",
            due,
            [PromptAction("Post update", "update", asks="text")],
            "a broken promise is worse than a short update",
            escalates=ESCALATES,
        ),
    ]


def _public_postmortem(record: Record, policy: Policy) -> list[Prompt]:
    """R33: the final post promised what was learned; once the postmortem is published, customers get it."""
    last = record.last_update("public")
    if record.private or record.published_at is None or last is None or last[2].state != "resolved":
        return []
    return [
        Prompt(
            "public-postmortem",
            "communications_lead",
            "Customers were promised what was learned. The postmortem is published: say it in their words, and link it.",
            record.published_at,
            [PromptAction("Post what was learned", "status", {"state": "postmortem"}, "text")],
            "a promise that is kept is what they remember",
        )
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _public_post,
    _public_postmortem,
    _approval,
    _internal_update,
)
