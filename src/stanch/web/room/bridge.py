"""The bridge call: its link, who is in it, and opening one (R34)."""

from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Only while people respond."""
    if view.at is not None or not view.record.live():
        return None
    bridge = view.record.bridge
    return {"bridge": bridge, "inside": bool(bridge and view.uow.actor.name in bridge.people)}


PANEL = Panel("bridge", "stream", 7, "", context, still=True)
