"""The pages that people read. Every link is relative, so that the same bytes work from stanch, a folder or a bucket. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stanch.communicate.page.language import Language, language_of, main_language, words_of
from stanch.communicate.page.rollup import overall
from stanch.communicate.page.snapshot import Document, Event, Incident, Maintenance, Snapshot
from stanch.communicate.page.uptime import Day, uptime
from stanch.kernel.clock import DAY, iso
from stanch.kernel.markdown import clean_html

TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"
# With more components than this the bars stand on the page of uptime only: the first page stays small.
BARS_UP_TO, RECENT, RECENT_DAYS, LIVE_IN_FULL = 40, 10, 90, 5
# A public postmortem lists so many posts; all of them stand on the page of the incident.
TOLD = 40
LOOKS = {"operational": "good", "maintenance": "planned", "partial": "bad", "major": "bad"}
KINDS = {None: "n", "operational": "ok", "degraded_performance": "s", "partial_outage": "p", "major_outage": "d"}


def runs(days: tuple[Day, ...]) -> Iterator[tuple[int, int, str]]:
    """Runs of equal days as (start, length, state), so that a quarter without incidents is drawn as one rectangle."""
    start = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or days[place].state != days[start].state:
            yield start, place - start, KINDS[days[start].state]
            start = place


@lru_cache(maxsize=1)
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )  # fmt: skip
    env.filters.update(iso=iso, runs=runs, md=prose)
    return env


def prose(text: str) -> Markup:
    """Markdown as clean HTML; its headings stand below those of the page."""
    return Markup(re.sub(r"(</?)h[1-6]>", r"\1h3>", clean_html(text)))  # noqa: S704 - it is clean


def style(snapshot: Snapshot) -> bytes:
    """The one style sheet, in the colours of the page."""
    text = (TEMPLATES / "style.css").read_text("utf-8")
    return (
        text.replace("ACCENT_DARK", snapshot.page.accent_dark or "#58cfc2")
        .replace("ACCENT", snapshot.page.accent or "#0a5f5c")
        .encode()
    )


def script() -> bytes:
    """The reader's own time, as an improvement only."""
    return (TEMPLATES / "local-time.js").read_bytes()


