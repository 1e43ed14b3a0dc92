"""The page's history as Atom and RSS, its planned work as a calendar (R33; formats/04, formats/18). Pure."""

import re
from datetime import UTC, datetime
from email.utils import formatdate
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from icalendar import Calendar
from icalendar import Event as Appointment

from stanch.communicate.page.language import Language, language_of
from stanch.communicate.page.snapshot import Document, Event, Incident, Learned, Maintenance, Post, Snapshot
from stanch.communicate.page.statuspage_v2 import link, postmortem_link
from stanch.kernel.clock import DAY, SECOND, iso
from stanch.kernel.clock import day as date_of

NEWEST, CALENDAR_DAYS = 50, 90
# Characters that XML 1.0 does not allow, not even escaped: one of them makes the whole feed invalid.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def documents(snapshot: Snapshot) -> dict[str, Document]:
    """Both feeds, one that has an item for each update, and the calendar."""
    return {
        "history.atom": Document(atom(snapshot), "application/atom+xml; charset=utf-8"),
        "history.rss": Document(rss(snapshot), "application/rss+xml; charset=utf-8"),
        "updates.rss": Document(rss(snapshot, each_update=True), "application/rss+xml; charset=utf-8"),
        "maintenance.ics": Document(calendar(snapshot), "text/calendar; charset=utf-8"),
    }


def events(snapshot: Snapshot) -> list[Event]:
    """Incidents and maintenance together, the one that changed last first."""
    both: list[Event] = [*snapshot.incidents, *snapshot.maintenances]
    return sorted(both, key=lambda each: each.updated_at, reverse=True)[:NEWEST]


def atom(snapshot: Snapshot) -> bytes:
    """``history.atom``: an entry for each incident, whose ``updated`` moves with each post."""
    host = snapshot.url.split("://", 1)[-1].split("/")[0]
    say = language_of(snapshot)
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": say.code})
    _add(feed, "id", f"tag:{host},2005:/history")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{snapshot.url}/")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{snapshot.url}/history.atom")
    _add(feed, "title", _title(snapshot))
    _add(feed, "updated", _seconds(snapshot.updated_at()))
    _add(_add(feed, "author"), "name", snapshot.page.title)
    for event in events(snapshot):
        entry = _add(feed, "entry")
        _add(entry, "id", f"tag:{host},{date_of(event.created_at)[:4]}:Incident/{event.id}")
        _add(entry, "published", _seconds(event.created_at))
        _add(entry, "updated", _seconds(event.updated_at))
        _add(entry, "link", rel="alternate", type="text/html", href=link(event, snapshot))
        _add(entry, "title", say.title(event))
        _add(entry, "content", _learned_html(event, snapshot) + _posts_html(event), type="html")
    return _bytes(feed)


def rss(snapshot: Snapshot, *, each_update: bool = False) -> bytes:
    """``history.rss``, RSS 2.0. Readers that show an id once want an item for each update."""
    name = "updates.rss" if each_update else "history.rss"
    feed = Element("rss", {"version": "2.0", "xmlns:atom": "http://www.w3.org/2005/Atom"})
    channel = _add(feed, "channel")
    _add(channel, "title", _title(snapshot))
    _add(channel, "link", f"{snapshot.url}/")
    _add(channel, "description", snapshot.page.title)
    _add(channel, "atom:link", rel="self", type="application/rss+xml", href=f"{snapshot.url}/{name}")
    _add(channel, "pubDate", _rfc822(snapshot.updated_at()))
    for event in events(snapshot):
        if each_update:
            if learned := learned_of(event):
                _item(channel, snapshot, event, [], learned.at, "")
            for post in event.posts:
                _item(channel, snapshot, event, [post], post.at, f"#{post.id}")
        else:
            _item(channel, snapshot, event, list(event.posts), event.posts[0].at, "")
    return _bytes(feed)


def _item(channel: Element, snapshot: Snapshot, event: Event, posts: list[Post], at: int, part: str) -> None:
    """An item for an event, for one of its posts, or without posts for its postmortem."""
    where = link(event, snapshot) + part if posts else postmortem_link(event, snapshot)
    learned = _learned_html(event, snapshot) if not part else ""
    item = _add(channel, "item")
    _add(item, "title", language_of(snapshot).title(event))
    _add(item, "description", learned + (_posts_html(event, posts) if posts else ""))
    _add(item, "pubDate", _rfc822(at))
    _add(item, "link", where)
    _add(item, "guid", where, isPermaLink="true")


def calendar(snapshot: Snapshot) -> bytes:
    """``maintenance.ics``: what is planned, and what was in the last ninety days; a cancelled one stays, as cancelled."""
    host = snapshot.url.split("://", 1)[-1].split("/")[0]
    say, found = language_of(snapshot), Calendar()
    found.add("prodid", "-//stanch//status page//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", f"{snapshot.page.title}: {say('planned_work')}")
    for each in snapshot.maintenances:
        if each.ends_at > snapshot.as_of - CALENDAR_DAYS * DAY:
            found.add_component(_appointment(each, snapshot, say, host))
    written: bytes = found.to_ical()
    return written


def _appointment(each: Maintenance, snapshot: Snapshot, say: Language, host: str) -> Appointment:
    found = Appointment()
    found.add("uid", f"{each.id}@{host}")
    found.add("dtstamp", _utc(each.updated_at))
    found.add("created", _utc(each.created_at))
    found.add("last-modified", _utc(each.updated_at))
    found.add("sequence", each.sequence)
    found.add("dtstart", _utc(each.starts_at))
    found.add("dtend", _utc(each.ends_at))
    found.add("summary", _plain(say.title(each)))
    names = [component.name for component in snapshot.components if component.id in each.components]
    found.add("description", _plain("\n".join([each.posts[0].text, *([", ".join(names)] if names else [])])))
    found.add("url", link(each, snapshot))
    found.add("status", "CANCELLED" if each.state == "cancelled" else "CONFIRMED")
    found.add("transp", "TRANSPARENT")
    return found


def _utc(moment: int) -> datetime:
    return datetime.fromtimestamp(moment // SECOND, UTC)


def _plain(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text).replace("\r", "")


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, name, attributes)
    child.text = UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text) or None
    return child


def _bytes(feed: Element) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{tostring(feed, encoding="unicode")}'.encode()


def _title(snapshot: Snapshot) -> str:
    return f"{snapshot.page.title} - Incident History"


def _posts_html(event: Event, posts: list[Post] | None = None) -> str:
    """The shape that feed readers know: newest first, one paragraph each, the state in bold."""
    head = "<p><strong>THIS IS A SCHEDULED EVENT</strong></p>" if isinstance(event, Maintenance) and not posts else ""
    return head + "".join(
        f"<p><small>{iso(post.at)[:10]} {iso(post.at)[11:16]} UTC</small><br>"
        f"<strong>{post.state.replace('_', ' ').capitalize()}</strong> - {escape(post.text)}</p>"
        for post in posts or event.posts
    )


def learned_of(event: Event) -> Learned | None:
    """The postmortem of an incident, where one is public."""
    return event.learned if isinstance(event, Incident) else None


def _learned_html(event: Event, snapshot: Snapshot) -> str:
    """A link to the postmortem; empty where none is public."""
    if learned_of(event) is None:
        return ""
    words = escape(language_of(snapshot)("read_learned"))
    return f'<p><a href="{escape(postmortem_link(event, snapshot))}">{words}</a></p>'


def _seconds(moment: int) -> str:
    return iso(moment)[:19] + "Z"


def _rfc822(moment: int) -> str:
    return formatdate(moment / SECOND, usegmt=True)
