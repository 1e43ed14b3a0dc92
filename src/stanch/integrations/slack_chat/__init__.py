"""Channels of incidents in Slack: Web API, Events API and Socket Mode (formats/15).

Slack has no idempotency key: each message carries its key as metadata, and an attempt whose answer never came is looked
for before another is made.
"""

import json
import re
import time
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from stanch.integrations.slack_chat.events import Us, before, event, message, moment, pressed, reactions, slash
from stanch.integrations.slack_chat.messages import body
from stanch.integrations.slack_chat.socket_mode import Socket
from stanch.integrations.slack_chat.web_api import GONE, PAGE, Refused, WebApi, dicts
from stanch.kernel.clock import SystemClock
from stanch.ports import Failed, Gone
from stanch.ports.chat import Chat, ChatEvent, ChatMessage, NewRoom, Reading, Room, Window
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line
from stanch.ports.web_service import WebService, secret_of

# A look back this far (seconds) finds edits and deletions that were missed; without events it is repeated so often.
BACK, EVERY = 3600, 60.0
MOST_NAMES = 20


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    token_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the bot token (xoxb-...).")]
    app_token_env: Annotated[
        str, msgspec.Meta(description="The environment variable with the app-level token (xapp-...), for Socket Mode.")
    ] = ""
    signing_secret_env: Annotated[
        str, msgspec.Meta(description="The environment variable with the signing secret, for events over HTTP.")
    ] = ""
    base_url: Annotated[str, msgspec.Meta(description="The base address of Slack's Web API.")] = "https://slack.com/api"
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class SlackChat:
    """One app in one workspace. Accounts are members' ids (``U0123``) or e-mail addresses."""

    title = "Slack"
    prefix = "slack"
    pace = 1.0

    def __init__(self, settings: Settings) -> None:
        self.name = "slack"
        self.settings = settings
        self.api = WebApi(settings.base_url, settings.timeout, settings.token_env)
        self._us: Us | None = None
        self._team_url = ""
        self._users: dict[str, tuple[str, str]] = {}
        self._socket = Socket(self._socket_address, settings.timeout) if settings.app_token_env else None
        self._looked = -EVERY

    def check(self) -> str:
        said = self.api.call("auth.test")
        by = (
            "Socket Mode"
            if self._socket
            else "events over HTTP"
            if self.settings.signing_secret_env
            else "reading only"
        )
        return f"answers as {said.get('user', 'unknown')} in {said.get('team', 'unknown')}, by {by}"

    def create(self, wanted: NewRoom, *, again: bool) -> Room:
        """The purpose contains our mark, by which a channel of an earlier attempt is recognised."""
        if again and (found := self._ours(wanted)):
            return self._marked(found["id"], found["name"], wanted)
        for number in range(1, MOST_NAMES):
            name = wanted.name if number == 1 else f"{wanted.name[: 80 - len(f'-{number}')]}-{number}"
            try:
                made = self.api.call("conversations.create", name=name, is_private=json.dumps(wanted.private))
            except Refused as refused:
                if refused.code == "name_taken":
                    continue
                raise
            return self._marked(*_room(made), wanted)
        raise Failed(f"{MOST_NAMES} channels are called like {wanted.name}", again=False)

    def _marked(self, room: str, name: str, wanted: NewRoom) -> Room:
        purpose = f"{cut(one_line(wanted.title), 180)} (stanch {wanted.mark})"
        self.api.call("conversations.setPurpose", channel=room, purpose=purpose)
        self.topic(room, wanted.topic)
        return Room(room, name, f"{self._team_url}archives/{room}" if self._me() and self._team_url else "")

    def _ours(self, wanted: NewRoom) -> dict[str, Any] | None:
        """Our channel of this mark, or one that we made after it was wanted and had no time to mark."""
        for each in self.api.pages("conversations.list", "channels", types="public_channel,private_channel"):
            purpose = each.get("purpose")
            value = str(purpose.get("value", "")) if isinstance(purpose, Mapping) else ""
            own = each.get("creator") == self._me().user and int(each.get("created", 0)) >= wanted.since // 1_000_000
            named = str(each.get("name", "")).startswith(wanted.name[:70])
            if wanted.mark in value or (own and named and not value):
                return each
        return None

    def invite(self, room: str, account: str) -> None:
        self.api.call(
            "conversations.invite",
            ("already_in_channel", "cant_invite_self"),
            channel=room,
            users=self._member(account),
        )

    def remove(self, room: str, account: str) -> None:
        self.api.call("conversations.kick", ("not_in_channel",), channel=room, user=self._member(account))

    def _member(self, account: str) -> str:
        if re.fullmatch(r"[UW][A-Z0-9]{2,}", account):
            return account
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", account):
            raise Failed(f"'{account}' is no Slack account; write a member's id (U0123) or e-mail address", again=False)
        user = self.api.call("users.lookupByEmail", email=account).get("user")
        return str(user.get("id", "")) if isinstance(user, Mapping) else ""

    def topic(self, room: str, text: str) -> None:
        self.api.call("conversations.setTopic", channel=room, topic=cut(text, 250))

    def post(self, room: str, message: ChatMessage, *, again: bool) -> str:
        if message.answer_to:
            return self._answer(message)
        if again and (found := self._posted(room, message)):
            return found
        place = {"channel": room} | ({"thread_ts": message.reply_to} if message.reply_to else {})
        return str(self.api.send("chat.postMessage", {**place, **body(message)}).get("ts", ""))

    def _answer(self, message: ChatMessage) -> str:
        """An ephemeral answer to the person who asked, at the command's ``response_url``."""
        host = (urlsplit(message.answer_to).hostname or "").removeprefix("www.")
        if host != "hooks.slack.com" and host != urlsplit(self.settings.base_url).hostname:
            raise Failed("the answer would go to an address that is not Slack's", again=False)
        said = {key: value for key, value in body(message).items() if key in ("text", "blocks")}
        data = msgspec.json.encode({"response_type": "ephemeral", "replace_original": False, **said})
        answer = WebService(message.answer_to, self.settings.timeout).ask(
            "POST", "", {"Content-Type": "application/json"}, data
        )
        if answer.status != 200:
            raise Failed(f"the answer was refused: {answer.status} {answer.beginning()}", again=answer.passing())
        return ""

    def _posted(self, room: str, message: ChatMessage) -> str:
        """The message of an earlier attempt, by the key in its metadata."""
        method = "conversations.replies" if message.reply_to else "conversations.history"
        thread = {"ts": message.reply_to} if message.reply_to else {}
        said = self.api.call(method, channel=room, limit=str(PAGE), include_all_metadata="true", **thread)
        for each in dicts(said.get("messages")):
            metadata = each.get("metadata")
            payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
            if (
                isinstance(payload, Mapping)
                and payload.get("id") == message.key
                and each.get("user") == self._me().user
            ):
                return str(each["ts"])
        return ""

    def edit(self, room: str, posted: str, message: ChatMessage) -> None:
        self.api.send("chat.update", {"channel": room, "ts": posted, **body(message)})

    def pin(self, room: str, posted: str) -> None:
        self.api.call("pins.add", ("already_pinned",), channel=room, timestamp=posted)

    def close(self, room: str) -> None:
        """Nothing: a bot cannot take an archived channel back (formats/15, 15.2); the topic says that it is closed."""

    def reopen(self, room: str) -> None:
        channel = self.api.call("conversations.info", channel=room).get("channel")
        if isinstance(channel, Mapping) and channel.get("is_archived"):
            raise Gone("the channel is archived, and Slack lets no app take it back")

    def read(self, token: str, rooms: list[str], wait: float) -> Reading:
        """Reads from the WebSocket; events missed while it was closed are read from the channels' history, as are all without Socket Mode."""
        seen: dict[str, str] = _token(token)
        opened = self._socket.fresh() if self._socket else False
        if opened or not token or (self._socket is None and time.monotonic() - self._looked >= EVERY):
            reading = self._catch_up(seen, rooms)
            self._looked = time.monotonic()
            if self._socket:
                self._socket.caught_up()
            return reading
        if new := [room for room in rooms if room not in seen]:
            return self._catch_up(seen, new)
        if self._socket is None:
            time.sleep(min(wait, 1.0))
            return Reading(token, [])
        return self._from_socket(self._socket, seen, wait)

    def _from_socket(self, socket: Socket, seen: dict[str, str], wait: float) -> Reading:
        events, receipts = list[ChatEvent](), list[str]()
        envelope = socket.receive(wait)
        while envelope is not None:
            payload = envelope.get("payload")
            receipts.append(str(envelope.get("envelope_id", "")))
            events += self.pushed(payload if isinstance(payload, dict) else {})
            envelope = socket.receive(0) if len(receipts) < PAGE else None
        for each in events:
            if each.kind == "message":
                seen[each.room] = max(seen.get(each.room, ""), each.id, key=moment)
        return Reading(json.dumps(seen), events, receipts=tuple(receipts))

    def stored(self, reading: Reading) -> None:
        for receipt in reading.receipts:
            if self._socket:
                self._socket.acknowledge(receipt)

    def end(self) -> None:
        if self._socket:
            self._socket.close()

    def pushed(self, payload: dict[str, Any]) -> list[ChatEvent]:
        """What Slack has sent, by HTTP or WebSocket: an event, a slash command or a press."""
        us, now = self._me(), SystemClock().now()
        if payload.get("type") == "event_callback":
            found = event(payload, us)
        elif "command" in payload:
            found = slash(payload, us, now)
        else:
            found = pressed(payload, us, now)
        return [self._named(each) for each in found]

    def _catch_up(self, seen: dict[str, str], rooms: list[str]) -> Reading:
        events, windows, newest = list[ChatEvent](), list[Window](), dict(seen)
        for room in rooms:
            try:
                found, window, last = self._history(room, seen.get(room, ""))
            except Refused as refused:
                if refused.code not in GONE:
                    raise
                newest[room] = seen.get(room, "0.000000")  # removed from the channel: it cannot be read
                continue
            events += found
            windows += [window] if window else []
            newest[room] = last
        return Reading(json.dumps(newest), [self._named(each) for each in events], windows)

    def _history(self, room: str, last: str) -> tuple[list[ChatEvent], Window | None, str]:
        """A channel since a while before what was read last, oldest first, with threads; and what must still be there."""
        oldest = before(last, BACK) if last and last != "0.000000" else "0.000000"
        said = self.api.pages("conversations.history", "messages", channel=room, oldest=oldest)[::-1]
        for root in [
            each for each in said if each.get("reply_count") and moment(each.get("latest_reply")) > moment(oldest)
        ]:
            replies = self.api.pages(
                "conversations.replies", "messages", channel=room, ts=str(root["ts"]), oldest=oldest
            )
            said += [each for each in replies if each.get("ts") != root.get("ts")]
        told = {str(each.get("ts", "")): each for each in said}
        ordered = [told[ts] for ts in sorted(told, key=moment)]
        us = self._me()
        events = [h for each in ordered for h in (*message(each, room, us), *reactions(each, room, us))]
        newest = max([last or "0.000000", *told], key=moment)
        ids = frozenset(ts for ts, each in told.items() if each.get("subtype") != "tombstone")
        window = Window(room, moment(oldest), moment(newest), ids) if told else None
        return events, window, newest

    def _named(self, heard: ChatEvent) -> ChatEvent:
        """Adds the author's e-mail address."""
        mail = self._user(heard.author)[1] if re.fullmatch(r"[UW][A-Z0-9]+", heard.author) else ""
        return msgspec.structs.replace(heard, known_as=(mail,)) if mail else heard

    def _user(self, user: str) -> tuple[str, str]:
        """Name and e-mail address of a member, asked once; empty where the app may not know."""
        if user not in self._users:
            try:
                found = self.api.call("users.info", user=user).get("user")
            except Failed as failed:
                if failed.again:
                    return user, ""
                found = None
            profile = found.get("profile", {}) if isinstance(found, Mapping) else {}
            name = profile.get("display_name") or profile.get("real_name") or user
            self._users[user] = str(name), str(profile.get("email") or "")
        return self._users[user]

    def _me(self) -> Us:
        if self._us is None:
            said = self.api.call("auth.test")
            self._team_url = str(said.get("url", ""))
            user, bot, team = (str(said.get(name, "")) for name in ("user_id", "bot_id", "team_id"))
            self._us = Us(user, bot, team, lambda member: self._user(member)[0])
        return self._us

    def _socket_address(self) -> str:
        token = secret_of(self.settings.app_token_env, "slack_chat app_token_env")
        return str(self.api.ask("apps.connections.open", token).get("url", ""))


def build(settings: Settings) -> Chat:
    """For the scanner in main."""
    return SlackChat(settings)


def _room(made: dict[str, Any]) -> tuple[str, str]:
    channel = made.get("channel")
    if not isinstance(channel, Mapping) or not isinstance(channel.get("id"), str):
        raise Failed("Slack answered without the id of the channel", again=True)
    return str(channel["id"]), str(channel.get("name", ""))


def _token(token: str) -> dict[str, str]:
    try:
        found = json.loads(token) if token else {}
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


INTEGRATION = Integration("Slack channels", "chats", Settings, build)
