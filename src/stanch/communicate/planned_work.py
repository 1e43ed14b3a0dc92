"""Planned work on the status page: what readers see of it, and its beginning and end by the clock (R33; formats/18, 18.4)."""

from stanch.communicate.components import component_id
from stanch.communicate.page.posts import identity
from stanch.communicate.page.snapshot import Maintenance, Post, Span
from stanch.communicate.status_version import announce, changed
from stanch.detect.maintenance import RUNNING, judge_anew, maintenance_of
from stanch.detect.maintenance import Maintenance as Work
from stanch.detect.signals import set_timer
from stanch.kernel.clock import DAY
from stanch.timeline.unit_of_work import UnitOfWork

BEGUN, DONE = "Planned work has begun.", "Planned work is done."
BACK_DAYS, MOST = 400, 200


def maintenances(uow: UnitOfWork, names: set[str], now: int) -> tuple[list[Maintenance], list[Span]]:
    """The planned work that a page has components of, the last one first, and when its components were under maintenance."""
    rows = uow.tx.all(
        f"SELECT * FROM maintenances WHERE ends_at > :since ORDER BY starts_at DESC LIMIT {MOST}",
        since=now - BACK_DAYS * DAY,
    )
    found, spans = [], []
    for row in rows:
        work = maintenance_of(row)
        components = [key for service in work.services if (key := component_id(uow.policy, service)) in names]
        if components:
            posts = _posts(uow, work, components)
            found.append(_shown(uow, work, components, posts))
            spans += _spans(work, components, posts)
    return found, spans


def _posts(uow: UnitOfWork, work: Work, components: list[str]) -> list[Post]:
    rows = uow.tx.all("SELECT * FROM maintenance_posts WHERE maintenance = :id ORDER BY position", id=work.id)
    return [
        Post(identity(f"{work.id}/{row['position']}"), row["at"], row["at"], row["state"], row["text"]) for row in rows
    ]


def _shown(uow: UnitOfWork, work: Work, components: list[str], posts: list[Post]) -> Maintenance:
    name = uow.policy.service(next(s for s in work.services if component_id(uow.policy, s) in components)).public_name
    return Maintenance(
        id=work.id, title=work.title, about=name, state=work.state, created_at=work.created_at, posts=tuple(reversed(posts)),
        components=tuple(dict.fromkeys(components)), starts_at=work.starts_at, ends_at=work.ends_at, sequence=work.sequence,
    )  # fmt: skip


def _spans(work: Work, components: list[str], posts: list[Post]) -> list[Span]:
    begun = next((post.at for post in posts if post.state == "in_progress"), None)
    if begun is None:
        return []
    end = posts[-1].at if work.over() else None
    return [Span(component, begun, end, "under_maintenance", work.id) for component in dict.fromkeys(components)]


def move(uow: UnitOfWork, work: Work, state: str, text: str, author: str) -> None:
    """A post that may change the state. When the work ends, signals of its services that still fire are judged anew. The caller holds ``Lock.FOLDING``."""
    uow.tx.execute(
        "UPDATE maintenances SET state = :state, sequence = sequence + 1, remind_at = CASE WHEN :state = 'scheduled' THEN remind_at END "
        "WHERE id = :id",
        state=state,
        id=work.id,
    )
    post(uow, work.id, state, text, author)
    if work.running() and state in ("completed", "cancelled"):
        judge_anew(uow, work.services)
        set_timer(uow)


def post(uow: UnitOfWork, maintenance: str, state: str, text: str, author: str) -> None:
    """Append a post."""
    uow.tx.execute(
        "INSERT INTO maintenance_posts (maintenance, position, state, text, at, author) "
        "SELECT :id, COALESCE(MAX(position), 0) + 1, :state, :text, :now, :author FROM maintenance_posts WHERE maintenance = :id",
        id=maintenance, state=state, text=text, now=uow.now, author=author,
    )  # fmt: skip
    changed(uow)
    number = _last(uow, maintenance)
    announce(uow, maintenance, str(number), identity(f"{maintenance}/{number}"))


def _last(uow: UnitOfWork, maintenance: str) -> int:
    row = uow.tx.one("SELECT MAX(position) AS last FROM maintenance_posts WHERE maintenance = :id", id=maintenance)
    return int(row["last"]) if row else 0


def run_due(uow: UnitOfWork) -> None:
    """Remind of what begins soon, begin what is due to begin, end what is due to end."""
    for row in uow.tx.all(
        "SELECT id, starts_at FROM maintenances WHERE state = 'scheduled' AND remind_at <= :now", now=uow.now
    ):
        uow.tx.execute("UPDATE maintenances SET remind_at = NULL WHERE id = :id", id=row["id"])
        post_id = identity(f"{row['id']}/{_last(uow, row['id'])}")
        announce(uow, row["id"], f"reminder-{row['starts_at']}", post_id, about="reminder")
    begin = uow.tx.all(
        "SELECT * FROM maintenances WHERE state = 'scheduled' AND starts_at <= :now ORDER BY starts_at", now=uow.now
    )
    for row in begin:
        move(uow, maintenance_of(row), "in_progress", BEGUN, "stanch")
    end = uow.tx.all(
        f"SELECT * FROM maintenances WHERE state IN {RUNNING} AND ends_at <= :now ORDER BY ends_at", now=uow.now
    )
    for row in end:
        move(uow, maintenance_of(row), "completed", DONE, "stanch")
    set_clock(uow)


def set_clock(uow: UnitOfWork) -> None:
    """The one timer of all planned work: the next beginning or end."""
    row = uow.tx.one(
        "SELECT MIN(at) AS at FROM (SELECT MIN(starts_at) AS at FROM maintenances WHERE state = 'scheduled' UNION ALL "
        "SELECT MIN(remind_at) FROM maintenances WHERE state = 'scheduled' UNION ALL "
        f"SELECT MIN(ends_at) FROM maintenances WHERE state IN {RUNNING}) AS moments"
    )
    uow.timer("maintenance", int(row["at"]) if row and row["at"] is not None else None)
