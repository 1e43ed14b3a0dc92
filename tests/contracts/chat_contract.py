"""What every chat must be able to do, played by people in the real thing or in one that is as strict."""

import secrets
from typing import Any, Protocol

import msgspec
import pytest

from stanch.ports import Failed
from stanch.ports.chat import Chat, ChatEvent, ChatMessage, Choice, NewRoom


class Town(Protocol):
    """A chat with a bot, and with Ada and Ben, who have accounts there. ``seen``: what Ada sees, as (author, text) by id."""

    people: dict[str, str]

    def chat(self) -> Chat: ...
    def join(self, person: str, room: str) -> None: ...
    def say(self, person: str, room: str, text: str, reply_to: str = "") -> str: ...
    def edit(self, person: str, room: str, message: str, text: str) -> None: ...
    def delete(self, person: str, room: str, message: str) -> None: ...
    def react(self, person: str, room: str, message: str, sign: str) -> None: ...
    def seen(self, room: str) -> dict[str, tuple[str, str]]: ...
    def pinned(self, room: str) -> list[str]: ...
    def topic(self, room: str) -> str: ...
    def members(self, room: str) -> set[str]: ...
    def may_write(self, person: str, room: str) -> bool: ...


def wanted(name: str = "", **changes: Any) -> NewRoom:
    """A room of a name that nobody has used."""
    room = NewRoom(
        secrets.token_hex(12), name or f"inc-2026-05-14-{secrets.token_hex(4)}", "INC-1 Checkout", "SEV-1", False, 0
    )
    return msgspec.structs.replace(room, **changes)


def read_all(chat: Chat, token: str, rooms: list[str]) -> tuple[str, list[ChatEvent]]:
    """Read until nothing more comes."""
    events: list[ChatEvent] = []
    for _ in range(50):
        reading = chat.read(token, rooms, 0.3)
        chat.stored(reading)
        token = reading.token
        if not reading.events:
            return token, events
        events += reading.events
    raise AssertionError("it never ends")


