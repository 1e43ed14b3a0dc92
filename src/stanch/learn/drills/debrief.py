"""The debrief of a drill: the points with the entries behind them, what to practise next, and all of it as Markdown (R40). Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from stanch.kernel.answers import Moment, Span
from stanch.kernel.clock import day, hour_minute, spell
from stanch.kernel.drill_script import Practice, Script
from stanch.learn.drills.in_time import score
from stanch.learn.drills.scoring import Played, Point, percent

NEXT: dict[Practice, str] = {
    "taken": "Say 'I have it' at the first sign, before looking further.",
    "declare": "Declare early: it costs one command, and closing a small one costs another.",
    "commander": "Take the role of Incident Commander with the declaration, out loud.",
    "roles": "Keep who decides and who types apart, from the second person on.",
    "impact": "Ask first what customers feel, and state a severity that may be wrong.",
    "public": "Draft the first public word before the cause is known: that you know, and when you speak again.",
    "mitigate": "Stop the harm before looking for the cause: the fastest step that can be taken back.",
    "verify": "One change at a time; watch it for as long as it needs; take back what made it worse.",
    "hypotheses": "Write down two hypotheses and what speaks for each.",
    "challenge": "Ask one person to look for what speaks against the favourite.",
    "cadence": "Promise the next update with each update, and post it even when nothing is new.",
    "news": "Answer whoever asks in one place, with an update for everybody.",
    "handoff": "Hand a role over with a summary, and keep it until the other one has said 'I have it'.",
    "criteria": "State what 'recovered' means while the mitigation still runs.",
    "resolve": "Wait until the criteria have held before calling it over.",
}
MOST_NEXT = 3


class Debrief(msgspec.Struct, frozen=True):
    """How a team did in a drill. ``percent``: of what was asked for, how much was kept; None while nothing was asked for."""

    incident: str
    title: str
    script: str
    shape: str
    service: str
    started_at: Moment
    ended_at: Moment | None
    aborted: str
    participants: list[str]
    percent: int | None
    points: list[Point]
    practise: list[str]
    next_drills: list[str]
    questions: list[str]
    paused: Span = 0

    def line(self) -> str:
        """For chat."""
        lines = [f"{self.incident} {self.title}: {self.standing()}"]
        lines += [f"{p.standing}: {p.title} – {p.reason}" for p in self.points]
        return "\n".join([*lines, *(f"Practise: {text}" for text in self.practise)])

    def standing(self) -> str:
        """``9 of 13 kept, 2 partly (77 %)``."""
        if self.percent is None:
            return "nothing was asked of the team yet"
        asked = [p for p in self.points if p.standing != "not asked"]
        counts = {word: sum(p.standing == word for p in asked) for word in ("kept", "partly")}
        partly = f", {counts['partly']} partly" if counts["partly"] else ""
        return f"{counts['kept']} of {len(asked)} kept{partly} ({self.percent} %)"


def debrief(played: Played, name: str, every: Mapping[str, Script], paused: int = 0) -> Debrief:
    """``name``: of the script; ``every``: what could be drilled next; ``paused``: how long it stood still, which is judged nowhere."""
    record, drill, points = played.record, played.drill, score(played)
    weak = [p.key for p in points if p.standing == "missed"] + [p.key for p in points if p.standing == "partly"]
    return Debrief(
        record.id, record.title, name, played.script.shape, record.service, drill.started_at, record.closed_at,
        drill.aborted, sorted(drill.people), percent(points), points, [NEXT[key] for key in weak[:MOST_NEXT]],
        next_drills(name, weak, every), played.script.debrief, paused,
    )  # fmt: skip


def next_drills(name: str, weak: list[Practice], every: Mapping[str, Script]) -> list[str]:
    """At most two other scripts that practise most of what went worst."""
    fits = {key: len(set(weak) & set(script.practises)) for key, script in every.items() if key != name}
    return [key for key in sorted(fits, key=lambda key: (-fits[key], key)) if fits[key]][:2]


SECTIONS = (("Practise next", "practise"), ("Drills that practise it", "next_drills"), ("Talk about", "questions"))


def plain(found: Debrief) -> dict[str, Any]:
    """What the HTML and the PDF are made of: text only."""
    return {
        "title": f"{found.title}: debrief",
        "standing": found.standing()[:1].upper() + found.standing()[1:],
        "facts": [[label, value] for label, value in facts(found) if value],
        "points": [
            {
                "standing": p.standing,
                "title": p.title,
                "reason": p.reason,
                "entries": ", ".join(map(str, p.entries[:8])),
            }
            for p in found.points
        ],
        "sections": [{"title": title, "texts": texts} for title, name in SECTIONS if (texts := getattr(found, name))],
    }


def markdown(found: Debrief, url: str) -> str:
    """The debrief as a file, each entry a link. ``url``: of the installation."""
    lines = [f"# {found.title}: debrief", "", f"**{found.standing()}**", ""]
    lines += [f"- {label}: {value}" for label, value in facts(found) if value]
    lines += [
        "",
        "The team is judged, never a person.",
        "",
        "| | Practice | How it went | Entries |",
        "|---|---|---|---|",
    ]
    for p in found.points:
        links = ", ".join(f"[{n}]({url}/incidents/{found.incident}#e{n})" for n in p.entries[:8])
        lines.append(f"| {p.standing} | {_cell(p.title)} | {_cell(p.reason)} | {links} |")
    for heading, name in SECTIONS:
        texts = getattr(found, name)
        lines += ["", f"## {heading}", "", *(f"- {text}" for text in texts)] if texts else []
    return "\n".join(lines) + "\n"


def facts(found: Debrief) -> list[tuple[str, str]]:
    """What stands above the points."""
    ended = found.ended_at
    took = f", took {spell(ended - found.started_at)}" if ended else ", goes on"
    return [
        ("Drill", found.script if found.shape in ("", found.script) else f"{found.script} ({found.shape})"),
        ("Service", found.service),
        ("When", f"{day(found.started_at)} {hour_minute(found.started_at)} UTC{took}"),
        ("Stood still for", spell(found.paused) if found.paused else ""),
        ("Broken off", found.aborted),
        ("Took part", ", ".join(found.participants)),
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
