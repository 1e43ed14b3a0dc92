"""One process of stanch: it leases, performs and settles in any order, dies at any commit, and comes back with nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from stanch.db.transaction import Transaction
from stanch.engine.due import due
from stanch.integrations import alertmanager
from stanch.kernel.clock import SECOND
from stanch.kernel.errors import Unavailable
from stanch.kernel.policy import Policy
from stanch.main import open_stanch
from stanch.prepare.settings import Settings
from stanch.timeline.effects import Effect
from tests.simulation.town import Crash, Town


class Replica:
    """The engine of one process, step by step in this thread. ``sole``: what was leased before a restart was its own."""

    def __init__(self, name: str, url: str, folder: Path, policy: Policy, town: Town, *, sole: bool) -> None:
        self.name, self.town, self.sole = name, town, sole
        self.settings = Settings(data=folder, database_url=url, secret_key="k" * 32, policy=policy)
        self.held: list[Effect] = []
        self.up = False
        self.open()

    def open(self) -> None:
        world = self.town.world()
        world.sources["alertmanager"] = alertmanager.build(alertmanager.Settings())
        self.stanch = open_stanch(settings=self.settings, clock=self.town.clock, world=world)
        self.application, self.engine = self.stanch.application, self.stanch.engine
        self._whole = self.application.database.transaction
        self.application.database.transaction = self._fragile  # type: ignore[method-assign]
        self.up = True
        if self.sole:
            with self.surviving():
                self.engine.outbox.reclaim()

    @contextmanager
    def _fragile(self) -> Iterator[Transaction]:
        """A transaction after which the process may be gone, or the answer to its commit."""
        fate = self.town.fate("crash before", "crash after", "away", "answer lost")
        if fate == "away":
            raise Unavailable("The database did not answer: away.")
        with self._whole() as tx:
            yield tx
            if fate == "crash before":
                raise Crash("before a commit")
        if fate == "crash after":
            raise Crash("after a commit")
        if fate == "answer lost":
            raise Unavailable("The database did not answer: lost.")

    @contextmanager
    def surviving(self) -> Iterator[None]:
        """What the engine's loop does about trouble: it goes on where it can."""
        try:
            yield
        except Unavailable:
            return
        except Crash:
            self.die()

    def die(self) -> None:
        self.held.clear()
        self.up = False
        self.application.database.close()

    def turn(self, chance: Random) -> str:
        """One thing that the engine does; answers with what it was."""
        doing: list[tuple[str, Callable[[], object]]] = [
            ("timers", self.engine.timers.run_due),
            ("digest", self.engine.digest),
            ("lease", lambda: self.lease(chance.choice((1, 3, 16)))),
        ]
        doing += [(f"work {effect.key}", lambda effect=effect: self.work(effect)) for effect in self.held[:4]]  # type: ignore[misc]
        name, do = chance.choice(doing)
        with self.surviving():
            do()
        return name

    def lease(self, limit: int) -> None:
        self.held += self.engine.outbox.lease(limit)

    def work(self, effect: Effect) -> None:
        self.held.remove(effect)
        before, self.town.performing = self.town.performing, effect.key
        try:
            self.engine.outbox.work(effect, lambda: self.town.chance.random() < 0.7)
        finally:
            self.town.performing = before

    def renew(self) -> None:
        """The thread beside the engine that keeps the leases of what is being performed."""
        if self.held or self.town.performing:
            with self.surviving():
                self.engine.outbox.renew(sorted({*[e.key for e in self.held], self.town.performing} - {""}))

    def settle(self) -> None:
        """Until nothing is due at this moment."""
        for _ in range(500):
            ran = self.engine.digest() + self.engine.timers.run_due()
            self.lease(50)
            if not ran and not self.held:
                return
            for effect in list(self.held):
                self.work(effect)
        raise AssertionError("the engine does not come to rest")

    def next_due(self) -> int:
        """When there is something to do again; a day from now where there is nothing."""
        with self.application.database.reading() as tx:
            lost = tx.one("SELECT MIN(leased_until) AS until FROM outbox WHERE state = 'running'")
        moments = [due(self.application, self.engine.outbox).upcoming, lost["until"] if lost else None]
        later = self.town.clock.now() + 86_400 * SECOND
        return max(min(m for m in [*moments, later] if m is not None), self.town.clock.now() + SECOND)
