"""Pods: logs (previous ones, too), allow-listed diagnostics through ``exec``, and how to forward a port (formats/06, 6.4)."""

import json
import time
from typing import Any

from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.target import Target, needs, selector, whole
from stanch.ports import Applied, Arguments, Failed, Preview, Say

OUTPUT = 20_000
TAIL_LINES, LOG_BYTES = "200", "200000"
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
REVIEWS = "/apis/authorization.k8s.io/v1"
STDOUT, STDERR, STATUS = 1, 2, 3


def execute(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Run one of the configured diagnostics in a pod, or in one pod of a workload; its output is kept.

    What runs comes from the configuration, never from the arguments. Raises ``Failed`` with the output when it fails there.
    """
    argv, pod, container = _meant(connection, target, arguments)
    path = f"/api/v1/namespaces/{target.namespace}/pods/{pod}/exec"
    query = [("command", word) for word in argv] + [("stdout", "true"), ("stderr", "true")]
    say(f"{' '.join(argv)[:100]} in {pod}")
    output, code = _read(connection, path, query + ([("container", container)] if container else []))
    if code:
        said = f": {output[-2000:]}" if output.strip() else ", and said nothing"
        raise Failed(f"{argv[0]} in {pod} ended with {code}{said}", again=False)
    return Applied(f"{pod}$ {' '.join(argv)}\n{output}")


def try_execute(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """What would run, and where."""
    argv, pod, container = _meant(connection, target, arguments)
    text = f"would run in {pod}{f', container {container}' if container else ''}: {' '.join(argv)}"
    return Preview(text, None, _forbidden(connection, target, pod))


def forward(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """The command for the user's own terminal: a tunnel through this server would widen its attack surface."""
    return Applied(try_forward(connection, target, arguments).text)


def try_forward(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """The command."""
    if target.kind == "node":
        raise Failed("a port is forwarded to a pod or a workload", again=False)
    port, local = whole(arguments, "port"), whole(arguments, "local_port")
    if not port:
        raise Failed("port is missing; write the one in the pod", again=False)
    connection.get(target.path())
    return Preview(f"kubectl port-forward -n {target.namespace} {target.kind}/{target.name} {local or port}:{port}")


def of(connection: Connection, target: Target) -> list[dict[str, Any]]:
    """The pods of a workload, or the pod itself, or those on a node."""
    if target.kind == "pod":
        return [connection.get(target.path())]
    if target.kind == "node":
        return connection.items("/api/v1/pods", fieldSelector=f"spec.nodeName={target.name}")
    chosen = selector(connection.get(target.path()))
    return connection.items(f"/api/v1/namespaces/{target.namespace}/pods", labelSelector=chosen)


def log(connection: Connection, namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
    """The last lines of a container, or of the one before it. Raises ``Failed`` (400 when it never restarted)."""
    query = {"container": container, "tailLines": TAIL_LINES, "limitBytes": LOG_BYTES, "timestamps": "true"}
    return connection.text(
        f"/api/v1/namespaces/{namespace}/pods/{pod}/log", **query, **({"previous": "true"} if previous else {})
    )


def _meant(connection: Connection, target: Target, arguments: Arguments) -> tuple[list[str], str, str]:
    """(What to run, pod, container.) Raises ``Failed`` when there is no such diagnostic, pod or container."""
    needs(target, "pod", "deployment", "statefulset", "daemonset")
    known = connection.settings.diagnostics
    wanted = arguments.get("diagnostic")
    if wanted not in known:
        listed = ", ".join(known) or "none is configured"
        raise Failed(
            f"diagnostic is {wanted!r}; those of the setting kubernetes.diagnostics are: {listed}", again=False
        )
    pod = _chosen(of(connection, target), target)
    return known[str(wanted)], str(pod["metadata"]["name"]), _container(pod, str(arguments.get("container", "")))


def _chosen(pods: list[dict[str, Any]], target: Target) -> dict[str, Any]:
    """A ready pod; else a running one."""
    running = [
        pod
        for pod in pods
        if pod.get("status", {}).get("phase") == "Running" and not pod["metadata"].get("deletionTimestamp")
    ]
    if not running:
        raise Failed(f"no pod of {target.words()} is running", again=False)
    return next(filter(ready, running), running[0])


def ready(pod: dict[str, Any]) -> bool:
    """Whether it gets traffic."""
    conditions = pod.get("status", {}).get("conditions") or []
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


def _container(pod: dict[str, Any], wanted: str) -> str:
    """The named one; else the one that its annotation names, as kubectl does; else the first."""
    names = [str(each["name"]) for each in pod.get("spec", {}).get("containers") or []]
    default = str((pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER, ""))
    if wanted and wanted not in names:
        raise Failed(f"{pod['metadata']['name']} has no container '{wanted}'; it has {', '.join(names)}", again=False)
    return wanted or (default if default in names else next(iter(names), ""))


def _forbidden(connection: Connection, target: Target, pod: str) -> list[str]:
    """Why ``exec`` is not allowed: there is no dry run of it, so a SelfSubjectAccessReview is asked."""
    attributes = {
        "namespace": target.namespace,
        "verb": "create",
        "resource": "pods",
        "subresource": "exec",
        "name": pod,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    try:
        told = connection.ask(f"{REVIEWS}/selfsubjectaccessreviews", body).get("status") or {}
    except Failed:
        return []  # the review is not available: the run itself reports it
    why = f": {told['reason']}" if told.get("reason") else ""
    return [] if told.get("allowed") else [f"the credentials may not run anything in {pod} (create on pods/exec){why}"]


def _read(connection: Connection, path: str, query: list[tuple[str, str]]) -> tuple[str, str]:
    """Output of both streams as they came, and how it ended: an exit code, or the server's words; empty when well."""
    import websocket

    socket = connection.websocket(path, query)
    end, kept = time.monotonic() + connection.settings.timeout, b""
    try:
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise websocket.WebSocketTimeoutException
            socket.settimeout(left)
            frame = socket.recv()
            frame = frame.encode() if isinstance(frame, str) else frame
            if not frame:
                return _text(kept), "no exit code: the connection was closed"
            if frame[0] in (STDOUT, STDERR):
                kept = (kept + frame[1:])[-OUTPUT * 4 :]
            elif frame[0] == STATUS:
                return _text(kept), _ended(frame[1:])
    except websocket.WebSocketTimeoutException:
        raise Failed(
            f"it took longer than {connection.settings.timeout:g} s: {_text(kept)[-500:]}", again=False
        ) from None
    except (websocket.WebSocketException, OSError) as error:
        raise Failed(f"the connection broke ({error}): {_text(kept)[-500:]}", again=False) from None
    finally:
        socket.shutdown()  # close() leaves the socket open after a close frame of the other side


def _ended(status: bytes) -> str:
    try:
        told = json.loads(status)
    except (ValueError, UnicodeDecodeError):
        return "an answer that is not understood"
    if told.get("status") == "Success":
        return ""
    causes = (told.get("details") or {}).get("causes") or []
    code = next((str(cause.get("message")) for cause in causes if cause.get("reason") == "ExitCode"), "")
    return f"exit code {code}" if code else str(told.get("message", "a failure"))


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").replace("\x00", "")[-OUTPUT:]
