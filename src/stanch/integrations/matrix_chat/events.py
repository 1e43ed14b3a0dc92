"""Converts Matrix events to chat events (formats/16, 16.5). Pure."""

from collections.abc import Mapping
from typing import Any

from stanch.ports.chat import ChatEvent

TYPES = [
    "m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.room.encrypted", "m.room.encryption",
]  # fmt: skip
FILTER: dict[str, Any] = {
    "presence": {"not_types": ["*"]},
    "account_data": {"not_types": ["*"]},
    "room": {
        "account_data": {"not_types": ["*"]},
        "ephemeral": {"not_types": ["*"]},
        "state": {"lazy_load_members": True, "types": []},
        "timeline": {"limit": 50, "types": TYPES},
    },
}
# The text of a message that was redacted before it was read.
WITHDRAWN = "(a message that its author had withdrawn before stanch read it)"
KINDS_WITH_LINK = {"m.image": "an image", "m.file": "a file", "m.video": "a video", "m.audio": "a recording"}


def heard(event: Mapping[str, Any], room: str, me: str) -> ChatEvent | None:
    """One event of a room's timeline; None for our own, for those of other bots and for irrelevant types."""
    content, kind = event.get("content"), event.get("type")
    sender, identity = event.get("sender"), event.get("event_id")
    if not isinstance(content, Mapping) or not isinstance(sender, str) or not isinstance(identity, str) or sender == me:
        return None
    at = int(event.get("origin_server_ts", 0)) * 1000
    if kind == "m.room.message":
        return _message(event, content, room, identity, sender, at)
    relation = content.get("m.relates_to")
    if kind == "m.reaction" and isinstance(relation, Mapping):
        about = str(relation.get("event_id", ""))
        return ChatEvent(identity, room, "reaction", sender, at, str(relation.get("key", "")), about)
    if kind == "m.room.redaction":
        about = str(event.get("redacts") or content.get("redacts") or "")
        return ChatEvent(identity, room, "delete", sender, at, str(content.get("reason", "")), about)
    if kind == "m.room.member" and content.get("membership") in ("join", "invite"):
        who = str(event.get("state_key", ""))
        return ChatEvent(identity, room, "joined", who, at) if who != me else None
    if kind == "m.room.encrypted":
        return ChatEvent(identity, room, "unreadable", sender, at, "(an encrypted message, which stanch cannot read)")
    if kind == "m.room.encryption":
        return ChatEvent(identity, room, "encrypted", sender, at)
    return None


def _message(
    event: Mapping[str, Any], content: Mapping[str, Any], room: str, identity: str, sender: str, at: int
) -> ChatEvent | None:
    if not content:  # what was redacted arrives without its words
        unsigned = event.get("unsigned")
        taken_back = isinstance(unsigned, Mapping) and unsigned.get("redacted_because")
        return ChatEvent(identity, room, "message", sender, at, WITHDRAWN) if taken_back else None
    if content.get("msgtype") == "m.notice":
        return None
    found = content.get("m.relates_to")
    relation: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    if relation.get("rel_type") == "m.replace":
        newer = content.get("m.new_content")
        text = said(newer) if isinstance(newer, Mapping) else ""
        return ChatEvent(identity, room, "edit", sender, at, text, str(relation.get("event_id", "")))
    answered = relation.get("m.in_reply_to")
    about = str(answered.get("event_id", "")) if isinstance(answered, Mapping) else ""
    return ChatEvent(identity, room, "message", sender, at, said(content), about)


def said(content: Mapping[str, Any]) -> str:
    """The words of a message; for pictures and files what they are and where."""
    body = content.get("body")
    text = body if isinstance(body, str) else ""
    if what := KINDS_WITH_LINK.get(str(content.get("msgtype"))):
        return f"{text} ({what}: {content.get('url', 'without an address')})"
    return text
