"""The public history as feeds: what a reader of feeds must be able to parse (R33)."""

from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from stanch.communicate.status_page import PublicIncident, PublicView
from stanch.web.feeds import atom, rss

BASE = "https://stanch.example"
AT = 1_778_769_660 * 1_000_000
ATOM = "{http://www.w3.org/2005/Atom}"


def view(title: str = "Checkout & <payments>") -> PublicView:
    posts = [(AT, "resolved", "All payments work."), (AT - 60_000_000, "investigating", "Payments <fail> & wait.")]
    return PublicView([], [PublicIncident("i1", title, "resolved", posts, AT - 120_000_000, AT)])


def test_the_dates_of_rss_end_in_gmt_and_are_right() -> None:
    feed = ElementTree.fromstring(rss(view(), BASE))
    dates = [found.text or "" for found in feed.iter("pubDate")]
    assert len(dates) == 2 and all(date.endswith(" GMT") for date in dates)
    assert {parsedate_to_datetime(date).timestamp() for date in dates} == {AT / 1e6}


def test_both_feeds_give_back_the_title_and_the_posts_as_html() -> None:
    item = ElementTree.fromstring(rss(view(), BASE)).find("channel/item")
    entry = ElementTree.fromstring(atom(view(), BASE)).find(f"{ATOM}entry")
    assert item is not None and entry is not None
    assert item.findtext("title") == entry.findtext(f"{ATOM}title") == "Checkout & <payments>"
    assert item.findtext("description") == entry.findtext(f"{ATOM}content")
    assert "Payments &lt;fail&gt; &amp; wait." in (item.findtext("description") or "")
    assert item.findtext("link") == f"{BASE}/status/incidents/i1"


def test_a_character_that_xml_cannot_hold_costs_only_itself() -> None:
    for feed in (atom(view("a\x00b\x1bc\ufffe"), BASE), rss(view("a\x00b\x1bc\ufffe"), BASE)):
        titles = [found.text or "" for found in ElementTree.fromstring(feed).iter() if found.tag.endswith("title")]
        assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}" in titles


def test_without_incidents_the_feeds_are_there() -> None:
    empty = PublicView([], [])
    assert ElementTree.fromstring(atom(empty, BASE)).findtext(f"{ATOM}title") == "Status - Incident History"
    assert ElementTree.fromstring(rss(empty, BASE)).findtext("channel/pubDate") == "Thu, 01 Jan 1970 00:00:00 GMT"
