"""Requests to one API server: address, credentials, one request at a time, and the meaning of each error.

Ours and not the official client (ADR 11): it would bring pydantic and aiohttp, has neither undo nor drain, and chooses content
types by itself.
"""

import io
import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import urllib3

from stanch.integrations.kubernetes.access import access_of
from stanch.integrations.kubernetes.credentials import Access, Credentials, Stamp, stamp_of
from stanch.integrations.kubernetes.settings import Settings
from stanch.ports import Failed, Say, Unsure
from stanch.ports.web_service import reason

Result = TypeVar("Result")
BODY_BYTES = 20_000_000
CHUNK_BYTES = 65_536
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
# The cause by which an eviction is told that a disruption budget holds it up, and not the server's own limit.
BUDGET = "DisruptionBudget"
# Alerts with which a server refuses who we are (in TLS 1.3 after we have sent): it has never read the request.
HANDSHAKE = (
    "ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "CERTIFICATE_REQUIRED", "ALERT_UNKNOWN_CA", "ALERT_ACCESS_DENIED",
    "HANDSHAKE_FAILURE", "ALERT_PROTOCOL_VERSION", "CERTIFICATE_VERIFY_FAILED",
)  # fmt: skip


class Refused(Failed):
    """The API server said no. ``status`` and ``reason`` as it gave them; ``causes`` from the details."""

    def __init__(
        self, detail: str, status: int, reason: str, causes: list[str], *, again: bool, after: float | None
    ) -> None:
        super().__init__(detail, again=again, after=after)
        self.status, self.reason, self.causes = status, reason, causes


class Unanswered(Unsure):
    """The server was asked to change something, and said that itself went wrong (5xx): ``status`` as it gave it."""

    def __init__(self, detail: str, status: int) -> None:
        super().__init__(detail)
        self.status = status


class Outgoing(io.BytesIO):
    """A request body that records whether sending has begun: a failure before that had no effect."""

    begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.begun = True
        return super().read(size)


