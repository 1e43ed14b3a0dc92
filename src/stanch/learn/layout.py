"""The sections of a postmortem in their order: as the organisation's template has them, and every part of the gate (R46). Pure."""

import difflib

import msgspec

from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy
from stanch.prepare.postmortem_template import GATE, Heading, headings, part_named, squeezed
from stanch.timeline.facts.learn import OWN, part_name
from stanch.timeline.record import Record

# Drawn from the record, and never written as text.
COMPUTED = ("timeline", "actions")
TITLES = {
    "summary": "Summary",
    "impact": "Impact",
    "timeline": "Timeline",
    "factors": "Contributing factors",
    "whys": "Root-cause path (5 Whys)",
    "actions": "Action items",
    "lessons": "Lessons",
}
HINTS = {
    "summary": "Two or three sentences that a newcomer understands.",
    "impact": "With numbers: how many customers, how long, how much.",
    "factors": "One a line, at least two: no single cause explains an incident. "
    "A word such as #change, #detection or #capacity at the end names its kind, so that one that returns is seen.",
    "whys": "One a line: each is the reason of the one before; indent lines to branch. "
    "Keep asking until each branch ends at a structure of the system, not at a person or an event.",
    "lessons": "What went well, what did not, where you were lucky.",
}


class LaidOut(msgspec.Struct, frozen=True):
    """One section. ``title``: as the template has it, else empty. ``hint``: what to write there."""

    part: str
    title: str
    hint: str

    @property
    def own(self) -> bool:
        """Whether it is a section of the organisation's own."""
        return self.part.startswith(OWN)

    def shown(self) -> str:
        """Its title."""
        return self.title or TITLES.get(self.part) or own_title(self.part)


def own_title(part: str) -> str:
    """The title of a section that the template has no more."""
    words = part_name(part)
    return words[:1].upper() + words[1:]


def layout(policy: Policy, record: Record | None = None) -> list[LaidOut]:
    """The template's sections, then what it does not name: sections that were written or commented on already, and parts of the gate."""
    named = [LaidOut(each.part, each.title, each.hint or HINTS.get(each.part, "")) for each in _template(policy)]
    there = {each.part for each in named}
    about = [*record.parts, *(comment.part for comment in record.comments.values())] if record else []
    written = dict.fromkeys(part for part in about if part.startswith(OWN))
    missing = [part for part in (*GATE, *written) if part not in there]
    return [*named, *(LaidOut(part, "", HINTS.get(part, "")) for part in missing)]


def _template(policy: Policy) -> tuple[Heading, ...]:
    try:
        return headings(policy.postmortem_template) if policy.postmortem_template else ()
    except ValueError:  # it is named among the problems of the settings
        return ()


def own_parts(policy: Policy, record: Record) -> list[str]:
    """The keys of the organisation's own sections."""
    return [each.part for each in layout(policy, record) if each.own]


def written_part(name: str, policy: Policy, record: Record) -> str:
    """The key of a section that is written as text, by its key or title. Raises ``Invalid``."""
    every = layout(policy, record)
    words = squeezed(name)
    part = next((x.part for x in every if words in (squeezed(x.part), squeezed(x.shown()))), part_named(name))
    if part in COMPUTED:
        comes = "timeline comes" if part == "timeline" else "action items come"
        raise Invalid(f"The {comes} from the record.", field="part", hint="Write another part.")
    known = [each.part for each in every if each.part not in COMPUTED]
    if part not in known:
        near = difflib.get_close_matches(name.casefold(), known, n=1)
        said = f"Did you mean '{near[0]}'? " if near else ""
        raise Invalid(f"'{name}' is not a part.", field="part", hint=f"{said}It is one of: {', '.join(known)}.")
    return part
