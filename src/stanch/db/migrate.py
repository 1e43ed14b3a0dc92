"""Numbered plain SQL, run forward only. A file ``0001_name.sql`` is for both; ``.sqlite.sql`` and ``.postgresql.sql`` for one."""

from functools import cache
from importlib import resources

from stanch.db.connection import Database
from stanch.db.locks import Lock
from stanch.kernel.errors import Conflict


@cache
def scripts(dialect: str) -> tuple[tuple[int, str, str], ...]:
    """Every migration for a dialect as (number, name, SQL), in order."""
    found = []
    for path in resources.files("stanch.db").joinpath("migrations").iterdir():
        parts = path.name.split(".")
        if parts[-1] != "sql" or (len(parts) == 3 and parts[1] != dialect):
            continue
        found.append((int(parts[0][:4]), path.name, path.read_text()))
    return tuple(sorted(found))


def statements(script: str) -> list[str]:
    """Split a script at lines that hold only ``;;``: triggers contain semicolons of their own."""
    return [part.strip() for part in script.split("\n;;\n") if part.strip()]


def migrate(database: Database) -> int:
    """Bring the schema to this release's version and answer with it. Raises ``Conflict`` for a newer schema.

    Two replicas that start at once: the second waits on the first one's lock and finds nothing left to do.
    """
    with database.transaction() as tx:
        tx.one_at_a_time(Lock.MIGRATING)
        tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        row = tx.one("SELECT MAX(version) AS version FROM schema_version")
        current = int(row["version"] or 0) if row else 0
        wanted = scripts(tx.dialect)
        newest = wanted[-1][0]
        if current > newest:
            raise Conflict(
                f"The database has schema {current}, and this release knows only {newest}.",
                hint="Start the newer release, or restore a backup made before the upgrade.",
            )
        for number, _name, script in wanted:
            if number > current:
                for sql in statements(script):
                    tx.driver(sql)
        if newest > current:
            tx.execute("INSERT INTO schema_version (version) VALUES (:version)", version=newest)
        return newest
