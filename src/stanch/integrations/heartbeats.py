"""Reads the stored beats of the intake: which heartbeat, and whether it reports a failure."""

import msgspec

from stanch.ports import Beat, Post, Received, Source
from stanch.ports.integration import Integration
from stanch.ports.json_fields import clean


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set."""


class Heartbeats:
    """The source of ``/hooks/heartbeats/...`` and of Opsgenie's pings."""

    name: str = "heartbeats"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """One beat. Raises ``ValueError``."""
        try:
            beat = msgspec.json.decode(post.body, type=Beat)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ValueError(f"{error}; beats are written by stanch itself") from None
        return [Beat(clean(beat.heartbeat), beat.failed, clean(beat.text))], []


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return Heartbeats(settings)


INTEGRATION = Integration("Heartbeats", "sources", Settings, build)
