"""Every nudge of the product: a rule with a due moment, derived from the record and never stored as pending. Pure.

A rule answers with what it would ask and from when on; the earliest due in the future becomes the incident's timer.
"""

from collections.abc import Callable

import msgspec

from stanch.kernel.clock import MINUTE, SECOND, hour_minute, spell
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.timeline.facts.detect import TRIAGE_QUESTIONS
from stanch.timeline.record import Record, Timebox


class Action(msgspec.Struct):
    """A one-tap answer: a command with its values; ``asks`` names a field that a person must type."""

    label: str
    command: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    asks: str = ""


class Prompt(msgspec.Struct):
    """What is asked of whom, from ``due`` on, and why. ``tell``: a person who gets it as a message, too."""

    key: str
    to: str
    text: str
    due: int
    actions: list[Action]
    reason: str
    tell: str = ""


PromptRule = Callable[[Record, Policy], list[Prompt]]


def prompts(record: Record, policy: Policy) -> list[Prompt]:
    """Everything asked now or later, in order of its due moment; what was declined is left out."""
    found = [prompt for rule in RULES for prompt in rule(record, policy)]
    return sorted((p for p in found if p.key not in record.declined), key=lambda p: p.due)


def active(record: Record, policy: Policy, now: int) -> list[Prompt]:
    """What needs someone now."""
    return [prompt for prompt in prompts(record, policy) if prompt.due <= now]


def _acknowledge(record: Record, policy: Policy) -> list[Prompt]:
    """R2: a page that nobody has."""
    return [
        Prompt(
            f"acknowledge:{page.page}",
            "on-call",
            "Someone is being paged. Do you have it?"
            if page.step >= 0
            else "Nobody has been woken yet. Do you have it?",
            page.requested_at,
            [Action("I have it", "ack", {"page": page.page})],
            "an acknowledged page wakes nobody else",
        )
        for page in record.pages.values()
        if page.waiting() and record.live()
    ]


def _severity(record: Record, policy: Policy) -> list[Prompt]:
    """R14: how bad is it?"""
    if record.severity or not record.live():
        return []
    wanted = [record.proposed.severity] if record.proposed else list(policy.severities)
    actions = [Action(name, "severity", {"severity": name}) for name in wanted]
    return [
        Prompt(
            "severity",
            "incident_commander",
            f"{record.proposed.severity} is proposed. Do you agree?"
            if record.proposed
            else "How bad is it? No severity is set.",
            record.declared_at if record.proposed else record.declared_at + MINUTE,
            actions,
            record.proposed.text if record.proposed else "severity decides who is woken and how often updates go out",
        )
    ]


def _roles(record: Record, policy: Policy) -> list[Prompt]:
    """R25: what is missing for this severity is shown until filled."""
    if not record.live():
        return []
    wanted = policy.severity(record.severity_name()).roles
    return [
        Prompt(
            f"role:{role}",
            "everyone",
            f"No {ROLE_TITLES[role]} yet." + (" Who decides?" if role == "incident_commander" else ""),
            record.declared_at + int(policy.commander_within * SECOND),
            [Action("I'll take it", "role", {"role": role})],
            f"{record.severity_name() or 'an incident without a severity'} needs one",
        )
        for role in wanted
        if not record.holder(role)
    ]


def _impact(record: Record, policy: Policy) -> list[Prompt]:
    """R14: what do customers see?"""
    if record.impact or not record.live():
        return []
    return [
        Prompt(
            "impact",
            "incident_commander",
            "What do customers see? One sentence.",
            record.declared_at + 3 * MINUTE,
            [Action("Say it", "impact", asks="text")],
            "updates and the severity rest on it",
        )
    ]


def _internal_update(record: Record, policy: Policy) -> list[Prompt]:
    """R31: a cadence that is kept."""
    every = policy.severity(record.severity_name()).update_every
    if not every or not record.live():
        return []
    due = record.next_update_at() or record.declared_at + every * SECOND
    remind = due - min(every * SECOND // 5, 3 * MINUTE)
    return [
        Prompt(
            f"update:{due}",
            "communications_lead",
            f"The next internal update is promised for {hour_minute(due)} UTC.",
            remind,
            [Action("Post update", "update", asks="text")],
            "silence makes people ask, and answering them costs more",
        ),
        Prompt(
            f"update-overdue:{due}",
            "incident_commander",
            f"The internal update of {hour_minute(due)} UTC is overdue.",
            due,
            [Action("Post update", "update", asks="text")],
            "a broken promise is worse than a short update",
        ),
    ]


def _public_post(record: Record, policy: Policy) -> list[Prompt]:
    """R33: acknowledge publicly within five minutes of detection, before you understand."""
    if not record.live() or record.private or record.last_update("public"):
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
            [Action("Post: we are looking into it", "status", {"state": "investigating"}, "text")],
            "say that you know before you know why",
        )
    ]


