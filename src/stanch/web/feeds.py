"""The status page's history as Atom and RSS (R33; formats/04, formats/18), written by the standard library's ElementTree."""

import re
from email.utils import formatdate
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from stanch.communicate.status_page import PublicIncident, PublicView
from stanch.kernel.clock import iso

NEWEST = 50
TITLE = "Status - Incident History"
# What XML 1.0 cannot hold, not even escaped: one such character makes the whole feed unreadable.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(view: PublicView, base: str) -> str:
    """``history.atom``: an entry for each incident, whose ``updated`` moves with each post."""
    host = base.split("://", 1)[-1]
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en-US"})
    _add(feed, "id", f"tag:{host},2005:/history")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base}/status")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}/status/history.atom")
    _add(feed, "title", TITLE)
    _add(feed, "updated", _seconds(_newest(view)))
    _add(_add(feed, "author"), "name", "Status")
    for incident in view.incidents[:NEWEST]:
        entry = _add(feed, "entry")
        _add(entry, "id", f"tag:{host},2005:Incident/{incident.id}")
        _add(entry, "published", _seconds(incident.created_at))
        _add(entry, "updated", _seconds(incident.posts[0][0]))
        _add(entry, "link", rel="alternate", type="text/html", href=_page(base, incident))
        _add(entry, "title", incident.title)
        _add(entry, "content", _posts_html(incident), type="html")
    return _text(feed)


def rss(view: PublicView, base: str) -> str:
    """``history.rss``, RSS 2.0."""
    feed = Element("rss", {"version": "2.0"})
    channel = _add(feed, "channel")
    _add(channel, "title", TITLE)
    _add(channel, "link", f"{base}/status")
    _add(channel, "description", "Status")
    _add(channel, "pubDate", formatdate(_newest(view) / 1e6, usegmt=True))
    for incident in view.incidents[:NEWEST]:
        item = _add(channel, "item")
        _add(item, "title", incident.title)
        _add(item, "description", _posts_html(incident))
        _add(item, "pubDate", formatdate(incident.posts[0][0] / 1e6, usegmt=True))
        _add(item, "link", _page(base, incident))
        _add(item, "guid", _page(base, incident))
    return _text(feed)


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, name, attributes)
    child.text = UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text) or None
    return child


def _text(feed: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(feed, encoding="unicode")


def _page(base: str, incident: PublicIncident) -> str:
    return f"{base}/status/incidents/{incident.id}"


def _newest(view: PublicView) -> int:
    return max((incident.posts[0][0] for incident in view.incidents), default=0)


def _posts_html(incident: PublicIncident) -> str:
    """The shape that feed readers know: newest first, one paragraph each, the state in bold."""
    return "".join(
        f"<p><small>{iso(moment)[:10]} {iso(moment)[11:16]} UTC</small><br><strong>{state.capitalize()}</strong> - {escape(text)}</p>"
        for moment, state, text in incident.posts
    )


def _seconds(moment: int) -> str:
    return iso(moment)[:19] + "Z"
