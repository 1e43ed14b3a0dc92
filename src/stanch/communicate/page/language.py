"""The words of the page in a language, from a file that anybody can add; dates and spans as that language writes them. Pure but for reading its files."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import yaml

from stanch.communicate.page.snapshot import Event, Incident, Snapshot
from stanch.communicate.page.uptime import zone_of
from stanch.kernel.clock import MINUTE, SECOND
from stanch.kernel.status_page import StatusPage

FOLDER = Path(__file__).parent / "languages"


def languages() -> list[str]:
    """The codes of the languages that there is a file for."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@lru_cache(maxsize=32)
def words_of(code: str) -> dict[str, Any]:
    """The words of a language; what its file lacks, or an unknown language, is English."""
    english: dict[str, Any] = yaml.safe_load((FOLDER / "en.yaml").read_text("utf-8"))
    path = FOLDER / f"{code}.yaml"
    return (
        english if code == "en" or code not in languages() else {**english, **yaml.safe_load(path.read_text("utf-8"))}
    )


class Language(msgspec.Struct, frozen=True):
    """How one page speaks. ``words``: those of the file and the page's own."""

    code: str
    words: dict[str, Any]
    zone: ZoneInfo

    def __call__(self, key: str, **values: object) -> str:
        """A sentence with its values filled in; braces inside the values are kept as they are."""
        text = str(self.words[key])
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def at(self, moment: int) -> datetime:
        """A moment in the zone of the page."""
        return datetime.fromtimestamp(moment / SECOND, UTC).astimezone(self.zone)

    def day(self, moment: int) -> str:
        """``14 May``."""
        return self.date(self.at(moment), "day")

    def date(self, at: Any, form: str) -> str:
        """A date in one of the forms of the file: ``day``, ``day_year``, ``month_year``."""
        return self(form, day=at.day, month=self.words["months"][at.month - 1], year=at.year)

    def clock(self, moment: int) -> str:
        """``14:07 UTC``."""
        return self.at(moment).strftime("%H:%M %Z")

    def when(self, moment: int) -> str:
        """``14 May, 14:07 UTC``."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def span(self, start: int, end: int) -> str:
        """``14 May, 14:07 to 15:00 UTC``; over midnight, or when the clocks change, both ends are written in full."""
        begins, ends = self.at(start), self.at(end)
        if begins.date() != ends.date() or begins.tzname() != ends.tzname():
            return self("from_to", start=self.when(start), end=self.when(end))
        return self("from_to", start=f"{self.day(start)}, {begins:%H:%M}", end=self.clock(end))

    def spell(self, microseconds: int) -> str:
        """A span, rounded up to minutes, so that a short outage is never shown as 0 minutes."""
        minutes = -(-max(0, microseconds) // MINUTE)
        if minutes < 60:
            return self("minutes", n=minutes)
        return self("hours", h=minutes // 60, n=minutes % 60)

    def title(self, event: Event) -> str:
        """The title that people gave it, else one that names what it is about."""
        form = "trouble_with" if isinstance(event, Incident) else "work_on"
        return event.title or self(form, name=event.about or self("something"))


def language_of(snapshot: Snapshot, code: str = "") -> Language:
    """The language of a page; its first one by default."""
    return speech_of(snapshot.page, code)


def speech_of(page: StatusPage, code: str = "") -> Language:
    """The language of a page that is not drawn; its first one by default."""
    code = code or _first(page)
    return Language(code, {**words_of(code), **page.words}, zone_of(page.time_zone))


def main_language(snapshot: Snapshot) -> str:
    """The first language of the page."""
    return _first(snapshot.page)


def _first(page: StatusPage) -> str:
    return page.languages[0] if page.languages else "en"
