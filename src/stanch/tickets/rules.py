"""What differs between a ticket and what it stands for, and who changed it since both agreed (formats/19, 19.8). Pure."""

import hashlib
from collections.abc import Mapping

import msgspec

from stanch.kernel.clock import day, hour_minute
from stanch.ports.message_text import cut, one_line
from stanch.ports.tracker import Field, Ticket

FIELDS: tuple[Field, ...] = ("title", "owner", "due", "state")
TITLE_CHARACTERS = 250


class Ours(msgspec.Struct, frozen=True):
    """What it says here. ``owner``: the person; ``account``: what the tracker calls that one, empty where nobody knows."""

    title: str
    state: str
    owner: str = ""
    account: str = ""
    due: str = ""

    def value(self, field: Field) -> str:
        """One field, as it is compared."""
        return str(getattr(self, field))

    def told(self, field: Field) -> str:
        """One field, as the tracker is told it."""
        return self.account if field == "owner" else self.value(field)


class Differences(msgspec.Struct):
    """``push``: changed here only. ``take``: changed there only. ``agreed``: both came to the same. ``conflicts``: both, and apart."""

    push: list[Field] = []
    take: list[Field] = []
    agreed: list[Field] = []
    conflicts: list[Field] = []

    def any(self) -> bool:
        """Whether there is something to do."""
        return bool(self.push or self.take or self.agreed or self.conflicts)


def digest(mark: str, value: str) -> str:
    """The digest by which a changed value is noticed; the text itself is not stored here, so that redaction need not look here."""
    return hashlib.sha256(f"{mark}/{value}".encode()).hexdigest()[:16]


def value_there(ticket: Ticket, field: Field) -> str | None:
    """One field of a ticket; None where the tracker has no such field."""
    return getattr(ticket, field)  # type: ignore[no-any-return]


def digests_there(mark: str, ticket: Ticket) -> dict[str, str]:
    """Of all that the tracker says."""
    found = {field: value_there(ticket, field) for field in FIELDS}
    return {field: digest(mark, value) for field, value in found.items() if value is not None}


def digests_here(mark: str, ours: Ours) -> dict[str, str]:
    """Of all that it says here."""
    return {field: digest(mark, ours.value(field)) for field in FIELDS}


def compare(
    mark: str,
    ours: Ours,
    ticket: Ticket,
    last_ours: Mapping[str, str],
    last_theirs: Mapping[str, str],
    open_conflicts: Mapping[str, str],
    fields: tuple[Field, ...] = FIELDS,
) -> Differences:
    """Against the digests of when both agreed. A conflict that is open is left alone until somebody decides, or both say the same."""
    found = Differences()
    for field in fields:
        theirs = value_there(ticket, field)
        here = digest(mark, ours.value(field)) != last_ours.get(field)
        there = theirs is not None and digest(mark, theirs) != last_theirs.get(field)
        same = alike(field, ours, ticket)
        if field in open_conflicts:
            found.agreed += [field] if same else []
        elif here and there:
            (found.agreed if same else found.conflicts).append(field)
        elif here:
            (found.agreed if same and theirs is not None else found.push).append(field)
        elif there:
            found.take.append(field)
    return found


def alike(field: Field, ours: Ours, ticket: Ticket) -> bool:
    """Whether both say the same, as far as the tracker can say it."""
    if field == "owner":
        return ours.account.casefold() in {name.casefold() for name in (ticket.owner, *ticket.known_as)}
    if field == "title":
        return cut(one_line(ours.title), TITLE_CHARACTERS) == ticket.title.strip()
    theirs = value_there(ticket, field)
    return theirs is None or theirs == ours.value(field)


def away(title: str, since: int, now: int) -> str:
    """``GitHub has not answered since 14:02``, with the date when that was another day."""
    when = f"{hour_minute(since)} UTC" if day(since) == day(now) else f"{day(since)} {hour_minute(since)} UTC"
    return f"{title} has not answered since {when}"
