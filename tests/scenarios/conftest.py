"""Every scenario is played on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House, opened


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    yield from opened(database_url, tmp_path)


@pytest.fixture
def other(house: House, tmp_path: Path) -> Iterator[House]:
    """Another replica on the same database."""
    (tmp_path / "other").mkdir()
    found = House(house.url, tmp_path / "other")
    found.clock = found.application.clock = house.clock  # type: ignore[assignment]
    yield found
    found.application.database.close()
