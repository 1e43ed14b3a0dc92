"""Plays a ranking case through the public interface: a catalog, deploys, alerts, facts, and then ``mitigations``."""

from pathlib import Path
from shutil import copyfile
from typing import Any

import yaml

from stanch.kernel.clock import MINUTE, iso
from tests.scenarios.house import POLICY, House, opened

FILE = Path(__file__).parents[1] / "data/ranking/cases.yaml"
RULES = FILE.with_name("rules.yaml")
# So many there were when the ratios were tuned.
TUNED = 79
SHORT = {"r": "reversibility", "b": "blast_radius", "t": "effect_seconds", "u": "undo_seconds", "lose": "users_lose"}


def cases() -> list[dict[str, Any]]:
    """All of them, in the file's order; ``kept``: kept apart from tuning, as is every one that was added after it unless it says so."""
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
    return [{"kept": number % 2 == 0 or number > TUNED, **case} for number, case in enumerate(found, 1)]


def of_rules() -> list[dict[str, Any]]:
    """Made-up cases for single rules."""
    found: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())
    return found


def empty_database(folder: Path) -> Path:
    """A database that is migrated and holds nothing: copying it is quicker than migrating one for each case."""
    for _ in opened(f"sqlite:///{folder}/stanch.db", folder):
        pass
    return folder / "stanch.db"


def lines(case: dict[str, Any], folder: Path, empty: Path | None = None) -> list[dict[str, Any]]:
    """The ranked list, as ``stanch mitigations INC-1 --json`` has it. ``empty``: a migrated database, which is copied."""
    if empty:
        copyfile(empty, folder / "stanch.db")
    for house in opened(f"sqlite:///{folder}/stanch.db", folder, {**POLICY, "hold": 0, "services": _catalog(case)}):
        _play(house, case)
        found: list[dict[str, Any]] = house.do("mitigations", incident="INC-1")
        return found
    raise AssertionError("no house")


def _catalog(case: dict[str, Any]) -> dict[str, Any]:
    catalog = {}
    for name, given in case["services"].items():
        catalog[name] = {
            **given,
            "name": name,
            "mitigations": [_tool(name, tool) for tool in case["tools"].get(name, [])],
        }
    first = next(iter(catalog.values()))
    first["breakdowns"] = [{"label": label, "source": "gauge", "query": label} for label in case.get("spreads", {})]
    first["saturation"] = [
        {"name": each["name"], "source": "gauge", "query": each["name"], "below": each["below"], "unit": " %"}
        for each in case.get("saturation", [])
    ]
    return catalog


def _tool(service: str, tool: dict[str, Any]) -> dict[str, Any]:
    full = {SHORT.get(key, key): value for key, value in tool.items()}
    undo = {} if full.get("reversibility") == "none" else {"argv": [f"un-{tool['name']}"]}
    return {"adapter": "lever", "target": service, "run": {"argv": [tool["name"]]}, "undo": undo, **full}


def _play(house: House, case: dict[str, Any]) -> None:
    now = house.clock.now()
    for change in case.get("deploys", []):
        change = dict(change)
        at = iso(now - int(change.pop("before") * MINUTE))
        house.do("deploy", at=at, **change)
    house.gauge.spreads = dict(case.get("spreads", {}))
    house.gauge.values = {each["name"]: each["value"] for each in case.get("saturation", [])}
    for number, alert in enumerate(case["alerts"]):
        house.alert(fingerprint=f"a{number}", **alert)
    house.settle()
    if case.get("impact"):
        house.do("impact", incident="INC-1", **case["impact"])
    for hypothesis in case.get("hypotheses", []):
        house.do("hypothesis", incident="INC-1", **hypothesis)
    for finding in case.get("findings", []):
        house.do("finding", incident="INC-1", **finding)
    for note in case.get("notes", []):
        house.do("say", incident="INC-1", text=note)
    house.wait(seconds=40)
