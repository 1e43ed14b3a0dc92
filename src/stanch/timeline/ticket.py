"""The ticket of an action item in a tracker, as the record knows it (R47)."""

import msgspec


class TicketConflict(msgspec.Struct, frozen=True):
    """What was changed on both sides since they last agreed: a person decides."""

    ours: str
    theirs: str
    at: int


class ItemTicket(msgspec.Struct):
    """``tracker``: how people call it (GitHub). ``key`` and ``url`` are empty while it is still to be filed.

    ``closed``: it was closed there although the item is open here. ``gone``: it was deleted there.
    """

    tracker: str
    place: str
    key: str = ""
    url: str = ""
    closed: str = ""
    closed_at: int = 0
    gone: bool = False
    conflicts: dict[str, TicketConflict] = msgspec.field(default_factory=dict)
