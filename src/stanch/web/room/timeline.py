"""The timeline, newest first, and the ways to a past moment."""

from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import Amended
from stanch.web.room.panel import Context, Panel, View

SHOWN, MOMENTS = 200, 12
QUIET = frozenset({"page_stepped", "criterion_turned", "prompted"})
KEY_KINDS = frozenset(
    {"declared", "phase_shifted", "mitigation_started", "outcome_measured", "resolved", "closed", "reopened"}
)


def context(view: View) -> Context:
    """One page of the entries that were known at that moment."""
    known = [x for x in view.entries if view.at is None or x.recorded_at <= view.at]
    before = view.number("before")
    rest = [x for x in reversed(known) if not before or x.position < before]
    return {
        "timeline": rest[:SHOWN], "more": rest[SHOWN - 1].position if len(rest) > SHOWN else 0,
        "before": before, "quiet": QUIET, "at": view.at, "total": len(view.entries),
        "amended": {x.facts.position: x.position for x in known if isinstance(x.facts, Amended)},
        "moments": key_moments(view.entries),
    }  # fmt: skip


def key_moments(entries: list[Entry]) -> list[tuple[int, str]]:
    """Moments worth a look back: phases, mitigations and the end."""
    found = [(x.recorded_at, x.facts.sentence()) for x in entries if x.kind in KEY_KINDS]
    return found[-MOMENTS:]


PANEL = Panel("timeline", "stream", 20, "Timeline", context)
