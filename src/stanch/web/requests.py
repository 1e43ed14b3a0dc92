"""From plain values to a command's struct, and from the struct to its answer. Shared by API, forms and CLI.

Nothing here knows HTTP: the CLI imports this file and must start quickly.
"""

from __future__ import annotations

import difflib
import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from stanch.kernel.clock import DAY
from stanch.kernel.command import Command
from stanch.kernel.errors import Conflict, Invalid, Problem

if TYPE_CHECKING:
    from stanch.kernel.actor import Actor
    from stanch.timeline.desk import Desk, Office

# PostgreSQL and SQLite integers end here; anything larger is a mistake of the caller.
LARGEST = 2**63 - 1
TRIES = 3


class NotMatching(Problem):
    """``If-Match`` named another version than the one that is there."""

    status = 412
    title = "It has changed meanwhile"


class Answer(msgspec.Struct):
    """What a command answered. ``replayed``: it was stored under the same Idempotency-Key before."""

    status: int
    body: bytes
    value: Any = None
    replayed: bool = False
    version: int | None = None


class Once(msgspec.Struct):
    """An Idempotency-Key in its scope, and the fingerprint of the body that came with it."""

    key: str
    fingerprint: str


def once(principal: str, route: str, key: str, body: bytes) -> Once:
    """The stored form of a key: scoped to principal and route, so that nobody meets another's answers."""
    scope = "\x1f".join((principal, route, key))
    return Once(hashlib.sha256(scope.encode()).hexdigest(), hashlib.sha256(body).hexdigest())


def incident_id(text: str) -> str:
    """``1``, ``inc-1`` and ``INC-1`` are the same incident; anything else is left for the desk to refuse."""
    found = re.fullmatch(r"(?:inc-)?0*([1-9][0-9]{0,17})", text.strip(), re.IGNORECASE | re.ASCII)
    return f"INC-{found[1]}" if found else text.strip()


def fill(command: Command, values: Mapping[str, Any]) -> Any:
    """The command's struct. Raises ``Invalid`` with where it is wrong and what was probably meant."""
    names = command.struct.__struct_fields__
    for name in values:
        if name not in names:
            raise Invalid(f"'{name}' is not known to {command.name}.", field=name, hint=_nearest(name, names))
    given = dict(values)
    if isinstance(given.get("incident"), str):
        given["incident"] = incident_id(given["incident"])
    try:
        asked = msgspec.convert(given, command.struct, strict=False)
    except msgspec.ValidationError as error:
        raise explain(error, command) from None
    for place, value in _leaves(msgspec.to_builtins(asked), ""):
        _storable(place, value)
    return asked


def explain(error: msgspec.ValidationError, command: Command) -> Invalid:
    """msgspec's message in our words, with the field."""
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
        return Invalid(f"'{wrong[1]}' is not a {field}.", field=field, hint=_one_of(wrong[1], allowed))
    return Invalid(f"{field}: {_plain(what)}.", field=field)


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


def _plain(text: str) -> str:
    """``Expected `int`, got `str``` reads as 'expected int, got str'."""
    return text[:1].lower() + text[1:].replace("`", "")


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
    """Refuse what a database column cannot hold, before it becomes a failure there."""
    if isinstance(value, str):
        if "\x00" in value:
            raise Invalid(f"{place} contains a NUL character.", field=place, hint="Remove it.")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Invalid(f"{place} contains half of a character.", field=place, hint="Send UTF-8.") from None
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise Invalid(f"{place} is too large.", field=place)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid(f"{place} is not a finite number.", field=place)


def run(
    office: Office, command: Command, asked: Any, actor: Actor, source: str, *,
    key: Once | None = None, match: str = "",
) -> Answer:  # fmt: skip
    """Carry a command out in one transaction. Raises ``Problem``.

    Two that take the next number at the same moment on PostgreSQL: one of them is rolled back and repeated.
    """
    from sqlalchemy.exc import IntegrityError

    if command.reading:
        with office.reading(actor) as desk:
            value = command.handle(desk, asked)
        return Answer(200, msgspec.json.encode(value), value, version=_version(command, value))
    for _ in range(TRIES):
        try:
            return _write(office, command, asked, actor, source, key, match)
        except IntegrityError:
            continue
    raise Conflict("Somebody else wrote the same at this moment.", hint="Repeat it.")


def _version(command: Command, value: Any) -> int | None:
    """How many entries an incident has: the version that ``If-Match`` names."""
    if command.needs_incident and isinstance(value, dict) and isinstance(value.get("entries"), int):
        return int(value["entries"])
    return None


def _write(
    office: Office, command: Command, asked: Any, actor: Actor, source: str, key: Once | None, match: str
) -> Answer:
    with office.desk(actor, source) as desk:
        if key:
            earlier = _claim(desk, key)
            if earlier:
                return earlier
        if match:
            _check_version(desk, asked, match)
        value = command.handle(desk, asked)
        answer = Answer(200, msgspec.json.encode(value), value)
        if key:
            desk.tx.execute(
                "UPDATE answers SET status = :status, body = :body WHERE key = :key",
                status=answer.status, body=answer.body.decode(), key=key.key,
            )  # fmt: skip
    return answer


def _claim(desk: Desk, key: Once) -> Answer | None:
    """Take the key in the transaction of the work itself, or answer with what was answered before."""
    if key.key.startswith("0"):  # one in sixteen sweeps: keys live a day
        desk.tx.execute("DELETE FROM answers WHERE created_at < :before", before=desk.now - DAY)
    taken = desk.tx.execute(
        "INSERT INTO answers (key, fingerprint, status, body, created_at) "
        "VALUES (:key, :fingerprint, 0, '', :now) ON CONFLICT (key) DO NOTHING",
        key=key.key, fingerprint=key.fingerprint, now=desk.now,
    )  # fmt: skip
    if taken:
        return None
    row = desk.tx.one("SELECT * FROM answers WHERE key = :key", key=key.key)
    if row is None:
        raise Conflict("A request with this Idempotency-Key is still running.", hint="Repeat it in a moment.")
    if row["fingerprint"] != key.fingerprint:
        raise Invalid("This Idempotency-Key was used for another request.", hint="Take a new key for a new request.")
    return Answer(row["status"], row["body"].encode(), msgspec.json.decode(row["body"]), replayed=True)


def _check_version(desk: Desk, asked: Any, match: str) -> None:
    incident = getattr(asked, "incident", "")
    if not incident or match.strip() == "*":
        return
    there = f'"v{desk.record(incident).entries}"'
    if there not in [part.strip() for part in match.split(",")]:
        raise NotMatching(f"{incident} is at {there} now.", hint="Look again and repeat it.")
