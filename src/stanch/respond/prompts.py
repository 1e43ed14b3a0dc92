"""What is asked of those who respond: pages, severity, roles, impact, criteria, time-boxes. Pure."""

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.prepare.called import said_by
from stanch.respond.facts import STALE, forgotten, proposed, stale_after, watched
from stanch.respond.first_moves import first_moves
from stanch.respond.harm.told import unread
from stanch.timeline.decisions import Timebox
from stanch.timeline.facts.statement import stopped
from stanch.timeline.page import Page
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
from stanch.timeline.record import Record


def _acknowledge(record: Record, policy: Policy) -> list[Prompt]:
    """R2: a page that nobody has."""
    return [
        Prompt(
            f"acknowledge:{page.page}",
            "on-call",
            _paging(page),
            page.requested_at,
            [PromptAction("I have it", "ack", {"page": page.page})],
            "once somebody has it, nobody else is woken",
            silent=True,  # the page itself tells them
        )
        for page in record.pages.values()
        if page.waiting() and record.live()
    ]


def _paging(page: Page) -> str:
    if page.step < 0:
        return "Nobody has been woken yet. Do you have it?"
    if page.next_at is None:
        return "Nobody has taken the page, and it goes to nobody else by itself. Do you have it?"
    return "Someone is being paged. Do you have it?"


def _severity(record: Record, policy: Policy) -> list[Prompt]:
    """R14: how bad is it? Once a severity is set, it is asked again when new facts propose another one (R3)."""
    if not record.live():
        return []
    if gone := forgotten(record, policy):
        return _severity_forgotten(record, policy, gone)
    if record.severity:
        return _severity_again(record, policy)
    stands = proposed(record, policy)
    return [
        Prompt(
            "severity",
            "incident_commander",
            f"{stands.severity} is proposed. Do you agree?" if stands else "How bad is it? No severity is set.",
            record.declared_at if stands else record.declared_at + int(policy.severity_wanted_after * SECOND),
            _choices([stands.severity] if stands else policy.tiers()),
            stands.text if stands else "severity decides who is woken and how often updates go out",
            rests_on=(stands.severity if stands else "", *harm(record)),
            reason_at=record.proposed_at if stands else None,
        )
    ]


def _choices(names: list[str]) -> list[PromptAction]:
    return [PromptAction(name, "severity", {"severity": name}) for name in names]


def _severity_forgotten(record: Record, policy: Policy, gone: str) -> list[Prompt]:
    """R2: the team changed its severities while the incident was open."""
    assert record.severity is not None
    return [
        Prompt(
            "severity:forgotten",
            "incident_commander",
            f"How bad is it? It is set to '{gone}', which is no severity of the policy any more.",
            record.severity.at,
            _choices(policy.tiers()),
            f"until somebody says, it counts as {policy.counted(gone)}",
            rests_on=(gone, *policy.tiers()),
        )
    ]


def _severity_again(record: Record, policy: Policy) -> list[Prompt]:
    """What was known when the severity was set asks for nothing; what is proposed since then does."""
    again, stated = proposed(record, policy), record.severity
    if again is None or stated is None or again.severity == stated.value or record.proposed_at <= stated.at:
        return []
    return [
        Prompt(
            f"severity:{record.proposed_at}",
            "incident_commander",
            f"{again.severity} is proposed now, and {stated.value} is set. Do you agree?",
            record.proposed_at,
            [
                *_choices([again.severity]),
                PromptAction(f"Keep {stated.value}, because", "severity", {"severity": stated.value}, "reason"),
            ],
            again.text,
            rests_on=(again.severity, again.text),
            reason_at=record.proposed_at,
        )
    ]


