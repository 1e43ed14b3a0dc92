"""``python -m tests.simulation``: many seeds, and how fast; a seed that fails is told with its trace."""

import argparse
import sys
import tempfile
import time
import traceback
from multiprocessing import Pool
from pathlib import Path

from tests.simulation.simulation import Simulation


def play(seed: int) -> tuple[int, int, str, list[str]]:
    """One seed on a SQLite file of its own: (seed, incidents, what broke, trace)."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            simulation = Simulation(seed, f"sqlite:///{folder}/stanch.db", Path(folder))
            simulation.run()
        except Exception:
            return seed, 0, traceback.format_exc(), simulation.trace
    return seed, simulation.incidents, "", simulation.trace


def main() -> int:
    """0 when every promise held."""
    asked = argparse.ArgumentParser(prog="python -m tests.simulation")
    asked.add_argument("--seeds", type=int, default=200)
    asked.add_argument("--start", type=int, default=0)
    asked.add_argument("--seed", type=int)
    asked.add_argument("--trace", action="store_true")
    told = asked.parse_args()
    seeds = [told.seed] if told.seed is not None else range(told.start, told.start + told.seeds)
    began, incidents, broken = time.monotonic(), 0, 0
    with Pool(2) as pool:
        for seed, count, wrong, trace in pool.imap_unordered(play, seeds):
            incidents += count
            broken += bool(wrong)
            if told.trace or (wrong and broken <= 3):
                print(f"seed {seed}:", *(trace if told.trace else trace[-25:]), wrong, sep="\n")
            elif wrong:
                print(f"seed {seed}: {wrong.strip().splitlines()[-1][:200]}")
    took = time.monotonic() - began
    print(f"{len(seeds)} seeds, {incidents} incidents of three weeks each, {took:.0f} s, {broken} broke a promise")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
