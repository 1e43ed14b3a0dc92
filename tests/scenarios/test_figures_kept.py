"""Rows of figures are kept while nothing changes, and no longer: after each change, on each replica, for each person (R49, P6)."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from stanch.db.connection import Database
from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY
from stanch.kernel.command import REGISTRY
from stanch.learn.figures.commands import AskLearning
from stanch.learn.figures.kept import VIEWS, KeptScope, views
from stanch.learn.figures.times import totals
from stanch.timeline.unit_of_work import Application
from tests.scenarios.house import House
from tests.scenarios.test_figures import ended


@contextmanager
def replica(house: House) -> Iterator[Application]:
    """Another process on the same database, as far as reading goes: it has kept nothing yet."""
    other = copy.copy(house.application)
    other.database = Database(house.url)
    yield other
    other.database.close()


def learned(application: Application, person: str = "ada", admin: bool = False) -> Any:
    with application.reading(Actor(person, admin=admin)) as uow:
        return msgspec.to_builtins(REGISTRY["learning"].handle(uow, AskLearning()))


def test_after_each_change_every_replica_answers_as_one_that_kept_nothing(house: House) -> None:
    act = {"incident": "INC-1", "title": "Add a canary", "owner": "ben", "test": "A broken release stops"}
    changes = (
        lambda: ended(house, 10, "No canary #change"),
        lambda: house.do("action", **act),
        lambda: house.do("action", incident="INC-1", item="A1", purpose="prevent"),
        lambda: house.do("action", incident="INC-1", item="A1", done=True, evidence="https://ci/1"),
        lambda: house.do("postmortem", incident="INC-1", factors=["No canary #test"]),
        lambda: ended(house, 20, private=True),
        lambda: house.do("reopen", incident="INC-1", reason="it is back"),
        lambda: house.do("resolve", incident="INC-1", override=True, reason="it works again"),
    )
    with replica(house) as other:
        answer = learned(house.application)
        for change in changes:
            before = answer
            change()
            with replica(house) as new:
                answer = learned(new)
            assert answer != before
            assert learned(house.application) == learned(other) == answer


def test_what_was_read_is_kept_and_the_catalog_and_the_moment_are_not(house: House) -> None:
    ended(house, 10)
    house.do("action", incident="INC-1", title="Add a canary", owner="ben", test="A broken release stops")
    learned(house.application)
    with house.application.uow() as uow:  # as no command does it: nothing says that it changed
        uow.tx.execute("UPDATE learning_items SET completed = 1")
    found = learned(house.application)
    assert (found["items_done"], [t["name"] for t in found["by_team"]]) == (0, ["no team"])
    policy = house.application.policy()
    shop = msgspec.structs.replace(policy.services["shop"], team="sales")
    house.application.policy = lambda: msgspec.structs.replace(policy, services={"shop": shop})
    assert [t["name"] for t in learned(house.application)["by_team"]] == ["sales"]
    house.clock.moment += 30 * DAY
    found = learned(house.application)
    assert found["overdue_total"] == 1 and found["items_done"] == 1  # another day, so it is read again
    house.clock.moment += 340 * DAY
    assert learned(house.application)["incidents"] == 0


def test_the_uninvited_share_nothing_of_a_private_incident(house: House) -> None:
    """P6: also when the rows have not changed since somebody else asked."""
    incident = ended(house, 10, "No canary #change", private=True)
    counted = {}
    for person, admin in (("root", True), ("ada", False), ("ben", False)):
        counted[person] = learned(house.application, person, admin)["incidents"]
    assert counted == {"root": 1, "ada": 1, "ben": 0}
    with house.application.reading(Actor("ben")) as uow:
        scope = KeptScope(uow, 0, uow.now + DAY, None)
    with house.application.uow() as uow:
        uow.admit(incident, "ben")
    with house.application.reading(Actor("ben")) as uow:
        scope.uow = uow  # PostgreSQL shows within one transaction what was committed meanwhile
        assert totals(scope).incidents == 0
    assert learned(house.application, "ben")["incidents"] == 1
    assert learned(house.application, "grace")["incidents"] == 0


def test_only_so_many_views_are_kept(house: House) -> None:
    kept = views(house.application.database)
    first = kept.get("first", dict)
    assert kept.get("first", dict) is first
    for number in range(VIEWS):
        kept.get(number, dict)
    assert kept.get("first", dict) is not first
