"""The tracker port (R47): one ticket for one action item or signal, made once, read, changed, and followed both ways (formats/19)."""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from stanch.kernel.clock import LAST_LOCAL_YEAR, day, parse_moment
from stanch.ports.message_text import cut, one_line

TITLE_CHARACTERS = 300
TicketState = Literal["open", "done", "dropped"]
Field = Literal["title", "owner", "due", "state"]


class NewTicket(msgspec.Struct, frozen=True):
    """A ticket that is wanted. ``mark``: a UUID of ours by which it is known again, whatever happens to the answer.

    ``owner``: an account there, empty for nobody; ``due``: ``YYYY-MM-DD`` or empty. ``since``: when it was tried first,
    ``tried_at``: when last before this time, 0 for never (microseconds).
    """

    mark: str
    place: str
    title: str
    text: str
    since: int
    tried_at: int = 0
    owner: str = ""
    due: str = ""


class TicketReference(msgspec.Struct, frozen=True):
    """Which ticket: its identity for good, the key that people see (``OPS-17``), and in which project it was last."""

    id: str
    key: str
    place: str
    mark: str = ""


class Ticket(msgspec.Struct, frozen=True):
    """A ticket as the tracker has it. ``key`` and ``place`` may be new ones: it was moved, and followed.

    ``owner``: the account that it is assigned to, ``known_as``: what else that one is called there. ``due`` is None where
    the tracker has no dates. ``words``: how the tracker calls the state. ``found``: it was there already, of an earlier
    attempt. ``dropped``: what of the new ticket the tracker did not take, in words.
    """

    id: str
    key: str
    place: str
    url: str
    title: str
    state: TicketState
    updated_at: int
    owner: str = ""
    known_as: tuple[str, ...] = ()
    due: str | None = None
    words: str = ""
    found: bool = False
    dropped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """What an action item could not hold is not taken: a date that is none counts as no date, a title is one line."""
        msgspec.structs.force_setattr(self, "title", cut(one_line(self.title), TITLE_CHARACTERS))
        if self.due:
            msgspec.structs.force_setattr(self, "due", _date(self.due))

    def reference(self, mark: str = "") -> TicketReference:
        """To ask for it again."""
        return TicketReference(self.id, self.key, self.place, mark)


def _date(text: str) -> str:
    """``YYYY-MM-DD``; empty for what is no date that could be meant."""
    try:
        found = day(parse_moment(text[:10]))
    except ValueError:
        return ""
    return found if int(found[:4]) <= LAST_LOCAL_YEAR else ""


class TicketChange(msgspec.Struct, frozen=True):
    """What becomes of a ticket; None leaves a field as it is. ``note``: why, for those who read it there."""

    title: str | None = None
    owner: str | None = None
    due: str | None = None
    state: TicketState | None = None
    note: str = ""


class Unsigned(Exception):
    """A webhook that its sender has not signed with our secret, or that is older than it may be."""


class Delivery(msgspec.Struct, frozen=True):
    """One webhook, once. ``id``: the same for a repeated one. ``tickets``: the identities that it is about; empty: nothing of ours.

    It is a hint only: the ticket is read again before anything is believed.
    """

    id: str
    tickets: tuple[str, ...] = ()


class Tracker(Protocol):
    """A system of tickets. Everything raises ``Failed``: ``again`` where a later try may succeed.

    ``prefix``: how accounts are written in contacts (``github:ana``); ``by_mail``: an e-mail address is an account, too.
    """

    name: str
    title: str
    prefix: str
    by_mail: bool

    def create(self, wanted: NewTicket) -> Ticket:
        """Make it. After an earlier attempt, which may have succeeded without an answer, it is looked for first."""
        ...

    def read(self, reference: TicketReference) -> Ticket:
        """As it is now. Raises ``Gone`` when it was deleted, or moved to where we cannot look."""
        ...

    def change(self, reference: TicketReference, change: TicketChange) -> Ticket:
        """Change it, and answer with what it is then. Raises ``Gone``."""
        ...

    def changed(self, place: str, since: int) -> list[Ticket]:
        """The tickets of a project that were changed since a moment (microseconds), the last change last."""
        ...

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> Delivery:
        """What a webhook says. ``headers`` by their names in lower case. Raises ``Unsigned``, and ``Failed`` where no secret is set."""
        ...

    def check(self, places: list[str]) -> str:
        """Who we are there, and that tickets can be filed in each of these projects, as a sentence. Raises ``Failed`` with what is missing."""
        ...
