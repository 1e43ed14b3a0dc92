"""A small, strict API server: enough of Kubernetes to be told apart from kubectl's own requests (there is none to install here).

Its objects are recordings of a real v1.33 control plane (``tests/data/k8s``). It is strict about selectors, ``resourceVersion``,
content types, patches, ``dryRun``, eviction budgets and preconditions, pages and their ``continue``, and watches end with a bookmark
or in 410 as the real one's do. What changes by itself: a rollout goes on a little at each look; with ``controllers`` set, the
controllers make revisions, pods and status as the real ones do. ``python -m tests.components.kubernetes`` runs it as a process.
"""

import base64
import contextlib
import copy
import datetime
import hashlib
import json
import re
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.components.kubernetes.answers import Place, forbidden, not_found, scale, status
from tests.components.kubernetes.controllers import Controllers
from tests.components.kubernetes.managed_fields import claim
from tests.components.kubernetes.patches import Refusal, patched
from tests.components.kubernetes.selectors import chosen, field_fits, parsed

DATA = Path(__file__).parents[2] / "data/k8s"
TOKEN = "for-tests-only"
REVIEWS = (
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/apis/authentication.k8s.io/v1/selfsubjectreviews"
)  # fmt: skip
ME = "system:serviceaccount:ops:stanch"
MORE_THAN_ONE = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget."
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def recorded(name: str) -> Any:
    """A recorded answer."""
    return json.loads((DATA / f"{name}.json").read_text())


def refusal(code: str) -> tuple[int, bytes]:
    """A recorded refusal, such as ``403``: its status and its body."""
    head, _, body = next(DATA.glob(f"error-{code}*.http.txt")).read_text().partition("\n\n")
    return int(head.split()[1]), body.strip().encode()


class Lingering(ThreadingHTTPServer):
    """Reads on before it closes: a reset would take away the alert that says why a handshake has failed."""

    def shutdown_request(self, request: Any) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(request, socket.SHUT_WR)
            request.settimeout(1.0)
            while socket.socket.recv(request, 65536):
                pass
        super().shutdown_request(request)


class Asked:
    """One request as it came."""

    def __init__(self, method: str, target: str, content_type: str, body: bytes) -> None:
        parts = urlsplit(target)
        self.method, self.path, self.query = method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
        self.content_type, self.body = content_type, json.loads(body) if body else None
        self.headers: list[tuple[str, str]] = []

    def manager(self) -> str:
        """Who is noted in ``managedFields``: as it says itself, else by its User-Agent."""
        agent = next((value for name, value in self.headers if name.lower() == "user-agent"), "unknown")
        return self.query.get("fieldManager") or agent.partition("/")[0].partition(" ")[0]

    def verb(self) -> str:
        """What RBAC calls it."""
        if self.query.get("watch") == "true":
            return "watch"
        listing = not Place(self.path).name
        return {"PATCH": "patch", "POST": "create"}.get(self.method) or ("list" if listing else "get")


