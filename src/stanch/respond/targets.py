"""From what an escalation step names to the people who are meant right now."""

from stanch.prepare.oncall.store import resolve
from stanch.prepare.reachability import reach_problem
from stanch.respond.escalation import ResolvedTargets
from stanch.timeline.unit_of_work import UnitOfWork


def reached(uow: UnitOfWork, targets: list[str]) -> ResolvedTargets:
    """Contacts as they are, ``schedule:NAME`` as whoever is on call there at this moment; only who can be reached."""
    found = resolve(uow, targets, uow.now)
    named = list(dict.fromkeys(person for target in found for person in target.people))
    notifiers = frozenset(uow.application.world.notifiers)
    mute = {p: why for p in named if (why := reach_problem(uow.policy.contacts[p], notifiers, sure=False))}
    problems = [target.reason.rstrip(".") for target in found if target.reason]
    problems += [f"{person} {why}" for person, why in mute.items()]
    return ResolvedTargets([person for person in named if person not in mute], problems)
