"""A Slack workspace in this process, as strict as its documentation (formats/15): scopes, names, limits, signatures, Socket Mode.

People act by its methods; the app under test acts over HTTP and the WebSocket.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import urllib3

TEAM, BOT_USER, BOT, APP = "T0STANCH1", "U0BOT0001", "B0STANCH1", "A0STANCH1"
BOT_TOKEN, APP_TOKEN, SIGNING = "xoxb-the-bot", "xapp-the-app", "8f742231b10e8888abcd99yyyzzz85a5"
EVERYTHING = frozenset(
    [
        "chat:write", "channels:manage", "channels:read", "channels:history", "groups:write", "groups:read", "groups:history",
        "pins:write", "reactions:read", "commands", "users:read", "users:read.email",
    ]
)  # fmt: skip
# The scope that a method needs in public channels; in private ones 'groups' stands for 'channels'.
SCOPES = {
    "auth.test": "", "conversations.create": "channels:manage", "conversations.setPurpose": "channels:manage",
    "conversations.setTopic": "channels:manage", "conversations.invite": "channels:manage", "conversations.kick": "channels:manage",
    "conversations.info": "channels:read", "conversations.list": "channels:read", "conversations.history": "channels:history",
    "conversations.replies": "channels:history", "chat.postMessage": "chat:write", "chat.update": "chat:write",
    "pins.add": "pins:write", "users.info": "users:read", "users.lookupByEmail": "users:read.email", "apps.connections.open": "",
}  # fmt: skip
PER_MINUTE = {
    "conversations.create": 20, "conversations.list": 20, "conversations.setTopic": 50, "conversations.setPurpose": 50,
    "conversations.invite": 50, "conversations.kick": 50, "conversations.history": 50, "conversations.replies": 50,
    "chat.update": 50, "users.info": 100, "users.lookupByEmail": 50, "pins.add": 20, "conversations.info": 50,
}  # fmt: skip
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """``ok: false``."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.said = {"ok": False, "error": code, **more}


class Channel:
    """One channel and what is in it."""

    def __init__(self, identity: str, name: str, private: bool) -> None:
        self.id, self.name, self.private, self.archived = identity, name, private, False
        self.members, self.pins = {BOT_USER}, list[str]()
        self.topic, self.purpose, self.created = "", "", int(time.time())
        self.messages: dict[str, dict[str, Any]] = {}
        self.posted: deque[float] = deque()


