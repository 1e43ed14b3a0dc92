"""Starting, joining and ending a drill; what there is to drill, and how it went (R40). One transaction each."""

from typing import Annotated

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import day
from stanch.kernel.command import Done, command
from stanch.kernel.drill_script import Practice, Script
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.severities import Role
from stanch.learn.drills.debrief import Debrief
from stanch.learn.drills.library import named, scripts
from stanch.prepare.oncall.people import meant
from stanch.timeline.facts.detect import Investigating
from stanch.timeline.facts.drill import DrillEnded, DrillJoined, DrillLeft, DrillStarted
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

IncidentId = Annotated[str, msgspec.Meta(description="The drill, such as INC-4.", max_length=40)]
MOST_RUNS = 100
# So many drills go on at once, and so many of one person.
MOST_RUNNING, MOST_OF_ONE = 20, 3


class Drills(msgspec.Struct):
    """What can be drilled, what is being drilled, and what was."""

    script: Annotated[str, msgspec.Meta(max_length=200, description="Only this one.")] = ""


class ScriptRow(msgspec.Struct, frozen=True):
    """A script. ``last``: when it was last played to the end."""

    script: str
    title: str
    shape: str
    minutes: float
    practises: list[Practice]
    summary: str
    last: Moment | None


class RunRow(msgspec.Struct, frozen=True):
    """A drill under way or over. ``mine``: you take part in it."""

    incident: str
    title: str
    script: str
    service: str
    facilitator: str
    participants: list[str]
    paging: bool
    status: str
    started_at: Moment
    ended_at: Moment | None
    aborted: bool
    mine: bool


class DrillList(msgspec.Struct, frozen=True):
    """``runs``: the newest first."""

    scripts: list[ScriptRow]
    runs: list[RunRow]

    def line(self) -> str:
        """For chat."""
        playing = {run.script for run in self.runs if run.ended_at is None}
        lines = [
            f"{run.incident} DRILL {run.title}: {run.status}, {', '.join(run.participants)}"
            for run in self.runs
            if run.ended_at is None
        ]
        for s in self.scripts:
            last = f"last {day(s.last)}" if s.last else "never played to its end"
            last = "being played now" if s.script in playing else last
            lines.append(f"{s.script}: {s.title} · {s.minutes:g} min · {last}")
        return "\n".join(lines)


@command("drills", Drills, positional=("script",), reading=True, example="stanch drills")
def drills(uow: UnitOfWork, asked: Drills) -> DrillList:
    """Everybody sees that there is a drill, so that nobody takes it for real; its timeline is for those who take part."""
    every = scripts(uow.policy)
    if asked.script:
        every = {asked.script: named(uow.policy, asked.script)}
    rows = uow.tx.all("SELECT script, MAX(ended_at) AS at FROM drills WHERE aborted = 0 GROUP BY script")
    last = {row["script"]: row["at"] for row in rows}
    return DrillList(
        [
            ScriptRow(name, s.title, s.shape, s.minutes, s.practises, s.summary, last.get(name))
            for name, s in sorted(every.items())
        ],
        _runs(uow, asked.script),
    )


def _runs(uow: UnitOfWork, script: str) -> list[RunRow]:
    rows = uow.tx.all(
        "SELECT d.*, i.status FROM drills d JOIN incidents i ON i.id = d.incident WHERE (:script = '' OR d.script = :script) "
        "ORDER BY i.number DESC LIMIT :most",
        script=script,
        most=MOST_RUNS,
    )
    people: dict[str, list[str]] = {}
    for row in uow.tx.all(
        "SELECT m.incident, m.person FROM members m JOIN drills d ON d.incident = m.incident ORDER BY m.person"
    ):
        people.setdefault(row["incident"], []).append(row["person"])
    return [
        RunRow(
            r["incident"], r["title"], r["script"], r["service"], r["facilitator"], people.get(r["incident"], []),
            bool(r["paging"]), r["status"], r["started_at"], r["ended_at"], bool(r["aborted"]),
            uow.actor.name in people.get(r["incident"], []),
        )
        for r in rows
    ]  # fmt: skip


class StartDrill(msgspec.Struct):
    """Start a drill. Nobody is told: people say yes with 'join-drill', and nothing of it leaves for anybody else."""

    script: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="One of 'stanch drills'.")]
    service: Annotated[
        str, msgspec.Meta(max_length=200, description="Of the catalog; the script's own by default.")
    ] = ""
    paging: Annotated[
        bool, msgspec.Meta(description="Practise paging, too: whoever takes part and agrees to it is paged.")
    ] = False
    played: Annotated[
        list[Role], msgspec.Meta(max_length=4, description="Roles that the product holds, beside those of the script.")
    ] = []


@command(
    "drill", StartDrill, noun="drills", positional=("script",), example="stanch drill crash-on-deploy --service shop"
)
def start(uow: UnitOfWork, asked: StartDrill) -> Done:
    """R40: it begins as an investigation, so that declaring is practised as well. Whoever starts it takes part."""
    script = named(uow.policy, asked.script)
    if mistakes := script.mistakes():
        raise Invalid(f"The drill '{asked.script}' cannot be played: {'; '.join(mistakes)}.", field="script")
    service = asked.service.strip() or (script.service if script.service in uow.policy.services else "")
    if asked.service.strip() and service not in uow.policy.services:
        hint = meant(service, uow.policy.services) or "Leave it out for a table-top without a service."
        raise NotFound(f"There is no service '{service}' in the catalog.", field="service", hint=hint)
    me = uow.actor.name
    _refuse_too_many(uow, me)
    incident = uow.open(Investigating(script.title, service, me, private=True, drill=True))
    uow.append(incident, _started(asked, script, me))
    uow.tx.execute(
        "INSERT INTO drills (incident, script, title, shape, service, facilitator, content, paging, started_at) "
        "VALUES (:incident, :script, :title, :shape, :service, :me, :content, :paging, :now)",
        incident=incident, script=asked.script, title=script.title, shape=script.shape, service=service, me=me,
        content=msgspec.json.encode(script).decode(), paging=int(asked.paging), now=uow.now,
    )  # fmt: skip
    how = f"Others say yes with 'stanch join-drill {incident}'. 'stanch declare TITLE --investigation {incident}' declares it."
    return Done(f"The drill {incident} has begun, and you take part.", incident, hint=how)


