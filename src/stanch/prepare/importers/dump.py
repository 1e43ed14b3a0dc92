"""Reads a dump: lists of objects under the names of the API, in one document or many.

A document may be one file with several lists, one answer of the API, the plain list out of one, or a list of such documents
(JSON lines, a folder, an archive). Every complaint says where in the document it is.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

# The deepest nesting of a real dump.
DEPTH = 12
PAGING = frozenset(
    ("limit", "offset", "more", "total", "next_cursor", "count", "next", "previous", "current_page_number", "page_size",
     "total_pages", "took", "requestId", "paging", "expandable", "totalCount")
)  # fmt: skip
TYPES = {str: "a text", bool: "true or false", int: "a whole number", list: "a list", dict: "an object"}


class Thing:
    """An object of the dump, and where it is. What is missing or null has the default; a wrong type is a ``ValueError``."""

    def __init__(self, value: dict[str, Any], where: str) -> None:
        self.value = value
        self.where = where

    def text(self, key: str, default: str = "") -> str:
        """A text, in one line; a number (some ids are) is read as one."""
        found = self.value.get(key)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        return " ".join(self._typed(key, str, default).split())

    def number(self, key: str, default: int = 0, most: int = 10**8) -> int:
        """A whole number from 0 to ``most``; three years in seconds, where nothing else is said."""
        found = self.value.get(key)
        if found is None:
            return default
        whole = isinstance(found, float) and found.is_integer() and abs(found) < 2**53
        if whole or (isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 16):
            found = int(found)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= most:
            raise ValueError(f"{self.where}.{key} is {_shown(found)} where a whole number from 0 to {most} is expected")
        return found

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        found: bool = self._typed(key, bool, default)
        return found

    def thing(self, key: str) -> "Thing | None":
        """An object inside this one."""
        found = self._typed(key, dict, None)
        return None if found is None else Thing(found, f"{self.where}.{key}")

    def things(self, key: str) -> list["Thing"]:
        """A list of objects inside this one."""
        return as_things(self._typed(key, list, []), f"{self.where}.{key}")

    def texts(self, key: str) -> list[str]:
        """A list of texts inside this one."""
        found = self._typed(key, list, [])
        for item in found:
            if not isinstance(item, str):
                raise ValueError(f"{self.where}.{key} has {_shown(item)} where a text is expected")
        return list(found)

    def has(self, key: str) -> bool:
        """Whether something is said about it."""
        return self.value.get(key) not in (None, "", [], {})

    def name(self, key: str = "name") -> str:
        """What a report calls it: name and id."""
        identity = self.text("id")
        name = self.text(key) or self.text("summary")
        return f"'{name}' ({identity})" if name and identity else name or identity or self.where

    def _typed(self, key: str, kind: type[Any], default: Any) -> Any:
        found = self.value.get(key)
        if found is None:
            return default
        if not isinstance(found, kind):
            raise ValueError(f"{self.where}.{key} is {_shown(found)} where {TYPES[kind]} is expected")
        return found


def as_things(values: list[Any], where: str) -> list[Thing]:
    """Objects of a list. Raises ``ValueError`` where one is something else."""
    for number, value in enumerate(values):
        if not isinstance(value, dict):
            raise ValueError(f"{where}[{number}] is {_shown(value)} where an object is expected")
    return [Thing(value, f"{where}[{number}]") for number, value in enumerate(values)]


def gather(document: object, kinds: Mapping[str, str], kind_of: Callable[[Thing], str]) -> dict[str, list[Thing]]:
    """The things of a dump by kind; the same id twice is one thing, of which the later answer adds to the earlier.

    ``kinds``: the singular of each list's name. ``kind_of``: the kind of an object that stands outside any named list, or
    an empty text. Lists of other names are kept under their own. Raises ``ValueError`` for what is no dump.
    """
    found: dict[str, dict[str, Thing]] = {}
    for kind, thing in _walk(document, kinds, kind_of, "", 0):
        of_kind = found.setdefault(kind, {})
        key = thing.text("id") or thing.where
        if key in of_kind:
            of_kind[key].value.update({name: value for name, value in thing.value.items() if value is not None})
        else:
            of_kind[key] = Thing(dict(thing.value), thing.where)
    return {kind: list(of_kind.values()) for kind, of_kind in found.items()}


def _walk(
    document: object, kinds: Mapping[str, str], kind_of: Callable[[Thing], str], where: str, depth: int
) -> Iterator[tuple[str, Thing]]:
    if depth > DEPTH:
        raise ValueError(f"{where[:40]} is nested deeper than any dump")
    if isinstance(document, list):
        for number, item in enumerate(document):
            yield from _walk(item, kinds, kind_of, f"{where}[{number}]", depth + 1)
        return
    if not isinstance(document, dict):
        raise ValueError(f"{where or 'the document'} is {_shown(document)} where an object or a list is expected")
    thing = Thing(document, where or "the document")
    if kind := kind_of(thing):
        yield kind, thing
        return
    for key, value in document.items():
        place = f"{where}.{key}".removeprefix(".")
        plural = next((many for many, one in kinds.items() if key in (many, one)), "")
        if plural:
            value = _answered(value)
        if plural and value is not None:
            yield from ((plural, item) for item in as_things(value if isinstance(value, list) else [value], place))
        elif key in ("data", "results") and value is not None:
            yield from _walk(value, kinds, kind_of, place, depth + 1)
        elif isinstance(value, list) and key not in PAGING:
            yield from ((key, item) for item in as_things([v for v in value if isinstance(v, dict)], place))


def _answered(value: object) -> object:
    """The list inside one answer of an API, where a whole answer stands under its name."""
    if isinstance(value, dict):
        return next((value[key] for key in ("results", "data") if isinstance(value.get(key), list)), value)
    return value


def _shown(value: object) -> str:
    if value is None:
        return "null"
    kind = next((text for known, text in TYPES.items() if isinstance(value, known)), f"a {type(value).__name__}")
    return f"{kind} ({str(value)[:40]!r})" if isinstance(value, (str, int, float)) else kind
