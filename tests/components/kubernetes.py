"""A small, strict API server: enough of Kubernetes to be told apart from kubectl's own requests (there is none to install here).

Its objects are recordings of a real v1.33 control plane (``tests/data/k8s``); patches are applied as RFC 6902, RFC 7396 and
(for what is sent here the same) strategic merge say; a rollout goes on a little at each look. It is strict about selectors,
``resourceVersion``, ``dryRun``, eviction budgets and preconditions, and watches end with a bookmark or in 410 as the real one's do.
"""

import base64
import contextlib
import copy
import hashlib
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

DATA = Path(__file__).parents[1] / "data/k8s"
TOKEN = "for-tests-only"
PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json")
REVIEWS = (
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/apis/authentication.k8s.io/v1/selfsubjectreviews"
)  # fmt: skip
KINDS = re.compile(
    "/(pods|replicasets|controllerrevisions|events|horizontalpodautoscalers|poddisruptionbudgets|nodes|deployments|statefulsets"
    "|daemonsets|jobs|rollouts|helmreleases|kustomizations)$"
)
FIELDS = (
    "spec.nodeName", "metadata.name", "involvedObject.kind", "involvedObject.name", "involvedObject.uid", "involvedObject.namespace"
)  # fmt: skip
LABEL = r"[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?".replace("(", "(?:")
MORE_THAN_ONE = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
Fits = Callable[[dict[str, str]], bool]
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
        self.headers: list[tuple[str, str]] = []


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
        self.answers_exec: list[bytes] = []
        self.forbidden: set[str] = set()
        self.version, self.oldest = 1000, 0
        self.log_of_changes: list[tuple[int, str, str, dict[str, Any]]] = []
        self.down = 0
        self.tls: ssl.SSLContext | None = None
        self._lock = threading.RLock()

    def add(self, folder: str, thing: dict[str, Any]) -> dict[str, Any]:
        """Put an object where it belongs."""
        self.things[f"{folder}/{thing['metadata']['name']}"] = thing
        return thing

    def touch(self, path: str, kind: str = "MODIFIED") -> None:
        """An object has changed: it has a new resourceVersion, and whoever watches its folder hears of it."""
        with self._lock:
            self.version += 1
            thing = self.things.pop(path) if kind == "DELETED" else self.things[path]
            thing["metadata"]["resourceVersion"] = str(self.version)
            self.log_of_changes.append((self.version, path.rpartition("/")[0], kind, copy.deepcopy(thing)))

    def forget(self) -> None:
        """The changes so far are compacted away: whoever has not seen them is answered with 410."""
        with self._lock:
            self.oldest, self.log_of_changes = self.version, []

    def release(self, path: str, image: str, cause: str = "", at: str = "2026-11-23T04:00:00Z") -> None:
        """Somebody sets an image, and the controller makes a revision of it."""
        thing = self.things[path]
        thing["spec"]["template"]["spec"]["containers"][0]["image"] = image
        meta = thing["metadata"]
        meta["generation"] = meta.get("generation", 0) + 1
        notes = meta.setdefault("annotations", {})
        if cause:
            notes["kubernetes.io/change-cause"] = cause
        owned = {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"checkout"}': {"f:image": {}}}}}}}
        meta.setdefault("managedFields", []).append(
            {"manager": "kubectl-set", "operation": "Update", "time": at, "fieldsV1": owned}
        )
        self.touch(path)

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
        if self.tls is not None:
            # The handshake in the connection's own thread, so that one that fails stops no other.
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"http{'s' if self.tls else ''}://127.0.0.1:{self._server.server_port}"
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
        asked.headers = list(handler.headers.items())
        with self._lock:
            self.asked.append(asked)
            if self.down > 0:  # away: the connection is cut before anything is read of it
                self.down -= 1
                return _hang_up(handler)
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
            if asked.query.get("watch") == "true":
                return self._watch(handler, asked)
            status, answer = self._answered(asked)
            if said == "drop after":
                return _hang_up(handler)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        _send(handler, status, content)

    def _answered(self, asked: Asked) -> tuple[int, Any]:
        if asked.query.get("dryRun", "All") != "All":
            return 400, _status(400, "BadRequest", 'invalid dryRun: supported values: "All"')
        if asked.method == "PATCH":
            return self._patch(asked)
        if asked.method == "POST" and asked.path.endswith("/eviction"):
            return self._evict(asked)
        if asked.method == "POST" and asked.path in REVIEWS:
            return 201, self._reviewed(asked)
        if asked.method != "GET":
            return 405, _status(405, "MethodNotAllowed", asked.path)
        if asked.path == "/version":
            return 200, {"major": "1", "minor": "33", "gitVersion": "v1.33.13"}
        if asked.path.endswith("/log"):
            return self._log(asked)
        if asked.path.endswith("/scale") and asked.path.removesuffix("/scale") in self.things:
            return 200, _scale(self.things[asked.path.removesuffix("/scale")])
        if asked.path in self.things:
            return self._object(asked.path)
        try:
            listed = self._listed(asked)
        except ValueError as error:
            return 400, _status(400, "BadRequest", str(error))
        if listed is None:
            return 404, _status(404, "NotFound", asked.path)
        return 200, {"kind": "List", "metadata": {"resourceVersion": str(self.version)}, "items": listed}

    def _reviewed(self, asked: Asked) -> dict[str, Any]:
        if asked.path.endswith("selfsubjectreviews"):
            return {"status": {"userInfo": {"username": "system:serviceaccount:ops:stanch", "groups": []}}}
        wanted = asked.body["spec"]["resourceAttributes"]
        name = "/".join(filter(None, [wanted["resource"], wanted.get("subresource")]))
        return {"status": {"allowed": f"{wanted['verb']} {name}" not in self.forbidden}}

    def _watch(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        """What has happened since the resourceVersion, then a bookmark, then the end: time is not waited for here."""
        since, folder = int(asked.query["resourceVersion"]), asked.path
        if re.search(KINDS, folder) is None:
            return _send(handler, 404, json.dumps(_status(404, "NotFound", folder)).encode())
        if since < self.oldest:
            old = _status(410, "Expired", f"too old resource version: {since} ({self.oldest})")
            return _send(handler, 200, json.dumps({"type": "ERROR", "object": old}).encode() + b"\n")
        events = [
            {"type": kind, "object": thing}
            for version, where, kind, thing in self.log_of_changes
            if where == folder and version > since and _field_fits(asked.query.get("fieldSelector", ""), thing)
        ]
        if asked.query.get("allowWatchBookmarks") == "true":
            marked = {"metadata": {"resourceVersion": str(self.version), "creationTimestamp": None}}
            events.append({"type": "BOOKMARK", "object": marked})
        _send(handler, 200, b"".join(json.dumps(event).encode() + b"\n" for event in events))

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
        if re.search(KINDS, asked.path) is None:
            return None
        wanted, field = _parsed(asked.query.get("labelSelector", "")), asked.query.get("fieldSelector", "")
        return [
            each
            for each in found
            if all(fits(each["metadata"].get("labels") or {}) for fits in wanted) and _field_fits(field, each)
        ]

    def _patch(self, asked: Asked) -> tuple[int, Any]:
        if asked.content_type not in PATCHES:
            return 415, _status(415, "UnsupportedMediaType", asked.content_type)
        path = asked.path.removesuffix("/scale")
        if path not in self.things:
            return 404, _status(404, "NotFound", path)
        before = self.things[path]
        after = copy.deepcopy(before)
        if asked.content_type == PATCHES[0]:
            try:
                for operation in asked.body:
                    _operate(after, operation)
            except (KeyError, ValueError) as error:
                return 422, _status(
                    422, "Invalid", f"the server rejected our request due to an error in our request: {error}"
                )
        else:
            _merge(after, asked.body)
        if asked.query.get("dryRun") != "All":
            if after["spec"] != before["spec"]:
                after["metadata"]["generation"] = after["metadata"].get("generation", 0) + 1
                after["rolling"] = 0
            self.things[path] = after
            self.touch(path)
        return 200, _scale(after) if asked.path.endswith("/scale") else after

    def _evict(self, asked: Asked) -> tuple[int, Any]:
        path = asked.path.removesuffix("/eviction")
        if path not in self.things:
            return 404, _status(404, "NotFound", path)
        name, options = path.rpartition("/")[2], asked.body.get("deleteOptions") or {}
        if asked.body["metadata"]["name"] != name or asked.body["kind"] != "Eviction":
            return 400, _status(400, "BadRequest", "name in URL does not match name in Eviction object")
        told, query = options.get("dryRun") or [], [asked.query["dryRun"]] if "dryRun" in asked.query else []
        if told and query and told != query:
            return 400, _status(
                400, "BadRequest", f"Non-matching dry-run options in request and content: {query} and {told}"
            )
        wanted_uid = (options.get("preconditions") or {}).get("uid")
        if wanted_uid and wanted_uid != self.things[path]["metadata"]["uid"]:
            return 409, _status(409, "Conflict", "Precondition failed: UID in precondition does not match")
        budgets = self._covering(path)
        if len(budgets) > 1:
            return 500, _status(500, "InternalError", MORE_THAN_ONE)
        if self.held.get(name, 0) > 0 or any(each["status"]["disruptionsAllowed"] < 1 for each in budgets):
            self.held[name] = self.held.get(name, 0) - 1
            refused = _status(
                429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget."
            )
            cause = {"reason": "DisruptionBudget", "message": "The disruption budget checkout needs 6 healthy pods"}
            return 429, refused | {"details": {"causes": [cause]}}
        if not (told or query):
            for each in budgets:
                each["status"]["disruptionsAllowed"] -= 1
            self.things[path]["metadata"]["deletionTimestamp"] = "2026-11-23T03:20:00Z"
        return 201, _status(201, "", "") | {"status": "Success"}

    def _covering(self, pod: str) -> list[dict[str, Any]]:
        """The budgets of a pod: an empty selector is about every pod of the namespace, none at all about none."""
        folder = f"/apis/policy/v1/namespaces/{pod.split('/')[4]}/poddisruptionbudgets/"
        labels = self.things[pod]["metadata"].get("labels") or {}
        found = []
        for each in [thing for path, thing in self.things.items() if path.startswith(folder)]:
            chosen = each["spec"].get("selector")
            if chosen is not None and all(fits(labels) for fits in _chosen(chosen)):
                found.append(each)
        return found

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
    with contextlib.suppress(OSError):
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


def _operate(thing: dict[str, Any], operation: dict[str, Any]) -> None:
    """RFC 6902, as far as it is used here; what does not fit is 422."""
    *way, last = operation["path"].strip("/").split("/")
    for part in way:
        thing = thing[part]
    match operation["op"]:
        case "add":
            thing[last] = operation["value"]
        case "replace" if last in thing:
            thing[last] = operation["value"]
        case "remove" if last in thing:
            del thing[last]
        case "test" if thing.get(last) == operation["value"]:
            pass
        case _:
            raise ValueError(operation["path"])


def _parsed(text: str) -> list[Fits]:
    """A ``labelSelector``; raises ``ValueError`` for what the real server cannot parse."""
    found: list[Fits] = []
    for part in re.split(r",(?![^(]*\))", text) if text else []:
        if grouped := re.fullmatch(rf"({LABEL}) (in|notin) \(([^()]*)\)", part):
            values = grouped[3].split(",")
            inside = grouped[2] == "in"
            found.append(
                lambda labels, key=grouped[1], values=values, inside=inside: (labels.get(key) in values) == inside
            )
        elif equal := re.fullmatch(rf"({LABEL})(=|==|!=)([A-Za-z0-9._-]*)", part):
            found.append(
                lambda labels, key=equal[1], value=equal[3], same=equal[2] != "!=": (labels.get(key) == value) == same
            )
        elif there := re.fullmatch(rf"(!?)({LABEL})", part):
            found.append(lambda labels, key=there[2], wanted=not there[1]: (key in labels) == wanted)
        else:
            raise ValueError(f"unable to parse requirement: {part!r}")
    return found


def _chosen(selector: dict[str, Any]) -> list[Fits]:
    """A selector of an object, through the same door."""
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for each in selector.get("matchExpressions") or []:
        values, key = ",".join(each.get("values") or []), each["key"]
        words = {
            "In": f"{key} in ({values})",
            "NotIn": f"{key} notin ({values})",
            "Exists": key,
            "DoesNotExist": f"!{key}",
        }
        parts.append(words[each["operator"]])
    return _parsed(",".join(parts))


def _field_fits(selector: str, thing: dict[str, Any]) -> bool:
    """A ``fieldSelector``: only the fields that the real server knows."""
    for part in filter(None, selector.split(",")):
        path, _, value = part.partition("=")
        if path not in FIELDS:
            raise ValueError(f"field label not supported: {path}")
        found: Any = thing
        for key in path.split("."):
            found = (found or {}).get(key)
        if found != value:
            return False
    return True


def _merge(thing: dict[str, Any], patch: dict[str, Any]) -> None:
    for key, value in patch.items():
        if value is None:
            thing.pop(key, None)
        elif isinstance(value, dict) and isinstance(thing.get(key), dict) and "$patch" not in value:
            _merge(thing[key], value)
        else:
            thing[key] = value
