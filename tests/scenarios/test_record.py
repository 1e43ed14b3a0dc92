"""The record: any past moment, nothing altered unnoticed, private means private (R10, P5, P6)."""

import sqlite3
from pathlib import Path

import pytest

from stanch.kernel.clock import iso
from stanch.kernel.errors import Invalid, NotFound
from stanch.timeline import store
from tests.scenarios.house import House


def test_the_record_shows_what_was_known_at_a_past_moment(house: House) -> None:
    house.do("declare", title="Checkout fails")
    house.wait(minutes=2)
    then = house.clock.now()
    house.wait(minutes=2)
    house.do("severity", incident="INC-1", severity="SEV-1")
    shown = house.do("show", incident="INC-1", at=iso(then))
    assert shown["severity"] is None
    assert house.do("show", incident="INC-1")["severity"] == "SEV-1"


def test_a_correction_is_visible_and_the_mistake_stays(house: House) -> None:
    house.do("declare", title="Checkout fails")
    house.do("say", incident="INC-1", text="It is zone a")
    position = house.record().entries
    house.do("say", incident="INC-1", text="It is zone b", corrects=position)
    assert house.sentences()[-2:] == ["It is zone a", f"Correction to entry {position}: It is zone b"]


def test_one_changed_byte_of_the_file_is_named(sqlite_url: str, tmp_path: Path) -> None:
    house = House(sqlite_url, tmp_path)
    house.do("declare", title="Checkout fails")
    house.do("say", incident="INC-1", text="We rolled back at noon")
    with house.application.reading() as uow:
        assert store.verify(uow.tx, "INC-1")[1] is None
    house.application.database.close()
    path = sqlite_url.removeprefix("sqlite:///")
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    with open(path, "r+b") as file:
        content = file.read()
        at = content.index(b"We rolled back at noon") + 21
        file.seek(at)
        file.write(b"m")
    house.open()
    with house.application.reading() as uow:
        _, wrong = store.verify(uow.tx, "INC-1")
    assert wrong is not None
    assert "(said) is not what was recorded" in wrong
    house.application.database.close()


def test_entries_cannot_be_updated_or_deleted(house: House) -> None:
    house.do("declare", title="Checkout fails")
    for sql in ("DELETE FROM entries", "UPDATE entries SET facts = '{}'"):
        with pytest.raises(Exception, match="append-only"), house.application.database.transaction() as tx:
            tx.execute(sql)


def test_a_private_incident_is_invisible_to_the_uninvited(house: House) -> None:
    house.do("declare", actor="ada", title="A key has leaked", private=True)
    assert [i["id"] for i in house.do("incidents", actor="ada")] == ["INC-1000001"]
    assert house.do("incidents", actor="ben") == []
    with pytest.raises(NotFound) as private:
        house.do("show", actor="ben", incident="INC-1000001")
    with pytest.raises(NotFound) as absent:
        house.do("show", actor="ben", incident="INC-9")
    assert private.value.detail.replace("INC-1000001", "INC-9") == absent.value.detail
    assert house.do("learning", actor="ben")["incidents"] == 0
    house.do("role", actor="ada", incident="INC-1000001", role="operations_lead", person="ben")
    assert house.do("show", actor="ben", incident="INC-1000001")["id"] == "INC-1000001"


def test_a_moment_in_the_future_is_refused(house: House) -> None:
    house.do("declare", title="Checkout fails")
    with pytest.raises(Invalid, match="in the future"):
        house.do("say", incident="INC-1", text="later", at=iso(house.clock.now() + 60_000_000))


def test_a_list_goes_by_time_and_shows_nothing_of_what_is_private_to_the_uninvited(house: House) -> None:  # P6
    for number in range(6):
        house.do("declare", "ada", title=f"No {number}", private=number in (1, 4), severity="SEV-4")
        house.wait(minutes=1)
    seen = [row["id"] for row in house.do("incidents", "ada")]
    assert seen == ["INC-4", "INC-1000002", "INC-3", "INC-2", "INC-1000001", "INC-1"], (
        "newest first, whatever its number"
    )
    pages, before = [], 0
    while rows := house.do("incidents", "ada", limit=2, before=before):
        pages += [row["id"] for row in rows]
        before = int(rows[-1]["id"].removeprefix("INC-"))
    assert pages == seen, "page by page each once"
    assert [row["id"] for row in house.do("incidents", "ben")] == ["INC-4", "INC-3", "INC-2", "INC-1"], "and no gap"
    hidden = [
        [row["id"] for row in house.do("incidents", "ben", before=n)] for n in (1_000_001, 1_000_002, 1_000_009, 999)
    ]
    assert hidden == [["INC-4", "INC-3", "INC-2", "INC-1"]] * 4, (
        "a private number says no more than one that there is not"
    )
