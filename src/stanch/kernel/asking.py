"""Turns the values that any face was given into a command's struct, with errors that say where and what to do."""

import difflib
import re
from typing import Any

import msgspec

from stanch.kernel.command import Command
from stanch.kernel.errors import Invalid


def ask(command: Command, values: dict[str, Any]) -> msgspec.Struct:
    """Build the struct. Raises ``Invalid`` naming the field; an unknown field is answered with the nearest known one."""
    known = command.struct.__struct_fields__
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise Invalid(f"'{name}' is not a field of '{command.name}'.", field=name, hint=hint)
    try:
        made: msgspec.Struct = msgspec.convert(values, command.struct, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(*_explained(str(error), values)) from None
    return made


def _explained(text: str, values: dict[str, Any]) -> tuple[str]:
    return (re.sub(r" - at `\$\.?([^`]*)`", lambda m: f" (field '{m[1]}')" if m[1] else "", text).rstrip(".") + ".",)


def field_of(problem: Invalid) -> str:
    """The field an error is about, from its own note or its text."""
    if problem.field:
        return problem.field
    found = re.search(r"\(field '([^']+)'\)|required field `([^`]+)`", problem.detail)
    return (found[1] or found[2]) if found else ""