class Connection:
    """Requests with their answers as plain values. Configuration is read at the first one, so that a start never waits for it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._access: Access | None = None
        self._read_at: Stamp = None
        self._pool: tuple[ssl.SSLContext | None, urllib3.PoolManager] | None = None

    def get(self, path: str, **query: str) -> Any:
        """A JSON answer. Raises ``Failed``."""
        return _parsed("GET", self._request("GET", path, query))

    def text(self, path: str, **query: str) -> str:
        """A text answer, such as a log. Raises ``Failed``."""
        return self._request("GET", path, query, accept="*/*").decode("utf-8", "replace")

    def patch(
        self,
        path: str,
        kind: str,
        body: Any,
        *,
        dry: bool = False,
        seen: Callable[[], bool] | None = None,
        manager: str = "",
    ) -> Any:
        """``kind``: a content type. ``seen``: whether it visibly did happen, asked when the answer was lost.

        ``manager``: who is noted in ``managedFields``; without it the server takes the User-Agent.
        """
        query = {**({"dryRun": "All"} if dry else {}), **({"fieldManager": manager} if manager else {})}
        return self._change("PATCH", path, query, kind, body, None if dry else seen)

    def objections(self, path: str, kind: str, body: Any, manager: str = "") -> list[str]:
        """The server's own dry run of a patch: what it would refuse, empty where it would not. Raises ``Failed`` when away."""
        try:
            self.patch(path, kind, body, dry=True, manager=manager)
        except Refused as refused:
            if refused.again:
                raise
            return [refused.detail]
        return []

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """A whole list, in as many pages as it has. Raises ``Failed``."""
        return self.listed(path, **query)[1]

    def listed(self, path: str, **query: str) -> tuple[str, list[dict[str, Any]]]:
        """A whole list, and the version of it that a watch goes on from. Begun anew once where its pages expire. Raises ``Failed``."""
        found, more, again = list[dict[str, Any]](), "", True
        while True:
            try:
                page = self.get(path, limit="500", **query, **({"continue": more} if more else {}))
            except Refused as refused:
                if refused.status != 410 or not more or not again:
                    raise
                found, more, again = [], "", False
                continue
            found += page.get("items") or []
            meta = page.get("metadata") or {}
            more = meta.get("continue") or ""
            if not more:
                return str(meta.get("resourceVersion", "")), found

    def post(self, path: str, body: Any, *, dry: bool = False, seen: Callable[[], bool] | None = None) -> Any:
        """Create something. Raises ``Failed`` and ``Unsure``."""
        return self._change(
            "POST", path, {"dryRun": "All"} if dry else {}, "application/json", body, None if dry else seen
        )

    def ask(self, path: str, body: Any) -> dict[str, Any]:
        """A question that is put as a POST and changes nothing, such as what one may do. Raises ``Failed``."""
        try:
            answer: dict[str, Any] = self._change("POST", path, {}, "application/json", body, None)
        except Unsure as unsure:
            raise Failed(unsure.detail, again=True) from None
        return answer

    def _change(
        self, method: str, path: str, query: dict[str, str], kind: str, body: Any, seen: Callable[[], bool] | None
    ) -> Any:
        """Sent once, never repeated. When the answer is lost, the object is read again."""
        try:
            return _parsed(method, self._request(method, path, query, kind, json.dumps(body).encode()))
        except Unsure as unsure:
            if seen is None:
                raise
            time.sleep(self.settings.every)
            try:
                happened = seen()
            except Failed:
                raise unsure from None
            if not happened:  # the request may still be processed
                unsure.detail += "; a look afterwards shows it unchanged"
                raise
            return {}

    def _request(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        kind: str = "",
        body: bytes = b"",
        accept: str = "application/json",
    ) -> bytes:
        """Sent again only after an answer which says that nothing was done: 401 with other credentials, 429 with a time."""
        end, asked_as = time.monotonic() + self.settings.timeout, self._reached().credentials()
        while True:
            try:
                return self._once(method, path, query, kind, body, accept)
            except Refused as refused:
                wait = refused.after or 0.0
                if refused.status == 401 and self._reached().credentials() != asked_as:
                    asked_as = self._reached().credentials()
                elif refused.status == 429 and wait and BUDGET not in refused.causes and time.monotonic() + wait < end:
                    time.sleep(wait)
                else:
                    raise

    def _once(self, method: str, path: str, query: dict[str, str], kind: str, body: bytes, accept: str) -> bytes:
        access = self._reached()
        credentials = access.credentials()
        # A new connection: a kept one that the server has closed would look like a lost answer.
        pool = self._kept_pool(access, credentials) if method == "GET" else self._fresh(access, credentials)
        url = access.server + path + (f"?{urlencode(query)}" if query else "")
        headers = self._headers(access, credentials, accept, kind, len(body))
        outgoing = Outgoing(body) if body else None
        try:
            response = pool.request(method, url, body=outgoing, headers=headers, redirect=False, preload_content=False)
            content = response.read(BODY_BYTES)
            response.close()
        except urllib3.exceptions.LocationValueError as error:
            raise Failed(f"{access.server} is no address of an API server", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._unanswered(access, None if query.get("dryRun") else outgoing, error) from error
        if response.status == 401:
            access.credentials.forget()
        if response.status >= 300:
            dry = query.get("dryRun") == "All"
            raise _refusal(method, response.status, content, response.headers.get("Retry-After"), dry=dry)
        return content

    @staticmethod
    def _unanswered(access: Access, outgoing: Outgoing | None, error: Exception) -> Failed:
        """Unsure: a sent request may have been processed. After a failed handshake nothing was sent."""
        said = reason(error)
        if outgoing is not None and outgoing.begun and not any(word in str(error).upper() for word in HANDSHAKE):
            return Unsure(f"Kubernetes was asked to, and its answer never came: {said}")
        return Failed(f"Kubernetes at {access.server} cannot be reached: {said}", again=True)

    @staticmethod
    def _headers(
        access: Access, credentials: Credentials, accept: str, kind: str = "", length: int = 0
    ) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict({"Accept": accept, "User-Agent": "stanch"})
        if kind:
            headers["Content-Type"], headers["Content-Length"] = kind, str(length)
        if credentials.authorization:
            headers["Authorization"] = credentials.authorization
        for name, value in access.headers:  # a group each
            headers.add(name, value)
        return headers

    def watch(self, path: str, seconds: float, **query: str) -> Iterator[dict[str, Any]]:
        """Watch events for so many seconds, each as it comes. Raises ``Failed``; ``Refused`` with 410 where it starts too late."""
        access = self._reached()
        credentials = access.credentials()
        asked = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(max(1, round(seconds))), **query}
        limit = urllib3.Timeout(connect=self.settings.timeout, read=seconds + self.settings.timeout)
        try:
            response = self._fresh(access, credentials).request(
                "GET", f"{access.server}{path}?{urlencode(asked)}", headers=self._headers(access, credentials, "application/json"),
                redirect=False, preload_content=False, timeout=limit,
            )  # fmt: skip
            with response:
                if response.status >= 300:
                    content = response.read(BODY_BYTES)
                    raise _refusal("GET", response.status, content, response.headers.get("Retry-After"))
                yield from _events(response.stream(CHUNK_BYTES))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._unanswered(access, None, error) from error

    def websocket(self, path: str, query: list[tuple[str, str]]) -> Any:
        """An open WebSocket of ``exec``. Raises ``Failed``."""
        import websocket

        access = self._reached()
        credentials = access.credentials()
        headers = [
            f"{name}: {value}" for name, value in self._headers(access, credentials, "*/*").items() if name != "Accept"
        ]
        url = access.server.replace("http", "ws", 1) + path + "?" + urlencode(query)
        context = access.tls(credentials)
        tls = {"context": context, **({"server_hostname": access.server_name} if access.server_name else {})}
        try:
            return websocket.create_connection(
                url, timeout=self.settings.timeout, header=headers, subprotocols=["v5.channel.k8s.io", "v4.channel.k8s.io"],
                sslopt=tls if context else None, **_websocket_proxy(access.proxy),
            )  # fmt: skip
        except websocket.WebSocketBadStatusException as error:
            raise _refusal("POST", error.status_code, error.resp_body or b"", None) from None
        except (websocket.WebSocketException, OSError) as error:
            raise Failed(f"exec cannot be opened: {error}", again=False) from None

    def _reached(self) -> Access:
        """Read again when the kubeconfig is another file by now."""
        stamp = stamp_of(Path(self.settings.kubeconfig).expanduser()) if self.settings.kubeconfig else None
        if self._access is None or stamp != self._read_at:
            self._access, self._read_at = access_of(self.settings), stamp
        return self._access

    def _kept_pool(self, access: Access, credentials: Credentials) -> urllib3.PoolManager:
        """The pool for reads; a new client certificate needs new connections."""
        context = access.tls(credentials)
        if self._pool is None or self._pool[0] is not context:
            self._pool = (context, self._fresh(access, credentials))
        return self._pool[1]

    def _fresh(self, access: Access, credentials: Credentials) -> urllib3.PoolManager:
        named: dict[str, Any] = {}
        if access.server_name:
            named = {"server_hostname": access.server_name, "assert_hostname": access.server_name}
        limit = urllib3.Timeout(total=self.settings.timeout)
        named |= {"retries": False, "timeout": limit, "ssl_context": access.tls(credentials), "maxsize": 16}
        if not access.proxy:
            return urllib3.PoolManager(**named)
        user = urlsplit(access.proxy)
        signed = (
            urllib3.make_headers(proxy_basic_auth=f"{user.username}:{user.password or ''}") if user.username else {}
        )
        return urllib3.ProxyManager(access.proxy, proxy_headers=signed, **named)


