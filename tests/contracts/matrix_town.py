"""Ada and Ben on a real homeserver, beside stanch's bot."""

import secrets
from typing import Any
from urllib.parse import quote

import urllib3

from stanch.integrations import matrix_chat
from tests.components.synapse import Synapse

SIGNS = {"pushpin": "📌", "white_check_mark": "✅", "memo": "📝"}


class MatrixTown:
    """Everything that people do goes through the client-server API with their own tokens."""

    def __init__(self, server: Synapse, token_env: str) -> None:
        self.server, self.token_env = server, token_env
        self.bot = server.register("stanch")
        self.tokens = {name: server.register(name) for name in ("ada", "ben", "eve")}
        self.people = {name: f"@{name}:localhost" for name in (*self.tokens, "nobody")}
        made = {"preset": "public_chat", "room_alias_name": "lobby", "name": "Incidents"}
        self.lobby: str = self.ask("ada", "POST", "/createRoom", made)["room_id"]
        self.join("ben", self.lobby)

    def chat(self, **more: Any) -> matrix_chat.MatrixChat:
        return matrix_chat.MatrixChat(matrix_chat.Settings(self.server.url, self.token_env, **more))

    def ask(self, person: str, method: str, path: str, body: Any = None) -> Any:
        return self.server.client(method, path, self.tokens[person], body)

    def join(self, person: str, room: str) -> None:
        self.ask(person, "POST", f"/join/{quote(room, safe='')}", {})

    def _send(self, person: str, room: str, kind: str, content: dict[str, Any]) -> str:
        path = f"/rooms/{quote(room, safe='')}/send/{kind}/{secrets.token_hex(8)}"
        event: str = self.ask(person, "PUT", path, content)["event_id"]
        return event

    def say(self, person: str, room: str, text: str, reply_to: str = "") -> str:
        content: dict[str, Any] = {"msgtype": "m.text", "body": text}
        if reply_to:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": reply_to}}
        return self._send(person, room, "m.room.message", content)

    def edit(self, person: str, room: str, message: str, text: str) -> None:
        newer = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": message}
        self._send(person, room, "m.room.message", {**newer, "body": f"* {text}", "m.new_content": newer, "m.relates_to": relation})  # fmt: skip

    def delete(self, person: str, room: str, message: str) -> None:
        path = f"/rooms/{quote(room, safe='')}/redact/{quote(message, safe='')}/{secrets.token_hex(8)}"
        self.ask(person, "PUT", path, {})

    def react(self, person: str, room: str, message: str, sign: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": message, "key": SIGNS[sign] + "\ufe0f"}
        self._send(person, room, "m.reaction", {"m.relates_to": relation})

    def seen(self, room: str) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for event in self._all(room):
            content = event["content"]
            relation = content.get("m.relates_to", {})
            if relation.get("rel_type") == "m.replace":
                if found.get(relation["event_id"], ("", ""))[0] == event["sender"]:
                    found[relation["event_id"]] = (event["sender"], content["m.new_content"]["body"])
            else:
                found[event["event_id"]] = (event["sender"], content.get("body", ""))
        return found

    def _all(self, room: str) -> list[dict[str, Any]]:
        """Every message, oldest first, however many there are."""
        events: list[dict[str, Any]] = []
        place = ""
        while True:
            path = f"/rooms/{quote(room, safe='')}/messages?dir=b&limit=1000{f'&from={quote(place)}' if place else ''}"
            page = self.ask("ada", "GET", path)
            events += [event for event in page["chunk"] if event["type"] == "m.room.message"]
            place = page.get("end", "")
            if not place or not page["chunk"]:
                return events[::-1]

    def pinned(self, room: str) -> list[str]:
        pins: list[str] = self.ask("ada", "GET", f"/rooms/{quote(room, safe='')}/state/m.room.pinned_events/")["pinned"]
        return pins

    def topic(self, room: str) -> str:
        topic: str = self.ask("ada", "GET", f"/rooms/{quote(room, safe='')}/state/m.room.topic/")["topic"]
        return topic

    def members(self, room: str) -> set[str]:
        return set(self.ask("ada", "GET", f"/rooms/{quote(room, safe='')}/joined_members")["joined"])

    def may_write(self, person: str, room: str) -> bool:
        path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/send/m.room.message/{secrets.token_hex(8)}"
        headers = {"Authorization": f"Bearer {self.tokens[person]}"}
        body = {"msgtype": "m.text", "body": "may I?"}
        status = urllib3.request("PUT", self.server.url + path, headers=headers, json=body, timeout=20.0).status
        assert status in (200, 403)
        return status == 200

    def invitations(self, person: str) -> list[str]:
        return list(self.ask(person, "GET", "/sync?timeout=0").get("rooms", {}).get("invite", {}))
