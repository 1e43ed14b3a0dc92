"""Who is acting, and through which interface (API, page, CLI, chat)."""

from typing import Literal

import msgspec

Source = Literal["page", "cli", "api", "chat", "alert", "machine", "link"]


class Actor(msgspec.Struct, frozen=True):
    """A person or a machine. ``admin`` may see private incidents and manage users and keys.

    ``aloud_for``: who asked, where the actor stands for everybody who hears the answer: it is about them, and holds nothing private.
    """

    name: str
    admin: bool = False
    machine: bool = False
    aloud_for: str = ""

    def asker(self) -> str:
        """Whom an answer about oneself is about."""
        return self.aloud_for or self.name


ENGINE = Actor("stanch", admin=True, machine=True)