def patiently(connection: Connection, deadline: float, say: Say, ask: Callable[[], Result]) -> Result:
    """Ask again while the server is away for a moment. Raises the last ``Failed`` at the deadline, and any other one at once."""
    told = False
    while True:
        try:
            return ask()
        except Failed as failed:
            if not failed.again or time.monotonic() > deadline:
                raise
            if not told:
                say(f"the API server does not answer; it is asked again: {failed.detail}"[:200])
                told = True
            time.sleep(connection.settings.every)


def _parsed(method: str, content: bytes) -> Any:
    """An answer as JSON. What is none comes from something in between: whether a change was made cannot be told then."""
    try:
        return json.loads(content or b"{}")
    except (ValueError, UnicodeDecodeError):
        said = "what answered is no API server: the answer is not JSON"
        raise Failed(said, again=False) if method == "GET" else Unsure(said) from None


def _events(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """One JSON object on each line; what is cut off at the end of a watch comes again at the next one."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > BODY_BYTES:
            raise Failed("the API server sends an event that is too long to be one", again=True)
        for line in filter(None, lines):
            try:
                yield json.loads(line)
            except ValueError:
                raise Failed("the API server sends watch events that are not JSON", again=True) from None


def _websocket_proxy(proxy: str) -> dict[str, Any]:
    if not proxy:
        return {}
    parts = urlsplit(proxy)
    if parts.scheme != "http":
        raise Failed("exec goes through an http proxy only; the kubeconfig's proxy-url is another", again=False)
    found: dict[str, Any] = {
        "proxy_type": "http",
        "http_proxy_host": parts.hostname,
        "http_proxy_port": parts.port or 80,
    }
    return found | ({"http_proxy_auth": (parts.username, parts.password or "")} if parts.username else {})


def _refusal(method: str, status: int, content: bytes, retry_after: str | None, *, dry: bool = False) -> Failed:
    """What a status means here, with the server's own message."""
    try:
        told = json.loads(content)
    except (ValueError, UnicodeDecodeError):
        told = {}
    told = told if isinstance(told, dict) else {}
    message = str(told.get("message") or content[:300].decode("utf-8", "replace") or "nothing more")
    details = told.get("details") or {}
    causes = [str(cause.get("reason", "")) for cause in details.get("causes") or []]
    if BUDGET in causes:  # which budget it is stands in its cause only
        message = f"{message} {'; '.join(str(each.get('message', '')) for each in details['causes'])}"
    hints = {
        401: "the credentials are not accepted",
        403: "the credentials may not do that; docs/how-to/kubernetes.md lists what is needed",
        404: "it is not there",
        409: "somebody changed it at the same moment; look at it and start it again",
        422: "the server finds it invalid",
        429: "not now",
    }
    said = f"Kubernetes answered {status}{f' ({hints[status]})' if status in hints else ''}: {message}"
    if method != "GET" and status >= 500 and not dry:
        return Unanswered(said, status)  # from a gateway or after a timeout: the change may still go on
    after = float(retry_after) if retry_after and retry_after.isdecimal() else None
    return Refused(said, status, str(told.get("reason", "")), causes, again=status == 429 or status >= 500, after=after)
