"""What reading commands answer: structures whose moments and spans are integers, and how a face shows them to people."""

import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Protocol

import msgspec

from stanch.kernel.clock import SECOND, iso, spell

Moment = Annotated[int, msgspec.Meta(title="moment", description="UTC, microseconds since 1970.")]
Span = Annotated[int, msgspec.Meta(title="span", description="A length of time in microseconds.")]
Portion = Annotated[float, msgspec.Meta(title="portion", description="A part of a whole, from 0 to 1.")]
Seconds = Annotated[float, msgspec.Meta(title="seconds", description="A length of time in seconds.")]


def _percent(portion: float) -> str:
    return f"{portion * 100:.0f} %"


def _spell_seconds(seconds: float) -> str:
    return spell(int(seconds * SECOND))


WORDS = {"moment": iso, "span": spell, "portion": _percent, "seconds": _spell_seconds}


class Row(Protocol):
    """An answer, or each of a list of them."""

    def line(self) -> str:
        """What matters of it in one line, for chat."""
        ...


def plain(value: Any) -> Any:
    """Dicts and lists for people: moments as RFC 3339 text, spans and shares in words, everything else as it is.

    Moments of a struct with a ``time_zone`` are shown on that zone's clock, as its sentences do.
    """
    if isinstance(value, msgspec.Struct):
        words = _words(type(value))
        if zone := getattr(value, "time_zone", ""):
            words = {name: _on_the_clock_of(zone) if how is iso else how for name, how in words.items()}
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        return {_named(shown, words.get(name)): _worded(getattr(value, name), words.get(name)) for name, shown in names}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return value


def _on_the_clock_of(zone: str) -> Callable[[int], str]:
    from stanch.kernel.zones import iso_local, zone_of  # a command line's help needs no zones

    return lambda at: iso_local(at, zone_of(zone))


def _named(field: str, words: Any) -> str:
    """A field whose text has its unit needs none in its name."""
    return field.removesuffix("_seconds") if words is _spell_seconds else field


def _worded(value: Any, words: Any) -> Any:
    return plain(value) if words is None or value is None else words(value)


@lru_cache(maxsize=256)
def _words(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """How each field of a struct that is a moment, a length of time or a share is said."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return {name: WORDS[title] for name, hint in hints.items() if (title := _title(hint))}


def _title(hint: Any) -> str:
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.title in WORDS:
            return str(meta.title)
    return next((found for part in typing.get_args(hint) if (found := _title(part))), "")


def rows_of(answer: Any) -> list[Any]:
    """The structs of an answer's type: of ``list[A] | B`` it is A and B; what is none of these stands as it is."""
    parts = typing.get_args(answer)
    return [kind for part in parts for kind in rows_of(part)] if parts else [answer]