class SlackServer:
    """``generous``: limits are so many times higher than the documented ones. ``events_url``: where events are posted; else by Socket Mode."""

    def __init__(self, scopes: frozenset[str] = EVERYTHING, generous: float = 50, resend: float = 3.0) -> None:
        self.scopes, self.generous, self.resend = scopes, generous, resend
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, Channel] = {}
        self.events_url = ""
        self.answers: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.down = False
        self.lose_answer_of: set[str] = set()
        self._lock = threading.RLock()
        self._ticks, self._numbers = 0, 0
        self._asked: dict[str, deque[float]] = defaultdict(deque)
        self._tickets: set[str] = set()
        self._lines: list[WebSocketLine] = []
        self._unacked: dict[str, tuple[float, dict[str, Any]]] = {}
        self._ended = threading.Event()
        self.on_exit: list[Callable[[], None]] = []
        self.deliveries: list[tuple[str, int]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/api"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=self._resend, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for end in self.on_exit:
            end()
        for line in self._lines:
            line.close()
        self.server.shutdown()
        self.server.server_close()

    # What people do.

    def user(self, name: str, mail: str = "", team: str = TEAM) -> str:
        with self._lock:
            self._numbers += 1
            identity = f"U0{name.upper()}{self._numbers:04}"
            profile = {"display_name": name, "real_name": name.title(), "email": mail or f"{name}@example.org"}
            self.users[identity] = {
                "id": identity,
                "team_id": team,
                "is_bot": False,
                "deleted": False,
                "profile": profile,
            }
            return identity

    def channel(self, name: str, members: set[str]) -> str:
        with self._lock:
            made = self._make(name, False)
            made.members |= members
            return made.id

    def join(self, user: str, channel: str) -> None:
        with self._lock:
            there = self.channels[channel]
            assert user in there.members or not there.private, "a private channel is not joined by oneself"
            if user not in there.members:
                self._seat(there, user)

    def say(self, user: str, channel: str, text: str, thread: str = "") -> str:
        with self._lock:
            there = self.channels[channel]
            assert user in there.members and not there.archived, f"{user} may not write there"
            said = {"type": "message", "user": user, "text": text, "team": TEAM, "client_msg_id": secrets.token_hex(8)}
            return self._put(there, said, thread)["ts"]  # type: ignore[no-any-return]

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        with self._lock:
            there = self.channels[channel]
            before = dict(there.messages[ts])
            assert before["user"] == user, "only the author can edit in Slack"
            stamp = self._ts()
            there.messages[ts] |= {"text": text, "edited": {"user": user, "ts": stamp}}
            self._changed(there, there.messages[ts], before, stamp)

    def unfurl(self, channel: str, ts: str) -> None:
        """Slack changes a message by itself."""
        with self._lock:
            there = self.channels[channel]
            self._changed(
                there, there.messages[ts] | {"attachments": [{"title": "a link"}]}, there.messages[ts], self._ts()
            )

    def delete(self, channel: str, ts: str) -> None:
        with self._lock:
            there = self.channels[channel]
            previous, stamp = there.messages.pop(ts), self._ts()
            event = {"type": "message", "subtype": "message_deleted", "hidden": True, "previous_message": previous}
            self._event(there, event | {"deleted_ts": ts, "ts": stamp, "event_ts": stamp})

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        with self._lock:
            there = self.channels[channel]
            given = there.messages[ts].setdefault("reactions", [])
            given.append({"name": name, "users": [user], "count": 1})
            item = {"type": "message", "channel": channel, "ts": ts}
            self._event(
                there, {"type": "reaction_added", "user": user, "reaction": name, "item": item, "event_ts": self._ts()}
            )

    def slash(self, user: str, channel: str, text: str) -> str:
        """Answers with the response URL, at which the answer arrives."""
        address = f"http://127.0.0.1:{self.port}/respond/{secrets.token_hex(8)}"
        form = {
            "command": "/stanch", "text": text, "user_id": user, "channel_id": channel, "team_id": TEAM, "trigger_id": secrets.token_hex(6),
            "response_url": address, "api_app_id": APP,
        }  # fmt: skip
        self._envelope("slash_commands", form)
        return address

    def press(self, user: str, channel: str, ts: str, label: str) -> str:
        """Press a button of a message."""
        address = f"http://127.0.0.1:{self.port}/respond/{secrets.token_hex(8)}"
        message = self.channels[channel].messages[ts]
        buttons = [b for block in message["blocks"] if block["type"] == "actions" for b in block["elements"]]
        button = next(b for b in buttons if b["text"]["text"] == label)
        action = {
            "type": "button",
            "action_id": button["action_id"],
            "value": button.get("value", ""),
            "action_ts": self._ts(),
        }
        place = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False}
        payload = {
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "container": place, "channel": {"id": channel},
            "actions": [action], "response_url": address, "trigger_id": secrets.token_hex(6),
        }  # fmt: skip
        self._envelope("interactive", payload)
        return address

    def archive(self, channel: str) -> None:
        with self._lock:
            self.channels[channel].archived = True
            self.channels[channel].members.discard(BOT_USER)

    def refresh(self) -> None:
        """As every few hours: the app is asked to connect anew, and the old line ends at once."""
        for line in list(self._lines):
            line.send({"type": "disconnect", "reason": "refresh_requested"})
            line.close()

    def disable_socket_mode(self) -> None:
        for line in list(self._lines):
            line.send({"type": "disconnect", "reason": "link_disabled"})

    # What the app calls.

    def call(self, method: str, token: str, arguments: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
        with self._lock:
            self.calls.append(method)
            try:
                if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
                    raise Refused("invalid_auth" if token else "not_authed")
                if method not in SCOPES:
                    raise Refused("unknown_method")
                there = self._there(arguments)
                self._scoped(SCOPES[method], there)
                if after := self._limited(method, there):
                    return 429, {"Retry-After": str(after)}, {"ok": False, "error": "ratelimited"}
                answer = getattr(self, "_" + re.sub(r"[.A-Z]", lambda m: "_" + m[0].strip(".").lower(), method))(
                    arguments, there
                )
                return 200, {}, {"ok": True, **answer}
            except Refused as refused:
                return 200, {}, refused.said

    def _there(self, arguments: dict[str, Any]) -> Channel | None:
        if "channel" not in arguments:
            return None
        there = self.channels.get(str(arguments["channel"]))
        if there is None or (there.private and BOT_USER not in there.members):
            raise Refused("channel_not_found")
        return there

    def _scoped(self, scope: str, there: Channel | None) -> None:
        if there and there.private:
            scope = {"channels:manage": "groups:write"}.get(scope, scope.replace("channels:", "groups:"))
        if scope and scope not in self.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def _limited(self, method: str, there: Channel | None) -> int:
        now = time.monotonic()
        if method == "chat.postMessage" and there:
            times, many, span = there.posted, 1 * self.generous, 1.0
        elif method in PER_MINUTE:
            times, many, span = self._asked[method], PER_MINUTE[method] * self.generous, 60.0
        else:
            return 0
        while times and times[0] <= now - span:
            times.popleft()
        if len(times) >= many:
            return max(1, int(span - (now - times[0])) + 1)
        times.append(now)
        return 0

    def _auth_test(self, _: dict[str, Any], __: Channel | None) -> dict[str, Any]:
        return {
            "url": "https://example.slack.com/",
            "team": "Example",
            "user": "stanch",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
        }

    def _apps_connections_open(self, _: dict[str, Any], __: Channel | None) -> dict[str, Any]:
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self.port}/link?ticket={ticket}"}

    def _make(self, name: str, private: bool) -> Channel:
        self._numbers += 1
        made = Channel(f"C0INC{self._numbers:05}", name, private)
        self.channels[made.id] = made
        return made

    def _conversations_create(self, arguments: dict[str, Any], _: Channel | None) -> dict[str, Any]:
        name, private = str(arguments.get("name", "")), str(arguments.get("is_private", "false")).lower() == "true"
        if private and "groups:write" not in self.scopes:
            raise Refused("missing_scope", needed="groups:write")
        if not name or len(name) > 80:
            raise Refused("invalid_name_maxlength" if name else "invalid_name_required")
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            raise Refused("invalid_name_specials")
        if any(each.name == name for each in self.channels.values()):
            raise Refused("name_taken")
        return {"channel": self._shown(self._make(name, private))}

    def _shown(self, there: Channel) -> dict[str, Any]:
        return {
            "id": there.id, "name": there.name, "is_private": there.private, "is_archived": there.archived, "creator": BOT_USER,
            "created": there.created, "topic": {"value": there.topic}, "purpose": {"value": there.purpose},
        }  # fmt: skip

    def _in(self, there: Channel | None) -> Channel:
        assert there is not None
        if there.archived:
            raise Refused("is_archived")
        if BOT_USER not in there.members:
            raise Refused("not_in_channel")
        return there

    def _conversations_set_purpose(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        self._short(arguments["purpose"])
        self._in(there).purpose = arguments["purpose"]
        return {}

    def _conversations_set_topic(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        self._short(arguments["topic"])
        self._in(there).topic = arguments["topic"]
        self._put(
            self._in(there), {"type": "message", "subtype": "channel_topic", "user": BOT_USER, "text": "set the topic"}
        )
        return {}

    @staticmethod
    def _short(text: str) -> None:
        if len(text) > 250:
            raise Refused("too_long")

    def _conversations_invite(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        for user in str(arguments["users"]).split(","):
            if user not in self.users:
                raise Refused("user_not_found")
            if user in self._in(there).members:
                raise Refused("already_in_channel")
            self._seat(self._in(there), user)
        return {}

    def _seat(self, there: Channel, user: str) -> None:
        there.members.add(user)
        self._event(there, {"type": "member_joined_channel", "user": user, "team": TEAM, "event_ts": self._ts()})

    def _conversations_kick(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        if arguments["user"] not in self._in(there).members:
            raise Refused("not_in_channel")
        self._in(there).members.discard(arguments["user"])
        return {}

    def _conversations_info(self, _: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        assert there is not None
        return {"channel": self._shown(there)}

    def _conversations_list(self, arguments: dict[str, Any], _: Channel | None) -> dict[str, Any]:
        listed = [self._shown(c) for c in self.channels.values() if not c.private or BOT_USER in c.members]
        return self._page(listed, arguments, "channels")

    def _conversations_history(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        told = self._in(there).messages.values()
        roots = [m for m in told if m.get("thread_ts", m["ts"]) == m["ts"]]
        return self._page(self._since(roots, arguments)[::-1], arguments, "messages")

    def _conversations_replies(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        root = str(arguments["ts"])
        if root not in self._in(there).messages:
            raise Refused("thread_not_found")
        thread = [m for m in self._in(there).messages.values() if root in (m["ts"], m.get("thread_ts"))]
        return self._page(self._since(thread, arguments), arguments, "messages")

    @staticmethod
    def _since(messages: list[dict[str, Any]], arguments: dict[str, Any]) -> list[dict[str, Any]]:
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() == "true"
        oldest = str(arguments.get("oldest", "0.000000"))
        kept = [m for m in messages if m["ts"].rjust(20) > oldest.rjust(20)]
        return [m if with_metadata else {k: v for k, v in m.items() if k != "metadata"} for m in kept]

    @staticmethod
    def _page(rows: list[dict[str, Any]], arguments: dict[str, Any], name: str) -> dict[str, Any]:
        start, limit = int(arguments.get("cursor") or 0), min(int(arguments.get("limit") or 100), 50)
        more = str(start + limit) if len(rows) > start + limit else ""
        return {name: rows[start : start + limit], "response_metadata": {"next_cursor": more}, "has_more": bool(more)}

    def _chat_post_message(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        check_blocks(arguments)
        said = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT,
            "app_id": APP,
            "team": TEAM,
            "text": arguments["text"],
        }
        said |= {"blocks": arguments.get("blocks", []), "metadata": arguments.get("metadata", {})}
        thread = str(arguments.get("thread_ts", ""))
        if thread and thread not in self._in(there).messages:
            raise Refused("thread_not_found")
        put = self._put(self._in(there), said, thread)
        return {"channel": self._in(there).id, "ts": put["ts"], "message": put}

    def _chat_update(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        check_blocks(arguments)
        found = self._in(there).messages.get(arguments["ts"])
        if found is None:
            raise Refused("message_not_found")
        if found["user"] != BOT_USER:
            raise Refused("cant_update_message")
        before = dict(found)
        found |= {"text": arguments["text"], "blocks": arguments.get("blocks", found["blocks"])}
        self._changed(self._in(there), found, before, self._ts())
        return {"ts": arguments["ts"]}

    def _pins_add(self, arguments: dict[str, Any], there: Channel | None) -> dict[str, Any]:
        if arguments["timestamp"] not in self._in(there).messages:
            raise Refused("message_not_found")
        if arguments["timestamp"] in self._in(there).pins:
            raise Refused("already_pinned")
        self._in(there).pins.append(arguments["timestamp"])
        return {}

    def _users_info(self, arguments: dict[str, Any], _: Channel | None) -> dict[str, Any]:
        if arguments["user"] not in self.users:
            raise Refused("user_not_found")
        found = dict(self.users[arguments["user"]])
        if "users:read.email" not in self.scopes:
            found["profile"] = {k: v for k, v in found["profile"].items() if k != "email"}
        return {"user": found}

    def _users_lookup_by_email(self, arguments: dict[str, Any], _: Channel | None) -> dict[str, Any]:
        found = [u for u in self.users.values() if u["profile"]["email"] == arguments["email"]]
        if not found:
            raise Refused("users_not_found")
        return {"user": found[0]}

    # What it sends.

    def _ts(self) -> str:
        with self._lock:
            self._ticks += 1
            return f"{int(time.time())}.{self._ticks:06}"

    def _put(self, there: Channel, said: dict[str, Any], thread: str = "") -> dict[str, Any]:
        said = said | {"ts": self._ts()} | ({"thread_ts": thread} if thread else {})
        there.messages[said["ts"]] = said
        if thread and thread in there.messages:
            root = there.messages[thread]
            root |= {"thread_ts": thread, "reply_count": root.get("reply_count", 0) + 1, "latest_reply": said["ts"]}
        self._event(there, {**said, "event_ts": said["ts"], "channel_type": "group" if there.private else "channel"})
        return said

    def _changed(self, there: Channel, newer: dict[str, Any], before: dict[str, Any], stamp: str) -> None:
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "message": dict(newer)}
        self._event(there, event | {"previous_message": before, "ts": stamp, "event_ts": stamp})

    def _event(self, there: Channel, event: dict[str, Any]) -> None:
        if BOT_USER not in there.members:
            return
        self._numbers += 1
        authorized = [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}]
        body = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event": json.loads(json.dumps(event)) | {} ,
            "event_id": f"Ev{self._numbers:06}", "event_time": int(time.time()), "authorizations": authorized,
        }  # fmt: skip
        if event["type"] != "reaction_added":
            body["event"]["channel"] = there.id  # type: ignore[index]
        if self.events_url:
            threading.Thread(target=self._deliver, args=(body,), daemon=True).start()
        else:
            self._envelope("events_api", body)

    def _deliver(self, body: dict[str, Any]) -> None:
        """By HTTP, signed, and three times again where it is not answered with 2xx in time."""
        for number in range(4):
            status = self.post(self.events_url, body, {"X-Slack-Retry-Num": str(number)} if number else {})
            self.deliveries.append((body["event_id"], status))
            if 200 <= status < 300 or self._ended.wait(0.3):
                return

    @staticmethod
    def post(url: str, body: Any, headers: dict[str, str] | None = None, *, form: bool = False) -> int:
        data = body if form else json.dumps(body).encode()
        stamp = str(int(time.time()))
        signed = "v0=" + hmac.new(SIGNING.encode(), f"v0:{stamp}:".encode() + data, hashlib.sha256).hexdigest()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        sent = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signed,
            **(headers or {}),
        }
        try:
            return urllib3.request("POST", url, body=data, headers=sent, timeout=3.0, retries=False).status
        except urllib3.exceptions.HTTPError:
            return 0

    def _envelope(self, kind: str, payload: dict[str, Any]) -> None:
        with self._lock:
            identity = secrets.token_hex(8)
            envelope = {
                "envelope_id": identity,
                "type": kind,
                "payload": payload,
                "accepts_response_payload": kind == "slash_commands",
            }
            self._unacked[identity] = (0.0, envelope)
            self._send_waiting()

    def _send_waiting(self) -> None:
        with self._lock:
            now = time.monotonic()
            lines = [line for line in self._lines if line.alive]
            for identity, (sent, envelope) in list(self._unacked.items()):
                if lines and (sent == 0.0 or now - sent > self.resend):
                    lines[-1].send(envelope | {"retry_attempt": int(sent > 0)})
                    self._unacked[identity] = (now, envelope)

    def _resend(self) -> None:
        while not self._ended.wait(0.2):
            self._send_waiting()

    def opened(self, line: "WebSocketLine") -> None:
        with self._lock:
            self._lines = [*[each for each in self._lines if each.alive], line]
            line.send({"type": "hello", "num_connections": len(self._lines), "connection_info": {"app_id": APP}})
            self._send_waiting()

    def acknowledged(self, identity: str) -> None:
        with self._lock:
            self._unacked.pop(identity, None)

    def connected(self) -> int:
        """Open WebSockets."""
        with self._lock:
            return sum(line.alive for line in self._lines)

    def waiting(self) -> int:
        """Envelopes that nobody has acknowledged."""
        with self._lock:
            return len(self._unacked)

    def redeem(self, ticket: str) -> bool:
        with self._lock:
            known = ticket in self._tickets
            self._tickets.discard(ticket)
            return known


def check_blocks(arguments: dict[str, Any]) -> None:
    """What the documentation allows in a message."""
    text, blocks = str(arguments.get("text", "")), arguments.get("blocks", [])
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > 40_000:
        raise Refused("msg_too_long")
    if re.search(r"<[!@#]", text) or len(blocks) > 50:
        raise Refused("invalid_blocks")
    for block in blocks:
        said = block.get("text", {}).get("text", "")
        limit = {"header": 150, "section": 3000, "actions": 0}[block["type"]]
        if block["type"] != "actions" and not 0 < len(said) <= limit:
            raise Refused("invalid_blocks")
        if re.search(r"<[!@#]", said) and block["type"] == "section":
            raise Refused("invalid_blocks")
        buttons = block.get("elements", [])
        bad = [
            b
            for b in buttons
            if not 0 < len(b["text"]["text"]) <= 75 or len(b.get("value", "")) > 2000 or len(b.get("url", "")) > 3000
        ]
        for asked in (b["confirm"] for b in buttons if "confirm" in b):
            most = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
            if set(asked) != set(most) or any(
                not 0 < len(asked[name]["text"]) <= limit for name, limit in most.items()
            ):
                raise Refused("invalid_blocks")
        if len(buttons) > 25 or bad or len({b["action_id"] for b in buttons}) != len(buttons):
            raise Refused("invalid_blocks")
    metadata = arguments.get("metadata")
    if metadata and set(metadata) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")


class WebSocketLine:
    """The server's side of one WebSocket: text, ping and close frames are all that Slack uses."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.alive, self._lock = sock, True, threading.Lock()

    def send(self, body: dict[str, Any]) -> None:
        self._frame(1, json.dumps(body).encode())

    def _frame(self, code: int, data: bytes) -> None:
        head = bytes([0x80 | code])
        head += (
            bytes([len(data)])
            if len(data) < 126
            else b"\x7e" + struct.pack(">H", len(data))
            if len(data) < 65536
            else b"\x7f" + struct.pack(">Q", len(data))
        )
        try:
            with self._lock:
                self.sock.sendall(head + data)
        except OSError:
            self.alive = False

    def close(self) -> None:
        self._frame(8, b"")
        self.alive = False
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def run(self, read: Callable[[int], bytes], acknowledged: Callable[[str], None]) -> None:
        """Until the client leaves."""
        while self.alive and len(head := read(2)) == 2:
            size = head[1] & 127
            size = (
                struct.unpack(">H", read(2))[0]
                if size == 126
                else struct.unpack(">Q", read(8))[0]
                if size == 127
                else size
            )
            assert head[1] & 128, "a client masks what it sends"
            key = read(4)
            data = bytes(byte ^ key[place % 4] for place, byte in enumerate(read(size)))
            if head[0] & 15 == 9:
                self._frame(10, data)
            elif head[0] & 15 == 8:
                break
            elif head[0] & 15 == 1:
                acknowledged(str(json.loads(data).get("envelope_id", "")))
        self.alive = False


def _handler(slack: SlackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            place = urlsplit(self.path)
            if slack.down:
                return self._say(503, {}, {"ok": False})
            if place.path.startswith("/respond/"):
                with slack._lock:
                    slack.answers.append({"to": f"http://127.0.0.1:{slack.port}{place.path}", **json.loads(data)})
                return self._say(200, {}, {})
            kind = self.headers.get("Content-Type", "")
            arguments = (
                json.loads(data or b"{}")
                if "json" in kind
                else {k: v[0] for k, v in parse_qs(data.decode(), keep_blank_values=True).items()}
            )
            method = place.path.removeprefix("/api/")
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, headers, body = slack.call(method, token, arguments)
            if method in slack.lose_answer_of:
                slack.lose_answer_of.discard(method)
                self.close_connection = True
                self.connection.close()
                return None
            return self._say(status, headers, body)

        def _say(self, status: int, headers: dict[str, str], body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            ticket = parse_qs(urlsplit(self.path).query).get("ticket", [""])[0]
            if slack.down or not slack.redeem(ticket):
                self.send_error(403)
                return
            key = self.headers.get("Sec-WebSocket-Key", "")
            accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
            self.send_response(101)
            for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.flush()
            line = WebSocketLine(self.connection)
            slack.opened(line)
            try:
                line.run(self.rfile.read, slack.acknowledged)
            except (OSError, ValueError, struct.error):
                pass
            line.alive = False
            self.close_connection = True

    return Handler
