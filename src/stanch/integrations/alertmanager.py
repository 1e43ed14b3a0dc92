"""Reads Alertmanager's webhook (version "4"; formats/01, 1.1)."""

import msgspec

from stanch.ports import Post, Received, Source
from stanch.ports.grouped_alerts import Grouped, decode, read_told

PORT = "source"
WHAT = "Alertmanager's webhook version 4"


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: status and moments are the sender's."""


_decoder = msgspec.json.Decoder(Grouped)


class Alertmanager:
    """The source of the posts of Alertmanager's webhook receiver."""

    name: str = "alertmanager"
    scoped: bool = False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """Every alert of the message; the moment of receipt stands in for a start that is not set.

        The status is the sender's (decided when it sent), never our clock against ``endsAt``. A message is taken whole
        or not at all: Alertmanager has validated every alert of it.
        Raises ``ValueError`` saying what is wrong, where, and what to do.
        """
        webhook = decode(_decoder, post.body, WHAT)
        posted, group = webhook.alerts, webhook.group()
        if posted is None:
            raise ValueError(f"alerts is missing, this is not {WHAT}; remove the 'payload:' option")
        return [read_told(position, told, post.received_at, WHAT, group) for position, told in enumerate(posted)], []


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return Alertmanager(settings)
