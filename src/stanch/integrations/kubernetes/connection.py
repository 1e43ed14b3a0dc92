"""One API server: where it is, who we are there, one request at a time, and what each refusal means.

Ours and not the official client (ADR 11): it would bring pydantic and aiohttp, has neither undo nor drain, and chooses content
types by itself.
"""

import base64
import json
import os
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import urllib3
import yaml

from stanch.ports import Failed, Unsure
from stanch.ports.web_service import reason

IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
# A service account's token rotates; kubelet renews the file well before it ends.
TOKEN_SECONDS = 60.0
BODY_BYTES = 20_000_000
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
NEVER_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    kubeconfig: Annotated[
        str, msgspec.Meta(description="Path of the kubeconfig; without it and 'server', the pod's own service account.")
    ] = ""
    context: Annotated[str, msgspec.Meta(description="The context of the kubeconfig; by default the current one.")] = ""
    server: Annotated[str, msgspec.Meta(description="Address of the API server, instead of a kubeconfig.")] = ""
    token_env: Annotated[
        str, msgspec.Meta(description="The environment variable that holds the bearer token for 'server'.")
    ] = ""
    token_file: Annotated[str, msgspec.Meta(description="The file that holds the bearer token; it is read again.")] = ""
    ca_file: Annotated[str, msgspec.Meta(description="The certificates that 'server' is checked against.")] = ""
    namespaces: Annotated[
        list[str], msgspec.Meta(description="Those that may be touched; empty: all that the credentials allow.")
    ] = []
    diagnostics: Annotated[
        dict[str, list[str]], msgspec.Meta(description="Name -> argument list of what 'exec' may run.")
    ] = {}
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for each request.")] = 10.0
    rollout: Annotated[float, msgspec.Meta(description="Seconds to wait for a rollout.")] = 120.0
    drain: Annotated[float, msgspec.Meta(description="Seconds to wait for a drain.")] = 300.0
    every: Annotated[float, msgspec.Meta(description="Seconds between looks at what is waited for.")] = 1.0
    eviction_retry: Annotated[
        float, msgspec.Meta(description="Seconds until an eviction that was refused is asked for again.")
    ] = 5.0


class Refused(Failed):
    """The API server said no. ``status`` and ``reason`` as it gave them; ``causes`` from the details."""

    def __init__(
        self, detail: str, status: int, reason: str, causes: list[str], *, again: bool, after: float | None
    ) -> None:
        super().__init__(detail, again=again, after=after)
        self.status, self.reason, self.causes = status, reason, causes


class Access(msgspec.Struct):
    """Where and as whom. ``token`` is asked for again when it is old."""

    server: str
    context: ssl.SSLContext | None
    token: Callable[[], str]
    server_name: str = ""


