"""Carries out a line that somebody wrote in a chat, with the rights they have when they sign in (R30)."""

import re
from typing import Any

import msgspec

from stanch.chat.lines import help_text
from stanch.kernel.actor import Actor
from stanch.kernel.clock import MINUTE
from stanch.kernel.command import REGISTRY, Command, Done
from stanch.kernel.errors import Invalid
from stanch.kernel.filling import fill
from stanch.respond.chat import parse
from stanch.respond.overview import Incidents, incidents
from stanch.timeline.phase_moves import UNDO_WITHIN
from stanch.timeline.unit_of_work import UnitOfWork

INCIDENT = re.compile(r"(?<!\S)inc-[1-9][0-9]*(?!\S)", re.IGNORECASE)
ROWS, CHARACTERS = 15, 3000
# R12: a move that was a mistake is one line away, as it is one tap away on the page.
TAKE_BACK = f" By mistake? 'phase undo=true' takes it back within {UNDO_WITHIN // MINUTE} minutes."
# Stands for everybody in a room: answers posted to the whole room contain nothing private.
ROOM = Actor("(everybody in the room)")
USUAL = "'help' lists the usual ones."
# About whoever asks, with their addresses: not read out.
ALONE = ("me", "first-run")


class Reply(msgspec.Struct, frozen=True):
    """What is answered, and the incident that it is about."""

    text: str
    incident: str = ""


class Line(msgspec.Struct, frozen=True):
    """A line as it is understood. ``elsewhere``: it names another incident than that of its room."""

    command: Command | None
    values: dict[str, Any]
    incident: str
    text: str
    elsewhere: bool


def understand(uow: UnitOfWork, text: str, room_incident: str) -> Line:
    """Which command with which values; an incident that is named beats that of the room. Raises ``Problem``."""
    words = text.strip().removeprefix("/").split(maxsplit=1)
    if not words or words[0].lower() in ("help", "?"):
        return Line(None, {}, "", words[1].strip() if len(words) > 1 else "", False)
    line = text.strip().removeprefix("/")
    named = INCIDENT.search(line)
    if named and named.start() == 0:  # 'INC-2 sev 1' is 'sev 1 INC-2'
        word, _, rest = (line[named.end() :].strip() or "show").partition(" ")
        line = f"{word} {named[0]} {rest}"
    line = f"/{line}"
    named = INCIDENT.search(line)
    tiers = uow.policy.tiers()
    chosen, _ = parse(line.split(maxsplit=1)[0], "", otherwise=USUAL, tiers=tiers)
    incident = ""
    if chosen.needs_incident:
        incident = named[0].upper() if named else room_incident or _only_live(uow)
        line = line if named is None else line[: named.start()] + line[named.end() :]
    chosen, values = parse(line, incident, tiers=tiers)
    return Line(chosen, values, incident, text, bool(incident) and incident != room_incident)


def carry(uow: UnitOfWork, line: Line) -> Reply:
    """Run the command. Raises ``Problem``."""
    if line.command is None:
        return Reply(help_text(REGISTRY, uow.policy.tiers(), _called(line.text)))
    answer = line.command.handle(uow, fill(line.command, line.values))
    if isinstance(answer, Done):
        moved = line.command.name == "phase" and not line.values.get("undo")
        return Reply(answer.message + (TAKE_BACK if moved else ""), answer.incident)
    rows = answer if isinstance(answer, list) else [answer]
    lines = [row.line() for row in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(f"and {len(rows) - ROWS} more")
    return Reply("\n".join(lines)[:CHARACTERS] or line.command.nothing, line.incident)


def _called(about: str) -> str:
    return parse(f"/{about}", "", otherwise=USUAL)[0].name if about else ""


def _only_live(uow: UnitOfWork) -> str:
    # The answer may be heard by everybody in the room: private ones are named by whoever means them (P6).
    live = [row for row in incidents(uow, Incidents(status="live", limit=10)) if not row.private]
    if len(live) == 1:
        return str(live[0].id)
    listed = "; ".join(f"{row.id} {row.title}" for row in live) or "none is open"
    raise Invalid("Which incident?", hint=f"Name it, like INC-1. Open now: {listed}.")
