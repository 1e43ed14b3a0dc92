"""That this is a drill, who takes part, and how to break it off or read how the team does (R40)."""

from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Only in a drill; also in its past."""
    drill = view.record.drill
    if drill is None:
        return None
    return {
        "drill": drill,
        "takes_part": view.uow.actor.name in drill.people,
        "leads": view.uow.actor.name == drill.facilitator,
    }


PANEL = Panel("drill", "head", 1, "", context)
