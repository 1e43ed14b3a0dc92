"""Leases due effects, performs them in threads, settles them. One key is one effect, over crashes and replicas."""

import os
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from stanch.db.transaction import Row
from stanch.engine.contain_failures import ContainedHandler
from stanch.kernel.clock import SECOND
from stanch.kernel.errors import NotFound, Problem, Unavailable
from stanch.kernel.logs import log
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.feature import Guard
from stanch.timeline.unit_of_work import Application

# The lanes of what names none.
URGENT, LOOKING, WAITING = LANES = ("urgent", "looking", "waiting")
DUE = "state IN ('waiting', 'running') AND due_at <= :now AND leased_until <= :now"


def lane_of(handler: Any) -> str:
    """Effects that wake people or change systems never wait behind reads, and reads never behind effects that wait on purpose."""
    return URGENT if handler.urgent else WAITING if handler.patient else LOOKING


class Outbox:
    """The effects of one application, worked on by this process under one ``owner`` name. Every effect passes the guards before it leaves."""

    def __init__(self, application: Application, handlers: list[EffectHandler], guards: tuple[Guard, ...] = ()) -> None:
        self.application, self.guards = application, guards
        self.handlers: dict[str, Any] = {handler.kind: ContainedHandler(handler) for handler in handlers}
        self._lanes = {kind: lane_of(handler) for kind, handler in self.handlers.items()}
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"

    def reclaim(self) -> None:
        """At the start of the only process of a SQLite file: every lease is of a process that has ended, so all are released."""
        with self.application.database.transaction() as tx:
            tx.execute("UPDATE outbox SET leased_until = 0 WHERE state = 'running'")

    def lane(self, row: Row) -> str:
        """The lane of a row's effect; without a handler it counts as urgent, so that its error is seen at once."""
        return str(row["lane"]) or self._lanes.get(row["kind"], URGENT)

    def lease(self, limit: int, *, lane: str = "") -> list[Effect]:
        """Take due effects for this process, in order of their moments; only those of one lane, if asked.

        A row that is 'running' under an expired lease was left by a crash: it is taken again, except where it may
        run at most once (P4); there its handler records that the outcome is unknown.
        """
        taken: list[Effect] = []
        due, named = DUE, {}
        if lane in LANES:
            kinds = {kind for kind, own in self._lanes.items() if (own == lane) != (lane == URGENT)}
            listed = ", ".join(f"'{kind}'" for kind in ["", *sorted(kinds)])
            due += f" AND lane = '' AND kind {'NOT ' if lane == URGENT else ''}IN ({listed})"
        elif lane:
            due, named = due + " AND lane = :lane", {"lane": lane}
        with self.application.uow() as uow:
            rows = uow.tx.all(
                f"SELECT * FROM outbox WHERE {due} ORDER BY due_at LIMIT :limit{uow.tx.skip_locked()}",
                now=uow.now,
                limit=limit,
                **named,
            )
            for row in rows:
                effect, handler = _effect(row), self.handlers.get(row["kind"])
                if handler is None:
                    self._finish(uow.tx, effect.key, "failed", f"nobody handles effects of kind {effect.kind}", uow.now)
                elif row["state"] == "running" and handler.at_most_once:
                    handler.lost(uow, effect)
                    self._finish(uow.tx, effect.key, "lost", "a crash came between start and answer", uow.now)
                elif inside := self._refused(uow, handler, effect):
                    self._finish(uow.tx, effect.key, "dropped", inside, uow.now)
                elif not self._wanted(uow, handler, effect):
                    self._finish(uow.tx, effect.key, "dropped", "no longer wanted", uow.now)
                else:
                    uow.tx.execute(
                        "UPDATE outbox SET state = 'running', owner = :owner, attempts = attempts + 1, leased_until = :until WHERE key = :key",
                        key=effect.key,
                        owner=self.owner,
                        until=uow.now + int(handler.lease_seconds * SECOND),
                    )
                    taken.append(effect)
        return taken

    @staticmethod
    def _wanted(uow: Any, handler: EffectHandler, effect: Effect) -> bool:
        with uow.read_without_locks():
            return handler.wanted(uow, effect)

    def _refused(self, uow: Any, handler: EffectHandler, effect: Effect) -> str:
        """Why a guard does not let it leave; empty when all do."""
        with uow.read_without_locks():
            return next((why for guard in self.guards if (why := guard(uow, effect, handler.in_drill))), "")

    def work(self, effect: Effect, again: Callable[[], bool] = lambda: False) -> None:
        """Perform one leased effect and settle it, unless the lease was lost meanwhile.

        Only this thread knows the result: while the database is unavailable, ``again`` says whether to wait for it.
        Raises ``Unavailable`` when it says no.
        """
        handler = self.handlers[effect.kind]
        try:
            answer: Any = handler.perform(effect)
        except Exception as error:  # any exception of a port is recorded as its answer; the worker goes on
            answer = error
            log.warning("effect failed", key=effect.key, error=str(error))
        while True:
            try:
                return self._settled(handler, effect, answer)
            except Unavailable:
                if not again():
                    raise

    def _settled(self, handler: Any, effect: Effect, answer: Any) -> None:
        with self.application.uow() as uow:
            uow.lock(effect.incident)
            row = uow.tx.one(
                f"SELECT owner, state FROM outbox WHERE key = :key{uow.tx.for_update()}",
                key=effect.key,
            )
            # A mitigation whose lease expired while it ran: its late answer replaces 'unknown'.
            late = handler.at_most_once and row is not None and row["state"] == "lost"
            if row is None or row["owner"] != self.owner or not (late or row["state"] == "running"):
                return
            again = _settle(uow, handler, effect, answer)
            if again is None:
                failed = isinstance(answer, Exception)
                self._finish(uow.tx, effect.key, "failed" if failed else "done", str(answer) if failed else "", uow.now)
            else:
                uow.tx.execute(
                    "UPDATE outbox SET state = 'waiting', due_at = :due, leased_until = 0, last_error = :error WHERE key = :key",
                    key=effect.key,
                    due=again,
                    error=str(answer)[:500] if isinstance(answer, Exception) else "",
                )

    def renew(self, keys: list[str], seconds: float = 5) -> None:
        """Keep the leases of what this process is performing right now."""
        until = self.application.clock.now() + int(seconds * SECOND)
        with self.application.database.transaction() as tx:
            tx.many(
                "UPDATE outbox SET leased_until = :until WHERE key = :key AND state = 'running' AND owner = :owner AND leased_until < :until",
                [{"key": key, "until": until, "owner": self.owner} for key in keys],
            )

    @staticmethod
    def _finish(tx: Any, key: str, state: str, error: str, now: int) -> None:
        tx.execute(
            "UPDATE outbox SET state = :state, last_error = :error, done_at = :now, leased_until = 0 WHERE key = :key",
            key=key,
            state=state,
            error=error[:500],
            now=now,
        )


def _settle(uow: Any, handler: EffectHandler, effect: Effect, answer: Any) -> int | None:
    try:
        return handler.settle(uow, effect, answer)
    except NotFound as problem:
        log.error("effect of an incident that is gone", key=effect.key, error=problem.detail)
    except Problem as problem:
        log.error("effect could not be settled", key=effect.key, error=problem.detail)
    return None


def _effect(row: Row) -> Effect:
    return Effect(
        row["key"],
        row["kind"],
        row["incident"],
        msgspec.json.decode(row["payload"]),
        row["due_at"],
        row["attempts"] + 1,
    )