def _approval(record: Record, policy: Policy) -> list[Prompt]:
    """R8: a proposed public post waits for the word of those whom the policy names."""
    named = [name for name in policy.public_approval if name in policy.contacts]
    holders = [holder for name in policy.public_approval if (holder := record.holder(name))]
    return [
        Prompt(
            f"approve:{proposal}",
            ", ".join(policy.public_approval) or "communications_lead",
            f"{author} wants to tell customers ({facts.state}): “{facts.text}” Post it?",
            at,
            [
                Action("Approve and post", "status", {"state": facts.state, "proposal": proposal}),
                Action("Not like this:", "decline", {"key": f"approve:{proposal}"}, "reason"),
            ],
            "the policy asks for a second person before anything is public",
            tell=next(iter([*holders, *named]), ""),
        )
        for proposal, (at, author, facts) in record.proposals.items()
    ]


def _criteria(record: Record, policy: Policy) -> list[Prompt]:
    """R41: stated before the mitigation completes."""
    if record.criteria or not record.live():
        return []
    due = record.declared_at + int(policy.criteria_wanted_after * SECOND)
    started = [run.started_at for run in record.runs.values()]
    return [
        Prompt(
            "criteria",
            "incident_commander",
            "What will 'recovered' mean? Set the criteria before the fix is in.",
            min([due, *started]),
            [Action("Use the proposed ones", "criteria", {"propose": "true"})],
            "the first drop of the error rate feels like success and is not",
        )
    ]


def _mitigate_first(record: Record, policy: Policy) -> list[Prompt]:
    """R16: stop the bleeding before diagnosing."""
    if record.phase not in ("detect", "triage") or record.runs or not record.live():
        return []
    return [
        Prompt(
            "mitigate-first",
            "incident_commander",
            "Nothing has been done yet to stop the harm. Move to Mitigate?",
            record.declared_at + 5 * MINUTE,
            [Action("Move to Mitigate", "phase", {"phase": "mitigate"})],
            "restore service first; the cause can wait",
        )
    ]


def _unknown_outcome(record: Record, policy: Policy) -> list[Prompt]:
    """P4: after a crash nobody knows whether it ran."""
    return [
        Prompt(
            f"unknown:{run.run}",
            "operations_lead",
            f"Nobody knows whether '{run.title}' ran. Look at {run.target}, then say it.",
            run.started_at,
            [Action("I looked", "decline", {"key": f"unknown:{run.run}"}, "reason")],
            run.output or "a crash came between",
        )
        for run in record.runs.values()
        if run.outcome == "unknown" and run.answered and run.ok is None and record.live()
    ]


def _offer_undo(record: Record, policy: Policy) -> list[Prompt]:
    """R23: act, observe, revise."""
    return [
        Prompt(
            f"undo:{run.run}",
            "operations_lead",
            f"'{run.title}' {_why(run.outcome)}. Take it back?",
            run.applied_at or run.started_at,
            [Action("Undo", "undo", {"run": run.run})],
            run.reason,
        )
        for run in record.runs.values()
        if run.outcome in ("no_change", "worse")
        and run.undo
        and not run.undone_by
        and not run.undo_of
        and record.live()
    ]


def _contradicted(record: Record, policy: Policy) -> list[Prompt]:
    """R23, R36: an outcome that speaks against the hypothesis behind it is a question to the Incident Commander."""
    asked = []
    for run in record.runs.values():
        behind = record.hypotheses.get(run.hypothesis)
        if run.outcome not in ("no_change", "worse") or behind is None or run.undo_of or not record.live():
            continue
        if behind.standing in ("open", "leading"):
            values = {"hypothesis": behind.hypothesis, "standing": "rejected"}
            asked.append(
                Prompt(
                    f"contradicted:{run.run}",
                    "incident_commander",
                    f"'{run.title}' {_why(run.outcome)}. Does that speak against “{behind.text}”?",
                    run.observation_ends() or run.started_at,
                    [
                        Action("Reject it", "hypothesis", values),
                        Action("It still stands", "decline", {"key": f"contradicted:{run.run}"}, "reason"),
                    ],
                    "what was tried and did not help is evidence",
                )
            )
    return asked


