"""Parses what Slack sends for ``/stanch ...`` and for pressed buttons (formats/09, 9.2). Pure."""

import hashlib
import hmac
import json
import re

import msgspec

from stanch.kernel.clock import SECOND
from stanch.ports.signature import is_code

WINDOW_SECONDS = 300
# Phone keyboards insert these in place of straight quotes; no command needs them.
STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})

# With ``should_escape`` a mention arrives as the member's id, which a contact names so.
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


class SlackCommand(msgspec.Struct, frozen=True):
    """A slash command: who wrote it (the member's id), the line as the chat face reads it, and in which channel."""

    member: str
    line: str
    channel: str = ""


class Press(msgspec.Struct, frozen=True):
    """A button that a member has pressed."""

    member: str
    action: str
    value: str


def verify(secret: str, timestamp: str, body: bytes, signature: str, now: int) -> bool:
    """Whether Slack signed these bytes within the last five minutes (``now`` in microseconds); in constant time."""
    if not secret or not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        return False
    if abs(now // SECOND - int(timestamp)) > WINDOW_SECONDS:
        return False
    base = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return is_code(expected, signature)


def command_of(form: dict[str, str]) -> SlackCommand:
    """``/stanch ack INC-1`` and ``/ack INC-1`` are the same line: ``/ack INC-1``. Empty when nothing was written."""
    name, text = form.get("command", "").strip(), form.get("text", "").translate(STRAIGHT).strip()
    line = text.removeprefix("/") if name.lower() == "/stanch" else f"{name.removeprefix('/')} {text}".strip()
    line = MENTION.sub(r"slack:\1", line)
    return SlackCommand(form.get("user_id", ""), f"/{line}" if line else "", form.get("channel_id", ""))


def presses_of(form: dict[str, str]) -> list[Press]:
    """The buttons of a ``block_actions`` payload; none for every other kind. Raises ``ValueError`` when it is not JSON."""
    payload = json.loads(form.get("payload", ""))
    if not isinstance(payload, dict) or payload.get("type") != "block_actions":
        return []
    user, actions = payload.get("user"), payload.get("actions")
    member = str(user.get("id", "")) if isinstance(user, dict) else ""
    return [
        Press(member, str(action.get("action_id", "")), str(action.get("value", "")))
        for action in (actions if isinstance(actions, list) else [])
        if isinstance(action, dict)
    ]