def _roles(record: Record, policy: Policy) -> list[Prompt]:
    """R25: what is missing for this severity is shown until filled."""
    if not record.live():
        return []
    wanted = policy.severity(record.severity_name()).roles
    return [
        Prompt(
            f"role:{role}" + (f":{record.vacated[role]}" if role in record.vacated else ""),
            "everyone",
            f"No {ROLE_TITLES[role]}{' any more' if role in record.vacated else ' yet'}."
            + (" Who decides?" if role == "incident_commander" else ""),
            max(record.declared_at + int(policy.commander_within * SECOND), record.vacated.get(role, 0)),
            [PromptAction("I'll take it", "role", {"role": role})],
            f"{policy.counted(record.severity_name()) if record.severity else 'an incident without a severity'} needs one",
            tell=("incident_commander",),
            rests_on=harm(record),
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
            record.declared_at + int(policy.impact_wanted_after * SECOND),
            [PromptAction("Say it", "impact", asks="text")],
            "updates and the severity rest on it",
            rests_on=harm(record),
        )
    ]


def _impact_unread(record: Record, policy: Policy) -> list[Prompt]:
    """R3, R14: words that name no known harm lower nothing silently; while no severity is set, it is asked what they mean."""
    if not record.live() or record.severity or not unread(record.impact_facts):
        return []
    assert record.impact is not None
    return [
        Prompt(
            "impact-unread",
            "incident_commander",
            "What is said of the impact names no harm that is known here. Who is hit, how many, and what can they not do?",
            record.impact.at,
            [PromptAction("Say it", "impact", asks="text")],
            "the proposed severity rests on it",
            rests_on=(record.impact.value,),
        )
    ]


def _proposes(record: Record, policy: Policy) -> bool:
    """Whether the catalog has anything that criteria could be made of, for what is affected."""
    if record.drill is not None:
        return bool(record.drill.criteria)
    named = record.services()
    near = [*named, *(name for each in named for name in policy.dependants(each))] or list(policy.services)
    return any(s.criteria or s.slos or s.probes for s in map(policy.service, near))


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
            [
                PromptAction("Use the proposed ones", "criteria", {"propose": "true"})
                if _proposes(record, policy)
                else PromptAction("Write one", "criteria", asks="criterion")
            ],
            "the first drop of the error rate feels like success and is not",
            rests_on=(record.severity_name() or "", ", ".join(record.runs)),
        )
    ]


def _timeboxes(record: Record, policy: Policy) -> list[Prompt]:
    """R39: at the end of a time-box the decision is forced; falling back is one action."""
    if not record.live():
        return []
    return [
        Prompt(
            f"timebox:{box.timebox}:{box.ends_at}" + (f":{box.refused_digest}" if box.refused_at is not None else ""),
            "incident_commander",
            _time_is_up(box, said_by(policy)(box.owner)),
            box.ends_at if box.refused_at is None else box.refused_at,
            [
                *_fall_back(box),
                PromptAction("It is answered", "timebox", {"timebox": box.timebox}, "answer"),
                _more(box, policy.timebox_extension),
            ],
            "that is what was agreed when it was opened"
            if box.refused_at is None
            else "what is confirmed is what runs",
            tell=(box.owner, "incident_commander"),
        )
        for box in record.timeboxes.values()
        if box.running()
    ]


def _time_is_up(box: Timebox, owner: str) -> str:
    if box.refused_at is not None:
        refused = f"The fallback '{box.title}' was not started: {box.refused}."
        return f"{owner} looks into: {stopped(box.question)} {refused} What is done instead?"
    return f"Time is up for {owner}: {stopped(box.question)} Without an answer: {box.fallback}"


def _fall_back(box: Timebox) -> list[PromptAction]:
    """One tap. The confirmation is the time-box itself, so that two taps are one run (P4)."""
    by_hand = PromptAction("Fall back", "timebox", {"timebox": box.timebox, "fall_back": "true"})
    if not box.mitigation:
        return [by_hand]
    values = {"mitigation": box.mitigation, "timebox": box.timebox, "confirm": f"timebox {box.timebox}"}
    if box.refused_at is None:
        return [PromptAction(f"Fall back: {box.title}" if box.title else "Fall back", "mitigate", values)]
    by_hand.label = "The fallback was taken by hand"
    if not box.refused_digest:
        return [by_hand]
    values |= {"seen": box.refused_digest, "confirm": f"timebox {box.timebox} {box.refused_digest}"}
    return [PromptAction(f"Start it as it is now: {box.title}", "mitigate", values), by_hand]


