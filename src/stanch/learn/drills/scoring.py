"""How the team practised (R40): one point for each thing that the practice asks for, with its reason and the entries behind it.

Pure. The team is judged, never a person: no sentence names anybody.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import msgspec

from stanch.kernel.clock import MINUTE, SECOND, spell
from stanch.kernel.drill_script import Practice, Script
from stanch.kernel.policy import Policy
from stanch.timeline.drill import Drill
from stanch.timeline.entries import Entry
from stanch.timeline.record import Record

Standing = Literal["kept", "partly", "missed", "not asked"]
# Five minutes from the first sign to the declaration, two until somebody has it; twice as long is half kept.
DECLARE_WITHIN, TAKEN_WITHIN, NEWS_WITHIN, HANDOFF_WITHIN = 5 * MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE
IMPACT_WITHIN, MITIGATE_WITHIN = 10 * MINUTE, 10 * MINUTE
GRACE = MINUTE
SIGNS = ("signal", "customer")
# What people do that is no work on the incident.
COMING = ("drill_joined", "drill_left", "drill_started", "drill_paused", "drill_ended", "investigating")


class Point(msgspec.Struct, frozen=True):
    """One practice. ``entries``: the numbers of the entries that show it."""

    key: Practice
    title: str
    standing: Standing
    reason: str
    entries: list[int] = []


class Played(msgspec.Struct, frozen=True):
    """What is judged. ``until``: the end of the drill, or now."""

    script: Script
    record: Record
    entries: list[Entry]
    policy: Policy
    until: int

    @property
    def drill(self) -> Drill:
        """The drill of the record."""
        return self.record.drill or Drill({})

    @property
    def began(self) -> int | None:
        """When the first sign reached the team."""
        return min((g.at for g in self.drill.given.values() if g.kind in SIGNS), default=None)

    @property
    def undeclared(self) -> str:
        """Why nothing is asked that counts from declaring."""
        over = self.record.status == "closed" or self.drill.aborted
        return "it was never declared" if over else "nobody has declared it yet"

    def of(self, *kinds: str) -> list[Entry]:
        """The entries of these kinds, in order."""
        return [entry for entry in self.entries if entry.kind in kinds]

    def people(self) -> list[Entry]:
        """What people did about the incident."""
        return [e for e in self.entries if e.source not in ("machine", "alert") and e.kind not in COMING]


Rule = Callable[[Played], Point]


def percent(points: list[Point]) -> int | None:
    """Of what was asked for, how much was kept; half kept counts half. None when nothing was asked for yet."""
    worth = {"kept": 2, "partly": 1, "missed": 0}
    asked = [worth[p.standing] for p in points if p.standing in worth]
    return round(100 * sum(asked) / (2 * len(asked))) if asked else None


def _within(after: int, limit: int) -> Standing:
    return "kept" if after <= limit else "partly" if after <= 2 * limit else "missed"


def _too_soon(lasted: int, limit: int) -> str:
    return f"only {spell(lasted)} since the first sign (asked for: {spell(limit)})"


def _declare(p: Played) -> Point:
    title, declared = "Declared early", p.of("declared")
    if p.began is None:
        return Point("declare", title, "not asked", "nothing had happened yet")
    if not declared and p.until - p.began <= DECLARE_WITHIN:
        return Point("declare", title, "not asked", _too_soon(p.until - p.began, DECLARE_WITHIN))
    if not declared:
        return Point("declare", title, "missed", f"{p.undeclared}, {spell(p.until - p.began)} after the first sign")
    after = declared[0].happened_at - p.began
    said = f"declared {spell(after)} after the first sign (asked for: {spell(DECLARE_WITHIN)})"
    return Point("declare", title, _within(after, DECLARE_WITHIN), said, [declared[0].position])


def _taken(p: Played) -> Point:
    title = "Somebody has it"
    if p.began is None:
        return Point("taken", title, "not asked", "nothing had happened yet")
    acknowledged = p.of("acknowledged") if p.record.pages else []
    first = next((e for e in acknowledged or p.people() if e.happened_at >= (p.began or 0)), None)
    if first is None and p.until - p.began <= TAKEN_WITHIN:
        return Point("taken", title, "not asked", _too_soon(p.until - p.began, TAKEN_WITHIN))
    if first is None:
        return Point("taken", title, "missed", "nobody answered the first sign")
    after = first.happened_at - p.began
    said = f"somebody had it {spell(after)} after the first sign (asked for: {spell(TAKEN_WITHIN)})"
    return Point("taken", title, _within(after, TAKEN_WITHIN), said, [first.position])


def _commander(p: Played) -> Point:
    title, declared = "An Incident Commander at once", p.of("declared")
    if "incident_commander" in p.drill.played or not declared:
        why = "the product played the role" if declared else p.undeclared
        return Point("commander", title, "not asked", why)
    taken = [e for e in p.of("role_taken") if getattr(e.facts, "role", "") == "incident_commander"]
    if not taken:
        return Point("commander", title, "missed", "nobody took the role")
    after, limit = taken[0].happened_at - declared[0].happened_at, int(p.policy.commander_within * SECOND)
    said = f"the role was taken {spell(max(0, after))} after declaring (asked for: {spell(limit)})"
    return Point("commander", title, _within(after, limit), said, [taken[0].position])


def _roles(p: Played) -> Point:
    title = "Roles apart"
    if (
        not p.of("declared")
        or len(p.drill.people) < 2
        or {"incident_commander", "operations_lead"} & set(p.drill.played)
    ):
        return Point("roles", title, "not asked", "it takes two people and both roles")
    if acted := p.of("commander_acted"):
        said = "the Incident Commander started a mitigation: whoever types commands has left the role"
        return Point("roles", title, "missed", said, [acted[0].position])
    taken = {getattr(e.facts, "role", ""): e for e in p.of("role_taken")}
    commander, operations = taken.get("incident_commander"), taken.get("operations_lead")
    if commander is None or operations is None:
        missing = "nobody commanded" if commander is None else "nobody had the role of Operations Lead"
        return Point("roles", title, "missed" if commander is None else "partly", missing)
    same = getattr(commander.facts, "person", "") == getattr(operations.facts, "person", "")
    said = "one person held both roles" if same else "who decides and who acts were two people"
    return Point("roles", title, "missed" if same else "kept", said, [commander.position, operations.position])


def _impact(p: Played) -> Point:
    title, declared = "How bad it is was said", p.of("declared")
    if not declared:
        return Point("impact", title, "not asked", p.undeclared)
    found = [e for kind in ("severity_set", "impact_set") for e in p.of(kind)[:1]]
    if not found:
        return Point("impact", title, "missed", "neither severity nor impact was stated")
    after = max(e.happened_at for e in found) - declared[0].happened_at
    standing = _within(after, IMPACT_WITHIN)
    if len(found) < 2:
        standing = "partly"
    missing = {"severity_set": "what customers feel was not", "impact_set": "the severity was not"}
    said = (
        f"severity and impact stood after {spell(max(0, after))}"
        if len(found) == 2
        else f"one was stated, {missing[found[0].kind]}"
    )
    return Point("impact", title, standing, said, [e.position for e in found])


def _hypotheses(p: Played) -> Point:
    title, stated = "More than one hypothesis, with evidence", p.of("hypothesis_stated")
    held = list(p.record.hypotheses.values())
    if not held:
        return Point("hypotheses", title, "missed", "no hypothesis was written down")
    bare = [h for h in held if not h.evidence]
    where = [e.position for e in stated] + [e.position for e in p.of("evidence_stated")]
    one, none = len(held) == 1, len(bare) == len(held)
    several = "one hypothesis" if one else f"{len(held)} hypotheses"
    proof = (
        "with evidence"
        if not bare
        else "without evidence"
        if none
        else f"{len(held) - len(bare)} of them with evidence"
    )
    standing: Standing = (
        "missed" if one and none else "kept" if not one and not none and _leading_proven(p) else "partly"
    )
    return Point("hypotheses", title, standing, f"{several}, {proof}", where)


def _leading_proven(p: Played) -> bool:
    leading = p.record.leading()
    return leading is None or bool(leading.evidence)


def _challenge(p: Played) -> Point:
    title = "The favourite was challenged"
    against = [e for e in p.of("evidence_stated") if getattr(e.facts, "stance", "") == "against"]
    rejected = [e for e in p.of("hypothesis_stated") if getattr(e.facts, "standing", "") == "rejected"]
    found = against + rejected + p.of("concern_raised")
    if found:
        return Point(
            "challenge", title, "kept", "somebody looked for what speaks against it", [e.position for e in found]
        )
    why = (
        "nothing that speaks against a hypothesis was written down"
        if p.record.hypotheses
        else "there was no hypothesis to challenge"
    )
    return Point("challenge", title, "missed", why)


def _mitigate(p: Played) -> Point:
    title, declared = "Mitigation before diagnosis", p.of("declared")
    if not p.script.mitigations or not declared:
        return Point("mitigate", title, "not asked", "there was nothing to try" if declared else p.undeclared)
    started = [e for e in p.of("mitigation_started") if not getattr(e.facts, "undo_of", "")]
    if not started:
        return Point("mitigate", title, "missed", "nothing was tried to stop the harm")
    first = started[0]
    sure = [
        e
        for e in p.of("hypothesis_stated")
        if getattr(e.facts, "standing", "") == "confirmed" and e.position < first.position
    ]
    after = first.happened_at - declared[0].happened_at
    if sure:
        said = f"the cause was confirmed first, and customers waited {spell(after)}"
        return Point("mitigate", title, "missed", said, [sure[0].position, first.position])
    said = f"the first mitigation was started {spell(after)} after declaring (asked for: {spell(MITIGATE_WITHIN)})"
    return Point("mitigate", title, _within(after, MITIGATE_WITHIN), said, [first.position])


def _verify(p: Played) -> Point:
    title, runs = "One change at a time, and each was watched", [r for r in p.record.runs.values() if not r.undo_of]
    if not runs:
        return Point("verify", title, "not asked", "nothing was tried")
    started = {getattr(e.facts, "run", ""): e.position for e in p.of("mitigation_started")}
    hasty = [b for a, b in pairwise(runs) if b.started_at < (a.observation_ends() or p.until)]
    left = [r for r in runs if r.outcome == "worse" and not r.undone_by]
    where = sorted({started[r.run] for r in (hasty + left or runs) if r.run in started})
    if left:
        return Point("verify", title, "missed", "what made it worse was not taken back", where)
    if hasty:
        return Point("verify", title, "partly", "another change was made before the last one's effect was known", where)
    return Point("verify", title, "kept", "the effect of each was known before the next", where)


def _cadence(p: Played) -> Point:
    title = "The cadence was kept"
    every = p.policy.severity(p.record.severity_name()).update_every * SECOND
    if not p.record.declared_at or "communications_lead" in p.drill.played or not every:
        return Point("cadence", title, "not asked", "there was no cadence to keep")
    end = p.record.resolved_at or p.until
    posts = [e for e in p.of("update_posted") if getattr(e.facts, "audience", "") == "internal"]
    due, late = p.record.declared_at + every, 0
    for post in posts:
        late += post.happened_at > due + GRACE
        due = getattr(post.facts, "next_at", None) or post.happened_at + every
    late += end > due + GRACE
    where = [e.position for e in posts]
    if not posts and not late:
        over = (
            "it was over before the first update was due" if p.record.resolved_at else "the first update is not due yet"
        )
        return Point("cadence", title, "not asked", over)
    if not posts:
        return Point("cadence", title, "missed", f"no internal update in {spell(end - p.record.declared_at)}")
    said = (
        "every update came when it was due"
        if not late
        else "one update was late"
        if late == 1
        else f"{late} updates were late"
    )
    return Point("cadence", title, "kept" if not late else "partly" if late == 1 else "missed", said, where)


def _news(p: Played) -> Point:
    title = "Whoever asked for news got it"
    asked = [g for g in p.drill.given.values() if g.kind == "manager" and g.at + NEWS_WITHIN <= p.until]
    if not asked or "communications_lead" in p.drill.played:
        return Point("news", title, "not asked", "nobody had to wait for news")
    posts = [e for e in p.of("update_posted") if getattr(e.facts, "audience", "") == "internal"]
    answered = [g for g in asked if any(g.at <= e.happened_at <= g.at + NEWS_WITHIN for e in posts)]
    said = f"{len(answered)} of {len(asked)} {'question was' if len(asked) == 1 else 'questions were'} followed by an update within {spell(NEWS_WITHIN)}"
    standing: Standing = "kept" if len(answered) == len(asked) else "partly" if answered else "missed"
    return Point("news", title, standing, said, [g.position for g in asked])


def _public(p: Played) -> Point:
    title = "The first public word"
    if not p.script.public_word or p.began is None or "communications_lead" in p.drill.played:
        return Point("public", title, "not asked", "customers were not to be told")
    drafts, limit = p.of("public_drafted"), int(p.policy.acknowledge_public_within * SECOND)
    if not drafts:
        return Point("public", title, "missed", "no words for customers were drafted")
    after = drafts[0].happened_at - p.began
    said = f"drafted {spell(max(0, after))} after the first sign (asked for: {spell(limit)})"
    return Point("public", title, _within(after, limit), said, [drafts[0].position])


def _handoff(p: Played) -> Point:
    title = "The handoff was complete"
    leaving = [
        (e, str(getattr(e.facts, "role", "")))
        for e in p.of("inject_given")
        if getattr(e.facts, "kind_of", "") == "leaving"
    ]
    held = [(e, role) for e, role in leaving if role not in p.drill.played and _held(p, role, e.position)]
    if not held:
        return Point("handoff", title, "not asked", "nobody who held a role had to leave")
    done, moved, where = 0, 0, []
    for gone, role in held:
        own = [e for e in p.entries if e.position > gone.position and getattr(e.facts, "role", "") == role]
        answers = [
            e for e in own if e.kind == "handoff_answered" and getattr(e.facts, "standing", "") == "acknowledged"
        ]
        in_time = [e for e in answers if e.happened_at <= gone.happened_at + HANDOFF_WITHIN]
        done += bool(in_time)
        moved += bool(answers or [e for e in own if e.kind == "role_taken"])
        where += [gone.position, *(e.position for e in in_time[:1] or answers[:1])]
    if done == len(held):
        return Point(
            "handoff", title, "kept", "it was offered with a summary, and acknowledged by who took over", where
        )
    said = (
        "the role went on, late or without an acknowledged handoff"
        if moved
        else "whoever had to leave handed nothing over"
    )
    return Point("handoff", title, "partly" if moved else "missed", said, where)


def _held(p: Played, role: str, position: int) -> bool:
    """Whether somebody held the role at an entry."""
    moves = [
        e
        for e in p.of("role_taken", "role_given_back")
        if e.position < position and getattr(e.facts, "role", "") == role
    ]
    return bool(moves) and moves[-1].kind == "role_taken"


def _criteria(p: Played) -> Point:
    title, declared = "What 'recovered' means was stated first", p.of("declared")
    if not declared:
        return Point("criteria", title, "not asked", p.undeclared)
    set_ = p.of("criteria_set")
    if not set_:
        return Point("criteria", title, "missed", "no recovery criteria were set")
    applied = [r.applied_at for r in p.record.runs.values() if r.applied_at is not None and not r.undo_of]
    early = not applied or set_[0].happened_at <= max(applied)
    said = (
        "they were set before the last mitigation had taken effect"
        if early
        else "they were set only when it looked good"
    )
    return Point("criteria", title, "kept" if early else "partly", said, [set_[0].position])


def _resolve(p: Played) -> Point:
    title = "Over when the criteria had held"
    if p.drill.aborted or not p.of("declared"):
        return Point("resolve", title, "not asked", "the drill was broken off" if p.drill.aborted else p.undeclared)
    resolved = p.of("resolved")
    if not resolved:
        running = p.record.status != "closed"
        return Point(
            "resolve",
            title,
            "not asked" if running else "missed",
            "it goes on" if running else "it was never called resolved",
        )
    last = resolved[-1]
    early = bool(getattr(last.facts, "override", False))
    said = (
        "it was called over before the criteria had held" if early else "it was called over after the criteria had held"
    )
    return Point("resolve", title, "missed" if early else "kept", said, [last.position])


RULES: tuple[Rule, ...] = (
    _taken, _declare, _commander, _roles, _impact, _public, _mitigate, _verify, _hypotheses, _challenge, _cadence, _news,
    _handoff, _criteria, _resolve,
)  # fmt: skip
