"""The narration box of the war room, read as chats are: a line is narration, ``/severity SEV-2`` a command."""

import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, get_type_hints

import msgspec

from stanch.kernel.command import REGISTRY, Command, Done, command
from stanch.kernel.errors import Invalid, NotFound, Problem
from stanch.kernel.filling import fill
from stanch.kernel.severities import SEVERITIES
from stanch.kernel.spelling import SEVERITY, spelt
from stanch.prepare.oncall.people import meant
from stanch.respond.commands import IncidentId, Say, TellOfCorrection, say
from stanch.timeline.unit_of_work import Application, UnitOfWork

# What people write for a command, without dashes and in small letters.
SPELLINGS = {
    "sev": "severity", "status": "show", "summary": "show", "note": "say", "i": "impact", "acknowledge": "ack",
    "hypo": "hypothesis", "h": "hypothesis", "list": "incidents", "fix": "mitigate", "resolved": "resolve",
    "closed": "close", "mark": "pin",
}  # fmt: skip
# Of a severity's name, which has at most 40 characters.
MOST_WORDS = 20


class Chat(msgspec.Struct):
    """Say a line, or give a command as in chat: '/role scribe ben', '/phase mitigate', '/mitigate rollback confirm=go'."""

    incident: IncidentId
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    corrects: Annotated[int, msgspec.Meta(ge=0, description="The number of an entry that this line corrects.")] = 0
    tell: TellOfCorrection = False


def ahead_of_line(application: Application, line: str) -> None:
    """Work out what the command of a line would, before anything is written; what is wrong with it is said when it is carried out."""
    with suppress(Problem):
        chosen, values = parse(f"/{line.strip().removeprefix('/')}", "")
        if chosen.ahead:
            chosen.ahead(application, fill(chosen, values))


def _ahead(application: Application, asked: Chat) -> None:
    if asked.text.strip().startswith("/"):
        ahead_of_line(application, asked.text)


@command("chat", Chat, positional=("text",), example="stanch chat INC-1 '/severity SEV-2'", ahead=_ahead)
def chat(uow: UnitOfWork, asked: Chat) -> Done:
    """R27, R30: one input for talking and acting. Two slashes say a line that begins with one."""
    text = asked.text.strip()
    if not text.startswith("/") or text.startswith("//"):
        plain = text[1:] if text.startswith("//") else asked.text
        done = say(uow, Say(asked.incident, plain, corrects=asked.corrects, tell=asked.tell))
        assert isinstance(done, Done)
        return done
    chosen, values = parse(text, asked.incident, tiers=uow.policy.tiers())
    uow.source = "chat"
    filled = fill(chosen, values)
    if chosen.reading:  # it may ask a real system, and here every other writer would wait for that
        return Done(f"'{chosen.name}' only shows something; open it on the page.", asked.incident)
    answer = chosen.handle(uow, filled)
    assert isinstance(answer, Done)
    return answer


def parse(
    text: str,
    incident: str,
    *,
    otherwise: str = "Two slashes say a line that begins with one.",
    tiers: Sequence[str] = SEVERITIES,
) -> tuple[Command, dict[str, str | bool]]:
    """Read ``/name positional... field=value... flag``. The last positional takes the rest of the line.

    ``SEV 2``, ``sev2`` and ``sev 2 because`` are all ``severity``, and so is a name of ``tiers``, which may have several
    words. ``otherwise``: what else can be done about an unknown command. Raises ``NotFound`` for one and ``Invalid`` for words that are left over.
    """
    try:
        words = shlex.split(text.removeprefix("/"))
    except ValueError:
        words = text.removeprefix("/").split()
    words = _spelt(words, tiers)
    found = REGISTRY.get(words[0]) if words else None
    if found is None or found.name == "chat":
        word = words[0] if words else ""
        near = meant(word.casefold(), [*REGISTRY, *SPELLINGS], 0.7)
        raise NotFound(f"There is no command '/{word}'.", hint=f"{near} {otherwise}".strip())
    values, rest = _named(found, words[1:])
    if found.needs_incident:
        values["incident"] = incident
    open_fields = [n for n in (*found.positional, "reason") if n in found.struct.__struct_fields__ and n not in values]
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


def _named(found: Command, words: list[str]) -> tuple[dict[str, str | bool], list[str]]:
    """The values that are given by name, flags among them, and the words that are left."""
    plain = get_type_hints(found.struct)
    values: dict[str, str | bool] = {}
    rest = []
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name in plain:
            values[name] = value
        elif plain.get(word) is bool:
            values[word] = True
        else:
            rest.append(word)
    return values, rest


def _spelt(words: list[str], tiers: Sequence[str]) -> list[str]:
    """The command's own name first; a severity that is written in several words is one."""
    if not words:
        return []
    first = re.sub(r"[-_]", "", words[0].casefold())
    if words[0] not in REGISTRY:
        by_name = {re.sub(r"[-_]", "", name): name for name in REGISTRY}
        named = SPELLINGS.get(first) or by_name.get(first)
        if named:
            words = [named, *words[1:]]
        elif not first.isdigit() and (SEVERITY.fullmatch(first) or spelt(words[0], tiers) in tiers):
            words = ["severity", *words]
    if words[0] == "severity":
        for end in range(min(len(words), MOST_WORDS + 1), 2, -1):
            if (name := spelt(" ".join(words[1:end]), tiers)) in tiers:
                return ["severity", name, *words[end:]]
    return words
