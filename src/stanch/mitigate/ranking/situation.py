"""One option among the others, before one set of evidence: what every rule looks at. Pure."""

import re
from collections import Counter
from functools import cached_property, lru_cache

import msgspec

from stanch.kernel.kept import Kept
from stanch.kernel.suspicion import suspicion
from stanch.mitigate.ranking.evidence import Evidence, Option, Release, TextEvidence
from stanch.mitigate.ranking.means import Means, means, said, switches_off
from stanch.mitigate.ranking.outcome_words import says_done

# How much more often a change stands just before the onset when it is the cause than when it is not, by its kind.
STRENGTH = {"release": 30.0, "flag": 30.0, "config": 30.0, "capacity": 15.0, "other": 10.0}
# Words that say nothing about which action is meant.
COMMON_WORDS = """
    about above after again alert alerts also always another away back been before being below between both calls cannot causes change
    changed changes check clients could customer customers days down during each engine errors every fail failed failing fails failure first from
    group half have high hour hours http https instance instances into into issue just large latency less level load machine make many
    minutes more most move moved much name need never newest next node nodes normal nothing only onset other others over part percent
    place process processes production rate release releases request requests response responses roll rollback rolled rolling running
    runs same seconds seen server servers service services shows since some start started status stop such switch system take takes than
    that their them then there these they this those time times traffic turn under until used user users version versions were what
    when where which while whole will with without work works would your scale disable enable restart pause"""
COMMON = frozenset(COMMON_WORDS.split())


