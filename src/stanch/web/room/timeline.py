"""The timeline, newest first: day lines, who or what each entry is by, filters, what machines wrote in between folded."""

from collections.abc import Callable
from functools import lru_cache
from itertools import islice, zip_longest
from typing import Any, Literal

import msgspec
from markupsafe import Markup

from stanch.kernel.actor import ENGINE
from stanch.kernel.kept import Kept
from stanch.prepare.called import called_by
from stanch.respond.correcting import corrections
from stanch.respond.redacting import may_redact, redactable
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import PostmortemWritten
from stanch.timeline.facts.paging import PageSent
from stanch.web.pages.render import ENVIRONMENT, fragment
from stanch.web.room.panel import Context, Panel, View

SHOWN, MOMENTS = 100, 12
# What a machine writes while it does its work; a run of these is one line until somebody opens it.
CHATTER = frozenset(
    {"page_requested", "page_stepped", "page_sent", "page_put_off", "criterion_turned", "prompted", "prompt_told", "audience_told", "prompt_withdrawn",
     "people_proposed", "evidence_captured",
     "observation_extended", "signal_attached", "signal_cleared", "signal_detached", "review_asked", "severity_proposed"}
)  # fmt: skip
KEY_KINDS = frozenset(
    {
        "declared",
        "phase_shifted",
        "mitigation_started",
        "outcome_measured",
        "decision_made",
        "resolved",
        "closed",
        "reopened",
    }
)
DECISIONS = KEY_KINDS | {
    "severity_set", "role_taken", "role_given_back", "handoff_answered", "hypothesis_stated", "concern_raised",
    "concern_answered", "criteria_set", "timebox_opened", "timebox_ended", "timebox_fallback_refused", "update_posted", "mitigated",
    "merged", "prompt_declined", "concluded", "postmortem_decided",
}  # fmt: skip
FILTERS = ("all", "decisions", "people", "machine")
# The icon of a kind by its first word, and its tone.
ICONS = {
    "signal": ("radio", ""), "declared": ("siren", "red"), "page": ("bell", ""), "acknowledged": ("hand", "green"),
    "mitigation": ("zap", "red"), "outcome": ("gauge", ""), "mitigated": ("circle-check", "green"), "evidence": ("camera", ""),
    "criterion": ("activity", ""), "criteria": ("activity", ""), "resolved": ("circle-check", "green"), "closed": ("check", "green"),
    "prompt": ("hand", ""), "prompted": ("hand", ""), "update": ("megaphone", ""), "phase": ("arrow-right", ""), "severity": ("gauge", ""),
    "merged": ("git-branch", ""), "reopened": ("rotate-ccw", "red"), "finding": ("eye", ""), "timebox": ("clock", ""),
}  # fmt: skip
HELPED = ("circle-check", "green")


class Row(msgspec.Struct, frozen=True):
    """One entry as it is shown. ``person``: who it is by; empty: a machine. ``mark``: an avatar, or the icon of its kind."""

    entry: Entry
    person: str
    mark: Markup
    decision: bool


class Group(msgspec.Struct, frozen=True):
    """The line between two days, an entry, or several that are folded."""

    kind: Literal["day", "entry", "fold"]
    rows: list[Row]


def context(view: View) -> Context:
    """One page of the entries that were known at that moment."""
    show = view.query.get("show", "all")
    show = show if show in FILTERS else "all"
    mine = view.at is None and may_redact(view.record, view.uow)
    chosen = [x for x in view.entries if mine and x.position == view.number("redact") and redactable(x)]
    return {
        "lines": _page(view, show, mine=mine), "redact": next(iter(chosen), None), "at": view.at, "total": len(view.entries),
        "filters": FILTERS, "show": show, "moments": key_moments(view.entries, called_by(view.policy)),
    }  # fmt: skip


# An entry never changes: its line is drawn once for each way in which it can be shown, and so is a page of them. So many characters are kept.
_DRAWN: Kept[Markup] = Kept(12_000_000, len)


