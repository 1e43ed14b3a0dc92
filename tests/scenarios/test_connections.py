"""Connections to the database at the end of a process: a thread that was late leaves none of them open."""

from threading import Event, Thread

from sqlalchemy import event

from stanch.db.connection import Database


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
