"""What a drill may not do (R40): reach anybody who has not said yes, touch anything real, or take real alerts to itself."""

from stanch.kernel.errors import Conflict, Denied
from stanch.prepare.contact_methods import prompt_methods
from stanch.prepare.known_people import same_person
from stanch.prepare.oncall.people import contact_key
from stanch.timeline.drill import PLAYER, Drill
from stanch.timeline.effects import DrillReach, Effect
from stanch.timeline.entries import Entry
from stanch.timeline.facts import learn
from stanch.timeline.facts.comments import CommentMade
from stanch.timeline.facts.detect import Merged, SignalAttached
from stanch.timeline.facts.drill import DrillJoined, DrillLeft
from stanch.timeline.facts.recover import Reopened
from stanch.timeline.facts.roles import HandoffOffered, RoleRequested, RoleTaken
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# Sources of an entry that no person wrote.
MACHINES = ("machine", "alert")
NOT_IN_A_DRILL = {
    SignalAttached: "A real alert is never part of a drill: it pages as if there were none.",
    Merged: "A drill and an incident are not merged.",
    CommentMade: "A drill has no postmortem to comment on: 'say' writes into its timeline.",
    Reopened: "A drill that is over is not reopened; start another one.",
}


def takes_part(uow: UnitOfWork, drill: Drill, person: str) -> bool:
    """Whether a person, by whatever name, has said yes."""
    return any(same_person(uow, person, name) for name in drill.people)


def may_be_woken(uow: UnitOfWork, record: Record, person: str) -> bool:
    """Anybody by an incident; by a drill those who agreed to it, and only where paging is practised. ``person``: a contact's key."""
    drill = record.drill
    if drill is None:
        return True
    return drill.paging and any(agreed and same_person(uow, person, name) for name, agreed in drill.people.items())


def guard(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """The reaction to every entry. Raises ``Denied`` and ``Conflict``, and then nothing of it was written."""
    drill, facts = record.drill, entry.facts
    if drill is None:
        return
    if refusal := NOT_IN_A_DRILL.get(type(facts)):
        raise Conflict(refusal)
    if isinstance(facts, learn.Facts):
        raise Conflict(
            "A drill has no postmortem and no action items, so that no figure counts it.",
            hint="Its debrief says what to practise next.",
        )
    own = isinstance(facts, DrillJoined | DrillLeft)
    if entry.source not in MACHINES and not own and not takes_part(uow, drill, uow.actor.name):
        raise Denied(
            f"{uow.actor.name} does not take part in this drill.",
            hint=f"'stanch join-drill {record.id}' says yes to it.",
        )
    person = named_in(entry)
    if person and person != PLAYER and not takes_part(uow, drill, person):
        hint = f"They say yes with 'stanch join-drill {record.id}'."
        raise Denied(f"{person} does not take part in this drill, and is told nothing of it.", hint=hint)


def named_in(entry: Entry) -> str:
    """Who would be given something to do by an entry."""
    facts = entry.facts
    if isinstance(facts, HandoffOffered):
        return facts.to
    return facts.person if isinstance(facts, RoleTaken | RoleRequested) else ""


def may_leave(uow: UnitOfWork, effect: Effect, reach: DrillReach) -> str:
    """Why an effect of a drill must not leave; empty when it may. What no kind says of itself stays inside (R40)."""
    row = uow.tx.one("SELECT drill FROM incidents WHERE id = :id", id=effect.incident) if effect.incident else None
    if row is None or not row["drill"]:
        return ""
    record = uow.record(effect.incident)
    if record.drill is None or reach == "room":
        return ""
    person = str(effect.payload.get("person", "")) if isinstance(effect.payload, dict) else ""
    if reach == "never" or not person:
        return "a drill reaches nothing outside"
    if not takes_part(uow, record.drill, person):
        return f"{person} does not take part in the drill"
    if reach == "woken":
        return "" if may_be_woken(uow, record, person) else f"{person} has not agreed to be paged by the drill"
    contact = uow.policy.contacts.get(contact_key(uow.policy.contacts, person))
    quiet, why = prompt_methods(contact, uow.application.world.notifiers, may_wake=False) if contact else ([], "")
    return "" if effect.payload.get("reach") in quiet else why or "a drill uses only what wakes nobody"
