"""Reads the intake journal behind the hooks and folds what it holds. What cannot be read is kept raw and shown (P8)."""

import msgspec
import structlog

from stanch.detect import changes, heartbeats, signals
from stanch.detect.limits import within
from stanch.kernel.errors import Problem, Unavailable
from stanch.ports import Acknowledgement, Alert, Beat, Change, Post, Received, Source
from stanch.timeline.desk import Desk, Office

log = structlog.get_logger()
BATCH = 1000


def digest(office: Office, sources: dict[str, Source]) -> int:
    """Digest one batch of the journal; answers with how many posts it was.

    One transaction for all of them. When that fails for any reason but the database being away, each post is digested in a
    transaction of its own, so that the one that cannot be costs only itself.
    """
    with office.database.reading() as tx:
        if tx.one("SELECT 1 AS yes FROM intake WHERE state = 'new' LIMIT 1") is None:
            return 0
    try:
        return _batch(office, sources)
    except Unavailable:
        raise
    except Exception as error:
        log.warning("a batch of posts is digested one by one", error=_named(error))
        return _one_by_one(office, sources)


def _one_by_one(office: Office, sources: dict[str, Source]) -> int:
    with office.database.reading() as tx:
        ids = [row["id"] for row in tx.all(f"SELECT id FROM intake WHERE state = 'new' ORDER BY id LIMIT {BATCH}")]
    for each in ids:
        try:
            _batch(office, sources, each)
        except Unavailable:
            raise
        except Exception as error:
            log.error("a post could not be digested", post=each, error=_named(error))
            with office.database.transaction() as tx:
                tx.execute(
                    "UPDATE intake SET state = 'unparsable', note = :note WHERE id = :id AND state = 'new'",
                    id=each,
                    note=f"could not be digested: {_named(error)}"[:500],
                )
    return len(ids)


def _named(error: Exception) -> str:
    said = error.detail if isinstance(error, Problem) else str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}"[:400].replace("\x00", "")


def _batch(office: Office, sources: dict[str, Source], only: int | None = None) -> int:
    which = "state = 'new'" if only is None else "state = 'new' AND id = :only"
    with office.desk(source="alert") as desk:
        rows = desk.tx.all(
            f"SELECT id, intake_key, format, received_at, body, about FROM intake WHERE {which} ORDER BY id "
            f"LIMIT {BATCH}{desk.tx.skip_locked()}",
            **({} if only is None else {"only": only}),
        )
        noted: list[dict[str, object]] = []
        whole: list[int] = []
        by_key: dict[str, list[Received]] = {}
        for row in rows:
            post = Post(bytes(row["body"]), row["received_at"], row["intake_key"], row["about"])
            received, state, note = read(sources, row["format"], post)
            by_key.setdefault(row["intake_key"], []).extend(received)
            if state == "digested":
                whole.append(row["id"])
            else:
                noted.append({"id": row["id"], "state": state, "note": note[:500]})
        for intake_key, received in by_key.items():
            fold(desk, received, intake_key)
        if whole:  # ids are ours and whole numbers: one statement for a thousand posts
            desk.tx.driver(f"UPDATE intake SET state = 'digested' WHERE id IN ({', '.join(map(str, whole))})")
        desk.tx.many("UPDATE intake SET state = :state, note = :note WHERE id = :id", noted)
    return len(rows)


def fold(desk: Desk, received: list[Received], intake_key: str) -> None:
    """Everything that came in by one key, each kind to where it belongs, in the order of arrival."""
    alerts = heartbeats.absorb(desk, [each for each in received if isinstance(each, Alert)])
    signals.fold(desk, alerts, intake_key)
    for each in received:
        if isinstance(each, Change):
            changes.record(desk, each, intake_key)
        elif isinstance(each, Acknowledgement):
            signals.acknowledge(desk, each, intake_key)
        elif isinstance(each, Beat):
            heartbeats.hear(desk, each)


def read(sources: dict[str, Source], form: str, post: Post) -> tuple[list[Received], str, str]:
    """What a post holds, the state it is in now, and a note. Fingerprints of scoped formats begin with the key's name."""
    source = sources.get(form)
    if source is None:
        return [], "unparsable", f"no integration reads '{form}'"
    try:
        received, errors = source.read(post)
    except (ValueError, Problem) as error:
        return [], "unparsable", str(error)
    if source.scoped:
        received = [_scoped(each, post.intake_key) for each in received]
    received = [within(each) for each in received]
    state = "digested" if received or not errors else "unparsable"
    return received, "partly" if received and errors else state, "; ".join(errors)


def _scoped(each: Received, intake_key: str) -> Received:
    if isinstance(each, Alert | Acknowledgement):
        return msgspec.structs.replace(each, fingerprint=f"{intake_key}/{each.fingerprint}")
    return each
