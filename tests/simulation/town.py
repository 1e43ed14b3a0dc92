"""The world outside: it fails before and after it did something, and remembers what truly happened."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from stanch.kernel.clock import SteppedClock
from stanch.kernel.policy import Mitigation, Probe
from stanch.ports import Applied, EvidenceItem, Failed, Message, Preview, ProbeAnswer, Say, Unsure, World


class Crash(BaseException):
    """The process is gone at this point. Nothing may catch it, so it is no ``Exception``."""


class Town:
    """What truly happened (``sent``, ``done``), and the truth that is measured (``broken``)."""

    def __init__(self, chance: Random, clock: SteppedClock, trouble: float) -> None:
        self.chance, self.clock, self.trouble = chance, clock, trouble
        self.broken = False
        self.pager_down = False
        self.performing = ""
        self.sent: list[tuple[int, str]] = []
        self.pulled: Counter[str] = Counter()
        self.done: set[str] = set()
        # Something else that happens while an effect is on its way.
        self.meanwhile: Callable[[], None] = lambda: None

    def world(self) -> World:
        return World({}, {"pager": Pager(self)}, {"lever": Lever(self)}, {"gauge": Gauge(self)}, {"http": Door(self)})

    def fate(self, *fates: str) -> str:
        """'well' mostly; in trouble one of the fates."""
        return self.chance.choice(fates) if self.chance.random() < self.trouble else "well"


class Pager:
    """A notifier: a page may fail, leave and look failed, or leave as the last thing a process did."""

    name = "pager"

    def __init__(self, town: Town) -> None:
        self.town = town

    def send(self, address: str, message: Message) -> str:
        town, key = self.town, self.town.performing
        if town.pager_down:
            raise Failed("the pager does not answer", again=True)
        fate = town.fate("refused", "no answer", "crash before", "crash after")
        if fate == "refused":
            raise Failed("busy", again=True)
        if fate == "crash before":
            raise Crash(f"before {key} left")
        town.meanwhile()
        town.sent.append((town.clock.now(), key))
        if fate == "no answer":
            raise Failed("no answer", again=True)
        if fate == "crash after":
            raise Crash(f"after {key} left")
        return "250 ok"


class Lever:
    """A mitigator: what it pulls is counted by the run that asked for it."""

    name = "lever"

    def __init__(self, town: Town) -> None:
        self.town = town

    def run(self, arguments: Any, say: Say) -> Applied:
        town, key = self.town, self.town.performing
        town.pulled[key] += 1
        fate = town.fate("refused", "no answer", "odd", "crash before", "crash after")
        if fate == "refused":
            raise Failed("refused", again=False)
        if fate == "crash before":
            raise Crash(f"before {key} was done")
        town.meanwhile()
        town.done.add(key)
        town.broken = arguments["argv"][0] != "back"
        if fate == "no answer":
            raise Unsure("the connection was lost after it was asked")
        if fate == "odd":
            raise RuntimeError("nobody foresaw this")
        if fate == "crash after":
            raise Crash(f"after {key} was done")
        return Applied("done", {"argv": ["forward"]})

    def preview(self, arguments: Any) -> Preview:
        return Preview("would pull")

    def describe(self, arguments: Any) -> list[EvidenceItem]:
        return [EvidenceItem("lever", "state before")]

    def offers(self, address: str) -> list[Mitigation]:
        return []


class Gauge:
    """The measured error rate follows the truth. It is asked from several threads, so it draws no chances."""

    name = "gauge"

    def __init__(self, town: Town) -> None:
        self.town = town

    def value(self, query: str) -> float:
        return 0.3 if self.town.broken else 0.001

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        return []

    def by_label(self, query: str, label: str) -> dict[str, float]:
        return {}


class Door:
    """A prober that sees the same truth."""

    name = "http"

    def __init__(self, town: Town) -> None:
        self.town = town

    def check(self, probe: Probe) -> ProbeAnswer:
        return ProbeAnswer(not self.town.broken, "answered", 3.0)
