"""One seed, one story: some hours of trouble, then everything works again and must be right, then three weeks."""

import secrets
from pathlib import Path
from random import Random
from threading import get_ident
from typing import Any

import structlog

from stanch.kernel import ids
from stanch.kernel.clock import DAY, MINUTE, SECOND, SteppedClock
from stanch.kernel.policy import Policy
from stanch.prepare.yaml_file import convert
from tests.scenarios.house import POLICY
from tests.simulation import promises
from tests.simulation.people import People
from tests.simulation.replica import Replica
from tests.simulation.town import Town

STEPS = 120
# What the trouble of a seed may be: none, some, much.
TROUBLES = (0.0, 0.03, 0.12)


class Simulation:
    """Everything that happens follows from the seed: what is tried, what fails, in what order."""

    def __init__(self, seed: int, url: str, folder: Path) -> None:
        self.seed, self.trace = seed, list[str]()
        self.chance = Random(seed)
        self._secrets = ids.secrets
        ids.secrets = _Secrets(Random(seed + 1))  # type: ignore[assignment]
        self.clock = SteppedClock()
        self.town = Town(self.chance, self.clock, 0.0)
        self.town.meanwhile = self._meanwhile
        self.people = People(self.chance, self.town)
        policy = convert(POLICY | {"criteria_every": 30, "hold": 0}, Policy, "simulation")
        count = self.chance.choice((1, 2))
        self.replicas = [
            Replica(f"replica-{n}", url, folder / str(n), policy, self.town, sole=count == 1) for n in range(count)
        ]
        self.trouble = self.chance.choice(TROUBLES)
        self._inside = False
        self.incidents = 0

    def run(self) -> None:
        """Raises ``Broken`` or whatever else was not foreseen."""
        with structlog.testing.capture_logs() as logs:
            try:
                self.town.trouble = self.trouble
                for _ in range(STEPS):
                    self._step()
                self._heal()
                self._three_weeks()
            finally:
                ids.secrets = self._secrets
                self.town.trouble = 0.0
                for replica in self.replicas:
                    if replica.up:
                        replica.die()
        errors = [entry for entry in logs if entry["log_level"] in ("error", "critical")]
        promises.hold(not errors, "nothing stumbles", errors)

    def _step(self) -> None:
        for replica in self.replicas:
            if not replica.up and self.chance.random() < 0.3:
                self._say(f"{replica.name} starts")
                replica.open()
        up = [replica for replica in self.replicas if replica.up]
        if not up:
            self._pass(self.chance.choice((1, 5)))
            return
        replica = self.chance.choice(up)
        roll = self.chance.random()
        if roll < 0.62:
            self._say(f"{replica.name}: {self._turn(replica)}")
        elif roll < 0.78:
            self._pass(self.chance.choice((0.5, 2, 5, 30, 120, 400)))
        elif roll < 0.90:
            self._say(self.people.act(replica))
        elif roll < 0.94:
            self._say(self.people.alert())
        elif roll < 0.95 and self.trouble:
            self.town.pager_down = not self.town.pager_down
            self._say(f"the pager is {'down' if self.town.pager_down else 'up'}")
        elif self.people.travelling:
            self._say(self.people.deliver(replica))
        promises.always(self.town)

    def _turn(self, replica: Replica) -> str:
        held = len(replica.held)
        did = replica.turn(self.chance)
        if did == "lease" and replica.up:
            with replica.application.reading() as uow:
                promises.when_leased(uow, replica.held[held:])
        return did

    def _meanwhile(self) -> None:
        """While something is on its way: people act, time passes, another replica takes what it may."""
        others = [replica for replica in self.replicas if replica.up]
        if self._inside or self.chance.random() < 0.6 or not others:
            return
        self._inside = True
        performing, self.town.performing = self.town.performing, ""
        try:
            what = self.chance.choice(("act", "pass", "hang", "turn"))
            if what == "act":
                self._say(f"  meanwhile {self.people.act(others[-1])}")
            elif what == "turn":
                self._say(f"  meanwhile {others[-1].name}: {self._turn(others[-1])}")
            else:
                self.town.performing = performing if what == "pass" else ""
                self._pass(self.chance.choice((1, 4)) if what == "pass" else 9)
        finally:
            self.town.performing, self._inside = performing, False

    def _pass(self, seconds: float) -> None:
        self._say(f"{seconds:g} s pass")
        while seconds > 0:
            span = min(seconds, 2.0)
            self.clock.moment += int(span * SECOND)
            seconds -= span
            for replica in self.replicas:
                if replica.up:
                    replica.renew()

    def _heal(self) -> None:
        """Nothing fails any more, and nobody acts: what must follow, follows."""
        self._say("everything works again")
        self._inside = True  # nothing happens meanwhile any more
        self.town.trouble, self.town.pager_down = 0.0, False
        for replica in self.replicas:
            if not replica.up:
                replica.open()
        self.people.travelling.clear()
        self.people.repeat()
        while self.people.travelling:
            self._say(self.people.deliver(self.replicas[0]))
        self._until(self.clock.now() + 40 * MINUTE)
        self._check()

    def _three_weeks(self) -> None:
        replica = self.replicas[0]
        with replica.application.reading() as uow:
            rows = uow.tx.all("SELECT id, status FROM incidents ORDER BY number")
        self.incidents = len(rows)
        for row in rows:
            for name, more in (("resolve", {"override": True, "reason": "over"}), ("close", {"reason": "over"})):
                self._say(self.people.command(replica, "ada", name, {"incident": row["id"], **more}))
        self._until(self.clock.now() + 25 * DAY)
        self._check()
        with replica.application.reading() as uow:
            promises.after_three_weeks(uow)

    def _until(self, end: int) -> None:
        """From one moment at which something is due to the next."""
        while self.clock.now() < end:
            for replica in self.replicas:
                replica.settle()
            self.clock.moment = min(end, self.replicas[0].next_due())
        for replica in self.replicas:
            replica.settle()

    def _check(self) -> None:
        with self.replicas[0].application.reading() as uow:
            promises.at_rest(uow, self.town, self.people)

    def _say(self, what: str) -> None:
        self.trace.append(f"{(self.clock.now() // 1000) / 1000:.3f} {what}")


class _Secrets:
    """Ids that follow from the seed, for the thread that plays it: what another test left running takes none of them."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.thread = chance, get_ident()

    def token_hex(self, count: int) -> str:
        return self.chance.randbytes(count).hex() if get_ident() == self.thread else secrets.token_hex(count)

    def __getattr__(self, name: str) -> Any:
        if get_ident() != self.thread:
            return getattr(secrets, name)
        raise AttributeError(f"the simulation has no {name}")
