"""Attacks that need no process are played in the house of the scenarios, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.house import House, opened


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    yield from opened(database_url, tmp_path)
