"""Are two contributing factors one (R46)? Written twice in other words, or one sentence in two lines. Pure."""

import re

# Judging and connecting words, ignored when factors are compared.
_EMPTY = frozenset([
    "lack", "lacks", "lacked", "lacking", "missing", "absent", "absence", "insufficient", "inadequate", "enough",
    "a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "with", "without", "and", "or", "but", "so", "because", "as", "it", "its",
    "this", "that", "these", "those", "there", "was", "were", "is", "are", "be", "been", "being", "had", "has", "have", "did", "do", "does", "not", "no",
    "never", "nobody", "nothing", "none",
    "our", "we", "us", "they", "them", "their", "which", "who", "what", "when", "where", "while", "then", "than", "also", "very", "too", "more", "most",
    "caused", "cause", "led", "lead", "contributed", "contributing", "factor", "factors", "reason", "root", "due", "made", "make", "happened", "bad",
    "wrong", "error", "errors", "mistake", "mistakes", "fault", "faults", "faulty", "broken", "incorrect", "incorrectly", "failure", "failures", "failed",
    "fail", "failing", "problem", "problems", "issue", "issues", "outage", "outages", "down", "unavailable", "offline", "late", "early",
    "bug", "bugs", "buggy", "invalid", "defect", "defective",
])  # fmt: skip
# Words that say one thing: each row is read as its first word.
_SYNONYMS = """
expiry: time to live, times to live, time-to-live, ttl, lifetime, lifetimes, expire, expires, expired, expiration, ages out, aged out, run out, ran out, lapsed
alert: alarm, alarms, alerts, alerting, page, pages, paging, warning, warnings, notification, notifications, told, tells
limit: cap, caps, capped, quota, quotas, ceiling, bound, bounds, unbounded, unlimited, limited, limits, maximum, threshold, thresholds
retry: resend, resends, resent, retries, retried, again, repeated, repeats
owner: owned, owns, owners, ownership, responsible, maintainer, maintainers
manual: by hand, manually, hand
test: tests, tested, testing, rehearsed, rehearsal, exercised, tried out, try-out, drill, drilled
backup: backups, copy, copies, snapshot, snapshots
certificate: cert, certs, certificates
setting: config, configs, configuration, configurations, settings, parameter, parameters
runbook: runbooks, playbook, playbooks, documentation, documented, instructions, manual page
single: one, only, sole, no spare, no second, no standby, no fallback, not redundant, no redundancy
full: filled up, filled, fills up, fills
outdated: out of date, stale, obsolete, old
differs: differ, differed, different, not like, unlike, deviates
staging: test environment, test system
size: sized, capacity, capacities, room, headroom
measured: metric, metrics, monitored, monitoring, graph, graphed, watched, observed, measure, measures
delete: deletes, deleted, deletion, remove, removes, removed, removal, erase, erased, cleaned up, clean-up, purged, emptied
check: checks, checked, checking, verify, verifies, verified, verification, validate, validates, validated, validation, compare, compares, compared
"""
_FIRST = {
    word.strip(): row.partition(":")[0]
    for row in _SYNONYMS.strip().splitlines()
    for word in row.partition(":")[2].split(",")
}
_SAME = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _FIRST), key=len, reverse=True))})\b")
_GOES_ON = re.compile(
    r"^\W*(?:which|that|who|whose|and|but|so|because|since|as|while|when|where|then|therefore|thus|due|causing|leading|resulting|making|of|to|in|for|with|after|before|until)\b"
)


def _stem(word: str) -> str:
    for ending in (
        "ations",
        "ation",
        "ating",
        "ings",
        "ing",
        "ments",
        "ment",
        "ures",
        "ure",
        "ied",
        "ies",
        "ed",
        "es",
        "s",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _meaning(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9\u00c0-\uffff][\w-]*", re.sub(r"\bmis-?(?=[a-z]{5})", "", text.casefold()))
    return frozenset(_stem(word) for word in words if word not in _EMPTY)


def same_factor(one: str, other: str) -> bool:
    """Whether both name one thing: the words that carry meaning are the same, or nearly so."""
    left, right = _meaning(one), _meaning(other)
    if not left or not right:
        # A factor of ignored words only names nothing of its own.
        return True
    if _nearly(left, right) >= 0.6 or _within(left, right):
        return True
    plainly = _meaning(_plain(one)), _meaning(_plain(other))
    in_other_words = len(left & right) < len(plainly[0] & plainly[1])
    return in_other_words and _nearly(*plainly) >= 0.5


def _plain(text: str) -> str:
    """The text with each synonym as the first word of its row."""
    return _SAME.sub(lambda m: _FIRST[m.group()], text.casefold())


def _shared(left: frozenset[str], right: frozenset[str]) -> int:
    return sum(any(_akin(word, other) for other in right) for word in left)


def _within(left: frozenset[str], right: frozenset[str]) -> bool:
    return _shared(left, right) >= min(len(left), len(right))


def _nearly(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of the words of both that are the same."""
    shared = _shared(left, right)
    return shared / (len(left) + len(right) - shared)


def _akin(one: str, other: str) -> bool:
    """Whether two words are forms of one word: ``cert`` and ``certificate``, ``expir`` and ``expiry``."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 4 and long.startswith(short))


def continues(line: str, before: str) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    if before.rstrip().endswith((".", "!", "?", ":")):
        return False
    return bool(_GOES_ON.match(line)) or before.rstrip().endswith(
        (",", ";", "-", "\u2013", " and", " or", " which", " the", " a", " of")
    )


def distinct(factors: list[str]) -> list[str]:
    """The factors that differ, each as first written; a line that goes on with the one before it is part of that one."""
    whole: list[str] = []
    for factor in factors:
        if whole and continues(factor, whole[-1]):
            whole[-1] += " " + factor
        else:
            whole.append(factor)
    found: list[str] = []
    for factor in whole:
        if not any(same_factor(factor, other) for other in found):
            found.append(factor)
    return found
