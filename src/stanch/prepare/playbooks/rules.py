"""Suggests playbooks for an incident, each with a reason (R6). Pure."""

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import msgspec

from stanch.kernel.suspicion import DATED_BY_ALERT, suspicion, when

# The lowest weight of a suggestion.
LEAST = 1.0
ZONE_LABELS = ("zone", "availability_zone", "topology_kubernetes_io_zone", "az", "datacenter", "dc")
QUOTED = 120


class Quote(msgspec.Struct, frozen=True):
    """Something that was said: by an alert (``source``: its name) or by a person."""

    source: str
    text: str


class Released(msgspec.Struct, frozen=True):
    """A release of the affected service or of one that it depends on. ``at`` in microseconds.

    ``left``: how far it has been left since the onset, from 0 to 1.
    """

    service: str
    release: str
    at: int
    left: float = 0.0


class IncidentEvidence(msgspec.Struct, frozen=True):
    """What is known of an incident. ``onset`` and its ``uncertainty`` in microseconds.

    ``labels`` and ``probe_kinds``: one for each firing alert.
    """

    onset: int
    words: tuple[Quote, ...] = ()
    labels: tuple[dict[str, str], ...] = ()
    probe_kinds: tuple[str, ...] = ()
    released: tuple[Released, ...] = ()
    uncertainty: int = DATED_BY_ALERT


class Suggestion(msgspec.Struct, frozen=True):
    """A playbook's name, why it may fit, and how much speaks for it (0 to 5; more is more)."""

    playbook: str
    reason: str
    weight: float


def suggest(seen: IncidentEvidence, least: float = LEAST) -> list[Suggestion]:
    """The playbooks that fit, best first. Nothing speaks for any: an empty list, never a guess."""
    found = [fit for rule in RULES if (fit := rule(seen)) is not None and fit.weight >= least]
    return sorted(found, key=lambda s: (-s.weight, s.playbook))


def _crash_on_deploy(seen: IncidentEvidence) -> Suggestion | None:
    restarting = _said(seen, r"crash.?loop|back-?off restarting|oom-?killed|restart(s|ed|ing)? (again|loop|too often)")
    suspected = [(4 * suspicion(r.at, seen.onset, seen.uncertainty) * (1 - r.left), r) for r in seen.released]
    weight, last = max(suspected, key=lambda pair: pair[0], default=(0.0, None))
    if last is not None and (weight >= LEAST or not restarting):
        reason = f"release {last.release} of {last.service} went out {when(last.at, seen.onset)}"
        return Suggestion("crash-on-deploy", f"{reason}, and {restarting}" if restarting else reason, weight)
    return Suggestion("crash-on-deploy", restarting, 2) if restarting else None


def _expired_certificate(seen: IncidentEvidence) -> Suggestion | None:
    if "tls" in seen.probe_kinds:
        return Suggestion("expired-certificate", "a TLS probe fails", 5)
    words = r"certificate|\bx\.?509\b|\bcert[ _-](has |will |is )?expir|\b(tls|ssl)\b.{0,40}(expir|handshake|verif)"
    return _by_words(seen, "expired-certificate", words, 3)


def _rate_limits(seen: IncidentEvidence) -> Suggestion | None:
    words = r"\b429s?\b|too many requests|rate.?limit|quota.{0,20}(exceed|exhaust)|throttl(ed|ing)"
    return _by_words(seen, "rate-limits", words, 3)


def _firewall(seen: IncidentEvidence) -> Suggestion | None:
    clear = r"firewall|security.?group|network.?(policy|acl)|iptables|nftables|no route to host|network is unreachable"
    sure = _by_words(seen, "firewall-rule", clear, 3)
    if sure or "tcp" not in seen.probe_kinds:
        vague = r"connection (was )?(refused|timed out)|connect(ion)?( attempt)? timeout|no connection to|i/o timeout"
        return sure or _by_words(seen, "firewall-rule", vague, 1)
    return Suggestion("firewall-rule", "a TCP probe cannot connect", 2)


def _database_connections(seen: IncidentEvidence) -> Suggestion | None:
    words = (
        r"too many (clients|connections|database connections)|max_?(client_)?conn(ection)?s?\b|connection slots|"
        r"(connection|db|database|queue|hikari)[ -]?pool|pool (is )?(exhausted|timeout|limit)|pg_?bouncer"
    )
    return _by_words(seen, "database-connections", words, 3)


def _zone_power(seen: IncidentEvidence) -> Suggestion | None:
    zones = Counter(zone for labels in seen.labels if (zone := _zone(labels)))
    power = _said(
        seen, r"power (outage|failure|loss|cut)|lost power|\bups\b.{0,20}batter|zone .{0,30}(is )?(down|outage)"
    )
    if len(zones) == 1:
        (zone, count), *_ = zones.items()
        if count > 1:
            reason = f"all {count} firing alerts that name a zone name {zone}"
            return Suggestion("zone-power", f"{reason}, and {power}" if power else reason, 4 if power else 3)
    return Suggestion("zone-power", power, 3) if power else None


def _zone(labels: dict[str, str]) -> str:
    return next((labels[name] for name in ZONE_LABELS if labels.get(name)), "")


def _by_words(seen: IncidentEvidence, playbook: str, pattern: str, weight: float) -> Suggestion | None:
    reason = _said(seen, pattern)
    return Suggestion(playbook, reason, weight) if reason else None


def _said(seen: IncidentEvidence, pattern: str) -> str:
    """``HighErrors says “429 from the bank”`` for the first words that fit, else an empty text."""
    for words in seen.words:
        if _holds(words.text, pattern):
            text = " ".join(words.text.split())
            return f"{words.source} says “{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”"
    return ""


@lru_cache(maxsize=4096)
def _holds(text: str, pattern: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


RULES: tuple[Callable[[IncidentEvidence], Suggestion | None], ...] = (
    _crash_on_deploy,
    _expired_certificate,
    _rate_limits,
    _firewall,
    _database_connections,
    _zone_power,
)
