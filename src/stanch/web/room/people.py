"""Roles, and who has been paged."""

from stanch.identity.people import names
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Names to offer where a person is asked for."""
    return {"people": known_names(view.uow)}


def known_names(uow: UnitOfWork) -> list[str]:
    """Everybody who may sign in, and every contact."""
    return sorted(names(uow.tx) | set(uow.policy.contacts))


PANEL = Panel("people", "side", 60, "People", context)