def _more(box: Timebox, seconds: float) -> PromptAction:
    minutes = f"{seconds / 60:g}"
    label = f"{minutes} minute{'' if minutes == '1' else 's'} more, because"
    return PromptAction(label, "timebox", {"timebox": box.timebox, "minutes": minutes}, "extend")


def _first_moves(record: Record, policy: Policy) -> list[Prompt]:
    """R6, R7: whoever has begun with first moves is offered the next one."""
    if not record.live() or not record.moves:
        return []
    latest = {move.source: move.at for move in sorted(record.moves.values(), key=lambda move: move.at)}
    return [
        Prompt(
            f"move:{found.source}:{step.text[:200]}",
            "everyone",
            f"{found.title}, next: {step.text}",
            latest[found.source],
            [
                PromptAction("Done", "move", {"source": found.source, "step": str(step.step), "seen": step.text}),
                PromptAction(
                    "Pass, because", "move", {"source": found.source, "step": str(step.step), "passed": "true"}, "word"
                ),
            ],
            f"step {step.step} of {len(found.steps)}; the one before is answered",
        )
        for found in first_moves(record, policy)
        if found.source in latest and (step := found.next) is not None
    ]


def _stale(record: Record, policy: Policy) -> list[Prompt]:
    """R11: a fact that has grown old for this severity is asked for again, once. The others have questions of their own."""
    said = {"severity": record.severity, "impact": record.impact}
    last = next(reversed(record.runs.values()), None)
    moments = {key: fact.at for key, fact in said.items() if fact} | ({"mitigations": last.started_at} if last else {})
    return [
        Prompt(
            f"stale:{fact}:{at}",
            "incident_commander",
            f"{FACTS[fact]}: {STALE[fact]}",
            at + stale_after(record, policy, fact),
            [_again(record, fact)],
            f"nothing new is known of it for {spell(stale_after(record, policy, fact))}",
            every=0,
            rests_on=harm(record),
        )
        for fact, at in moments.items()
        if watched(record, fact) and not (fact == "severity" and forgotten(record, policy))
    ]


FACTS = {"severity": "Severity", "impact": "Customer impact", "mitigations": "Mitigations"}


def _again(record: Record, fact: str) -> PromptAction:
    """The action that confirms or updates a stale fact."""
    if fact == "severity":
        return PromptAction(
            f"Still {record.severity_name()}", "severity", {"severity": record.severity_name() or ""}, "reason"
        )
    if fact == "impact":
        return PromptAction("It is now so", "impact", asks="text")
    return PromptAction("What we do next", "say", asks="text")


def _bridge(record: Record, policy: Policy) -> list[Prompt]:
    """R34: while a call is open, asks for a written summary of what was said."""
    if record.bridge is None or not record.live():
        return []
    silence = int(policy.responding.bridge_silence * SECOND)
    since = max([record.bridge.opened_at, *record.spoke[-1:]])
    return [
        Prompt(
            f"bridge-silent:{since}",
            "scribe",
            f"The bridge is open, and for {spell(silence)} nothing was written down. What was said and decided?",
            since + silence,
            [
                PromptAction("Write it down", "say", asks="text"),
                PromptAction("It is over", "bridge", {"step": "close"}),
            ],
            "what is said on a call only is lost at the next handoff",
        )
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _bridge,
    _stale,
    _acknowledge,
    _severity,
    _roles,
    _impact,
    _impact_unread,
    _criteria,
    _timeboxes,
    _first_moves,
)
