"""A stranger fills no list of followers, bombs no mailbox, and locks nobody out (R33)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.communicate.subscribers import limits, store
from stanch.kernel.errors import Conflict
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web.app import create_app
from tests.scenarios.house import House, opened
from tests.scenarios.test_subscribers import Mailbox, TestClient


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def house(database_url: str, tmp_path: Path, box: Mailbox) -> Iterator[House]:
    for house in opened(database_url, tmp_path):
        house.application.world.notifiers["smtp"] = box
        house.stanch.seed()
        yield house


def ask(house: House, address: str, sender: str, kind: store.Kind = "webhook", page: str = "status") -> None:
    with house.application.uow() as uow:
        store.ask(uow, page, kind, address, [], sender=sender)


def rows(uow: UnitOfWork, state: str) -> list[str]:
    found = uow.tx.all("SELECT address FROM status_subscribers WHERE state = :state ORDER BY address", state=state)
    return [row["address"] for row in found]


def test_junk_pushes_out_only_junk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PENDING_MOST", 10)
    ask(house, "https://customer.example/hook", "home")
    for n in range(30):
        ask(house, f"https://h{n}.example/x", "stranger")
    with house.application.reading() as uow:
        waiting = rows(uow, "pending")
    assert len(waiting) == 10 and "https://customer.example/hook" in waiting and "https://h29.example/x" in waiting
    house.clock.forward(days=8)
    ask(house, "https://other.example/hook", "home")
    with house.application.reading() as uow:
        assert rows(uow, "pending") == ["https://other.example/hook"], "what nobody confirmed is forgotten"


def test_one_network_cannot_take_every_place(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 200)

    def confirmed(address: str, sender: str) -> None:
        ask(house, address, sender)
        with house.application.uow() as uow:
            row = uow.tx.one("SELECT id FROM status_subscribers WHERE address = :address", address=address)
            assert row and store.confirm(uow, row["id"])

    for n in range(100):
        confirmed(f"https://h{n}.example/x", "stranger")
    with pytest.raises(Conflict, match="as many followers as it takes"):
        confirmed("https://h100.example/x", "stranger")
    confirmed("https://customer.example/hook", "home")


@pytest.mark.parametrize(
    "written",
    [lambda n: f"victim+{n}@shop.example", lambda n: "vic" + "." * (n % 2) + f"tim+{n}@gmail.com", lambda _: "Victim@Shop.example"],
)  # fmt: skip
def test_a_mailbox_is_asked_a_few_times_however_it_is_written(house: House, box: Mailbox, written) -> None:  # type: ignore[no-untyped-def]
    for n in range(30):
        ask(house, written(n), f"network {n}", "mail", f"page {n % 4}")
    house.stanch.application.policy()
    with house.application.reading() as uow:
        sent = uow.tx.one("SELECT COUNT(*) AS n FROM outbox WHERE kind = 'subscriber_question'")
    assert sent and sent["n"] <= limits.TARGET_MOST


def test_a_whole_domain_is_not_asked_by_one_network(house: House) -> None:
    for n in range(limits.OPEN_MOST + 20):
        ask(house, f"a{n}@victim.example", "stranger", "mail")
    ask(house, "me@victim.example", "victim", "mail")
    with house.application.reading() as uow:
        assert len(rows(uow, "pending")) == limits.OPEN_MOST + 1 and "me@victim.example" in rows(uow, "pending")


def test_who_asks_much_refuses_nobody_else(house: House) -> None:
    """The hosts of Slack and of push services are everybody's, and an address may be asked for by its owner while a stranger does."""
    app = create_app(house.stanch)
    with (
        TestClient(app, client=("198.51.100.7", 1)) as stranger,
        TestClient(app, client=("203.0.113.9", 1)) as customer,
    ):
        answers = [
            stranger.post("/status/subscribe", data={"kind": "slack", "address": f"https://hooks.slack.com/{n // 6}"}).status_code
            for n in range(40)
        ]  # fmt: skip
        assert 429 in answers[:6] and answers[-1] == 429
        same = {"kind": "slack", "address": "https://hooks.slack.com/0"}
        assert customer.post("/status/subscribe", data=same).status_code == 200