class ChatContract:
    """R30, R34. A subclass gives the fixture ``town``."""

    @pytest.fixture
    def chat(self, town: Town) -> Chat:
        return town.chat()

    @pytest.fixture
    def room(self, town: Town, chat: Chat) -> str:
        """A room with Ada and Ben in it."""
        made = chat.create(wanted(), again=False)
        for person in ("ada", "ben"):
            chat.invite(made.id, town.people[person])
            town.join(person, made.id)
        return made.id

    def test_it_says_who_we_are(self, chat: Chat) -> None:
        assert "stanch" in chat.check()

    def test_a_taken_name_gets_a_number_and_our_own_room_is_found_again(self, chat: Chat) -> None:
        first = wanted()
        made = chat.create(first, again=False)
        assert made.name == first.name and made.url
        assert chat.create(first, again=True).id == made.id, "the answer never came, and it was made"
        other = chat.create(wanted(first.name), again=False)
        assert other.id != made.id and other.name == f"{first.name}-2"

    def test_a_name_of_eighty_characters_is_a_name(self, chat: Chat) -> None:
        name = f"inc-2026-05-14-{secrets.token_hex(4)}-".ljust(80, "x")
        assert chat.create(wanted(name), again=False).name == name

    def test_the_same_key_is_one_message(self, town: Town, chat: Chat, room: str) -> None:
        message = ChatMessage(
            "key-1",
            "SEV-1 <b>now</b> & @room <!channel>",
            heading="INC-1",
            url="https://stanch.example/incidents/INC-1",
        )
        first = chat.post(room, message, again=False)
        assert chat.post(room, message, again=True) == first
        assert town.chat().post(room, message, again=True) == first, "another process finds it as well"
        texts = [text for _, text in town.seen(room).values()]
        assert sum("SEV-1" in text for text in texts) == 1 and "<b>now</b> & @room" in " ".join(texts)

    def test_a_message_is_edited_and_pinned_where_it_stands(self, town: Town, chat: Chat, room: str) -> None:
        posted = chat.post(room, ChatMessage("key-2", "six facts"), again=False)
        chat.pin(room, posted)
        chat.pin(room, posted)
        chat.edit(room, posted, ChatMessage("key-3", "seven facts"))
        assert town.pinned(room) == [posted] and "seven facts" in town.seen(room)[posted][1]

    def test_choices_are_lines_that_can_be_typed(self, town: Town, chat: Chat, room: str) -> None:
        chat.post(
            room, ChatMessage("key-4", "Move?", choices=[Choice("Move to Mitigate", "phase mitigate")]), again=False
        )
        assert any("phase mitigate" in text for _, text in town.seen(room).values())

    def test_the_topic_changes(self, town: Town, chat: Chat, room: str) -> None:
        chat.topic(room, "SEV-2 · triage")
        assert town.topic(room) == "SEV-2 · triage"

    def test_whoever_cannot_be_invited_is_named(self, town: Town, chat: Chat, room: str) -> None:
        chat.invite(room, town.people["ada"])  # there already: well
        for account in ("nobody at all", town.people["nobody"]):
            with pytest.raises(Failed) as failed:
                chat.invite(room, account)
            assert not failed.value.again

    def test_a_private_room_is_for_those_invited(self, town: Town, chat: Chat) -> None:
        made = chat.create(wanted(private=True), again=False)
        chat.invite(made.id, town.people["ada"])
        town.join("ada", made.id)
        with pytest.raises(AssertionError):
            town.join("ben", made.id)
        chat.invite(made.id, town.people["ben"])
        town.join("ben", made.id)
        chat.remove(made.id, town.people["ben"])
        assert town.people["ben"] not in town.members(made.id)

    def test_closed_and_opened_again(self, town: Town, chat: Chat, room: str) -> None:
        chat.close(room)
        chat.reopen(room)
        assert town.may_write("ada", room)

    def test_what_people_do_is_heard_in_order_with_its_own_moment(self, town: Town, chat: Chat, room: str) -> None:
        token, _ = read_all(chat, "", [room])
        line = town.say("ada", room, "503 since 14:02 & <more>")
        town.edit("ada", room, line, "503 since 14:01")
        answer = town.say("ben", room, "!decision", reply_to=line)
        town.react("ben", room, line, "pushpin")
        gone = town.say("ben", room, "wrong room")
        chat.post(room, ChatMessage("key-5", "our own is not heard"), again=False)
        token, events = read_all(chat, token, [room])
        kinds = [(e.kind, e.author, e.text) for e in events if e.kind in ("message", "edit")]
        ada, ben = town.people["ada"], town.people["ben"]
        assert kinds == [
            ("message", ada, "503 since 14:02 & <more>"), ("edit", ada, "503 since 14:01"), ("message", ben, "!decision"),
            ("message", ben, "wrong room"),
        ]  # fmt: skip
        by_id = {e.id: e for e in events}
        assert by_id[answer].about == line and next(e for e in events if e.kind == "edit").about == line
        assert [(e.about, e.author) for e in events if e.kind == "reaction"] == [(line, ben)]
        assert all(e.room == room and e.at > 1_600_000_000_000_000 for e in events)
        assert [e.at for e in events if e.kind == "message"] == sorted(e.at for e in events if e.kind == "message")
        town.delete("ben", room, gone)
        _, events = read_all(chat, token, [room])
        assert [(e.kind, e.about) for e in events] == [("delete", gone)]

    def test_after_an_outage_everything_comes_in_order_once(self, town: Town, chat: Chat, room: str) -> None:
        token, _ = read_all(chat, "", [room])
        said = [town.say("ada", room, f"line {number}") for number in range(120)]
        later = town.chat()
        _, events = read_all(later, token, [room])
        assert [e.id for e in events if e.kind == "message"] == said
        _, again = read_all(town.chat(), token, [room])
        assert [e.id for e in again if e.kind == "message"] == said, "an old token gives the same again"
