"""Similar incidents, and what helped then."""

from stanch.learn.memory.commands import Similar, similar
from stanch.web.room.panel import Context, Panel, View


def context(view: View) -> Context | None:
    """Shown while the incident is live, not for a past moment."""
    if view.at is not None or not view.record.live():
        return None
    found = similar(view.uow, Similar(view.record.id))
    return {"similar": found} if found else None


PANEL = Panel("similar", "side", 35, "Similar", context, "Mitigate")
