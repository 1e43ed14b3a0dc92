"""Drafts of postmortems as the gate reads them, and for which parts it stops them (R46)."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.learn.completeness.check import gaps

DATA = Path(__file__).parents[1] / "data" / "gate"
PEOPLE = Vocabulary(people=frozenset({"Ada", "Ben", "Chidi"}))
KNOWN = {"ada", "ben", "chidi"}
NOW = int(dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC).timestamp() * 1_000_000)
DAY = 86_400_000_000


def draft(impact: str, factors: str, whys: str, *items: tuple[str, str, int]) -> Any:
    """A record as the gate reads it. ``factors`` and ``whys``: a line each. An item: owner, test, days until it is due."""
    actions = {
        f"A-{n}": SimpleNamespace(
            item=f"A-{n}", owner=owner, test=test, due_at=NOW + days * DAY, done_at=None, dropped=False
        )
        for n, (owner, test, days) in enumerate(items, 1)
    }
    return SimpleNamespace(
        parts={"summary": "Nobody could pay by card for most of an hour; a certificate had ended.", "impact": impact},
        lists={"factors": factors.strip("\n").split("\n"), "whys": whys.strip("\n").split("\n")},
        action_items=actions,
        postmortem_form="full",
    )


def known(name: str) -> bool:
    """Whether an owner is one person of the catalog."""
    return name.casefold() in KNOWN


def drafts(name: str) -> list[dict[str, Any]]:
    """The labelled drafts of a file."""
    found: list[dict[str, Any]] = yaml.safe_load((DATA / f"{name}.yaml").read_text())
    return found


def stopped(case: dict[str, Any]) -> set[str]:
    """The parts that the gate sends back."""
    items = [(item["owner"], item["test"], item["days"]) for item in case["items"]]
    record = draft(case["impact"], "\n".join(case["factors"]), case["whys"], *items)
    return {gap.part for gap in gaps(record, PEOPLE, known, NOW)}
