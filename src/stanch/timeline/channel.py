"""A room in a chat that belongs to an incident."""

import msgspec


class Channel(msgspec.Struct):
    """``name`` as people see it; ``url``: where they open it, empty where that is not known."""

    name: str
    url: str
