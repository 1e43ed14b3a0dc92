"""The time of an answer does not tell a private incident from none (P6): the database is asked the same of both."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from stanch.kernel.errors import Problem
from tests.attacks.test_private import MARK, NONE, SECRET
from tests.scenarios.house import House, belongs


@pytest.fixture
def hiding(sqlite_url: str, tmp_path: Path) -> Any:
    house = House(sqlite_url, tmp_path)
    house.do("declare", title=f"{MARK} breach", service="shop", private=True)
    house.alert(fingerprint="zebra", name=f"{MARK}Alert")
    belongs(house, "zebra", SECRET)
    house.do("declare", title="Cart is slow", service="shop")
    yield house
    house.application.database.close()


def asked(house: House, command: str, values: dict[str, Any]) -> list[str]:
    """The statements of a command of somebody who is not invited, in their order."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(house.application.database.engine, "before_cursor_execute", note)
    with suppress(Problem):
        house.do(command, "mallory", **values)
    event.remove(house.application.database.engine, "before_cursor_execute", note)
    return seen


QUESTIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("show", {"incident": SECRET}, {"incident": NONE}),
    ("say", {"incident": SECRET, "text": "x"}, {"incident": NONE, "text": "x"}),
    ("catchup", {"incident": SECRET}, {"incident": NONE}),
    ("show", {"incident": SECRET, "at": "2026-01-01"}, {"incident": NONE, "at": "2026-01-01"}),
    ("find", {"query": SECRET}, {"query": NONE}),
    ("find", {"query": MARK}, {"query": "quagga"}),
    ("incidents", {"before": 1_000_001}, {"before": 1_000_009}),
    ("attach", {"incident": "INC-1", "fingerprint": "zebra"}, {"incident": "INC-1", "fingerprint": "none"}),
]


def test_the_same_is_asked(hiding: House) -> None:
    for command, hidden, none in QUESTIONS:
        asked(hiding, command, none)  # what is kept after the first time
        assert (first := asked(hiding, command, hidden)) == asked(hiding, command, none) and first, command
