"""Who writes to a long incident folds only what is new: the record is that of a full fold, on every replica, after every end."""

import pytest

from stanch.kernel.errors import Problem
from stanch.timeline import long_records, store
from stanch.timeline.facts.respond import Redacted
from stanch.timeline.record import fold
from tests.scenarios.house import House

SECRET = "the password is hunter2-on-staging"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After which position each writer read entries. Records of five entries are long."""
    monkeypatch.setattr(long_records, "LONG", 5)
    found: list[int] = []
    real = store.read

    def reading(tx: object, incident: str, *, after: int = 0, **more: object) -> object:
        found.append(after)
        return real(tx, incident, after=after, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(long_records.store, "read", reading)
    return found


def same(house: House) -> None:
    """What a writer is given is what all of its entries say."""
    with house.application.uow() as uow:
        assert uow.record("INC-1") == fold(store.read(uow.tx, "INC-1"))


def long(house: House) -> None:
    house.do("declare", title="Payments fail", service="shop")
    for number in range(6):
        house.do("say", incident="INC-1", text=f"Line {number}")


def test_a_writer_reads_the_newest_entry_and_what_came_after_it(house: House, other: House, read: list[int]) -> None:
    long(house)
    position = house.record().entries
    read.clear()
    house.do("say", incident="INC-1", text="One more")
    assert read and min(read) >= position - 1, "nothing was read from its beginning"
    other.do("say", incident="INC-1", text="From the other replica")
    read.clear()
    house.do("severity", incident="INC-1", severity="SEV-2")
    assert min(read) >= position, "only what the other replica wrote"
    same(house)
    same(other)
    position = house.record().entries
    house.application.long_records.forget("INC-1")
    house.application.long_records.prepare(
        house.application.database, "INC-1"
    )  # as each request does before its transaction
    read.clear()
    house.do("say", incident="INC-1", text="The last")
    assert min(read) >= position - 1
    same(house)


def test_a_command_that_fails_leaves_nothing_of_itself(house: House, read: list[int]) -> None:
    long(house)
    with pytest.raises(Problem):
        house.do("undo", incident="INC-1", run="none")
    try:
        with house.application.uow() as uow:
            uow.record("INC-1").title = "Changed, and not committed"
            raise RuntimeError("the power fails")
    except RuntimeError:
        pass
    same(house)
    assert house.record().title == "Payments fail"


def test_a_redaction_on_one_replica_takes_the_words_from_all(house: House, other: House, read: list[int]) -> None:  # P5
    long(house)
    house.do("role", incident="INC-1", role="incident_commander")
    position = house.record().entries + 1
    house.do("say", incident="INC-1", text=SECRET)
    other.do("say", incident="INC-1", text="Both have it now")
    house.do("redact", incident="INC-1", position=position, reason="a password")
    for each in (other, house):
        same(each)
        with each.application.uow() as uow:
            assert SECRET not in " ".join(uow.record("INC-1").notes)
            assert any(isinstance(entry.facts, Redacted) for entry in store.read(uow.tx, "INC-1"))
