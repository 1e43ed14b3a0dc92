"""Announces in a Google Chat space by an incoming webhook, one thread for each incident (formats/17, 17.3)."""

import uuid
from html import escape
from typing import Any
from urllib.parse import urlencode

from stanch.ports.announcing import Announcement, Announcer
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, printable
from stanch.ports.secret_address import AddressSettings, SecretAddress

TITLE_CHARACTERS, TEXT_CHARACTERS = 150, 1000
HINTS = {
    401: "the webhook's token was revoked; make another webhook",
    403: "the administrator does not allow webhooks",
    404: "the space is gone",
}


class GoogleChat:
    """The request id makes one message of every repetition."""

    name: str = "google_chat"

    def __init__(self, settings: AddressSettings) -> None:
        self.address = SecretAddress(settings.url_env, "google_chat url_env", settings.timeout)

    def announce(self, announcement: Announcement) -> str:
        query = {
            "messageReplyOption": "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
            "requestId": str(uuid.uuid5(uuid.NAMESPACE_URL, announcement.key)),
        }
        said = self.address.post(message(announcement), urlencode(query), HINTS).json()
        return f"posted as {said.get('name', 'unknown')}"


def message(announcement: Announcement) -> dict[str, Any]:
    """The text is the notification, the card what is read."""
    title = cut(announcement.heading(), TITLE_CHARACTERS)
    widgets: list[dict[str, Any]] = []
    if text := printable(cut(announcement.text, TEXT_CHARACTERS)).strip():
        widgets.append({"textParagraph": {"text": escape(text)}})
    facts = [fact for fact in announcement.facts() if fact[0] != "Incident"]
    widgets += [{"decoratedText": {"topLabel": name, "text": escape(value)}} for name, value in facts]
    if announcement.url:
        button = {"text": "Open war room", "onClick": {"openLink": {"url": announcement.url}}}
        widgets.append({"buttonList": {"buttons": [button]}})
    card = {"header": {"title": plain(title), "subtitle": announcement.reference()}, "sections": [{"widgets": widgets}]}
    due = f" - next update by {announcement.next_update}" if announcement.next_update else ""
    return {
        "text": plain(f"{title} ({announcement.status}){due}"),
        "cardsV2": [{"cardId": announcement.reference().replace(" #", "-"), "card": card}],
        "thread": {"threadKey": announcement.incident},
    }


def plain(text: str) -> str:
    """Removes angle brackets, since ``<users/all>`` would notify everybody, and escapes formatting characters."""
    text = printable(text).replace("<", "‹").replace(">", "›")
    return "".join(f"{char}\u200b" if char in "*_~`" else char for char in text)


def build(settings: AddressSettings) -> Announcer:
    """For the scanner in main."""
    return GoogleChat(settings)


INTEGRATION = Integration("Google Chat", "announcers", AddressSettings, build)
