"""Connections to the database at the end of a process: a thread that was late leaves none of them open."""

from threading import Event, Thread

import pytest
from sqlalchemy import event

from stanch.db import connection
from stanch.db.connection import Database
from stanch.kernel.errors import Invalid, Unavailable


def test_a_connection_that_a_late_thread_gives_back_is_closed(database_url: str) -> None:
    database, held, go = Database(database_url), Event(), Event()
    opened, closed = list[object](), list[object]()
    event.listen(database.engine, "connect", lambda connection, _: opened.append(connection))
    event.listen(database.engine, "close", lambda connection, _: closed.append(connection))

    def late() -> None:
        with database.reading():
            held.set()
            go.wait(10)

    thread = Thread(target=late)
    thread.start()
    assert held.wait(10)
    database.close()
    assert closed == []
    go.set()
    thread.join(10)
    assert len(opened) == 1
    assert closed == opened


def test_a_server_that_became_a_read_only_one_is_away_and_its_connections_are_made_anew(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.transaction() as tx:
        tx.execute("CREATE TABLE t (x int)")
        tx.execute(f"ALTER DATABASE {postgres_url.rsplit('/', 1)[1]} SET default_transaction_read_only = on")
    database.engine.dispose()
    with pytest.raises(Unavailable, match="read-only"), database.transaction() as tx:
        tx.execute("INSERT INTO t VALUES (1)")
    with database.transaction() as tx:
        tx.execute("SET TRANSACTION READ WRITE")
        tx.execute(f"ALTER DATABASE {postgres_url.rsplit('/', 1)[1]} RESET default_transaction_read_only")
    with pytest.raises(Unavailable, match="read-only"), database.transaction() as tx:
        tx.execute("INSERT INTO t VALUES (1)")
    with database.transaction() as tx:
        tx.execute("INSERT INTO t VALUES (1)")
    database.close()


@pytest.mark.parametrize("restful", [True, False])
def test_a_connection_that_died_while_it_rested_is_made_anew(  # P3
    postgres_url: str, restful: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    monkeypatch.setattr(connection, "TRUSTED_SECONDS", 0.0 if restful else 60.0)
    with database.transaction() as tx:
        tx.execute("CREATE TABLE t (x int)")
    with other.transaction() as tx:
        tx.all(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    if not restful:  # one that has just answered is not asked; the first to use it is told to try again
        with pytest.raises(Unavailable):
            database.select("SELECT 1 AS one")
    with database.transaction() as tx:
        tx.execute("INSERT INTO t VALUES (1)")
    assert database.select("SELECT x FROM t") == [{"x": 1}]
    database.close()
    other.close()


@pytest.mark.parametrize("url", ["postgresql://ada:hunter2@db:port/stanch", "postgres://[::1/x"])
def test_an_address_that_cannot_be_read_is_said_without_its_password(url: str) -> None:
    with pytest.raises(Invalid) as raised:
        Database(url)
    assert "postgresql://user:password@host" in raised.value.sentence()
    assert "hunter2" not in raised.value.sentence()


def test_what_the_address_says_of_patience_counts() -> None:
    database = Database("postgresql://ada@127.0.0.1:1/stanch?connect_timeout=1")
    assert database.engine.url.query["connect_timeout"] == "1"
    with pytest.raises(Unavailable), database.reading():
        raise AssertionError("nobody listens there")
    database.close()
