"""What the answers of a worksheet come to (R45). Pure."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

Answer = Literal["", "yes", "no", "unknown"]
Conduct = Literal["human_error", "at_risk", "reckless", "open"]
# Names that are words as well: in lower case they are taken for the word.
WORDS = frozenset(
    [
        "ace",
        "al",
        "art",
        "april",
        "august",
        "autumn",
        "bill",
        "brook",
        "case",
        "chase",
        "chip",
        "chuck",
        "cliff",
        "dale",
        "dawn",
        "dean",
        "drew",
        "earl",
        "ed",
        "eve",
        "faith",
        "frank",
        "gene",
        "glen",
        "grace",
        "grant",
        "guy",
        "heath",
        "hope",
        "hunter",
        "iris",
        "ivy",
        "jack",
        "jade",
        "jay",
        "josh",
        "joy",
        "june",
        "lance",
        "lane",
        "mark",
        "max",
        "may",
        "miles",
        "nick",
        "norm",
        "olive",
        "page",
        "pat",
        "peg",
        "penny",
        "pierce",
        "ray",
        "reed",
        "rich",
        "rob",
        "robin",
        "rose",
        "rusty",
        "sandy",
        "sky",
        "stew",
        "sue",
        "summer",
        "ty",
        "van",
        "victor",
        "wade",
        "ward",
        "will",
        "woody",
    ]
)
QUESTIONS: dict[str, str] = {
    "deviated": "Was it done in another way than the agreed one, on purpose?",
    "workable": "Could the agreed way be followed that day, with the time and the tools there were?",
    "perceived": "Was the risk seen at that moment?",
    "knowingly": "Was a substantial risk taken knowingly, that nothing justified?",
    "substitution": "Would others with the same knowledge have done the same?",
}
ASKS: dict[Conduct, str] = {
    "human_error": "A slip, a mistake, an honest misreading: the system changes, so that it cannot cause this again.",
    "at_risk": "A shortcut whose risk was not seen: coaching, and what pushed towards the shortcut goes away.",
    "reckless": "A risk taken knowingly that nothing justified: accountability is for those who employ people, outside of "
    "stanch. What belongs here is why the organisation allowed it.",
    "open": "Not enough is answered to say.",
}


class Worksheet(msgspec.Struct):
    """One worksheet: about what was done, not about who did it. ``actions``: what the system changes."""

    about: str = ""
    answers: dict[str, Answer] = {}
    pushed: str = ""
    allowed: str = ""
    actions: list[str] = []
    made: list[str] = []


def conduct(sheet: Worksheet) -> Conduct:
    """What the answers point to. When in doubt it is the milder one: most incidents are human error."""
    said = sheet.answers
    if said.get("knowingly") == "yes" and said.get("perceived") == "yes" and said.get("substitution") != "yes":
        return "reckless"
    if said.get("deviated") == "yes":
        return "at_risk"
    return "human_error" if said.get("deviated") == "no" else "open"


def missing(sheet: Worksheet) -> list[str]:
    """What must be there before it is finished."""
    left = [text for key, text in QUESTIONS.items() if not sheet.answers.get(key)]
    left += [] if sheet.about else ["What was done?"]
    found = conduct(sheet)
    if found == "at_risk" and not sheet.pushed:
        left.append("What pushed towards the shortcut?")
    if found == "reckless" and not sheet.allowed:
        left.append("Why did the organisation allow it?")
    return left + ([] if sheet.actions else ["What does the system change?"])


def names_in(text: str, people: Iterable[str]) -> list[str]:
    """Whoever is named in a text, in any case; a name that is a word as well only where it begins with a capital letter."""
    found = []
    for name in people:
        for hit in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) if name else ():
            if hit[0] != hit[0].lower() or hit[0] not in WORDS:
                found.append(name)
                break
    return found
