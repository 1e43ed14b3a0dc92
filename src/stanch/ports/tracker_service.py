"""What the trackers' REST and GraphQL services have in common: JSON, pauses that they ask for, and refusals in words (formats/19, 19.5)."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from stanch.kernel.clock import SECOND, SystemClock
from stanch.ports import Failed
from stanch.ports.failures import Paused
from stanch.ports.json_fields import loose_moment
from stanch.ports.message_text import cut, one_line
from stanch.ports.tracker import Ticket
from stanch.ports.web_service import HttpResponse, WebService

# A page of fifty issues with long bodies.
MOST_BYTES, PAGE, MOST_PAGES = 8_000_000, 50, 40
# The pause when a rate limit names no end.
PAUSE_SECONDS, LONGEST_PAUSE = 60.0, 3600.0
Pause = Callable[[HttpResponse, float], float | None]


class TrackerService:
    """One service. ``pause``: for how many seconds an answer, at a moment (epoch seconds), asks to be left alone; None for not at all.

    Nothing is sent during a pause, since further requests prolong it. ``writes_every``: seconds between two writes.
    """

    def __init__(
        self,
        title: str,
        base_url: str,
        timeout: float,
        headers: Callable[[], Mapping[str, str]],
        pause: Pause,
        *,
        writes_every: float = 0,
    ) -> None:
        self.title, self.headers, self.pause, self.writes_every = title, headers, pause, writes_every
        self.web = WebService(base_url, timeout, most=MOST_BYTES)
        self.clock: Callable[[], float] = _epoch
        self.sleep: Callable[[float], None] = time.sleep
        self._not_before = self._written = 0.0

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """One exchange. Raises ``Failed`` (``again``) for a pause, a service that is away, and one that fails itself."""
        left = self._not_before - self.clock()
        if left > 0:
            raise Paused(f"{self.title} has asked for a pause", left)
        if self.writes_every and method != "GET":
            self.sleep(max(0.0, min(self.writes_every, self._written + self.writes_every - self.clock())))
            self._written = self.clock()
        sent = {**self.headers(), "Content-Type": "application/json", **(headers or {})}
        answer = self.web.ask(method, path, sent, b"" if body is None else msgspec.json.encode(body))
        if (seconds := self.pause(answer, self.clock())) is not None:
            seconds = min(max(seconds, 1.0), LONGEST_PAUSE)
            self._not_before = self.clock() + seconds
            raise Paused(f"{self.title} has asked for a pause of {round(seconds)} s", seconds)
        if answer.passing():
            raise Failed(f"{self.title} answers {answer.status}", again=True, after=answer.after)
        return answer

    def refused(self, answer: HttpResponse, hints: Mapping[int, str]) -> Failed:
        """The refusal in words, with a hint."""
        said = cut(one_line(words_of(answer)), 200)
        hint = hints.get(answer.status, "")
        return Failed(
            f"{self.title} answers {answer.status}: {said or 'nothing'}" + (f"; {hint}" if hint else ""), again=False
        )

    def path_of(self, url: str) -> str:
        """The path of an address that the service named. Raises ``Failed`` for another host: our token is not for that one."""
        ours, named = urlsplit(self.web.base_url), urlsplit(url)
        if named.netloc and named.netloc != ours.netloc:
            raise Failed(f"{self.title} points to {named.netloc}, which is not {ours.netloc}", again=False)
        return (named.path.removeprefix(ours.path) if ours.path else named.path) + (
            f"?{named.query}" if named.query else ""
        )


def _epoch() -> float:
    return SystemClock().now() / SECOND


def nobody(ticket: Ticket, account: str | None, found: object) -> Ticket:
    """The ticket with a note when the wanted assignee is unknown there."""
    if not account or found:
        return ticket
    return msgspec.structs.replace(ticket, dropped=(*ticket.dropped, f"nobody is called {account} there"))


def hidden(mark: str) -> str:
    """Our mark as a comment, which nobody sees in the text of a ticket."""
    return f"<!-- stanch:item={mark} -->"


def rows(answer: HttpResponse) -> list[dict[str, Any]]:
    """The objects of a JSON array; nothing where it is none."""
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a webhook; empty where it is none."""
    return dict(HttpResponse(200, body).json())


def part(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """An object within objects; empty where one of them is missing or is no object."""
    found: Any = value
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def parts(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list within an object."""
    found = value.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def words_of(answer: HttpResponse) -> str:
    """What an error says, in whichever of the trackers' forms: a text, a list, or one text for each field."""
    said = answer.json()
    found = [said.get(name) for name in ("message", "error", "errorMessages", "errors", "error_description")]
    return "; ".join(dict.fromkeys(text for each in found for text in _texts(each))) or answer.beginning()


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if not isinstance(value, Mapping):
        return []
    if isinstance(value.get("message"), str):
        return [str(value["message"])]
    if "field" in value and "code" in value:
        return [f"{value['field']} {value['code']}"]
    return [f"{name}: {text}" for name, each in value.items() for text in _texts(each)]


def moment_of(text: object) -> int:
    """Microseconds of ``2026-06-01T10:00:00.000+0200`` and ``2026-06-01 10:00:00 UTC`` alike; 0 for what is none."""
    try:
        return loose_moment(text) or 0
    except ValueError:
        return 0


def until(epoch: object, now: float, scale: float = 1.0) -> float | None:
    """Seconds from ``now`` until an epoch that a header names (``scale``: its ticks a second); None for none and for one gone by."""
    text = str(epoch or "")
    left = int(text) / scale - now if text.isascii() and text.isdecimal() and len(text) < 16 else 0.0
    return left if left > 0 else None
