"""Commands: a typed struct and its handler, registered once for API, CLI, pages and chat.

The API route is ``POST /api/v1/incidents/INC-1/<noun>`` (or ``POST /api/v1/<noun>`` for those without an incident),
the CLI sub-command is ``name``, the page posts the form to ``/do/<name>``, and chat writes ``/stanch <name> ...``.
"""

from collections.abc import Callable
from typing import Any, Literal, get_type_hints

import msgspec

Group = Literal["run", "prepare", "detect", "respond", "mitigate", "communicate", "recover", "learn"]


class Command(msgspec.Struct, frozen=True):
    """A registered command. ``needs_incident``: the struct's first field ``incident`` comes from the address.

    ``example``: a line that people could type at a terminal, shown by ``--help``. ``tag``: the version of what it reads or
    changes, which ``If-Match`` may name in place of the incident's; empty: of nothing smaller. ``nothing``: what an empty list says.
    ``ahead``: what is worked out of the words before anybody else's writing waits for it, from the application and the struct.
    """

    name: str
    noun: str
    group: Group
    struct: type[msgspec.Struct]
    handle: Callable[[Any, Any], Any]
    needs_incident: bool
    positional: tuple[str, ...]
    reading: bool = False
    example: str = ""
    secret: bool = False
    tag: Callable[[Any, Any], str] | None = None
    nothing: str = "There is nothing to list."
    ahead: Callable[[Any, Any], None] | None = None

    @property
    def path(self) -> str:
        """Its API route: ``POST`` for writing, ``GET`` for reading."""
        parts = ["/api/v1", "incidents/{incident}" if self.needs_incident else "", self.noun]
        return "/".join(part for part in parts if part)

    @property
    def doc(self) -> str:
        """Its description, for every interface."""
        return " ".join((self.struct.__doc__ or "").replace("``", "'").split())

    @property
    def answer(self) -> Any:
        """The type of what the handler answers."""
        return get_type_hints(self.handle, include_extras=True)["return"]

    def fields(self) -> dict[str, Any]:
        """Field names and their types, in order."""
        hints = get_type_hints(self.struct, include_extras=True)
        return {name: hints[name] for name in self.struct.__struct_fields__}


class Done(msgspec.Struct, omit_defaults=True):
    """What a writing command answers: a sentence for people, and the ids for programs.

    ``hint``: what can be done about it, written as at a terminal and put in the words of each interface (``kernel/hints``).
    """

    message: str
    incident: str = ""
    id: str = ""
    hint: str = ""


REGISTRY: dict[str, Command] = {}


def command(
    name: str,
    struct: type[msgspec.Struct],
    *,
    group: Group | None = None,
    noun: str | None = None,
    positional: tuple[str, ...] = (),
    reading: bool = False,
    example: str = "",
    secret: bool = False,
    tag: Callable[[Any, Any], str] | None = None,
    nothing: str = "There is nothing to list.",
    ahead: Callable[[Any, Any], None] | None = None,
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Register ``handle(uow, command)`` under ``name``. Raises ``ValueError`` when the name is taken.

    ``group``: under which heading the help lists it, by default the phase whose folder it is in. ``noun``: the end of its
    API route, by default its name. ``example``: a command line for the help. ``secret``: its answer holds one, and is never kept to be replayed.
    ``nothing``: what people read where its list is empty. ``ahead``: called before the transaction that writes.
    """

    def register(handle: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        if name in REGISTRY:
            raise ValueError(f"command {name} is registered twice")
        needs = "incident" in struct.__struct_fields__
        listed: Any = group or handle.__module__.split(".")[1]
        route = name if noun is None else noun
        REGISTRY[name] = Command(
            name, route, listed, struct, handle, needs, positional, reading, example, secret, tag, nothing, ahead
        )
        return handle

    return register
