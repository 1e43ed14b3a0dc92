"""What a postmortem's reader sees, drawn from the record. Pure."""

from collections.abc import Callable

import msgspec

from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.kernel.clock import SECOND, day, hour_minute, iso, spell
from stanch.kernel.policy import PHASES, Policy
from stanch.learn.completeness.why_tree import Why, tree
from stanch.learn.layout import LaidOut, layout
from stanch.learn.postmortem import draft, timeline
from stanch.respond.facts import six_facts
from stanch.timeline.entries import Entry
from stanch.timeline.record import ActionItem, Comment, Record, fold

# Entries by which somebody decided something: beside them stands what was known at that moment (R37).
DECISIONS = frozenset({"mitigation_started", "severity_set", "phase_shifted", "resolved", "decision_made"})
# What a reader's document calls these parts where the template does not name them.
NAMES = {"timeline": "How it went", "whys": "Why it could happen"}


class Figure(msgspec.Struct, frozen=True):
    """One number of the summary and what it counts."""

    value: str
    of: str


class Moment(msgspec.Struct):
    """A line of the timeline. ``known``: what was known when it was decided, a sentence each."""

    position: int
    at: int
    author: str
    sentence: str
    kind: str
    known: list[str] = []

    @property
    def who(self) -> str:
        """The author, unless the sentence begins with their name."""
        return "" if self.sentence.startswith(f"{self.author} ") else self.author


class Document(msgspec.Struct):
    """The whole document; ``parts`` are Markdown, empty ones are not written yet. ``layout``: the sections in their order.

    ``drafts``: the parts that the record fills in, and that nobody has written or confirmed.
    """

    incident: str
    title: str
    heading: str
    severity: str
    service: str
    state: str
    when: str
    figures: list[Figure]
    parts: dict[str, str]
    factors: list[str]
    whys: list[Why]
    timeline: list[Moment]
    actions: list[ActionItem]
    spans: list[tuple[str, int, int]]
    front: dict[str, str]
    layout: list[LaidOut]
    drafts: list[str]
    comments: list[Comment] = []


def state_of(item: ActionItem) -> str:
    """How an action item stands, with the key of its ticket."""
    state = "dropped" if item.dropped else "done" if item.done_at else "open"
    return f"{state} ({item.ticket.key})" if item.ticket and item.ticket.key else state


def comment_line(c: Comment, title: str) -> str:
    """A comment, or a suggestion, on the part of that title, and how it was settled."""
    on = f", on \u201c{c.quote}\u201d" if c.quote else ""
    wanted = "" if c.suggestion is None else f" Suggested in its place: \u201c{c.suggestion}\u201d."
    state = c.state + (f" by {c.settled_by}" if c.settled_by else "") + (f": {c.note}" if c.note else "")
    return f"{c.item}, {c.by}, {title}{on}: {c.text}{wanted} ({state})"


def document(
    record: Record, entries: list[Entry], policy: Policy, people: Vocabulary, called: Callable[[str], str] = str
) -> Document:
    """The document as it stands: what is written, else what the record knows; nothing is invented. ``called``: how people are called in it."""
    parts = draft(record, entries, policy)
    drafts = [part for part, text in parts.items() if text.strip() and part not in record.parts]
    whys = record.lists.get("whys", [])
    end = record.closed_at or record.resolved_at or record.changed_at
    return Document(
        record.id,
        record.title,
        "Short review" if record.postmortem_form == "review" else "Postmortem",
        record.severity_name() or "severity not set",
        ", ".join(policy.service(name).label() for name in record.services()),
        f"published on {day(record.published_at)}" if record.published_at else "draft",
        _when(record),
        _figures(record),
        parts,
        record.lists.get("factors", []),
        tree(whys, people),
        _timeline(entries, policy, called),
        [msgspec.structs.replace(item, owner=called(item.owner)) for item in record.action_items.values()],
        [
            (span.phase, span.since, span.until or end)
            for span in record.spells
            if span.phase in PHASES and (span.until or end) - span.since >= SECOND
        ],
        _front(record) | {"drafts": ", ".join(drafts) or "none"},
        layout(policy, record),
        drafts,
    )


def _front(record: Record) -> dict[str, str]:
    moments = {
        "began": record.began_at, "detected": record.detected_at, "declared": record.declared_at, "acknowledged": record.acknowledged_at,
        "mitigated": record.mitigated_at, "resolved": record.resolved_at, "closed": record.closed_at,
    }  # fmt: skip
    return {
        "incident": record.id,
        "title": record.title,
        "severity": record.severity_name() or "not set",
        "status": record.status,
        "service": record.service,
        "form": record.postmortem_form or "not decided",
        "version": str(record.entries),
        **{name: iso(value) for name, value in moments.items() if value},
    }


def _when(record: Record) -> str:
    began, end = record.span()
    until = (
        f" to {hour_minute(end)}"
        if end and day(end) == day(began)
        else f" to {day(end)} {hour_minute(end)}"
        if end
        else ""
    )
    return f"{day(began)}, {hour_minute(began)}{until} UTC"


def _figures(record: Record) -> list[Figure]:
    """Only what was measured or stated; a number that nobody has is left out."""
    began, end = record.span()
    share, first = (
        record.impact_facts.users_share,
        next((at for at, _, u in record.updates if u.audience == "public"), None),
    )
    found = [
        Figure(spell(end - began), "from start to recovery") if end and record.resolved_at else None,
        Figure(f"{share * 100:.3g} %", "of users were hit") if share is not None else None,
        Figure(spell(record.detected_at - record.began_at), "until it was noticed")
        if record.began_at and record.detected_at and record.detected_at > record.began_at
        else None,
        Figure(spell(first - (record.detected_at or record.declared_at)), "to the first public word")
        if first
        else None,
    ]
    return [figure for figure in found if figure]


def _timeline(entries: list[Entry], policy: Policy, called: Callable[[str], str]) -> list[Moment]:
    known: dict[int, list[str]] = {}
    record, before = Record(), [""]
    for entry in entries:
        if entry.kind in DECISIONS and entry.source != "machine":
            now = known_then(record, policy, entry.happened_at, called)
            # Two decisions in a row on the same facts show them once.
            known[entry.position] = now if now != before else []
            before = now
        fold([entry], record)
    return [
        Moment(x.position, x.happened_at, called(x.author), x.facts.told(called), x.kind, known.get(x.position, []))
        for x in timeline(entries)
    ]


def known_then(record: Record, policy: Policy, at: int, called: Callable[[str], str] = str) -> list[str]:
    """What was known at a moment: those of the six facts that somebody had stated, and the concerns and hypotheses that were open (R37)."""
    if not record.entries:
        return []
    facts = six_facts(record, policy, at)
    found = [
        f"{fact.label}: {called(fact.value) if fact.key == 'incident_commander' else fact.value}"
        for fact in facts
        if not fact.missing and fact.key != "next_update"
    ]
    firing = sum(signal.firing for signal in record.signals.values())
    if firing:
        found.append(f"Alerts firing: {firing}")
    leading = record.leading()
    others = [h.text for h in record.hypotheses.values() if h.standing == "open" and h is not leading]
    found += [f"Open concern: {concern.text}" for concern in record.concerns.values() if concern.answered_at is None]
    return found + ([f"Other hypotheses: {'; '.join(others)}"] if others else [])
