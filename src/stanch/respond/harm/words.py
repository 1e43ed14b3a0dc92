"""A text as clauses of plain words, and where a family of words is found in them. Pure."""

import re
from functools import lru_cache
from itertools import accumulate

import msgspec

from stanch.respond.harm import families

LONGEST = 2_000
DENIED_WITHIN = 4
# Words that may stand between those of an entry, and what a word may end with.
BETWEEN = ("the", "a", "an", "be", "been")
PLURAL = ("", "s", "es")
ENDING = 9
DENIALS = frozenset(families.FAMILIES["DENIAL"].split())
CLAUSES = re.compile(
    r"[.;:!?()\[\]\n,]+(?=\s|$)|\s[-\u2013\u2014/]+\s|(?<=\s)[(\[]|\b(?:but|while|whereas|although|though|however|yet|and|because|so that)\b",
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
        (r"\bfail(ed|s|ing) over\b", "switched over"),
        (r"\b(primary|foreign|partition|sort|cache|composite|surrogate) keys?\b", "id"),
        (r"\b(grammar|grammatical|spelling|typing|typographical|layout|translation|wording|formatting|display) (error|mistake|problem|issue|bug|fault)s?\b", "typo"),
        (r"\b(memory|connection|thread|handle|descriptor|goroutine|resource|socket|water|oil|coolant)s? leak(s|age|ing)?\b", r"\1 creep"),
        (r"\bevery (\d+|few|couple of|other|second) (s|sec|seconds?|min|mins|minutes?|times?|tries|attempts?)\b(?= |$)", "sometimes"),
        (r"\b(?:every|each) (\d+|one|two|three|four|five|six|ten|few|couple|minute|hour|day|night|morning|evening|week|month|time|now|so|once)\w*", " "),
        (r"\b(the|an?|order|invoice|cart|basket|grand) totals?\b(?! (loss|outage|failure|blackout|stop))", r"\1 amount"),
        (r"\ball (still )?there\b", "intact"),
        (r"\b(after|first of|above|at all times|one and) all\b|\ball (day|night|morning|week|of a sudden|right|clear|along|the time)\b", " "),
        (r"\b(no|not a single) (\w+ )?(customer|user|client|one)s? (has |have )?(yet )?(reported|complained|called|noticed)( \w+)?\b", "nobody affected"),
        (r"\breport(s|ed|ing)? (that|of|from|it|us|to|their|his|her|a|an|the)\b|\breported\b|\bfound no\b", " "),
        (r"\b(d?dos|denial of service) attack(s|ers?)?\b", "flood"),
        (r"\bstops?\b", "stopped"),
        (r"\b(no|not any|not) longer\b", "not"),
        (r"\b(not only|not sure|no matter|no idea|no wonder|no doubt)\b", " "),
        (r"\bin order to\b|\border of\b|\bof course\b|\bso far\b", " "),
        (r"\b(in )?(the |a )?wrong order\b|\bout of order\b(?= (messages|comments|events))", "misordered"),
        (r"\b(double|twice|triple) the (usual|normal|average|typical)\b", "many"),
        (r"\blos(t|e|es|ing) (the |their |its |all )?(access|connection|connectivity|contact|signal|network)s?\b", r"no \3"),
        (r"\b(log|sign|kick|throw)(s|ed|ing)? (everyone|everybody|users|people|customers|them|me|us) (off|out)\b", r"logged out \3"),
        (r"\b(has|have|had|without) (no|any) effect\b", "does nothing"),
        (r"\bupside down\b", "misaligned"),
        (r"\b(digit|letter|word|text|title|label|heading|logo|image|picture|button)s?((?: \w+){0,8}?) cut( off)?\b", r"\1\2 truncated"),
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
    told: list[str] = []
    for words in found:
        if told and words and all(word[0].isdigit() for word in words):  # "memory (93 %)" is one clause
            told[-1] += f"{' '.join(words)} "
        elif words:
            told.append(f" {' '.join(words)} ")
    return told


class Entry(msgspec.Struct, frozen=True):
    """One entry of a family: its words, whether the last may end otherwise, and which entry of all it is."""

    family: str
    number: int
    words: tuple[str, ...]
    open_end: bool


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[Entry, ...]]:
    """All entries of all families by the word (or the beginning of one) that they start with."""
    found: dict[str, list[Entry]] = {}
    for family, named in families.FAMILIES.items():
        for number, entry in enumerate(dict.fromkeys(named.split())):
            words = tuple(entry.rstrip("*").split("_"))
            found.setdefault(words[0], []).append(Entry(family, number, words, entry.endswith("*")))
    return {word: tuple(entries) for word, entries in found.items()}


@lru_cache(maxsize=4_096)
def _found(clause: str) -> dict[str, tuple[Hit, ...]]:
    """Where the words of each family stand in a clause: one look at each word, whatever the number of entries."""
    words = clause.split(" ")[1:-1]
    starts = [1, *(1 + end for end in accumulate(len(word) + 1 for word in words))]
    found: dict[
        str, list[tuple[int, int, int, Hit]]
    ] = {}  # sorted by place, then the longest, then as the family has them
    for place, word in enumerate(words):
        for length in range(1, len(word) + 1):
            for entry in _index().get(word[:length], ()):
                last = _last(entry, words, place)
                if last is not None:
                    hit = Hit(" ".join(entry.words), starts[place], starts[last] + len(words[last]))
                    found.setdefault(entry.family, []).append((hit.start, -hit.end, entry.number, hit))
    return {family: tuple(hit for *_, hit in sorted(hits)) for family, hits in found.items()}


def _last(entry: Entry, words: list[str], place: int) -> int | None:
    """The place of an entry's last word where the entry stands at ``place``; articles and "been" may stand between."""
    for number, wanted in enumerate(entry.words):
        if number:
            place += 1
            if place < len(words) and words[place] != wanted and words[place] in BETWEEN:
                place += 1
        if place >= len(words):
            return None
        if number < len(entry.words) - 1:
            if words[place] != wanted:
                return None
        elif not _ends(words[place], wanted, entry.open_end):
            return None
    return place


def _ends(word: str, wanted: str, open_end: bool) -> bool:
    """Whether a word is the wanted one, in the plural or with any ending, with or without a genitive."""
    if not word.startswith(wanted):
        return False
    rest = word.removesuffix("'s").removesuffix("'")[len(wanted) :]
    return (rest == "" or (rest.isascii() and rest.isalpha() and len(rest) <= ENDING)) if open_end else rest in PLURAL


def hits(clause: str, family: str) -> tuple[Hit, ...]:
    """Where the words of a family stand in a clause, in the order of the clause; the longest entry at a place."""
    return _found(clause).get(family, ())


def first(clause: str, family: str) -> Hit | None:
    """The first words of a family that the clause says and does not deny."""
    return next((hit for hit in hits(clause, family) if not denied(clause, hit.start)), None)


def denied(clause: str, start: int) -> bool:
    """Whether the few words before deny what begins there, or the clause rules it out. "can not" denies what follows only."""
    if hits(clause, "EXCLUDED"):
        return True
    before = clause[:start].split()[-DENIED_WITHIN:]
    return any(
        word in DENIALS and before[max(place - 1, 0)] not in ("can", "could") for place, word in enumerate(before)
    )
