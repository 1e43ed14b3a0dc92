"""Facts about roles, handoffs, proposed people and bridges (R25-R29, R34, R35)."""

from collections.abc import Callable
from typing import ClassVar, Literal

import msgspec

from stanch.kernel.names import begun_as
from stanch.kernel.policy import ROLE_TITLES
from stanch.kernel.severities import Role
from stanch.timeline.facts.statement import Statement
from stanch.timeline.record import Fact, Line, Record
from stanch.timeline.working_together import Bridge, Handoff, PeopleProposal, RoleRequest


def short(role: str) -> str:
    """What people call a role in a sentence: ``IC``."""
    return "IC" if role == "incident_commander" else ROLE_TITLES[role]


def _moved(record: Record, role: str) -> None:
    """Requests and offers for a role end when its holder changes."""
    for kept in (record.given, record.vacated, record.requests, record.people_proposed):
        kept.pop(role, None)
    for handoff in record.handoffs.values():
        if handoff.role == role and handoff.standing == "offered":
            handoff.standing = "over"


def _no_request(record: Record, role: str, person: str) -> None:
    """This person does not ask for the role any more; others may."""
    left = [request for request in record.requests.pop(role, []) if request.person != person]
    if left:
        record.requests[role] = left


class RoleTaken(Statement, frozen=True, tag="role_taken"):
    """Announced explicitly (R25). ``given``: somebody else said so, and the person has not answered yet."""

    role: Role
    person: str
    given: bool = False

    def sentence(self) -> str:
        title = ROLE_TITLES[self.role]
        return f"{self.person} is acting as {'IC' if self.role == 'incident_commander' else title}"

    def apply(self, record: Record, entry: Line) -> None:
        record.roles[self.role] = Fact(self.person, entry.happened_at, entry.author)
        _moved(record, self.role)
        if self.given:
            record.given[self.role] = entry.author


class RoleAcknowledged(Statement, frozen=True, tag="role_acknowledged"):
    """Whoever was given a role says that they have it (R25)."""

    role: Role
    person: str

    def sentence(self) -> str:
        return f"{self.person} has it: {short(self.role)}"

    def apply(self, record: Record, entry: Line) -> None:
        record.given.pop(self.role, None)


class RoleGivenBack(Statement, frozen=True, tag="role_given_back"):
    """Nobody has the role any more (R25)."""

    role: Role
    person: str
    reason: str = ""

    def sentence(self) -> str:
        return f"{self.person} is no longer {short(self.role)}" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.roles.pop(self.role, None)
        _moved(record, self.role)
        record.vacated[self.role] = entry.happened_at


class RoleRequested(Statement, frozen=True, tag="role_requested"):
    """Taking a held role is a request to its holder (R35)."""

    role: Role
    person: str
    holder: str

    def sentence(self) -> str:
        return f"{self.person} asks {self.holder} for the role of {short(self.role)}"

    def apply(self, record: Record, entry: Line) -> None:
        _no_request(record, self.role, self.person)
        record.requests.setdefault(self.role, []).append(RoleRequest(self.person, entry.happened_at))


