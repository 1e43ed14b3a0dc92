"""The severity that follows from what a text says: a table of state, amount and part, in the order it is read (R2, R3). Pure."""

from stanch.detect.slo.severity import MAJOR, MINOR, TRACKED, WORST
from stanch.respond.harm.function import Function
from stanch.respond.harm.reading import Said

HALF, TENTH = 0.5, 0.1
# State of a function by how many are hit: at least half, a part, a few (under a tenth), not said.
TABLE: dict[str, tuple[int, int, int, int]] = {
    "down": (WORST, MAJOR, MINOR, WORST),
    "errors": (WORST, MAJOR, MINOR, MAJOR),
    "slow": (MAJOR, MAJOR, MINOR, MAJOR),
    "odd": (MAJOR, MINOR, MINOR, MAJOR),
    "cosmetic": (TRACKED, TRACKED, TRACKED, TRACKED),
    "planned": (TRACKED, TRACKED, TRACKED, TRACKED),
    "unclear": (MAJOR, MINOR, MINOR, MAJOR),
    "unknown": (MAJOR, MAJOR, MINOR, MAJOR),
}


def rung(said: Said, core_service: bool) -> int:
    """The rung from 1 to 4 of one thing that a text says, of a service that is core or is not."""
    if said.practice:
        return TRACKED
    if said.function is not None:
        return _of_function(said.function, core_service)
    return MINOR if said.kind == "risk" else WORST


def _of_function(said: Function, core_service: bool) -> int:
    share = said.amount.share
    column = 3 if share is None else 0 if share >= HALF else 1 if share >= TENTH else 2
    found = TABLE[said.state][column]
    fails = said.state in ("down", "errors")
    if fails and said.safety and column != 2:
        return WORST
    if said.state == "down" and share is None and not said.core:
        found = MAJOR
    return min(max(found, _at_best(said, core_service, fails)) + said.over, TRACKED)


def _at_best(said: Function, core_service: bool, fails: bool) -> int:
    """The worst rung that the part which is hit, and what still works, leave possible."""
    bounds = [WORST]
    if said.side or said.internal:
        bounds.append(MAJOR if fails and said.amount.share == 1.0 else MINOR)
    if not core_service:
        bounds.append(MAJOR if said.state == "down" or (fails and (said.amount.share or 0) >= HALF) else MINOR)
    if said.something_works:
        bounds.append(MAJOR if said.core or said.amount.share is not None or said.state == "slow" else MINOR)
    if said.unnoticed:
        bounds.append(MINOR)
    return max(bounds)
