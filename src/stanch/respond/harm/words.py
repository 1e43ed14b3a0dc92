"""A text as clauses of plain words, and where a family of words is found in them. Pure."""

import re
from functools import lru_cache

import msgspec

from stanch.respond.harm import families

LONGEST = 2_000
DENIED_WITHIN = 4
CLAUSES = re.compile(
    r"[.;:!?()\[\]\n,]+(?=\s|$)|\s[-\u2013\u2014/]+\s|\b(?:but|while|whereas|although|though|however|yet|and|because|so that)\b",
    re.I,
)
# Read as other words are, so that the families need one form only.
SAME: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"[\u2018\u2019`]", "'"),
        (r"\b(can'?t|cannot|couldn'?t|can no longer|could not)\b", "can not"),
        (r"\bwon'?t\b", "will not"),
        (r"n't\b", " not"),
        (r"\b(isnt|arent|dont|doesnt|didnt|wasnt|havent|hasnt)\b", "is not"),
        (r"(?<=\d)\s+(%|percent\b|per cent\b|pct\b)", "%"),
        (r"(?<=\d)(percent|pct)\b", "%"),
        (r"\bany more\b", "anymore"),
        (r"\b(not|no) (\w+ )?any longer\b", r"not \2"),
        (r"(?<!\w)'|'(?!\w)|[\"\u201c\u201d]", " "),
        (r"^\W*(hi|hello|hey|dear)( \w+)?\W", " "),
        (r"^\W*(problem|warn(ing)?|alert|firing|critical|major|minor|p[0-5]|sev\W?[0-5])\b\W*", ""),
        (r"\b(\d+)/(\d+)\b", r"\1 of \2"),
        (r"(?<=\d),(?=\d{3}\b)", ""),
        (r"(?<=\d),(?=\d{1,2}\b)", "."),
        (r"[-_]", " "),
        # What holds these words and says nothing of a share or of a fault.
        (r"\bevery (\d+|few|couple|minute|hour|day|night|morning|week|time|now|so|once)\w*", " "),
        (r"\b(after|first of|above|at all times|one and) all\b|\ball (day|night|morning|week|of a sudden|right|clear|along|the time)\b", " "),
        (r"\breport(s|ed|ing)? (that|of|from|it|us|to|their|his|her|a|an|the)\b|\breported\b|\bfound no\b", " "),
        (r"\b(d?dos|denial of service) attack(s|ers?)?\b", "flood"),
        (r"\bstops?\b", "stopped"),
        (r"\b(no|not any|not) longer\b", "not"),
        (r"\b(not only|not sure|no matter|no idea|no wonder|no doubt)\b", " "),
        (r"\bin order to\b|\border of\b|\bof course\b|\bso far\b", " "),
        (r"\b(in )?(the |a )?wrong order\b|\bout of order\b(?= (messages|comments|events))", "misordered"),
        (r"\b(double|twice|triple) the (usual|normal|average|typical)\b", "many"),
        (r"\blos(t|e|es|ing) (the |their |its |all )?(access|connection|connectivity|contact|signal|network)s?\b", r"no \3"),
        (r"\bhang(s|ing)? up\b", "cut off"),
    )
)  # fmt: skip


class Hit(msgspec.Struct, frozen=True):
    """Words of a family in a clause: which entry of the family, and from where to where."""

    entry: str
    start: int
    end: int


def plain(text: str) -> str:
    """Lower case, one form for each thing; the first 2,000 characters."""
    found = re.sub(r"(?<=[a-z]{3})(?=[A-Z][a-z])", " ", text[:LONGEST]).lower()
    for pattern, by in SAME:
        found = pattern.sub(by, found)
    return found


def clauses(text: str) -> list[str]:
    """The clauses of a text, each as its words with one space before, between and behind them."""
    found = [re.findall(r"\d+(?:\.\d+)+%?|[\w%']+", part) for part in CLAUSES.split(plain(text))]
    return [f" {' '.join(words)} " for words in found if words]


@lru_cache(maxsize=64)
def _entries(family: str) -> list[tuple[str, re.Pattern[str]]]:
    named: str = getattr(families, family)
    return [
        (entry.replace("_", " ").rstrip("*"), re.compile(_pattern(entry))) for entry in dict.fromkeys(named.split())
    ]


def _pattern(entry: str) -> str:
    words = [re.escape(word) for word in entry.rstrip("*").split("_")]
    return rf"(?<= ){' (?:the |a |an |be |been )?'.join(words)}{'[a-z]{0,9}' if entry.endswith('*') else '(?:s|es)?'}(?:'s?)?(?= )"


@lru_cache(maxsize=64)
def _any(family: str) -> re.Pattern[str]:
    return re.compile("|".join(pattern.pattern for _, pattern in _entries(family)))


@lru_cache(maxsize=16_384)
def hits(clause: str, family: str) -> tuple[Hit, ...]:
    """Where the words of a family stand in a clause, in the order of the clause; the longest entry at a place."""
    if not _any(family).search(clause):
        return ()
    found = [
        Hit(entry, match.start(), match.end())
        for entry, pattern in _entries(family)
        for match in pattern.finditer(clause)
    ]
    return tuple(sorted(found, key=lambda hit: (hit.start, -hit.end)))


def first(clause: str, family: str) -> Hit | None:
    """The first words of a family that the clause says and does not deny."""
    return next((hit for hit in hits(clause, family) if not denied(clause, hit.start)), None)


def denied(clause: str, start: int) -> bool:
    """Whether the few words before deny what begins there, or the clause rules it out. "can not" denies what follows only."""
    if hits(clause, "EXCLUDED"):
        return True
    before = clause[:start].split()[-DENIED_WITHIN:]
    no = {entry.split()[0] for entry in families.DENIAL.split()}
    return any(word in no and before[max(place - 1, 0)] not in ("can", "could") for place, word in enumerate(before))
