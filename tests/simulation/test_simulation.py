"""P1-P5 in some seeds of the simulation, each another story of crashes, failures and orders; ``make simulate`` plays many."""

from pathlib import Path

import pytest

from tests.simulation.simulation import Simulation


@pytest.mark.parametrize("seed", range(40))
def test_whatever_dies_and_fails_nothing_is_lost_and_nothing_runs_twice(
    seed: int, sqlite_url: str, tmp_path: Path
) -> None:
    _played(seed, sqlite_url, tmp_path)


@pytest.mark.parametrize("seed", range(1000, 1008))
def test_the_same_on_postgresql(seed: int, postgres_url: str, tmp_path: Path) -> None:
    _played(seed, postgres_url, tmp_path)


def test_a_seed_replays_exactly(tmp_path: Path) -> None:
    first, second = (_played(7, f"sqlite:///{tmp_path}/{n}/stanch.db", tmp_path / str(n)) for n in (1, 2))
    assert first == second


def _played(seed: int, url: str, folder: Path) -> list[str]:
    simulation = Simulation(seed, url, folder)
    try:
        simulation.run()
    except Exception as error:
        error.add_note("\n".join([f"seed {seed}: make simulate ARGS='--seed {seed} --trace'", *simulation.trace[-30:]]))
        raise
    return simulation.trace
