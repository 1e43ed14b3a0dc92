"""Announces in Mattermost by an incoming webhook (formats/17, 17.2)."""

import re
from typing import Annotated, Any

import msgspec

from stanch.ports.announcing import Announcement, Announcer
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, printable
from stanch.ports.secret_address import SecretAddress

TITLE_CHARACTERS, TEXT_CHARACTERS = 150, 1000
HINTS = {
    400: "the webhook takes JSON with a text",
    403: "the webhook is locked to another channel",
    404: "the webhook was deleted; make another one",
    501: "incoming webhooks are switched off on this server",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    url_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the webhook's address.")]
    channel: Annotated[
        str, msgspec.Meta(description="The name of another channel than the webhook's own, if it may post there.")
    ] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Mattermost:
    """Posts Markdown; a text that Mattermost would split is never sent."""

    name: str = "mattermost"

    def __init__(self, settings: Settings) -> None:
        self.channel = settings.channel
        self.address = SecretAddress(settings.url_env, "mattermost url_env", settings.timeout)

    def announce(self, announcement: Announcement) -> str:
        place = {"channel": self.channel} if self.channel else {}
        return f"posted: {self.address.post(post(announcement) | place, hints=HINTS).beginning()}"


def post(announcement: Announcement) -> dict[str, Any]:
    """Heading, text, and the facts in a line."""
    lines = [f"#### {escaped(cut(announcement.heading(), TITLE_CHARACTERS))}"]
    lines += [escaped(cut(announcement.text, TEXT_CHARACTERS))] if announcement.text.strip() else []
    lines.append(" · ".join(f"{name}: **{escaped(value)}**" for name, value in announcement.facts()))
    lines += [f"[Open war room]({announcement.url})"] if announcement.url else []
    return {"text": "\n".join(lines)}


def escaped(text: str) -> str:
    """Escapes Markdown and mentions: ``@channel`` in an alert would notify everybody."""
    text = re.sub(r"([\\*_~\[\]()`|])", r"\\\1", printable(text))
    text = re.sub(r"(?m)^([^\S\n]*)([->+#]|\d+\.)", r"\1\\\2", text)
    return text.replace("@", "@\u200b").replace("<!", "<\u200b!")


def build(settings: Settings) -> Announcer:
    """For the scanner in main."""
    return Mattermost(settings)


INTEGRATION = Integration("Mattermost", "announcers", Settings, build)
