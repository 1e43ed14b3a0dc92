"""The shop's release tool: ``rollout v2``, ``rollback``, ``show``. This is what the rollback mitigation runs."""

import argparse
import sys
from pathlib import Path

from stanch.demo.shop.http import GOOD_RELEASE
from stanch.demo.shop.state import read, write


def main() -> int:
    """Change or show the release; answers with the exit code: 2 for nonsense, with one line that says why."""
    parser = argparse.ArgumentParser(description="The shop's releases.")
    parser.add_argument("--state", type=Path, required=True)
    verbs = parser.add_subparsers(dest="verb", required=True)
    rollout = verbs.add_parser("rollout")
    rollout.add_argument("release")
    rollout.add_argument("--broken", action="store_true")
    verbs.add_parser("rollback")
    verbs.add_parser("show")
    given = parser.parse_args()
    path = given.state / "release.json"
    state = read(path, GOOD_RELEASE)
    current = state["current"]
    if given.verb == "rollout":
        write(
            path,
            {"current": {"release": given.release, "broken": given.broken}, "history": [*state["history"], current]},
        )
        print(f"rolled out {given.release}, before it {current['release']}")
    elif given.verb == "rollback":
        if not state["history"]:
            print("there is no release to go back to", file=sys.stderr)
            return 2
        write(path, {"current": state["history"][-1], "history": state["history"][:-1]})
        print(f"rolled back from {current['release']} to {state['history'][-1]['release']}")
    else:
        print(f"running {current['release']}; earlier: {', '.join(r['release'] for r in state['history']) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
