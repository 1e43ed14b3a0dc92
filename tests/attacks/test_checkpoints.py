"""Heads of all timelines in one signed chain: a cut tail, a deleted incident and a flipped flag are seen (P5, P6)."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from stanch.kernel.actor import Actor
from stanch.respond.redacting import Redact, redact_entry
from stanch.timeline import verifying
from stanch.timeline.heads import Checkpoint, Seals
from stanch.web.app import create_app
from tests.attacks.test_private import TestClient
from tests.scenarios.house import House

ADMIN = Actor("root", admin=True)


@pytest.fixture
def told(house: House) -> House:
    house.do("declare", title="Checkout is down", service="shop")
    house.do("declare", title="Quiet", private=True)
    house.do("say", incident="INC-1", text="Errors since 10:02")
    house.stanch.seals.seal()
    return house


def tamper(house: House, *statements: str) -> None:
    """As somebody would who may write the database: its triggers do not hold them."""
    with house.application.database.transaction() as tx:
        for table in ("entries", "heads"):
            if tx.dialect == "postgresql":
                tx.driver(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            else:
                tx.driver(f"DROP TRIGGER IF EXISTS {table}_no_delete")
                tx.driver(f"DROP TRIGGER IF EXISTS {table}_no_update")
        for statement in statements:
            tx.driver(statement)


def wrong(house: House, actor: Actor = ADMIN, against: Checkpoint | None = None) -> list[str]:
    with house.application.reading(actor) as uow:
        return [each.wrong for each in verifying.verify(uow, house.stanch.seals, "", against) if each.wrong]


def test_what_is_as_it_was_sealed_verifies(told: House) -> None:
    kept = told.stanch.seals.checkpoint()
    assert wrong(told, against=kept) == []
    told.do("say", incident="INC-1", text="It goes on")
    told.do("declare", title="Another")
    assert told.stanch.seals.seal() == 2 and told.stanch.seals.seal() == 0
    assert wrong(told, against=kept) == [], "what came after a checkpoint does not matter to it"
    with told.application.uow(ADMIN, "cli") as uow:
        redact_entry(uow, Redact("INC-1", told_position(told, "said"), "a name"))
    assert wrong(told, against=kept) == [], "a redaction keeps the hashes"


def told_position(house: House, kind: str) -> int:
    with house.application.reading() as uow:
        return next(x.position for x in uow.entries("INC-1") if x.kind == kind)


def test_a_cut_tail_is_seen(told: House) -> None:
    position = told_position(told, "said")
    tamper(
        told,
        f"DELETE FROM entries WHERE incident = 'INC-1' AND position >= {position}",
        f"UPDATE incidents SET position = {position - 1} WHERE id = 'INC-1'",
    )
    assert [text for text in wrong(told) if f"INC-1 lost entries: it has {position - 1}" in text]


def test_a_deleted_incident_is_seen(told: House) -> None:
    tamper(told, "DELETE FROM entries WHERE incident = 'INC-1'", "DELETE FROM incidents WHERE id = 'INC-1'")
    assert "INC-1 was deleted" in wrong(told)[0]
    assert "INC-1 was deleted" in wrong(told, Actor("mallory"))[0]


def test_a_flipped_private_flag_is_seen_by_those_who_may_know(told: House) -> None:
    tamper(told, "UPDATE incidents SET private = 0 WHERE private = 1")
    assert "INC-1000001 is shown to everybody" in wrong(told)[0]


def test_a_deleted_private_incident_is_told_to_administrators_only(told: House) -> None:
    tamper(told, "DELETE FROM entries WHERE incident = 'INC-1000001'", "DELETE FROM incidents WHERE private = 1")
    assert "INC-1000001 was deleted" in wrong(told)[0]
    assert wrong(told, Actor("mallory")) == []


def test_servers_with_different_secret_keys_are_seen(told: House) -> None:
    # R8: a page's link works only on the server that made it
    seals, application = told.stanch.seals, told.application
    assert seals.other_key() == ""
    kept = application.installation
    application.installation = msgspec.structs.replace(kept, secret_key="another")
    other = Seals(application)
    assert "give each the same secret_key" in other.other_key()
    told.do("say", incident="INC-1", text="from the other server")
    other.seal()
    assert "STANCH_SECRET_KEY" in seals.other_key() and other.other_key()


def test_seals_that_were_taken_away_are_seen_against_a_checkpoint(told: House) -> None:
    kept = told.stanch.seals.checkpoint()
    tamper(told, "DELETE FROM heads")
    assert wrong(told) == [], "without a checkpoint nobody can know"
    assert "heads that were sealed then are gone" in wrong(told, against=kept)[0]
    told.wait(seconds=1)
    told.stanch.seals.seal()
    assert wrong(told, against=kept), "and sealing anew does not bring them back"


@pytest.mark.parametrize("column", ["hash", "signature", "digest", "private"])
def test_a_changed_seal_is_seen(told: House, column: str) -> None:
    value = "1 - private" if column == "private" else "'0000'"
    tamper(told, f"UPDATE heads SET {column} = {value} WHERE number = 1")
    assert "chain of heads" in wrong(told)[-1] or "chain of heads" in " ".join(wrong(told))


def test_a_checkpoint_tells_nothing(told: House) -> None:
    """P6: neither names nor counts, and two of the same moment differ, so that none can be compared with the next."""
    first, second = told.stanch.seals.checkpoint(), told.stanch.seals.checkpoint()
    assert first.seal != second.seal and first.nonce != second.nonce
    assert set(msgspec.to_builtins(first)) == {"stanch_checkpoint", "made_at", "key", "nonce", "seal"}
    assert "INC" not in str(msgspec.to_builtins(first))


@pytest.fixture
def client(told: House) -> Iterator[TestClient]:
    with TestClient(create_app(told.stanch)) as client:
        yield client


def test_administrators_make_checkpoints_over_the_api(told: House, client: TestClient) -> None:
    others = told.bearer("mallory")
    assert client.post("/api/v1/checkpoints").status_code == 401
    assert client.post("/api/v1/checkpoints", headers=others).status_code == 403
    assert client.post("/api/v1/verify", headers=others, content=b"{}").status_code == 403
    admin = told.bearer("root")
    with told.application.database.transaction() as tx:
        tx.execute("UPDATE people SET admin = 1 WHERE name = 'root'")
    kept = client.post("/api/v1/checkpoints", headers=admin).content
    found: list[dict[str, Any]] = client.post("/api/v1/verify", headers=admin, content=kept).json()
    assert [each["wrong"] for each in found] == [None, None]
    tamper(told, "DELETE FROM heads")
    found = client.post("/api/v1/verify", headers=admin, content=kept).json()
    assert found[-1]["incident"] == "" and "gone" in found[-1]["wrong"]
    for odd in (b"", b"[]", b"{", b"\xff", b'{"seal": 1}'):
        assert client.post("/api/v1/verify", headers=admin, content=odd).status_code == 422


def test_sealing_is_no_part_of_the_write_and_costs_little(told: House) -> None:
    """The transaction that writes appends nothing to the chain; one look at 500 unchanged incidents takes milliseconds."""
    for number in range(100):
        told.do("declare", title=f"No {number}")
    with told.application.reading() as uow:
        before = uow.tx.one("SELECT COUNT(*) AS n FROM heads")
    assert before and before["n"] == 2
    assert told.stanch.seals.seal() == 100
    started = time.perf_counter()
    assert told.stanch.seals.seal() == 0
    assert time.perf_counter() - started < 0.5
