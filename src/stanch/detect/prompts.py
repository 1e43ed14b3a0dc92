"""Prompts of investigations and of triage. Pure."""

import re

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Policy
from stanch.timeline.facts.detect import TRIAGE_QUESTIONS
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
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
                PromptAction("Declare now", "declare", {"investigation": record.id, "title": record.title}),
                PromptAction("Not yet, because", "decline", {"key": f"investigation:{hours}"}, asks="reason"),
                PromptAction("It was nothing:", "conclude", asks="text"),
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
            [PromptAction("Answer", "answer", {"question": key}, asks="text")],
            "one of the three questions of triage",
            silent=not record.declared_at,  # whoever investigates is working on it already
            rests_on=harm(record),
        )
        for key, text in TRIAGE_QUESTIONS.items()
        # Once declared, the severity is asked for instead, with one tap for each.
        if key not in record.answers and not (key == "bad" and record.declared_at)
    ]


def _declare_early(record: Record, policy: Policy) -> list[Prompt]:
    """R5: user-visible, or a second team or vendor is needed: declare now, not at the hour."""
    if record.status != "investigating":
        return []
    reasons = {}
    if record.impact:
        reasons["impact"] = f"customers see it: {record.impact.value}"
    for name in others_named(record, policy):
        reasons[f"others:{name}"] = f"{name} is needed"
    return [
        Prompt(
            f"declare-early:{key}",
            record.owner,
            f"{reason[0].upper()}{reason[1:]}. Declare now?",
            record.detected_at or 0,
            [
                PromptAction(
                    "Declare now", "declare", {"investigation": record.id, "title": record.title, "because": reason}
                ),
                PromptAction("Not yet, because", "decline", {"key": f"declare-early:{key}"}, asks="reason"),
            ],
            "declaring early costs a few minutes; declaring late costs the incident",
            tell=(record.owner,),
            every=0,
            rests_on=(reason,),
        )
        for key, reason in reasons.items()
    ]


def others_named(record: Record, policy: Policy) -> list[str]:
    """Vendors and teams that somebody named in an investigation, other than the team whose service it is."""
    own = policy.service(record.service).team.casefold() if record.service else ""
    known = {c.name: (c.name, *c.names) for c in policy.contacts.values() if c.kind in ("vendor", "team")}
    known |= {service.team: (service.team,) for service in policy.services.values() if service.team}
    said = " | ".join([*record.notes, *record.answers.values()]).casefold()
    return [
        shown
        for shown, names in known.items()
        if shown.casefold() != own
        and any(len(n) > 2 and re.search(rf"(?<!\w){re.escape(n.casefold())}(?!\w)", said) for n in names)
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _declare_early,
    _investigation,
    _questions,
)
