"""The messages to subscribers, in the format of each kind of delivery. Pure (formats/18, 18.7 and 18.8)."""

from typing import Any, Literal

import msgspec

from stanch.communicate.page.language import language_of
from stanch.communicate.page.snapshot import Event, Incident, Post, Snapshot
from stanch.communicate.page.statuspage_v2 import event_of, link, page_of, status_of
from stanch.kernel.clock import SECOND, iso
from stanch.ports import Message
from stanch.ports.message_text import one_line, printable
from stanch.ports.signature import sign, webhook_id

About = Literal["", "reminder", "correction"]


class Update(msgspec.Struct, frozen=True):
    """One update of one page. ``key``: the same for every attempt to anybody. ``about``: why a post is sent that was sent before."""

    key: str
    snapshot: Snapshot
    event: Event
    post: Post
    about: About = ""

    def title(self) -> str:
        """``[Example Shop] Monitoring: Some payments fail``."""
        say = language_of(self.snapshot)
        state = say(f"{self.about or self.post.state}_word")
        return one_line(f"[{self.snapshot.page.title}] {state}: {say.title(self.event)}")

    def text(self) -> str:
        """The post, what is affected, and where to read on."""
        say = language_of(self.snapshot)
        names = ", ".join(each.name for each in self.snapshot.components if each.id in self.event.components)
        parts = [
            printable(self.post.text),
            f"{say('affected')}: {names}" if names else "",
            link(self.event, self.snapshot),
        ]
        return "\n\n".join(part for part in parts if part)


def mail(update: Update, subscriber: int, leave_url: str) -> Message:
    """Threads by incident; one click ends it (RFC 8058)."""
    host = update.snapshot.url.split("://", 1)[-1].split("/")[0]
    root = f"<{update.event.id}.{update.snapshot.name}@{host.rsplit(':', 1)[0]}>".replace(" ", "-")
    return Message(
        f"{update.key}:{subscriber}", update.title(), with_end(update, leave_url, "--\n"), urgent=False,
        headers={**list_headers(update.snapshot, leave_url), "References": root, "In-Reply-To": root},
    )  # fmt: skip


def with_end(update: Update, leave_url: str, line: str = "") -> str:
    """The text, and how to get no more of this."""
    return f"{update.text()}\n\n{line}{language_of(update.snapshot)('no_more', url=leave_url)}"


def list_headers(snapshot: Snapshot, leave_url: str) -> dict[str, str]:
    """The headers that mail providers require of bulk mail."""
    host = snapshot.url.split("://", 1)[-1].split("/")[0].rsplit(":", 1)[0]
    return {
        "List-Unsubscribe": f"<{leave_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<{snapshot.name}.{host}>".replace(" ", "-"),
        "Precedence": "bulk",
    }


def webhook(update: Update, subscriber: int, leave_url: str, secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    """Statuspage's own body, signed as Standard Webhooks says: receivers of both kinds understand it."""
    status = status_of(update.snapshot)
    body = msgspec.json.encode(
        {
            "meta": {"unsubscribe": leave_url, "documentation": f"{update.snapshot.url}/", "generated_at": iso(now)},
            "page": {
                "id": page_of(update.snapshot)["id"], "status_indicator": status["indicator"],
                "status_description": status["description"],
            },
            "incident": {**event_of(update.event, update.snapshot), "impact_override": None, "backfilled": False},
        }
    )  # fmt: skip
    return body, signed(body, f"{update.key}:{subscriber}", secret, now)


def signed(body: bytes, key: str, secret: str, now: int) -> dict[str, str]:
    """The headers of Standard Webhooks; the id is the same for every attempt."""
    identity, seconds = webhook_id(key), str(now // SECOND)
    return {
        "Content-Type": "application/json", "webhook-id": identity, "webhook-timestamp": seconds,
        "webhook-signature": sign(secret, identity, seconds, body),
    }  # fmt: skip


def slack(title: str, text: str) -> bytes:
    """An incoming webhook of Slack, whose three special characters are escaped."""
    words = f"*{title}*\n{text}".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return msgspec.json.encode({"text": words})


def teams(title: str, text: str, url: str) -> bytes:
    """A workflow of Teams that takes an adaptive card."""
    card: dict[str, Any] = {
        "type": "AdaptiveCard", "version": "1.4", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "body": [
            {"type": "TextBlock", "text": title, "weight": "Bolder", "wrap": True},
            {"type": "TextBlock", "text": text, "wrap": True},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": url}],
    }  # fmt: skip
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return msgspec.json.encode({"type": "message", "attachments": [attachment]})


def push(update: Update, key: str) -> Message:
    """A later update of the same incident takes the place of the one before."""
    where = link(update.event, update.snapshot)
    topic = f"{update.snapshot.name}/{update.event.id}"
    return Message(key, update.title(), update.text(), where, urgent=False, topic=topic)


def update_of(snapshot: Snapshot, key: str, event: str, post: str, about: About) -> Update | None:
    """The update as this page shows it; None where it does not."""
    both: list[Event] = [*snapshot.incidents, *snapshot.maintenances]
    found = next((each for each in both if each.id == event), None)
    if found is None:
        return None
    its = next((each for each in found.posts if each.id == post), None)
    if its is None or (about == "reminder" and isinstance(found, Incident)):
        return None
    return Update(key, snapshot, found, its, about)
