"""What somebody needs to know who takes over, joins, or comes back: drafted from the record. Pure."""

from collections.abc import Callable, Sequence

from stanch.kernel.clock import hour_minute, spell, utc_time
from stanch.kernel.policy import Policy
from stanch.prepare.called import Called, called_by
from stanch.respond.facts import six_facts
from stanch.timeline.entries import Entry
from stanch.timeline.facts.roles import short
from stanch.timeline.record import Record

BLANK = "[…]"
MOST_LINES, LONGEST_LINE = 10, 200
# The kinds of entries that a summary keeps first.
WEIGHTY = (
    "declared", "severity_set", "decision_made", "outcome_measured", "mitigation_started", "mitigation_applied", "handoff_offered",
    "handoff_answered", "role_taken", "role_given_back", "role_requested", "impact_set", "hypothesis_stated", "evidence_stated",
    "concern_raised", "resolved", "mitigated", "closed", "phase_shifted", "reopened", "update_posted", "timebox_opened",
    "timebox_ended", "bridge_opened",
)  # fmt: skip
# How people were reached, what was asked of them, and what machines keep for themselves: nobody said or did it.
BOOKKEEPING = frozenset(
    {
        "signal_attached", "signal_cleared", "signal_detached", "page_sent", "page_stepped", "page_put_off", "page_withheld",
        "page_replaced", "severity_proposed", "criterion_turned", "evidence_captured", "prompted", "prompt_told",
        "prompt_withdrawn", "audience_told", "channel_opened", "channel_failed", "review_asked", "action_item_reminded",
        "people_proposed", "commander_acted", "ticket_wanted", "ticket_moved", "ticket_noted", "ticket_agreed",
    }
)  # fmt: skip


def summary(record: Record, policy: Policy, now: int) -> str:
    """R35: impact, severity, what was tried, hypotheses, next action, next update, what is open. Missing facts are blanks."""
    facts = {fact.key: fact.value for fact in six_facts(record, policy, now)}
    phase = spell(now - record.spells[-1].since) if record.spells else ""
    lines = [
        f"Impact: {facts['impact'] or BLANK}",
        f"Severity: {facts['severity'] or BLANK}, in {record.phase.capitalize()} for {phase}",
        f"Tried: {facts['mitigations'] or 'nothing yet'}",
        f"Leading hypothesis: {facts['hypothesis'] or 'none'}",
        f"Rejected: {_rejected(record)}",
        f"Next action: {next_action(record)}",
        f"Next update: {facts['next_update'] or BLANK}; {_public(record, now)}",
        f"Open: {'; '.join(still_open(record)) or 'no time-box, no concern'}",
    ]
    return "\n".join(lines)


def _rejected(record: Record) -> str:
    return "; ".join(h.text for h in record.hypotheses.values() if h.standing == "rejected") or "none"


def next_action(record: Record) -> str:
    """What was decided last, or what is waited for; a blank where the record does not know."""
    watched = [run.title for run in record.runs.values() if run.outcome is None and run.ok is not False and run.changed]
    if watched:
        return f"see whether '{watched[-1]}' helps"
    decisions = list(record.decisions.values())
    last_run = max((run.started_at for run in record.runs.values()), default=0)
    if decisions and decisions[-1].at > last_run:
        return decisions[-1].option
    return BLANK


def _public(record: Record, now: int) -> str:
    last = record.last_update("public")
    if last is None:
        return "customers have heard nothing"
    return f"customers heard '{last[2].state}' at {utc_time(last[0], now)}"


def still_open(record: Record, called: Callable[[str], str] = str) -> list[str]:
    """Time-boxes that run, and concerns without an answer. ``called``: how people are called."""
    boxes = [
        f"{box.timebox} until {hour_minute(box.ends_at)} for {called(box.owner)}: {box.question} Otherwise: {box.fallback}"
        for box in record.timeboxes.values()
        if box.running()
    ]
    concerns = [f"concern {c.concern}: {c.text}" for c in record.concerns.values() if c.answered_at is None]
    return boxes + concerns


def catch_up(record: Record, entries: Sequence[Entry], policy: Policy, now: int, since: int) -> list[str]:
    """At most ten lines, never longer: for who joins (``since`` 0: the state), or what is new since an entry's position."""
    state = _state(record, policy, now)
    fresh, called = [x for x in entries if x.position > since and x.kind not in BOOKKEEPING], called_by(policy)
    if not since:
        return _cut(state + [_line(x, called) for x in _chosen(fresh, MOST_LINES - len(state))])
    if not fresh:
        return _cut([state[0], "Nothing new was said or done."])
    room = MOST_LINES - 2
    chosen = _chosen(fresh, room if len(fresh) > room else room + 1)
    more = len(fresh) - len(chosen)
    rest = [f"and {more} more {'entry' if more == 1 else 'entries'} in the timeline"] if more else []
    return _cut([state[0], *(_line(x, called) for x in chosen), *rest])


def _state(record: Record, policy: Policy, now: int) -> list[str]:
    """The incident in six lines."""
    facts = {fact.key: fact for fact in six_facts(record, policy, now)}
    called = called_by(policy)
    roles = ", ".join(f"{called(fact.value)} ({short(role)})" for role, fact in record.roles.items())
    opened = still_open(record, called)
    lines = [
        f"{record.id} {record.title}: {facts['severity'].value or 'no severity'}, {record.status}, {record.phase.capitalize()}",
        f"Customers: {facts['impact'].value or 'nobody has said what they see'}",
        f"People: {roles or 'nobody has a role'}",
        f"It may be: {facts['hypothesis'].value or 'no hypothesis yet'}",
        f"Tried: {facts['mitigations'].value or 'nothing yet'}",
        f"Next update: {facts['next_update'].value or 'none promised'}",
    ]
    return lines + ([f"Open: {'; '.join(opened)}"] if opened else [])


def _chosen(entries: list[Entry], room: int) -> list[Entry]:
    """The newest entries of the important kinds, filled up with the newest others, in timeline order."""
    if room <= 0:
        return []
    weighty = [x for x in entries if x.kind in WEIGHTY][-room:]
    left = room - len(weighty)
    others = [x for x in entries if x.kind not in WEIGHTY][-left:] if left else []
    return sorted([*weighty, *others], key=lambda x: x.position)


def _line(entry: Entry, called: Called) -> str:
    return f"{hour_minute(entry.happened_at)} {called(entry.author)}: {entry.facts.told(called)}"


def _cut(lines: list[str]) -> list[str]:
    """One line each, cut to a readable length."""
    flat = [" ".join(line.split()) for line in lines[:MOST_LINES]]
    return [line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…" for line in flat]
