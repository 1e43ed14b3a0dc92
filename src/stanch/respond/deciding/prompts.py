"""Prompts that challenge the leading hypothesis, and prompts for concerns without an answer (R36, R38). Pure."""

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Policy
from stanch.prepare.called import said_by
from stanch.timeline.decisions import Hypothesis
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule
from stanch.timeline.record import Record


def _alone(record: Record, policy: Policy) -> list[Prompt]:
    """R36: with a single hypothesis for long, asks for an alternative (anchoring bias)."""
    standing = [h for h in record.hypotheses.values() if h.stands()]
    if len(standing) != 1 or standing[0].standing == "confirmed" or not record.live():
        return []
    only = standing[0]
    others = [h.at for h in record.hypotheses.values() if not h.stands()]
    since = max([only.stated_at, *others])
    return [
        _ask(
            f"alone:{only.hypothesis}:{since}",
            f"Are we sure that it is “{only.text}”? Nothing else is considered. What else could it be?",
            since + int(policy.responding.hypothesis_alone * SECOND),
            only,
            PromptAction("It could also be", "hypothesis", {"standing": "open"}, "text"),
            "the first explanation is believed too long",
        )
    ]


def _unchallenged(record: Record, policy: Policy) -> list[Prompt]:
    """R36: asks for contrary evidence when a hypothesis has led for long without any."""
    leading, within = record.leading(), int(policy.responding.hypothesis_unchallenged * SECOND)
    if leading is None or leading.standing != "leading" or not record.live():
        return []
    others = [h.stated_at for h in record.hypotheses.values() if h.hypothesis != leading.hypothesis]
    since = max([leading.at, *others, *(each.at for each in leading.against())])
    return [
        _ask(
            f"unchallenged:{leading.hypothesis}:{since}",
            f"“{leading.text}” leads, and for {spell(within)} nothing was said against it. Are we sure? What would contradict it?",
            since + within,
            leading,
            PromptAction("Against it speaks", "against", {"hypothesis": leading.hypothesis}, "text"),
            "look for what contradicts it, not for what fits",
        )
    ]


def _ask(key: str, text: str, due: int, about: Hypothesis, action: PromptAction, reason: str) -> Prompt:
    sure = PromptAction("We are sure, because", "decline", {"key": key}, "reason")
    return Prompt(
        key,
        "incident_commander",
        text,
        due,
        [action, sure],
        reason,
        rests_on=(about.standing, str(len(about.evidence))),
    )


def _concerns(record: Record, policy: Policy) -> list[Prompt]:
    """R38: it stays open until the Incident Commander answers it."""
    return [
        Prompt(
            f"concern:{concern.concern}",
            "incident_commander",
            f"A concern of {said_by(policy)(concern.by)}: “{concern.text}” What is your answer?"
            if concern.by != "unnamed"
            else f"A concern: “{concern.text}” What is your answer?",
            concern.at,
            [PromptAction("Answer", "concern", {"concern": concern.concern}, "answer")],
            "whoever sees it differently may see what you do not",
            needs_answer=True,
        )
        for concern in record.concerns.values()
        if concern.answered_at is None and record.live()
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _alone,
    _unchallenged,
    _concerns,
)