@lru_cache(maxsize=8192)
def tokens(text: str) -> frozenset[str]:
    """The telling words of a text: lower case, without endings for the plural, without common ones."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)  # HighErrors
    found = re.findall(r"[a-z][a-z0-9]{2,}", apart.lower())
    stems = (word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word for word in found)
    return frozenset(
        s for s in stems if (len(s) >= 4 or any(c.isdigit() for c in s)) and s not in COMMON and s + "s" not in COMMON
    )


# The options of so many incidents, which stay the same while more is told.
_WORDS: Kept[tuple[frozenset[str], ...]] = Kept(64)


def words_of(options: list[Option], evidence: Evidence) -> tuple[frozenset[str], ...]:
    """The telling words of each option: those that not every third other one has, and that name no service."""
    key = msgspec.msgpack.encode((options, evidence.service, evidence.needs))
    return _WORDS.get(key, lambda: _words_of(options, evidence))


def _words_of(options: list[Option], evidence: Evidence) -> tuple[frozenset[str], ...]:
    services = tokens(" ".join([evidence.service, *(o.service for o in options), *evidence.needs]))
    count = Counter(word for o in options for word in tokens(said(o.mitigation)))
    few = max(1, len(options) // 3)
    own = (tokens(full_text(o)) - services for o in options)
    return tuple(frozenset(word for word in words if count[word] <= few) for words in own)


def full_text(option: Option) -> str:
    """Title, name, target and what it takes away."""
    m = option.mitigation
    return f"{said(m)} {m.target} {m.zone} {m.version} {m.feature}".lower()


class Situation:
    """An option, what it does, its telling words, and the evidence. ``options``: all of them, this one too."""

    def __init__(self, option: Option, options: list[Option], words: frozenset[str], evidence: Evidence) -> None:
        self.option, self.options, self.words, self.evidence = option, options, words, evidence
        self.means: frozenset[Means] = means(option.mitigation)
        self.kind = option.mitigation.kind

    @cached_property
    def hopeful(self) -> tuple[TextEvidence, ...]:
        """What was said that may be a sign for this action: not what tells that such a one is done already.

        What was said after this very action had been run tells of what came of it.
        """
        name, does = self.option.mitigation.name, self.means
        return tuple(t for t in self.evidence.told if not (name in t.after or says_done(t, does)))

    def irreversible(self) -> bool:
        """Whether it cannot be undone."""
        return self.option.mitigation.reversibility == "none"

    def suspected(self, release: Release) -> float:
        """How strongly a change is suspected: a likelihood ratio from 0 to its kind's strength."""
        e = self.evidence
        weight = suspicion(release.deployed_at, e.onset, e.uncertainty, e.waited) * (1 - release.left)
        return STRENGTH.get(release.kind, STRENGTH["other"]) * weight

    def takes_back(self, release: Release) -> float:
        """The share of a change that this option takes back, from 0 to 1."""
        if release.service and self.option.service and release.service != self.option.service:
            shared = self.words & tokens(f"{release.service} {release.release} {release.text}")
            return 0.8 if shared and self.means & {"back", "flag", "config"} else 0.0
        return getattr(self, f"_takes_back_{release.kind}", self._takes_back_other)(release)

    def _named(self, release: Release) -> bool:
        return bool(self.words & tokens(f"{release.release} {release.text}"))

    def _takes_back_release(self, release: Release) -> float:
        if self.kind == "rollback":
            if self._of_another(release):
                return 0.0
            other = "config" in self.means and not self._named(release) and self._elsewhere("back", without="config")
            return 0.2 if other else 1.0
        if "pause_rollout" in self.means:
            return 0.1
        if self.option.mitigation.version == release.release:
            return 0.9
        if "back" in self.means and "config" not in self.means:
            return 0.6
        return 0.5 if self._named(release) and self.means & {"flag", "back"} else 0.0

    def _of_another(self, release: Release) -> bool:
        """Whether it goes back from another release than this one that is on record, as in another cluster."""
        version = self.option.mitigation.version
        own = (each.release == version and each.service == release.service for each in self.evidence.releases)
        return bool(version) and release.release != version and any(own)

    def _takes_back_config(self, release: Release) -> float:
        if {"back", "config"} <= self.means:
            rivals = any(o is not self.option and {"back", "config"} <= means(o.mitigation) for o in self.options)
            return 1.0 if self._named(release) or not rivals else 0.5
        if "back" in self.means:
            better = self._elsewhere("config", "back") or (self.kind == "rollback" and self._named_elsewhere(release))
            return 0.25 if better else 0.85
        if self._named(release):
            off = "flag" in self.means or switches_off(self.option.mitigation)
            return 0.5 if "pause_rollout" in self.means else 0.8 if off else 0.0
        return 0.0

    def _takes_back_flag(self, release: Release) -> float:
        feature = self.option.mitigation.feature.lower()
        if "flag" in self.means or self.kind == "feature_flag":
            told = f"{release.release} {release.text}".lower()
            if (feature and feature in told) or self._named(release):
                return 1.0
            return 0.15 if self._elsewhere("flag") else 0.8
        if self.means & {"degrade", "stop_writes", "cut_access"} and self._named(release):
            return 0.8
        return 0.1 if self.kind == "rollback" else 0.0

    def _takes_back_capacity(self, release: Release) -> float:
        if "shrink" in self.means:
            return 1.0
        return 0.3 if self.kind == "rollback" else 0.0

    def _takes_back_other(self, release: Release) -> float:
        if "back" in self.means:
            return 1.0 if self._named(release) else 0.3
        return 0.5 if self._named(release) and self.means & {"flag", "config", "shed", "stop_writes"} else 0.0

    def _named_elsewhere(self, release: Release) -> bool:
        """Whether another option of the same service puts back, or stops, what the change names, where a rollback puts back a release."""
        changed = tokens(f"{release.release} {release.text}")
        return any(
            o is not self.option and o.service == self.option.service and o.mitigation.kind != "rollback"
            and ("back" in means(o.mitigation) or switches_off(o.mitigation)) and changed & tokens(f"{o.mitigation.title} {o.mitigation.name}")
            for o in self.options
        )  # fmt: skip

    def _elsewhere(self, *wanted: Means, without: Means | None = None) -> bool:
        """Whether another option of the same service does all of that."""
        return any(
            o is not self.option and o.service == self.option.service and set(wanted) <= means(o.mitigation)
            and (without is None or without not in means(o.mitigation))
            for o in self.options
        )  # fmt: skip
