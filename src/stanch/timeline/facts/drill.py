"""A drill from its start to its end (R40)."""

import msgspec

from stanch.kernel.drill_script import InjectKind
from stanch.kernel.policy import ROLE_TITLES, Criterion, Mitigation
from stanch.kernel.severities import Role
from stanch.timeline.drill import PLAYER, Given
from stanch.timeline.facts.communicate import PostState
from stanch.timeline.facts.statement import Statement
from stanch.timeline.kept import Update
from stanch.timeline.record import Line, Record, Signal

SENDERS: dict[str, str] = {
    "signal": "Alert", "customer": "A customer", "manager": "A manager", "teammate": "A teammate", "metric": "Measured",
    "leaving": "A teammate", "event": "",
}  # fmt: skip


class DrillStarted(Statement, frozen=True, tag="drill_started"):
    """What is played, and what can be tried. What will happen is kept outside the timeline, where nobody reads ahead."""

    script: str
    shape: str
    facilitator: str
    paging: bool = False
    played: list[Role] = []
    mitigations: list[Mitigation] = []
    criteria: list[Criterion] = []
    hold: float = 0

    def sentence(self) -> str:
        played = f" The product plays: {', '.join(ROLE_TITLES[role] for role in self.played)}." if self.played else ""
        woken = "wakes only those who agreed to be paged" if self.paging else "wakes nobody"
        return (
            f"This is a drill: '{self.script}'. It {woken}, nothing of it leaves for customers, and mitigations are "
            f"simulated.{played}"
        )

    def apply(self, record: Record, entry: Line) -> None:
        if record.drill is None:
            return
        drill = record.drill
        drill.script, drill.shape, drill.facilitator = self.script, self.shape, self.facilitator
        drill.started_at, drill.paging, drill.played = entry.happened_at, self.paging, list(self.played)
        drill.mitigations, drill.criteria, drill.hold = self.mitigations, self.criteria, self.hold


class DrillJoined(Statement, frozen=True, tag="drill_joined"):
    """Somebody says yes; ``paging``: also to being woken by it."""

    person: str
    paging: bool = False

    def sentence(self) -> str:
        return f"{self.person} takes part" + (", and agrees to be paged by the drill" if self.paging else "")

    def apply(self, record: Record, entry: Line) -> None:
        if record.drill is not None:
            record.drill.people[self.person] = self.paging


class DrillLeft(Statement, frozen=True, tag="drill_left"):
    """Somebody takes part no longer, and is told nothing more."""

    person: str

    def sentence(self) -> str:
        return f"{self.person} takes part no longer"

    def apply(self, record: Record, entry: Line) -> None:
        if record.drill is not None:
            record.drill.people.pop(self.person, None)


class InjectGiven(Statement, frozen=True, tag="inject_given"):
    """Something that the script lets happen. ``number``: its place in the script. An ``event`` is told by nobody, unless a sender is named."""

    number: int
    kind_of: InjectKind
    text: str
    sender: str = ""
    role: Role | None = None

    def sentence(self) -> str:
        leaves = f" (the {ROLE_TITLES[self.role]} has to leave)" if self.role else ""
        sender = f"{self.sender or SENDERS[self.kind_of]}{leaves}"
        return f"{sender}: {self.text}" if sender else self.text

    def apply(self, record: Record, entry: Line) -> None:
        if record.drill is not None:
            record.drill.given[str(self.number)] = Given(entry.happened_at, self.kind_of, entry.position)
        if self.kind_of == "signal":
            key, name = f"drill/{self.number}", self.sender or SENDERS["signal"]
            labels = {"service": record.service} if record.service else {}
            record.signals[key] = Signal(
                key, name, PLAYER, self.text, entry.happened_at, True, labels, "", entry.happened_at
            )
            record.began_at = record.began_at or entry.happened_at


class PageWithheld(Statement, frozen=True, tag="page_withheld"):
    """A page that a real incident would have sent was withheld. ``people``: whom it would have reached first."""

    reason: str
    people: list[str] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        who = ", ".join(self.people)
        earnest = (
            f"in earnest this would page {who} ({self.reason})"
            if who
            else f"in earnest people would be paged ({self.reason})"
        )
        return f"Nobody is paged by the drill: {earnest}"


class PublicDrafted(Statement, frozen=True, tag="public_drafted"):
    """The words for customers, written in a drill and sent to nobody."""

    text: str
    state: PostState
    title: str = ""

    def sentence(self) -> str:
        return f"Public draft ({self.state}), sent to nobody: {self.text}"

    def apply(self, record: Record, entry: Line) -> None:
        update = Update("public", self.text, self.state, title=self.title, position=entry.position)
        record.updates.append((entry.happened_at, entry.author, update))


class DrillPaused(Statement, frozen=True, tag="drill_paused"):
    """The drill's clock stands still, or (``on`` False) goes on: nothing happens by the script, and the time is not judged."""

    on: bool = True

    def sentence(self) -> str:
        return "The drill is paused: nothing more happens by the script" if self.on else "The drill goes on"

    def apply(self, record: Record, entry: Line) -> None:
        if record.drill is None:
            return
        pauses = record.drill.pauses
        if self.on:
            pauses.append((entry.happened_at, None))
        elif pauses:
            pauses[-1] = (pauses[-1][0], entry.happened_at)


class DrillEnded(Statement, frozen=True, tag="drill_ended"):
    """The drill is broken off: the real thing came, or it is enough."""

    reason: str = ""

    def sentence(self) -> str:
        return "The drill is broken off" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.status, record.closed_at = "closed", entry.happened_at
        record.end_pages(entry.happened_at)
        if record.drill is not None:
            record.drill.aborted = self.reason or "no reason was given"


Facts = DrillStarted | DrillJoined | DrillLeft | InjectGiven | PageWithheld | PublicDrafted | DrillPaused | DrillEnded
