"""Who was mentioned is asked to look (R46). Pure."""

from stanch.kernel.policy import Policy
from stanch.prepare.called import said_by
from stanch.timeline.facts.learn import part_name
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule
from stanch.timeline.record import Record


def _mentioned(record: Record, policy: Policy) -> list[Prompt]:
    """Told once by delivery, and on Now until the comment is settled."""
    return [
        Prompt(
            f"comment:{comment.item}:{person}",
            person,
            f"{said_by(policy)(comment.by)} mentions you on the {part_name(comment.part)} of the postmortem ({comment.item}): {comment.text[:300]}",
            comment.at,
            [PromptAction("Resolve", "settle-comment", {"comment": comment.item, "how": "resolved"})]
            if comment.suggestion is None
            else [],
            "whoever is asked knows something that the postmortem lacks",
            every=0,
            rests_on=(comment.item,),
        )
        for comment in record.comments.values()
        if comment.state == "open"
        for person in comment.people
    ]


PROMPTS: tuple[PromptRule, ...] = (_mentioned,)
