"""Runbooks (R7): five sections, found by their headings, and the ones that fit the phase. Pure."""

import re
from collections.abc import Mapping

import msgspec

from stanch.kernel.clock import DAY, parse_moment
from stanch.kernel.policy import Phase, Service

# The five things a runbook answers, and the words by which a heading shows that it does.
SECTIONS: dict[str, tuple[str, str]] = {
    "health": ("Where to check health", r"health|dashboard|metrics|monitor|where to look|is it (up|ok|working)|status of|graphs?"),
    "impact": ("How to confirm customer impact", r"impact|customers?|users?|who is affected|symptoms?"),
    "rollback": ("How to pause or roll back a deployment", r"roll ?-?back|pause|deploy|undo|release|revert"),
    "degraded": ("How to enter degraded mode", r"degrad|fallback|fail ?-?over|read-?only|feature flags?|shed|switch off|kill ?switch"),
    "escalate": ("Who to escalate to next", r"escalat|contacts?|who to (call|ask|page)|on-?call|owners?|support"),
}  # fmt: skip
BY_PHASE: dict[Phase, tuple[str, ...]] = {
    "detect": ("health", "impact"),
    "triage": ("health", "impact", "escalate"),
    "mitigate": ("rollback", "degraded", "escalate"),
    "resolve": ("health", "impact"),
    "learn": (),
}
LONGEST_STEP, MOST_STEPS = 1_000, 50
# The heading of what belongs to none of the five.
LEARNED = "Learned from incidents"
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)


class Section(msgspec.Struct, frozen=True):
    """A part of a runbook. ``key``: which of the five it answers, empty for another one."""

    key: str
    heading: str
    text: str


def front_matter(text: str) -> tuple[str, str]:
    """The YAML between ``---`` lines at the beginning, and the rest."""
    found = re.match(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    return (found[1], text[found.end() :]) if found else ("", text)


def sections(text: str) -> list[Section]:
    """A runbook's parts in order; what stands before the first heading has none. Headings in code are no headings."""
    hidden = _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), text)
    marks = list(_HEADING.finditer(hidden))
    parts = [Section("", "", text[: marks[0].start() if marks else len(text)].strip())]
    taken: set[str] = set()
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        key = "" if len(mark[1]) == 1 and place == 0 else _key(mark[2], taken)
        taken.add(key)
        parts.append(Section(key, mark[2], text[mark.end() : end].strip()))
    return [part for part in parts if part.heading or part.text]


def extended(text: str, additions: Mapping[str, list[str]]) -> str:
    """A runbook with further list items at the end of its sections, by key; a section that it lacks is added at its end.

    ``additions``: key of ``SECTIONS``, or empty for what belongs to none. Everything else stays as it is, to the byte.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    hidden = _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), text)
    marks, taken, left = list(_HEADING.finditer(hidden)), set[str](), dict(additions)
    parts = [text[: marks[0].start() if marks else len(text)]]
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        key = "" if len(mark[1]) == 1 and place == 0 else _key(mark[2], taken)
        taken.add(key)
        lines = left.pop(key, []) if key else []
        parts.append(_with_items(text[mark.start() : end], lines, newline))
    for key, lines in left.items():
        title = SECTIONS[key][0] if key else LEARNED
        before = "".join(parts).rstrip("\r\n")
        parts = [
            f"{before}{newline * 2 if before else ''}## {title}{newline * 2}",
            *(f"- {line}{newline}" for line in lines),
        ]
    return "".join(parts)


def _with_items(part: str, lines: list[str], newline: str) -> str:
    if not lines:
        return part
    body = part.rstrip()
    items = "".join(f"- {line}{newline}" for line in lines)
    between = newline if re.match(r" {0,3}(?:[-*+]|\d{1,3}[.)])[ \t]|[ \t]", body.splitlines()[-1]) else newline * 2
    return f"{body}{between}{items}{part[len(body) :].removeprefix(newline)}"


def for_phase(text: str, phase: Phase) -> list[Section]:
    """The sections that fit a phase, in the order in which they are needed then."""
    found = {section.key: section for section in sections(text) if section.key}
    return [found[key] for key in BY_PHASE[phase] if key in found]


def steps(text: str) -> list[str]:
    """The list items of a section, each as one line; prose has none."""
    found: list[list[str]] = []
    open_ = False
    for line in text.splitlines():
        entry = re.match(r" {0,3}(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)", line)
        if entry:
            found.append([entry[1]])
        elif open_ and found and line.strip() and (line[:1] in " \t" or not re.match(r"#|```|~~~", line)):
            found[-1].append(line)
        open_ = bool(line.strip()) and bool(found)
    return [" ".join(" ".join(lines).split())[:LONGEST_STEP] for lines in found][:MOST_STEPS]


def missing(text: str) -> list[str]:
    """Which of the five sections a runbook lacks, or leaves empty, in words."""
    found = {section.key for section in sections(text) if section.text}
    return [title for key, (title, _) in SECTIONS.items() if key not in found]


def age_problem(service: Service, now: int) -> str:
    """Why the runbook may be outdated; empty when it is not. Dates as in the runbook's front matter."""
    if not service.runbook_reviewed:
        return "the runbook was never reviewed (no 'reviewed:' date)"
    try:
        reviewed = parse_moment(service.runbook_reviewed)
    except ValueError as error:
        return f"the runbook's review date cannot be read: {error}"
    late = now - reviewed - int(service.runbook_review_days * DAY)
    return f"the runbook's review has been due for {late // DAY} days" if late > 0 else ""


def _key(heading: str, taken: set[str]) -> str:
    """Which of the five a heading answers: the one it names first; each is given once."""
    places = [
        (found.start(), key)
        for key, (_, words) in SECTIONS.items()
        if key not in taken and (found := re.search(rf"\b(?:{words})", heading, re.IGNORECASE))
    ]
    return min(places)[1] if places else ""
