"""From the odds that an action helps to what it is worth: expected minutes of harm that customers are spared. Pure.

Each term is a number of minutes in tenths, so that the printed terms add up to the score exactly.
"""

from collections.abc import Iterable
from math import exp, log

import msgspec

from stanch.mitigate.ranking.means import Means, final, frees_scrap
from stanch.mitigate.ranking.rules import stops
from stanch.mitigate.ranking.situation import Situation
from stanch.mitigate.ranking.weight import Weight

# An incident that nothing stops goes on for half an hour more on average, and a few go on for very long: with such
# durations an action that works after t minutes spares H * H / (H + t) of them.
GOES_ON = 30.0
# Lost data and leaked secrets stay lost when the incident ends: an extra hour of harm is at stake, spread over an hour.
HARM, HARM_GOES_ON = 60.0, 60.0
# Prior: in how many of a hundred incidents an action of this kind helps.
CHANCES: dict[Means, float] = {
    "back": 0.10, "flag": 0.07, "shift": 0.07, "failover": 0.05, "grow": 0.04, "shrink": 0.03, "degrade": 0.07, "shed": 0.07,
    "restart": 0.06, "pause_rollout": 0.03, "stop_writes": 0.03, "cut_access": 0.03, "restore": 0.02, "free": 0.03,
    "renew": 0.03, "look": 0.005, "config": 0.04, "other": 0.04,
}  # fmt: skip
BY_KIND: dict[str, Means] = {
    "rollback": "back",
    "feature_flag": "flag",
    "traffic_shift": "shift",
    "scale": "grow",
    "degrade": "degrade",
}
RADIUS = {"component": 0.3, "zone": 0.6, "service": 1.2, "fleet": 4.0}
USERS_LOSE, DESTROYS, REFUSED, TRIED = 2.0, 0.5, 15.0, 4.0
FINAL, FINAL_IF_WRONG = 5.0, 30.0


class Term(msgspec.Struct, frozen=True):
    """One line of the sum: ``minutes`` to a tenth, and why. ``odds``: of evidence, the logarithm of its ratio."""

    minutes: float
    because: str
    odds: float | None = None

    def words(self) -> str:
        """``shop v142 went out 11 min before onset (+17.2 min)``."""
        return f"{self.because} ({self.minutes:+.1f} min)"


class Valued(msgspec.Struct, frozen=True):
    """What an option is worth. ``evidence``: the weights, strongest first; ``chance`` that it helps, 0 to 1."""

    terms: list[Term]
    evidence: list[Weight]
    chance: float
    harm: float

    @property
    def score(self) -> float:
        """The sum of the terms."""
        return sum(round(term.minutes * 10) for term in self.terms) / 10

    def supported(self) -> bool:
        """Whether evidence speaks for it: at least three to one, all of it together."""
        return sum(w.odds for w in self.evidence) >= log(3)


def value(s: Situation, weights: list[Weight], seconds: float, undo_seconds: float, words: "ValueSentences") -> Valued:
    """The worth of one option, given what the rules said, and how long it takes to work and to undo."""
    ordered = sorted(weights, key=lambda w: (-abs(w.odds), w.because))
    prior = chance_of(s)
    sums: list[tuple[float, str, float | None]] = []
    odds, before = log(prior / (1 - prior)), prior
    for weight in ordered:
        odds += weight.odds
        now = 1 / (1 + exp(-odds))
        sums.append(((now - before) * GOES_ON, weight.because, weight.odds))
        before = now
    sums.append(
        (prior * GOES_ON, f"without any evidence such an action helps in {prior * 100:.2g} of 100 incidents", None)
    )
    spared = GOES_ON * GOES_ON / (GOES_ON + seconds / 60)
    sums.append((before * (spared - GOES_ON), words.effect, None))
    harm = _harm(s, seconds / 60)
    if harm:
        sums.append((harm, "what is lost while the harm goes on cannot be restored, so each minute counts more", None))
    sums += _risks(s, before, undo_seconds, before * spared + harm, weights, words)
    return Valued(_in_tenths(sums), ordered, before, harm)


def chance_of(s: Situation) -> float:
    """The chance that such an action helps when nothing is known."""
    if s.kind in BY_KIND and not (s.kind == "scale" and "shrink" in s.means):
        return CHANCES[BY_KIND[s.kind]]
    known = [CHANCES[m] for m in s.means if m != "config" and m in CHANCES]
    return max(known, default=CHANCES["other"])


class ValueSentences(msgspec.Struct, frozen=True):
    """The sentences of what is not evidence: how fast it works and is undone, what it touches."""

    effect: str
    undo: str
    reach: str
    reversible: str


def _harm(s: Situation, minutes: float) -> float:
    if s.option.mitigation.name in s.evidence.tried:
        return 0.0
    certain = [each.certainty * stops(s, each.kind) for each in s.evidence.harms]
    return max(certain, default=0.0) * HARM * HARM_GOES_ON / (HARM_GOES_ON + minutes)


def _risks(
    s: Situation, chance: float, undo_seconds: float, gain: float, weights: list[Weight], words: ValueSentences
) -> list[tuple[float, str, float | None]]:
    m, undo = s.option.mitigation, undo_seconds / 60
    found: list[tuple[float, str, float | None]] = [(-_radius(s), words.reach, None)]
    irreversible = max([1.0 if s.irreversible() else 0.0, *(w.irreversible for w in weights)])
    # A restart cannot be undone, but the state it loses is built again; dropped or sent data is not.
    if s.irreversible() and (("restart" in s.means and not final(m)) or frees_scrap(m, s.means)):
        irreversible = max([0.2, *(w.irreversible for w in weights)])
    if irreversible:
        found.append((-irreversible * (FINAL + FINAL_IF_WRONG * (1 - chance)), "cannot be undone if it is wrong", None))
    if not s.irreversible():
        found.append(
            (
                -(1 - chance) * 0.5 * GOES_ON * undo / (GOES_ON + undo),
                f"{words.reversible}, undone in {words.undo}",
                None,
            )
        )
    if m.users_lose:
        found.append((-USERS_LOSE, f"users lose something ({m.users_lose})", None))
    if m.destroys:
        found.append((-DESTROYS, f"it destroys {', '.join(m.destroys)}", None))
    if s.option.objections:
        said = "; ".join(s.option.objections)
        found.append((-max(gain, 0.0) - REFUSED, f"it would be refused or is dangerous now: {said}", None))
    if m.name in s.evidence.tried:
        found.append((-TRIED, "something else is still to be tried", None))
    return found


def _radius(s: Situation) -> float:
    """What was counted beats what was declared."""
    share = s.option.extent.share if s.option.extent else None
    if share is None:
        return RADIUS[s.option.mitigation.blast_radius]
    return RADIUS["component"] + (RADIUS["fleet"] - RADIUS["component"]) * share


def _in_tenths(sums: Iterable[tuple[float, str, float | None]]) -> list[Term]:
    """Rounded so that the terms add up: the rounding error of one term is carried into the next."""
    terms, exact, told = [], 0.0, 0
    for minutes, because, odds in sums:
        exact += minutes
        tenths = round(exact * 10) - told
        told += tenths
        terms.append(Term(tenths / 10, because, odds))
    return terms