class Cluster:
    """``things``: objects by path. ``scripted``: an answer, or ``drop`` or ``drop after``, for the next "METHOD path".

    ``forbidden``: what RBAC refuses, such as ``patch deployments/scale``. ``page``: the most objects of one page of a list.
    ``live``: watches last as long as was asked, and not only until now.
    """

    def __init__(self, *, controllers: bool = False, live: bool = False, port: int = 0) -> None:
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
        self.page = 10_000
        self.live, self.port = live, port
        self.controllers = Controllers(self) if controllers else None
        self.changed = threading.Condition()
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
        with self.changed:
            self.changed.notify_all()

    def step(self) -> None:
        """The controllers go on, also while nobody asks."""
        with self._lock:
            if self.controllers is not None:
                self.controllers.step()

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

        self._server = Lingering(("127.0.0.1", self.port), Handler)
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
            watching = asked.method == "GET" and asked.query.get("watch") == "true"
            code, answer = (0, None) if watching else self._answered(asked)
            if said == "drop after":
                return _hang_up(handler)
        if watching:
            return self._watch(handler, asked)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        _send(handler, code, content)

    def _answered(self, asked: Asked) -> tuple[int, Any]:
        """One request; ``Refusal`` is what is answered instead."""
        try:
            if self.controllers is not None:
                self.controllers.step()
            self._checked(asked)
            return self._done(asked)
        except Refusal as refused:
            return refused.answer

    def _checked(self, asked: Asked) -> None:
        place, accept = Place(asked.path), next((v for k, v in asked.headers if k.lower() == "accept"), "*/*")
        if not re.search(r"application/json|\*/\*|application/\*", accept):
            said = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
            raise Refusal((406, status(406, "NotAcceptable", said)))
        if asked.query.get("dryRun", "All") != "All":
            bad = 'dryRun: Unsupported value: "{}": supported values: "All"'.format(asked.query["dryRun"])
            raise Refusal((422, status(422, "Invalid", f'PatchOptions.meta.k8s.io "" is invalid: {bad}')))
        name = f"{place.plural}/{place.sub}" if place.sub else place.plural
        if f"{asked.verb()} {name}" in self.forbidden:
            raise Refusal(forbidden(asked.path, asked.verb(), ME))

    def _done(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "PATCH":
            return self._patch(asked)
        if asked.method == "POST" and asked.path.endswith("/eviction"):
            return self._evict(asked)
        if asked.method == "POST" and asked.path in REVIEWS:
            return 201, self._reviewed(asked)
        if asked.method == "POST" and Place(asked.path).known and not Place(asked.path).name:
            return self._create(asked)
        if asked.method != "GET":
            return 405, status(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
            )
        if asked.path == "/version":
            return 200, recorded("version")
        if asked.path.endswith("/log"):
            return self._log(asked)
        if asked.path.endswith("/scale") and asked.path.removesuffix("/scale") in self.things:
            return 200, scale(self.things[asked.path.removesuffix("/scale")])
        if asked.path in self.things:
            return self._object(asked.path)
        place = Place(asked.path)
        if place.name or not place.known:
            return not_found(asked.path)
        return self._list(asked)

    def _create(self, asked: Asked) -> tuple[int, Any]:
        place, name = Place(asked.path), asked.body["metadata"]["name"]
        if f"{asked.path}/{name}" in self.things:
            said = f'{place.resource()} "{name}" already exists'
            return 409, status(409, "AlreadyExists", said, **place.details() | {"name": name})
        meta = {
            "namespace": place.namespace,
            "uid": f"uid-{name}",
            "generation": 1,
            "creationTimestamp": _now(),
            **asked.body["metadata"],
        }
        thing = self.add(asked.path, {"status": {}, **asked.body, "metadata": meta})
        self.touch(f"{asked.path}/{name}", "ADDED")
        return 201, _shown(thing)

    def _reviewed(self, asked: Asked) -> dict[str, Any]:
        if asked.path.endswith("selfsubjectreviews"):
            return {"status": {"userInfo": {"username": ME, "groups": []}}}
        wanted = asked.body["spec"]["resourceAttributes"]
        name = "/".join(filter(None, [wanted["resource"], wanted.get("subresource")]))
        return {"status": {"allowed": f"{wanted['verb']} {name}" not in self.forbidden}}

    def _list(self, asked: Asked) -> tuple[int, Any]:
        """A page of a list. ``continue`` names the version that the first page showed: once that is compacted away it is 410."""
        self._versions(asked.query)
        try:
            found = self._chosen(asked)
            limit, after, version = int(asked.query.get("limit") or 0), "", str(self.version)
            if token := asked.query.get("continue"):
                version, _, after = base64.urlsafe_b64decode(token).decode().partition(" ")
        except ValueError as error:
            return 400, status(400, "BadRequest", str(error))
        if int(version) < self.oldest:
            said = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
            return 410, status(410, "Expired", said)
        rest = [(path, each) for path, each in sorted(found.items()) if path > after]
        shown = rest[: min(limit or self.page, self.page)]
        meta: dict[str, Any] = {"resourceVersion": version}
        if len(shown) < len(rest):
            token = base64.urlsafe_b64encode(f"{version} {shown[-1][0]}".encode()).decode()
            meta |= {"continue": token, "remainingItemCount": len(rest) - len(shown)}
        return 200, {"kind": "List", "apiVersion": "v1", "metadata": meta, "items": [_shown(each) for _, each in shown]}

    @staticmethod
    def _versions(query: dict[str, str]) -> None:
        match, version, watching = (
            query.get("resourceVersionMatch"),
            query.get("resourceVersion"),
            query.get("watch") == "true",
        )
        why = ""
        if match and not version and query.get("sendInitialEvents") is None:
            why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
        elif match and watching and query.get("sendInitialEvents") is None:
            why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        elif match not in (None, "Exact", "NotOlderThan"):
            why = f'resourceVersionMatch: Unsupported value: "{match}"'
        elif match == "Exact" and version == "0":
            why = 'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"'
        elif query.get("sendInitialEvents") is not None and (not watching or match != "NotOlderThan"):
            why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, and a watch"
        elif query.get("continue") and version not in (None, "", "0"):
            why = "resourceVersion is forbidden when continue is provided"
        elif version and not version.isdecimal():
            why = f'resourceVersion: Invalid value: "{version}"'
        if why:
            raise Refusal((422, status(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {why}')))

    def _chosen(self, asked: Asked) -> dict[str, dict[str, Any]]:
        """Raises ``ValueError`` for a selector that cannot be parsed."""
        place = Place(asked.path)
        everywhere = place.plural not in ("nodes",) and not place.namespace
        folder = (
            re.escape(asked.path)
            if not everywhere
            else f"{asked.path.removesuffix(place.plural)}namespaces/[^/]+/{place.plural}"
        )
        wanted, field = parsed(asked.query.get("labelSelector", "")), asked.query.get("fieldSelector", "")
        found = {path: thing for path, thing in self.things.items() if re.fullmatch(f"{folder}/[^/]+", path)}
        field_fits(field, {})
        return {
            path: each
            for path, each in found.items()
            if all(fits(each["metadata"].get("labels") or {}) for fits in wanted) and field_fits(field, each)
        }

    def _watch(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        """What has happened since the resourceVersion, and a bookmark before the end. ``live`` lasts ``timeoutSeconds``."""
        if not Place(asked.path).known or Place(asked.path).name:
            return _send(handler, *_bytes(not_found(asked.path)))
        try:
            with self._lock:
                self._checked(asked)
                self._versions(asked.query)
                initial = (
                    []
                    if asked.query.get("resourceVersion", "0") not in ("", "0")
                    else list(self._chosen(asked).values())
                )
                since = self.version if initial else int(asked.query.get("resourceVersion") or 0)
        except ValueError as error:
            return _send(handler, 400, json.dumps(status(400, "BadRequest", str(error))).encode())
        except Refusal as refused:
            return _send(handler, *_bytes(refused.answer))
        if since < self.oldest:
            old = status(410, "Expired", f"too old resource version: {since} ({self.oldest})")
            return _send(handler, 200, json.dumps({"type": "ERROR", "object": old}).encode() + b"\n")
        events = [{"type": "ADDED", "object": _shown(each)} for each in initial]
        bookmarks = asked.query.get("allowWatchBookmarks") == "true"
        if asked.query.get("sendInitialEvents") == "true" and bookmarks:
            events.append(_bookmark(self.version, ended=True))
        if not self.live:
            events += self._since(asked, since)[1] + ([_bookmark(self.version)] if bookmarks else [])
            return _send(handler, 200, b"".join(json.dumps(event).encode() + b"\n" for event in events))
        self._stream(handler, asked, since, events)

    def _stream(self, handler: BaseHTTPRequestHandler, asked: Asked, since: int, events: list[dict[str, Any]]) -> None:
        end = time.monotonic() + float(asked.query.get("timeoutSeconds", "300"))
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while True:
                for event in events:
                    _chunk(handler, json.dumps(event).encode() + b"\n")
                left = end - time.monotonic()
                if left <= 0:
                    break
                with self.changed:
                    self.changed.wait(min(left, 1.0))
                since, events = self._since(asked, since)
            if asked.query.get("allowWatchBookmarks") == "true":
                _chunk(handler, json.dumps(_bookmark(since)).encode() + b"\n")
            _chunk(handler, b"")
        except OSError:
            handler.close_connection = True

    def _since(self, asked: Asked, since: int) -> tuple[int, list[dict[str, Any]]]:
        with self._lock:
            events = [
                {"type": kind, "object": _shown(thing)}
                for version, where, kind, thing in self.log_of_changes
                if where == asked.path and version > since and field_fits(asked.query.get("fieldSelector", ""), thing)
            ]
            return self.version, events

    def _object(self, path: str) -> tuple[int, Any]:
        thing = self.things[path]
        if self.controllers is None and thing["metadata"].get("deletionTimestamp"):
            left = thing.setdefault("looks", 2)
            thing["looks"] = left - 1
            if left <= 0:
                del self.things[path]
                return not_found(path)
        elif self.controllers is None and "/deployments/" in path:
            self._roll(thing)
        return 200, _shown(thing)

    def _roll(self, thing: dict[str, Any]) -> None:
        """The controller, a step at each look: one more pod is updated and available."""
        wanted, now = thing["spec"]["replicas"], thing["status"]
        now["observedGeneration"] = thing["metadata"]["generation"]
        rolling = thing.get("rolling", wanted)
        now.update(replicas=wanted, updatedReplicas=rolling, availableReplicas=rolling, readyReplicas=rolling)
        thing["rolling"] = min(wanted, rolling + 1)

    def _patch(self, asked: Asked) -> tuple[int, Any]:
        path = asked.path.removesuffix("/scale")
        if path not in self.things:
            return not_found(path)
        before = self.things[path]
        after = patched(asked.path, asked.content_type, asked.query, asked.body, before)
        if after["spec"] != before["spec"]:
            after["metadata"]["generation"] = after["metadata"].get("generation", 0) + 1
            after["rolling"] = 0
        if after != before:
            claim(before, after, asked.manager(), "scale" if asked.path.endswith("/scale") else "")
            if asked.query.get("dryRun") != "All":  # what changes nothing is not written
                self.things[path] = after
                self.touch(path)
        return 200, scale(after) if asked.path.endswith("/scale") else _shown(after)

    def _evict(self, asked: Asked) -> tuple[int, Any]:
        path = asked.path.removesuffix("/eviction")
        if path not in self.things:
            return not_found(path)
        name, options = path.rpartition("/")[2], asked.body.get("deleteOptions") or {}
        if asked.content_type not in ("", "application/json"):
            return 415, status(415, "UnsupportedMediaType", "the body of the request was in an unknown format")
        if (asked.body.get("kind"), asked.body.get("apiVersion")) != ("Eviction", "policy/v1"):
            return 400, status(
                400, "BadRequest", f"no kind {asked.body.get('kind')!r} is registered for this version of eviction"
            )
        if asked.body["metadata"]["name"] != name:
            return 400, status(400, "BadRequest", "name in URL does not match name in Eviction object")
        told, query = options.get("dryRun") or [], [asked.query["dryRun"]] if "dryRun" in asked.query else []
        if told and query and told != query:
            said = f"Non-matching dry-run options in request and content: {query} and {told}"
            return 500, status(500, "InternalError", said)
        pod = self.things[path]
        wanted_uid = (options.get("preconditions") or {}).get("uid")
        if wanted_uid and wanted_uid != pod["metadata"]["uid"]:
            said = (
                f"Precondition failed: UID in precondition: {wanted_uid}, UID in object meta: {pod['metadata']['uid']}"
            )
            return 409, status(409, "Conflict", said)
        ignoring = pod["metadata"].get("deletionTimestamp") or pod.get("status", {}).get("phase") in (
            "Succeeded",
            "Failed",
            "Pending",
        )
        budgets = [] if ignoring else self._covering(path)
        if len(budgets) > 1:
            return 500, status(500, "", MORE_THAN_ONE)
        if refused := self._violates(name, pod, budgets, counted=not (told or query)):
            return 429, refused
        if not (told or query):
            pod["metadata"].setdefault("deletionTimestamp", _now())
            pod["metadata"].setdefault("deletionGracePeriodSeconds", options.get("gracePeriodSeconds", 30))
            self.touch(path)
        return 201, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}

    def _violates(
        self, name: str, pod: dict[str, Any], budgets: list[dict[str, Any]], *, counted: bool
    ) -> dict[str, Any] | None:
        """Why a budget does not let it go; counts it down otherwise."""
        held = self.held.get(name, 0) > 0
        if counted and held:
            self.held[name] -= 1
        for each in budgets or (
            [{"metadata": {"name": "checkout"}, "status": {"disruptionsAllowed": 0}}] if held else []
        ):
            now, called = each["status"], each["metadata"]["name"]
            ready = any(
                c.get("type") == "Ready" and c.get("status") == "True"
                for c in pod.get("status", {}).get("conditions") or []
            )
            if not ready and now.get("currentHealthy", 0) >= now.get("desiredHealthy", 0) > 0:
                continue
            if now.get("observedGeneration", 0) < each["metadata"].get("generation", 0):
                said = f"The disruption budget {called} is still being processed by the server."
                return _too_many(said, 10)
            if held or now["disruptionsAllowed"] < 1:
                healthy, current = now.get("desiredHealthy", 6), now.get("currentHealthy", 6)
                return _too_many(
                    f"The disruption budget {called} needs {healthy} healthy pods and has {current} currently", 0
                )
            if counted:
                now["disruptionsAllowed"] -= 1
        return None

    def _covering(self, pod: str) -> list[dict[str, Any]]:
        """The budgets of a pod: an empty selector is about every pod of the namespace, none at all about none."""
        folder = f"/apis/policy/v1/namespaces/{pod.split('/')[4]}/poddisruptionbudgets/"
        labels = self.things[pod]["metadata"].get("labels") or {}
        found = []
        for each in [thing for path, thing in self.things.items() if path.startswith(folder)]:
            selector = each["spec"].get("selector")
            if selector is not None and all(fits(labels) for fits in chosen(selector)):
                found.append(each)
        return found

    def _log(self, asked: Asked) -> tuple[int, Any]:
        pod = asked.path.removesuffix("/log")
        if pod not in self.things:
            return not_found(pod)
        own = [each["name"] for each in self.things[pod]["spec"].get("containers") or []]
        wanted = asked.query.get("container", "")
        if not wanted and len(own) > 1:
            said = (
                f"a container name must be specified for pod {pod.rpartition('/')[2]}, choose one of: [{' '.join(own)}]"
            )
            return 400, status(400, "BadRequest", said)
        if wanted and wanted not in own:
            return 400, status(400, "BadRequest", f"container {wanted} is not valid for pod {pod.rpartition('/')[2]}")
        name = asked.path.split("/")[-2] + (" previous" if asked.query.get("previous") == "true" else "")
        if name not in self.logs:
            return 400, status(400, "BadRequest", "previous terminated container not found")
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


def _send(handler: BaseHTTPRequestHandler, code: int, content: bytes) -> None:
    """``Retry-After`` where the answer says so itself; a bare 429 is the server's own limit (priority and fairness)."""
    handler.send_response(code)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    if code == 429:
        told = json.loads(content) if content.startswith(b"{") else {}
        after = (told.get("details") or {}).get("retryAfterSeconds", 0 if "details" in told else 10)
        if after:
            handler.send_header("Retry-After", str(after))
    handler.end_headers()
    handler.wfile.write(content)


def _chunk(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
    handler.wfile.flush()


def _bytes(answer: tuple[int, Any]) -> tuple[int, bytes]:
    return answer[0], answer[1] if isinstance(answer[1], bytes) else json.dumps(answer[1]).encode()


def _shown(thing: dict[str, Any]) -> dict[str, Any]:
    """Without what only this server keeps of it."""
    return {key: value for key, value in thing.items() if key not in ("looks", "rolling")}


def _bookmark(version: int, *, ended: bool = False) -> dict[str, Any]:
    notes = {"annotations": {"k8s.io/initial-events-end": "true"}} if ended else {}
    return {
        "type": "BOOKMARK",
        "object": {"metadata": {"resourceVersion": str(version), "creationTimestamp": None, **notes}},
    }


def _too_many(cause: str, after: int) -> dict[str, Any]:
    causes = [{"reason": "DisruptionBudget", "message": cause}]
    details: dict[str, Any] = {"causes": causes, **({"retryAfterSeconds": after} if after else {})}
    return status(429, "TooManyRequests", WOULD_VIOLATE, **details)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
