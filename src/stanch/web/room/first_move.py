"""On a phone: the best mitigation with its button, so that it is started with two taps (R16); a wide screen shows the whole list."""

from stanch.mitigate.rules import stopped, waiting
from stanch.web.room.mitigations import PANEL as MITIGATIONS
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Nothing to start while a run is watched, once the harm is stopped, or in a phase that is past mitigating."""
    if view.at is not None:
        return None
    record = view.record
    open_to_it = record.live() and record.phase in MITIGATIONS.phases
    ranked = view.ranked() if open_to_it and not (waiting(record, view.now) or stopped(record)) else []
    return {"best": ranked[0] if ranked else None, "others": len(ranked) - 1}


PANEL = Panel("first_move", "now", 20, "", context)
