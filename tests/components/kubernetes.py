"""A small, strict API server: enough of Kubernetes to be told apart from kubectl's own requests (there is none to install here).

Its objects are recordings of a real v1.33 control plane (``tests/data/k8s``); patches are applied as RFC 6902, RFC 7396 and
(for what is sent here the same) strategic merge say; a rollout goes on a little at each look.
"""

import base64
import copy
import hashlib
import json
import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

DATA = Path(__file__).parents[1] / "data/k8s"
TOKEN = "for-tests-only"
PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json")
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def recorded(name: str) -> Any:
    """A recorded answer."""
    return json.loads((DATA / f"{name}.json").read_text())


def refusal(code: str) -> tuple[int, bytes]:
    """A recorded refusal, such as ``403``: its status and its body."""
    head, _, body = next(DATA.glob(f"error-{code}*.http.txt")).read_text().partition("\n\n")
    return int(head.split()[1]), body.strip().encode()


class Asked:
    """One request as it came."""

    def __init__(self, method: str, target: str, content_type: str, body: bytes) -> None:
        parts = urlsplit(target)
        self.method, self.path, self.query = method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
        self.content_type, self.body = content_type, json.loads(body) if body else None


class Cluster:
    """``things``: objects by path. ``scripted``: an answer, or ``drop`` or ``drop after``, for the next "METHOD path"."""

    def __init__(self) -> None:
        deployment = recorded("deployment")
        self.things: dict[str, dict[str, Any]] = {"/apis/apps/v1/namespaces/default/deployments/checkout": deployment}
        for each in recorded("replicasets-list")["items"]:
            self.add("/apis/apps/v1/namespaces/default/replicasets", each)
        for each in recorded("pods-list")["items"]:
            self.add("/api/v1/namespaces/default/pods", each)
        for each in recorded("nodes-list")["items"]:
            self.add("/api/v1/nodes", each)
        for each in recorded("events-list")["items"]:
            self.add("/api/v1/namespaces/default/events", each)
        self.asked: list[Asked] = []
        self.scripted: dict[str, list[Any]] = {}
        self.logs: dict[str, str] = {}
        self.held: dict[str, int] = {}
        self.slow = 0
        self.answers_exec: list[bytes] = []
        self._lock = threading.RLock()

    def add(self, folder: str, thing: dict[str, Any]) -> dict[str, Any]:
        """Put an object where it belongs."""
        self.things[f"{folder}/{thing['metadata']['name']}"] = thing
        return thing

    def changes(self) -> list[Asked]:
        """What was really meant to change something."""
        return [each for each in self.asked if each.method != "GET" and each.query.get("dryRun") != "All"]

    def __enter__(self) -> Self:
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                cluster.answer(self)

            do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = handle_one

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        asked = Asked(handler.command, handler.path, handler.headers.get("Content-Type") or "", body)
        with self._lock:
            self.asked.append(asked)
            if handler.headers.get("Authorization") != f"Bearer {TOKEN}":
                return _send(handler, *refusal("401"))
            script = self.scripted.get(f"{asked.method} {asked.path}") or []
            said = script.pop(0) if script else None
            if said == "drop":
                return _hang_up(handler)
            if isinstance(said, tuple):
                return _send(handler, *said)
            if handler.headers.get("Upgrade") == "websocket":
                return self._exec(handler)
            status, answer = self._answered(asked)
            if said == "drop after":
                return _hang_up(handler)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        _send(handler, status, content)

    def _answered(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "PATCH":
            return self._patch(asked)
        if asked.method == "POST" and asked.path.endswith("/eviction"):
            return self._evict(asked)
        if asked.method != "GET":
            return 405, _status(405, "MethodNotAllowed", asked.path)
        if asked.path.endswith("/log"):
            return self._log(asked)
        if asked.path.endswith("/scale") and asked.path.removesuffix("/scale") in self.things:
            return 200, _scale(self.things[asked.path.removesuffix("/scale")])
        if asked.path in self.things:
            return self._object(asked.path)
        listed = self._listed(asked)
        return (
            (200, {"kind": "List", "items": listed})
            if listed is not None
            else (404, _status(404, "NotFound", asked.path))
        )

    def _object(self, path: str) -> tuple[int, Any]:
        thing = self.things[path]
        if thing["metadata"].get("deletionTimestamp"):
            left = thing.setdefault("looks", 2)
            thing["looks"] = left - 1
            if left <= 0:
                del self.things[path]
                return 404, _status(404, "NotFound", path)
        elif "/deployments/" in path:
            self._roll(thing)
        return 200, {key: value for key, value in thing.items() if key not in ("looks", "rolling")}

    def _roll(self, thing: dict[str, Any]) -> None:
        """The controller, a step at each look: one more pod is updated and available."""
        wanted, status = thing["spec"]["replicas"], thing["status"]
        status["observedGeneration"] = thing["metadata"]["generation"]
        rolling = thing.get("rolling", wanted)
        status.update(replicas=wanted, updatedReplicas=rolling, availableReplicas=rolling, readyReplicas=rolling)
        thing["rolling"] = min(wanted, rolling + 1)

    def _listed(self, asked: Asked) -> list[Any] | None:
        folders = [asked.path] if asked.path != "/api/v1/pods" else ["/api/v1/namespaces/[^/]+/pods"]
        found = [v for k, v in self.things.items() for f in folders if re.fullmatch(f"{f}/[^/]+", k)]
        known = re.search(
            r"/(pods|replicasets|controllerrevisions|events|horizontalpodautoscalers|poddisruptionbudgets|nodes)$",
            asked.path,
        )
        if known is None:
            return None
        for want in filter(None, asked.query.get("labelSelector", "").split(",")):
            key, _, value = want.partition("=")
            found = [each for each in found if (each["metadata"].get("labels") or {}).get(key) == value]
        if node := asked.query.get("fieldSelector", "").removeprefix("spec.nodeName="):
            found = [each for each in found if each["spec"].get("nodeName") == node]
        return found

    def _patch(self, asked: Asked) -> tuple[int, Any]:
        if asked.content_type not in PATCHES:
            return 415, _status(415, "UnsupportedMediaType", asked.content_type)
        path = asked.path.removesuffix("/scale")
        if path not in self.things:
            return 404, _status(404, "NotFound", path)
        before = self.things[path]
        after = copy.deepcopy(before)
        if asked.content_type == PATCHES[0]:
            for operation in asked.body:
                _replace(after, operation)
        else:
            _merge(after, asked.body)
        if asked.query.get("dryRun") != "All":
            if after["spec"] != before["spec"]:
                after["metadata"]["generation"] = after["metadata"].get("generation", 0) + 1
                after["rolling"] = 0
            self.things[path] = after
        return 200, _scale(after) if asked.path.endswith("/scale") else after

    def _evict(self, asked: Asked) -> tuple[int, Any]:
        path = asked.path.removesuffix("/eviction")
        if path not in self.things:
            return 404, _status(404, "NotFound", path)
        name = path.rpartition("/")[2]
        if asked.body["metadata"]["name"] != name or asked.body["kind"] != "Eviction":
            return 400, _status(400, "BadRequest", "the name must match")
        if self.held.get(name, 0) > 0:
            self.held[name] -= 1
            told = _status(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
            told["details"] = {
                "causes": [
                    {"reason": "DisruptionBudget", "message": "The disruption budget checkout needs 6 healthy pods"}
                ]
            }
            return 429, told
        self.things[path]["metadata"]["deletionTimestamp"] = "2026-11-23T03:20:00Z"
        return 201, _status(201, "", "") | {"status": "Success"}

    def _log(self, asked: Asked) -> tuple[int, Any]:
        name = asked.path.split("/")[-2] + (" previous" if asked.query.get("previous") == "true" else "")
        if name not in self.logs:
            return 400, _status(400, "BadRequest", "previous terminated container not found")
        return 200, self.logs[name].encode()

    def _exec(self, handler: BaseHTTPRequestHandler) -> None:
        key = (handler.headers.get("Sec-WebSocket-Key") or "").encode()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        wanted = (handler.headers.get("Sec-WebSocket-Protocol") or "").split(",")[0].strip()
        handler.send_response(101)
        for name, value in (
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept),
            ("Sec-WebSocket-Protocol", wanted),
        ):
            handler.send_header(name, value)
        handler.end_headers()
        for frame in self.answers_exec:
            size = bytes([len(frame)]) if len(frame) < 126 else b"\x7e" + struct.pack(">H", len(frame))
            handler.wfile.write(b"\x82" + size + frame)
        handler.wfile.write(b"\x88\x00")
        handler.close_connection = True

    def commands(self) -> list[str]:
        """What the newest ``exec`` was to run."""
        return parse_qs(urlsplit(self.newest_exec).query)["command"]

    @property
    def newest_exec(self) -> str:
        return next(
            f"{each.path}?{'&'.join(f'{k}={v}' for k, v in each.query.items())}"
            for each in reversed(self.asked)
            if each.path.endswith("/exec")
        )


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _send(handler: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    if status == 429:
        handler.send_header("Retry-After", "10")
    handler.end_headers()
    handler.wfile.write(content)


def _status(code: int, reason: str, message: str) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


def _scale(thing: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": thing["metadata"],
        "spec": {"replicas": thing["spec"]["replicas"]},
        "status": {},
    }


def _replace(thing: dict[str, Any], operation: dict[str, Any]) -> None:
    assert operation["op"] == "replace"
    *way, last = operation["path"].strip("/").split("/")
    for part in way:
        thing = thing[part]
    assert last in thing, "replacing what is not there is 422"
    thing[last] = operation["value"]


def _merge(thing: dict[str, Any], patch: dict[str, Any]) -> None:
    for key, value in patch.items():
        if value is None:
            thing.pop(key, None)
        elif isinstance(value, dict) and isinstance(thing.get(key), dict) and "$patch" not in value:
            _merge(thing[key], value)
        else:
            thing[key] = value
