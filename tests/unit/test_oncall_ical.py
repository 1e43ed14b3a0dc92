"""Calendars in and out: what other programs write, and what they can read of ours."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.kernel.clock import DAY, HOUR, SteppedClock, iso, parse_moment
from stanch.kernel.contacts import Contact
from stanch.kernel.policy import Policy
from stanch.kernel.schedule import Layer, Schedule
from stanch.kernel.shift import Shift
from stanch.ports import Failed
from stanch.prepare.oncall import calendar_cache as module
from stanch.prepare.oncall import rules
from stanch.prepare.oncall.calendar_cache import CalendarCache, fetch_calendar
from stanch.prepare.oncall.ical import feed, read
from stanch.prepare.oncall.ical_events import parse

CONTACTS = {
    "ada": Contact("Ada Lovelace", names=["ada@example.org"], reach=["phone:+49 30 1234567"]),
    "ben": Contact("Ben", names=["bn"]),
    "chi": Contact("Chi, the third"),
}
NAMES = {key: contact.name for key, contact in CONTACTS.items()}
MAY, JUNE = parse_moment("2026-05-01"), parse_moment("2026-06-01")


def events(*blocks: str) -> bytes:
    """A calendar of events, each given as its own lines."""
    body = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTAMP:20260101T000000Z\n{block}\nEND:VEVENT\n" for n, block in enumerate(blocks)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//other//EN\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def event(title: str, start: str = "20260504T090000Z", end: str = "20260511T090000Z", more: str = "") -> str:
    return f"SUMMARY:{title}\nDTSTART:{start}\nDTEND:{end}" + (f"\n{more}" if more else "")


def told(body: bytes, zone: str = "UTC", start: int = MAY, end: int = JUNE) -> list[tuple[list[str], str, str]]:
    return [(s.people(), iso(s.start)[5:16], iso(s.end)[5:16]) for s in read(parse(body), CONTACTS, zone, start, end)]


def test_what_we_write_is_read_back_as_it_was() -> None:
    schedule = Schedule([Layer(["ada", "ben", "chi"], "2026-01-05T09:00")], "Europe/Berlin")
    shifts = rules.shifts(schedule, [Shift("ada", MAY + 2 * HOUR, MAY + 5 * HOUR, "override", True)], MAY, JUNE)
    back = read(parse(feed("primary", shifts, MAY, NAMES)), CONTACTS, "Asia/Tokyo", MAY, JUNE)
    assert [(s.person, s.start, s.end) for s in back] == [(s.person, s.start, s.end) for s in shifts]


def test_the_feed_is_strict_icalendar_and_tells_no_more_than_names() -> None:
    shifts = [Shift("ada", MAY, MAY + DAY, "week", others=("chi",)), Shift("", MAY + DAY, MAY + 2 * DAY)]
    body = feed("primär, " + "and a name that is quite long " * 4, shifts, MAY, NAMES)
    lines = body.split(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"") and max(map(len, lines)) <= 75
    assert b"".join(lines).decode()
    for line in (
        b"VERSION:2.0", b"REFRESH-INTERVAL;VALUE=DURATION:PT1H", b"X-WR-TIMEZONE:UTC", b"TRANSP:TRANSPARENT",
        b"DTSTART:20260501T000000Z", b"DTEND:20260502T000000Z", b"DTSTAMP:20260501T000000Z",
        rb"SUMMARY:Ada Lovelace\, Chi\, the third",
    ):  # fmt: skip
        assert line in lines
    assert body.count(b"BEGIN:VEVENT") == 1, "a gap is no event"
    assert b"X-WR-CALNAME:On call: prim" in body
    assert b"1234567" not in body and b"example.org" not in body


def test_the_same_shift_keeps_its_uid_and_another_one_has_another() -> None:
    def uids(body: bytes) -> list[str]:
        return [line.decode() for line in body.split(b"\r\n") if line.startswith(b"UID:")]

    one, two = Shift("ada", MAY, MAY + DAY, "week"), Shift("ben", MAY + DAY, MAY + 2 * DAY, "week")
    first = uids(feed("primary", [one, two], MAY, NAMES))
    assert first == uids(feed("primary", [one, two], MAY + DAY, {"ada": "Ada King"}))
    shorter = Shift("ada", MAY, MAY + HOUR, "week")
    assert uids(feed("primary", [shorter], MAY, NAMES)) == first[:1], "cut short by an override it is still that shift"
    assert len({*first, *uids(feed("secondary", [one, two], MAY, NAMES))}) == 4


@pytest.mark.parametrize(
    ("title", "people"),
    [
        ("ada", ["ada"]), ("ADA@example.org", ["ada"]), ("Ada Lovelace", ["ada"]), ("bn", ["ben"]), ("  Ben ", ["ben"]),
        ("ada ben", ["ada", "ben"]), (r"ben\, Ada Lovelace", ["ben", "ada"]), ("On call: Ada Lovelace (primary)", ["ada"]),
        (r"Chi\, the third", ["chi"]), ("@ben", ["ben"]), ("zoe", []), ("", []), ("adamant benefit", []),
    ],
)  # fmt: skip
def test_a_title_names_one_or_several(title: str, people: list[str]) -> None:
    (shift,) = read(parse(events(event(title))), CONTACTS, "UTC", MAY, JUNE)
    assert shift.people() == people


def test_a_title_that_names_nobody_is_a_gap_that_tells_it() -> None:
    (shift,) = read(parse(events(event("Zoe"))), CONTACTS, "UTC", MAY, JUNE)
    assert shift.gap and shift.note == "the calendar names 'Zoe', who is not in the contacts"
    (shift,) = read(parse(events(event(""))), CONTACTS, "UTC", MAY, JUNE)
    assert shift.gap and shift.note == "the calendar has an event without a title"


def test_the_highest_level_wins_and_equal_ones_are_on_call_together() -> None:
    day = events(
        event("ada"),
        event("[L2] ben", "20260505T000000Z", "20260506T000000Z"),
        event("chi [l1]", "20260505T120000Z", "20260507T000000Z"),
        event(r"Chi\, the third", "20260508T000000Z", "20260509T000000Z"),
    )
    assert told(day) == [
        (["ada"], "05-04T09:00", "05-05T00:00"), (["ben"], "05-05T00:00", "05-06T00:00"), (["chi"], "05-06T00:00", "05-07T00:00"),
        (["ada"], "05-07T00:00", "05-08T00:00"), (["ada", "chi"], "05-08T00:00", "05-09T00:00"),
        (["ada"], "05-09T00:00", "05-11T09:00"),
    ]  # fmt: skip


def test_a_name_that_nobody_knows_never_takes_the_shift_from_one_that_is_known() -> None:
    assert told(events(event("ada"), event("[L9] Zoe", "20260505T000000Z", "20260506T000000Z"))) == [
        (["ada"], "05-04T09:00", "05-11T09:00")
    ]


def test_a_weekly_event_keeps_its_hour_when_the_clocks_change() -> None:
    rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    turns = events(
        f"SUMMARY:ada\nDTSTART;TZID=Europe/Berlin:20261005T090000\nDTEND;TZID=Europe/Berlin:20261012T090000\n{rule}",
        f"SUMMARY:ben\nDTSTART;TZID=Europe/Berlin:20261012T090000\nDTEND;TZID=Europe/Berlin:20261019T090000\n{rule}",
    )
    found = read(parse(turns), CONTACTS, "UTC", parse_moment("2026-10-12T07:00"), parse_moment("2026-11-09T08:00"))
    assert [(s.person, iso(s.start)[5:16], (s.end - s.start) // HOUR) for s in found] == [
        ("ben", "10-12T07:00", 168), ("ada", "10-19T07:00", 169), ("ben", "10-26T08:00", 168), ("ada", "11-02T08:00", 168),
    ]  # fmt: skip


def test_exceptions_moved_turns_and_cancelled_events_are_respected() -> None:
    start = "DTSTART:20260504T000000Z\nDTEND:20260505T000000Z"
    body = events(
        f"SUMMARY:ada\n{start}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE:20260506T000000Z",
        event("ben", more="STATUS:CANCELLED"),
    )
    moved = "BEGIN:VEVENT\r\nUID:0\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260507T000000Z\r\nSUMMARY:ben\r\n"
    moved += "DTSTART:20260507T000000Z\r\nDTEND:20260508T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR"
    assert told(body.replace(b"END:VCALENDAR", moved.encode())) == [
        (["ada"], "05-04T00:00", "05-06T00:00"), (["ben"], "05-07T00:00", "05-08T00:00"), (["ada"], "05-08T00:00", "05-09T00:00"),
    ]  # fmt: skip


def test_whole_days_and_times_without_a_zone_are_the_schedules_own() -> None:
    days = events(
        "SUMMARY:ada\nDTSTART;VALUE=DATE:20260504\nDTEND;VALUE=DATE:20260506",
        event("ben", "20260507T090000", "20260507T170000"),
    )
    assert told(days, "America/New_York") == [
        (["ada"], "05-04T04:00", "05-06T04:00"), (["ben"], "05-07T13:00", "05-07T21:00"),
    ]  # fmt: skip


def test_an_attendee_counts_where_the_title_names_nobody() -> None:
    body = events(event("On Call - Primary", more="ATTENDEE;CN=A:mailto:Ada@example.org"))
    assert told(body)[0][0] == ["ada"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "BEGIN:VCALENDAR"), (b"<html>sign in</html>", "BEGIN:VCALENDAR"), (b"\xff\xfe", "BEGIN:VCALENDAR"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cut off"), (events(*[event("ada")] * 5001), "more than 5000 events"),
    ],
    ids=["empty", "html", "utf-16", "cut", "many"],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_with_a_reason(body: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(body)


CASES = Path(__file__).parent.parent / "data" / "cases"
GOOD = event("ada")
ADA, BEN = (["ada"], "05-04T09:00", "05-11T09:00"), (["ben"], "05-12T00:00", "05-13T00:00")
BEN_THEN = "SUMMARY:ben\nDTSTART:20260512T000000Z\nDTEND:20260513T000000Z"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("SUMMARY:ben", "'ben' (it has no start)"),
        ("SUMMARY:ben\nDTSTART:20260512T000000Z", "'ben' (it has no end)"),
        ("SUMMARY:ben\nDTSTART:20260513T000000Z\nDTEND:20260512T000000Z", "it ends before it begins"),
        ("SUMMARY:ben\nDTSTART:20260512T000000Z\nDTEND:20260512T000000Z", "it ends before it begins"),
        ("SUMMARY:ben\nDTSTART;VALUE=DATE:20260512\nDTEND:20260513T000000Z", "one of its start and end is a day"),
        ("SUMMARY:ben\nDTSTART:2026-05-12T00:00:00\nDTEND:20260513T000000Z", "its DTSTART cannot be read"),
        ("SUMMARY:ben\nDTSTART:20260512T000000Z\nDTEND:tomorrow", "its DTEND cannot be read"),
        ("SUMMARY:ben\nDTSTART:20260512T000000Z\nDURATION:long", "its DURATION cannot be read"),
        (f"{BEN_THEN}\nRRULE:FREQ=WEEKLY;UNTIL=", "'ben' ("),
        (f"{BEN_THEN}\nRRULE:FREQ=SOMETIMES", "'ben' ("),
        (f"{BEN_THEN}\nRRULE:nonsense", "'ben' ("),
        (f"{BEN_THEN}\nRRULE:FREQ=SECONDLY", "it repeats more than 24 times a day"),
        (f"{BEN_THEN}\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5", "it repeats more than 24 times a day"),
        (f"{BEN_THEN}\nEXDATE:never", "its EXDATE cannot be read"),
        ("DTSTART:20260512T000000Z\nDTEND:x", "'without a title' ("),
        (f"{BEN_THEN}\nBEGIN:VEVENT", "'ben' (it does not end)"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_costs_itself_and_is_named(block: str, said: str) -> None:
    """R2: who else is on call stays so, and nothing vanishes without a word."""
    body = events(GOOD, block)
    parsed = parse(body)
    assert told(body) == [ADA] and said in parsed.left_out[0]


@pytest.mark.parametrize(
    "block",
    [
        f"{BEN_THEN}\nSEQUENCE:x", f"{BEN_THEN}\nEXDATE:", f"{BEN_THEN}\nX-ODD", f"{BEN_THEN}\nno colon at all", f"{BEN_THEN}\nGEO:here",
        f"{BEN_THEN}\nSUMMARY;LANGUAGE=de:Ben Bereitschaft", f"{BEN_THEN}\nLAST-MODIFIED:soon", f"{BEN_THEN}\nPRIORITY:high",
        f"{BEN_THEN}\nBEGIN:VALARM\nTRIGGER:soon\nEND:VALARM", f"{BEN_THEN}\nBEGIN:VALARM\nSUMMARY:ada\nACTION:EMAIL\nEND:VALARM",
        f"{BEN_THEN}\nRRULE:FREQ=DAILY; COUNT=1", f"{BEN_THEN}\nRRULE:FREQ=DAILY;COUNT=1;BYDAY=MO, TU, WE", f"{BEN_THEN}\nCREATED:",
        f"{BEN_THEN}\nRDATE:", f"{BEN_THEN}\nATTACH:x\nDESCRIPTION:BEGIN:VEVENT", "SUMMARY:ben\nDTSTART;VALUE=DATE:20260512\nDTEND;VALUE=DATE:20260512",
        "SUMMARY:ben\nDTSTART;VALUE=DATE:20260512", "summary:ben\ndtstart:20260512T000000Z\ndtend:20260513T000000Z",
    ],
)  # fmt: skip
def test_what_says_nothing_about_who_is_on_call_does_not_matter(block: str) -> None:
    body = events(GOOD, block)
    assert told(body) == [ADA, BEN] and parse(body).left_out == []


@pytest.mark.parametrize(
    ("change", "people"),
    [
        (lambda body: b"\xef\xbb\xbf\r\n\r\n" + body, 2),
        (lambda body: b"# cached\r\n" + body + b"X-COMMENT:Cached\r\n", 2),
        (lambda body: body.replace(b"\r\n", b"\n"), 2),
        (lambda body: body.replace(b"\r\n", b"\r"), 2),
        (lambda body: body.decode().encode("utf-16"), 2),
        (lambda body: body.replace(b"PRODID:-//other//EN\r\n", b""), 2),
        (lambda body: body.replace(b"VERSION:2.0", b"VERSION:x\r\nX-WR-CALNAME:\xfcber"), 2),
        (lambda body: body + events(event("chi", "20260520T000000Z", "20260521T000000Z")), 3),
        (lambda body: body.replace(b"BEGIN:VEVENT", b"BEGIN:VTIMEZONE\r\nTZID:Nowhere\r\nX\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT", 1), 2),
        (lambda body: body.replace(b"BEGIN:VEVENT", b"BEGIN:VTODO\r\nDUE:x\r\nEND:VTODO\r\nBEGIN:VEVENT", 1), 2),
        (lambda body: body.replace(b"UID:0\r\n", b"").replace(b"UID:1\r\n", b""), 2),
        (lambda body: body.replace(b"UID:1", b"UID:0"), 2),
    ],
)  # fmt: skip
def test_the_envelope_is_forgiving(change: Callable[[bytes], bytes], people: int) -> None:
    body = change(events(GOOD, BEN_THEN))
    assert told(body)[:2] == [ADA, BEN] and len(told(body)) == people and parse(body).left_out == []


@pytest.mark.parametrize(
    "path",
    sorted([*CASES.glob("08-*/*.ics"), *CASES.glob("09-*/*.ics"), *CASES.glob("10-*/*.ics")]),
    ids=lambda path: f"{path.parent.name[:2]}-{path.stem}",
)
def test_every_calendar_of_the_cases_has_ada_on_call(path: Path) -> None:
    start = parse_moment("2026-06-01")
    found = read(parse(path.read_bytes()), CONTACTS, "Europe/Berlin", start, start + 14 * DAY)
    assert found[0].person == "ada" and not any("vText" in shift.note for shift in found)
    bad = {"bad-until": "Chi", "no-dtstart": "Draft without a date", "bad-dtstart-value": "Chi"}
    left_out = parse(path.read_bytes()).left_out
    assert len(left_out) == (path.stem in bad) and bad.get(path.stem, "") in "".join(left_out)
    chi = [shift for shift in found if "chi" in shift.people()]
    when = (iso(chi[0].start)[5:16], iso(chi[-1].end)[5:16]) if chi else None
    assert when == {
        "rrule-hourly-byhour": ("06-08T06:00", "06-08T22:00"), "rrule-spaces": ("06-08T07:00", "06-12T15:00"),
        "rrule-dateless-exdate-empty": ("06-08T07:00", "06-08T15:00"), "two-vcalendars": ("06-08T08:00", "06-15T00:00"),
        "same-uid-twice": ("06-02T08:00", "06-03T08:00"), "alarm-broken": ("06-08T08:00", "06-09T08:00"),
        "sequence-not-a-number": ("06-08T08:00", "06-09T08:00"), "two-summary": ("06-08T08:00", "06-09T08:00"),
    }.get(path.stem)  # fmt: skip


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_calendar_is_read_or_refused_and_never_fails_otherwise(data: st.DataObject) -> None:
    whole = events(
        event("ada", more="RRULE:FREQ=WEEKLY;UNTIL=20260601T000000Z\nEXDATE:20260511T090000Z"),
        "SUMMARY:ben\nDTSTART;TZID=Europe/Berlin:20260504T090000\nDURATION:P7D",
        "SUMMARY:ben\nDTSTART;VALUE=DATE:20260504",
    )
    lines = whole.split(b"\r\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from(["drop", "double", "cut", "letters"]))
    if change == "drop":
        del lines[at]
    elif change == "double":
        lines.insert(at, lines[at])
    elif change == "cut":
        lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
    else:
        lines[at] = lines[at].replace(b"2", data.draw(st.sampled_from([b"9", b"x", b"", b"-"])))
    try:
        found = read(parse(b"\r\n".join(lines)), CONTACTS, "UTC", MAY, JUNE)
    except ValueError:
        return
    assert all(MAY <= s.start < s.end <= JUNE for s in found)


# --- the calendars of schedules, kept in memory ---------------------------------------------------


class Server(ThreadingHTTPServer):
    """Answers each path with what the test put there, and keeps what was asked."""

    answers: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # the other side had enough

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answers, server.asked = {}, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def of(ical: str, folder: Path | None = None) -> CalendarCache:
    policy = Policy(contacts=CONTACTS, schedules={"primary": Schedule(ical=ical), "plain": Schedule()})
    return CalendarCache(lambda: policy, SteppedClock(MAY), folder)


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "oncall.ics"
    path.write_bytes(events(event("ada")))
    calendars = of("oncall.ics", tmp_path)
    assert calendars.shifts("primary", MAY, JUNE)[0].note == "its calendar has not been read yet"
    assert calendars.refresh() == {}
    assert [s.person for s in calendars.shifts("primary", MAY, JUNE)] == ["ada"]
    path.write_bytes(events(event("ben"), event("ben", "20260520T000000Z", "20260521T000000Z")))
    calendars.refresh()
    assert [s.person for s in calendars.shifts("primary", MAY, JUNE)] == ["ben", "ben"]
    assert calendars.shifts("plain", MAY, JUNE) == [] and calendars.shifts("unknown", MAY, JUNE) == []


def test_shifts_are_cut_to_the_question_and_answered_beyond_what_was_expanded(tmp_path: Path) -> None:
    (tmp_path / "x.ics").write_bytes(events(event("ada", more="RRULE:FREQ=YEARLY")))
    calendars = of("x.ics", tmp_path)
    calendars.refresh()
    middle = parse_moment("2026-05-06")
    assert calendars.shifts("primary", middle, middle + 1) == [Shift("ada", middle, middle + 1, "calendar")]
    later = parse_moment("2036-05-06")
    assert [s.person for s in calendars.shifts("primary", later, later + DAY)] == ["ada"]


def test_a_fetch_that_fails_keeps_the_last_good_copy_and_says_so(server: Server) -> None:
    server.answers["/secret-word.ics"] = (200, {}, events(event("ada")))
    calendars = of(address(server, "/secret-word.ics"))
    assert calendars.refresh(fetch=False) == {} and server.asked == []
    calendars.refresh()
    for answer in ((500, {}, b""), (200, {}, b"<html>sign in</html>")):
        server.answers["/secret-word.ics"] = answer
        problem = calendars.refresh()["primary"]
        assert "its last good copy counts" in problem and "secret-word" not in problem
        assert calendars.problems() == {"primary": problem}
        assert [s.person for s in calendars.shifts("primary", MAY, JUNE)] == ["ada"]
    server.answers["/secret-word.ics"] = (200, {}, events(event("ben")))
    assert calendars.refresh() == {} == calendars.problems()
    assert [s.person for s in calendars.shifts("primary", MAY, JUNE)] == ["ben"]


def test_without_any_copy_the_gap_says_why(tmp_path: Path) -> None:
    calendars = of("missing.ics", tmp_path)
    assert "No such file" in calendars.refresh()["primary"]
    (gap,) = calendars.shifts("primary", MAY, JUNE)
    assert gap.gap and gap.note == "its calendar cannot be read"


def test_the_last_good_copy_survives_a_restart(server: Server, tmp_path: Path) -> None:
    """R2: while the address is away a new process knows who is on call, and says what it rests on."""
    policy = Policy(contacts=CONTACTS, schedules={"primary": Schedule(ical=address(server, "/secret-word.ics"))})
    server.answers["/secret-word.ics"] = (200, {}, events(event("ada")))
    assert CalendarCache(lambda: policy, SteppedClock(MAY), kept=tmp_path / "kept").refresh() == {}
    server.answers["/secret-word.ics"] = (503, {}, b"")
    again = CalendarCache(lambda: policy, SteppedClock(MAY), kept=tmp_path / "kept")
    assert "its last good copy counts" in again.refresh()["primary"]
    assert [s.person for s in again.shifts("primary", MAY, JUNE)] == ["ada"]
    (file,) = (tmp_path / "kept").iterdir()
    assert file.stat().st_mode & 0o77 == 0 and "secret" not in file.name
    file.write_bytes(b"half")
    third = CalendarCache(lambda: policy, SteppedClock(MAY), kept=tmp_path / "kept")
    assert "nobody is on call by it" in third.refresh()["primary"]


def test_what_does_not_count_is_said_until_it_is_mended(tmp_path: Path) -> None:
    (tmp_path / "x.ics").write_bytes(events(event("ada"), *["SUMMARY:zoe"] * 12))
    calendars = of("x.ics", tmp_path)
    said = calendars.refresh()["primary"]
    assert said.startswith("In the calendar of the schedule 'primary' 12 events do not count: 'zoe' (it has no start)")
    assert said.endswith("; and 2 more.") and calendars.problems() == {"primary": said}
    (tmp_path / "x.ics").write_bytes(events(event("ada")))
    assert calendars.refresh() == {}


def test_redirects_are_followed_a_little_and_never_to_plain_http_elsewhere(server: Server) -> None:
    server.answers["/one"] = (302, {"Location": "/two"}, b"")
    server.answers["/two"] = (200, {}, b"found")
    assert fetch_calendar(address(server, "/one")) == b"found"
    server.answers["/loop"] = (302, {"Location": "/loop"}, b"")
    with pytest.raises(Failed, match="more than 3 times"):
        fetch_calendar(address(server, "/loop"))
    server.answers["/out"] = (302, {"Location": "http://calendar.example.org/token"}, b"")
    with pytest.raises(Failed, match="not an https address") as refused:
        fetch_calendar(address(server, "/out"))
    assert "token" not in str(refused.value)


def test_what_is_too_large_is_refused_and_what_is_not_there_says_so(server: Server) -> None:
    server.answers["/large"] = (200, {}, b"x" * (module.MOST_BYTES + 1))
    with pytest.raises(Failed, match="more than 2 MB"):
        fetch_calendar(address(server, "/large"))
    with pytest.raises(Failed, match="answered 404"):
        fetch_calendar(address(server, "/nothing"))
    server.server_close()
    with pytest.raises(Failed, match="cannot be reached"):
        fetch_calendar("http://127.0.0.1:1/secret")


def test_a_server_that_drips_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, *[11.0] * 9])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(moments))
    server.answers["/slow"] = (200, {}, b"BEGIN:VCALENDAR")
    with pytest.raises(Failed, match="took longer than 10 seconds"):
        fetch_calendar(address(server, "/slow"))


@pytest.mark.parametrize("url", ["http://calendar.example.org/x.ics", "ftp://example.org/x", "https://", "http://[::1"])
def test_only_https_is_fetched(url: str) -> None:
    with pytest.raises(Failed, match="not an https address"):
        fetch_calendar(url)
