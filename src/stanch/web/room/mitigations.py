"""Runs so far, and the ranked mitigations."""

import msgspec
from markupsafe import Markup

from stanch.kernel.kept import Kept
from stanch.mitigate.ranking.rank import Ranked
from stanch.mitigate.rules import stopped, waiting
from stanch.mitigate.survey import newest
from stanch.web.pages.render import fragment
from stanch.web.room.panel import Context, Panel, View

# The list says nothing of now: it is drawn once for everybody who looks at it. So many characters are kept.
_DRAWN: Kept[Markup] = Kept(4_000_000, len)


def context(view: View) -> Context:
    """The ranked list, and what could not be asked."""
    ranked, wait = view.ranked(), waiting(view.record, view.now) if view.record.live() else None
    return {
        "ranked": ranked,
        "ranking": _list(view, ranked, waits=wait is not None) if ranked else "",
        "wait": wait,
        "stopped": stopped(view.record),
        "survey": newest(view.uow, view.record.id),
        "progress": _progress(view),
    }


def _list(view: View, ranked: list[Ranked], *, waits: bool) -> Markup:
    ways = {
        "here": f"/incidents/{view.record.id}", "startable": view.acting and view.record.live(), "waits": waits,
    }  # fmt: skip
    key = (msgspec.msgpack.encode(ranked), *ways.values())
    return _DRAWN.get(key, lambda: fragment("room/ranking.html", ranked=ranked, **ways))


def _progress(view: View) -> dict[str, str]:
    """What each run that has not answered yet said last."""
    if all(run.answered for run in view.record.runs.values()):
        return {}
    rows = view.uow.tx.all("SELECT run, progress FROM mitigation_runs WHERE incident = :id", id=view.record.id)
    return {row["run"]: row["progress"] for row in rows if row["progress"]}


PANEL = Panel("mitigations", "side", 10, "Mitigate", context, phases=("detect", "triage", "mitigate"))
