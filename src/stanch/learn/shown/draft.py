"""What customers could read of a postmortem: roles for names, public names for internal ones. Pure."""

import re
from collections.abc import Mapping

import msgspec

from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.engine import Finding
from stanch.communicate.wording.public import check_public
from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.learn.document.names import with_roles
from stanch.learn.figures.factors import without_kinds
from stanch.timeline.record import Record

SECTIONS = ("summary", "impact", "causes", "changes", "lessons")
# Rules for a post during an incident, which a text that is read in peace need not keep.
_OF_POSTS = ("no_impact", "no_next_update", "wall_of_text")


class SectionFinding(msgspec.Struct, frozen=True):
    """Words of a section that customers should not read, why, and what could stand there."""

    section: str
    text: str
    why: str
    better: str

    def sentence(self) -> str:
        """For people."""
        return f"In the {self.section}, '{self.text}': {self.why}{f'; {self.better}' if self.better else ''}."


def public_draft(record: Record, labels: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, str]:
    """The sections as the internal postmortem fills them; parts that nobody has written are empty. ``labels``: name -> role."""
    items = [item for item in record.action_items.values() if not item.dropped]
    texts = {
        "summary": record.parts.get("summary", ""),
        "impact": record.parts.get("impact", ""),
        "causes": "\n".join(f"- {without_kinds(factor)}" for factor in record.lists.get("factors", [])),
        "changes": "\n".join(f"- {item.title}{' (done)' if item.done_at else ''}" for item in items),
        "lessons": record.parts.get("lessons", ""),
    }
    return {name: with_public_names(with_roles(text, dict(labels)), vocabulary) for name, text in texts.items()}


def with_public_names(text: str, vocabulary: Vocabulary) -> str:
    """Internal names replaced by what customers call the same thing; those without a public name stay, and are found."""
    public = {name: shown for name, shown in vocabulary.internal.items() if shown}
    if not public:
        return text
    longest_first = "|".join(map(re.escape, sorted(public, key=len, reverse=True)))
    return re.sub(
        rf"(?<![\w.-])(?:{longest_first})(?![\w-]|\.\w)",
        lambda found: public[found[0].lower()],
        text,
        flags=re.IGNORECASE,
    )


def findings(sections: Mapping[str, str], vocabulary: Vocabulary) -> list[SectionFinding]:
    """What to reword before customers read it: the rules of public posts and those of blameless language (R33, R44)."""
    found: list[SectionFinding] = []
    for name, text in sections.items():
        hits: list[Finding] = check_public(text, vocabulary, state="postmortem", leave_out=_OF_POSTS)
        found += [
            SectionFinding(name, hit.text, hit.why, hit.better) for hit in [*hits, *check_blameless(text, vocabulary)]
        ]
    return list(dict.fromkeys(found))
