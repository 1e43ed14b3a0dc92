"""Which moment a post promises, in what zone and language, and what is no promise (R31)."""

import time
from zoneinfo import ZoneInfo

import pytest

from stanch.communicate.audiences.drafts import said_time
from stanch.communicate.audiences.promises import promise_of
from stanch.kernel.clock import HOUR, iso, parse_moment, utc_time

NOW = parse_moment("2026-11-27T14:05:20Z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are looking into it, again by 14:40.", "11-27T14:40"),
        ("Payments fail since 14:05 UTC. We will post again by 14:35 UTC.", "11-27T14:35"),
        ("Next update in 30 minutes.", "11-27T14:35"),
        ("Next word by 23:50 UTC.", "11-27T23:50"),
        ("Our next note is at 18:50 UTC.", "11-27T18:50"),
        ("Next status: 15:30 UTC", "11-27T15:30"),
        ("Further details at 15:30 UTC.", "11-27T15:30"),
        ("More to come at 19:00 UTC.", "11-27T19:00"),
        ("Please check back here at 16:10.", "11-27T16:10"),
        ("We'll be in touch by 19:30.", "11-27T19:30"),
        ("We will write again within half an hour.", "11-27T14:35"),
        ("We will post an update within a quarter of an hour.", "11-27T14:20"),
        ("We will update this page within the hour.", "11-27T15:05"),
        ("Next update within two hours.", "11-27T16:05"),
        ("Hourly updates until it is over.", "11-27T15:05"),
        ("By 14:40 we will tell you more.", "11-27T14:40"),
        ("We expect payments to work by 15:00 and will update you at 14:30.", "11-27T14:30"),
        ("Next update at 09:30 CET.", "11-28T08:30"),
        ("We'll be back with an update by 3 pm AEST.", "11-28T05:00"),
        ("Next update at noon PT.", "11-27T20:00"),
        ("Next update at 20:00 UTC+5:30.", "11-27T14:30"),
        ("Another update follows at 07:15 IST.", "11-28T01:45"),
        ("Next update by 2:40pm.", "11-27T14:40"),
        ("Next update on Nov 28, 09:00 UTC.", "11-28T09:00"),
        ("Next update on 2026-11-29 at 09:00 UTC.", "11-29T09:00"),
        ("We will write again tomorrow morning.", "11-28T12:00"),
        ("Next update on Monday at 9 am.", "11-30T09:00"),
        ("Next update on Monday.", "12-01T00:00"),
        ("Next update at midnight.", "11-28T00:00"),
        ("Nächste Meldung um 15:30 Uhr.", "11-27T15:30"),
        ("Wir melden uns in einer halben Stunde wieder.", "11-27T14:35"),
        ("Prochaine mise à jour à 15h30.", "11-27T15:30"),
        ("Nous vous informerons d'ici 30 minutes.", "11-27T14:35"),
        ("Próxima actualización a las 15:30.", "11-27T15:30"),
        ("Informaremos en media hora.", "11-27T14:35"),
        ("次回の更新は15時30分です。", "11-27T15:30"),
        ("30分以内にお知らせします。", "11-27T14:35"),
    ],
)
def test_a_sentence_about_telling_more_with_a_time_in_it_is_a_promise(text: str, expected: str) -> None:
    found = promise_of(text, NOW)
    assert found and not found.past and iso(found.at)[5:16] == expected, found


@pytest.mark.parametrize(
    "text",
    [
        "Please get in touch by 18:00 if your order is missing.",
        "More details of orders made after 13:10 are missing.",
        "The next train leaves at 15:00 without seats.",
        "", "Payments will be fixed by 14:40.", "You can pay again by 14:40.", "Payments are back by 14:40.", "Last update at 13:00.",
        "This update was posted at 14:02 UTC.", "Update 14:05 UTC: payments fail.", "We will keep you posted.", "Give us 20 minutes.",
        "We will share more at 25:99.", "About 12 % of calls fail since 13:10. Chat works.",
        "Support answers within two hours.",
    ],
)  # fmt: skip
def test_a_repair_time_and_a_time_of_what_happened_are_none(text: str) -> None:
    assert promise_of(text, NOW) is None


def test_a_time_that_has_just_passed_is_named_as_past_and_another_promise_counts_before_it() -> None:
    found = promise_of("Next update by 14:00 UTC.", NOW)
    assert found and found.past and found.words == "14:00 UTC"
    found = promise_of("Next update by 14:00 UTC. We post again in 10 minutes.", NOW)
    assert found and not found.past


