"""The status page is a pure function of a snapshot: state, bars, pages, feeds, JSON and pictures (R33)."""

import re
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath

import feedparser
import msgspec
import pytest
import yaml
from icalendar import Calendar

from stanch.communicate.page.language import FOLDER, languages, speech_of, words_of
from stanch.communicate.page.posts import fold
from stanch.communicate.page.render import render
from stanch.communicate.page.rollup import DESCRIPTIONS, overall
from stanch.communicate.page.snapshot import Learned, Snapshot, Span
from stanch.communicate.page.statuspage_v2 import further_pages
from stanch.communicate.page.uptime import uptime
from stanch.kernel.clock import DAY, HOUR, MINUTE
from tests.unit.status_snapshots import CHECKOUT, NOW, SEARCH, maintenance, snapshot, written

OPEN = [
    written("investigating", 34, components={CHECKOUT: "partial_outage"}),
    written("identified", 15, "We know why."),
]
OVER = [written("investigating", 300), written("monitoring", 250), written("resolved", 240, "All payments work.")]


def json_of(shown: Snapshot, name: str) -> dict[str, object]:
    return msgspec.json.decode(render(shown)[f"api/v2/{name}.json"].body, type=dict[str, object])


# --- posts, components, impact ------------------------------------------------------------------------------------------


def test_a_post_in_a_hurry_counts_for_the_service_of_its_incident_until_components_are_named() -> None:
    incident, spans = fold("INC-1", "Checkout", [CHECKOUT], OVER, 3)
    assert incident.impact == "minor" and incident.components == (CHECKOUT,)
    assert spans == [Span(CHECKOUT, NOW - 300 * MINUTE, NOW - 240 * MINUTE, "degraded_performance", "INC-1")]
    assert incident.resolved_at == NOW - 240 * MINUTE and incident.monitoring_at == NOW - 250 * MINUTE


def test_impact_is_the_worst_that_was_and_a_person_may_say_otherwise() -> None:
    history = [written("investigating", 60, components={CHECKOUT: "major_outage"}), written("monitoring", 30, components={CHECKOUT: "degraded_performance"})]  # fmt: skip
    assert fold("INC-1", "Checkout", [CHECKOUT], history, 3)[0].impact == "major"
    assert fold("INC-1", "Checkout", [CHECKOUT], history, 1)[0].impact == "critical"
    said = [*history, written("monitoring", 10, impact="critical")]
    assert fold("INC-1", "Checkout", [CHECKOUT], said, 3)[0].impact == "critical"


def test_a_backdated_post_takes_its_place_and_the_impact_begins_when_it_began() -> None:
    late = written("investigating", 90, "It began earlier.", position=9, components={SEARCH: "partial_outage"})
    incident, spans = fold("INC-1", "Checkout", [CHECKOUT], [*OPEN, msgspec.structs.replace(late, recorded_at=NOW)], 3)
    assert [post.text for post in incident.posts] == ["We know why.", "Some payments fail.", "It began earlier."]
    assert {span.component: span.start for span in spans}[SEARCH] == NOW - 90 * MINUTE
    began = msgspec.structs.replace(OPEN[0], began_at=NOW - 120 * MINUTE)
    incident, spans = fold("INC-1", "Checkout", [CHECKOUT], [began, OPEN[1]], 3)
    assert incident.started_at == spans[0].start == NOW - 120 * MINUTE and incident.created_at == NOW - 34 * MINUTE


