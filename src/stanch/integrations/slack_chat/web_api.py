"""Calls of Slack's Web API: tokens, pages, rate limits and errors (formats/15)."""

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from stanch.ports import Failed, Gone
from stanch.ports.web_service import HttpResponse, WebService, secret_of

PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
GONE = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
HINTS = {
    "invalid_auth": "check the bot token (xoxb-...)",
    "not_authed": "check the bot token (xoxb-...)",
    "token_revoked": "install the app again and take its new bot token",
    "account_inactive": "install the app again and take its new bot token",
    "restricted_action": "the workspace does not let apps do this",
    "user_is_restricted": "a guest may not be invited there",
    "user_not_found": "no member of the workspace has this id",
    "users_not_found": "no member of the workspace has this e-mail address",
}
PAGE, MOST_PAGES = 200, 100


class WebApi:
    """The Web API under one bot token. Slack limits each method by itself: one that asked to wait is not called until then."""

    def __init__(self, base_url: str, timeout: float, token_env: str) -> None:
        self.service = WebService(base_url, timeout)
        self.token_env = token_env
        self._not_before: dict[str, float] = {}
        self._lock = threading.Lock()

    def pages(self, method: str, what: str, **arguments: str) -> list[dict[str, Any]]:
        """Every item of a list that Slack answers in pages. Raises ``Failed``."""
        found, cursor = list[dict[str, Any]](), ""
        for _ in range(MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            said = self.call(method, limit=str(PAGE), **arguments, **more)
            found += dicts(said.get(what))
            metadata = said.get("response_metadata")
            cursor = str(metadata.get("next_cursor", "")) if isinstance(metadata, Mapping) else ""
            if not cursor:
                return found
        raise Failed(f"{method} does not end", again=True)

    def call(self, method: str, fine: tuple[str, ...] = (), /, **arguments: str) -> dict[str, Any]:
        """One call; errors named in ``fine`` are an empty answer. Raises ``Failed``."""
        try:
            return self._asked(method, urlencode(arguments).encode(), "application/x-www-form-urlencoded")
        except Refused as refused:
            if refused.code in fine:
                return {}
            raise

    def send(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """One call that writes to a channel. Raises ``Failed``, and ``Gone`` where the channel cannot be written to any more."""
        try:
            return self._asked(method, msgspec.json.encode(arguments), "application/json")
        except Refused as refused:
            raise Gone(refused.detail) if refused.code in GONE else refused from refused

    def _asked(self, method: str, data: bytes, kind: str) -> dict[str, Any]:
        """One call, unless Slack has asked to wait with this method."""
        with self._lock:
            left = self._not_before.get(method, 0.0) - time.monotonic()
        if left > 0:
            raise Failed(f"{method}: Slack asked to wait", again=True, after=left)
        token = secret_of(self.token_env, "slack_chat token_env")
        return self.ask(method, token, {"Content-Type": f"{kind}; charset=utf-8"}, data)

    def ask(
        self, method: str, token: str, headers: Mapping[str, str] | None = None, data: bytes = b""
    ) -> dict[str, Any]:
        """One call with a token of its own. Raises ``Failed``."""
        answer = self.service.ask("POST", f"/{method}", {"Authorization": f"Bearer {token}", **(headers or {})}, data)
        return self._good(method, answer)

    def _good(self, method: str, answer: HttpResponse) -> dict[str, Any]:
        said = answer.json()
        if answer.status == 429 or said.get("error") in ("ratelimited", "rate_limited"):
            after = answer.after or 1.0
            with self._lock:
                self._not_before[method] = time.monotonic() + min(after, 300)
            raise Failed(f"{method}: Slack limits how much may be sent", again=True, after=after)
        if answer.status != 200 or "ok" not in said:
            raise Failed(
                f"{method}: {answer.status} {answer.beginning()}", again=answer.passing() or answer.status == 200
            )
        if said.get("ok") is not True:
            raise Refused(method, said)
        return said


class Refused(Failed):
    """``ok: false``. ``code``: Slack's word for it."""

    def __init__(self, method: str, said: dict[str, Any]) -> None:
        self.code = str(said.get("error", "unknown error"))
        hint = HINTS.get(self.code, "")
        if self.code == "missing_scope":
            hint = f"give the app the scope {said.get('needed', '')} and install it again"
        super().__init__(f"{method}: {self.code}" + (f": {hint}" if hint else ""), again=self.code in PASSING)


def dicts(found: object) -> list[dict[str, Any]]:
    """The objects of a list in an answer; an empty list for anything else."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
