"""The base class of every kind of fact."""

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Self

import msgspec

from stanch.timeline.record import Line, Record

REDACTED = "[redacted]"
# Fields of these names hold what others refer to (ids, people, names of the catalog), in every kind: a redaction leaves them.
REFERENCES = frozenset(
    {
        "by", "chat", "components", "concern", "decision", "digest", "escalation", "fingerprint", "handoff", "holder", "hypothesis", "into",
        "item", "key", "keys", "lead", "mitigation", "origin", "other", "outgoing", "owner", "page", "people", "person", "proposal",
        "recurs", "reference", "remains", "rests_on", "room", "run", "service", "severity", "source", "target", "then", "timebox",
        "to", "undo_of",
    }
)  # fmt: skip


def stopped(text: str) -> str:
    """A text that another sentence may follow: with a full stop, unless it ends in one or the like."""
    text = text.rstrip()
    ends = text.rstrip("\"'”’»)").endswith((".", "!", "?", "…", "。", "！", "？"))
    return text if ends or not text else f"{text}."


class Statement(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What an entry states. A new kind: its class, its name in ``Facts`` of its file, one sample in ``tests/data/entries/``.

    Fields may be added with a default, never renamed or removed. ``KEPT``: fields that a redaction leaves beside those of
    ``REFERENCES``, since other entries refer to this one by them; never what somebody typed freely.
    ``PEOPLE``: fields that hold people, by the name that they sign in with or a contact's key.
    """

    KEPT: ClassVar[tuple[str, ...]] = ()
    PEOPLE: ClassVar[frozenset[str]] = frozenset(
        {"facilitator", "holder", "lead", "outgoing", "owner", "people", "person"}
    )

    def sentence(self) -> str:
        """One line for the timeline, in plain words."""
        raise TypeError(f"{type(self).__name__} has no sentence")

    def told(self, called: Callable[[str], str]) -> str:
        """The sentence for people: whoever its fields name stands in it as others call them. What somebody wrote stays as it is."""
        people = {name: getattr(self, name) for name in _people(type(self))}
        if not people:
            return self.sentence()
        shown = {
            name: [called(each) for each in value] if isinstance(value, list) else value and called(value)
            for name, value in people.items()
        }
        return msgspec.structs.replace(self, **shown).sentence()

    def apply(self, record: Record, entry: Line) -> None:
        """Apply the fact to the record; nothing by default."""

    def redact(self) -> Self:
        """The same without its texts (design, section 4): numbers, moments, states and what others refer to stay, so that the record still folds."""
        gone = {
            field.name: redacted(getattr(self, field.name), field.type)
            for field in _fields(type(self))
            if field.name not in REFERENCES and field.name not in self.KEPT
        }
        if "reach" in gone:  # an address: its notifier is kept
            before = str(msgspec.structs.asdict(self)["reach"])
            gone["reach"] = before and f"{before.partition(':')[0]}:{REDACTED}"
        return msgspec.structs.replace(self, **gone)


def redacted(value: Any, kind: msgspec.inspect.Type) -> Any:
    """A value without its texts: words of a fixed list are kept, and of a list of texts the count."""
    if isinstance(value, str):
        kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
        free = any(isinstance(each, msgspec.inspect.StrType) for each in kinds)
        return REDACTED if value and free else value
    if isinstance(value, list):
        item = getattr(kind, "item_type", msgspec.inspect.StrType())
        return [redacted(each, item) for each in value if isinstance(each, str)]
    return {} if isinstance(value, dict) else value


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.inspect.Field, ...]:
    found = msgspec.inspect.type_info(kind)
    assert isinstance(found, msgspec.inspect.StructType)
    return found.fields


@cache
def _people(kind: type[Statement]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if name in kind.PEOPLE)