def _timeboxes(record: Record, policy: Policy) -> list[Prompt]:
    """R39: at the end of a time-box the decision is forced; falling back is one action."""
    if not record.live():
        return []
    return [
        Prompt(
            f"timebox:{box.timebox}:{box.ends_at}",
            "incident_commander",
            f"Time is up for {box.owner}: {box.question} Without an answer: {box.fallback}",
            box.ends_at,
            [
                _fall_back(box),
                Action("It is answered", "timebox", {"timebox": box.timebox}, "answer"),
                Action("5 minutes more, because", "timebox", {"timebox": box.timebox, "minutes": "5"}, "extend"),
            ],
            "that is what was agreed when it was opened",
            tell=box.owner,
        )
        for box in record.timeboxes.values()
        if box.running()
    ]


def _fall_back(box: Timebox) -> Action:
    """One tap. The confirmation is the time-box itself, so that two taps are one run (P4)."""
    if not box.mitigation:
        return Action("Fall back", "timebox", {"timebox": box.timebox, "fall_back": "true"})
    values = {"mitigation": box.mitigation, "timebox": box.timebox, "confirm": f"timebox {box.timebox}"}
    return Action(f"Fall back: {box.mitigation}", "mitigate", values)


def _why(outcome: str | None) -> str:
    return "made things worse" if outcome == "worse" else "changed nothing"


def _shift_to_resolve(record: Record, policy: Policy) -> list[Prompt]:
    """R12: a mitigation helped, so the phase should shift."""
    helped = [run for run in record.runs.values() if run.outcome == "helped" and not run.undo_of and not run.undone_by]
    if not helped or record.phase not in ("triage", "mitigate") or not record.live():
        return []
    run = helped[-1]
    return [
        Prompt(
            f"shift-resolve:{run.run}",
            "incident_commander",
            f"'{run.title}' helped. Move to Resolve?",
            run.observation_ends() or run.started_at,
            [Action("Move to Resolve", "phase", {"phase": "resolve", "reason": f"{run.title} helped"})],
            run.reason,
        )
    ]


def _breach(record: Record, policy: Policy) -> list[Prompt]:
    """R12, R41: going back is normal. A criterion that held and broke, while we thought it was over, is said."""
    if record.phase != "resolve" or record.status not in ("open", "mitigated"):
        return []
    return [
        Prompt(
            f"breach:{name}:{state.broke_at}",
            "incident_commander",
            f"'{name}' is out of its bound again; the hold starts over. Back to Mitigate?",
            state.broke_at,
            [
                Action("Back to Mitigate", "phase", {"phase": "mitigate", "reason": f"{name} broke again"}),
                Action("Wait and see", "decline", {"key": f"breach:{name}:{state.broke_at}"}, "reason"),
            ],
            state.detail,
        )
        for name, state in record.criteria.items()
        if not state.holds and state.broke_at is not None
    ]


def _offer_resolve(record: Record, policy: Policy) -> list[Prompt]:
    """R41: resolve is offered when all criteria have held."""
    if record.criteria_held_at is None or record.status not in ("open", "mitigated"):
        return []
    return [
        Prompt(
            f"resolve:{record.criteria_held_at}",
            "incident_commander",
            "All recovery criteria have held. Resolve?",
            record.criteria_held_at,
            [Action("Resolve", "resolve")],
            "stable by the criteria that you set yourselves",
        )
    ]


def _close(record: Record, policy: Policy) -> list[Prompt]:
    """R42: closing is a deliberate step."""
    if record.status != "resolved" or record.resolved_at is None:
        return []
    return [
        Prompt(
            "close",
            "incident_commander",
            "Resolved. Post the final word, then close.",
            record.resolved_at,
            [Action("Close", "close")],
            "closing decides on the postmortem and starts the three weeks",
        )
    ]


def _postmortem(record: Record, policy: Policy) -> list[Prompt]:
    """R42, R43: within 24 to 48 h, while memory is fresh."""
    if record.closed_at is None or record.published_at or not record.postmortem_form or record.status != "closed":
        return []
    return [
        Prompt(
            "postmortem",
            "incident_commander",
            f"The {record.postmortem_form} is not published yet.",
            record.closed_at + 24 * 60 * MINUTE,
            [],
            "memory fades within two days",
        )
    ]


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
            tell=record.owner,
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
            began + 2 * MINUTE,
            [Action("Answer", "answer", {"question": key}, asks="text")],
            "one of the three questions of triage",
        )
        for key, text in TRIAGE_QUESTIONS.items()
        if key not in record.answers and not (key == "bad" and record.severity)
    ]


RULES: list[PromptRule] = [
    _investigation, _questions,
    _acknowledge, _severity, _roles, _impact, _public_post, _approval, _criteria, _mitigate_first, _internal_update, _unknown_outcome,
    _offer_undo, _contradicted, _timeboxes, _shift_to_resolve, _breach, _offer_resolve, _close, _postmortem,
]  # fmt: skip
