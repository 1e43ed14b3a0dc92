"""How fresh the copies of the status page are (P7)."""

import msgspec

from stanch.communicate.status_version import version
from stanch.kernel.answers import Moment
from stanch.kernel.clock import day, hour_minute
from stanch.kernel.command import command
from stanch.timeline.unit_of_work import UnitOfWork


class Copies(msgspec.Struct):
    """Where copies of the status page are kept, and how fresh each is."""


class Copy(msgspec.Struct, frozen=True):
    """One copy. ``current``: it holds the last public change."""

    publisher: str
    published_at: Moment | None
    current: bool
    error: str = ""

    def line(self) -> str:
        """For chat and the settings."""
        when = (
            f"written {day(self.published_at)} {hour_minute(self.published_at)} UTC"
            if self.published_at
            else "not written yet"
        )
        state = "current" if self.current else "behind"
        return f"{self.publisher}: {state}, {when}" + (f"; the last attempt failed: {self.error}" if self.error else "")


@command("copies", Copies, group="communicate", noun="status-copies", reading=True, example="stanch copies")
def copies(uow: UnitOfWork, asked: Copies) -> list[Copy]:
    """P7: the copies that keep serving when stanch is down."""
    rows = {row["publisher"]: row for row in uow.tx.all("SELECT * FROM status_copies")}
    now = version(uow).number
    return [
        Copy(name, row["published_at"], row["version"] >= now, row["error"])
        if (row := rows.get(name))
        else Copy(name, None, False)
        for name in sorted(uow.application.world.publishers)
    ]
