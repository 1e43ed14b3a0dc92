"""The status page as other people's programs read it from a running server, unmodified (R33; formats/04, formats/18)."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
import urllib3
from icalendar import Calendar

from stanch.kernel.clock import iso
from tests.browser.house import served
from tests.components import statuspage
from tests.components.process import free_port
from tests.scenarios.house import POLICY, opened

ATOM, RSS = "{http://www.w3.org/2005/Atom}", "application/rss+xml"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with one incident that is open and one that is over, and with work that is planned, under way and cancelled."""
    folder: Path = tmp_path_factory.mktemp("readers")
    services = {**POLICY["services"], "mails": {"name": "mails", "public_name": "Order mails", "public_group": "Shop"}}
    url = f"http://127.0.0.1:{(port := free_port())}/status"
    policy = {**POLICY, "services": services, "status_pages": {"status": {"title": "Shop", "url": url}}}
    for house in opened(f"sqlite:///{folder / 'stanch.db'}", folder, policy):
        house.stanch.seed()
        for number, text in enumerate(("Some payments fail: <b>&\x0b cards.", "Order mails are late."), 1):
            house.do("declare", title="x", service=("shop", "mails")[number - 1])
            house.do("status", incident=f"INC-{number}", state="investigating", text=text)
            house.clock.forward(minutes=20)
        house.do("status", incident="INC-2", state="resolved", text="All mails have left.")
        for number, hours in enumerate((1, 24, 48), 1):
            start, end = (iso(house.clock.now() + (hours * 60 + more) * 60_000_000) for more in (0, 60))
            house.do(
                "maintenance",
                title=f"Work {number}",
                services=["shop"],
                starts=start,
                ends=end,
                text="It takes a minute.",
            )
        house.do("maintenance-post", maintenance="MNT-3", state="cancelled", text="Not now.")
        house.clock.forward(minutes=61)
        house.settle()
        with served(house.stanch, port, engine=False):
            yield url


def get(url: str) -> tuple[bytes, str]:
    answer = urllib3.request("GET", url, timeout=10, retries=False)
    assert answer.status == 200
    return answer.data, answer.headers["content-type"]


@pytest.mark.needs("statuspage.io")
def test_the_client_of_statuspage_reads_the_page(page: str) -> None:
    found = statuspage.read(page)
    assert set(found["summary"]) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert found["status"]["status"]["indicator"] == found["summary"]["status"]["indicator"] != "none"
    assert {each["name"] for each in found["components"]["components"]} >= {"Checkout", "Order mails"}
    assert [each["status"] for each in found["incidents"]["incidents"]] == ["resolved", "investigating"]
    (open_one,) = found["unresolved"]["incidents"]
    assert "payments fail" in open_one["incident_updates"][0]["body"] and open_one["resolved_at"] is None
    assert [each["name"] for each in found["upcoming"]["scheduled_maintenances"]] == ["Work 2"]


def test_the_two_addresses_that_the_client_mistakes_answer_too(page: str) -> None:
    http = urllib3.PoolManager(retries=False)
    answers = {
        name: http.request("GET", f"{page}/api/v2/scheduled-maintenances{name}.json").json()["scheduled_maintenances"]
        for name in ("", "/active")
    }
    assert sorted(each["status"] for each in answers[""]) == ["completed", "in_progress", "scheduled"]
    assert [each["name"] for each in answers["/active"]] == ["Work 1"]


def test_a_feed_reader_finds_nothing_to_complain_of(page: str) -> None:
    for name, kind in (("history.atom", "atom10"), ("history.rss", "rss20"), ("updates.rss", "rss20")):
        read = feedparser.parse(f"{page}/{name}")
        assert not read.bozo and read.version == kind and read.status == 200
        assert any("payments fail: &lt;b&gt;" in each.summary for each in read.entries), "text stays text"


def test_the_feeds_keep_the_rules_of_their_formats(page: str) -> None:
    """What the feed validator of W3C asks of Atom (RFC 4287) and RSS 2.0."""
    body, kind = get(f"{page}/history.atom")
    assert kind == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(body)
    assert atom_faults(feed, f"{page}/history.atom") == []
    for name in ("history.rss", "updates.rss"):
        body, kind = get(f"{page}/{name}")
        assert kind == f"{RSS}; charset=utf-8"
        assert rss_faults(ElementTree.fromstring(body), f"{page}/{name}") == []


