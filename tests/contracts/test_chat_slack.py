"""The chat port on a strict local Slack: scopes, limits, Socket Mode as documented (formats/15)."""

import json
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from stanch.integrations import slack_chat
from stanch.integrations.slack_chat.events import Us, before, event, moment, pressed, slash, words
from stanch.integrations.slack_chat.messages import body
from stanch.ports import Failed, Gone
from stanch.ports.chat import ChatMessage, Choice
from tests.components.process import wait_until
from tests.components.slack import APP_TOKEN, BOT_TOKEN, EVERYTHING, SlackServer, check_blocks
from tests.contracts.chat_contract import ChatContract, read_all, wanted
from tests.contracts.slack_town import SlackTown

RECORDED = Path(__file__).parents[1] / "data/slack"
US = Us("U0BOT0001", "B0STANCH1", "T0STANCH1", lambda user: {"U0ANA0001": "ana"}.get(user, user))


@pytest.fixture(autouse=True)
def _tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CHAT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_CHAT_APP", APP_TOKEN)


@pytest.fixture
def town() -> Iterator[SlackTown]:
    with SlackServer() as server:
        yield SlackTown(server)


class TestSlack(ChatContract):
    """Over Socket Mode."""


def test_a_missing_scope_is_named() -> None:
    with SlackServer(EVERYTHING - {"groups:write"}) as server:
        with pytest.raises(Failed, match="give the app the scope groups:write and install it again") as failed:
            SlackTown(server).chat().create(wanted(private=True), again=False)
        assert not failed.value.again


def test_the_answer_that_never_came_is_looked_for(town: SlackTown) -> None:
    chat, room = town.chat(), wanted()
    town.server.lose_answer_of.add("conversations.create")
    with pytest.raises(Failed):
        chat.create(room, again=False)
    made = chat.create(room, again=True)
    assert made.name == room.name and len([c for c in town.server.channels.values() if c.name.startswith("inc-")]) == 1
    town.server.lose_answer_of.add("chat.postMessage")
    with pytest.raises(Failed):
        chat.post(made.id, ChatMessage("k", "once"), again=False)
    chat.post(made.id, ChatMessage("k", "once"), again=True)
    assert [text for _, text in town.seen(made.id).values()] == ["once"]


def test_the_limits_are_obeyed_without_asking_again() -> None:
    with SlackServer(generous=1) as server:
        town = SlackTown(server)
        chat = town.chat()
        room = chat.create(wanted(), again=False).id
        chat.post(room, ChatMessage("k1", "one"), again=False)
        asked = len(server.calls)
        for _ in range(3):
            with pytest.raises(Failed) as failed:
                chat.post(room, ChatMessage("k2", "two"), again=False)
            assert failed.value.again and failed.value.after
        assert len(server.calls) == asked + 1, "only the first attempt left"


def test_an_unacknowledged_envelope_comes_again_and_is_the_same_event() -> None:
    with SlackServer(resend=0.3) as server:
        town = SlackTown(server)
        chat = town.chat()
        room = chat.create(wanted(), again=False).id
        chat.invite(room, town.people["ada"])
        token, _ = read_all(chat, "", [room])
        line = town.say("ada", room, "hello")
        # Nothing is stored meanwhile, so nothing is acknowledged: every envelope comes again, and no read need be the line's.
        read, lines = [], list[str]()
        while len(lines) < 2:
            read.append(chat.read(token, [room], 2))
            lines += [e.id for e in read[-1].events if e.kind == "message"]
            assert len(read) < 20, read
        assert set(lines) == {line}
        for each in reversed(read):
            chat.stored(each)
        wait_until(lambda: not server.waiting(), 3)


