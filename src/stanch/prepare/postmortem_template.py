"""The organisation's own template of the postmortem (R46): one Markdown file of the catalog, ``templates/postmortem.md``.

Its headings give the sections' order and titles, the text below one is the hint beside its field. A heading that names a part
of the gate is that part; every other one is a section of the organisation's own.
"""

import re
from functools import lru_cache
from pathlib import Path

import msgspec

from stanch.kernel.errors import Invalid
from stanch.kernel.markdown import fenced
from stanch.kernel.policy import Policy
from stanch.prepare.update_templates import FOLDER
from stanch.prepare.yaml_file import read_plain
from stanch.timeline.facts.learn import OWN

FILE = f"{FOLDER}/postmortem.md"
LONGEST, LONGEST_TITLE, LONGEST_HINT, MOST_SECTIONS = 50_000, 120, 2_000, 40
# The parts of the gate, in the order of the built-in document, each with the headings that mean it.
GATE: dict[str, tuple[str, ...]] = {
    "summary": ("overview", "executive summary", "what happened"),
    "impact": ("customer impact", "user impact", "impact summary", "summary of impact"),
    "timeline": ("timeline utc", "how it went", "chronology", "chain of events"),
    "factors": ("contributing factors", "contributing conditions", "causes", "root cause", "root causes"),
    "whys": ("why", "5 whys", "five whys", "root cause path", "root cause path 5 whys", "root cause analysis", "why tree", "why it could happen"),
    "actions": ("action items", "follow ups", "next steps", "corrective actions"),
    "lessons": ("lessons learned", "lessons learnt", "what we learned", "what we learnt"),
}  # fmt: skip
_PART_OF = {name: part for part, names in GATE.items() for name in (part, *names)}
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t](.*))?$")


class Heading(msgspec.Struct, frozen=True):
    """A section as the file has it. ``part``: a part of the gate, or ``own-...``."""

    part: str
    title: str
    hint: str
    line: int


def squeezed(title: str) -> str:
    """A title without case and punctuation, as titles are compared."""
    return " ".join(re.findall(r"\w+", title.casefold().replace("_", " ")))


def part_named(title: str) -> str:
    """The part that a heading names: one of the gate, else a key of its own; empty for one without a letter or digit."""
    words = squeezed(title)
    return _PART_OF.get(words) or (OWN + words.replace(" ", "-") if words else "")


@lru_cache(maxsize=50)
def headings(text: str) -> tuple[Heading, ...]:
    """The sections in their order. One heading of the first level above all others is the document's title.

    Raises ``ValueError`` with the line and what is wrong there.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST:,} characters")
    lines = text.splitlines()
    found = found_headings(lines)
    if not found:
        raise ValueError("line 1: it has no heading; write the title of each section as '## Title'")
    top = min(level for _, level, _ in found)
    tops = [at for at, level, _ in found if level == top]
    deeper = [level for _, level, _ in found if level > top]
    if top == 1 and tops == [found[0][0]] and deeper and not _PART_OF.get(squeezed(found[0][2])):
        found, top = found[1:], min(deeper)
    sections = [(at, title) for at, level, title in found if level == top]
    ends = [at for at, _ in sections[1:]] + [len(lines)]
    made = [_heading(at, title, lines[at + 1 : end]) for (at, title), end in zip(sections, ends, strict=True)]
    _check(made)
    return tuple(made)


def found_headings(lines: list[str]) -> list[tuple[int, int, str]]:
    """Each heading outside of code: its line from 0, its level and title."""
    code, _ = fenced(lines)
    matches = ((at, _HEADING.match(line)) for at, line in enumerate(lines) if at not in code)
    return [(at, len(match[1]), _title(match[2] or "")) for at, match in matches if match]


def _title(rest: str) -> str:
    """What stands between a heading's marks: those at its end are no part of it where a blank stands before them."""
    title = rest.strip()
    open_end = title.rstrip("#")
    return open_end.rstrip() if not open_end or open_end[-1] in " \t" else title


def _heading(at: int, title: str, below: list[str]) -> Heading:
    part, hint = part_named(title), "\n".join(below).strip()
    if not part:
        raise ValueError(f"line {at + 1}: the heading has no words")
    if len(title) > LONGEST_TITLE:
        raise ValueError(f"line {at + 1}: the heading has more than {LONGEST_TITLE} characters")
    if len(hint) > LONGEST_HINT:
        raise ValueError(f"line {at + 1}: the text below it has more than {LONGEST_HINT:,} characters")
    return Heading(part, title, hint, at + 1)


def _check(made: list[Heading]) -> None:
    if len(made) > MOST_SECTIONS:
        raise ValueError(f"line {made[MOST_SECTIONS].line}: it has more than {MOST_SECTIONS} sections")
    first: dict[str, Heading] = {}
    for each in made:
        before = first.setdefault(each.part, each)
        if before is not each:
            raise ValueError(
                f"line {each.line}: '{each.title}' is the same section as '{before.title}' in line {before.line}"
            )


def read_own(folder: Path, before: str, problems: list[str]) -> str:
    """The catalog's template; ``before``: what stays in force where the file cannot be used."""
    path = folder / FILE
    if not path.exists() and not path.is_symlink():
        return ""
    try:
        text = read_plain(path, folder)
        headings(text)
    except Invalid as problem:
        problems.append(problem.sentence())
        return before
    except ValueError as error:
        problems.append(f"{path}: {error}. {'What was in force before stays' if before else 'It is not used'}.")
        return before
    return text


def own_problems(policy: Policy) -> list[str]:
    """What is wrong with a template that the settings hold. Pure."""
    try:
        headings(policy.postmortem_template or "# Summary")
    except ValueError as error:
        return [f"postmortem_template: {error}. It is not used."]
    return []
