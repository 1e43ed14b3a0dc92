"""Who is acting, and through which interface (API, page, CLI, chat)."""

from typing import Literal

import msgspec

Source = Literal["page", "cli", "api", "chat", "alert", "machine", "link"]


class Actor(msgspec.Struct, frozen=True):
    """A person or a machine. ``admin`` may see private incidents and manage users and keys."""

    name: str
    admin: bool = False
    machine: bool = False


ENGINE = Actor("stanch", admin=True, machine=True)
