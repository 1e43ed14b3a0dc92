"""Sends to a person by one contact method (``notifier:address``) and keeps the result: pages, messages, test pages.

An address may be a secret (a webhook's) or private (a phone number): it stands in the payload only, never in a key, an error or the record.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from stanch.kernel.clock import SECOND
from stanch.kernel.contacts import without_address
from stanch.ports import Failed, Gone, KnowsAddresses, Message, Notifier, Posted
from stanch.prepare.devices import ended
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork


def lane_of(reach: str) -> str:
    """The outbox lane of a method: its notifier, and the host where the address names one, so that a hanging host delays no other."""
    kind, _, address = reach.partition(":")
    host = address.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return f"{kind} {host}".strip()[:200]


def mark(reach: str) -> str:
    """By what a contact method is told apart where its address must not stand."""
    return f"{reach.partition(':')[0]}:{hashlib.sha256(reach.encode()).hexdigest()[:16]}"


def queue(
    uow: UnitOfWork,
    key: str,
    kind: str,
    incident: str,
    payload: dict[str, Any],
    *,
    to: str = "",
    due_at: int | None = None,
) -> None:
    """An effect by the contact method ``reach`` of the payload; once for each key and method, or for whom else ``to`` says."""
    to = to or payload["reach"]
    # Keys of earlier releases ended in the address: what they say was queued is not queued again.
    if uow.tx.one("SELECT 1 AS yes FROM outbox WHERE key = :key", key=f"{key}:{to}") is None:
        lane = lane_of(payload["reach"])
        uow.effect(f"{key}:{mark(to)}", kind, incident, payload, due_at=due_at, lane=lane)


def send(notifiers: Mapping[str, Notifier], reach: str, message: Message) -> str:
    """Send one message over one method; answers with what the other side said, without the address. Raises ``Failed``."""
    kind, _, address = reach.partition(":")
    notifier = notifiers.get(kind)
    if notifier is None:
        raise Failed(f"no notifier '{kind}' is configured", again=False)
    try:
        said = notifier.send(address, message)
    except Failed as failed:
        failed.say(without_address(failed.detail, address))
        raise
    left = without_address(said, address)
    return Posted(left, said.reference) if isinstance(said, Posted) else left


def not_an_address(notifiers: Mapping[str, Notifier], reach: str) -> str:
    """Why nothing could ever be sent on a method, for the form of its address alone; empty where its notifier would try."""
    kind, _, address = reach.partition(":")
    notifier = notifiers.get(kind)
    try:
        if isinstance(notifier, KnowsAddresses):
            notifier.check_address(address)
    except Failed as failed:
        return failed.detail
    return ""


def note(uow: UnitOfWork, person: str, reach: str, ok: bool, detail: str, purpose: str) -> None:
    """Keep the newest attempt on one method of a person. ``purpose``: ``test``, ``page`` or ``message``."""
    uow.tx.execute(
        "INSERT INTO reached (person, reach, at, ok, detail, kind, last_ok_at) "
        "VALUES (:person, :reach, :now, :ok, :detail, :kind, :last) ON CONFLICT (person, reach) DO UPDATE SET "
        "at = excluded.at, ok = excluded.ok, detail = excluded.detail, kind = excluded.kind, "
        "last_ok_at = COALESCE(excluded.last_ok_at, reached.last_ok_at)",
        person=person,
        reach=reach,
        now=uow.now,
        ok=int(ok),
        detail=detail[:300],
        kind=purpose,
        last=uow.now if ok else None,
    )


class Sending(EffectHandler):
    """An effect whose payload names ``person`` (empty for an address) and ``reach``; at least once, with one key for every attempt (P2)."""

    urgent = True
    purpose: ClassVar[str]

    @abstractmethod
    def message(self, effect: Effect) -> Message:
        """What is sent. Outside any transaction."""

    @abstractmethod
    def wait_seconds(self, attempts: int) -> float | None:
        """Seconds to wait after so many failed attempts; None: give up."""

    def record_attempt(self, uow: UnitOfWork, effect: Effect, *, answer: Any, ok: bool, final: bool) -> None:
        """What else is kept of an attempt: what was answered, or raised. ``final``: it will not be tried again."""

    def perform(self, effect: Effect) -> Any:
        return send(self.application.world.notifiers, effect.payload["reach"], self.message(effect))

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        ok = not isinstance(answer, Exception)
        failed = answer if isinstance(answer, Failed) else None
        wait = None if ok or (failed and not failed.again) else self.wait_seconds(effect.attempts)
        self.record_attempt(uow, effect, answer=answer, ok=ok, final=wait is None)
        if effect.payload["person"]:  # a mail list or a room is nobody's contact method
            note(uow, effect.payload["person"], effect.payload["reach"], ok, str(answer), self.purpose)
        if isinstance(answer, Gone) and effect.payload["person"]:
            ended(uow, effect.payload["person"], effect.payload["reach"], answer.detail)
        if wait is None:
            return None
        return uow.now + int(max(wait, (failed and failed.after) or 0) * SECOND)
