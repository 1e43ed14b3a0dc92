"""The shifts of one person, in all schedules (R2)."""

from collections.abc import Iterable

import msgspec

from stanch.kernel.shift import Shift
from stanch.prepare.oncall.people import contact_key
from stanch.timeline.unit_of_work import UnitOfWork


def having(plan: Iterable[Shift], names: Iterable[str]) -> list[Shift]:
    """Those shifts of a plan that hold one of these names, in order; what follows without a break is one shift.

    A break of one's own week by an override of oneself is none. The layers are all named.
    """
    wanted, found = set(names), list[Shift]()
    for shift in plan:
        if wanted.isdisjoint(shift.people()):
            continue
        if found and found[-1].end == shift.start:
            before = found.pop()
            layers = dict.fromkeys(filter(None, [*before.layer.split(", "), shift.layer]))
            shift = msgspec.structs.replace(
                before, end=shift.end, layer=", ".join(layers), override=before.override or shift.override
            )
        found.append(shift)
    return found


def of_person(uow: UnitOfWork, key: str, plan: list[Shift]) -> list[Shift]:
    """The shifts of one contact in a plan, by whichever of their names it holds them; theirs alone, be others on call too."""
    named = {person for shift in plan for person in shift.people()}
    names = [person for person in named if contact_key(uow.policy.contacts, person) == key]
    return [msgspec.structs.replace(shift, person=key, others=()) for shift in having(plan, names)]
