"""Those who look share what was read and folded: never what another may see, never what was true before, on no replica (P5, P6)."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from stanch.db.transaction import SHORT, Transaction
from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.clock import MINUTE
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import NotFound, Problem
from stanch.kernel.kept import Kept
from stanch.kernel.policy import Policy
from stanch.now import needs
from stanch.timeline import store
from stanch.timeline.entries import Entry
from stanch.timeline.record import fold
from stanch.web.app import create_app
from stanch.web.pages import room as room_page
from stanch.web.room import mitigations as mitigations_panel
from stanch.web.room import panels
from stanch.web.room import timeline as timeline_panel
from tests.scenarios.house import House

SECRET = "the password is hunter2-on-staging"


def room(house: House, headers: dict[str, str]) -> str:
    """The war room as a person gets it."""
    with TestClient(create_app(house.stanch)) as client:
        return client.get("/incidents/INC-1", headers=headers).text


def test_what_one_replica_writes_the_other_shows_at_once(house: House, other: House) -> None:  # P5
    headers = house.bearer("ada")
    house.do("declare", title="Payments fail", service="shop")
    position = house.record().entries + 1
    house.do("say", incident="INC-1", text=SECRET)
    assert SECRET in room(other, headers) and SECRET in room(house, headers)
    other.do("role", incident="INC-1", role="incident_commander")
    assert house.record().holder("incident_commander") == "ada"
    house.do("redact", incident="INC-1", position=position, reason="a password")
    assert SECRET not in room(other, headers) and SECRET not in room(house, headers)
    with house.application.reading(Actor("ada")) as uow:
        assert [needs.open_incident(uow, record).commander for record in needs.Asked(uow).live] == ["ada"]


def test_what_is_private_is_asked_for_each_time(house: House) -> None:  # P6
    people.add(house.application.database, "eve", house.clock.now())
    name = house.do("declare", title="Somebody reads our mail", private=True).incident

    def looks(person: str) -> bool:
        with house.application.reading(Actor(person)) as uow:
            try:
                return bool(uow.record(name) and uow.entries(name) and uow.records([name]))
            except NotFound:
                return False

    assert looks("ada") and not looks("eve")
    house.do("invite", incident=name, person="eve")
    assert looks("eve")
    house.do("uninvite", incident=name, person="eve")
    assert not looks("eve") and looks("ada")


def test_looking_changes_nothing_that_is_shared(house: House) -> None:
    headers = house.bearer("ada")
    house.alert()
    house.do("declare", title="Payments fail", service="shop")
    for name, values in (
        ("severity", {"severity": "SEV-2"}), ("impact", {"text": "Nobody can pay"}), ("hypothesis", {"text": "It is v2"}),
        ("update", {"text": "We look into it"}), ("criteria", {"propose": True}), ("role", {"role": "incident_commander"}),
    ):  # fmt: skip
        house.do(name, incident="INC-1", **values)
    house.wait(minutes=2)
    with house.application.reading() as uow:
        shared, entries = uow.record("INC-1"), uow.entries("INC-1")
        assert uow.entries("INC-1") is not entries, "each has a list of their own"
        assert entries == store.read(uow.tx, "INC-1")
    with TestClient(create_app(house.stanch)) as client:
        for path in (
            "",
            "/incidents/INC-1",
            "/incidents/INC-1/postmortem",
            "/incidents/INC-1/wall",
            "/incidents/INC-1/scribe",
        ):
            assert client.get(path, headers=headers).status_code == 200
    with house.application.reading(Actor("ada", admin=True)) as uow:
        for command in REGISTRY.values():
            if command.reading and command.needs_incident:
                with suppress(Problem, TypeError):  # a question of another kind of incident, or one that needs more
                    command.handle(uow, command.struct(incident="INC-1"))
        assert uow.record("INC-1") is shared, "it was kept all the time"
        assert shared == fold(store.read(uow.tx, "INC-1"))


def test_a_page_asks_the_database_little(house: House) -> None:
    """Each query costs SQLite work; on PostgreSQL those that a page asks each time are one round trip (``db/ahead.py``)."""
    headers = house.bearer("ada")
    house.do("declare", title="Payments fail", service="shop")
    house.alert()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if threading.current_thread().name != "status page":  # which looks at its own times
            asked.append(sql)

    event.listen(house.application.database.engine, "before_cursor_execute", note)
    with TestClient(create_app(house.stanch)) as client:
        for path, most in (("/", 26), ("/incidents/INC-1", 21)):
            client.get(path, headers=headers)
            asked.clear()
            assert client.get(path, headers=headers).status_code == 200
            assert len(asked) <= most, "\n".join(asked)
            assert len({" ".join(sql.split()) for sql in asked}) >= len(asked) - 4, "the same is asked again and again"
            client.get(path, headers=headers)
            asked.clear()
            assert client.get(path, headers=headers).status_code == 200
            if house.application.database.dialect == "postgresql":
                assert len(asked) <= 3, "\n".join(asked)


def test_what_is_asked_ahead_is_of_now_and_for_who_asks(house: House, other: House) -> None:  # P5, P6
    """The pages are looked at often enough that all is asked ahead, and a change by another replica shows in the next look."""
    house.do("declare", title="Payments fail", service="shop")
    name = house.do("declare", title="Somebody reads our mail", private=True).incident
    ada, eve = house.bearer("ada"), house.bearer("eve")
    house.do("invite", incident=name, person="eve")
    with TestClient(create_app(house.stanch)) as client:

        def look(path: str, headers: dict[str, str]) -> str:
            return client.get(path, headers=headers).text

        for _ in range(3):
            assert all(
                "reads our mail" in look(path, who) for who in (ada, eve) for path in ("/", f"/incidents/{name}")
            )
            assert "Nobody can pay" not in look("/incidents/INC-1", eve)
        other.do("impact", incident="INC-1", text="Nobody can pay")
        other.do("role", incident="INC-1", role="incident_commander")
        assert all("Nobody can pay" in look("/incidents/INC-1", who) for who in (ada, eve))
        other.do("uninvite", incident=name, person="eve")
        for _ in range(3):
            assert "reads our mail" in look(f"/incidents/{name}", ada) and "reads our mail" in look("/", ada)
            assert client.get(f"/incidents/{name}", headers=eve).status_code == 404
            assert "reads our mail" not in look("/", eve)


def test_what_is_drawn_once_is_as_drawn_anew(
    house: House, other: House, monkeypatch: pytest.MonkeyPatch
) -> None:  # P5, P6
    """After each change, by whichever replica, and however late it is, the war room is the same with nothing kept."""
    ada, eve = house.bearer("ada"), house.bearer("eve")
    house.do("declare", title="Payments fail", service="shop")
    changes: list[Callable[[], Any]] = [
        lambda: house.do("hypothesis", incident="INC-1", text="It is v2"),
        lambda: house.wait(minutes=3, step=60),
        lambda: other.do("decide", incident="INC-1", text="Roll it back", because="It is quick"),
        lambda: other.do("role", "eve", incident="INC-1", role="incident_commander"),
        lambda: house.do("concern", incident="INC-1", text=SECRET),
        lambda: other.do("say", "eve", incident="INC-1", text="The queue is empty again"),
        lambda: house.do("update", "eve", incident="INC-1", text="We look into it", unchecked=True),
        lambda: house.wait(minutes=40, step=600),
        lambda: setattr(house.clock, "moment", house.clock.now() + 7 * MINUTE),
        lambda: setattr(house.application, "policy", _changed(house.application.policy(), public_name="The till")),
        lambda: setattr(
            house.application, "policy", _changed(house.application.policy(), contacts={"the bank": "ben"})
        ),
        lambda: other.do("redact", "eve", incident="INC-1", position=_position(house, SECRET), reason="a password"),
    ]

    with TestClient(create_app(house.stanch)) as client:

        def look(who: dict[str, str]) -> str:
            return re.sub('value="page-[^"]*"', "", client.get("/incidents/INC-1", headers=who).text)

        for change in [lambda: (look(ada), look(eve)), *changes]:  # the first look also gives the stylesheet
            change()
            kept = [look(who) for who in (ada, eve, ada)]
            with monkeypatch.context() as without:
                for module in (room_page, timeline_panel, mitigations_panel):
                    without.setattr(module, "_DRAWN", Kept(0))
                assert [look(who) for who in (ada, eve, ada)] == kept
        assert "The till" in kept[0] and "the bank" in kept[0] and SECRET not in "".join(kept) and kept[0] != kept[1]


def test_a_line_that_somebody_writes_draws_no_panel_anew_that_says_the_same(
    house: House, other: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = house.bearer("ada")
    house.do("declare", title="Payments fail", service="shop")
    house.do("hypothesis", incident="INC-1", text="It is v2")
    drawn: list[str] = []
    draw = room_page.fragment
    monkeypatch.setattr(room_page, "fragment", lambda name, **told: (drawn.append(name), draw(name, **told))[1])
    with TestClient(create_app(house.stanch)) as client:
        for number in range(3):
            other.do("say", incident="INC-1", text=f"{number} of 900 requests failed")
            drawn.clear()
            assert f"{number} of 900 requests failed" in client.get("/incidents/INC-1", headers=headers).text
        still = {f"room/{panel.name}.html" for found in panels().values() for panel in found if panel.still}
        assert drawn and not still & set(drawn)
        other.do("hypothesis", incident="INC-1", text="It is the queue")
        assert "It is the queue" in client.get("/incidents/INC-1", headers=headers).text
        assert "room/hypotheses.html" in drawn


def _changed(policy: Policy, **values: Any) -> Callable[[], Policy]:
    """The policy as files that say something else of the service would give it."""
    service = msgspec.structs.replace(policy.service("shop"), **values)
    changed = msgspec.structs.replace(policy, services={**policy.services, "shop": service})
    return lambda: changed


def _position(house: House, text: str) -> int:
    with house.application.reading(Actor("ada")) as uow:
        return next(x.position for x in uow.entries("INC-1") if text in x.facts.sentence())


def test_what_cannot_be_asked_ahead_is_asked_alone(house: House) -> None:
    database = house.application.database
    with database.transaction() as tx:
        tx.execute("CREATE TABLE weather (rain INTEGER)")
        tx.execute("INSERT INTO weather (rain) VALUES (1)")

    def page() -> tuple[Any, Any]:
        with database.reading("weather") as tx:
            return tx.one("SELECT :a AS a", a=1), tx.all("SELECT rain FROM weather WHERE rain < :most", most=100)

    assert [page() for _ in range(3)] == [({"a": 1}, [{"rain": 1}])] * 3
    with database.transaction() as tx:
        tx.execute("UPDATE weather SET rain = 2")
    assert page() == ({"a": 1}, [{"rain": 2}])
    with database.transaction() as tx:
        tx.execute("DROP TABLE weather")
    with pytest.raises((SQLAlchemyError, Problem), match="weather"):
        page()
    with database.reading("weather") as tx:
        assert tx.one("SELECT :a AS a", a=1) == {"a": 1}, "the connection can be used"


def test_a_transaction_that_looks_asks_the_same_once(house: House) -> None:
    database = house.application.database
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _cursor, sql, *_: asked.append(sql))
    with database.reading() as tx:
        ask = [
            lambda: tx.one("SELECT :a AS a", a=1),
            lambda: tx.all("SELECT :a AS a", a=1),
            lambda: tx.all("SELECT :a AS a", a=2),
        ]
        assert [each() for each in ask] == [each() for each in ask] == [{"a": 1}, [{"a": 1}], [{"a": 2}]]
        assert sum("AS a" in sql for sql in asked) == 3
        tx.all("SELECT :a AS a", a=1).clear()
        assert tx.all("SELECT :a AS a", a=1) == [{"a": 1}], "the answer is the asker's own"
        tx.end_snapshot()
        tx.one("SELECT :a AS a", a=1)
        assert sum("AS a" in sql for sql in asked) == 4
        many = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(SHORT + 1))
        assert len(tx.all(many)) == len(tx.all(many)) == SHORT + 1
        assert sum("AS n" in sql for sql in asked) == 2, "what is long is not kept in memory"


def test_of_a_timeline_that_grew_only_the_new_entries_are_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:  # P5
    reads: list[int] = []
    original = store.read

    def read(tx: Transaction, incident: str, **asked: Any) -> list[Entry]:
        reads.append(asked.get("after", 0))
        return original(tx, incident, **asked)

    def look() -> list[Entry]:
        with house.application.reading(Actor("ada")) as uow:
            monkeypatch.setattr(store, "read", read)
            reads.clear()
            entries, record = uow.entries("INC-1"), uow.record("INC-1")
            monkeypatch.setattr(store, "read", original)
            stored = original(uow.tx, "INC-1")
            assert entries == stored and record == fold(stored)
            return entries

    house.do("declare", title="Payments fail", service="shop")
    house.do("say", incident="INC-1", text=SECRET)
    known = len(look())
    house.do("say", incident="INC-1", text="It goes on.")
    look()
    assert reads == [known - 1]
    house.do("role", incident="INC-1", role="incident_commander")
    house.do("redact", incident="INC-1", position=known, reason="a password")
    assert SECRET not in str(look())
    assert 0 in reads, "what is kept is not what is stored any more"
