"""The chat port on a real Synapse."""

from collections.abc import Iterator
from urllib.parse import quote

import msgspec
import pytest

from stanch.integrations import matrix_chat
from stanch.integrations.matrix_chat.events import heard
from stanch.ports import Failed
from stanch.ports.chat import Chat, ChatMessage
from tests.components.synapse import Synapse
from tests.conftest import need
from tests.contracts.chat_contract import ChatContract, read_all, wanted
from tests.contracts.matrix_town import MatrixTown
from tests.contracts.notifier_contract import closed_port, serving

pytestmark = pytest.mark.needs("synapse")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixTown]:
    need("synapse")
    patch = pytest.MonkeyPatch()
    with Synapse(tmp_path_factory.mktemp("synapse")) as server:
        town = MatrixTown(server, "MATRIX_CHAT_TOKEN")
        patch.setenv("MATRIX_CHAT_TOKEN", town.bot)
        yield town
    patch.undo()


class TestMatrix(ChatContract):
    """Synapse as people run it."""


def test_a_closed_room_is_read_only(town: MatrixTown) -> None:
    chat = town.chat()
    room = chat.create(wanted(), again=False).id
    chat.invite(room, "@ada:localhost")
    town.join("ada", room)
    chat.close(room)
    assert not town.may_write("ada", room)
    assert chat.post(room, ChatMessage("late", "the bot still may"), again=False)
    chat.reopen(room)
    assert town.may_write("ada", room)


def test_a_room_keeps_the_powers_that_protect_it(town: MatrixTown) -> None:
    room = town.chat().create(wanted(private=True), again=False).id
    levels = town.server.client("GET", f"/rooms/{quote(room, safe='')}/state/m.room.power_levels/", town.bot)
    assert levels["events"]["m.room.encryption"] == 100 and levels["invite"] == 50


def test_encryption_is_told_and_a_strangers_edit_comes_with_its_author(town: MatrixTown) -> None:
    chat = town.chat()
    room = chat.create(wanted(), again=False).id
    for person in ("ada", "ben"):
        chat.invite(room, f"@{person}:localhost")
        town.join(person, room)
    token, _ = read_all(chat, "", [room])
    line = town.say("ada", room, "mine")
    town.edit("ben", room, line, "not mine")
    town.server.client("PUT", f"/rooms/{quote(room, safe='')}/state/m.room.encryption/", town.bot, {"algorithm": "m.megolm.v1.aes-sha2"})  # fmt: skip
    _, events = read_all(chat, token, [room])
    assert [(e.kind, e.author) for e in events] == [("message", "@ada:localhost"), ("edit", "@ben:localhost")]
    own = {"type": "m.room.encryption", "sender": "@ada:localhost", "event_id": "$1", "content": {"algorithm": "m"}}
    found = heard(own, room, "@stanch:localhost")
    assert found is not None and found.kind == "encrypted"


def test_the_token_that_is_not_valid_is_named_and_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, town: MatrixTown
) -> None:
    monkeypatch.setenv("OLD", "syt_old_secret")
    with pytest.raises(Failed, match="sign the bot in again") as failed:
        matrix_chat.MatrixChat(matrix_chat.Settings(town.server.url, "OLD")).check()
    assert not failed.value.again and "syt_old" not in failed.value.detail


def test_one_limit_holds_for_the_whole_account(town: MatrixTown) -> None:
    asked: list[str] = []

    def limit(*request: object) -> tuple[int, dict[str, str], bytes]:
        asked.append(str(request))
        return 429, {}, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 4789}'

    with serving(limit) as busy:
        chat: Chat = matrix_chat.MatrixChat(matrix_chat.Settings(busy.url, "MATRIX_CHAT_TOKEN"))
        for room in ("!a", "!b"):
            with pytest.raises(Failed) as failed:
                chat.topic(room, "x")
            assert failed.value.again and 4 < (failed.value.after or 0) < 5
    assert len(asked) == 1, "the second was not even sent"


def test_a_homeserver_that_is_away_is_tried_again(town: MatrixTown) -> None:
    chat = matrix_chat.MatrixChat(
        matrix_chat.Settings(f"http://127.0.0.1:{closed_port()}", "MATRIX_CHAT_TOKEN", timeout=1)
    )
    with pytest.raises(Failed) as failed:
        chat.check()
    assert failed.value.again


def test_a_name_that_is_taken_at_the_same_moment_gets_a_number(town: MatrixTown) -> None:
    made: list[str] = []

    def answer(method: str, path: str, _headers: object, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path.endswith("/account/whoami"):
            return 200, {}, b'{"user_id": "@stanch:localhost"}'
        if path.endswith("/createRoom"):
            made.append(msgspec.json.decode(body)["room_alias_name"])
            taken = len(made) == 1  # recorded of Synapse when two rooms of a name are made at once
            said = {"errcode": "M_UNKNOWN", "error": "Room alias #inc:localhost already exists"}
            return 409 if taken else 200, {}, msgspec.json.encode(said if taken else {"room_id": "!made"})
        return 404, {}, b'{"errcode": "M_NOT_FOUND"}'

    with serving(answer) as busy:
        chat = matrix_chat.MatrixChat(matrix_chat.Settings(busy.url, "MATRIX_CHAT_TOKEN"))
        room = chat.create(wanted("inc"), again=False)
    assert (room.id, room.name, made) == ("!made", "inc-2", ["inc", "inc-2"])
