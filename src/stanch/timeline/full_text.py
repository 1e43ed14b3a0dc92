"""Full text of the timeline: one port, SQLite's FTS5 and PostgreSQL's ``tsvector`` behind it, written with each entry.

A row for each entry, and one (position 0) for the id and title of each incident, which triggers keep. What is redacted is
taken out by a trigger, whoever redacts it. Which incidents one may see is asked in the same statement (P6).
"""

import re
from collections.abc import Iterable

import msgspec

from stanch.db.transaction import Row, Transaction
from stanch.kernel.actor import Actor
from stanch.timeline.incident_rows import SEEN

# An entry's row: the incident's number and the position in one integer, so that the newest come first by the key.
SHIFT = 2**31
LONGEST = 4000
WORD = re.compile(r"\w+", re.UNICODE)
MOST_WORDS = 8
# Pages of the index that one step writes: some milliseconds of a writer's time.
MERGED = 200


class Match(msgspec.Struct, frozen=True):
    """Where words were found. ``position`` 0: in the title."""

    incident: str
    position: int


def put(tx: Transaction, incident: str, position: int, text: str) -> None:
    """Index an entry, in the transaction that writes it; the same again changes nothing."""
    _insert(tx, [{"id": int(incident[4:]) * SHIFT + position, "title": "", "text": text[:LONGEST]}])


def fill(tx: Transaction, incident: str, title: str, texts: Iterable[tuple[int, str]]) -> None:
    """Index an incident from before the index was there, as a whole."""
    first = int(incident[4:]) * SHIFT
    rows = [{"id": first, "title": f"{incident} {title}", "text": ""}]
    _insert(tx, rows + [{"id": first + position, "title": "", "text": text[:LONGEST]} for position, text in texts])


def _insert(tx: Transaction, rows: list[dict[str, object]]) -> None:
    if tx.dialect == "sqlite":
        tx.many("INSERT OR REPLACE INTO words (rowid, title, text) VALUES (:id, :title, :text)", rows)
    else:
        tx.many("INSERT INTO words (id, title, text) VALUES (:id, :title, :text) ON CONFLICT (id) DO NOTHING", rows)


def merge(tx: Transaction, *, first: bool) -> bool:
    """Of SQLite: one small step towards an index without what was deleted from it; whether there is none left."""
    count = "SELECT total_changes() AS n"
    before = tx.all(count)[0]["n"]
    # A negative number also takes up what is merged already (FTS5, 'merge' command).
    tx.execute("INSERT INTO words (words, rank) VALUES ('merge', :pages)", pages=-MERGED if first else MERGED)
    return bool(tx.all(count)[0]["n"] - before < 2)


def terms(query: str) -> list[str]:
    """The words of a query, as the index has them: letters and digits, in lower case."""
    return [word.lower()[:60] for word in WORD.findall(query)][:MOST_WORDS]


def find(tx: Transaction, actor: Actor, query: str, *, titles: bool, limit: int) -> list[Match]:
    """Rows that hold every word of the query, newest first; the last word may be the beginning of one. In titles, or in entries."""
    wanted = terms(query)
    if not wanted:
        return []
    shown = {"person": actor.name, "admin": int(actor.admin), "limit": limit}
    rows = _sqlite(tx, wanted, titles, shown) if tx.dialect == "sqlite" else _postgresql(tx, wanted, titles, shown)
    return [Match(row["incident"], int(row["id"]) % SHIFT) for row in rows]


def _sqlite(tx: Transaction, wanted: list[str], titles: bool, shown: dict[str, object]) -> list[Row]:
    # Beginnings of two to six letters are in the index as they are; one letter would be gathered from all that begin so.
    begins = "*" if len(wanted[-1]) > 1 else ""
    match = f"{'title' if titles else 'text'} : (" + " AND ".join(f'"{word}"' for word in wanted) + begins + ")"
    return tx.all(
        # CROSS JOIN keeps the index as the outer loop, which has its rows in this order already.
        "SELECT i.id AS incident, words.rowid AS id FROM words CROSS JOIN incidents i "
        f"WHERE words MATCH :match AND i.number = words.rowid / {SHIFT} AND {SEEN} ORDER BY words.rowid DESC LIMIT :limit",
        match=match,
        **shown,
    )


def _postgresql(tx: Transaction, wanted: list[str], titles: bool, shown: dict[str, object]) -> list[Row]:
    begins = ":*" if len(wanted[-1]) > 1 else ""
    return tx.all(
        f"SELECT i.id AS incident, w.id FROM words w JOIN incidents i ON i.number = w.id / {SHIFT} "
        f"WHERE w.found @@ to_tsquery('simple', :match) AND {SEEN} AND w.title {'<>' if titles else '='} '' "
        "ORDER BY w.id DESC LIMIT :limit",
        match=" & ".join(f"'{word}'" for word in wanted) + begins,
        **shown,
    )


def complete(tx: Transaction) -> bool:
    """Whether every incident is in the index: those from before it are filled in little by little."""
    return tx.one("SELECT 1 AS yes FROM words_left LIMIT 1") is None
