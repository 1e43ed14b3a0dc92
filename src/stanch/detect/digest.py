"""Processes the intake journal: reads each post and folds its alerts into signals. Unreadable posts are kept raw and shown (P8)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from stanch.db.locks import Lock
from stanch.detect import ahead, deploys, heartbeats, signals
from stanch.detect.limits import within
from stanch.kernel.contained import contained
from stanch.kernel.errors import Problem
from stanch.ports import NO_TITLE, Acknowledgement, Alert, Beat, ChangeEvent, Post, Received, Source
from stanch.timeline.unit_of_work import Application, UnitOfWork

BATCH = 1000
_NEXT = "SELECT id, intake_key, format, received_at, body, about FROM intake WHERE state = 'new'"
_NOTE = "UPDATE intake SET state = :state, note = :note WHERE id = :id"
# Formats whose senders ignore the response, so that a body of another shape would go unnoticed.
ALERT_FORMATS = ("alertmanager", "grafana", "prometheus")


class Parsed(msgspec.Struct, frozen=True):
    """A post of the journal, and what it holds."""

    id: int
    intake_key: str
    received: list[Received]
    state: str
    note: str


def digest(application: Application, sources: dict[str, Source]) -> int:
    """Digest one batch of the journal in one transaction; answers with how many posts it was.

    When something in it cannot be taken, each post is taken in a transaction of its own, so that one bad alert affects no other (P8).
    """
    taken: int | None = None
    with contained("a batch of the intake was not taken; each post goes alone"):
        taken = _together(application, sources)
    return _apart(application, sources) if taken is None else taken


def _together(application: Application, sources: dict[str, Source]) -> int:
    posts = _parsed(application, sources)
    if not posts:
        return 0
    with application.uow(source="alert") as uow:
        mine = _still_new(uow, posts)
        by_key: dict[str, list[Received]] = {}
        for post in mine:
            by_key.setdefault(post.intake_key, []).extend(post.received)
        for intake_key, received in by_key.items():
            fold(uow, received, intake_key)
        if whole := [post.id for post in mine if post.state == "digested"]:
            uow.tx.driver(f"UPDATE intake SET state = 'digested' WHERE id IN ({_ids(whole)})")
        noted = [post for post in mine if post.state != "digested"]
        uow.tx.many(_NOTE, [{"id": post.id, "state": post.state, "note": post.note[:500]} for post in noted])
    return len(posts)


def _parsed(application: Application, sources: dict[str, Source], some: str = "", **values: Any) -> list[Parsed]:
    """The next posts, parsed and their texts read while no lock is held; fewer where there is much to read."""
    posts, length = list[Parsed](), 0
    for row in application.database.select(f"{_NEXT} {some} ORDER BY id LIMIT {BATCH}", **values):
        received, state, note = read(sources, row["format"], _post(row))
        posts.append(Parsed(row["id"], row["intake_key"], received, state, note))
        length += ahead.read_alerts(application, [*received, *heartbeats.failures(application, received)])
        if length >= ahead.MOST:
            break
    return posts


def _still_new(uow: UnitOfWork, posts: list[Parsed]) -> list[Parsed]:
    """Those of them that no other replica has processed meanwhile: one digests at a time."""
    uow.tx.one_at_a_time(Lock.FOLDING)
    ids = _ids(post.id for post in posts)
    rows = uow.tx.all(f"SELECT id FROM intake WHERE state = 'new' AND id IN ({ids}){uow.tx.skip_locked()}")
    new = {row["id"] for row in rows}
    return [post for post in posts if post.id in new]


def _ids(ids: Iterable[int]) -> str:
    """For one statement over a thousand posts: they are ours, and whole numbers."""
    return ", ".join(map(str, ids))


def _apart(application: Application, sources: dict[str, Source]) -> int:
    """Each post of a batch in a transaction of its own; of one that cannot be taken whole, each thing in its own.

    After a crash in between some are folded again, which changes nothing but the count of repeats.
    """
    posts = application.database.select(f"SELECT id FROM intake WHERE state = 'new' ORDER BY id LIMIT {BATCH}")
    for post in posts:
        with contained("a post of the intake was not taken whole", post=post["id"]) as whole:
            _alone(application, sources, post["id"])
        if whole.error:
            _in_pieces(application, sources, post["id"], whole.error)
    return len(posts)


def _alone(application: Application, sources: dict[str, Source], post: int) -> None:
    parsed = _parsed(application, sources, "AND id = :id", id=post)
    with application.uow(source="alert") as uow:
        for each in _still_new(uow, parsed) if parsed else ():  # none: another replica has processed it
            fold(uow, each.received, each.intake_key)
            _note(uow, each.id, each.state, each.note)


def _in_pieces(application: Application, sources: dict[str, Source], post: int, why: Exception) -> None:
    row = next(iter(application.database.select(f"{_NEXT} AND id = :id", id=post)), None)
    if row is None:
        return
    taken, wrong, received = 0, [], list[Received]()
    note = f"This could not be read: {_said(why)}."
    with contained("a post of the intake could not be read", post=post):
        received, _, note = read(sources, row["format"], _post(row))
    for number, each in enumerate(received, 1):
        with contained("a part of a post was not taken", post=post, part=number) as part:
            with application.uow(source="alert") as uow:
                fold(uow, [each], row["intake_key"])
            taken += 1
        if part.error:
            wrong.append(f"Part {number} of {len(received)} could not be taken: {_said(part.error)}.")
    with application.uow(source="alert") as uow:
        state = "digested" if received and not wrong and not note else "partly" if taken else "unparsable"
        _note(uow, post, state, " ".join([*wrong, note]).strip() or _said(why))


def _note(uow: UnitOfWork, post: int, state: str, note: str) -> None:
    uow.tx.execute(_NOTE, id=post, state=state, note=note[:500])


def _post(row: Any) -> Post:
    return Post(bytes(row["body"]), row["received_at"], row["intake_key"], row["about"])


def _said(error: Exception) -> str:
    """The failure in one line for the page, without SQL and without values."""
    told = error.detail if isinstance(error, Problem) else str(getattr(error, "orig", error))
    return (told.strip().partition("\n")[0][:200] or type(error).__name__).rstrip(".")


def fold(uow: UnitOfWork, received: list[Received], intake_key: str) -> None:
    """Everything that came in by one key, each kind to where it belongs, in the order of arrival."""
    alerts = heartbeats.absorb(uow, [each for each in received if isinstance(each, Alert)])
    signals.fold(uow, alerts, intake_key)
    for each in received:
        if isinstance(each, ChangeEvent):
            deploys.record(uow, each, intake_key)
        elif isinstance(each, Acknowledgement):
            signals.acknowledge(uow, each, intake_key)
        elif isinstance(each, Beat):
            heartbeats.hear(uow, each)


def read(sources: dict[str, Source], form: str, post: Post) -> tuple[list[Received], str, str]:
    """What a post holds, the state it is in now, and a note. Fingerprints begin with the key's name, so that two senders cannot collide."""
    source = sources.get(form)
    if source is None:
        return [], "unparsable", f"no integration reads '{form}'"
    try:
        received, errors = source.read(post)
    except (ValueError, Problem) as error:
        received, errors = _as_any_json(sources, form, post), [str(error)]
    state = "digested" if received or not errors else "unparsable"
    received = [within(_of_key(each, post.intake_key), post.received_at) for each in received]
    return received, "partly" if received and errors else state, "; ".join(errors)


def _as_any_json(sources: dict[str, Source], form: str, post: Post) -> list[Received]:
    """An alert of unknown shape at the address of another format still pages, if its name can be told."""
    if form not in ALERT_FORMATS or "generic" not in sources:
        return []
    try:
        received, _ = sources["generic"].read(post)
    except (ValueError, Problem):
        return []
    return [each for each in received if isinstance(each, Alert) and each.name != NO_TITLE]


def _of_key(each: Received, intake_key: str) -> Received:
    if isinstance(each, Alert):
        group = f"{intake_key}/{each.group}" if each.group else ""
        return msgspec.structs.replace(each, fingerprint=f"{intake_key}/{each.fingerprint}", group=group)
    if isinstance(each, Acknowledgement):
        return msgspec.structs.replace(each, fingerprint=f"{intake_key}/{each.fingerprint}")
    return each
