"""The calendars that schedules name (``Schedule.ical``), kept in memory: read outside of every transaction, asked within."""

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from stanch.kernel.clock import DAY, Clock
from stanch.kernel.policy import Policy
from stanch.kernel.schedule import Schedule
from stanch.kernel.shift import Shift
from stanch.ports import Failed
from stanch.prepare.oncall.checking import LOOPBACK
from stanch.prepare.oncall.ical import LAYER, read
from stanch.prepare.oncall.ical_events import Parsed, parse

MOST_BYTES = 2_000_000
FETCH_SECONDS = 10.0
MOST_REDIRECTS = 3
MOST_NAMED = 10
HEADERS = {"Accept": "text/calendar", "User-Agent": "stanch"}
REMOTE = ("http://", "https://", "webcal://")
# The range that is expanded in advance (that of the feeds); a query beyond it only takes longer.
BEFORE, AFTER = 65 * DAY, 260 * DAY


class Copy(msgspec.Struct):
    """The last valid copy of one calendar. ``mark`` changes with the file; ``shifts`` cover start to end."""

    where: str
    mark: Any
    calendar: Parsed
    zone: str
    contacts: Any
    start: int
    end: int
    shifts: list[Shift]


class CalendarCache:
    """``refresh`` does the input and output, from a background timer; ``shifts`` answers from memory only.

    ``policy``: the policy in force; ``folder``: where relative paths begin; ``kept``: where the last good copies lie, so
    that a restart while an address is away costs nothing.
    """

    def __init__(
        self, policy: Callable[[], Policy], clock: Clock, folder: Path | None = None, kept: Path | None = None
    ) -> None:
        self.policy = policy
        self.clock = clock
        self.folder = folder or Path()
        self.kept = kept
        self._copies: dict[str, Copy] = {}
        self._problems: dict[str, str] = {}
        self._refreshing = threading.Lock()

    def refresh(self, *, fetch: bool = True) -> dict[str, str]:
        """Read every configured calendar again; answers with what failed, a sentence for each schedule.

        A failed one keeps its last good copy. Never within a transaction: an address takes up to ten seconds.
        ``fetch=False`` reads files only.
        """
        with self._refreshing:
            policy, problems = self.policy(), {}
            for name, schedule in policy.schedules.items():
                remote = schedule.ical.lower().startswith(REMOTE)
                if not schedule.ical:
                    continue
                if remote and not fetch:
                    if name not in self._copies and (kept := self._remembered(schedule, policy)):
                        self._copies[name] = kept
                        problems[name] = (
                            f"The calendar of the schedule '{name}' has not been fetched yet; its last good copy counts."
                        )
                    continue
                try:
                    self._copies[name] = self._renewed(self._copies.get(name), schedule, policy, remote)
                except (Failed, ValueError) as error:
                    kept = self._copies.get(name)
                    if kept is None or kept.where != schedule.ical:
                        kept = self._remembered(schedule, policy)
                    if kept:
                        self._copies[name] = kept
                    but = "; its last good copy counts." if kept else "; nobody is on call by it."
                    problems[name] = f"The calendar of the schedule '{name}' cannot be read: {error}{but}"
                else:
                    if said := _left_out(name, self._copies[name].calendar):
                        problems[name] = said
            self._problems = problems if fetch else {**self._problems, **problems}
        return dict(problems)

    def problems(self) -> dict[str, str]:
        """What failed when the calendars were read last, by schedule."""
        return dict(self._problems)

    def shifts(self, name: str, start: int, end: int) -> list[Shift]:
        """Who a schedule's calendar says is on call within ``start`` and ``end``. From memory: no file, no network.

        While there is no copy, a gap says why. Empty for a schedule without a calendar.
        """
        policy = self.policy()
        schedule = policy.schedules.get(name)
        if schedule is None or not schedule.ical:
            return []
        kept = self._copies.get(name)
        if kept is None or kept.where != schedule.ical:
            said = "its calendar cannot be read" if name in self._problems else "its calendar has not been read yet"
            return [Shift("", start, end, LAYER, note=said)]
        if start < kept.start or end > kept.end:
            return read(kept.calendar, policy.contacts, schedule.time_zone, start, end)
        return [
            shift if start <= shift.start and shift.end <= end
            else msgspec.structs.replace(shift, start=max(start, shift.start), end=min(end, shift.end))
            for shift in kept.shifts if shift.start < end and shift.end > start
        ]  # fmt: skip

    def _renewed(self, kept: Copy | None, schedule: Schedule, policy: Policy, remote: bool) -> Copy:
        if kept and kept.where != schedule.ical:
            kept = None
        calendar, mark = self._fetched(kept, schedule.ical) if remote else self._from_file(kept, schedule.ical)
        now, same = self.clock.now(), kept is not None and kept.calendar is calendar
        if kept and same and kept.zone == schedule.time_zone and kept.contacts == policy.contacts:
            if kept.start + BEFORE + DAY > now:
                return kept
        return self._copy(schedule, policy, calendar, mark)

    def _copy(self, schedule: Schedule, policy: Policy, calendar: Parsed, mark: Any) -> Copy:
        start, end = self.clock.now() - BEFORE, self.clock.now() + AFTER
        found = read(calendar, policy.contacts, schedule.time_zone, start, end)
        return Copy(schedule.ical, mark, calendar, schedule.time_zone, policy.contacts, start, end, found)

    def _fetched(self, kept: Copy | None, address: str) -> tuple[Parsed, Any]:
        body = fetch_calendar(address)
        if kept and kept.mark == body:
            return kept.calendar, body
        return self._keep(address, body), body

    def _keep(self, where: str, body: bytes) -> Parsed:
        """A good copy goes to disk. Raises ``ValueError`` for one that is none."""
        calendar = parse(body)
        if path := self._path(where):
            with contextlib.suppress(OSError):  # with a full disk only the copy is lost; the schedule in memory is used
                write_whole(path, body)
        return calendar

    def _remembered(self, schedule: Schedule, policy: Policy) -> Copy | None:
        """The last good copy of an earlier run."""
        path = self._path(schedule.ical)
        try:
            body = path.read_bytes() if path else b""
            return self._copy(schedule, policy, parse(body), None) if body else None
        except (OSError, ValueError):
            return None

    def _path(self, where: str) -> Path | None:
        """The address is a secret: it is not in the name."""
        return self.kept / f"{hashlib.sha256(where.encode()).hexdigest()[:32]}.ics" if self.kept else None

    def _from_file(self, kept: Copy | None, name: str) -> tuple[Parsed, Any]:
        path = self.folder / name
        try:
            seen = path.stat()
            mark = (seen.st_mtime_ns, seen.st_size)
            if kept and kept.mark == mark:
                return kept.calendar, mark
            if seen.st_size > MOST_BYTES:
                raise ValueError(f"the file is larger than {MOST_BYTES // 1_000_000} MB")
            return self._keep(name, path.read_bytes()), mark
        except OSError as error:
            raise Failed(f"{path}: {error.strerror}", again=True) from None


