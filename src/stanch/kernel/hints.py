"""Hints say what to do, and are written as at a terminal: ``'stanch show INC-1'`` and ``--unchecked``.

Every other interface words them for its own readers: the API names routes and fields, the page its pages and fields.
"""

import re
from collections.abc import Callable

from stanch.kernel.command import REGISTRY, Command

COMMAND = re.compile(r"'stanch ([a-z][a-z-]*)([^']*)'")
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
INCIDENT = re.compile(r"INC-\d+|INCIDENT")


def reworded(text: str, command: Callable[[str, str], str], field: Callable[[str], str]) -> str:
    """The text with each command (its name, and the words behind it) and each option (as a field is called) in other words."""
    text = COMMAND.sub(lambda found: command(found[1], found[2].strip()), text)
    return OPTION.sub(lambda found: field(found[1].replace("-", "_")), text)


def for_program(text: str) -> str:
    """As whoever calls the API acts."""
    return reworded(text, _route, lambda name: f"'{name}'")


def _route(name: str, words: str) -> str:
    """``POST /api/v1/incidents/INC-1/pages with escalation=database``; of what has no route, the line as it is."""
    command = REGISTRY.get(name)
    if command is None:
        return f"'{' '.join(('stanch', name, words)).strip()}' on the server"
    incident, given = _given(command, words.split())
    path = command.path.replace("{incident}", incident) if incident else command.path
    return f"{'GET' if command.reading else 'POST'} {path}" + (f" with {', '.join(given)}" if given else "")


def _given(command: Command, words: list[str]) -> tuple[str, list[str]]:
    """The incident that is named, and the fields with their values; a word in capitals stands for a value."""
    incident, given = "", []
    open_fields = [name for name in command.positional if name != "incident"]
    while words:
        word = words.pop(0)
        if not incident and command.needs_incident and INCIDENT.fullmatch(word):
            incident = word
        elif word.startswith("--"):
            name = word.removeprefix("--").replace("-", "_")
            value = words.pop(0) if words and not words[0].startswith("--") else "true"
            given.append(_field(name, value))
        elif open_fields:
            given.append(_field(open_fields.pop(0), word))
    return incident, given


def _field(name: str, value: str) -> str:
    return name if value.isupper() or not value.strip(".") else f"{name}={value}"
