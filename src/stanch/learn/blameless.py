"""What to reword in a postmortem so that it blames nobody: every part, every action item (R44). Pure."""

from collections.abc import Iterator

import msgspec

from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.timeline.facts.learn import OWN
from stanch.timeline.record import Record


class Hint(msgspec.Struct, frozen=True):
    """``part``: where it is. ``text``: the words. ``why``: what they hide. ``better``: one wording that could replace them."""

    part: str
    text: str
    why: str
    better: str


def hints(record: Record, vocabulary: Vocabulary) -> list[Hint]:
    """In the order of the document; the same words in one part are told once."""
    found = [
        Hint(part, finding.text, finding.why, finding.better)
        for part, text in _texts(record)
        for finding in check_blameless(text, vocabulary)
    ]
    return list(dict.fromkeys(found))


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    for part in ("summary", "impact"):
        yield part, record.parts.get(part, "")
    for part in ("factors", "whys"):
        for line in record.lists.get(part, []):
            yield part, line.strip()
    for item in record.action_items.values():
        for text in (item.title, item.test, item.note, *item.answers):
            yield "actions", text
    yield "lessons", record.parts.get("lessons", "")
    for part, text in record.parts.items():
        if part.startswith(OWN):
            yield part, text
    for comment in record.comments.values():
        if comment.state == "open":
            yield "comments", comment.text
            yield "comments", comment.suggestion or ""