def _page(view: View, show: str, *, mine: bool) -> Markup:
    """The lines of a page; as of now they depend on nothing but the entries, whose newest hash stands for all, names, and these choices."""
    before, called = view.number("before"), called_by(view.policy)

    def draw() -> Markup:
        known = [x for x in view.entries if view.at is None or x.recorded_at <= view.at]
        fitting = (
            row
            for x in reversed(without_older_saves(known))
            if (not before or x.position < before) and wanted(row := row_of(x, called), show)
        )
        rest = list(islice(fitting, SHOWN + 1))
        line = _lines(view, corrections(known), mine=mine, paged=len(view.entries) > SHOWN)
        groups = grouped(rest[:SHOWN], fold=show == "all")
        return fragment(
            "room/lines.html", groups=[(g, [line(row) for row in g.rows if g.kind != "day"]) for g in groups],
            more=rest[SHOWN - 1].entry.position if len(rest) > SHOWN else 0,
            before=before, at=view.at, show=show, here=f"/incidents/{view.record.id}",
        )  # fmt: skip

    if view.at is not None:
        return draw()
    return _DRAWN.get((view.record.id, view.entries[-1].hash, called.version, before, show, mine), draw)


def _lines(view: View, amended: dict[int, int], *, mine: bool, paged: bool) -> Callable[[Row], Markup]:
    """Draws a row. ``mine``: the reader may redact; ``paged``: the timeline is longer than a page."""
    same = {"here": f"/incidents/{view.record.id}", "paged": paged, "writing": view.writing}
    called = called_by(view.policy)
    ways = (mine, called.version, *same.values())

    def line(row: Row) -> Markup:
        x, changed = row.entry, amended.get(row.entry.position, 0)
        return _DRAWN.get(
            (x.hash, x.redacted, changed, *ways),
            lambda: fragment(
                "room/entry.html", row=row, called=called, redactable=mine and redactable(x), amended=changed, **same
            ),
        )

    return line


def without_older_saves(entries: list[Entry]) -> list[Entry]:
    """A part of the postmortem is saved each few seconds while somebody types it: of a run of these the last one is shown."""

    def save(entry: Entry) -> tuple[str, str] | None:
        return (entry.author, entry.facts.part) if isinstance(entry.facts, PostmortemWritten) else None

    return [
        x
        for x, after in zip_longest(entries, entries[1:])
        if save(x) is None or after is None or save(x) != save(after)
    ]


def row_of(entry: Entry, called: Callable[[str], str]) -> Row:
    """How an entry is drawn."""
    machine = entry.author == ENGINE.name
    icon, tone = ICONS.get(entry.kind) or ICONS.get(entry.kind.split("_")[0]) or ("sparkles", "")
    if entry.kind == "outcome_measured" and getattr(entry.facts, "outcome", "") == "helped":
        icon, tone = HELPED
    person = "" if machine else called(entry.author)
    mark = drawn("node", icon, tone) if machine or tone else drawn("avatar", person, "")
    return Row(entry, person, mark, entry.kind in DECISIONS)


@lru_cache(maxsize=500)
def drawn(macro: str, name: str, tone: str) -> Markup:
    """An avatar or an icon: a page has hundreds of a few different ones."""
    macros: Any = ENVIRONMENT.get_template("_macros.html").module
    return Markup(macros.avatar(name) if macro == "avatar" else macros.node(name, tone))  # noqa: S704 - of our own macros


def wanted(row: Row, show: str) -> bool:
    """Whether a filter shows it."""
    return show == "all" or {"decisions": row.decision, "people": bool(row.person), "machine": not row.person}[show]


def chatter(row: Row) -> bool:
    """Whether an entry may be folded. A page that could not be delivered is never folded."""
    facts = row.entry.facts
    return not row.person and row.entry.kind in CHATTER and not (isinstance(facts, PageSent) and not facts.ok)


def grouped(rows: list[Row], *, fold: bool) -> list[Group]:
    """Day lines between days, and two or more of a machine's lines in a row as one."""
    found: list[Group] = []
    day = 0
    for row in rows:
        today = row.entry.happened_at // 86_400_000_000
        if day and today != day:
            found.append(Group("day", [row]))
        day = today
        if fold and chatter(row) and found and found[-1].kind != "day" and chatter(found[-1].rows[0]):
            found[-1] = Group("fold", [*found[-1].rows, row])
        else:
            found.append(Group("entry", [row]))
    return found


def key_moments(entries: list[Entry], called: Callable[[str], str]) -> list[tuple[int, str]]:
    """Moments to jump to: phases, mitigations and the end."""
    found = [(x.recorded_at, x.facts.told(called)) for x in entries if x.kind in KEY_KINDS]
    return found[-MOMENTS:]


PANEL = Panel("timeline", "stream", 20, "Timeline", context)