def test_what_was_learned_changes_nothing_of_when_it_was_over() -> None:
    learned = written("postmortem", 10, "A config change went out too fast.", link="https://shop.example/review")
    shown = snapshot([*OVER, learned])
    (incident,) = shown.incidents
    assert incident.resolved_at == NOW - 240 * MINUTE and incident.learned_at == NOW - 10 * MINUTE and not shown.live()
    page = render(shown)["incidents/INC-1.html"].body.decode()
    assert '<a href="https://shop.example/review">' in page and "We will publish what we learned" not in page
    over = snapshot(OVER)
    assert "We will publish what we learned" in render(over)["incidents/INC-1.html"].body.decode()
    short = msgspec.structs.replace(over, incidents=(msgspec.structs.replace(over.incidents[0], learning=False),))
    assert "We will publish" not in render(short)["incidents/INC-1.html"].body.decode(), "nothing is promised in vain"


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        ({}, "operational"), ({CHECKOUT: "major_outage"}, "partial"), ({CHECKOUT: "partial_outage"}, "minor"),
        ({CHECKOUT: "degraded_performance"}, "degraded"), ({CHECKOUT: "under_maintenance"}, "degraded"),
        ({CHECKOUT: "operational"}, "degraded"),
    ],
)  # fmt: skip
def test_the_page_in_one_word(states: dict[str, str], wanted: str) -> None:
    history = [[written("investigating", 10, components=states)]] if states else []
    shown = snapshot(*history)
    assert overall(shown) == wanted
    assert json_of(shown, "status")["status"] == dict(
        zip(("indicator", "description"), DESCRIPTIONS[wanted], strict=True)
    )


# --- ninety days --------------------------------------------------------------------------------------------------------


def spanned(*spans: tuple[float, float | None, str], zone: str = "UTC", known_days: int = 200) -> Snapshot:
    shown = snapshot(time_zone=zone)
    found = tuple(
        Span(CHECKOUT, NOW - int(begin * HOUR), None if end is None else NOW - int(end * HOUR), state, f"INC-{n}")  # type: ignore[arg-type]
        for n, (begin, end, state) in enumerate(spans, 1)
    )
    components = tuple(msgspec.structs.replace(each, since=NOW - known_days * DAY) for each in shown.components)
    return msgspec.structs.replace(shown, spans=found, components=components)


def test_only_outages_count_the_worst_of_each_moment_and_the_number_is_rounded_down() -> None:
    assert uptime(*_of(spanned())).percent == "100"
    assert uptime(*_of(spanned((5, 4, "degraded_performance")))).percent == "100"
    assert uptime(*_of(spanned((5, 4.999, "major_outage")))).percent == "99.99"
    overlapping = uptime(*_of(spanned((5, 4, "partial_outage"), (4.5, 4, "major_outage"))))
    today = overlapping.days[-1]
    assert (today.partial, today.major, today.state) == (30 * MINUTE, 30 * MINUTE, "major_outage")
    assert today.sources == ("INC-1", "INC-2")


def test_a_component_that_is_young_has_no_days_before() -> None:
    days = uptime(*_of(spanned((24, None, "major_outage"), known_days=9))).days
    assert [day.state for day in days].count(None) == 80 and days[-1].state == "major_outage"
    assert uptime(*_of(spanned(known_days=-1))).percent == ""


def test_days_are_those_of_the_pages_time_zone() -> None:
    night = (16.0, 15.5, "major_outage")  # 22:41 to 23:11 UTC on the day before: past midnight in Berlin
    utc, berlin = uptime(*_of(spanned(night))), uptime(*_of(spanned(night, zone="Europe/Berlin")))
    assert utc.days[-2].major == 30 * MINUTE and berlin.days[-1].major == 30 * MINUTE


def _of(shown: Snapshot) -> tuple[object, Snapshot]:
    return shown.components[0], shown


# --- the files ----------------------------------------------------------------------------------------------------------


def test_every_link_is_relative_and_leads_to_a_file_of_the_page() -> None:
    shown = snapshot(OPEN, OVER, works=(maintenance(),), languages=["en", "de"])
    told = msgspec.structs.replace(
        shown.incidents[1], learned=Learned(NOW, {"summary": "You could not pay.", "causes": "- One limit"})
    )
    shown = msgspec.structs.replace(shown, incidents=(shown.incidents[0], told))
    files = render(shown, {})
    assert "Warum es geschah" in files["incidents/INC-2/postmortem.de.html"].body.decode()
    pages = [name for name in files if name.endswith(".html")]
    assert {
        "index.html",
        "index.de.html",
        "incidents/INC-1.html",
        "incidents/MNT-1.de.html",
        "history/2026-05.html",
        "uptime.html",
    } <= set(pages)
    for name in pages:
        for target in re.findall(r'(?:href|src)="([^"#]+)', files[name].body.decode()):
            if target.startswith(("https://status.shop.example/subscribe", "data:")):
                continue
            assert not target.startswith(("/", "http")), (name, target)
            parts: list[str] = []
            for part in (PurePosixPath(name).parent / target).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in files, (name, target)


