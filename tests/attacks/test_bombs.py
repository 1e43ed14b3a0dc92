"""Little that comes in must not become much: calendars, heads that never end, half-open connections, sign-in floods."""

import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import icalendar  # noqa: F401 - its import takes a second, which is not measured
import pytest
import urllib3

from bench.page_at_once import sample
from stanch.identity.throttle import SignIns
from stanch.kernel.clock import DAY, SECOND
from stanch.kernel.errors import TooMany
from stanch.prepare.oncall.ical import read
from stanch.prepare.oncall.ical_events import parse
from tests.attacks.running import KEY, Running, running

NOW = 1_779_000_000 * SECOND


def calendar(*lines: str, begin: str = "20250101T090000Z", number: int = 1) -> bytes:
    event = ["BEGIN:VEVENT", "UID:1", f"DTSTART:{begin}", "DURATION:PT30M", "SUMMARY:ada", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *event * number, "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize(
    "body",
    [
        calendar("RRULE:FREQ=HOURLY", number=60),
        calendar("RRULE:FREQ=DAILY", number=1000),
        calendar("RRULE:FREQ=HOURLY", begin="00010101T000000Z"),
        calendar("RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12", number=30),
        calendar("RDATE:" + ",".join(["20260101T000000Z"] * 6000)),
        calendar("RDATE;TZID=x:20260101T000000").replace(
            b"BEGIN:VEVENT",
            b"BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
            b"TZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT",
        ),
    ],
    ids=["hourly", "many daily", "since year 1", "by hour", "a list", "a time zone"],
)
def test_a_calendar_of_a_few_kilobytes_that_stands_for_too_much_is_refused_at_once(body: bytes) -> None:  # P2
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"often|more than"):
        read(parse(body), {}, "UTC", NOW - 65 * DAY, NOW + 260 * DAY)
    assert time.monotonic() - began < 5


def test_an_event_that_repeats_more_often_than_any_shift_costs_itself_at_once() -> None:  # P2, R2
    began = time.monotonic()
    body = calendar("RRULE:FREQ=SECONDLY").replace(b"UID:1", b"UID:2")
    parsed = parse(body)
    assert read(parsed, {}, "UTC", NOW - 65 * DAY, NOW + 260 * DAY) == []
    assert parsed.left_out == ["'ada' (it repeats more than 24 times a day)"] and time.monotonic() - began < 5


def test_the_calendars_that_teams_have_are_read() -> None:
    for rule, number in (("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 60), ("FREQ=DAILY", 20), ("FREQ=MONTHLY;BYDAY=1MO", 50)):
        assert read(parse(calendar(f"RRULE:{rule}", number=number)), {}, "UTC", NOW, NOW + 260 * DAY)


def test_a_guesser_who_changes_his_address_or_his_network_is_throttled() -> None:  # P2
    throttle = SignIns()
    for host in range(40):
        throttle.failed(f"10.1.1.{host}", NOW, "ben")
    with pytest.raises(TooMany, match="from here"):
        throttle.check("10.1.1.200", NOW, "grace")
    throttle.check("10.9.9.9", NOW, "ben")  # one network closes nobody's sign-in elsewhere
    for network in range(5):
        for host in range(20):
            throttle.failed(f"10.2.{network}.{host}", NOW, "ben")
    with pytest.raises(TooMany, match="as 'ben'"):
        throttle.check("10.9.9.9", NOW, "ben")
    throttle.check("10.9.9.9", NOW, "grace")
    throttle.check("10.2.1.1", NOW, "ben", browser="known to ben")
    for _ in range(10):
        throttle.failed("10.9.9.9", NOW, "ben", browser="known to ben")
    with pytest.raises(TooMany, match="from here"):
        throttle.check("10.9.9.9", NOW, "ben", browser="known to ben")
    throttle.check("10.9.9.9", NOW, "ben", browser="another one of ben")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Running:
    with running(tmp_path_factory.mktemp("bombs")) as started:
        yield started


def opened(there: Running) -> socket.socket:
    at = urlsplit(there.url)
    return socket.create_connection((at.hostname, at.port), 5)


def ended(connection: socket.socket, seconds: float) -> bytes:
    """What the server said before it closed the connection."""
    connection.settimeout(seconds)
    got = b""
    try:
        while piece := connection.recv(4096):
            got += piece
    except ConnectionError:
        pass
    return got


def test_a_head_that_never_ends_is_cut_off(there: Running) -> None:  # P2
    with opened(there) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        try:
            for i in range(4000):
                connection.sendall(b"X-%d: %s\r\n" % (i, b"a" * 100))
        except ConnectionError:
            return
        assert b"431" in ended(connection, 5)


def test_half_open_connections_end_and_meanwhile_a_page_leaves(there: Running) -> None:  # P2
    sample(there.hook, KEY, there.sink, "sample-warm")
    began = time.monotonic()
    held = [opened(there) for _ in range(600)]
    with ExitStack() as closing:
        for connection in held:
            closing.enter_context(connection)
        for connection in held[::2]:
            connection.sendall(b"POST /hooks/generic HTTP/1.1\r\nHost: x\r\n")
        assert sample(there.hook, KEY, there.sink, "sample-beside") < 2000
        assert b"408" in ended(held[0], 15)
        ended(held[1], 15)
        assert time.monotonic() - began < 20


def test_a_flood_of_sign_ins_delays_no_page_and_nobody_chooses_his_address(there: Running) -> None:  # P2
    pool = urllib3.PoolManager(maxsize=60, block=False)
    said: list[int] = []

    def guess(number: int) -> None:
        form = urlencode({"name": f"ada{number}", "password": "wrong-password"})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
                   "X-Forwarded-For": f"10.0.{number}.1"}  # fmt: skip
        said.append(pool.request("POST", f"{there.url}/login", body=form, headers=headers).status)

    threads = [threading.Thread(target=guess, args=(i,)) for i in range(60)]
    for thread in threads:
        thread.start()
    assert sample(there.hook, KEY, there.sink, "sample-flood") < 2000
    for thread in threads:
        thread.join(30)
    assert len(said) == 60 and set(said) <= {401, 429}
    for number in range(100, 112):
        guess(number)
    pool.clear()
    assert said[-1] == 429, "an address that a client names for itself counts for nothing"


def test_what_the_database_and_the_keys_hold_is_for_their_owner_only(there: Running) -> None:  # P2
    data: Path = there.folder / "data"
    seen = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
    assert {name for name in seen if name.startswith("stanch.db") or name.endswith(".key")}
    assert {name: mode for name, mode in seen.items() if mode & 0o077 and name != "serve.lock"} == {}
