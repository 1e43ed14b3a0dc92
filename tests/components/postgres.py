"""One PostgreSQL cluster per session, one fresh database per test."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.components.process import Process, find_program


def find() -> str | None:
    """The `postgres` program that has an `initdb` beside it."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: -int(p.parts[-3]))
    for program in [*map(str, places), find_program("postgres")]:
        if program and Path(program).resolve().with_name("initdb").exists():
            return program
    return None


def _other_user() -> str:
    """Whom root becomes: PostgreSQL refuses to run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue  # the next one
    raise RuntimeError("PostgreSQL does not run as root, and there is no user postgres or nobody")


# No waits for the disk, and little in a log that nobody reads after a crash.
QUICK = (
    *("fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0"),
    *("max_wal_size=256MB", "autovacuum=off"),
)
ROOM = 2 * 1024**3  # bytes: each of the processes that test side by side has a cluster, none over 400 MB


def memory() -> str | None:
    """The file system in memory, where it has room; None where containers have little of it."""
    place = Path("/dev/shm")
    return str(place) if place.is_dir() and shutil.disk_usage(place).free > ROOM else None


class Postgres(Process):
    """`durable=False` (for tests) leaves out the waits for the disk; measurements take True.

    The data lies in a folder of its own directly under the temporary folder, since the user `postgres`
    cannot look into folders that belong to root alone; it is removed on exit. Without `durable` it lies in memory
    where there is room: a database of its own for each test is a thousand files made and removed."""

    stop_signal = signal.SIGINT  # "fast" shutdown: does not wait for clients

    def __init__(self, folder: Path, port: int | None = None, *, durable: bool = False) -> None:
        super().__init__(folder, port)
        self.durable = durable
        program = find()
        assert program, "postgresql is not installed"
        self._program = program
        self._home = Path(tempfile.mkdtemp(prefix="stanch-pg-", dir=None if durable else memory()))
        self._as: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam(_other_user())
            os.chown(self._home, user.pw_uid, user.pw_gid)
            setpriv = find_program("setpriv")
            assert setpriv, "setpriv (util-linux) is needed to start PostgreSQL as another user"
            self._as = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
        made = subprocess.run(
            [
                *self._as,
                str(Path(program).resolve().with_name("initdb")),
                *("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"),
                *("-D", str(self._home / "data")),
            ],
            cwd="/",
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")

    def command(self) -> Sequence[str]:
        quick = [] if self.durable else [word for setting in QUICK for word in ("-c", setting)]
        return [
            *self._as,
            self._program,
            *("-D", str(self._home / "data"), "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._home)),
            *("-c", "max_connections=200", "-c", "shared_buffers=64MB", *quick),
        ]

    def ready(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, patience: float = 10.0) -> None:
        super().stop(patience)
        shutil.rmtree(self._home, ignore_errors=True)

    def _database(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    @property
    def url(self) -> str:
        return self._database("postgres")

    def create_database(self, name: str = "", template: str = "template0") -> str:
        """A new database, a copy of the template, which nobody may use meanwhile; its url."""
        name = name or f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._database(name)

    def drop_database(self, url: str) -> None:
        """Also while somebody is still connected."""
        name = url.rsplit("/", 1)[1]
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
