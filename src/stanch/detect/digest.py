"""Processes the intake journal: reads each post and folds its alerts into signals. Unreadable posts are kept raw and shown (P8)."""

from typing import Any

import msgspec

from stanch.detect import deploys, heartbeats, signals
from stanch.detect.limits import within
from stanch.kernel.contained import contained
from stanch.kernel.errors import Problem
from stanch.ports import NO_TITLE, Acknowledgement, Alert, Beat, ChangeEvent, Post, Received, Source
from stanch.timeline.unit_of_work import Application, UnitOfWork

BATCH = 1000
# Formats whose senders ignore the response, so that a body of another shape would go unnoticed.
ALERT_FORMATS = ("alertmanager", "grafana", "prometheus")


def digest(application: Application, sources: dict[str, Source]) -> int:
    """Digest one batch of the journal in one transaction; answers with how many posts it was.

    When something in it cannot be taken, each post is taken in a transaction of its own, so that one bad alert affects no other (P8).
    """
    if not application.database.select("SELECT 1 AS yes FROM intake WHERE state = 'new' LIMIT 1"):
        return 0
    taken: int | None = None
    with contained("a batch of the intake was not taken; each post goes alone"):
        taken = _together(application, sources)
    return _apart(application, sources) if taken is None else taken


def _together(application: Application, sources: dict[str, Source]) -> int:
    with application.uow(source="alert") as uow:
        rows = _new(uow)
        noted: list[dict[str, object]] = []
        whole: list[int] = []
        by_key: dict[str, list[Received]] = {}
        for row in rows:
            received, state, note = read(sources, row["format"], _post(row))
            by_key.setdefault(row["intake_key"], []).extend(received)
            if state == "digested":
                whole.append(row["id"])
            else:
                noted.append({"id": row["id"], "state": state, "note": note[:500]})
        for intake_key, received in by_key.items():
            fold(uow, received, intake_key)
        if whole:  # ids are ours and whole numbers: one statement for a thousand posts
            uow.tx.driver(f"UPDATE intake SET state = 'digested' WHERE id IN ({', '.join(map(str, whole))})")
        uow.tx.many("UPDATE intake SET state = :state, note = :note WHERE id = :id", noted)
    return len(rows)


def _apart(application: Application, sources: dict[str, Source]) -> int:
    """Each post of a batch in a transaction of its own; of one that cannot be taken whole, each thing in its own.

    After a crash in between some are folded again, which changes nothing but the count of repeats.
    """
    with application.database.reading() as tx:
        posts = tx.all(f"SELECT id FROM intake WHERE state = 'new' ORDER BY id LIMIT {BATCH}")
    for post in posts:
        with contained("a post of the intake was not taken whole", post=post["id"]) as whole:
            _alone(application, sources, post["id"])
        if whole.error:
            _in_pieces(application, sources, post["id"], whole.error)
    return len(posts)


def _alone(application: Application, sources: dict[str, Source], post: int) -> None:
    with application.uow(source="alert") as uow:
        for row in _new(uow, "AND id = :id", id=post):  # None: another replica is processing it
            received, state, note = read(sources, row["format"], _post(row))
            fold(uow, received, row["intake_key"])
            _note(uow, row["id"], state, note)


def _in_pieces(application: Application, sources: dict[str, Source], post: int, why: Exception) -> None:
    with application.uow() as uow:
        row = next(iter(_new(uow, "AND id = :id", id=post)), None)
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


def _new(uow: UnitOfWork, some: str = "", **values: Any) -> list[Any]:
    return uow.tx.all(
        f"SELECT id, intake_key, format, received_at, body, about FROM intake WHERE state = 'new' {some} ORDER BY id "
        f"LIMIT {BATCH}{uow.tx.skip_locked()}",
        **values,
    )


def _note(uow: UnitOfWork, post: int, state: str, note: str) -> None:
    uow.tx.execute(
        "UPDATE intake SET state = :state, note = :note WHERE id = :id", id=post, state=state, note=note[:500]
    )


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
