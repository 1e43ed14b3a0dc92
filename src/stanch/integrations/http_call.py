"""A generic HTTP call as a mitigation, signed as Standard Webhooks, to addresses that the configuration allows."""

import json
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from stanch.kernel.clock import SECOND, SystemClock
from stanch.kernel.ids import new_id
from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Failed, Mitigator, Preview, Say, Unsure
from stanch.ports.integration import Integration
from stanch.ports.signature import sign
from stanch.ports.web_service import HttpResponse, WebService, secret_of

METHODS = ("POST", "PUT", "PATCH", "DELETE")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    allowed: Annotated[
        list[str], msgspec.Meta(description="What an address must begin with; without any, no call is made.")
    ] = []
    secret_env: Annotated[
        str, msgspec.Meta(description="The environment variable that holds the secret that calls are signed with.")
    ] = ""
    bearer_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the bearer token.")] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 15.0


class HttpCall:
    """Arguments: ``url``, ``method`` (POST), ``body`` (JSON text), ``expect`` (statuses, any 2xx by default), ``state`` (a GET)."""

    name: str = "http_call"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """One request, never repeated. Raises ``Failed`` for any other status, and ``Unsure`` when no answer came."""
        method, url, body = _request(arguments)
        say(f"{method} {urlsplit(url).netloc}")
        answer = self._ask(method, url, body, once=True)
        expected = _texts(arguments.get("expect", []))
        if str(answer.status) not in expected if expected else not 200 <= answer.status < 300:
            said = f"it answered {answer.status}: {answer.beginning()}"
            # 4xx: nothing was done; 503: it was not started; after any other 5xx the outcome is unknown.
            raise Unsure(said) if answer.status >= 500 and answer.status != 503 else Failed(said, again=False)
        return Applied(f"{answer.status} {answer.beginning()}".strip())

    def preview(self, arguments: Arguments) -> Preview:
        """The request as it would be sent; nothing is sent. Raises ``Failed``."""
        method, url, body = _request(arguments)
        self._allow(url)
        return Preview(f"would send {method} {url}\n{body.decode()}".strip())

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """What ``state`` answers, where it is given. Raises ``Failed``."""
        url = arguments.get("state")
        if not isinstance(url, str):
            return []
        answer = self._ask("GET", url, b"", once=False)
        return [
            EvidenceItem(
                f"state at {urlsplit(url).netloc}", f"{answer.status}\n{answer.body.decode('utf-8', 'replace')}"
            )
        ]

    def offers(self, address: str) -> list[Mitigation]:
        """Raises ``Failed``: an address cannot be asked what else it could do."""
        raise Failed("an HTTP call offers nothing by itself; declare it as a mitigation", again=False)

    def _ask(self, method: str, url: str, body: bytes, *, once: bool) -> HttpResponse:
        self._allow(url)
        parts = urlsplit(url)
        path = url.removeprefix(f"{parts.scheme}://{parts.netloc}") or "/"
        service = WebService(f"{parts.scheme}://{parts.netloc}", self.settings.timeout)
        return service.ask(method, path, self._headers(body), body, once=once)

    def _headers(self, body: bytes) -> dict[str, str]:
        identity, seconds = new_id("call"), str(SystemClock().now() // SECOND)
        headers = {"webhook-id": identity, "webhook-timestamp": seconds}
        if body:
            headers["Content-Type"] = "application/json"
        if self.settings.bearer_env:
            headers["Authorization"] = f"Bearer {secret_of(self.settings.bearer_env, 'http_call bearer_env')}"
        if self.settings.secret_env:
            secrets = secret_of(self.settings.secret_env, "http_call secret_env").split()
            headers["webhook-signature"] = " ".join(sign(secret, identity, seconds, body) for secret in secrets)
        return headers

    def _allow(self, url: str) -> None:
        """The beginning must match up to a boundary: ``https://a.example`` does not allow ``https://a.example.evil``."""
        for prefix in self.settings.allowed:
            whole = prefix if prefix.endswith("/") else f"{prefix}/"
            if url == prefix or url.startswith((whole, f"{prefix}?")):
                return
        raise Failed(
            f"{urlsplit(url).netloc or url} is not among the addresses of the setting http_call.allowed", again=False
        )


def build(settings: Settings) -> Mitigator:
    """For the scanner in main."""
    return HttpCall(settings)


def _request(arguments: Arguments) -> tuple[str, str, bytes]:
    url, method, body = arguments.get("url"), arguments.get("method", "POST"), arguments.get("body", "")
    parts = urlsplit(url) if isinstance(url, str) else None
    if not parts or parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        raise Failed(f"url is {url!r}; write it like https://example.org/switch, without credentials", again=False)
    if method not in METHODS:
        raise Failed(f"method is {method!r}; write {', '.join(METHODS)}", again=False)
    if not isinstance(body, str):
        raise Failed("body must be a text of JSON", again=False)
    try:
        json.loads(body or "null")
    except ValueError as error:
        raise Failed(f"body is no JSON: {error}", again=False) from None
    return str(method), str(url), body.encode()


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


INTEGRATION = Integration("HTTP call", "mitigators", Settings, build)
