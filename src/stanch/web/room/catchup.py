"""Catch me up: at most ten lines, since somebody looked or wrote last, or for who joins (R35)."""

from stanch.respond.catching_up import caught_up, last_there
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Nothing of the past; ``catchup=1`` in the address opens it."""
    if view.at is not None or view.record.status == "investigating":
        return None
    after = last_there(view.uow, view.record.id, view.entries)
    return {
        "caught": caught_up(view.uow, view.record, view.entries, after),
        "fresh": len(view.entries) - after if after else 0,
        "opened": bool(view.number("catchup")),
    }


PANEL = Panel("catchup", "stream", 5, "", context)
