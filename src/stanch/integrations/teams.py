"""Announces in a Microsoft Teams channel by a Workflows webhook, as an Adaptive Card (formats/17, 17.1)."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from stanch.ports import Failed
from stanch.ports.announcing import Announcement, Announcer
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, printable
from stanch.ports.secret_address import SecretAddress

TITLE_CHARACTERS, TEXT_CHARACTERS = 150, 1000
HINTS = {
    400: "make the flow from the template 'Send webhook alerts to a channel'",
    401: "set 'Who can trigger the flow' to Anyone, and copy the new address",
    403: "the flow is off, or its owner has left; give it a second owner",
    404: "the flow was deleted; make another one",
    410: "the flow was deleted; make another one",
    413: "the card is too large",
}
COLOURS = {1: "Attention", 2: "Warning"}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    url_env: Annotated[
        str, msgspec.Meta(description="The environment variable that holds the address of the Workflows webhook.")
    ]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Teams:
    """202 says that the flow was started, not that the card is in the channel."""

    name: str = "teams"

    def __init__(self, settings: Settings) -> None:
        self.address = SecretAddress(settings.url_env, "teams url_env", settings.timeout)

    def announce(self, announcement: Announcement) -> str:
        host = urlsplit(self.address.read()).hostname or ""
        if host == "webhook.office.com" or host.endswith(".webhook.office.com"):
            raise Failed("Office 365 connectors were switched off in May 2026; make a Workflows webhook", again=False)
        answer = self.address.post(card(announcement), hints=HINTS)
        return f"the flow was started ({answer.status}); whether it posts stands in its run history"


def card(announcement: Announcement) -> dict[str, Any]:
    """One attachment, without nulls but the one that Teams wants."""
    heading = {"weight": "Bolder", "size": "Medium", "color": COLOURS.get(announcement.rung, "Default")}
    content: dict[str, Any] = {
        "type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [
            _text(cut(announcement.heading(), TITLE_CHARACTERS)) | heading,
            _text(cut(announcement.text, TEXT_CHARACTERS)),
            {"type": "FactSet", "facts": [{"title": n, "value": escaped(v)} for n, v in announcement.facts()]},
        ],
    }  # fmt: skip
    if announcement.url:
        content["actions"] = [{"type": "Action.OpenUrl", "title": "Open war room", "url": announcement.url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _text(text: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": escaped(text) or " ", "wrap": True}


def escaped(text: str) -> str:
    """Teams reads a part of Markdown; nothing of an alert's text is meant as such."""
    text = re.sub(r"([\\*_\[\]()`])", r"\\\1", printable(text))
    return re.sub(r"(?m)^([^\S\n]*)([-#+>]|\d+\.)", r"\1\\\2", text)


def build(settings: Settings) -> Announcer:
    """For the scanner in main."""
    return Teams(settings)


INTEGRATION = Integration("Microsoft Teams", "announcers", Settings, build)