def test_the_page_is_small_whatever_happened_and_has_no_inline_style_or_script() -> None:
    for count in (0, 3, 60):
        files = render(snapshot(*([OPEN] * min(count, 3)), *([OVER] * max(0, count - 3))))
        index = files["index.html"].body.decode()
        whole = sum(
            len(each.body) for name, each in files.items() if name == "index.html" or name.endswith((".css", ".js"))
        )
        assert whole < 30_000 and "style=" not in index and "<script>" not in index and "onclick" not in index
    assert {name: each.media_type for name, each in files.items()}[
        "history.atom"
    ] == "application/atom+xml; charset=utf-8"


def test_what_people_wrote_is_text_everywhere() -> None:
    nasty = "<script>alert(1)</script> & {{ 7*7 }} {name}\x00"
    files = render(
        snapshot([written("investigating", 5, nasty, title=nasty)], works=(maintenance(text=nasty),), title=nasty)
    )
    for name, document in files.items():
        if name.endswith((".html", ".svg", ".js")):
            assert b"<script>alert" not in document.body, name
    assert "{{ 7*7 }}" in files["index.html"].body.decode()
    assert feedparser.parse(files["history.atom"].body).bozo is False


def test_every_page_offers_updates_and_planned_work_within_a_day_names_it_once() -> None:
    works = [maintenance()]
    files = render(msgspec.structs.replace(snapshot(OPEN, OVER, works=works), subscribe_url="/subscribe"))
    pages = {name: file.body.decode() for name, file in files.items() if name.endswith(".html")}
    assert len(pages) > 4 and all('class="btn" href="/subscribe' in page for page in pages.values())
    say = speech_of(snapshot().page)
    assert say.span(NOW, NOW + HOUR).count(say.day(NOW)) == 1 and say.span(NOW, NOW + DAY).count(":") == 2
    assert say.day(NOW + DAY) in say.span(NOW, NOW + DAY)


def test_a_correction_and_a_late_post_say_so() -> None:
    first = msgspec.structs.replace(OPEN[0], corrected_at=NOW - MINUTE, recorded_at=OPEN[0].at + HOUR)
    page = render(snapshot([first]))["index.html"].body.decode()
    assert "corrected 14 May, 14:40 UTC" in page and "written 14 May, 15:07 UTC" in page


@pytest.mark.parametrize("code", ["en", "de", "es", "fr", "ja"])
def test_a_language_is_a_file_with_every_word_and_the_same_blanks(code: str) -> None:
    english, own = (
        yaml.safe_load((FOLDER / "en.yaml").read_text()),
        yaml.safe_load((FOLDER / f"{code}.yaml").read_text()),
    )
    assert set(own) == set(english) and len(own["months"]) == 12 and code in languages()
    for key, text in english.items():
        if isinstance(text, str):
            assert set(re.findall(r"{\w+}", own[key])) == set(re.findall(r"{\w+}", text)), key
    page = render(snapshot(OPEN, languages=[code]))["index.html"].body.decode()
    assert f'<html lang="{code}">' in page and own["identified"] in page and own["partial_outage"] in page


def test_an_unknown_language_is_english_with_ones_own_words() -> None:
    page = render(snapshot(languages=["nl"], words={"all_operational": "Alles werkt"}))["index.html"].body.decode()
    assert "Alles werkt" in page and words_of("nl")["today"] in page


# --- feeds, calendar, JSON, badge ----------------------------------------------------------------------------------------


