"""Kinds of contributing factors: a word with ``#`` in a factor's line says its kind, so that one that returns is seen (R46, R50). Pure."""

import re
from collections.abc import Iterable, Mapping

# Short titles of the kinds that incidents of all fields share; a team adds its own in the catalog or by using a new word.
KINDS: dict[str, str] = {
    "change": "A change without a step that could have stopped it",
    "capacity": "A limit that nobody watched",
    "dependency": "A dependency without which nothing works",
    "detection": "An alert that was missing, late or drowned",
    "test": "A case that no test covers",
    "configuration": "A setting that differs or is not checked",
    "data": "Data that was lost, wrong or hard to bring back",
    "access": "Access or approval that was missing when it was needed",
    "runbook": "Instructions that were missing or out of date",
    "ownership": "A part that nobody owned",
    "tooling": "A tool that makes the wrong thing easy",
    "retry": "Retries, timeouts or queues that made it worse",
    "expiry": "Something that expired",
    "isolation": "One failure that reached others",
    "communication": "Word that came late or not at all",
}  # fmt: skip

# Words that propose a kind; people decide.
_WORDS: dict[str, str] = {
    "change": r"deploy|release|rollout|canary|migration|change\b",
    "capacity": r"capacity|exhaust|saturat|out of memory|disk (?:was |is )?full|quota|pool|limit\b|overload",
    "dependency": r"third.party|vendor|upstream|dependency|depends on|single point",
    "detection": r"alert|monitor|nobody noticed|unnoticed|dashboard|alarm",
    "test": r"\btests?\b|untested|staging|coverage",
    "configuration": r"config|setting|flag|variable|default value|drift",
    "data": r"backup|restore|corrupt|data loss|schema",
    "access": r"permission|access|credential|approval|locked out",
    "runbook": r"runbook|documentation|instructions|out of date",
    "ownership": r"\bown(?:s|ed|er|ership)\b|nobody is responsible|unclear who",
    "tooling": r"\btool|console|script|interface|one click|confirmation",
    "retry": r"retr(?:y|ies)|time.?out|back.?off|thundering|queue",
    "expiry": r"expir|certificate|renew|end of life",
    "isolation": r"cascad|blast|shared|isolat|all zones|every tenant|noisy neighbou?r",
    "communication": r"communicat|was not told|update came|status page",
}
_TAG = re.compile(r"(?<!\S)#([a-z][a-z0-9-]{1,39})\b", re.IGNORECASE)


def kinds_of(text: str) -> list[str]:
    """The kinds that a factor's line names, in their order, each once."""
    return list(dict.fromkeys(found.lower() for found in _TAG.findall(text)))


def without_kinds(text: str) -> str:
    """A factor's line for readers to whom the kinds mean nothing."""
    return " ".join(_TAG.sub("", text).split())


def of_factors(factors: Iterable[str]) -> list[str]:
    """The kinds that any of an incident's factors names."""
    return list(dict.fromkeys(kind for text in factors for kind in kinds_of(text)))


def proposed(text: str) -> str:
    """The kind that a line's words suggest; empty where it names one already, or none fits."""
    if kinds_of(text):
        return ""
    counts = {kind: len(re.findall(words, text, re.IGNORECASE)) for kind, words in _WORDS.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] else ""


def title(kind: str, own: Mapping[str, str]) -> str:
    """What a kind means; one that nobody has described is its own word."""
    return own.get(kind) or KINDS.get(kind) or kind.replace("-", " ").capitalize()
