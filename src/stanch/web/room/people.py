"""Roles, and who has been paged."""

from stanch.prepare.known_people import known_names
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context:
    """Names to offer where a person is asked for."""
    return {"people": known_names(view.uow)}


PANEL = Panel("people", "side", 60, "People", context)
