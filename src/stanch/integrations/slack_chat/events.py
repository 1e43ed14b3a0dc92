"""Converts Slack's events, envelopes and messages to chat events (formats/15, 15.5). Pure."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

import msgspec

from stanch.ports.chat import ChatEvent

SPOKEN = frozenset({"", "thread_broadcast", "file_share", "me_message"})
_MARKED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_COMMAND = re.compile(r"\s*[!/]stanch\b", re.IGNORECASE)


class Us(msgspec.Struct, frozen=True):
    """Our identity in the workspace: the bot's user, the bot and the team. ``called``: the display name of a user."""

    user: str
    bot: str
    team: str
    called: Callable[[str], str]


def moment(ts: object) -> int:
    """The moment of a message, in microseconds; the digits behind the dot keep messages of one second in order."""
    seconds, _, digits = str(ts).partition(".")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
        return 0
    return int(seconds) * 1_000_000 + (int(digits[:6].ljust(6, "0")) if digits.isascii() and digits.isdecimal() else 0)


def before(ts: str, seconds: int) -> str:
    """A time stamp some seconds earlier, never through a float."""
    whole, _, digits = ts.partition(".")
    return f"{max(0, int(whole) - seconds)}.{digits or '000000'}"


def words(text: str, us: Us) -> str:
    """Slack's markup as plain text; in a command a mention becomes the account id."""
    command = _COMMAND.match(text) is not None

    def plain(found: re.Match[str]) -> str:
        kind, target, label = found[1], found[2], found[3] or ""
        if kind == "@":
            return f"slack:{target}" if command else f"@{label or us.called(target)}"
        if kind == "#":
            return f"#{label or target}"
        if kind == "!":
            return label or "@" + target.partition("^")[0]
        return f"{label} ({target})" if label and label != target else target

    return unescape(_MARKED.sub(plain, text))


def event(body: Mapping[str, Any], us: Us) -> list[ChatEvent]:
    """One ``event_callback``."""
    inner = body.get("event")
    if not isinstance(inner, Mapping):
        return []
    kind, room = inner.get("type"), str(inner.get("channel", ""))
    if kind == "message":
        return _changed(inner, room, us)
    if kind == "reaction_added":
        item = inner.get("item")
        item = item if isinstance(item, Mapping) else {}
        return _reaction(
            str(item.get("channel", "")), str(item.get("ts", "")), str(inner.get("reaction", "")),
            str(inner.get("user", "")), moment(inner.get("event_ts")), us,
        )  # fmt: skip
    if kind == "member_joined_channel":
        user = str(inner.get("user", ""))
        identity = f"joined:{user}:{inner.get('event_ts', '')}"
        return [ChatEvent(identity, room, "joined", user, moment(inner.get("event_ts")))] if user != us.user else []
    return []


def _changed(inner: Mapping[str, Any], room: str, us: Us) -> list[ChatEvent]:
    subtype = inner.get("subtype", "")
    if subtype == "message_deleted":
        return _deleted(inner, str(inner.get("deleted_ts", "")), room, us)
    if subtype != "message_changed":
        return message(inner, room, us)
    newer = inner.get("message")
    if not isinstance(newer, Mapping):
        return []
    if newer.get("subtype") == "tombstone":
        return _deleted(inner, str(newer.get("ts", "")), room, us)
    # An edit by us, an unfurled link or a new reply comes the same way, without 'edited' or with the same words.
    return [each for each in message(newer, room, us) if each.kind == "edit"]


def _deleted(inner: Mapping[str, Any], ts: str, room: str, us: Us) -> list[ChatEvent]:
    previous = inner.get("previous_message")
    previous = previous if isinstance(previous, Mapping) else {}
    if previous.get("user") == us.user or not ts:
        return []
    return [ChatEvent(f"{ts}:deleted", room, "delete", account(previous, us), moment(inner.get("event_ts")), about=ts)]


def message(said: Mapping[str, Any], room: str, us: Us) -> list[ChatEvent]:
    """A message as it stands, and what it was edited to; nothing for ours, those of other apps and of the system."""
    user, ts, text = said.get("user"), str(said.get("ts", "")), said.get("text")
    if said.get("subtype", "") not in SPOKEN or not user or said.get("bot_id") or user == us.user or not ts:
        return []
    text = words(text if isinstance(text, str) else "", us) + _files(said)
    root = str(said.get("thread_ts", ""))
    author, about = account(said, us), root if root != ts else ""
    edited = said.get("edited")
    found = [ChatEvent(ts, room, "message", author, moment(ts), text, about, us.called(str(user)))]
    if isinstance(edited, Mapping) and edited.get("user") == user:
        identity = f"{ts}:edited:{edited.get('ts', '')}"
        found.append(ChatEvent(identity, room, "edit", author, moment(edited.get("ts")), text, ts))
    return found


def reactions(said: Mapping[str, Any], room: str, us: Us) -> list[ChatEvent]:
    """The reactions on a message that is read later; Slack does not say when they were given."""
    ts, given = str(said.get("ts", "")), said.get("reactions")
    return [
        heard
        for each in (given if isinstance(given, list) else [])
        for user in each.get("users", [])
        for heard in _reaction(room, ts, str(each.get("name", "")), str(user), moment(ts), us)
    ]


def _reaction(room: str, ts: str, name: str, user: str, at: int, us: Us) -> list[ChatEvent]:
    if user in ("", us.user) or not ts:
        return []
    return [ChatEvent(f"{ts}:{name.partition('::')[0]}:{user}", room, "reaction", user, at, name, ts)]


def account(said: Mapping[str, Any], us: Us) -> str:
    """The user's id; a guest of another workspace is no account of ours."""
    user, team = str(said.get("user", "")), said.get("user_team") or said.get("team") or us.team
    return user if team == us.team else f"{team}/{user}"


def slash(form: Mapping[str, Any], us: Us, at: int) -> list[ChatEvent]:
    """A slash command, from Socket Mode."""
    user, room = str(form.get("user_id", "")), str(form.get("channel_id", ""))
    identity = f"slash:{form.get('trigger_id', '')}"
    text = words(f"/stanch {form.get('text', '')}", us).removeprefix("/stanch").strip()
    answer_to = str(form.get("response_url", ""))
    return [ChatEvent(identity, room, "command", _of(form.get("team_id"), user, us), at, text, answer_to=answer_to)]


def pressed(body: Mapping[str, Any], us: Us, at: int) -> list[ChatEvent]:
    """The choices of ``block_actions``: two people who press at once are two."""
    user, place = body.get("user"), body.get("container")
    if body.get("type") != "block_actions" or not isinstance(user, Mapping) or not isinstance(place, Mapping):
        return []
    member = _of(user.get("team_id"), str(user.get("id", "")), us)
    room, ts = str(place.get("channel_id", "")), str(place.get("message_ts", ""))
    return [
        ChatEvent(
            f"{ts}:{each.get('action_id', '')}:{member}:{each.get('action_ts', '')}", room, "command", member, at,
            str(each.get("value", "")), ts, answer_to=str(body.get("response_url", "")),
        )
        for each in body.get("actions", [])
        if isinstance(each, Mapping) and str(each.get("action_id", "")).startswith("choice")
    ]  # fmt: skip


def _of(team: object, user: str, us: Us) -> str:
    return user if team in (None, "", us.team) else f"{team}/{user}"


def _files(said: Mapping[str, Any]) -> str:
    files = said.get("files")
    named = [each for each in files if isinstance(each, Mapping)] if isinstance(files, list) else []
    return "".join(f"\n(a file: {each.get('name', 'without a name')} {each.get('permalink', '')})" for each in named)
