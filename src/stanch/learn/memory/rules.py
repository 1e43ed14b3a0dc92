"""How alike two incidents are, and why, in words (R50). Pure."""

from collections.abc import Iterable, Set

import msgspec

from stanch.kernel.clock import SECOND, spell

# The lowest score that is shown: reached by the same alert on the same service, not by the same service and a release alone.
ALIKE = 2.5
SERVICE, ALERTS, WORD, WORDS, LABEL, RELEASE, FACTOR, FACTORS = 1.0, 2.0, 0.5, 2.5, 0.5, 1.0, 0.6, 1.8
# A word that very many incidents share says little.
COMMON = 0.3
NEAR_RELEASE_MINUTES = 15
TOLD = 4


class Helped(msgspec.Struct, frozen=True):
    """A mitigation that helped, and in how many seconds that showed; None: not measured."""

    title: str
    seconds: float | None = None


class Remembered(msgspec.Struct, frozen=True):
    """What is remembered of an incident. Moments in microseconds.

    ``also``: services beside the main one. ``labels``: zones, nodes and tenants that its alerts name. ``release``: what went out within 15 min before it began.
    ``helped``, ``in_vain``: the mitigations by their outcome.
    """

    incident: str
    title: str = ""
    service: str = ""
    severity: str = ""
    declared_at: int = 0
    began_at: int = 0
    ended_at: int | None = None
    alerts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    release: str = ""
    factors: tuple[str, ...] = ()
    factor_words: tuple[str, ...] = ()
    helped: tuple[Helped, ...] = ()
    in_vain: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def services(self) -> tuple[str, ...]:
        """All that were affected, the main one first."""
        return tuple(name for name in (self.service, *self.also) if name)

    def terms(self) -> list[str]:
        """The index terms of an incident."""
        found = [f"s:{name}" for name in self.services()]
        found += [f"a:{name}" for name in self.alerts] + [f"l:{label}" for label in self.labels]
        return found + [f"w:{word}" for word in dict.fromkeys((*self.words, *self.factor_words))]


class Likeness(msgspec.Struct, frozen=True):
    """How alike, and the reasons, each half a sentence."""

    score: float
    reasons: tuple[str, ...]


def likeness(now: Remembered, then: Remembered, common: Set[str] = frozenset()) -> Likeness | None:
    """None: not alike enough to be told of. ``common``: words that very many incidents share."""
    parts = [*_same(now, then), *_named(now, then, common)]
    score = sum(weight for weight, _ in parts)
    evidence = score - (SERVICE if _shared(now, then) else 0)
    if score < ALIKE or evidence <= 0:
        return None
    return Likeness(round(score, 2), tuple(reason for _, reason in sorted(parts, key=lambda part: -part[0])))


def _shared(now: Remembered, then: Remembered) -> list[str]:
    return [name for name in now.services() if name in then.services()]


def _same(now: Remembered, then: Remembered) -> Iterable[tuple[float, str]]:
    if services := _shared(now, then):
        yield SERVICE, f"same service{'s' if len(services) > 1 else ''} ({_list(services)})"
    if alerts := [name for name in now.alerts if name in then.alerts]:
        share = len(alerts) / min(len(now.alerts), len(then.alerts))
        yield ALERTS * share, f"same alert{'s' if len(alerts) > 1 else ''} ({_list(alerts)})"
    if labels := [label for label in now.labels if label in then.labels]:
        yield LABEL, f"both in {_list(labels)}"
    if now.release and then.release and now.service and now.service == then.service:
        yield RELEASE, f"both within {NEAR_RELEASE_MINUTES} min of a release"


def _named(now: Remembered, then: Remembered, common: Set[str]) -> Iterable[tuple[float, str]]:
    known, causes = frozenset(then.words), frozenset(then.factor_words)
    shared = [word for word in now.words if word in known]
    weight = sum(COMMON if word in common else 1.0 for word in shared)
    if weight >= 2:
        telling = sorted(shared, key=lambda word: word in common)
        yield min(WORDS, WORD * weight), f"same words ({_list(telling)})"
    named = [word for word in now.words if word in causes and word not in common]
    if len(named) >= 2:
        factor = max(then.factors, key=lambda text: sum(word in text.lower() for word in named))
        yield min(FACTORS, FACTOR * len(named)), f"its factor “{factor}” is named here"


def explanation(found: Likeness, then: Remembered) -> str:
    """One sentence: what is alike, and what became of it then."""
    text = "; ".join([*found.reasons, outcome(then)])
    return f"{text[:1].upper()}{text[1:]}."


def outcome(then: Remembered) -> str:
    """``'Roll back' helped in 4 min``; what was tried in vain; or how long it took."""
    if then.helped:
        said = [f"“{h.title}” helped{_within(h.seconds)}" for h in then.helped[:2]]
        return " and ".join(said)
    if then.in_vain:
        return f"{_list([f'“{title}”' for title in then.in_vain])} did not help"
    if then.ended_at is None:
        return "it is still open"
    return f"no mitigation is on record; it took {spell(max(then.ended_at - then.began_at, 0))}"


def _within(seconds: float | None) -> str:
    return "" if seconds is None else f" in {spell(int(seconds * SECOND))}"


def _list(names: list[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more
