"""Reads Alertmanager's webhook (version "4"; formats/01, 1.1)."""

import msgspec

from stanch.ports import Post, Received, Source
from stanch.ports.grouped_alerts import Grouped, WebhookAlert, decode, read_told
from stanch.ports.integration import Integration

WHAT = "Alertmanager's webhook version 4"


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: status and moments are the sender's."""


class Alertmanager:
    """The source of the posts of Alertmanager's webhook receiver."""

    name: str = "alertmanager"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """Every alert of the message; the moment of receipt stands in for a start that is not set.

        The status is the sender's (decided when it sent), never our clock against ``endsAt``. A malformed part is reported in a sentence
        and skipped. Raises ``ValueError`` saying what to send, when there are no alerts in the body.
        """
        webhook, notes = decode(Grouped, WebhookAlert, post.body, WHAT)
        return [
            read_told(told, f"alerts[{position}]", post.received_at, webhook, notes)
            for position, told in enumerate(webhook.alerts or [])
        ], notes


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return Alertmanager(settings)


INTEGRATION = Integration("Alertmanager webhook", "sources", Settings, build)
