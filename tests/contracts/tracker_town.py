"""What the four local trackers have in common: people who edit there, a clock, and faults. Each is as strict as its documentation."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from stanch.ports.tracker import Tracker

PAYLOADS = Path(__file__).parents[1] / "data/trackers"
SENT = json.loads((PAYLOADS / "_headers.json").read_text())
TOKEN, SECRET = "tracker-token-4711", SENT["secret"]
Reply = tuple[int, dict[str, str], bytes]


class Refused(Exception):
    """What the server says no with."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.reply = (status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def recorded(name: str) -> Refused:
    """A recorded answer."""
    found = json.loads((PAYLOADS / name).read_text())
    body = found["body"].encode() if isinstance(found["body"], str) else found["body"]
    return Refused(found["status"], body, found["headers"])


class Issue(msgspec.Struct):
    """An issue as its tracker keeps it. ``state``: open, done or dropped."""

    id: int
    number: int
    place: str
    title: str
    text: str
    owner: str = ""
    due: str = ""
    state: str = "open"
    labels: list[str] = []
    updated: float = 0.0
    created: float = 0.0
    moved_to: int = 0
    deleted: bool = False
    uuid: str = ""
    comments: list[str] = []


class Town:
    """``lose``: the next change is made, and its answer never comes. ``limits``: what the next requests are answered with."""

    name: ClassVar[str]
    place: ClassVar[str]
    elsewhere: ClassVar[str]
    has_dates: ClassVar[bool] = True
    people: ClassVar[dict[str, Any]]

    def __init__(self) -> None:
        self.now = 1_780_308_000.0
        self.issues: list[Issue] = []
        self.url = ""
        self.lose = False
        self.limits: list[Refused] = []
        self.asked: list[tuple[str, str]] = []

    def tracker(self, url: str, **more: Any) -> Tracker:
        raise NotImplementedError

    def route(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        raise NotImplementedError

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        self.now += 1
        parts = urlsplit(path)
        self.asked.append((method, unquote(parts.path)))
        try:
            if self.limits:
                raise self.limits.pop(0)
            query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            said = json.loads(body) if body else None
            status, found, more = self.route(method, parts.path, query, headers, said)
        except Refused as refused:
            return refused.reply
        if self.lose and self.writes(method, body):
            self.lose = False
            return 502, {}, b"bad gateway"
        return (
            status,
            {"Content-Type": "application/json", **more},
            b"" if found is None else json.dumps(found).encode(),
        )

    def writes(self, method: str, body: bytes) -> bool:
        return method != "GET"

    def make(self, **values: Any) -> Issue:
        number = len(self.issues) + 17
        found = Issue(
            900_000 + number,
            number,
            values.pop("place", self.place),
            updated=self.now,
            created=self.now,
            comments=[],
            **values,
        )
        self.issues.append(found)
        return found

    def touch(self, issue: Issue, **values: Any) -> None:
        self.now += 1
        for name, value in values.items():
            setattr(issue, name, value)
        issue.updated = self.now

    def iso(self, moment: float) -> str:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def after(self, text: str) -> float:
        found = datetime.fromisoformat(text)
        assert found.tzinfo
        return found.timestamp()

    def one(self, **values: Any) -> Issue:
        found = [each for each in self.issues if all(getattr(each, name) == value for name, value in values.items())]
        if not found:
            raise Refused(404, {"message": "Not Found"})
        return found[0]

    def move(self, issue: Issue) -> None:
        """Somebody moves it to the other project."""
        raise NotImplementedError


def match(pattern: str, path: str) -> tuple[str, ...] | None:
    found = re.fullmatch(pattern, path)
    return found.groups() if found else None


def need(condition: object, status: int, body: Any) -> None:
    if not condition:
        raise Refused(status, body)


Towns = dict[str, Callable[[], Town]]
