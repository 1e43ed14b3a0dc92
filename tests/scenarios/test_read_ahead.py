"""What alerts and people say of the harm is read before the transaction that writes: all who write wait for that one (R1, R3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stanch.detect import ahead
from stanch.detect.digest import digest
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.main import load_world
from stanch.ports import Post, ProbeAnswer
from stanch.respond.harm import reading
from stanch.timeline import requests
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_intake_poison import send, webhook


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("impact", {"incident": "INC-1", "text": " {} "}),
        ("declare", {"title": "Again", "impact": "{}"}),
        ("declare", {"title": "Checkout  {:.150}"}),
        ("chat", {"incident": "INC-1", "text": "/i {}"}),
    ],
)
def test_a_long_text_is_read_before_anybody_waits_for_the_lock(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, given: dict[str, str]
) -> None:
    """R3: reading 2,000 letters takes milliseconds; within the transaction that writes, what they say is known."""
    reading.read.cache_clear()  # the same text was read for the other database
    house.do("declare", title="Something is odd", service="shop")
    text = f"{name} {len(given)} " + "customers in some countries cannot pay by card, and mails are late; " * 29
    asked = fill(REGISTRY[name], {key: value.format(text[:1990]) for key, value in given.items()})
    before = reading.read.cache_info().misses
    inside = watched_transactions(house, monkeypatch)
    requests.run(house.application, REGISTRY[name], asked, Actor("ada"), "api")
    assert inside.texts == [0] and reading.read.cache_info().misses > before


class Inside:
    """What happens within the transactions that write. ``texts``: how many were read in each."""

    def __init__(self) -> None:
        self.open, self.texts = False, list[int]()


def watched_transactions(house: House, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """From now on."""
    found, open_uow = Inside(), house.application.uow

    @contextmanager
    def watched(*args: Any, **more: Any) -> Iterator[Any]:
        with open_uow(*args, **more) as uow:
            before, found.open = reading.read.cache_info().misses, True
            yield uow
            found.open = False
            found.texts.append(reading.read.cache_info().misses - before)

    monkeypatch.setattr(house.application, "uow", watched)
    return found


@pytest.mark.parametrize("hold", [0, 60])
def test_the_texts_of_alerts_are_read_and_their_posts_parsed_before_anybody_waits_for_the_lock(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hold: int
) -> None:
    """R1, R3: what pages at once is read before its post is folded, and what was held before it is judged."""
    reading.read.cache_clear()
    for house in opened(database_url, tmp_path, {**POLICY, "hold": hold}):
        for number in range(3):
            annotations = {"summary": f"Customers {number} of {hold} cannot pay by card, orders are lost"}
            send(house, "alertmanager", webhook(f"f{number}", annotations=annotations))
        inside = watched_transactions(house, monkeypatch)
        assert digest(house.application, {"alertmanager": Watched(inside)}) == 3
        assert bool(reading.read.cache_info().misses) is not bool(hold), "what is held may never be judged"
        house.wait(seconds=65)
        assert "data at risk" in house.do("show", incident="INC-1")["proposed"]["why"]
        assert sum(inside.texts) == 0 and len(inside.texts) > 1 and reading.read.cache_info().misses >= 3


def test_a_batch_ends_where_there_is_much_to_read(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1: the first of many alerts is not kept waiting until all are read; none is lost."""
    monkeypatch.setattr(ahead, "MOST", 100)
    for house in opened(database_url, tmp_path, {**POLICY, "hold": 0}):
        for number in range(3):
            send(house, "alertmanager", webhook(f"f{number}", annotations={"summary": f"Nobody can pay, {number}" * 3}))
        assert [digest(house.application, load_world({}).sources) for _ in range(3)] == [2, 1, 0]
        assert len(house.record().signals) == 3
        monkeypatch.setattr(ahead, "MOST", 1)
        with house.application.uow() as uow:
            uow.tx.execute("UPDATE signals SET hold_until = :now, disposition = '', incident = ''", now=uow.now)
            uow.timer("signals", uow.now)
        house.settle()
        assert {signal["disposition"] for signal in house.do("signals")} == {"incident"}


