"""What is asked while nobody knows yet what it is. Pure."""

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Policy
from stanch.timeline.facts.detect import TRIAGE_QUESTIONS
from stanch.timeline.prompt import Action, Prompt, PromptRule, harm
from stanch.timeline.record import Record


def _investigation(record: Record, policy: Policy) -> list[Prompt]:
    """R5: about an hour of looking without a fix is an incident. Asked again each hour that it goes on."""
    if record.status != "investigating" or record.detected_at is None:
        return []
    said_no = sum(key.startswith("investigation:") for key in record.declined)
    hours = said_no + 1
    return [
        Prompt(
            f"investigation:{hours}",
            record.owner,
            f"{spell(hours * int(policy.investigation_after * SECOND))} without an answer: declare now, or say why not.",
            record.detected_at + hours * int(policy.investigation_after * SECOND),
            [
                Action("Declare now", "declare", {"investigation": record.id, "title": record.title}),
                Action("Not yet, because", "decline", {"key": f"investigation:{hours}"}, asks="reason"),
                Action("It was nothing:", "conclude", asks="text"),
            ],
            "declaring early costs a few minutes; declaring late costs the incident",
            tell=(record.owner,),
            every=0,
        )
    ]


def _questions(record: Record, policy: Policy) -> list[Prompt]:
    """R14: the questions of triage stay visible until they are answered."""
    began = record.declared_at or record.detected_at or 0
    if record.phase != "triage" or record.status not in ("open", "investigating"):
        return []
    return [
        Prompt(
            f"question:{key}",
            "incident_commander" if record.declared_at else record.owner,
            text,
            began + int(policy.triage_wanted_after * SECOND),
            [Action("Answer", "answer", {"question": key}, asks="text")],
            "one of the three questions of triage",
            silent=not record.declared_at,  # who investigates is looking already
            rests_on=harm(record),
        )
        for key, text in TRIAGE_QUESTIONS.items()
        if key not in record.answers and not (key == "bad" and record.severity)
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _investigation,
    _questions,
)