def test_a_new_connection_loses_nothing(town: SlackTown) -> None:
    chat = town.chat()
    room = chat.create(wanted(), again=False).id
    chat.invite(room, town.people["ada"])
    token, _ = read_all(chat, "", [room])
    said = []
    for number in range(9):
        said.append(town.say("ada", room, f"line {number}"))
        if number % 3 == 1:
            town.server.refresh()
    heard: list[str] = []
    for _ in range(20):
        reading = None
        with suppress(Failed):  # the line is lost, and opened anew at the next reading
            reading = chat.read(token, [room], 0.3)
        if reading is None:
            continue
        chat.stored(reading)
        token = reading.token
        heard += [e.id for e in reading.events if e.kind == "message" and e.id not in heard]
    assert heard == said


def test_socket_mode_that_is_switched_off_is_said(town: SlackTown) -> None:
    chat = town.chat()
    chat.read("", [], 0.1)
    wait_until(town.server.connected)
    town.server.disable_socket_mode()
    with pytest.raises(Failed, match="switched off") as failed:
        chat.read("{}", [], 3)
    assert not failed.value.again


def test_a_channel_that_was_archived_is_gone(town: SlackTown) -> None:
    chat = town.chat()
    room = chat.create(wanted(), again=False).id
    town.server.archive(room)
    with pytest.raises(Gone):
        chat.reopen(room)
    with pytest.raises(Gone):
        chat.post(room, ChatMessage("k", "text"), again=False)


def test_without_events_the_channels_are_read(town: SlackTown) -> None:
    chat = town.chat(app_token_env="")
    room = chat.create(wanted(), again=False).id
    chat.invite(room, town.people["ada"])
    root = town.say("ada", room, "root")
    reply = town.say("ada", room, "in a thread", root)
    gone = town.say("ada", room, "gone")
    town.edit("ada", room, root, "root, edited")
    token = chat.read("", [room], 0).token
    town.delete("ada", room, gone)
    later = town.chat(app_token_env="").read(token, [room], 0)
    assert [(e.kind, e.text, e.about) for e in later.events] == [
        ("message", "root, edited", ""), ("edit", "root, edited", root), ("message", "in a thread", root),
    ]  # fmt: skip
    (window,) = later.windows
    assert gone not in window.ids and {root, reply} <= window.ids


def test_a_slash_command_and_a_press_are_commands_with_an_answer_for_one(town: SlackTown) -> None:
    chat = town.chat()
    room = chat.create(wanted(), again=False).id
    chat.invite(room, town.people["ada"])
    posted = chat.post(
        room,
        ChatMessage(
            "k", "Move?", choices=[Choice("Move", "phase mitigate", "It moves"), Choice("Say", "say reason=<reason>")]
        ),
        again=False,
    )
    (button,) = [
        b for block in town.server.channels[room].messages[posted]["blocks"] for b in block.get("elements", [])
    ]
    assert button["confirm"]["text"] == {"type": "plain_text", "text": "It moves"}, "one tap asks once"
    token, _ = read_all(chat, "", [room])
    address = town.server.slash(town.people["ada"], room, "sev 2")
    town.server.press(town.people["ada"], room, posted, "Move")
    _, events = read_all(chat, token, [room])
    assert [(e.kind, e.text, e.about) for e in events if e.kind != "joined"] == [
        ("command", "sev 2", ""),
        ("command", "phase mitigate", posted),
    ]
    chat.post(room, ChatMessage("a", "done", answer_to=address), again=False)
    assert [(a["to"], a["response_type"], a["text"]) for a in town.server.answers] == [(address, "ephemeral", "done")]
    with pytest.raises(Failed, match="not Slack's"):
        chat.post(room, ChatMessage("b", "done", answer_to="http://169.254.169.254/latest"), again=False)


def test_people_are_known_by_their_mail_too(town: SlackTown) -> None:
    chat = town.chat()
    room = chat.create(wanted(), again=False).id
    chat.invite(room, "ada@example.org")
    assert town.people["ada"] in town.members(room)
    token, _ = read_all(chat, "", [room])
    town.say("ada", room, "hello")
    _, events = read_all(chat, token, [room])
    assert [(e.known_as, e.author_name) for e in events if e.kind == "message"] == [(("ada@example.org",), "ada")]


