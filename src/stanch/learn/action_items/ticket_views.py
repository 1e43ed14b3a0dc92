"""Tickets of action items as every face shows them (R47)."""

from collections.abc import Iterable

import msgspec

from stanch.learn.action_items.ticket_sync import KIND
from stanch.tickets import rows
from stanch.tickets.reading import away_since
from stanch.tickets.rows import TicketRow
from stanch.timeline.unit_of_work import UnitOfWork


class TicketView(msgspec.Struct, frozen=True):
    """``state``: to be filed, filed, or gone. ``there``: how the tracker calls its state, ``open``: whether it is open there.

    ``differs``: what was changed on both sides. ``problem``: what keeps it from being filed or followed, with since when.
    """

    incident: str
    item: str
    tracker: str
    place: str
    key: str
    url: str
    state: str
    there: str
    open: bool
    differs: list[str]
    problem: str

    def line(self) -> str:
        """For chat."""
        name = self.key or f"to be filed in {self.tracker} ({self.place})"
        differs = f"differs in {', '.join(self.differs)}" if self.differs else ""
        gone = "gone" if self.state == "gone" else ""
        return " · ".join(
            word for word in (f"{self.incident} {self.item}", name, self.there, gone, differs, self.problem) if word
        )


STATES = {"wanted": "to be filed", "linked": "filed", "gone": "gone"}


def views(uow: UnitOfWork, incidents: Iterable[str]) -> dict[tuple[str, str], TicketView]:
    """Of these incidents, by incident and item. Whoever asks knows that they may be seen."""
    found = rows.of_incidents(uow, KIND, sorted(incidents))
    return {(row.incident, row.subject): view for row, view in zip(found, shown(uow, found), strict=True)}


def of_incident(uow: UnitOfWork, incident: str) -> dict[str, TicketView]:
    """By item, of one incident."""
    return {item: view for (_, item), view in views(uow, [incident]).items()}


def shown(uow: UnitOfWork, found: list[TicketRow]) -> list[TicketView]:
    """Each with what is wrong with its project, too."""
    places = {(row.tracker, row.place) for row in found}
    problems = {place: away_since(uow, *place) for place in places}
    return [_view(uow, row, problems[row.tracker, row.place]) for row in found]


def _view(uow: UnitOfWork, row: TicketRow, place: str) -> TicketView:
    title = rows.title_of(uow, row.tracker)
    problem = "" if row.state == "gone" else row.trouble(title, uow.now) or place
    if row.tracker not in uow.application.world.trackers and row.state != "gone":
        problem = f"the integration '{row.tracker}' is not configured any more"
    return TicketView(
        row.incident,
        row.subject,
        title,
        row.place,
        row.ticket,
        row.url,
        STATES[row.state],
        row.there,
        bool(row.open),
        sorted(row.conflicts),
        problem,
    )
