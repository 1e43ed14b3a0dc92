"""A real server on loopback, with a rule that pages at once, somebody who is signed in, and an incident of any length."""

import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.__main__ import KEY, serve
from bench.page_at_once import Sink
from stanch.db.connection import Database

TOKEN = "a-token-of-this-test"


class Running(msgspec.Struct):
    """A server, the notifier's other end, and the database under it."""

    url: str
    sink: Sink
    database: Database
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def hook(self) -> str:
        return f"{self.url}/hooks/prometheus/api/v2/alerts"

    @property
    def signed_in(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def running(folder: Path, extra: dict[str, object] | None = None) -> Iterator[Running]:
    """Serve from a fresh folder on SQLite; killed at the end."""
    sink = Sink()
    process, url = serve(folder, sink.url, extra)
    database = Database(f"sqlite:///{folder}/data/stanch.db")
    sign_in(database, "ada", TOKEN)
    try:
        yield Running(url, sink, database, process, folder)
    finally:
        process.kill()
        process.wait()
        database.close()


def sign_in(database: Database, person: str, token: str, *, admin: bool = True) -> None:
    """A person with a token."""
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO people (name, password, admin, created_at) VALUES (:p, '', :a, 0)", p=person, a=int(admin)
        )
        tx.execute(
            "INSERT INTO credentials (digest, person, kind, name, created_at, expires_at) VALUES (:d, :p, 'token', '', 0, NULL)",
            d=hashlib.sha256(token.encode()).hexdigest(), p=person,
        )  # fmt: skip


def long_incident(database: Database, entries: int, *, private: bool = False) -> str:
    """An incident of so many entries, written by SQL (its chain is not one)."""
    with database.transaction() as tx:
        row = tx.one("SELECT COALESCE(MAX(number), 0) + 1 AS n FROM incidents")
        number = int(row["n"]) if row else 1
        name = f"INC-{number}"
        tx.execute(
            "INSERT INTO incidents (number, id, title, service, status, severity, phase, private, opened_at, resolved_at, changed_at, position) "
            "VALUES (:n, :id, 'long', 'shop', 'resolved', '', 'resolve', :private, 1779000000000000, 1779000000000000, 0, :entries)",
            n=number, id=name, entries=entries, private=int(private),
        )  # fmt: skip
        said = '{"kind":"said","text":"looked at the pods of zone-b, and found nothing new there"}'
        declared = '{"kind":"declared","title":"long","service":"shop","began_at":1779000000000000}'
        tx.many(
            "INSERT INTO entries (incident, position, kind, happened_at, recorded_at, author, source, facts, hash) "
            "VALUES (:id, :at, :kind, :m, :m, 'ada', 'page', :facts, 'h')",
            [
                {"id": name, "at": i, "kind": "said" if i > 1 else "declared", "m": 1_779_000_000_000_000 + i * 1_000_000,
                 "facts": said if i > 1 else declared}
                for i in range(1, entries + 1)
            ],
        )  # fmt: skip
    return name


__all__ = ["KEY", "Running", "long_incident", "running", "sign_in"]
