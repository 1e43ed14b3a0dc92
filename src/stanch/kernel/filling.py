"""Converts the plain values that an interface was given into a command's struct; errors say where and what to do."""

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import msgspec

from stanch.kernel.command import Command
from stanch.kernel.errors import Invalid
from stanch.kernel.hidden_characters import visible_values
from stanch.kernel.spelling import spelt

# The largest integer of PostgreSQL and SQLite; anything larger is refused.
LARGEST = 2**63 - 1


def incident_id(text: str) -> str:
    """``1``, ``inc-1`` and ``INC-1`` are the same incident; anything else is left for the uow to refuse."""
    found = re.fullmatch(r"(?:inc-)?0*([1-9][0-9]{0,17})", text.strip(), re.IGNORECASE | re.ASCII)
    return f"INC-{found[1]}" if found else text.strip()


def title_of(text: str, hint: str) -> str:
    """A title in one line. Raises ``Invalid`` with what to write."""
    title = " ".join(text.split())
    if not title:
        raise Invalid("The title is empty.", field="title", hint=hint)
    return title


def fill(command: Command, values: Mapping[str, Any]) -> Any:
    """The command's struct. Raises ``Invalid`` with where it is wrong and what was probably meant."""
    names = command.struct.__struct_fields__
    for name in values:
        if name not in names:
            raise Invalid(f"'{name}' is not known to {command.name}.", field=name, hint=_nearest(name, names))
    given = {name: _meant(command, name, visible_values(value)) for name, value in values.items()}
    if isinstance(given.get("incident"), str):
        given["incident"] = incident_id(given["incident"])
    try:
        asked = msgspec.convert(given, command.struct, strict=False)
    except msgspec.ValidationError as error:
        raise explain(error, command) from None
    for place, value in _leaves(msgspec.to_builtins(asked), ""):
        _storable(place, value)
    return asked


def _meant(command: Command, name: str, value: Any) -> Any:
    """Blank text is empty text; a word of a fixed list and a number may be written as people do."""
    if isinstance(value, str) and not value.strip():
        return ""
    kind = command.fields()[name]
    if isinstance(value, str) and int in (kind, *get_args(kind)):
        return value.strip().removeprefix("#")  # as timelines number their entries
    allowed = choices(kind) if isinstance(value, str) else []
    return spelt(value, allowed) if allowed else value


def explain(error: msgspec.ValidationError, command: Command) -> Invalid:
    """Rewords msgspec's message, with the field."""
    text = str(error)
    missing = re.fullmatch(r"Object missing required field `([^`]+)`(?: - at `\$\.?(.*)`)?", text)
    if missing:
        return Invalid(f"'{missing[1]}' is missing.", field=_pointer(f"{missing[2] or ''}.{missing[1]}"))
    what, _, where = text.partition(" - at `$")
    field = _pointer(where.rstrip("`"))
    if not field:
        return Invalid(f"{what}.")
    allowed = choices(command.fields().get(field, str))
    wrong = re.fullmatch(r"Invalid enum value '?(.*?)'?", what)
    if wrong and allowed:
        return Invalid(f"'{wrong[1]}' cannot be chosen for '{field}'.", field=field, hint=_one_of(wrong[1], allowed))
    bound = re.fullmatch(r"Expected `(?:str|array)` of length (>=|<=) (\d+)", what)
    if bound and bound[1] == ">=":
        return Invalid(f"'{field}' is empty.", field=field, hint="Write something there.")
    if bound:
        return Invalid(f"'{field}' is too long: it may have {bound[2]} characters.", field=field)
    return Invalid(f"{_should_be(what, field)}.", field=field)


def choices(kind: Any) -> list[str]:
    """The values of a ``Literal``, also inside ``Annotated`` and unions; empty for anything else."""
    found: list[str] = []
    for part in get_args(kind):
        if isinstance(part, str):
            found.append(part)
        elif get_args(part):
            found.extend(choices(part))
    return found


def _one_of(given: str, allowed: list[str]) -> str:
    shown = [value for value in allowed if value]
    near = difflib.get_close_matches(given, shown, n=1)
    return (f"Did you mean '{near[0]}'? " if near else "") + f"It is one of: {', '.join(shown)}."


def _nearest(name: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"It takes: {', '.join(names)}." if names else "It takes nothing."


KINDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list", "str": "text"}
BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def _should_be(what: str, field: str) -> str:
    """``Expected `int | null`, got `str``` reads as "'field' must be a whole number"; what is not known, as msgspec wrote it."""
    found = re.fullmatch(r"Expected `([\w| ]+)`(?:, got `\w+`| (>=|<=|>|<) (.+))", what)
    kinds = [KINDS.get(each, "") for each in found[1].split(" | ") if each != "null"] if found else []
    if found and found[2]:
        return f"'{field}' must be {BOUNDS[found[2]]} {found[3].removesuffix('.0')}"
    if all(kinds) and kinds:
        return f"'{field}' must be {' or '.join(kinds)}"
    return f"{field}: {what[:1].lower()}{what[1:].replace('`', '')}"


def _pointer(path: str) -> str:
    """msgspec's ``.tags[0].name`` as ``tags/0/name``."""
    return "/".join(part for part in re.split(r"[.\[\]]+", path) if part)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield place, key
            yield from _leaves(inner, f"{place}/{key}".lstrip("/"))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{place}/{index}")
    else:
        yield place, value


def _storable(place: str, value: Any) -> None:
    """Refuse what a database column cannot store."""
    if isinstance(value, str):
        if "\x00" in value:
            raise Invalid(f"{place} contains a NUL character.", field=place, hint="Remove it.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Invalid(
                f"{place} contains a lone surrogate, which is not valid text.", field=place, hint="Send UTF-8."
            ) from None
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise Invalid(f"{place} is too large.", field=place)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{place} is not a finite number.", field=place)
