"""A phone as a contact method (R2, R8): added by a tap, woken, told who has it, and gone by itself when its push service says so."""

import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from stanch.identity import devices, people
from stanch.identity.push_key import push_key
from stanch.integrations.webpush import Settings, WebPush
from stanch.kernel.actor import Actor
from stanch.kernel.base64url import packed
from stanch.kernel.errors import Invalid
from stanch.prepare.devices import introduce
from stanch.prepare.profile.device_commands import AddDevice, add_device
from stanch.web.app import create_app
from tests.contracts.notifier_contract import FakeService
from tests.contracts.push_service import PushService
from tests.scenarios.house import House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


class Street:
    """A house whose people have phones behind one push service."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.phones: dict[str, PushService] = {}
        self.server = FakeService(
            lambda method, path, headers, body: self.phones[path].answer(method, path, headers, body)
        )
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        house.stanch.world.notifiers["webpush"] = WebPush(Settings(private_addresses=True, timeout=1.0))
        introduce(house.application)
        self.client = TestClient(create_app(house.stanch))

    def phone(self, name: str) -> PushService:
        path = f"/push/{quote(name)}"
        return self.phones.setdefault(path, PushService(path))

    def key(self) -> str:
        return push_key(self.house.application.database, "k" * 32, self.house.clock.now()).public

    def add(self, person: str, phone: str, **more: Any) -> Any:
        there = self.phone(phone)
        values = {"endpoint": self.server.url + there.path, "p256dh": packed(there.point), "auth": packed(there.auth), "push_key": self.key(), "name": phone}  # fmt: skip
        with self.house.application.uow(Actor(person), "page") as uow:
            done = add_device(uow, AddDevice(**{**values, **more}))
        self.house.settle()
        return done

    def added(self, person: str, phone: str) -> PushService:
        """And the test page was tapped."""
        self.add(person, phone)
        there = self.phone(phone)
        assert self.client.post(there.got[-1]["arrived"]).status_code == 200
        there.got.clear()
        return there

    def methods(self, person: str) -> list[tuple[str, str]]:
        return [(each["device"], each["state"]) for each in self.house.do("me", person)["methods"] if each["mark"]]


@pytest.fixture
def street(database_url: str, tmp_path: Path) -> Iterator[Street]:
    for house in opened(database_url, tmp_path):
        for name in ("ada", "ben"):
            people.add(house.application.database, name, house.clock.now())
        street = Street(house)
        yield street
        street.server.shutdown()
        street.server.server_close()


def test_a_phone_counts_when_its_test_page_was_tapped_and_its_answer_is_noted(street: Street) -> None:
    said = street.add("ada", "Ada's Phone")
    assert (
        said.message == "Ada's Phone is added, and a test page leaves on it. It counts when you have tapped it there."
    )
    assert said.id.startswith("ada-s-phone-") and street.methods("ada")[0][1].startswith("a test page was sent")
    there = street.phone("Ada's Phone")
    assert [got["kind"] for got in there.got] == ["test"]
    street.client.post(there.got[0]["arrived"])
    assert street.methods("ada") == [("Ada's Phone", "a test page arrived")]
    street.house.do("declare", "ben", title="Down")
    street.house.settle()
    page = there.got[-1]
    assert (
        page["kind"] == "page" and page["title"] == "[INC-1] Down" and street.client.get(page["ack"]).status_code == 200
    )
    answer = street.client.post(page["ack"], headers={"Accept": "application/json"})
    assert answer.json() == {"said": "Thank you. Ada has INC-1."}
    street.house.settle()
    assert [(got["kind"], got["body"], got["tag"] == page["tag"]) for got in there.got[2:]] == [
        ("over", "You have it.", True)
    ]
    again = street.client.post(page["ack"], headers={"Accept": "application/json"})
    assert again.json() == {"said": "Ada has INC-1 already."}
    street.house.settle()
    assert len(there.got) == 3


def test_who_acknowledges_elsewhere_is_named_where_the_page_shows(street: Street) -> None:
    ada, ben = street.added("ada", "A"), street.added("ben", "B")
    street.house.do("declare", "ben", title="Down")
    street.house.wait(step=60, minutes=6)
    assert all("page" in [got["kind"] for got in phone.got] for phone in (ada, ben))
    street.house.do("ack", "ben", incident="INC-1")
    street.house.settle()
    assert [(p.got[-1]["kind"], p.got[-1]["body"]) for p in (ada, ben)] == [
        ("over", "Ben has it."),
        ("over", "You have it."),
    ]
    street.house.crash()
    street.house.stanch.world.notifiers["webpush"] = WebPush(Settings(private_addresses=True, timeout=1.0))
    introduce(street.house.application)
    street.house.do("ack", "ada", incident="INC-1")
    street.house.settle()
    assert ada.got[-1]["body"] == "Ben has it.", "said once"


def test_what_ends_before_anybody_had_it_is_over_on_the_phone(street: Street) -> None:
    ada = street.added("ada", "A")
    street.house.do("declare", "ben", title="Down")
    street.house.settle()
    street.house.do("close", "ben", incident="INC-1", false_alarm=True)
    street.house.settle()
    assert ada.got[-1]["body"] == "It is over. Nobody is needed."


def test_a_phone_that_is_gone_ends_by_itself_and_its_owner_hears_of_it(street: Street) -> None:
    street.added("ada", "A").answers.append(410)
    street.house.do("declare", "ben", title="Down")
    street.house.settle()
    assert street.methods("ada") == []
    (ended,) = street.house.do("me", "ada")["ended_devices"]
    assert ended["name"] == "A" and "410: the push service knows this device no more" in ended["why"]
    ((to, told),) = [(to, message) for to, message in street.house.pager.told if "woken" in message.title]
    assert to == "ada" and told.title == "A can no longer be woken" and told.url.endswith("/me#methods")
    failed = [receipt for page in street.house.record().pages.values() for receipt in page.receipts if not receipt.ok]
    assert [receipt.reach.partition(":")[0] for receipt in failed] == ["webpush"], "the receipt stays in the record"
    count = len(street.phone("A").heads)
    street.house.wait(step=60, minutes=6)
    assert len(street.phone("A").heads) == count, "nobody calls there again"
    street.added("ada", "A")
    assert street.methods("ada") == [("A", "a test page arrived")] and not street.house.do("me", "ada")["ended_devices"]


def test_whoever_signs_in_on_a_phone_has_it(street: Street) -> None:
    street.added("ada", "Shared")
    street.add("ben", "Shared")
    assert street.methods("ada") == [] and len(street.methods("ben")) == 1
    street.add("ben", "Shared", name="Ours")
    assert [name for name, _ in street.methods("ben")] == ["Ours"], "twice is once"
    other = street.phone("Moved")
    street.add("ben", "Moved", name="", replaces=street.server.url + "/push/Shared")
    assert [name for name, _ in street.methods("ben")] == ["Ours"] and not other.got
    street.house.do("test-page", "ben")
    street.house.settle()
    assert other.got[-1]["kind"] == "test", "its new address"
    (own,) = [each for each in street.house.do("me", "ben")["methods"] if each["mark"]]
    street.house.do("remove-method", "ben", method=own["method"])
    assert street.methods("ben") == []
    with street.house.application.reading() as uow:
        assert devices.of(uow.tx, "ben", uow.now) == []


def test_replicas_share_one_key_and_another_secret_makes_another(street: Street) -> None:
    database, now = street.house.application.database, street.house.clock.now()
    first = push_key(database, "k" * 32, now)
    assert push_key(database, "k" * 32, now) == first and len(first.private) == 32
    with database.reading() as tx:
        row = tx.one("SELECT sealed FROM push_keys")
    assert row is not None and packed(first.private) not in row["sealed"]
    street.added("ada", "A")
    second = push_key(database, "another secret", now)
    assert second.public != first.public and push_key(database, "another secret", now) == second
    street.house.do("test-page", "ada")
    street.house.settle()
    assert "registered with an earlier key" in dict(street.methods("ada"))["A"]


REFUSED = [
    ("endpoint", "https://127.0.0.2:x/"), ("endpoint", "ftp://127.0.0.1/"), ("endpoint", "nonsense"), ("p256dh", "AAAA"), ("p256dh", "é"),
    ("p256dh", packed(b"\x04" + b"\x01" * 64)), ("auth", "AAAA"), ("auth", "***"),
]  # fmt: skip


def test_what_is_no_device_is_refused_beside_its_field(street: Street) -> None:
    for field, value in REFUSED:
        with pytest.raises(Invalid) as raised:
            street.add("ada", "A", **{field: value})
        assert raised.value.field == field and street.methods("ada") == []


def test_a_device_cannot_be_typed_and_whoever_leaves_takes_theirs_along(street: Street) -> None:
    with pytest.raises(Invalid, match="A device adds itself"):
        street.house.do("add-method", "ada", to="webpush:x")
    street.added("ada", "A")
    people.remove(street.house.application.database, "ada")
    with street.house.application.database.reading() as tx:
        assert tx.all("SELECT id FROM devices") == []
