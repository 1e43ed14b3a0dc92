"""A whole stanch with a clock in hand and a world that remembers: what a scenario plays in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from stanch.detect.disposing import attach
from stanch.identity import credentials, people
from stanch.kernel.actor import Actor
from stanch.kernel.clock import SteppedClock
from stanch.kernel.command import REGISTRY, Done
from stanch.kernel.policy import Mitigation, Policy, Probe
from stanch.main import open_stanch
from stanch.ports import Alert, Applied, EvidenceItem, Failed, Message, Preview, ProbeAnswer, Say, World
from stanch.prepare.settings import Settings
from stanch.prepare.yaml_file import convert


class Pager:
    """A notifier that keeps what it was given, pages (``sent``) apart from what wakes nobody (``told``), and fails while told to."""

    name = "pager"

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.told: list[tuple[str, Message]] = []
        self.down = False

    def send(self, address: str, message: Message) -> str:
        if self.down:
            raise Failed("the pager does not answer", again=True)
        (self.sent if message.urgent else self.told).append((address, message))
        return "250 ok"


class Lever:
    """A mitigator that keeps what it was asked for."""

    name = "lever"

    def __init__(self) -> None:
        self.pulled: list[dict[str, Any]] = []
        self.answer: str | Exception = "done"
        self.then: Any = None
        self.undo: dict[str, Any] = {}
        self.seen = Preview("would pull")
        self.offered: list[Mitigation] = []

    def run(self, arguments: Any, say: Say) -> Applied:
        self.pulled.append(dict(arguments))
        say("pulling")
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.then:
            self.then()
        return Applied(self.answer, self.undo)

    def preview(self, arguments: Any) -> Preview:
        return self.seen

    def describe(self, arguments: Any) -> list[EvidenceItem]:
        return [EvidenceItem("lever", "state before")]

    def offers(self, address: str) -> list[Mitigation]:
        return self.offered


class Gauge:
    """A metrics source whose values the test sets."""

    name = "gauge"

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.spreads: dict[str, dict[str, float]] = {}

    def value(self, query: str) -> float:
        if query not in self.values:
            raise Failed(f"no data for {query}", again=True)
        return self.values[query]

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        return []

    def by_label(self, query: str, label: str) -> dict[str, float]:
        return self.spreads[query]


class Door:
    """A prober whose answer the test sets."""

    name = "http"

    def __init__(self) -> None:
        self.open = True

    def check(self, probe: Probe) -> ProbeAnswer:
        return ProbeAnswer(self.open, "answered 200" if self.open else "answered 500", 3.0)


POLICY: dict[str, Any] = {
    "criteria_every": 5,
    "escalation": {"default": {"steps": [{"notify": ["ada"], "wait": 300}, {"notify": ["ben"], "wait": 300}], "repeat": 1}},
    "contacts": {
        "ada": {"name": "Ada", "reach": ["pager:ada"], "lead": "grace"},
        "ben": {"name": "Ben", "reach": ["pager:ben"], "lead": "grace"},
        "grace": {"name": "Grace", "reach": ["pager:grace"]},
    },
    "services": {
        "shop": {
            "name": "shop", "title": "Shop", "core": True, "public_name": "Checkout", "criteria_hold": 60,
            "criteria": [{"name": "error rate", "source": "gauge", "query": "errors", "below": 0.01}],
            "mitigations": [
                {"name": "rollback", "title": "Roll back the shop", "kind": "rollback", "adapter": "lever", "target": "shop",
                 "run": {"argv": ["back"]}, "undo": {"argv": ["forward"]}, "observe_seconds": 30},
                {"name": "drain-b", "title": "Drain zone-b", "kind": "traffic_shift", "adapter": "lever", "target": "zone-b",
                 "zone": "zone-b", "reversibility": "instant", "blast_radius": "zone", "run": {"argv": ["drain"]},
                 "undo": {"argv": ["restore"]}, "observe_seconds": 30},
            ],
        }
    },
}  # fmt: skip


class House:
    """Plays commands as people, moves the clock, and runs the engine step by step in this thread."""

    def __init__(self, database_url: str, folder: Path, policy: dict[str, Any] | None = None) -> None:
        self.clock = SteppedClock()
        self.pager, self.lever, self.gauge, self.door = Pager(), Lever(), Gauge(), Door()
        self.url, self.folder, self.policy = database_url, folder, policy or POLICY
        self.chats: dict[str, Any] = {}
        self.trackers: dict[str, Any] = {}
        self.open()

    def open(self) -> None:
        """Start (again, after a crash: nothing is kept but the database)."""
        world = World(
            {},
            {"pager": self.pager},
            {"lever": self.lever},
            {"gauge": self.gauge},
            {"http": self.door},
            chats=self.chats,
            trackers=self.trackers,
        )
        settings = Settings(
            data=self.folder, database_url=self.url, secret_key="k" * 32, policy=convert(self.policy, Policy, "test")
        )
        self.stanch = open_stanch(settings=settings, clock=self.clock, world=world)
        self.application, self.outbox, self.timers = (
            self.stanch.application,
            self.stanch.engine.outbox,
            self.stanch.engine.timers,
        )

    def crash(self) -> None:
        """Everything in memory is gone."""
        self.application.database.close()
        self.open()
        self.outbox.reclaim()

    def bearer(self, person: str) -> dict[str, str]:
        """The header of a new person who calls the API."""
        database, now = self.application.database, self.clock.now()
        people.add(database, person, now)
        return {"Authorization": f"Bearer {credentials.create_token(database, person, now, 'test')}"}

    def do(self, name: str, actor: str = "ada", **values: Any) -> Any:
        """A person gives a command."""
        command = REGISTRY[name]
        asked = msgspec.convert(values, command.struct, strict=False)
        if command.reading:
            with self.application.reading(Actor(actor)) as uow:
                return msgspec.to_builtins(command.handle(uow, asked))
        with self.application.uow(Actor(actor), "cli") as uow:
            done = command.handle(uow, asked)
        assert isinstance(done, Done)
        return done

    def alert(
        self,
        *,
        firing: bool = True,
        fingerprint: str = "f1",
        service: str = "shop",
        severity: str = "page",
        group: str = "",
        name: str = "ErrorBudgetBurn",
        summary: str = "burning",
        **labels: str,
    ) -> None:
        """An alert arrives, already parsed."""
        from stanch.detect import signals

        names = {"alertname": name, "service": service, "severity": severity, **labels}
        now = self.clock.now()
        with self.application.uow(source="alert") as uow:
            signals.fold(
                uow,
                [
                    Alert(
                        fingerprint,
                        name,
                        firing,
                        now,
                        None if firing else now,
                        names,
                        {"summary": summary},
                        group=group,
                    )
                ],
                "prometheus",
            )

    def settle(self) -> None:
        """Run the engine until nothing is due at this moment."""
        for _ in range(200):
            ran = self.timers.run_due()
            effects = self.outbox.lease(50)
            for effect in effects:
                self.outbox.work(effect)
            if not ran and not effects:
                return
        raise AssertionError("the engine does not come to rest")

    def wait(self, *, step: float = 5, **span: float) -> None:
        """Let time pass in steps, the engine running."""
        end = self.clock.now() + int(
            sum(span[u] * {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}[u] for u in span) * 1_000_000
        )
        while self.clock.now() < end:
            self.clock.moment = min(end, self.clock.now() + int(step * 1_000_000))
            self.settle()

    def record(self, incident: str = "INC-1") -> Any:
        with self.application.reading() as uow:
            return uow.record(incident)

    def sentences(self, incident: str = "INC-1") -> list[str]:
        with self.application.reading() as uow:
            return [entry.facts.sentence() for entry in uow.entries(incident)]


def opened(database_url: str, folder: Path, policy: dict[str, Any] | None = None) -> Iterator[House]:
    """A house that is closed afterwards."""
    house = House(database_url, folder, policy)
    yield house
    house.application.database.close()


def belongs(house: House, fingerprint: str, incident: str) -> None:
    """The signal is part of the incident, as one that was there before it became private."""
    with house.application.uow(Actor("admin", admin=True)) as uow:
        row = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :f", f=fingerprint)
        attach(uow, incident, dict(row))
        uow.tx.execute(
            "UPDATE signals SET incident = :i, disposition = 'incident', hold_until = NULL WHERE fingerprint = :f",
            i=incident,
            f=fingerprint,
        )