def _left_out(name: str, calendar: Parsed) -> str:
    """The parts of a calendar that are ignored, for the report; empty when all of it counts."""
    count = len(calendar.left_out)
    if not count:
        return ""
    shown = "; ".join(calendar.left_out[:MOST_NAMED]) + (
        f"; and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
    )
    what = "1 event does" if count == 1 else f"{count} events do"
    return f"In the calendar of the schedule '{name}' {what} not count: {shown}."


def write_whole(path: Path, body: bytes) -> None:
    """Replace the file atomically, readable by its owner only. Raises ``OSError``."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
    fresh.replace(path)


def fetch_calendar(url: str) -> bytes:
    """The calendar at an https (or webcal) address, within ten seconds and two megabytes. Raises ``Failed``.

    Calendars are secret by their address: it never appears in an error, and plain http is for this machine only.
    """
    import urllib3

    deadline = time.monotonic() + FETCH_SECONDS
    address = "https" + url[len("webcal") :] if url.lower().startswith("webcal:") else url
    for _ in range(MOST_REDIRECTS + 1):
        host = _host(address)
        limit = urllib3.Timeout(total=max(0.1, deadline - time.monotonic()))
        try:
            with urllib3.PoolManager(retries=False, timeout=limit) as pool:
                answer = pool.request("GET", address, headers=HEADERS, redirect=False, preload_content=False)
                with closing(answer):
                    leads = answer.headers.get("location") if answer.status in (301, 302, 303, 307, 308) else None
                    if not leads:
                        return _body(answer, deadline, host)
                    address = urljoin(address, leads)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Failed(f"{host} cannot be reached: {_kind(error)}", again=True) from None
    raise Failed(f"{_host(address)} leads on more than {MOST_REDIRECTS} times", again=False)


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise Failed("it is not an https address" + (f" ({host})" if host else ""), again=False)
    return host


def _body(answer: Any, deadline: float, host: str) -> bytes:
    """Read in pieces, with limits against slow servers and against compressed responses that expand."""
    if answer.status != 200:
        raise Failed(f"{host} answered {answer.status}, not 200", again=answer.status == 429 or answer.status >= 500)
    body = b""
    while piece := answer.read1(65536):
        body += piece
        if len(body) > MOST_BYTES:
            raise Failed(f"{host} sent more than {MOST_BYTES // 1_000_000} MB", again=False)
        if time.monotonic() > deadline:
            raise Failed(f"{host} took longer than {FETCH_SECONDS:g} seconds", again=True)
    return body


def _kind(error: Exception) -> str:
    """The failure in words, without the address, which urllib3 puts into its messages."""
    import urllib3.exceptions as e

    if isinstance(error, e.TimeoutError):
        return f"no answer within {FETCH_SECONDS:g} seconds"
    if isinstance(error, e.SSLError):
        return "its certificate is not trusted"
    return f"the connection failed ({type(error).__name__})"
