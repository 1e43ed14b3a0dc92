"""Announcements of an incident, one way, each in the format of where it goes (R34, formats/17)."""

from typing import Protocol

import msgspec


class Announcement(msgspec.Struct, frozen=True):
    """How an incident stands, for people who know nothing of it. ``number`` counts its announcements: a double is seen as one.

    ``key`` is the same for every attempt. ``commander``, ``next_update`` and ``severity`` are empty while nobody has said.
    ``url`` is empty where stanch has no address that others can open. ``rung``: how bad the severity is, whatever a team calls it:
    1 is the worst; 0 while there is none.
    """

    key: str
    number: int
    incident: str
    title: str
    status: str
    text: str
    severity: str = ""
    commander: str = ""
    next_update: str = ""
    url: str = ""
    rung: int = 0

    def heading(self) -> str:
        """``SEV-1 Checkout outage``, in one line."""
        return " ".join(f"{self.severity} {self.title}".split())

    def reference(self) -> str:
        """``INC-7 #3``."""
        return f"{self.incident} #{self.number}"

    def facts(self) -> list[tuple[str, str]]:
        """What stands beside the text; what nobody has said is left out."""
        named = [("Status", self.status), ("Commander", self.commander), ("Next update", self.next_update)]
        return [*[(name, value) for name, value in named if value], ("Incident", self.reference())]


class Announcer(Protocol):
    """Posts to one channel. Answers with what the other side said; raises ``Failed``."""

    name: str

    def announce(self, announcement: Announcement) -> str: ...