def test_what_checks_the_feeds_finds_faults() -> None:
    entry = "<entry><id>x</id><title/><updated>yesterday</updated><link href='/a'/></entry>"
    feed = ElementTree.fromstring(
        f"<feed xmlns='http://www.w3.org/2005/Atom'><id>x y</id><title/>{entry}{entry}</feed>"
    )
    assert len(atom_faults(feed, "http://here/")) >= 6
    item = "<item><title>t</title><link>/a</link><guid>1</guid><pubDate>2026-05-14</pubDate></item>"
    assert (
        len(
            rss_faults(
                ElementTree.fromstring(f"<rss version='2.0'><channel>{item}{item}</channel></rss>"), "http://here/"
            )
        )
        >= 6
    )


def test_the_calendar_is_one_of_rfc_5545(page: str) -> None:
    body, kind = get(f"{page}/maintenance.ics")
    assert kind.startswith("text/calendar")
    assert all(len(line) <= 75 for line in body.split(b"\r\n")) and b"\n" not in body.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(body)
    assert calendar["VERSION"] == "2.0" and calendar["PRODID"] and not calendar.errors
    works = calendar.walk("VEVENT")
    assert [str(each["STATUS"]) for each in works].count("CANCELLED") == 1 and len(works) == 3
    assert len({str(each["UID"]) for each in works}) == 3
    assert all(
        each["DTSTAMP"].dt.tzinfo and each["DTSTART"].dt < each["DTEND"].dt and not each.errors for each in works
    )


def absolute(address: str | None) -> bool:
    return bool(
        address and urlsplit(address).scheme and (urlsplit(address).netloc or urlsplit(address).scheme == "tag")
    )


def atom_faults(feed: ElementTree.Element, own: str) -> list[str]:
    """The rules of RFC 4287 that validators report."""
    faults = []
    links = feed.findall(f"{ATOM}link")
    if [link.get("href") for link in links if link.get("rel") == "self"] != [own]:
        faults.append("no link to itself")
    entries = feed.findall(f"{ATOM}entry")
    ids = [each.findtext(f"{ATOM}id") or "" for each in (feed, *entries)]
    faults += [f"id {each!r} is no absolute IRI" for each in ids if not absolute(each) or " " in each]
    faults += ["ids are not unique"] * (len(set(ids)) != len(ids))
    for each in (feed, *entries):
        if not each.findtext(f"{ATOM}title"):
            faults.append("no title")
        try:
            updated = datetime.fromisoformat(each.findtext(f"{ATOM}updated") or "")
            published = datetime.fromisoformat(each.findtext(f"{ATOM}published") or updated.isoformat())
            faults += ["published after updated"] * (published > updated) + ["no zone"] * (not updated.tzinfo)
        except ValueError:
            faults.append("updated is no date of RFC 3339")
        alternate = [link for link in each.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        faults += ["a link is not absolute"] * sum(
            not absolute(link.get("href")) for link in each.findall(f"{ATOM}link")
        )
        faults += ["not one alternate link"] * (len(alternate) != 1)
        authors = each.findall(f"{ATOM}author/{ATOM}name") or feed.findall(f"{ATOM}author/{ATOM}name")
        faults += ["no author"] * (not authors or not authors[0].text)
    faults += ["no content"] * sum(each.find(f"{ATOM}content") is None for each in entries)
    return faults


def rss_faults(rss: ElementTree.Element, own: str) -> list[str]:
    """The rules of RSS 2.0 that validators report."""
    channel, faults = rss.find("channel"), []
    assert channel is not None and rss.get("version") == "2.0"
    faults += [f"no {name}" for name in ("title", "link", "description") if not channel.findtext(name)]
    if [link.get("href") for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"] != [own]:
        faults.append("no link to itself")
    items = channel.findall("item")
    guids = [each.find("guid") for each in items]
    texts = [guid.text for guid in guids if guid is not None]
    faults += ["guids are not unique"] * (len(set(texts)) != len(items))
    for each, guid in zip(items, guids, strict=True):
        permanent = guid is not None and guid.get("isPermaLink", "true") == "true"
        faults += ["a guid is no address"] * (permanent and not absolute(guid.text if guid is not None else ""))
        faults += ["a link is not absolute"] * (not absolute(each.findtext("link")))
        faults += ["neither title nor description"] * (not each.findtext("title") and not each.findtext("description"))
    for date in [each.text or "" for each in channel.iter("pubDate")]:
        written = re.fullmatch(
            r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (GMT|\+0000)", date
        )
        faults += [f"{date!r} is no date of RFC 822"] * (
            not written or parsedate_to_datetime(date).strftime("%a") != date[:3]
        )
    return faults
