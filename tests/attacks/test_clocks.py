"""A clock that jumps, or a replica whose clock is wrong and that dies, delays no page."""

from pathlib import Path

from stanch.db.connection import Database
from stanch.db.migrate import migrate
from stanch.engine.clock import set_clock
from stanch.kernel.clock import HOUR, MINUTE, SECOND, SystemClock
from tests.scenarios.house import House


class Machine:
    """A wall clock that can be set, and a steady one that cannot."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_779_000_000 * SECOND, 77 * SECOND

    def run(self, seconds: float) -> None:
        self.wall += int(seconds * SECOND)
        self.steady += int(seconds * SECOND)

    def clock(self) -> SystemClock:
        return SystemClock(lambda: self.wall, lambda: self.steady)


def test_a_machine_that_is_set_back_by_an_hour_delays_nothing_that_is_due() -> None:  # P2
    machine = Machine()
    clock = machine.clock()
    due = clock.now() + 60 * SECOND
    machine.wall -= HOUR
    machine.run(60)
    assert clock.now() == due
    machine.wall += 3 * HOUR  # set ahead: followed
    assert clock.now() == due + 2 * HOUR


def test_a_machine_that_was_set_back_while_stanch_was_down_starts_where_the_record_stands(house: House) -> None:  # P2
    house.do("declare", title="down", service="shop")
    machine = Machine()
    machine.wall = house.clock.now() - HOUR
    clock = machine.clock()
    if house.application.database.dialect == "sqlite":
        set_clock(clock, house.application.database)
        assert clock.now() == house.clock.now()


def test_a_replica_ten_minutes_ahead_leases_by_the_clock_that_all_share(postgres_url: str) -> None:  # P2
    database = Database(postgres_url)
    migrate(database)
    try:
        shared = database.shared_now()
        assert shared is not None
        machine = Machine()
        machine.wall = shared + 10 * MINUTE
        clock = machine.clock()
        set_clock(clock, database)
        assert abs(clock.now() - shared) < 5 * SECOND
        assert abs(clock.skew() - 10 * MINUTE) < 5 * SECOND
        before = clock.now()
        clock.follow(before - HOUR)  # the database's own machine is set back
        assert clock.now() == before
        clock.follow(before - SECOND)
        assert clock.now() == before - SECOND
    finally:
        database.close()


def test_a_page_that_a_replica_ten_minutes_ahead_left_when_it_died_leaves_by_another_at_once(  # P2, P3
    postgres_url: str, tmp_path: Path
) -> None:
    ahead, other = House(postgres_url, tmp_path / "a"), House(postgres_url, tmp_path / "b")
    try:
        shared = ahead.application.database.shared_now()
        assert shared is not None
        for house, off in ((ahead, 10 * MINUTE), (other, 0)):
            machine = Machine()
            machine.wall = shared + off
            clock = machine.clock()
            set_clock(clock, house.application.database)
            house.clock = house.application.clock = clock  # type: ignore[assignment]
        ahead.do("declare", title="down", service="shop")
        assert ahead.outbox.lease(50), "it takes the page, and dies before it has sent it"
        with other.application.reading() as uow:
            leases = uow.tx.all("SELECT leased_until AS until FROM outbox WHERE state = 'running'")
        assert leases and all(row["until"] < shared + MINUTE for row in leases)
        later = Machine()
        later.wall = max(row["until"] for row in leases) + SECOND
        other.clock = other.application.clock = later.clock()  # type: ignore[assignment]
        other.settle()
        assert other.pager.sent
    finally:
        ahead.application.database.close()
        other.application.database.close()


def test_on_sqlite_there_is_no_other_clock_than_the_machines(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    assert database.shared_now() is None
    database.close()
