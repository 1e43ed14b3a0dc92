"""Rooms of incidents in Matrix, over the client-server API (formats/16).

A message's transaction id comes from its key, so that the homeserver makes one event of every repetition; after more
than some minutes it may have forgotten that, and what is there is looked for first.
"""

import hashlib
import threading
import time
from html import escape
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec

from stanch.integrations.matrix_chat.events import FILTER, TYPES, heard
from stanch.ports import Failed, Gone
from stanch.ports.chat import Chat, ChatEvent, ChatMessage, NewRoom, Reading, Room
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable
from stanch.ports.web_service import HttpResponse, WebService, secret_of

API = "/_matrix/client/v3"
MARK, KEY = "dev.stanch.incident", "dev.stanch.key"
TEXT_CHARACTERS, TITLE_CHARACTERS = 12_000, 250
OPEN, READ_ONLY = 0, 50
MOST_NAMES, PAGE, MOST_PAGES = 20, 100, 200
# All power levels are written, since missing ones would be reset (formats/16, 16.2).
POWERS = {
    "m.room.name": 50, "m.room.topic": 50, "m.room.pinned_events": 50, "m.room.canonical_alias": 50, "m.room.avatar": 50,
    "m.room.power_levels": 100, "m.room.history_visibility": 100, "m.room.encryption": 100, "m.room.server_acl": 100,
    "m.room.tombstone": 100,
}  # fmt: skip
HINTS = {
    "M_UNKNOWN_TOKEN": "the access token is not (or no longer) valid; sign the bot in again",
    "M_MISSING_TOKEN": "the access token is not valid",
    "M_USER_DEACTIVATED": "the bot's account is deactivated",
    "M_TOO_LARGE": "the message is too large",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    homeserver: Annotated[str, msgspec.Meta(description="The base address of the client-server API.")]
    token_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the bot's access token.")]
    lobby: Annotated[
        str, msgspec.Meta(description="A room (#alias:server or !id) in which the bot takes commands such as declare.")
    ] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class MatrixChat:
    """One bot on one homeserver. Accounts are ``@ada:example.org``."""

    title = "Matrix"
    prefix = "matrix"
    pace = 0.0

    def __init__(self, settings: Settings) -> None:
        self.name = "matrix"
        self.settings = settings
        self.service = WebService(settings.homeserver, settings.timeout)
        self._reader = WebService(settings.homeserver, settings.timeout + 45)
        self._me = ""
        self._filter = ""
        self._in_lobby = False
        self._not_before = 0.0
        self._lock = threading.Lock()

    def check(self) -> str:
        self._me = ""
        return f"answers as {self._whoami()}"

    def create(self, wanted: NewRoom, *, again: bool) -> Room:
        """The alias must be unique; an existing room with our mark is from an earlier attempt whose answer was lost."""
        server = self._whoami().partition(":")[2]
        for number in range(1, MOST_NAMES):
            name = wanted.name if number == 1 else f"{wanted.name}-{number}"
            answer = self._ask("POST", "/createRoom", self._wanted(wanted, name))
            alias = f"#{name}:{server}"
            # Synapse says 409 where another room of this name was made at the same moment.
            if (answer.status == 400 and _code(answer) == "M_ROOM_IN_USE") or answer.status == 409:
                if room := self._ours(alias, wanted.mark):
                    return Room(room, name, f"https://matrix.to/#/{quote(alias, safe='')}")
                continue
            room = _text(_good(answer, "createRoom"), "room_id")
            return Room(room, name, f"https://matrix.to/#/{quote(alias, safe='')}")
        raise Failed(f"{MOST_NAMES} rooms are called like {wanted.name}", again=False)

    def _wanted(self, wanted: NewRoom, name: str) -> dict[str, Any]:
        history = "joined" if wanted.private else "shared"
        powers = {"events": POWERS, "invite": 50 if wanted.private else 0}
        return {
            "room_alias_name": name, "name": cut(one_line(wanted.title), TITLE_CHARACTERS), "topic": wanted.topic,
            "preset": "private_chat", "visibility": "private", "power_level_content_override": powers,
            "initial_state": [
                {"type": MARK, "state_key": "", "content": {"id": wanted.mark}},
                {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": history}},
            ],
        }  # fmt: skip

    def _ours(self, alias: str, mark: str) -> str:
        answer = self._ask("GET", f"/directory/room/{_q(alias)}")
        room = str(answer.json().get("room_id", "")) if answer.status == 200 else ""
        found = self._ask("GET", f"/rooms/{_q(room)}/state/{MARK}/") if room else None
        return room if found and found.status == 200 and found.json().get("id") == mark else ""

    def invite(self, room: str, account: str) -> None:
        """A local account that does not exist would be accepted, so its profile is asked for."""
        if not account.startswith("@") or ":" not in account:
            raise Failed(f"'{account}' is no Matrix account; write @person:server", again=False)
        profile = self._ask("GET", f"/profile/{_q(account)}")
        if profile.status == 404:
            raise Failed(f"there is no account {account}", again=False)
        answer = self._ask("POST", f"/rooms/{_q(room)}/invite", {"user_id": account})
        if answer.status == 403 and self._membership(room, account) in ("join", "invite"):
            return
        _good(answer, f"invite {account}")

    def remove(self, room: str, account: str) -> None:
        reason = {"user_id": account, "reason": "not a member of this private incident"}
        _good(self._ask("POST", f"/rooms/{_q(room)}/kick", reason), f"remove {account}")

    def _membership(self, room: str, account: str) -> str:
        answer = self._ask("GET", f"/rooms/{_q(room)}/state/m.room.member/{_q(account)}")
        return str(answer.json().get("membership", "")) if answer.status == 200 else ""

    def topic(self, room: str, text: str) -> None:
        _good(self._ask("PUT", f"/rooms/{_q(room)}/state/m.room.topic/", {"topic": text}), "topic")

    def post(self, room: str, message: ChatMessage, *, again: bool) -> str:
        if again and (found := self._posted(room, message.key)):
            return found
        body = content(message)
        if message.reply_to:
            body["m.relates_to"] = {"m.in_reply_to": {"event_id": message.reply_to}}
        return self._send(room, message.key, body)

    def edit(self, room: str, posted: str, message: ChatMessage) -> None:
        newer = content(message)
        body = {
            **newer, "body": f"* {newer['body']}", "m.new_content": newer,
            "m.relates_to": {"rel_type": "m.replace", "event_id": posted},
        }  # fmt: skip
        self._send(room, f"{message.key}/{hashlib.sha256(msgspec.json.encode(newer)).hexdigest()}", body)

    def _send(self, room: str, key: str, body: dict[str, Any]) -> str:
        transaction = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
        answer = self._ask("PUT", f"/rooms/{_q(room)}/send/m.room.message/{transaction}", body)
        if answer.status == 403 and self._membership(room, self._whoami()) != "join":
            raise Gone(f"the bot is not in the room any more: {_error(answer)}")
        return _text(_good(answer, "send"), "event_id")

    def _posted(self, room: str, key: str) -> str:
        """The message of an earlier attempt, among the newest of the room."""
        answer = self._ask("GET", f"/rooms/{_q(room)}/messages?dir=b&limit={PAGE}")
        for event in _events(_good(answer, "messages").get("chunk")):
            said = event.get("content")
            if event.get("sender") == self._whoami() and isinstance(said, dict) and said.get(KEY) == key:
                return str(event["event_id"])
        return ""

    def pin(self, room: str, posted: str) -> None:
        place = f"/rooms/{_q(room)}/state/m.room.pinned_events/"
        answer = self._ask("GET", place)
        there = [] if answer.status == 404 else _good(answer, "pins").get("pinned")
        pinned = [each for each in there if isinstance(each, str)] if isinstance(there, list) else []
        if posted not in pinned:
            _good(self._ask("PUT", place, {"pinned": [posted, *pinned]}), "pin")

    def close(self, room: str) -> None:
        self._let_write(room, READ_ONLY)

    def reopen(self, room: str) -> None:
        self._let_write(room, OPEN)

    def _let_write(self, room: str, level: int) -> None:
        place = f"/rooms/{_q(room)}/state/m.room.power_levels/"
        levels = _good(self._ask("GET", place), "power levels")
        if levels.get("events_default") != level:
            _good(self._ask("PUT", place, {**levels, "events_default": level}), "power levels")

    def read(self, token: str, rooms: list[str], wait: float) -> Reading:
        """One long poll. Where more happened than it carries, the gap is filled before what follows it."""
        self._join_lobby()
        query = {"filter": self._filter_id(), "timeout": str(int(wait * 1000) if token else 0)}
        answer = self._poll(f"/sync?{urlencode(query | ({'since': token} if token else {}))}")
        if answer.status == 400 and token:  # a token the server does not know: from each room's newest on
            return Reading("", [])
        body = _good(answer, "sync")
        new = str(body.get("next_batch", ""))
        if not token:
            return Reading(new, self._from_the_start(rooms, new))
        found = body.get("rooms")
        joined = found.get("join", {}) if isinstance(found, dict) else {}
        events = [event for room, each in joined.items() for event in self._timeline(room, each, token)]
        return Reading(new, events)

    def _from_the_start(self, rooms: list[str], until: str) -> list[ChatEvent]:
        """Without a token: all of the incidents' rooms, because what is known already is not taken twice."""
        return [event for room in rooms for event in self._back(room, until, "")]

    def _timeline(self, room: str, part: dict[str, Any], since: str) -> list[ChatEvent]:
        timeline = part.get("timeline", {})
        now = [h for event in _events(timeline.get("events")) if (h := heard(event, room, self._whoami()))]
        if not timeline.get("limited"):
            return now
        return [*self._back(room, str(timeline.get("prev_batch", "")), since), *now]

    def _back(self, room: str, start: str, until: str) -> list[ChatEvent]:
        """What happened between two tokens, oldest first."""
        found: list[ChatEvent] = []
        place, names = start, msgspec.json.encode({"types": TYPES}).decode()
        for _ in range(MOST_PAGES):
            query = {"dir": "b", "from": place, "limit": str(PAGE), "filter": names} | ({"to": until} if until else {})
            answer = self._poll(f"/rooms/{_q(room)}/messages?{urlencode(query)}")
            if answer.status in (403, 404):  # the bot was removed from the room
                return []
            body = _good(answer, "messages")
            chunk = _events(body.get("chunk"))
            found += [h for event in chunk if (h := heard(event, room, self._whoami()))]
            place = str(body.get("end", ""))
            if not chunk or not place:
                return found[::-1]
        raise Failed(f"more than {MOST_PAGES * PAGE} events were missed in {room}", again=True)

    def stored(self, reading: Reading) -> None:
        """The homeserver keeps everything; there is nothing to confirm."""

    def end(self) -> None:
        self._reader.pool.clear()

    def _join_lobby(self) -> None:
        if self.settings.lobby and not self._in_lobby:
            _good(self._ask("POST", f"/join/{_q(self.settings.lobby)}", {}), f"join {self.settings.lobby}")
            self._in_lobby = True

    def _filter_id(self) -> str:
        if not self._filter:
            made = _good(self._ask("POST", f"/user/{_q(self._whoami())}/filter", FILTER), "filter")
            self._filter = _text(made, "filter_id")
        return self._filter

    def _whoami(self) -> str:
        if not self._me:
            self._me = _text(_good(self._ask("GET", "/account/whoami"), "who the bot is"), "user_id")
        return self._me

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> HttpResponse:
        """One request, unless the homeserver has asked to wait: its limit is for the whole account."""
        with self._lock:
            left = self._not_before - time.monotonic()
        if left > 0:
            raise Failed("Matrix asked to wait", again=True, after=left)
        data = b"" if body is None else msgspec.json.encode(body)
        answer = self.service.ask(method, API + path, self._headers(), data)
        if answer.status == 429:
            after = _wait(answer)
            with self._lock:
                self._not_before = time.monotonic() + min(after, 300)
            raise Failed("Matrix limits how much may be sent", again=True, after=after)
        return answer

    def _poll(self, path: str) -> HttpResponse:
        return self._reader.ask("GET", API + path, self._headers())

    def _headers(self) -> dict[str, str]:
        token = secret_of(self.settings.token_env, "matrix_chat token_env")
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def build(settings: Settings) -> Chat:
    """For the scanner in main."""
    return MatrixChat(settings)


def content(message: ChatMessage) -> dict[str, Any]:
    """A notice, which other bots leave alone; nobody is pinged by what stands in it."""
    lines = [*([message.heading] if message.heading else []), *printable(message.text).split("\n")]
    marked = [f"<strong>{escape(message.heading)}</strong>"] if message.heading else []
    marked += [escape(line) for line in lines[1 if message.heading else 0 :]]
    for choice in message.choices:
        lines.append(f"{choice.label}: !stanch {choice.line}")
        marked.append(f"{escape(choice.label)}: <code>!stanch {escape(choice.line)}</code>")
    if message.url:
        lines.append(message.url)
        marked.append(f'<a href="{escape(message.url)}">Open {escape(message.url.rpartition("/")[2])}</a>')
    return {
        "msgtype": "m.notice", "body": cut("\n".join(lines), TEXT_CHARACTERS), "format": "org.matrix.custom.html",
        "formatted_body": "<br>".join(marked)[: 2 * TEXT_CHARACTERS], "m.mentions": {}, KEY: message.key,
    }  # fmt: skip


def _good(answer: HttpResponse, what: str) -> dict[str, Any]:
    if answer.status == 200:
        return answer.json()
    code = _code(answer)
    text = f"{what}: {answer.status} {_error(answer)}" + (f": {HINTS[code]}" if code in HINTS else "")
    raise Failed(text, again=answer.passing(), after=answer.after)


def _code(answer: HttpResponse) -> str:
    return str(answer.json().get("errcode", ""))


def _error(answer: HttpResponse) -> str:
    said = answer.json()
    return f"{said.get('errcode', '')} {said.get('error', '')}".strip() or answer.beginning()


def _wait(answer: HttpResponse) -> float:
    """Seconds; older servers say milliseconds in the body only."""
    said = answer.json().get("retry_after_ms")
    return answer.after or (said / 1000 if isinstance(said, int) else 5.0)


def _text(said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, str):
        raise Failed(f"the homeserver answered without {name}; is it a Matrix homeserver?", again=True)
    return found


def _events(found: object) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _q(text: str) -> str:
    return quote(text, safe="")


INTEGRATION = Integration("Matrix rooms", "chats", Settings, build)