def hashed(name: str, body: bytes) -> str:
    """A name that changes with its content, so that caches may keep it for ever."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:8]}.{ending}"


def documents(snapshot: Snapshot, assets: dict[str, str]) -> dict[str, Document]:
    """Every HTML file, in each language of the page. ``assets``: ``style``, ``script``, ``logo``, ``favicon`` by file name."""
    found: dict[str, Document] = {}
    for code in snapshot.page.languages or ["en"]:
        found.update(_Pages(snapshot, assets, code).all())
    return found


def tail(snapshot: Snapshot, code: str) -> str:
    """What a file's name ends with: ``.html`` in the page's own language, ``.de.html`` in a translation."""
    return ".html" if code == main_language(snapshot) else f".{code}.html"


def months(snapshot: Snapshot) -> list[str]:
    """``2026-05`` and so on, newest first: from the first event to now."""
    say = language_of(snapshot)
    moments = [each.created_at for each in (*snapshot.incidents, *snapshot.maintenances)]
    last, first = say.at(snapshot.as_of), say.at(min([*moments, snapshot.as_of]))
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [f"{(last.year * 12 + last.month - 1 - n) // 12}-{(last.month - 1 - n) % 12 + 1:02d}" for n in range(count)]


def form_page(snapshot: Snapshot, assets: dict[str, str], up: str, code: str, **context: Any) -> bytes:
    """A page that people fill in, in the look of the page and one of its languages; ``up``: where the page is, with a slash at the end."""
    return _Pages(snapshot, assets, code).form(up, context).body


class _Pages:
    """The pages of one language."""

    def __init__(self, snapshot: Snapshot, assets: dict[str, str], code: str) -> None:
        self.snapshot, self.assets = snapshot, assets
        self.say: Language = language_of(snapshot, code)
        self.tail = tail(snapshot, code)

    def all(self) -> dict[str, Document]:
        names = months(self.snapshot)
        found = {f"index{self.tail}": self.index(), f"uptime{self.tail}": self.uptime()}
        for event in (*self.snapshot.incidents, *self.snapshot.maintenances):
            found[f"incidents/{event.id}{self.tail}"] = self.event(event)
            if isinstance(event, Incident) and event.learned:
                found[f"incidents/{event.id}/postmortem{self.tail}"] = self.postmortem(event)
        by_month: dict[str, list[Event]] = {name: [] for name in names}
        for event in sorted((*self.snapshot.incidents, *self.snapshot.maintenances), key=_begins, reverse=True):
            by_month.setdefault(self.say.at(_begins(event)).strftime("%Y-%m"), []).append(event)
        links = [(name, self._month(name)) for name in sorted(by_month, reverse=True)]
        for name, events in by_month.items():
            found[f"history/{name}{self.tail}"] = self.month(name, events, links)
        return found

    def index(self) -> Document:
        snapshot, key = self.snapshot, overall(self.snapshot)
        live = snapshot.live()
        recent = [
            each
            for each in snapshot.incidents
            if not each.live() and each.updated_at > snapshot.as_of - RECENT_DAYS * DAY
        ]
        shown = snapshot.components if len(snapshot.components) <= BARS_UP_TO else ()
        return self._render(
            "index.html", "index", "", look=LOOKS.get(key, "fair"), recent=recent[:RECENT], most_live=LIVE_IN_FULL,
            headline=self.say.title(live[0]) if len(live) == 1 else self.say(f"all_{key}"),
            uptimes={each.id: uptime(each, snapshot) for each in shown}, uptime_page=f"uptime{self.tail}",
        )  # fmt: skip

    def event(self, event: Event) -> Document:
        return self._render("event.html", f"incidents/{event.id}", "../", event=event)

    def postmortem(self, incident: Incident) -> Document:
        posts = sorted(incident.posts, key=lambda post: post.at)
        return self._render(
            "postmortem.html", f"incidents/{incident.id}/postmortem", "../../", event=incident, learned=incident.learned, shown_posts=TOLD,
            posts=[post for post in posts if post.state != "postmortem"],
        )  # fmt: skip

    def month(self, name: str, events: list[Event], links: list[tuple[str, str]]) -> Document:
        return self._render(
            "month.html", f"history/{name}", "../", month=name, events=events, heading=self._month(name), months=links
        )

    def uptime(self) -> Document:
        snapshot = self.snapshot
        return self._render(
            "uptime.html", "uptime", "", percent=f"{snapshot.page.partial_counts * 100:g}",
            tables={each.id: uptime(each, snapshot) for each in snapshot.components},
            titles={each.id: self.say.title(each) for each in snapshot.incidents},
        )  # fmt: skip

    def form(self, up: str, context: dict[str, Any]) -> Document:
        asks = [
            (code, words_of(code)["language"], f"{context['action'].partition('?')[0]}?lang={code}")
            for code in self.snapshot.page.languages
            if context["form"] == "ask" and len(self.snapshot.page.languages) > 1
        ]
        return self._render("subscribe.html", "subscribe", up, translations=asks, **context)

    def _month(self, name: str) -> str:
        year, _, month = name.partition("-")
        return self.say("month_year", month=self.say.words["months"][int(month) - 1], year=year)

    def _render(self, template: str, stem: str, up: str, **context: Any) -> Document:
        snapshot = self.snapshot
        codes = snapshot.page.languages if len(snapshot.page.languages) > 1 else []
        files = [(code, words_of(code)["language"], f"{up}{stem}{tail(snapshot, code)}") for code in codes]
        html = _environment().get_template(template).render(
            snapshot=snapshot, page=snapshot.page, say=self.say, up=up, tail=self.tail, at_home=stem == "index",
            home=f"index{self.tail}", uptime=f"uptime{self.tail}", history=f"history/{months(snapshot)[0]}{self.tail}",
            zone=self.say.at(snapshot.as_of).strftime("%Z"),
            **{"logo": "", "favicon": "", "translations": files, **self.assets, **context},
        )  # fmt: skip
        return Document(html.encode(), HTML)


def _begins(event: Event) -> int:
    if isinstance(event, Incident):
        return event.started_at
    assert isinstance(event, Maintenance)
    return event.starts_at