def test_a_reader_of_feeds_reads_both_and_an_id_stays_while_updated_moves() -> None:
    before, after = snapshot(OPEN[:1]), snapshot(OPEN)
    for name in ("history.atom", "history.rss", "updates.rss"):
        old, new = (feedparser.parse(render(shown)[name].body) for shown in (before, after))
        assert not new.bozo and old.entries[0].id in [entry.id for entry in new.entries]
    first, second = (feedparser.parse(render(shown)["history.atom"].body).entries[0] for shown in (before, after))
    assert first.published == second.published and first.updated < second.updated
    assert first.link == "https://status.shop.example/incidents/INC-1.html"
    rss = render(after)["history.rss"].body.decode()
    dates = re.findall("<pubDate>(.*?)</pubDate>", rss)
    assert dates and all(
        date.endswith(" GMT") and parsedate_to_datetime(date).timestamp() == (NOW - 15 * MINUTE) / 1e6 for date in dates
    )
    assert len(feedparser.parse(render(after)["updates.rss"].body).entries) == 2


def test_without_incidents_the_feeds_are_there() -> None:
    for name in ("history.atom", "history.rss"):
        assert not feedparser.parse(render(snapshot())[name].body).bozo


def test_the_calendar_is_read_by_rfc_5545_and_a_cancelled_work_stays_in_it() -> None:
    works = (maintenance("cancelled", 48, "Not now: a long text, " * 20),)
    body = render(snapshot(works=works))["maintenance.ics"].body
    assert b"\r\n" in body and max(map(len, body.split(b"\r\n"))) <= 75
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED" and event["UID"] == "MNT-1@status.shop.example" and event["SEQUENCE"] == 2
    assert int(event["DTSTART"].dt.timestamp()) * 1_000_000 == works[0].starts_at


def test_the_api_of_statuspage_is_complete() -> None:
    shown = snapshot(
        OPEN, OVER, works=(maintenance("in_progress", -0.5), msgspec.structs.replace(maintenance(), id="MNT-2"))
    )
    summary = json_of(shown, "summary")
    assert list(summary) == ["page", "components", "incidents", "scheduled_maintenances", "status"]
    assert [each["status"] for each in summary["scheduled_maintenances"]] == ["in_progress", "scheduled"]  # type: ignore[index,attr-defined]
    assert (
        len(json_of(shown, "incidents")["incidents"]) == 2
        and len(json_of(shown, "incidents/unresolved")["incidents"]) == 1
    )  # type: ignore[arg-type]
    assert len(json_of(shown, "scheduled-maintenances/active")["scheduled_maintenances"]) == 1  # type: ignore[arg-type]
    assert len(json_of(shown, "scheduled-maintenances/upcoming")["scheduled_maintenances"]) == 1  # type: ignore[arg-type]
    incident = summary["incidents"][0]  # type: ignore[index]
    newest, first = incident["incident_updates"]
    assert incident["impact"] == "minor" and newest["affected_components"] is None
    assert first["affected_components"] == [
        {"code": CHECKOUT, "name": "Shop - Checkout", "old_status": "operational", "new_status": "partial_outage"}
    ]
    groups = [each for each in summary["components"] if each["group"]]  # type: ignore[attr-defined]
    assert [(each["name"], each["status"]) for each in groups] == [("Shop", "partial_outage")]
    assert groups[0]["components"] == [CHECKOUT, SEARCH]
    assert "api/v2/incidents/inc1.json" in render(shown)


def test_pages_of_lists_end() -> None:
    pages = further_pages(snapshot(*([OVER] * 60)))["api/v2/incidents.json"]
    counts = [len(msgspec.json.decode(each.body)["incidents"]) for each in pages]
    assert counts == [10, 0]


def test_the_badge_says_it_in_words() -> None:
    files = render(snapshot(OPEN))
    assert b"<title>Checkout: Partly unavailable</title>" in files[f"badge/{CHECKOUT}.svg"].body
    assert b'role="img"' in files["badge.svg"].body