def _refuse_too_many(uow: UnitOfWork, me: str) -> None:
    """Each drill has a clock of its own, and nobody plays four at once. Raises ``Conflict``."""
    running = uow.tx.all("SELECT incident, facilitator FROM drills WHERE ended_at IS NULL ORDER BY started_at")
    mine = [row["incident"] for row in running if row["facilitator"] == me]
    if len(mine) >= MOST_OF_ONE:
        raise Conflict(
            f"You lead {len(mine)} drills already: {', '.join(mine)}.",
            hint=f"'stanch end-drill {mine[0]}' ends the oldest.",
        )
    if len(running) >= MOST_RUNNING:
        raise Conflict(f"{len(running)} drills go on already.", hint="Wait until one of them is over.")


def _started(asked: StartDrill, script: Script, facilitator: str) -> DrillStarted:
    # Imported late: the help of a command needs no play.
    from stanch.learn.drills.play import criteria, offered

    played = [*script.played, *asked.played]
    return DrillStarted(
        asked.script, script.shape, facilitator, asked.paging, list(dict.fromkeys(played)), offered(script),
        criteria(script), script.hold,
    )  # fmt: skip


class JoinDrill(msgspec.Struct):
    """Say yes to a drill: you see it, and are told of it by what wakes nobody. With ``paging`` it may page you as well."""

    incident: IncidentId
    paging: Annotated[bool, msgspec.Meta(description="It may page you, by what wakes you, if it practises paging.")] = (
        False
    )
    leave: Annotated[bool, msgspec.Meta(description="You take part no longer.")] = False


@command("join-drill", JoinDrill, noun="participation", example="stanch join-drill INC-4")
def join(uow: UnitOfWork, asked: JoinDrill) -> Done:
    """R40: nobody but oneself says yes."""
    record, me = _running(uow, asked.incident), uow.actor.name
    drill = record.drill
    assert drill is not None
    if asked.leave:
        return _leave(uow, record, me)
    if asked.paging and not drill.paging:
        raise Conflict(
            f"{record.id} does not practise paging: it wakes nobody.", field="paging", hint="Join without it."
        )
    if drill.people.get(me) is asked.paging:
        return Done(f"You take part in {record.id} already.", record.id)
    uow.append(record.id, DrillJoined(me, asked.paging))
    return Done(f"You take part in the drill {record.id}.", record.id)


def _leave(uow: UnitOfWork, record: Record, me: str) -> Done:
    if record.drill is None or me not in record.drill.people:
        raise Conflict(f"You do not take part in {record.id}.")
    held = [role for role, fact in record.roles.items() if fact.value == me]
    if held:
        raise Conflict("You hold a role in it.", hint="Hand it over, or give it back.")
    uow.append(record.id, DrillLeft(me))
    uow.tx.execute("DELETE FROM members WHERE incident = :id AND person = :me", id=record.id, me=me)
    return Done(f"You take part in {record.id} no longer.", record.id)


def _running(uow: UnitOfWork, incident: str) -> Record:
    """A drill that goes on, also for somebody who does not take part yet. Raises ``NotFound`` for what is none, ``Conflict`` when it is over."""
    row = uow.tx.one("SELECT ended_at FROM drills WHERE incident = :id", id=incident)
    if row is None:
        raise NotFound(f"There is no drill {incident}.", hint="'stanch drills' lists them.")
    if row["ended_at"] is not None:
        raise Conflict(f"The drill {incident} is over.", hint="'stanch drill' starts another one.")
    uow.lock(incident)
    uow.admit(incident, uow.actor.name)  # undone with everything else when the answer is no
    return uow.record(incident)


class EndDrill(msgspec.Struct):
    """Break a drill off: the real thing came, or it is enough. One that the team has closed is over by itself."""

    incident: IncidentId
    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@command(
    "end-drill",
    EndDrill,
    noun="breaking-off",
    positional=("reason",),
    example="stanch end-drill INC-4 'A real incident'",
)
def end(uow: UnitOfWork, asked: EndDrill) -> Done:
    """R40: at any moment, by anybody who takes part. No further inject comes, and nobody is told anything more of it."""
    record = uow.record(asked.incident)
    if record.drill is None:
        raise NotFound(f"{record.id} is no drill.", hint="'stanch drills' lists them.")
    if record.status == "closed":
        raise Conflict(f"The drill {record.id} is over already.")
    uow.append(record.id, DrillEnded(asked.reason.strip()))
    hint = f"'stanch debrief {record.id}' says how far the team came."
    return Done(f"The drill {record.id} is broken off.", record.id, hint=hint)


class ShowDebrief(msgspec.Struct):
    """How the team practised in a drill: each practice, why it was kept or not, and the entries that show it."""

    incident: IncidentId


@command("debrief", ShowDebrief, noun="debrief", reading=True, example="stanch debrief INC-4")
def show_debrief(uow: UnitOfWork, asked: ShowDebrief) -> Debrief:
    """R40: the team is judged, never a person. Also while it goes on. Those who took part see it."""
    # Imported late: the help of a command needs no rules.
    from stanch.learn.drills.judging import debrief_of

    return debrief_of(uow, asked.incident)
