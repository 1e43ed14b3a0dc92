"""The order, and for each line one sentence why it stands there and one what would move it."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.kept import Kept
from stanch.kernel.policy import Mitigation
from stanch.mitigate.ranking.evidence import Durations, Evidence, Option, PastRuns
from stanch.mitigate.ranking.rules import RULES
from stanch.mitigate.ranking.situation import Situation, tokens, words_of
from stanch.mitigate.ranking.text_signs import is_sign
from stanch.mitigate.ranking.value import RADIUS, Term, Valued, ValueSentences, value
from stanch.mitigate.ranking.weight import Weight
from stanch.ports import Extent

WORDS = {
    "instant": "instantly reversible",
    "quick": "quickly reversible",
    "slow": "slow to reverse",
    "none": "cannot be undone",
}
# Evidence that moves the odds by less than a third is left out of the one-sentence reason.
LEAST_TOLD = 0.3
# Odds (their logarithm) of all evidence on an action from which it speaks against it: five to three.
AGAINST = 0.5
Standing = Literal["supported", "a safe guess", "unsupported"]


class Expected(msgspec.Struct, frozen=True):
    """How long something takes, in seconds: measured ``count`` times (then median and worst), else an estimate."""

    seconds: float
    worst: float | None = None
    count: int = 0

    def words(self) -> str:
        """``40 s (median of 3, at worst 2 min)``, or ``about 40 s (estimated)``."""
        if not self.count:
            return f"about {in_words(self.seconds)} (estimated)"
        if self.count == 1:
            return f"{in_words(self.seconds)} (measured once)"
        return f"{in_words(self.seconds)} (median of {self.count}, at worst {in_words(self.worst or self.seconds)})"


class Ranked(msgspec.Struct):
    """One line of the list. ``why`` and ``would_move`` are whole sentences; ``terms`` add up to ``score``, in minutes.

    ``reasons``: the terms in words, strongest evidence first. ``chance`` that it helps, from 0 to 1.
    """

    mitigation: Mitigation
    service: str
    place: int
    score: float
    why: str
    would_move: str
    reasons: list[str]
    cautions: list[str]
    effect: Expected
    undo: Expected
    terms: list[Term]
    chance: float
    standing: Standing
    extent: Extent | None = None
    offered_by: str = ""

    def reach(self) -> str:
        """The blast radius in words, as counted in the real system where it was."""
        return reach(self.mitigation, self.extent)


def rank(options: Iterable[Option], evidence: Evidence) -> list[Ranked]:
    """Best first. The same input gives the same order; ties go to the smaller blast radius, then the name."""
    every = list(options)
    situations = (
        Situation(o, every, words, evidence) for o, words in zip(every, words_of(every, evidence), strict=True)
    )
    lines = [(_line(s, found), found) for s in situations for found in [_valued(s)]]
    lines.sort(
        key=lambda p: (
            _group(*p),
            -p[0].score,
            RADIUS[p[0].mitigation.blast_radius],
            p[0].mitigation.name,
            p[0].service,
        )
    )
    known = any(_worth(line) for line, _ in lines)
    for place, (line, found) in enumerate(lines, 1):
        line.place = place
        line.why = _why(line, found, place, known)
        line.would_move = _would_move(found.evidence, place)
    return [line for line, _ in lines]


# The lists of so many incidents, or of one while its evidence changes.
_LISTS: Kept[tuple[Ranked, ...]] = Kept(64)


def ranked(options: list[Option], evidence: Evidence) -> list[Ranked]:
    """As ``rank``, worked out once for the same values: everybody who looks at an incident sees the same list. Its lines must not be changed.

    A text that tells nothing of any option, or is there already, is no reason to work it out anew.
    """
    words = frozenset[str]().union(*words_of(options, evidence))
    told = tuple(dict.fromkeys(t for t in evidence.told if is_sign(t.text) or tokens(t.text) & words))
    telling = msgspec.structs.replace(evidence, told=told)
    values = msgspec.msgpack.encode((options, telling))
    return list(_LISTS.get(values, lambda: tuple(rank(options, telling))))


def _group(line: Ranked, found: Valued) -> int:
    """An unsupported action never ranks before one that evidence supports and that is worth doing. Of the others first what evidence
    supports and can be undone, then guesses, last what evidence speaks against or what cannot be taken back cleanly."""
    if _worth(line):
        return 0
    if line.standing == "supported" and line.mitigation.reversibility != "none":
        return 1
    unclean = any(weight.irreversible for weight in found.evidence)
    return 3 if unclean or sum(weight.odds for weight in found.evidence) < -AGAINST else 2


def _worth(line: Ranked) -> bool:
    return line.standing == "supported" and line.score > 0


def reach(mitigation: Mitigation, extent: Extent | None) -> str:
    """``touches 1 of 3 servers, 33 % of the traffic``; without a count what the catalog says."""
    if extent is None:
        fleet = mitigation.blast_radius == "fleet"
        return "touches the whole fleet" if fleet else f"touches one {mitigation.blast_radius}"
    unit = extent.unit if extent.of == 1 else f"{extent.unit}s"
    share = "" if extent.share is None else f", {extent.share:.0%} of the traffic"
    return f"touches {extent.touched} of {extent.of} {unit}{share}"


def _valued(s: Situation) -> Valued:
    effect, undo = _times(s)
    words = ValueSentences(
        f"works in {effect.words()}",
        undo.words(),
        reach(s.option.mitigation, s.option.extent),
        WORDS[s.option.mitigation.reversibility],
    )
    return value(s, [weight for rule in RULES for weight in rule(s)], effect.seconds, undo.seconds, words)


def _times(s: Situation) -> tuple[Expected, Expected]:
    m, past = s.option.mitigation, s.evidence.past.get(s.option.mitigation.name, PastRuns())
    return _expected(past.effect, m.effect_seconds), _expected(past.undo, m.undo_seconds)


def _expected(measured: Durations | None, estimate: float) -> Expected:
    return Expected(measured.median, measured.worst, measured.count) if measured else Expected(estimate)


def _line(s: Situation, found: Valued) -> Ranked:
    m, option = s.option.mitigation, s.option
    effect, undo = _times(s)
    cautions = [w.caution for w in found.evidence if w.caution] + list(option.objections)
    cautions += [f"users lose: {m.users_lose}"] if m.users_lose else []
    cautions += [m.risk] if m.risk else []
    cautions += [each for each in option.cautions if each not in m.risk]
    return Ranked(
        m, option.service, 0, found.score, "", "", [t.words() for t in found.terms], cautions, effect, undo, found.terms,
        found.chance, _standing(s, found), option.extent, option.offered_by,
    )  # fmt: skip


def _standing(s: Situation, found: Valued) -> Standing:
    if found.supported() and not s.option.objections and s.option.mitigation.name not in s.evidence.tried:
        return "supported"
    m = s.option.mitigation
    harmless = m.reversibility in ("instant", "quick") and m.blast_radius != "fleet" and not s.option.objections
    against = sum(w.odds for w in found.evidence)
    return (
        "a safe guess"
        if harmless and against > -1.6 and not any(w.irreversible for w in found.evidence)
        else "unsupported"
    )


def _why(line: Ranked, found: Valued, place: int, known: bool) -> str:
    """The strongest supporting evidence, where there is any; evidence against an action is never given as the reason for its place."""
    principles = f"{WORDS[line.mitigation.reversibility]}, {line.reach()}"
    telling = [w for w in found.evidence if abs(w.odds) >= LEAST_TOLD] or found.evidence[:1]
    speaking, against = [w.because for w in telling if w.odds > 0], [w.because for w in telling if w.odds <= 0]
    if place == 1 and not known and line.standing != "supported":
        little = f"nothing here is supported by much evidence; for this: {speaking[0]}" if speaking else ""
        said = [little or "nothing here is supported by evidence"]
        said += ["this is a safe guess"] if line.standing == "a safe guess" else []
        principles += f"; against it: {against[0]}" if against else ""
    elif line.standing == "supported":
        said = (speaking + against)[:2]
    elif line.standing == "a safe guess":
        weak = f"a safe guess, little evidence supports it: {speaking[0]}" if speaking else ""
        said = [weak or "a safe guess, no evidence supports it", *against[:1]]
    else:
        said = (against + speaking)[:2]
    refused = [t.because for t in line.terms if t.because.startswith("it would be refused")]
    text = "; ".join(dict.fromkeys([*refused, *said, principles]))
    return f"{text[:1].upper()}{text[1:]}."


def _would_move(weights: list[Weight], place: int) -> str:
    """For the first what would lower it, for the others what would raise them."""
    said = [weight for weight in weights if weight.would]
    if not said:
        return "Evidence that it helps, or a measured run, would move it."
    return (max if place == 1 else min)(said, key=lambda weight: weight.odds).would


def in_words(seconds: float) -> str:
    """``40 s``, ``2 min``."""
    return spell(int(seconds * SECOND))
