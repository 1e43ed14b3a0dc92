"""The postmortems of all incidents that have ended (R43)."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import day
from stanch.kernel.command import command
from stanch.kernel.severities import Rank
from stanch.learn.figures.scope import VISIBLE
from stanch.timeline.unit_of_work import UnitOfWork


class Postmortems(msgspec.Struct):
    """Postmortems and short reviews of incidents that have ended, the newest first."""

    state: Annotated[
        Literal["all", "due", "late", "in_review", "published"],
        msgspec.Meta(description="'due': decided and not published yet; 'late': past its date."),
    ] = "all"
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    before: Annotated[
        int, msgspec.Meta(ge=0, description="Only incidents with a smaller number (for the next page).")
    ] = 0


class PostmortemRow(msgspec.Struct, frozen=True):
    """One of them. ``form``: postmortem, review, or empty while the incident is not closed; ``state``: undecided, draft, in_review or published."""

    incident: str
    title: str
    service: str
    severity: str
    rank: Rank
    declared_at: Moment
    ended_at: Moment
    form: str
    state: str
    facilitator: str
    due_at: Moment | None
    published_at: Moment | None
    late: bool

    def line(self) -> str:
        """For chat."""
        due = f", due {day(self.due_at)}" if self.due_at and not self.published_at else ""
        return f"{self.incident} {self.title}: {self.state.replace('_', ' ')}{due}"


CONDITIONS = {
    "all": "1 = 1",
    "due": "form <> '' AND published_at IS NULL",
    "late": "form <> '' AND published_at IS NULL AND due_at < :now",
    "in_review": "published_at IS NULL AND stage = 'in_review'",
    "published": "published_at IS NOT NULL",
}


@command("postmortems", Postmortems, reading=True, example="stanch postmortems --state due")
def postmortems(uow: UnitOfWork, asked: Postmortems) -> list[PostmortemRow]:
    """R43: those of private incidents are listed for whom they show to (P6)."""
    rows = uow.tx.all(
        f"SELECT * FROM learning_incidents WHERE ended_at IS NOT NULL AND {CONDITIONS[asked.state]} AND {VISIBLE} "
        "AND number < :before ORDER BY number DESC LIMIT :most",
        most=asked.limit, before=asked.before or 2**31 - 1, now=uow.now, admin=int(uow.actor.admin), person=uow.actor.name,
    )  # fmt: skip
    return [
        PostmortemRow(
            r["incident"], r["title"], r["service"], r["severity"], uow.policy.rank(r["severity"]), r["declared_at"], r["ended_at"], r["form"],
            "published" if r["published_at"] else r["stage"] if r["form"] else "undecided", r["facilitator"],
            r["due_at"], r["published_at"], bool(r["form"] and not r["published_at"] and r["due_at"] and r["due_at"] < uow.now),
        )
        for r in rows
    ]  # fmt: skip
