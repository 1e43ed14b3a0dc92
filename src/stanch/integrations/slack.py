"""Posts to Slack channels and people (formats/09, 9.1). HTTP 200 says nothing there: ``ok`` in the body does."""

import re
from typing import Annotated
from urllib.parse import urlencode

import msgspec

from stanch.ports import Failed, Message, Notifier, Posted
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable, without
from stanch.ports.web_service import WebService, secret_of

HEADER_CHARACTERS = 150
SECTION_CHARACTERS = 3000
PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
HINTS = {
    "invalid_auth": "check the bot token (xoxb-...)",
    "not_authed": "check the bot token (xoxb-...)",
    "token_revoked": "install the app again and take its new bot token",
    "token_expired": "install the app again and take its new bot token",
    "account_inactive": "install the app again and take its new bot token",
    "channel_not_found": "use the channel's id, and invite the app into a private channel",
    "not_in_channel": "invite the app into the channel, or give it the scope chat:write.public",
    "is_archived": "the channel is archived; use another one",
    "users_not_found": "no member of the workspace has this e-mail address",
    "user_not_found": "no member of the workspace has this id",
    "user_disabled": "this member is deactivated",
    "restricted_action": "the workspace does not let apps post there",
    "ekm_access_denied": "the workspace's administrators do not let apps post now",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    token_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the bot token (xoxb-...).")]
    signing_secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable that holds the app's signing secret; for /stanch and buttons only."
        ),
    ] = ""
    base_url: Annotated[str, msgspec.Meta(description="The base address of Slack's Web API.")] = "https://slack.com/api"
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Slack:
    """The address is a channel's id (C...), a member's id (U...) or a member's e-mail address."""

    name: str = "slack"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = WebService(settings.base_url, settings.timeout)
        self._found: dict[str, str] = {}

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is neither an id nor an e-mail address."""
        if not re.fullmatch(r"[CGDUW][A-Z0-9]{2,}|[^@\s]+@[^@\s]+", address):
            raise Failed(
                f"'{address}' is no Slack address; write a channel's or member's id (C0123, U0123) or an e-mail address",
                again=False,
            )

    def send(self, address: str, message: Message) -> str:
        """Post it; answers with channel and time stamp of the post.

        Slack knows no idempotency key: after a lost answer the next attempt posts again.
        Raises ``Failed``: ``again`` when rate limited (with Retry-After) and for faults of Slack, else final with a hint.
        """
        known = address in self._found
        try:
            return self._post(self._channel(address), message)
        except Failed as failed:
            if not known or failed.again:
                raise
            self._found.pop(address, None)  # the cached address may be outdated
            return self._post(self._channel(address), message)

    def _post(self, channel: str, message: Message) -> str:
        said = self._call("chat.postMessage", msgspec.json.encode(post(channel, message)), "application/json")
        where, stamp = said.get("channel", channel), said.get("ts")
        return Posted(f"posted to {where} as {stamp or 'unknown'}", f"{where} {stamp}" if stamp else "")

    def edit(self, reference: str, message: Message) -> str:
        """Replace a post by its channel and time stamp (chat.update). Raises ``Failed``."""
        channel, _, stamp = reference.partition(" ")
        wanted = post(channel, message)
        body = {name: wanted[name] for name in ("channel", "text", "blocks", "parse", "link_names")} | {"ts": stamp}
        self._call("chat.update", msgspec.json.encode(body), "application/json")
        return f"edited {stamp} in {channel}"

    def _channel(self, address: str) -> str:
        if re.fullmatch(r"[CGD][A-Z0-9]{2,}", address):
            return address
        if address not in self._found:
            self._found[address] = self._direct(self._member(address))
        return self._found[address]

    def _member(self, address: str) -> str:
        if re.fullmatch(r"[UW][A-Z0-9]{2,}", address):
            return address
        self.check_address(address)
        return _id(self._call("users.lookupByEmail", _form(email=address)), "user")

    def _direct(self, member: str) -> str:
        return _id(self._call("conversations.open", _form(users=member)), "channel")

    def _call(self, method: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> dict[str, object]:
        token = secret_of(self.settings.token_env, "slack token_env")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": f"{kind}; charset=utf-8"}
        answer = self.service.ask("POST", f"/{method}", headers, body)
        said = answer.json()
        if answer.status == 200 and said.get("ok") is True:
            return said
        if answer.status != 200 or "ok" not in said:
            text = f"{method}: {answer.status} {said.get('error') or answer.beginning()}".strip()
            raise Failed(text, again=answer.passing() or answer.status == 200, after=answer.after)
        raise _refused(method, said, answer.after)


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return Slack(settings)


def post(channel: str, message: Message) -> dict[str, object]:
    """The arguments of chat.postMessage: blocks for people, and beside them ``text`` for notifications."""
    title = one_line(message.title) or "stanch"
    lines = [_fact(line) for line in without(printable(message.text), title, message.url)]
    text = escaped("\n".join(lines), SECTION_CHARACTERS)
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(title, HEADER_CHARACTERS), "emoji": False}}
    ]
    if text:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}})
    if buttons := _buttons(message):
        blocks.append({"type": "actions", "elements": buttons})
    return {
        "channel": channel,
        "text": escaped("\n".join([title, *lines]), SECTION_CHARACTERS),
        "blocks": blocks,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, limit: int) -> str:
    """``&``, ``<`` and ``>`` as entities, so that no alert can write ``<!channel>``; cut before an entity, never inside."""
    parts: list[str] = []
    size = 0
    for char in text:
        part = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(char, char)
        if size + len(part) > limit - 1:
            return "".join(parts) + "…"
        parts.append(part)
        size += len(part)
    return "".join(parts)


def _fact(line: str) -> str:
    """``Service: shop`` with its name in bold."""
    found = re.fullmatch(r"([A-Z][A-Za-z ]{1,30}): (.+)", line)
    return f"*{found[1]}:* {found[2]}" if found else line


def _buttons(message: Message) -> list[dict[str, object]]:
    """Links, so that they work without interactivity; with it, a press on Acknowledge is enough by itself."""
    buttons = []
    if message.acknowledge_url:
        found = re.search(r"/incidents/(INC-[0-9]+)$", message.url)
        buttons.append(
            _button("acknowledge", "Acknowledge", message.acknowledge_url)
            | {"style": "primary", "value": found[1] if found else "none"}
        )
    if message.url:
        buttons.append(_button("open", "Open", message.url))
    return buttons


def _button(name: str, label: str, url: str) -> dict[str, object]:
    return {"type": "button", "action_id": name, "text": {"type": "plain_text", "text": label}, "url": url}


def _refused(method: str, said: dict[str, object], after: float | None) -> Failed:
    code = str(said.get("error", "unknown error"))
    hint = HINTS.get(code, "")
    if code == "missing_scope":
        hint = f"give the app the scope {said.get('needed', '')} and install it again"
    text = f"{method}: {code}" + (f": {hint}" if hint else "")
    return Failed(text, again=code in PASSING, after=after)


def _id(said: dict[str, object], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        raise Failed(f"Slack answered without the id of the {name}", again=True)
    return str(found["id"])


def _form(**values: str) -> bytes:
    return urlencode(values).encode()


INTEGRATION = Integration("Slack", "notifiers", Settings, build)