class RoleRequestDeclined(Statement, frozen=True, tag="role_request_declined"):
    """The holder keeps the role."""

    role: Role
    person: str
    reason: str = ""

    def sentence(self) -> str:
        return f"{short(self.role)} stays where it is; {self.person} had asked" + (
            f": {self.reason}" if self.reason else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        _no_request(record, self.role, self.person)


class HandoffOffered(Statement, frozen=True, tag="handoff_offered"):
    """A role is offered with everything that the next one needs; the outgoing one has it until then (R35)."""

    PEOPLE: ClassVar[frozenset[str]] = Statement.PEOPLE | {"to"}

    handoff: str
    role: Role
    outgoing: str
    to: str
    summary: str

    def sentence(self) -> str:
        return f"{self.outgoing} offers {self.to} the role of {short(self.role)}. {self.summary}"

    def apply(self, record: Record, entry: Line) -> None:
        for other in record.handoffs.values():
            if other.role == self.role and other.standing == "offered":
                other.standing = "over"
        _no_request(record, self.role, self.to)
        record.handoffs[self.handoff] = Handoff(
            self.handoff, self.role, self.outgoing, self.to, self.summary, entry.happened_at
        )


class HandoffAnswered(Statement, frozen=True, tag="handoff_answered"):
    """Acknowledged ("You are now IC"), declined, or taken back before that."""

    handoff: str
    role: Role
    person: str
    standing: Literal["acknowledged", "declined", "withdrawn"]
    reason: str = ""

    def sentence(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return {
            "acknowledged": f"{self.person} acknowledges: \u201cYou are now {short(self.role)}\u201d",
            "declined": f"{self.person} cannot take the role of {short(self.role)}{why}",
            "withdrawn": f"{self.person} keeps the role of {short(self.role)}{why}",
        }[self.standing]

    def apply(self, record: Record, entry: Line) -> None:
        handoff = record.handoffs[self.handoff]
        handoff.standing, handoff.word = self.standing, self.reason


class CommanderActed(Statement, frozen=True, tag="commander_acted"):
    """The Incident Commander started a mitigation (R26). ``people``: who could take one of the two roles."""

    run: str
    person: str
    title: str
    people: list[str] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        return f"{self.person} is IC and started '{self.title}': an IC who starts typing commands has vacated the role"

    def apply(self, record: Record, entry: Line) -> None:
        record.commander_acted = PeopleProposal(
            "incident_commander", self.people, self.title, entry.happened_at, self.person
        )


class PeopleProposed(Statement, frozen=True, tag="people_proposed"):
    """Who could take a role now: on call and free, as the schedules said at that moment (R28, R29, R35).

    ``in_drill``: those who took part in a drill were asked for, and nobody else (R40).
    """

    role: Role
    people: list[str] = msgspec.field(default_factory=list)
    reason: str = ""
    holder: str = ""
    in_drill: bool = False

    def sentence(self) -> str:
        who = f"free for the role of {short(self.role)}: {', '.join(self.people)}"
        return (
            f"{self.reason}. {who[0].upper()}{who[1:]}"
            if self.people
            else f"{self.reason}. Nobody {'else who takes part' if self.in_drill else 'who is on call'} is free"
        )

    def told(self, called: Callable[[str], str]) -> str:
        shown = msgspec.structs.replace(self, reason=begun_as(self.reason, self.holder, called(self.holder)))
        return super(PeopleProposed, shown).told(called)

    def apply(self, record: Record, entry: Line) -> None:
        record.people_proposed[self.role] = PeopleProposal(
            self.role, self.people, self.reason, entry.happened_at, self.holder
        )


def _wrote_nothing(record: Record, entry: Line) -> None:
    """Joining and leaving a call does not count as writing in the record."""
    if record.spoke[-1:] == [entry.recorded_at]:
        record.spoke.pop()


class BridgeOpened(Statement, frozen=True, tag="bridge_opened"):
    """A bridge call was opened (R34)."""

    link: str

    def sentence(self) -> str:
        return f"A bridge is open: {self.link}"

    def apply(self, record: Record, entry: Line) -> None:
        _wrote_nothing(record, entry)
        record.bridge = Bridge(self.link, entry.happened_at)


class BridgeJoined(Statement, frozen=True, tag="bridge_joined"):
    """Somebody joined the call."""

    person: str

    def sentence(self) -> str:
        return f"{self.person} joined the bridge"

    def apply(self, record: Record, entry: Line) -> None:
        _wrote_nothing(record, entry)
        if record.bridge and self.person not in record.bridge.people:
            record.bridge.people.append(self.person)


class BridgeLeft(Statement, frozen=True, tag="bridge_left"):
    """Somebody left the call."""

    person: str

    def sentence(self) -> str:
        return f"{self.person} left the bridge"

    def apply(self, record: Record, entry: Line) -> None:
        _wrote_nothing(record, entry)
        if record.bridge and self.person in record.bridge.people:
            record.bridge.people.remove(self.person)


class BridgeClosed(Statement, frozen=True, tag="bridge_closed"):
    """The call is over."""

    reason: str = ""

    def sentence(self) -> str:
        return "The bridge is closed" + (f": {self.reason}" if self.reason else "")

    def apply(self, record: Record, entry: Line) -> None:
        record.bridge = None


Facts = (
    RoleTaken | RoleAcknowledged | RoleGivenBack | RoleRequested | RoleRequestDeclined | HandoffOffered | HandoffAnswered
    | CommanderActed | PeopleProposed | BridgeOpened | BridgeJoined | BridgeLeft | BridgeClosed
)  # fmt: skip
