"""Where people talk about the incident in a chat, and what they marked there; left out without either."""

from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """The channels are in the record, the marks too."""
    return (
        {"channels": view.record.channels, "pins": view.record.pins}
        if view.record.channels or view.record.pins
        else None
    )


PANEL = Panel("channels", "side", 65, "Channel", context)
