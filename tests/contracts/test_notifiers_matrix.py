"""Messages into a real homeserver, read back by the people in the room."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from stanch.integrations import matrix
from stanch.ports import Failed, Message
from tests.components.synapse import Synapse
from tests.conftest import need
from tests.contracts.notifier_contract import PAGE, Case, NotifierContract, closed_port, serving

needs_synapse = pytest.mark.needs("synapse")


class Town:
    """A homeserver with a bot and Ada, and a room with both."""

    def __init__(self, server: Synapse) -> None:
        self.server = server
        self.bot, self.ada = server.register("stanch"), server.register("ada")
        self.room = self.create("ops")

    def create(self, alias: str = "", *, invite_bot: bool = True) -> str:
        """A room of Ada's; the bot is invited at most."""
        wanted: dict[str, Any] = {"preset": "private_chat", "invite": ["@stanch:localhost"] if invite_bot else []}
        if alias:
            wanted["room_alias_name"] = alias
        room: str = self.server.client("POST", "/createRoom", self.ada, wanted)["room_id"]
        return room

    def invitations(self) -> list[str]:
        """The rooms that Ada is invited into."""
        return list(self.server.client("GET", "/sync?timeout=0", self.ada)["rooms"].get("invite", {}))

    def join(self, room: str) -> None:
        self.server.client("POST", f"/join/{quote(room, safe='')}", self.ada, {})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    need("synapse")
    with Synapse(tmp_path_factory.mktemp("synapse")) as server:
        yield Town(server)


@pytest.fixture
def sender(town: Town, monkeypatch: pytest.MonkeyPatch) -> matrix.Matrix:
    monkeypatch.setenv("MATRIX_TOKEN", town.bot)
    monkeypatch.setenv("MATRIX_OLD", "syt_old_secret")
    return matrix.Matrix(matrix.Settings(town.server.url, "MATRIX_TOKEN"))


