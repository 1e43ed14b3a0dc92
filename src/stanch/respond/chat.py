"""The chat face. Until a chat lands, its stand-in is the narration box: a line is narration, ``/severity SEV-2`` a command."""

import shlex
from typing import Annotated, get_type_hints

import msgspec

from stanch.kernel.command import REGISTRY, Command, Done, command
from stanch.kernel.errors import Invalid, NotFound
from stanch.kernel.filling import fill
from stanch.respond.commands import IncidentId, Say, say
from stanch.timeline.unit_of_work import UnitOfWork


class Chat(msgspec.Struct):
    """Say a line, or give a command as in chat: '/severity SEV-2', '/role scribe ben', '/mitigate rollback confirm=go'."""

    incident: IncidentId
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    corrects: Annotated[int, msgspec.Meta(ge=0, description="The number of an entry that this line corrects.")] = 0


@command(
    "chat", Chat, group="respond", noun="chat", positional=("text",), example="stanch chat INC-1 '/severity SEV-2'"
)
def chat(uow: UnitOfWork, asked: Chat) -> Done:
    """R27, R30: one input for talking and acting. Two slashes say a line that begins with one."""
    text = asked.text.strip()
    if not text.startswith("/") or text.startswith("//"):
        plain = text[1:] if text.startswith("//") else asked.text
        done = say(uow, Say(asked.incident, plain, corrects=asked.corrects))
        assert isinstance(done, Done)
        return done
    chosen, values = parse(text, asked.incident)
    uow.source = "chat"
    filled = fill(chosen, values)
    if chosen.reading:  # it may ask a real system, and here every other writer would wait for that
        return Done(f"'{chosen.name}' reads; look at it on the page.", asked.incident)
    answer = chosen.handle(uow, filled)
    assert isinstance(answer, Done)
    return answer


def parse(text: str, incident: str) -> tuple[Command, dict[str, str | bool]]:
    """Read ``/name positional... field=value... flag``. The last positional takes the rest of the line.

    Raises ``NotFound`` for an unknown command and ``Invalid`` for words that are left over.
    """
    try:
        words = shlex.split(text.removeprefix("/"))
    except ValueError:
        words = text.removeprefix("/").split()
    found = REGISTRY.get(words[0]) if words else None
    if found is None or found.name == "chat":
        raise NotFound(
            f"There is no command '/{words[0] if words else ''}'.", hint="Two slashes say a line that begins with one."
        )
    fields = found.struct.__struct_fields__
    plain = get_type_hints(found.struct)
    values: dict[str, str | bool] = {"incident": incident} if found.needs_incident else {}
    rest = []
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals and name in fields:
            values[name] = value
        elif word in fields and plain[word] is bool:
            values[word] = True
        else:
            rest.append(word)
    open_fields = [n for n in (*found.positional, "reason") if n in fields and n not in values]
    open_fields = list(dict.fromkeys(open_fields))
    for place, name in enumerate(open_fields):
        last = place == len(open_fields) - 1
        if rest:
            values[name] = " ".join(rest) if last else rest[0]
            rest = [] if last else rest[1:]
    if rest:
        raise Invalid(
            f"'{' '.join(rest)}' is left over.",
            field="text",
            hint=f"/{found.name} takes {', '.join(found.positional) or 'nothing'}.",
        )
    return found, values
