"""A database that an earlier release left behind opens, verifies and shows what it showed then (P5, R10).

What it showed is kept beside it. ``STANCH_WRITE_GOLDEN=1 pytest tests/unit/test_old_database.py`` writes it anew:
for a change of what is shown that is meant, and visible as such in the diff.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import msgspec
import psycopg
import pytest

from stanch.db.migrate import scripts, statements
from stanch.learn import export
from stanch.learn.backfill import BackfillHandler
from stanch.timeline import store
from stanch.timeline.effects import Effect
from stanch.timeline.entries import Facts
from stanch.timeline.record import fold
from tests.scenarios.house import House
from tests.scenarios.write_database import FOLDER

RELEASES = sorted(path.stem for path in FOLDER.glob("*.sql"))
READ: dict[str, Any] = {"show": {"last": 1}, "evidence": {}}
LISTS = ("incidents", "learning", "investigations")


@pytest.fixture(params=[(release, kind) for release in RELEASES for kind in ("sqlite", "postgresql")], ids="-".join)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, House]]:
    """A copy of the database, opened with the code of today under the policy and at the moment of then."""
    release, kind = request.param
    about = msgspec.json.decode((FOLDER / f"{release}.json").read_bytes())
    path = tmp_path / "stanch.db"
    url = f"sqlite:///{path}"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript((FOLDER / f"{release}.sql").read_text())
        if kind == "postgresql":
            url = request.getfixturevalue("empty_postgres_url")
            copy(raw, url)
    house = House(url, tmp_path, about["policy"])
    house.clock.moment = about["read_at"]
    yield release, house
    house.application.database.close()


def copy(old: sqlite3.Connection, url: str) -> None:
    """The same rows in PostgreSQL, in the schema that the release had there."""
    (version,) = old.execute("SELECT version FROM schema_version").fetchone()
    tables = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    with psycopg.connect(url) as new:
        new.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        for number, _, script in scripts("postgresql"):
            for statement in statements(script) if number <= version else ():
                new.execute(statement.encode())
        for table in tables:
            rows = old.execute(f'SELECT * FROM "{table}"')
            columns = [about[0] for about in rows.description]
            names, places = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
            given = rows.fetchall()
            if given:
                insert = f'INSERT INTO "{table}" ({names}) VALUES ({places})'
                new.cursor().executemany(insert.encode(), given)
        counted = "SELECT table_name, column_name FROM information_schema.columns WHERE column_default LIKE 'nextval%'"
        for table, column in new.execute(counted).fetchall():
            last = f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table}"), false)'
            new.execute(last.encode(), (table, column))


def shown(house: House) -> dict[str, Any]:
    """Everything that is read of the incidents, as JSON has it, once what an older release left behind is counted."""
    with house.application.uow() as uow:
        assert (
            BackfillHandler(house.application).settle(uow, Effect("remember", "remember", "", {}, 0, 1), None) is None
        )
    found: dict[str, Any] = {"lists": {name: house.do(name, actor="ada") for name in LISTS}}
    with house.application.reading() as uow:
        names = [row["id"] for row in uow.tx.all("SELECT id FROM incidents ORDER BY number")]
        found["verify"] = store.verify_all(uow.tx)
    for incident in names:
        of = {name: house.do(name, incident=incident, **more) for name, more in READ.items()}
        with house.application.reading() as uow:
            of["export"] = msgspec.json.decode(export.as_json(uow, incident))
            of["markdown"] = export.prepare(uow, incident, "md").content().decode().splitlines()
            of["on the way"] = _on_the_way(uow.entries(incident))
        found[incident] = of
    return msgspec.json.decode(msgspec.json.encode(found))  # type: ignore[no-any-return]


def _on_the_way(entries: list[Any]) -> dict[str, Any]:
    """The record after every thirtieth entry: what people saw at that moment."""
    records = {}
    for position in range(30, len(entries), 30):
        record = fold(entries[:position])
        record.last = None
        records[str(position)] = msgspec.to_builtins(record)
    return records


def known(now: Any, then: Any) -> Any:
    """What is shown now without what nothing was said of then: a field may be added, none may change or go."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {key: known(value, then[key]) for key, value in now.items() if key in then}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [known(one, other) for one, other in zip(now, then, strict=True)]
    return now


def test_it_is_as_it_was_recorded(old: tuple[str, House]) -> None:
    _, house = old
    with house.application.reading() as uow:
        checked = store.verify_all(uow.tx)
    assert len(checked) >= 6 and all(one["entries"] and not one["wrong"] for one in checked)


def test_it_shows_what_it_showed(old: tuple[str, House]) -> None:
    release, house = old
    path, now = FOLDER / f"{release}.golden.json", shown(house)
    if os.environ.get("STANCH_WRITE_GOLDEN"):
        path.write_bytes(msgspec.json.format(msgspec.json.encode(now, order="deterministic"), indent=1) + b"\n")
    then = msgspec.json.decode(path.read_bytes())
    assert now.keys() == then.keys()
    for part, was in then.items():
        for what, value in was.items() if isinstance(was, dict) else enumerate(was):
            assert known(now[part][what], value) == value, f"{part}, {what}"


def test_it_goes_on(old: tuple[str, House]) -> None:
    _, house = old
    house.do("say", incident="INC-4", text="Still slow")
    with house.application.reading() as uow:
        assert store.verify(uow.tx, "INC-4")[1] is None


def test_it_has_every_kind_of_its_time(old: tuple[str, House]) -> None:
    _, house = old
    with house.application.reading() as uow:
        kinds = {row["kind"] for row in uow.tx.all("SELECT DISTINCT kind FROM entries")}
    assert len(kinds) >= 47 and kinds <= {str(kind.__struct_config__.tag) for kind in get_args(Facts)}