def recorded(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((RECORDED / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("event_message", ["message"]), ("event_message_changed", ["edit"]), ("event_message_deleted", ["delete"]),
        ("event_message_thread_reply", ["message"]), ("event_thread_broadcast", ["message"]), ("event_reaction_added", ["reaction"]),
        ("event_member_joined", ["joined"]), ("event_bot_message_app", []), ("event_bot_message_classic", []),
    ],
)  # fmt: skip
def test_the_recorded_events_are_read(name: str, kinds: list[str]) -> None:
    found = event(recorded(name), US)
    assert [each.kind for each in found] == kinds
    assert all(each.room and each.author and each.at > 1_700_000_000_000_000 for each in found)


def test_the_recorded_envelopes_are_read() -> None:
    command = recorded("socket_envelope_slash")["payload"]
    assert isinstance(command, dict)
    assert [e.text for e in slash(command, US, 7)] == ["sev 2"]
    press = recorded("socket_envelope_interactive")["payload"]
    assert isinstance(press, dict)
    assert pressed(press, US, 7) == [], "the page's own button is another's affair"


def test_a_change_that_changes_no_words_is_none() -> None:
    changed = recorded("event_message_changed")
    inner = changed["event"]
    assert isinstance(inner, dict)
    del inner["message"]["edited"]
    assert event(changed, US) == []
    inner["message"] |= {"edited": {"user": "U0ANA0001", "ts": "1.2"}, "user": "U0BOT0001"}
    assert event(changed, US) == [], "our own edits are not heard"


ODD: list[dict[str, object]] = [
    {}, {"event": 3}, {"event": {"type": "message"}}, {"event": {"type": "message", "subtype": "message_changed"}},
    {"event": {"type": "reaction_added", "item": []}},
]  # fmt: skip


@pytest.mark.parametrize("payload", ODD)
def test_odd_events_are_nothing(payload: dict[str, object]) -> None:
    assert event(payload, US) == []


def test_marks_are_words_and_time_stamps_no_floats() -> None:
    said = "<@U0ANA0001> see <https://x.example|the graph> in <#C1|ops>, <!here> &lt;b&gt; <!subteam^S1|@oncall>"
    assert words(said, US) == "@ana see the graph (https://x.example) in #ops, @here <b> @oncall"
    assert words("!stanch role ic <@U0ANA0001>", US) == "!stanch role ic slack:U0ANA0001"
    assert moment("1778767321.001200") == 1778767321_001200 and moment("nonsense") == 0 and moment("") == 0
    assert before("1778767321.001200", 21) == "1778767300.001200"


def test_whatever_is_posted_slack_takes() -> None:
    choices = [Choice("c" * 200, "l" * 3000), Choice("d", "say <reason>")]
    for text in ("x" * 40_000, "&" * 9000, "<!channel> <@U1> <#C1>", "\x00a\n\n", "\u202eright to left", "🔥" * 3000):
        message = ChatMessage("k", text, heading="h" * 400, choices=choices, url="https://x")
        check_blocks(body(message))


def test_the_settings_name_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_CHAT_TOKEN")
    with pytest.raises(Failed, match="SLACK_CHAT_TOKEN"):
        slack_chat.SlackChat(slack_chat.Settings("SLACK_CHAT_TOKEN")).check()


def test_the_manifest_of_the_documentation_asks_for_what_is_used() -> None:
    told = (Path(__file__).parents[2] / "docs/how-to/chat.md").read_text()
    manifest = yaml.safe_load(
        textwrap.dedent(told[told.index("   display_information") : told.index("   ```\n\n   The app")])
    )
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == EVERYTHING
    assert manifest["settings"]["socket_mode_enabled"] and manifest["features"]["slash_commands"][0]["should_escape"]
