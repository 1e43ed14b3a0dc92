"""The shop's traffic tool: ``drain zone-b``, ``restore zone-b``."""

import argparse
import sys
from pathlib import Path

from stanch.demo.shop.state import read, write

ZONES = ("zone-a", "zone-b")


def main() -> int:
    """Drain or restore a zone; the last serving zone is not drained."""
    parser = argparse.ArgumentParser(description="The shop's traffic.")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("verb", choices=["drain", "restore"])
    parser.add_argument("zone", choices=ZONES)
    given = parser.parse_args()
    path = given.state / "drained.json"
    drained = [zone for zone in read(path, []) if zone != given.zone]
    if given.verb == "drain":
        drained.append(given.zone)
    if set(drained) == set(ZONES):
        print(f"{given.zone} is the last serving zone", file=sys.stderr)
        return 2
    write(path, drained)
    print(f"{given.zone} is {'drained' if given.verb == 'drain' else 'serving'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
