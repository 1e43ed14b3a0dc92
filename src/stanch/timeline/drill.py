"""What the record knows of a drill (R40): who takes part, what can be tried, and what has reached the team."""

import msgspec

from stanch.kernel.policy import Criterion, Mitigation

# How a drill is called wherever its title stands: pages, messages, chats, files.
MARK = "DRILL: "
# Who holds the roles that the product plays, and whose words the injects are.
PLAYER = "the drill"
# The source of a criterion that the script alone moves; any other one is really measured.
SIMULATED = "drill"


def marked(title: str) -> str:
    """The title of a drill says everywhere that it is one."""
    return title if title.startswith(MARK) else MARK + title


class Given(msgspec.Struct):
    """An inject that has reached the team."""

    at: int
    kind: str
    position: int


class Drill(msgspec.Struct):
    """A drill under way or over. ``people``: who said yes, and whether they may be woken by it.

    ``paging``: it practises paging, so that those may be. ``given``: the injects so far, by their number in the script.
    ``mitigations`` are simulated; ``criteria``: moved by the script, or measured in a small system that it names.
    """

    people: dict[str, bool]
    script: str = ""
    shape: str = ""
    facilitator: str = ""
    started_at: int = 0
    paging: bool = False
    played: list[str] = msgspec.field(default_factory=list)
    mitigations: list[Mitigation] = msgspec.field(default_factory=list)
    criteria: list[Criterion] = msgspec.field(default_factory=list)
    hold: float = 0
    given: dict[str, Given] = msgspec.field(default_factory=dict)
    aborted: str = ""
    pauses: list[tuple[int, int | None]] = msgspec.field(default_factory=list)

    def paused(self) -> bool:
        """Whether its clock stands still."""
        return bool(self.pauses) and self.pauses[-1][1] is None

    def paused_before(self, at: int) -> int:
        """How long it had stood still until a moment, in microseconds."""
        return sum(max(0, min(at, until if until is not None else at) - since) for since, until in self.pauses)

    def measured(self) -> bool:
        """Whether anything of it is really measured."""
        return any(criterion.source != SIMULATED for criterion in self.criteria)