@pytest.mark.parametrize(
    ("said", "zone", "expected"),
    [
        ("2026-03-29T00:50:00Z", "Europe/Berlin", "03-29T01:10"),  # 03:10 is the first hour of summer time
        ("2026-10-25T00:50:00Z", "Europe/Berlin", "10-25T02:10"),  # 03:10 comes after the hour that comes twice
        ("2026-07-01T01:00:00Z", "Europe/Berlin", "07-01T01:10"),
        ("2026-12-31T23:50:00Z", "Asia/Tokyo", "01-01T18:10"),
    ],
)
def test_a_time_without_a_zone_is_read_on_the_clock_of_the_page(said: str, zone: str, expected: str) -> None:
    found = promise_of("Next update at 03:10.", parse_moment(said), ZoneInfo(zone))
    assert found and iso(found.at)[5:16] == expected


def test_an_abbreviation_of_the_pages_own_zone_is_its_own() -> None:
    found = promise_of("Next update at 18:00 IST.", NOW, ZoneInfo("Asia/Jerusalem"))
    assert found and iso(found.at)[11:16] == "16:00"


@pytest.mark.parametrize(
    "text", ["next update " * 800, "1" * 10_000, "in " * 3_000, "again by " * 1_000 + "9", "next " + "1:" * 4_000]
)
def test_odd_texts_are_read_quickly(text: str) -> None:
    began = time.process_time()
    promise_of(text, NOW)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("said_at", "text", "expected"),
    [
        ("2026-11-27T23:50:00Z", "We will post again by 00:20.", "2026-11-28T00:20"),
        ("2026-12-31T23:59:50Z", "We will post again by 00:20.", "2027-01-01T00:20"),
        ("2028-02-28T23:50:00Z", "We will post again by 00:20.", "2028-02-29T00:20"),
        ("2028-02-29T23:50:00Z", "Next update tomorrow at 9 am.", "2028-03-01T09:00"),
        ("2026-11-29T03:00:00Z", "Next update on Sunday at 9 am.", "2026-12-06T09:00"),
        ("2026-12-28T12:00:00Z", "Next update on 3 Jan at 09:00.", "2027-01-03T09:00"),
        ("2026-11-27T15:39:50Z", "We will post again by 15:40.", "2026-11-27T15:40"),
        ("2026-11-27T12:00:00Z", "You cannot pay since 2026-11-25 14:05 UTC, and we will post again by 12:30 UTC.", "2026-11-27T12:30"),
        ("2026-11-27T12:00:00Z", "Tomorrow between 9:00 and 10:00 we will post again.", "2026-11-28T10:00"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_the_next_one_at_every_hour_and_on_every_day(said_at: str, text: str, expected: str) -> None:
    found = promise_of(text, parse_moment(said_at))
    assert found and not found.past and iso(found.at)[:16] == expected, found


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("hours", [0.5, 12, 20, 24, 36, 24 * 7])
@pytest.mark.parametrize(
    "now", ["2026-11-27T23:50:00Z", "2026-12-31T23:59:00Z", "2028-02-29T00:05:00Z", "2026-11-29T15:35:00Z"]
)
def test_what_stanch_writes_for_a_moment_it_reads_as_that_moment(now: str, hours: float, zone: str) -> None:
    """Also with a cadence of a day or a week: such a draft was refused as a promise that is past."""
    said_at = parse_moment(now)
    due = said_at + int(hours * HOUR)
    found = promise_of(f"We will post again by {said_time(due, ZoneInfo(zone), said_at)}.", said_at, ZoneInfo(zone))
    assert found and found.at == due and not found.past


def test_a_time_of_day_has_its_date_where_it_would_be_read_as_another_moment() -> None:
    assert utc_time(NOW + HOUR, NOW) == "15:05 UTC" and utc_time(NOW - HOUR, NOW) == "13:05 UTC"
    assert (
        utc_time(NOW + 24 * HOUR, NOW) == "2026-11-28 14:05 UTC"
        and utc_time(NOW - 24 * HOUR, NOW) == "2026-11-26 14:05 UTC"
    )


def test_a_number_of_minutes_beyond_all_sense_is_no_promise() -> None:  # P8
    for number in ("9" * 400, "9" * 12):
        assert promise_of(f"We post again in {number} minutes. 次回は{number}時間後", NOW) is None
