"""One bad item does not spoil the batch (P2, P8), and the log says what and where without the values."""

from typing import Any

import pytest

from stanch.kernel import contained as module
from stanch.kernel.contained import contained
from stanch.kernel.errors import Invalid, Unavailable


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was logged."""
    found: list[dict[str, Any]] = []

    class Log:
        def error(self, sentence: str, **values: object) -> None:
            found.append({"sentence": sentence, **values})

    monkeypatch.setattr(module, "log", Log())
    return found


def test_what_an_item_raises_is_logged_with_its_place_and_the_rest_goes_on(lines: list[dict[str, Any]]) -> None:
    done = []
    for number in range(3):
        with contained("an item failed", item=number) as each:
            done.append(10 // (number - 1))
        assert (each.error is not None) == (number == 1)
    assert done == [-10, 10]
    assert [(line["sentence"], line["item"]) for line in lines] == [("an item failed", 1)]
    assert lines[0]["error"].startswith("ZeroDivisionError") and "test_contained.py:" in lines[0]["place"]


def test_only_the_first_line_of_an_exception_is_logged(lines: list[dict[str, Any]]) -> None:
    with contained("failed"):
        raise ValueError("a statement failed\n[parameters: secret]")
    assert lines[0]["error"] == "ValueError: a statement failed"


def test_a_database_that_is_away_is_no_fault_of_the_item_except_where_nothing_may_be_raised() -> None:
    with pytest.raises(Unavailable), contained("failed"):
        raise Unavailable("The database is away.")
    with contained("failed", passing=()) as thread:
        raise Unavailable("The database is away.")
    assert isinstance(thread.error, Unavailable)
    with contained("failed") as item:
        raise Invalid("Wrong.")
    assert isinstance(item.error, Invalid)
