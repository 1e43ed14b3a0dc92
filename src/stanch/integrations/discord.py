"""Announces in a Discord channel by a webhook (formats/17, 17.4)."""

import re
from typing import Any

from stanch.ports import Failed
from stanch.ports.announcing import Announcement, Announcer
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, printable
from stanch.ports.secret_address import AddressSettings, SecretAddress

TITLE_CHARACTERS, TEXT_CHARACTERS, VALUE_CHARACTERS = 150, 1000, 500
COLOURS = {1: 0xCF2E2E, 2: 0xD97706}
HINTS = {
    400: "Discord does not take the message",
    401: "the webhook's token is wrong; copy its address again",
    404: "the webhook was deleted; make another one",
}


class Discord:
    """``wait=true``: otherwise a message that was not saved gives no error."""

    name: str = "discord"

    def __init__(self, settings: AddressSettings) -> None:
        self.address = SecretAddress(settings.url_env, "discord url_env", settings.timeout)

    def announce(self, announcement: Announcement) -> str:
        said = self.address.post(message(announcement), "wait=true", HINTS).json()
        if "id" not in said:
            raise Failed("Discord answered without the id of the message", again=True)
        return f"posted as {said['id']}"


def message(announcement: Announcement) -> dict[str, Any]:
    """One embed that pings nobody."""
    fields = [(name, value) for name, value in announcement.facts() if name != "Incident"]
    embed: dict[str, Any] = {
        "title": escaped(announcement.heading(), TITLE_CHARACTERS) or announcement.incident,
        "color": COLOURS.get(announcement.rung, 0x5865F2),
        "fields": [{"name": n, "value": escaped(v, VALUE_CHARACTERS), "inline": True} for n, v in fields],
        "footer": {"text": announcement.reference()},
    }
    if text := escaped(announcement.text, TEXT_CHARACTERS):
        embed["description"] = text
    if announcement.url:
        embed["url"] = announcement.url
    return {"username": "stanch", "allowed_mentions": {"parse": []}, "embeds": [embed]}


def escaped(text: str, limit: int) -> str:
    """No Markdown of an alert's text."""
    text = re.sub(r"([\\*_~|`\[\]()])", r"\\\1", cut(printable(text).strip(), limit))
    return re.sub(r"(?m)^(\s*)([->#]|\d+\.)", r"\1\\\2", text)


def build(settings: AddressSettings) -> Announcer:
    """For the scanner in main."""
    return Discord(settings)


INTEGRATION = Integration("Discord", "announcers", AddressSettings, build)