@needs_synapse
class TestMatrix(NotifierContract):
    @pytest.fixture
    def case(self, town: Town, sender: matrix.Matrix) -> Iterator[Case]:
        room = town.create()
        limit = json.dumps({"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}).encode()
        with serving(lambda *_: (429, {"Retry-After": "7"}, limit)) as busy:
            yield Case(
                sender,
                matrix.Matrix(matrix.Settings(f"http://127.0.0.1:{closed_port()}", "MATRIX_TOKEN", timeout=1)),
                room,
                lambda: "\n".join(m["content"]["formatted_body"] for m in town.server.messages(room, town.ada)),
                lambda: matrix.Matrix(matrix.Settings(town.server.url, "MATRIX_OLD")),
                lambda: matrix.Matrix(matrix.Settings(busy.url, "MATRIX_TOKEN")),
                secrets=(town.bot, "syt_old_secret"),
                never_sent=("\x00", "<script>", "<b>bold"),
            )


@needs_synapse
def test_the_same_key_twice_is_one_event(town: Town, sender: matrix.Matrix) -> None:
    first, second = sender.send(town.room, PAGE), sender.send(town.room, PAGE)
    assert first == second and first.startswith("sent as $")
    sent = [m for m in town.server.messages(town.room, town.ada) if m["content"]["body"].startswith(PAGE.title)]
    assert len(sent) == 1
    said = sent[0]["content"]
    assert said["msgtype"] == "m.text" and PAGE.acknowledge_url in said["body"]
    assert f'<a href="{PAGE.acknowledge_url}">Acknowledge</a>' in said["formatted_body"]


@needs_synapse
def test_a_room_is_found_by_its_alias(town: Town, sender: matrix.Matrix) -> None:
    sender.send("#ops:localhost", Message("by-alias", "Found by alias", ""))
    assert town.server.messages(town.room, town.ada)[-1]["content"]["body"] == "Found by alias"


@needs_synapse
def test_a_person_gets_a_direct_room_that_is_remembered_over_a_restart(town: Town, sender: matrix.Matrix) -> None:
    before = set(town.invitations())
    sender.send("@ada:localhost", Message("direct-1", "One", ""))
    (room,) = set(town.invitations()) - before
    town.join(room)
    restarted = matrix.Matrix(sender.settings)
    restarted.send("@ada:localhost", Message("direct-2", "Two", ""))
    messages = town.server.messages(room, town.ada)
    assert [m["content"]["body"] for m in messages] == ["One", "Two"]
    assert messages[0]["content"]["m.mentions"] == {"user_ids": ["@ada:localhost"]}
    assert set(town.invitations()) <= before, "a second room was opened"


@needs_synapse
def test_a_person_who_left_is_invited_into_a_new_room(town: Town, sender: matrix.Matrix) -> None:
    before = set(town.invitations())
    bob = town.server.register("bob")
    sender.send("@bob:localhost", Message("bob-1", "One", ""))
    (room,) = town.server.client("GET", "/sync?timeout=0", bob)["rooms"]["invite"]
    town.server.client("POST", f"/rooms/{quote(room, safe='')}/leave", bob, {})
    matrix.Matrix(sender.settings).send("@bob:localhost", Message("bob-2", "Two", ""))
    (again,) = town.server.client("GET", "/sync?timeout=0", bob)["rooms"]["invite"]
    assert again != room and set(town.invitations()) <= before


@needs_synapse
@pytest.mark.parametrize(
    ("address", "says"),
    [("#nowhere:localhost", "no such room"), ("!nowhere:localhost", "invite the bot|Can't join|M_UNKNOWN|no such")],
)
def test_a_room_that_does_not_exist_is_final(sender: matrix.Matrix, address: str, says: str) -> None:
    with pytest.raises(Failed, match=says) as raised:
        sender.send(address, PAGE)
    assert not raised.value.again


@needs_synapse
def test_a_room_that_has_not_invited_the_bot_is_final_with_what_to_do(town: Town, sender: matrix.Matrix) -> None:
    with pytest.raises(Failed, match="invite the bot") as raised:
        sender.send(town.create(invite_bot=False), PAGE)
    assert not raised.value.again


@needs_synapse
def test_a_server_that_went_down_is_tried_again_and_the_page_arrives_once(
    town: Town, sender: matrix.Matrix, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = Message("over-a-restart", "Over a restart", "")
    sender.send(town.room, page)
    town.server.kill()
    with pytest.raises(Failed) as raised:
        sender.send(town.room, page)
    assert raised.value.again
    town.server.start()
    sender.send(town.room, page)
    bodies = [m["content"]["body"] for m in town.server.messages(town.room, town.ada)]
    assert bodies.count("Over a restart") == 1


@pytest.mark.parametrize("address", ["", "ops", "@ada", "#ops", "!", "@ada:localhost x", "ada@example.org"])
def test_what_is_no_matrix_address_is_refused_before_anything_is_asked(address: str) -> None:
    with pytest.raises(Failed, match="no Matrix address") as raised:
        matrix.Matrix(matrix.Settings("http://127.0.0.1:1", "HOME")).send(address, PAGE)
    assert not raised.value.again


@pytest.mark.parametrize(
    ("answer", "again", "after"),
    [
        ((429, {"Retry-After": "7"}, {"errcode": "M_LIMIT_EXCEEDED"}), True, 7.0),
        ((429, {}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}), True, 2.5),
        ((502, {}, {}), True, None),
        ((413, {}, {"errcode": "M_TOO_LARGE"}), False, None),
        ((301, {"Location": "/"}, {}), False, None),
        ((200, {}, {}), True, None),
    ],
)
def test_what_a_homeserver_says_when_it_is_busy_or_something_else(
    monkeypatch: pytest.MonkeyPatch, answer: tuple[int, dict[str, str], Any], again: bool, after: float | None
) -> None:
    """From the specification: a homeserver with these moods is not to be had."""
    monkeypatch.setenv("MATRIX_TOKEN", "syt_x")
    status, headers, said = answer
    with serving(lambda *_: (status, headers, json.dumps(said).encode())) as server, pytest.raises(Failed) as raised:
        matrix.Matrix(matrix.Settings(server.url, "MATRIX_TOKEN")).send("!r:localhost", PAGE)
    assert (raised.value.again, raised.value.after) == (again, after) and len(server.requests) == 1


def test_the_largest_message_fits_into_an_event() -> None:
    for char in ("🔥", "&", '"', "\n"):
        said = matrix.content(Message("k", char * 9000, char * 90_000, PAGE.url, PAGE.acknowledge_url), "@a:b")
        assert len(json.dumps(said, ensure_ascii=False).encode()) < 60_000
