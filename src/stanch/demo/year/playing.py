"""Plays commands as people and moves the clock; the engine runs whatever is due, against a world that is pretended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from stanch.detect import signals
from stanch.engine.due import due
from stanch.kernel.actor import Actor
from stanch.kernel.clock import MINUTE, SECOND, SteppedClock
from stanch.kernel.command import REGISTRY
from stanch.main import Stanch
from stanch.ports import Alert, Applied, EvidenceItem, Message, Preview, Say
from stanch.prepare.confirming import typed
from stanch.timeline.record import Record


class Phones:
    """Everybody's phone: takes whatever comes. ``codes``: of the test pages that nobody has confirmed yet, with whose they are."""

    name = "webhook"

    def __init__(self) -> None:
        self.codes: list[tuple[str, str]] = []

    def send(self, address: str, message: Message) -> str:
        """As the receiver would have answered."""
        if message.arrived_url:
            self.codes.append((urlsplit(address).path.split("/")[1], typed(message.arrived_url.rpartition("/")[2])))
        return "200 OK"


class Levers:
    """Mitigations that work: what is pulled makes its service well again."""

    name = "command"

    def __init__(self, meters: Meters) -> None:
        self.meters = meters

    def run(self, arguments: Any, say: Say) -> Applied:
        """Pull it. The service and the lever are the last words of the command."""
        service, lever = [word for word in arguments["argv"] if word != "--undo"][-2:]
        undone = "--undo" in arguments["argv"]
        if not undone and self.meters.cure == lever:
            self.meters.well(service)
        return Applied(f"{service}: {lever} {'taken back' if undone else 'done'}", {})

    def preview(self, arguments: Any) -> Preview:
        """What it would do."""
        return Preview(f"would run: {' '.join(arguments['argv'][-2:])}")

    def describe(self, arguments: Any) -> list[EvidenceItem]:
        """What is there before."""
        return [EvidenceItem("state before", "6 instances of v2, 6 ready")]

    def offers(self, address: str) -> list[Any]:
        """Nothing beyond what the catalog has."""
        return []


class Meters:
    """Measured values: of a service that fails, and of one that is well. ``cure``: the lever that helps."""

    name = "http_json"

    def __init__(self) -> None:
        self.errors: dict[str, float] = {}
        self.cure = ""
        self.reads = 0

    def fails(self, service: str, share: float, cure: str) -> None:
        """From now on so many requests fail, until the lever is pulled."""
        self.errors[service], self.cure = share, cure

    def well(self, service: str) -> None:
        """It works again."""
        self.errors.pop(service, None)

    def value(self, query: str) -> float:
        """``http://meter/checkout#error_rate``."""
        self.reads += 1
        service = query.rpartition("/")[2].partition("#")[0]
        bad = self.errors.get(service, 0.0)
        swing = 1 + (self.reads * 37 % 17 - 8) / 60
        return round((bad or 0.002) * swing if query.endswith("#error_rate") else (0.31 + bad * 6) * swing, 4)

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        """Nothing from before."""
        return []

    def by_label(self, query: str, label: str) -> dict[str, float]:
        """Nothing by label."""
        return {}


class Player:
    """``do`` gives a command as a person, ``until`` lets time pass with the engine running."""

    def __init__(self, stanch: Stanch, clock: SteppedClock, meters: Meters, phones: Phones) -> None:
        self.stanch, self.application, self.clock, self.meters = stanch, stanch.application, clock, meters
        self.phones = phones

    def do(self, name: str, actor: str, **values: Any) -> Any:
        """The command's answer. Raises ``Problem``."""
        command = REGISTRY[name]
        asked = msgspec.convert(values, command.struct, strict=False)
        with self.application.uow(Actor(actor, admin=actor == "ada"), "page") as uow:
            return command.handle(uow, asked)

    def test_pages(self, people: Iterable[str]) -> None:
        """Each asks for a test page, and says that it arrived."""
        for person in people:
            self.do("test-page", person, person=person)
        self.settle()
        while self.phones.codes:
            person, code = self.phones.codes.pop()
            self.do("confirm-method", person, code=code)

    def alert(
        self, fingerprint: str, name: str, service: str, summary: str, severity: str = "page", *, firing: bool = True
    ) -> None:
        """What Alertmanager would have sent, already parsed."""
        labels = {"alertname": name, "service": service, "severity": severity, "zone": "zone-b"}
        now = self.clock.now()
        link = f"https://grafana.example.org/d/{service}"
        alert = Alert(fingerprint, name, firing, now, None if firing else now, labels, {"summary": summary}, link)
        with self.application.uow(source="alert") as uow:
            signals.fold(uow, [alert], "alertmanager")

    def settle(self) -> None:
        """Run what is due at this moment."""
        for _ in range(100):
            ran = self.stanch.engine.timers.run_due()
            effects = self.stanch.engine.outbox.lease(50)
            for effect in effects:
                self.stanch.engine.outbox.work(effect)
            if not ran and not effects:
                return

    def until(self, moment: int, step: int = MINUTE) -> None:
        """From one due moment to the next, at least ``step`` apart: what is due in between happens together."""
        while True:
            self.settle()
            upcoming = due(self.application, self.stanch.engine.outbox).upcoming
            upcoming = max(upcoming or moment, self.clock.moment + step)
            if upcoming >= moment:
                break
            self.clock.moment = upcoming
        self.clock.moment = max(self.clock.moment, moment)
        self.settle()

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.until(self.clock.moment + int(minutes * 60 * SECOND))

    def record(self, incident: str) -> Record:
        """As it is now."""
        with self.application.reading() as uow:
            return uow.record(incident)

    def newest(self) -> str:
        """The incident that was opened last."""
        with self.application.reading() as uow:
            row = uow.tx.one("SELECT id FROM incidents WHERE private = 0 ORDER BY number DESC LIMIT 1")
        return str(row["id"]) if row else ""
