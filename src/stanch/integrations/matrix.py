"""Sends to Matrix rooms and people over the client-server API (formats/09, 9.5).

The transaction id comes from the message's key, so that the homeserver makes one event of every repetition.
"""

import hashlib
import re
import threading
from html import escape
from typing import Annotated
from urllib.parse import quote

import msgspec

from stanch.ports import Failed, Message, Notifier, Posted
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable, without
from stanch.ports.web_service import HttpResponse, WebService, secret_of

API = "/_matrix/client/v3"
# An event may have 65,536 bytes, and the text is in it twice, once with entities.
TEXT_CHARACTERS = 4000
TITLE_CHARACTERS = 300
HINTS = {
    "M_UNKNOWN_TOKEN": "the access token is not (or no longer) valid; sign the bot in again",
    "M_MISSING_TOKEN": "the access token is not valid",
    "M_FORBIDDEN": "invite the bot into the room and let it write there",
    "M_NOT_FOUND": "there is no such room",
    "M_USER_DEACTIVATED": "the bot's account is deactivated",
    "M_TOO_LARGE": "the message is too large",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    homeserver: Annotated[str, msgspec.Meta(description="The base address of the client-server API.")]
    token_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the bot's access token.")]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Matrix:
    """The address is a room's id (!...), its alias (#room:server) or a person (@ada:server)."""

    name: str = "matrix"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = WebService(settings.homeserver, settings.timeout)
        self._rooms: dict[str, str] = {}
        self._finding = threading.Lock()

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is neither a room nor an alias nor a person."""
        if not re.fullmatch(r"![^\s:]+(:[^\s]+)?|[#@][^\s:]+:[^\s]+", address):
            raise Failed(
                f"'{address}' is no Matrix address; write !room:server, #alias:server or @person:server", again=False
            )

    def send(self, address: str, message: Message) -> str:
        """Send it; answers with the event's id, the same for every repetition of the key.

        A room into which the bot is only invited is joined. Raises ``Failed``: ``again`` when rate limited (with
        Retry-After), for 5xx and when the homeserver cannot be reached, else final with a hint.
        """
        known = address in self._rooms
        room = self._room(address)
        person = address if address.startswith("@") else ""
        body = content(message, person)
        answer = self._put(room, message.key, body)
        if answer.status == 403 and _code(answer) == "M_FORBIDDEN":
            if known and person:  # the person may have left the cached direct room
                self._rooms.pop(address, None)
                room = self._room(address)
            else:
                self._join(room)
            answer = self._put(room, message.key, body)
        event = _good(answer, "send").get("event_id")
        if not isinstance(event, str):
            raise Failed(
                f"{self.service.base_url} answered without an event id; is it a Matrix homeserver?", again=True
            )
        return Posted(f"sent as {event}", f"{room} {event}")

    def edit(self, reference: str, message: Message) -> str:
        """Replace a message of ours in its room (m.replace). Raises ``Failed``."""
        room, _, event = reference.partition(" ")
        fresh = content(message)
        body = {
            **fresh,
            "body": f"* {fresh['body']}",
            "m.new_content": fresh,
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        _good(self._put(room, message.key, body), "edit")
        return f"edited {event}"

    def _put(self, room: str, key: str, body: dict[str, object]) -> HttpResponse:
        transaction = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
        return self._ask("PUT", f"/rooms/{_q(room)}/send/m.room.message/{transaction}", body)

    def _room(self, address: str) -> str:
        self.check_address(address)
        if address.startswith("!"):
            return address
        with self._finding:  # two pages at once must not create two direct rooms
            if address not in self._rooms:
                found = self._alias if address.startswith("#") else self._direct
                self._rooms[address] = found(address)
            return self._rooms[address]

    def _alias(self, alias: str) -> str:
        return _text(_good(self._ask("GET", f"/directory/room/{_q(alias)}"), alias), "room_id")

    def _direct(self, person: str) -> str:
        """The direct room with a person: from the account's m.direct, where clients keep them too, else a new one."""
        me = _text(_good(self._ask("GET", "/account/whoami"), "who the bot is"), "user_id")
        place = f"/user/{_q(me)}/account_data/m.direct"
        answer = self._ask("GET", place)
        directs = {} if answer.status == 404 else _good(answer, "direct rooms")
        rooms = directs.get(person)
        known = [room for room in rooms if isinstance(room, str)] if isinstance(rooms, list) else []
        for room in reversed(known):
            if self._is_there(room, me, ("join",)) and self._is_there(room, person, ("join", "invite")):
                return room
        wanted = {"preset": "trusted_private_chat", "invite": [person], "is_direct": True}
        room = _text(_good(self._ask("POST", "/createRoom", wanted), f"a room with {person}"), "room_id")
        _good(self._ask("PUT", place, {**directs, person: [*known, room]}), "direct rooms")
        return room

    def _is_there(self, room: str, person: str, memberships: tuple[str, ...]) -> bool:
        answer = self._ask("GET", f"/rooms/{_q(room)}/state/m.room.member/{_q(person)}")
        if answer.status in (403, 404):
            return False
        return _good(answer, "members").get("membership") in memberships

    def _join(self, room: str) -> None:
        _good(self._ask("POST", f"/join/{_q(room)}", {}), f"join {room}")

    def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> HttpResponse:
        token = secret_of(self.settings.token_env, "matrix token_env")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self.service.ask(method, API + path, headers, b"" if body is None else msgspec.json.encode(body))


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return Matrix(settings)


def content(message: Message, person: str = "") -> dict[str, object]:
    """The event: m.text, since clients stay silent for m.notice. With m.mentions given, an '@room' in it pings nobody."""
    title = cut(one_line(message.title) or "stanch", TITLE_CHARACTERS)
    lines = cut("\n".join(without(printable(message.text), title, message.url)), TEXT_CHARACTERS).split("\n")
    lines = [line for line in lines if line]
    links = [("Acknowledge", message.acknowledge_url), ("Open", message.url)]
    plain = [title, *lines, *(f"{label}: {url}" for label, url in links if url)]
    html = [f"<strong>{escape(title)}</strong>", *(escape(line, quote=False) for line in lines)]
    html += [" · ".join(f'<a href="{escape(url)}">{label}</a>' for label, url in links if url)]
    return {
        "msgtype": "m.text",
        "body": "\n".join(plain),
        "format": "org.matrix.custom.html",
        "formatted_body": "<br>".join(part for part in html if part),
        "m.mentions": {"user_ids": [person]} if person else {},
    }


def _good(answer: HttpResponse, what: str) -> dict[str, object]:
    """The answer's JSON. Raises ``Failed`` for every status but 200."""
    said = answer.json()
    if answer.status == 200:
        return said
    code, words = _code(answer), str(said.get("error") or answer.beginning())
    hint = HINTS.get(code, "")
    text = f"{what}: {answer.status} {code} {cut(words, 200)}".strip() + (f": {hint}" if hint else "")
    milliseconds = said.get("retry_after_ms")
    after = answer.after
    if after is None and isinstance(milliseconds, int | float):
        after = milliseconds / 1000
    raise Failed(text, again=answer.passing() or code == "M_LIMIT_EXCEEDED", after=after)


def _code(answer: HttpResponse) -> str:
    return str(answer.json().get("errcode") or "")


def _text(said: dict[str, object], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, str):
        raise Failed(f"the homeserver answered without {name}; is it a Matrix homeserver?", again=True)
    return found


def _q(part: str) -> str:
    return quote(part, safe="")


INTEGRATION = Integration("Matrix", "notifiers", Settings, build)
