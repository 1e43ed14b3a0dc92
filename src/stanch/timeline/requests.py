"""From a command's struct to its answer, in one transaction. Shared by API, forms, chat and CLI: nothing here knows HTTP."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from stanch.kernel.command import Command
from stanch.kernel.errors import Conflict, Invalid, Problem

if TYPE_CHECKING:
    from stanch.kernel.actor import Actor
    from stanch.timeline.unit_of_work import Application, UnitOfWork

TRIES = 3


class NotMatching(Problem, status=412, title="It has changed meanwhile"):
    """``If-Match`` named another version than the one that is there."""


class CommandResult(msgspec.Struct):
    """What a command answered. ``replayed``: it was stored under the same Idempotency-Key before. ``tag``: the version of what was read."""

    status: int
    body: bytes
    value: Any = None
    replayed: bool = False
    tag: str = ""


class Once(msgspec.Struct):
    """An Idempotency-Key in its scope, and the fingerprint of the body that came with it."""

    key: str
    fingerprint: str


def principal(actor: Actor, asked: Any) -> str:
    """The principal of a key; for an unnamed concern nothing of the author is stored, not even in a digest (R38)."""
    return "" if getattr(asked, "unnamed", False) else actor.name


def once(principal: str, route: str, key: str, body: bytes) -> Once:
    """The stored form of a key: scoped to principal and route, so that nobody meets another's answers."""
    scope = "\x1f".join((principal, route, key))
    return Once(hashlib.sha256(scope.encode()).hexdigest(), hashlib.sha256(body).hexdigest())


def run(
    application: Application, command: Command, asked: Any, actor: Actor, source: str, *,
    key: Once | None = None, match: str = "",
) -> CommandResult:  # fmt: skip
    """Carry a command out in one transaction. Raises ``Problem``.

    Two that take the next number at the same moment on PostgreSQL: one of them is rolled back and repeated.
    """
    from sqlalchemy.exc import IntegrityError

    if command.reading:
        with application.reading(actor) as uow:
            value = command.handle(uow, asked)
            tag = (command.tag(uow, asked) if command.tag else "") or _version(command, value)
        return CommandResult(200, msgspec.json.encode(value), value, tag=tag)
    if command.ahead:
        command.ahead(application, asked)
    application.long_records.prepare(application.database, getattr(asked, "incident", ""))
    for _ in range(TRIES):
        try:
            return _write(application, command, asked, actor, source, None if command.secret else key, match)
        except IntegrityError:
            continue
    raise Conflict("Somebody else wrote the same at this moment.", hint="Repeat it.")


def _version(command: Command, value: Any) -> str:
    """How many entries an incident has: the version that ``If-Match`` names."""
    entries = getattr(value, "entries", None)
    return f"v{entries}" if command.needs_incident and isinstance(entries, int) else ""


def _write(
    application: Application, command: Command, asked: Any, actor: Actor, source: str, key: Once | None, match: str
) -> CommandResult:
    with application.uow(actor, source) as uow:
        if key:
            earlier = _claim(uow, key)
            if earlier:
                return earlier
        if match:
            _check_version(uow, command, asked, match)
        value = command.handle(uow, asked)
        answer = CommandResult(200, msgspec.json.encode(value), value)
        if key:
            uow.tx.execute(
                "UPDATE answers SET status = :status, body = :body WHERE key = :key",
                status=answer.status, body=answer.body.decode(), key=key.key,
            )  # fmt: skip
    return answer


def _claim(uow: UnitOfWork, key: Once) -> CommandResult | None:
    """Claim the key in the command's own transaction, or return the stored answer."""
    taken = uow.tx.execute(
        "INSERT INTO answers (key, fingerprint, status, body, created_at) "
        "VALUES (:key, :fingerprint, 0, '', :now) ON CONFLICT (key) DO NOTHING",
        key=key.key, fingerprint=key.fingerprint, now=uow.now,
    )  # fmt: skip
    if taken:
        return None
    row = uow.tx.one("SELECT * FROM answers WHERE key = :key", key=key.key)
    if row is None:
        raise Conflict("A request with this Idempotency-Key is still running.", hint="Repeat it in a moment.")
    if row["fingerprint"] != key.fingerprint:
        raise Invalid("This Idempotency-Key was used for another request.", hint="Take a new key for a new request.")
    return CommandResult(row["status"], row["body"].encode(), msgspec.json.decode(row["body"]), replayed=True)


def _check_version(uow: UnitOfWork, command: Command, asked: Any, match: str) -> None:
    incident = getattr(asked, "incident", "")
    if not incident or match.strip() == "*":
        return
    tags = [f"v{uow.record(incident).entries}", *([command.tag(uow, asked)] if command.tag else [])]
    there = [f'"{tag}"' for tag in tags if tag]
    if not set(there) & {part.strip() for part in match.split(",")}:
        raise NotMatching(f"{incident} is at {' and '.join(there)} now.", hint="Look again and repeat it.")
