"""The shop's zone-b breaks behind a real HAProxy: draining it is ranked first, takes the error rate down, and is undone (R19, R23)."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import urllib3

from stanch.demo.shop.ports import free_port
from stanch.demo.shop.processes import Shop
from stanch.demo.shop.state import write as write_state
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.kernel.policy import Policy
from stanch.main import Stanch, load_world, open_stanch
from stanch.prepare.settings import Settings
from stanch.prepare.yaml_file import convert
from tests.components.haproxy import HAProxy

pytestmark = [pytest.mark.slow, pytest.mark.real, pytest.mark.needs("haproxy")]


def do(stanch: Stanch, name: str, **values: Any) -> Any:
    command = REGISTRY[name]
    if command.reading:
        with stanch.application.reading(Actor("ben")) as uow:
            return msgspec.to_builtins(command.handle(uow, fill(command, values)))
    with stanch.application.uow(Actor("ben"), "cli") as uow:
        return command.handle(uow, fill(command, values))


def until(look: Any, seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("waited in vain")


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[Stanch, Shop, HAProxy]]:
    """The shop's two zones behind HAProxy, customers buying through it, and a stanch that knows both."""
    with Shop(tmp_path / "shop", customers=False) as shop:
        servers = {zone: f"127.0.0.1:{shop.ports[zone]}" for zone in ("zone-a", "zone-b")}
        with HAProxy(tmp_path / "haproxy", servers=servers) as proxy:
            shop.send_customers(f"{proxy.url}/checkout")
            service = {
                "name": "shop", "title": "Shop", "criteria_hold": 3,
                "criteria": [{"name": "error rate", "source": "http_json", "below": 0.02, "query": f"{shop.load_url}/window?seconds=2#error_rate"}],
                "runs_on": [f"haproxy:{proxy.backend}"],
                "mitigations": [
                    {"name": "rollback", "title": "Roll back", "kind": "rollback", "adapter": "command", "target": "shop",
                     "run": {"argv": ["true"]}, "undo": {"argv": ["true"]}},
                    {"name": "scale", "title": "Add instances", "kind": "scale", "adapter": "command", "target": "shop",
                     "run": {"argv": ["true"]}, "undo": {"argv": ["true"]}},
                ],
            }  # fmt: skip
            policy = convert({"hold": 0, "criteria_every": 0.5, "services": {"shop": service}}, Policy, "test")
            settings = Settings(
                data=tmp_path / "data",
                database_url=f"sqlite:///{tmp_path}/stanch.db",
                secret_key="k" * 32,
                port=free_port(),
                policy=policy,
            )
            zones = {zone: [zone] for zone in servers}
            world = load_world({"haproxy": {"socket": str(proxy.socket), "zones": zones, "observe_seconds": 8}})
            stanch = open_stanch(settings=settings, world=world)
            stanch.start()
            yield stanch, shop, proxy
            stanch.stop()


def alert(stanch: Stanch, fingerprint: str, firing: bool = True) -> None:
    from stanch.detect import signals
    from stanch.ports import Alert

    labels = {"alertname": "ErrorBudgetBurn", "service": "shop", "zone": "zone-b", "severity": "page"}
    with stanch.application.uow(source="alert") as uow:
        end = None if firing else uow.now
        burns = Alert(fingerprint, "ErrorBudgetBurn", firing, uow.now, end, labels, {"summary": "zone-b burns"})
        signals.fold(uow, [burns], "test")


def first_of(stanch: Stanch, incident: str) -> dict[str, Any]:
    """The first line of the ranking, once HAProxy has been asked what it offers."""
    lines = until(
        lambda: (
            [m for m in do(stanch, "mitigations", incident=incident) if m["offered_by"]]
            and do(stanch, "mitigations", incident=incident)
        )
    )
    found: dict[str, Any] = lines[0]
    return found


def test_draining_the_broken_zone_helps_its_undo_restores_and_the_next_incident_knows(
    proxied: tuple[Stanch, Shop, HAProxy],
) -> None:
    stanch, shop, proxy = proxied
    assert urllib3.request("GET", f"{proxy.url}/checkout").status == 200
    write_state(shop.state / "zone-b.broken.json", True)
    alert(stanch, "first")
    until(lambda: do(stanch, "incidents"))
    do(stanch, "criteria", incident="INC-1", propose=True)
    until(lambda: shop.error_rate(2) > 0.1)
    time.sleep(2)

    first = first_of(stanch, "INC-1")
    assert first["name"] == f"{proxy.backend}-drain-zone-b" and first["offered_by"] == f"haproxy:{proxy.backend}"
    assert first["why"].startswith("Every firing alert that names a zone names zone-b; instantly reversible")
    assert first["measured_runs"] == 0
    tried = do(stanch, "dry-run", incident="INC-1", mitigation=first["name"])
    assert tried["extent"] == {"touched": 1, "of": 2, "unit": "server", "share": 0.5}
    assert "DRAIN" not in proxy.ask("show stat")

    run = do(stanch, "mitigate", incident="INC-1", mitigation=first["name"], confirm="go").id
    found = until(lambda: next((r for r in do(stanch, "show", incident="INC-1")["runs"] if r["outcome"]), None), 90)
    assert found["outcome"] == "helped", found
    assert shop.error_rate(2) < 0.02
    assert f"pool {proxy.backend}" in until(lambda: do(stanch, "show", incident="INC-1")["runs"][0]["evidence"])
    assert "DRAIN" in proxy.ask("show stat")

    write_state(shop.state / "zone-b.broken.json", False)
    do(stanch, "undo", incident="INC-1", run=run, confirm="back")
    until(lambda: "DRAIN" not in proxy.ask("show stat"))
    alert(stanch, "first", firing=False)
    do(stanch, "resolve", incident="INC-1", override=True, reason="the zone has its power again")
    do(stanch, "close", incident="INC-1")

    write_state(shop.state / "zone-b.broken.json", True)
    do(stanch, "declare", title="Again", service="shop")
    alert(stanch, "second")
    again = until(lambda: (line := first_of(stanch, "INC-2"))["measured_runs"] and line)
    with stanch.application.reading() as uow:
        row = uow.tx.one("SELECT effect_seconds FROM mitigation_runs WHERE run = :run", run=run)
    assert row and 0 < row["effect_seconds"] < 10
    assert again["effect_seconds"] == row["effect_seconds"]
    assert again["name"] == first["name"]
    looked_alike = "helped in 1 of 1 earlier run, in INC-1 too, which looked the same"
    assert any(reason.startswith(looked_alike) for reason in again["reasons"])
