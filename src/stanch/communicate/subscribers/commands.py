"""Counts of subscribers of the status pages; their addresses are not shown."""

import msgspec

from stanch.communicate.components import pages
from stanch.kernel.command import command
from stanch.timeline.unit_of_work import UnitOfWork


class Subscribers(msgspec.Struct):
    """How many follow each status page, by what, and how many of them cannot be reached."""


class Following(msgspec.Struct, frozen=True):
    """The subscribers of one page by one kind of delivery. ``untold``: why nothing is sent to them; empty when it is."""

    page: str
    kind: str
    active: int
    waiting: int
    failing: int
    error: str
    unsure: int
    untold: str = ""

    def line(self) -> str:
        """For chat."""
        trouble = f", {self.failing} of them not reached lately ({self.error})" if self.failing else ""
        unsure = (
            f", {self.unsure} may not have their last update (stanch was killed before the answer)"
            if self.unsure
            else ""
        )
        untold = f"; {self.untold}" if self.untold else ""
        return f"{self.page}, {self.kind}: {self.active} follow{trouble}{unsure}; {self.waiting} have not confirmed{untold}"


@command(
    "subscribers", Subscribers, group="communicate", noun="subscribers", reading=True, example="stanch subscribers"
)
def subscribers(uow: UnitOfWork, asked: Subscribers) -> list[Following]:
    """Counted in one query."""
    rows = uow.tx.all(
        "SELECT page, kind, SUM(CASE WHEN state = 'active' THEN 1 ELSE 0 END) AS active, SUM(CASE WHEN state = 'pending' THEN 1 ELSE 0 END) "
        "AS waiting, SUM(CASE WHEN failing_since IS NOT NULL THEN 1 ELSE 0 END) AS failing, MAX(error) AS error, COUNT(unsure_at) AS unsure "
        "FROM status_subscribers GROUP BY page, kind ORDER BY page, kind"
    )
    return [
        Following(
            r["page"],
            r["kind"],
            int(r["active"]),
            int(r["waiting"]),
            int(r["failing"]),
            r["error"],
            int(r["unsure"]),
            _untold(uow, r["page"], r["kind"]),
        )
        for r in rows
    ]


def _untold(uow: UnitOfWork, page: str, kind: str) -> str:
    if page not in pages(uow.policy):
        return "there is no such page: these are not told"
    needed = {"mail": "smtp", "push": "webpush"}.get(kind)
    if needed is None or needed in uow.application.world.notifiers:
        return ""
    return f"{kind} is not set up: these are not told"
