"""The state before, as ``kubectl describe``, ``get events`` and ``logs --previous`` would show it (R24). Each part by itself."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import yaml

from stanch.integrations.kubernetes import pods
from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.revisions import history
from stanch.integrations.kubernetes.target import Target
from stanch.kernel.sentences import counted
from stanch.ports import EvidenceItem, Failed

# The most failing pods whose logs are captured.
UNWELL = 3
LIMIT_SECONDS = 6.0
SECRET = re.compile("secret|token|passw|credential|key|dsn|database_url", re.IGNORECASE)
DULL = ("managedFields", "selfLink")


def evidence_items(connection: Connection, target: Target) -> list[EvidenceItem]:
    """Raises ``Failed`` only when not even the object can be had."""
    thing = connection.get(target.path())
    found = [EvidenceItem(f"describe {target.words()}", _snapshot(thing))]
    if target.workload():
        found.append(
            _part(f"revisions of {target.words()}", lambda: history(connection, target, thing).words() or "none")
        )
    own: list[dict[str, Any]] = []
    try:
        own = pods.of(connection, target)
        found.append(EvidenceItem(f"pods of {target.words()}", "\n".join(map(_pod, own)) or "none"))
    except Failed as failed:
        found.append(EvidenceItem(f"pods of {target.words()}", f"could not be had: {failed.detail}"))
    found.append(_part(f"events of {target.words()}", lambda: _events(connection, target, own)))
    chosen = [pod for pod in own if _unwell(pod)][:UNWELL] or own[:1]
    return found + _at_once([each for pod in chosen for each in _logs(connection, pod)])


def _at_once(parts: list[tuple[str, Callable[[], str]]]) -> list[EvidenceItem]:
    """Reads all logs in parallel within the limit."""
    if not parts:
        return []
    pool = ThreadPoolExecutor(len(parts), "log")
    futures = {name: pool.submit(_part, name, read) for name, read in parts}
    wait(futures.values(), LIMIT_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    late = f"could not be had: no answer within {LIMIT_SECONDS:g} s"
    return [f.result() if f.done() and not f.cancelled() else EvidenceItem(name, late) for name, f in futures.items()]


def _part(name: str, read: Callable[[], str]) -> EvidenceItem:
    try:
        return EvidenceItem(name, read())
    except Failed as failed:
        return EvidenceItem(name, f"could not be had: {failed.detail}")


def _snapshot(thing: dict[str, Any]) -> str:
    meta = {k: v for k, v in thing.get("metadata", {}).items() if k not in DULL}
    notes = {k: v for k, v in (meta.get("annotations") or {}).items() if not k.endswith("last-applied-configuration")}
    return yaml.safe_dump(_discreet({**thing, "metadata": {**meta, "annotations": notes}}), sort_keys=False)


def _discreet(value: Any) -> Any:
    """Masks values of variables and arguments that are named like secrets."""
    if isinstance(value, list):
        return ["(left out)" if isinstance(each, str) and SECRET.search(each) else _discreet(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "value" in value and SECRET.search(str(value.get("name", ""))):
        return {**value, "value": "(left out)"}
    return {key: _discreet(each) for key, each in value.items()}


def _pod(pod: dict[str, Any]) -> str:
    status = pod.get("status", {})
    containers = status.get("containerStatuses") or []
    ready = sum(bool(each.get("ready")) for each in containers)
    restarts = sum(int(each.get("restartCount", 0)) for each in containers)
    why = "; ".join(filter(None, map(_why, containers)))
    name, node = (
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}",
        pod.get("spec", {}).get("nodeName", "no node"),
    )
    return (
        f"{name} on {node}: {status.get('phase')}, {ready} of {len(containers)} ready, {counted(restarts, 'restart')}"
        + (f": {why}" if why else "")
    )


def _why(container: dict[str, Any]) -> str:
    waiting = (container.get("state") or {}).get("waiting") or {}
    ended = (container.get("lastState") or {}).get("terminated") or {}
    said = [str(waiting.get("reason", ""))] if waiting else []
    if ended:
        said.append(f"ended before with {ended.get('reason')} ({ended.get('exitCode')}) at {ended.get('finishedAt')}")
    return f"{container.get('name')} {', '.join(said)}" if said else ""


def _unwell(pod: dict[str, Any]) -> bool:
    status = pod.get("status", {})
    containers = status.get("containerStatuses") or []
    return status.get("phase") != "Running" or any(not c.get("ready") or c.get("restartCount", 0) for c in containers)


def _events(connection: Connection, target: Target, own: list[dict[str, Any]]) -> str:
    """Of the object and its pods, oldest first. Those of a node lie in ``default`` under its name as uid."""
    names = {target.name, *(pod["metadata"]["name"] for pod in own)}
    path = f"/api/v1/namespaces/{target.namespace or 'default'}/events"
    of_us = [each for each in connection.items(path) if _about(each.get("involvedObject", {}), target, names)]
    return "\n".join(_event(each) for each in sorted(of_us, key=_when)) or "none in the last hour"


def _about(what: dict[str, Any], target: Target, names: set[str]) -> bool:
    """Of the object, one of its pods, or one of its ReplicaSets."""
    name = str(what.get("name", ""))
    return name in names or (what.get("kind") == "ReplicaSet" and name.rpartition("-")[0] == target.name)


def _when(event: dict[str, Any]) -> str:
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
        or event.get("metadata", {}).get("creationTimestamp") or ""
    )  # fmt: skip


def _event(event: dict[str, Any]) -> str:
    what = event.get("involvedObject", {})
    count = (event.get("series") or {}).get("count") or event.get("count") or 1
    return f"{_when(event)} {event.get('type')} {event.get('reason')} {what.get('kind')}/{what.get('name')} x{count}: {event.get('message')}"


def _logs(connection: Connection, pod: dict[str, Any]) -> list[tuple[str, Callable[[], str]]]:
    meta, found = pod["metadata"], list[tuple[str, Callable[[], str]]]()
    restarted = {
        each.get("name") for each in pod.get("status", {}).get("containerStatuses") or [] if each.get("restartCount", 0)
    }
    for container in [each["name"] for each in pod.get("spec", {}).get("containers") or []]:
        read = partial(pods.log, connection, meta["namespace"], meta["name"], container)
        found.append((f"log of {meta['name']}, {container}", read))
        if container in restarted:
            found.append((f"previous log of {meta['name']}, {container}", partial(read, previous=True)))
    return found