class Connection:
    """Requests with their answers as plain values. Configuration is read at the first one, so that a start never waits for it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._access: Access | None = None
        self._pool: urllib3.PoolManager | None = None

    def get(self, path: str, **query: str) -> Any:
        """A JSON answer. Raises ``Failed``."""
        return json.loads(self._request("GET", path, query) or b"{}")

    def text(self, path: str, **query: str) -> str:
        """A text answer, such as a log. Raises ``Failed``."""
        return self._request("GET", path, query, accept="*/*").decode("utf-8", "replace")

    def patch(
        self, path: str, kind: str, body: Any, *, dry: bool = False, seen: Callable[[], bool] | None = None
    ) -> Any:
        """``kind``: a content type. ``seen``: whether it visibly did happen, asked when the answer was lost."""
        return self._change("PATCH", path, {"dryRun": "All"} if dry else {}, kind, body, None if dry else seen)

    def objections(self, path: str, kind: str, body: Any) -> list[str]:
        """The server's own dry run of a patch: what it would refuse, empty where it would not. Raises ``Failed`` when away."""
        try:
            self.patch(path, kind, body, dry=True)
        except Refused as refused:
            if refused.again:
                raise
            return [refused.detail]
        return []

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """A whole list, in as many pages as it has. Raises ``Failed``."""
        found: list[dict[str, Any]] = []
        more = ""
        while True:
            page = self.get(path, limit="500", **query, **({"continue": more} if more else {}))
            found += page.get("items") or []
            more = (page.get("metadata") or {}).get("continue") or ""
            if not more:
                return found

    def post(self, path: str, body: Any, *, seen: Callable[[], bool] | None = None) -> Any:
        """Create something. Raises ``Failed`` and ``Unsure``."""
        return self._change("POST", path, {}, "application/json", body, seen)

    def _change(
        self, method: str, path: str, query: dict[str, str], kind: str, body: Any, seen: Callable[[], bool] | None
    ) -> Any:
        """Sent once, never repeated. When the answer is lost, the object is looked at again."""
        try:
            return json.loads(self._request(method, path, query, kind, json.dumps(body).encode()) or b"{}")
        except Unsure as unsure:
            if seen is None:
                raise
            time.sleep(self.settings.every)
            try:
                happened = seen()
            except Failed:
                raise unsure from None
            if not happened:  # it may still be on its way
                raise Unsure(f"{unsure.detail}; a look afterwards shows it unchanged") from None
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
        access, pool = self._connected()
        if method != "GET":  # a kept connection that the server has closed would look like a lost answer
            pool = self._fresh(access)
        headers = {"Accept": accept, "User-Agent": "stanch"}
        if kind:
            headers["Content-Type"] = kind
        if token := access.token():
            headers["Authorization"] = f"Bearer {token}"
        url = access.server + path + (f"?{urlencode(query)}" if query else "")
        try:
            response = pool.request(
                method, url, body=body or None, headers=headers, redirect=False, preload_content=False
            )
            content = response.read(BODY_BYTES)
            response.close()
        except urllib3.exceptions.LocationValueError as error:
            raise Failed(f"{access.server} is no address of an API server", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            said = reason(error)
            if method != "GET" and not isinstance(error, NEVER_SENT):
                raise Unsure(f"Kubernetes was asked to, and its answer never came: {said}") from error
            raise Failed(f"Kubernetes at {access.server} cannot be reached: {said}", again=True) from error
        if response.status >= 300:
            dry = query.get("dryRun") == "All"
            raise _refusal(method, response.status, content, response.headers.get("Retry-After"), dry=dry)
        return content

    def websocket(self, path: str, query: list[tuple[str, str]]) -> Any:
        """An open WebSocket of ``exec``. Raises ``Failed``."""
        import websocket

        access, _ = self._connected()
        headers = [f"Authorization: Bearer {token}"] if (token := access.token()) else []
        url = access.server.replace("http", "ws", 1) + path + "?" + urlencode(query)
        try:
            return websocket.create_connection(
                url, timeout=self.settings.timeout, header=headers, subprotocols=["v5.channel.k8s.io", "v4.channel.k8s.io"],
                sslopt={"context": access.context} if access.context else None,
            )  # fmt: skip
        except websocket.WebSocketBadStatusException as error:
            raise _refusal("POST", error.status_code, error.resp_body or b"", None) from None
        except (websocket.WebSocketException, OSError) as error:
            raise Failed(f"exec cannot be opened: {error}", again=False) from None

    def _connected(self) -> tuple[Access, urllib3.PoolManager]:
        if self._access is None or self._pool is None:
            self._access = access_of(self.settings)
            self._pool = self._fresh(self._access)
        return self._access, self._pool

    def _fresh(self, access: Access) -> urllib3.PoolManager:
        named: dict[str, Any] = {}
        if access.server_name:
            named = {"server_hostname": access.server_name, "assert_hostname": access.server_name}
        limit = urllib3.Timeout(total=self.settings.timeout)
        return urllib3.PoolManager(retries=False, timeout=limit, ssl_context=access.context, maxsize=16, **named)


def access_of(settings: Settings) -> Access:
    """Where and as whom, by the settings. Raises ``Failed`` with what is missing."""
    if settings.server:
        context = (
            ssl.create_default_context(cafile=settings.ca_file or None) if settings.server.startswith("https") else None
        )
        return Access(settings.server.rstrip("/"), context, _token(settings.token_env, settings.token_file))
    if settings.kubeconfig:
        return _by_kubeconfig(Path(settings.kubeconfig).expanduser(), settings.context)
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise Failed(
            "kubernetes is not configured: give a kubeconfig, or a server; stanch does not run in a cluster",
            again=False,
        )
    context = ssl.create_default_context(cafile=str(IN_CLUSTER / "ca.crt"))
    host = f"[{host}]" if ":" in host else host
    return Access(f"https://{host}:{port}", context, _token("", str(IN_CLUSTER / "token")))


def _token(variable: str, file: str) -> Callable[[], str]:
    def from_variable() -> str:
        found = os.environ.get(variable, "").strip()
        if not found:
            raise Failed(f"set the environment variable '{variable}' (kubernetes token_env)", again=False)
        return found

    def from_file() -> str:
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise Failed(f"the token's file {file} cannot be read: {error.strerror}", again=False) from None

    return from_variable if variable else _kept(from_file) if file else lambda: ""


def _kept(fresh: Callable[[], str]) -> Callable[[], str]:
    """A token for a minute, then a fresh one."""
    token, until = "", 0.0

    def kept() -> str:
        nonlocal token, until
        if time.monotonic() > until:
            token, until = fresh(), time.monotonic() + TOKEN_SECONDS
        return token

    return kept


def _by_kubeconfig(path: Path, wanted: str) -> Access:
    try:
        config = yaml.safe_load(path.read_text()) or {}
        context = _named(config, "contexts", wanted or config.get("current-context", ""), "context")
        cluster = _named(config, "clusters", context.get("cluster", ""), "cluster")
        user = _named(config, "users", context.get("user", ""), "user") if context.get("user") else {}
    except OSError as error:
        raise Failed(f"the kubeconfig {path} cannot be read: {error.strerror}", again=False) from None
    except (yaml.YAMLError, AttributeError, UnicodeDecodeError) as error:
        # Never the error's own words: they quote the line, and the line may be a token.
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark else ""
        raise Failed(f"the kubeconfig {path}{where} is not what a kubeconfig is", again=False) from None
    server = str(cluster.get("server", "")).rstrip("/")
    tls = _tls(cluster, user, path.parent) if server.startswith("https") else None
    return Access(server, tls, _credentials(user, path.parent), str(cluster.get("tls-server-name", "")))


def _named(config: dict[str, Any], many: str, name: str, one: str) -> dict[str, Any]:
    for each in config.get(many) or []:
        if each.get("name") == name:
            return dict(each.get(one) or {})
    raise Failed(f"the kubeconfig has no {one} '{name}'", again=False)


def _tls(cluster: dict[str, Any], user: dict[str, Any], folder: Path) -> ssl.SSLContext:
    try:
        authority = cluster.get("certificate-authority-data")
        context = ssl.create_default_context(
            cadata=base64.b64decode(authority).decode() if authority else None,
            cafile=str(folder / cluster["certificate-authority"]) if cluster.get("certificate-authority") else None,
        )
        if cluster.get("insecure-skip-tls-verify"):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        certificate, key = (_pem(user, each, folder) for each in ("client-certificate", "client-key"))
        if certificate and key:
            # The ssl module reads files only; this one is gone again at once.
            with tempfile.NamedTemporaryFile(suffix=".pem") as both:
                both.write(certificate + b"\n" + key)
                both.flush()
                context.load_cert_chain(both.name)
    except (OSError, ValueError) as error:
        raise Failed(f"the kubeconfig's certificates cannot be used: {error}", again=False) from None
    return context


def _pem(user: dict[str, Any], name: str, folder: Path) -> bytes:
    if data := user.get(f"{name}-data"):
        return base64.b64decode(data)
    return (folder / user[name]).read_bytes() if user.get(name) else b""


def _credentials(user: dict[str, Any], folder: Path) -> Callable[[], str]:
    if plugin := user.get("exec"):
        return _by_plugin(plugin)
    if user.get("tokenFile"):
        return _token("", str(folder / user["tokenFile"]))
    token = str(user.get("token", ""))
    return lambda: token


def _by_plugin(plugin: dict[str, Any]) -> Callable[[], str]:
    """A credential plugin (client.authentication.k8s.io); its token is kept for a minute, whatever it says of its end."""

    def fresh() -> str:
        argv = [str(plugin.get("command", "")), *map(str, plugin.get("args") or [])]
        own = {str(each["name"]): str(each["value"]) for each in plugin.get("env") or []}
        info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": False}}
        environment = {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}
        try:
            done = subprocess.run(argv, env=environment, capture_output=True, timeout=20, check=True)
            return str(json.loads(done.stdout)["status"]["token"])
        except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
            raise Failed(f"the credential plugin {argv[0]} gave no token: {type(error).__name__}", again=True) from None

    return _kept(fresh)


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
        return Unsure(said)  # behind a gateway or a timeout: what was begun may still go on
    after = float(retry_after) if retry_after and retry_after.isdecimal() else None
    return Refused(said, status, str(told.get("reason", "")), causes, again=status == 429 or status >= 500, after=after)