class Watched:
    """Alertmanager's format, which is not parsed while a transaction that writes is open."""

    name = "alertmanager"

    def __init__(self, inside: Inside) -> None:
        self.inside, self.real = inside, load_world({}).sources["alertmanager"]

    def read(self, post: Post) -> Any:
        assert not self.inside.open
        return self.real.read(post)


SLO = {
    "name": "orders",
    "objective": 99.9,
    "errors": "bad[{{.window}}]",
    "total": "all[{{.window}}]",
    "source": "gauge",
}
PROBE = {"name": "door", "url": "http://shop", "failures": 1}
LOUD: dict[str, Any] = {
    **POLICY,
    "hold": 0,
    "storm_after": 2,
    "heartbeats": {"backup": {"every": 60, "grace": 30, "service": "shop"}},
    "services": {"shop": {**POLICY["services"]["shop"], "slos": [SLO], "probes": [PROBE]}},
}


def arrives(house: House, form: str, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        send(house, form, body)
    assert digest(house.application, load_world({}).sources) == len(bodies)


def alert(name: str, service: str = "shop", severity: str = "page") -> dict[str, Any]:
    labels = {"alertname": "Down", "service": service, "severity": severity}
    return webhook(name, labels=labels, annotations={"summary": f"Customers cannot pay by card, says {name}"})


def failed_beat(house: House) -> None:
    arrives(house, "heartbeats", {"heartbeat": "backup", "failed": True, "text": "disk full, customers cannot pay"})


def silence(house: House) -> None:
    arrives(house, "heartbeats", {"heartbeat": "backup"})
    house.wait(minutes=2, step=30)


def probe(house: House) -> None:
    house.door.check = lambda probe: ProbeAnswer(False, "answered 500: nobody can pay", 3.0)  # type: ignore[method-assign]
    house.wait(minutes=2, step=60)


def burn(house: House) -> None:
    def series(query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        return [(end, 21.0 if "bad" in query else 1000.0)]

    house.gauge.series = series  # type: ignore[method-assign]
    house.wait(minutes=2, step=60)


def storm(house: House) -> None:
    arrives(house, "alertmanager", *(alert(f"s{number}", f"service-{number}") for number in range(4)))
    assert any(incident["title"].startswith("Alert storm") for incident in house.do("incidents"))


@pytest.mark.parametrize("what", [failed_beat, silence, probe, burn, storm])
def test_whatever_raises_an_alert_its_text_is_read_before_anybody_waits_for_the_lock(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: Callable[[House], None]
) -> None:
    """R1, R3, R4, R13: beats, probes and SLOs raise alerts too."""
    for house in opened(database_url, tmp_path, LOUD):
        house.stanch.seed()
        reading.read.cache_clear()
        inside = watched_transactions(house, monkeypatch)
        what(house)
        assert house.do("incidents") and sum(inside.texts) == 0 and reading.read.cache_info().misses


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("attach", {"incident": "INC-1", "fingerprint": "ci/held"}),
        ("triage", {"fingerprint": "ci/held", "disposition": "incident"}),
        ("split", {"fingerprint": "ci/f1"}),
        ("unsilence", {"fingerprint": "ci/silenced"}),
        ("merge", {"incident": "INC-2", "into": "INC-1"}),
    ],
)
def test_the_text_of_a_signal_that_a_person_moves_is_read_before_anybody_waits_for_the_lock(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, given: dict[str, str]
) -> None:
    """R1, R3: by every interface, also where nothing is known of it any more."""
    for house in opened(database_url, tmp_path):
        arrives(house, "alertmanager", alert("f1"), alert("other", "other"))
        house.wait(seconds=61, step=61)
        arrives(house, "alertmanager", alert("held", "third"), alert("silenced", "fourth"))
        house.do("silence", fingerprint="ci/silenced", reason="known")
        house.clock.forward(seconds=61)
        reading.read.cache_clear()
        for incident in house.do("incidents"):
            reading.read(incident["title"])
        inside, before = watched_transactions(house, monkeypatch), reading.read.cache_info().misses
        asked = fill(REGISTRY[name], given)
        requests.run(house.application, REGISTRY[name], asked, Actor("ada"), "api")
        assert inside.texts == [0] and reading.read.cache_info().misses > before
