"""Maps the severity words and numbers of senders to what they ask for (R1, R2)."""

import re
from itertools import pairwise
from typing import Literal

Grade = Literal["page", "ticket", "noise", "over"]

_WORDS: dict[Grade, str] = {
    "page": (
        "critical crit fatal emergency emerg disaster catastrophic blocker severe urgent highest high major error err alert alarm page "
        "paging down outage average medium moderate problem failure failed unknown red p0 p1 p2 p3 sev0 sev1 sev2 severity0 severity1 "
        "severity2 s0 s1 s2"
    ),
    "ticket": (
        "warning warn minor low lower ticket notify yellow noncritical nonurgent attention unclassified notclassified indeterminate "
        "degraded p4 sev3 sev4 severity3 severity4 s3 s4"
    ),
    "noise": (
        "none info information informational informative notice note notification debug trace verbose lowest trivial cosmetic planning "
        "test noseverity p5 sev5 severity5 s5"
    ),
    "over": "ok okay clear cleared normal resolved recovered recovery success successful closed healthy good green up passed",
}
GRADES: dict[str, Grade] = {word: grade for grade, words in _WORDS.items() for word in words.split()}
WORST: tuple[Grade, ...] = ("page", "ticket", "noise", "over")
# Numbers in the scale of each sender. A bare number is ambiguous: 1 is the worst in one scale and the least in another.
SCALES: dict[str, dict[str, str]] = {
    "syslog": {
        "0": "emergency", "1": "alert", "2": "critical", "3": "error", "4": "warning", "5": "notice", "6": "info", "7": "debug",
    },
    "zabbix": {"0": "not classified", "1": "information", "2": "warning", "3": "average", "4": "high", "5": "disaster"},
    "priority": {"1": "P1", "2": "P2", "3": "P3", "4": "P4", "5": "P5"},
    "nagios": {"0": "ok", "1": "warning", "2": "critical", "3": "unknown"},
}  # fmt: skip
_OPENTELEMETRY = ((5, "trace"), (9, "debug"), (13, "info"), (17, "warning"), (21, "error"), (25, "fatal"))


def grade(severity: str) -> Grade:
    """What a severity asks for. A missing or unknown one pages.

    Of several known words the worst counts (``P4 - Low``, ``Sev3 (informational)``, ``1 - Critical``).
    """
    words = re.findall(r"[a-z]+\d*|\d+", severity.lower())
    known = GRADES.get("".join(words))
    if known is not None:
        return known
    # "sev 3" and "priority: 4" are one word each; "not critical" is as bad as critical.
    pairs = list(pairwise(words))
    joined = [f"{first}{second}" for first, second in pairs]
    joined += [f"p{second}" for first, second in pairs if first in ("prio", "priority")]
    found = [GRADES[word] for word in [*words, *joined] if word in GRADES]
    return min(found, key=WORST.index) if found else "page"


def of_scale(scale: str, number: str) -> str:
    """A number of a scale in words; the number itself where the scale does not have it. ``otel`` is OpenTelemetry's 1 to 24."""
    if scale != "otel":
        return SCALES.get(scale, {}).get(number, number)
    value = int(number) if number.isdecimal() else 0
    return next((word for top, word in _OPENTELEMETRY if 0 < value < top), number)
