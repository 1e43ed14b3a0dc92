"""The state before, as ``kubectl describe``, ``get events`` and ``logs --previous`` would show it (R24). Each part by itself."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml

from stanch.integrations.kubernetes import pods, rollout
from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.target import Target
from stanch.ports import Exhibit, Failed

# So many unwell pods have their logs kept: the others tell the same.
UNWELL = 3
SECRET = re.compile("secret|token|passw|credential|key|dsn|database_url", re.IGNORECASE)
DULL = ("managedFields", "selfLink")


def exhibits(connection: Connection, target: Target) -> list[Exhibit]:
    """Raises ``Failed`` only when not even the object can be had."""
    thing = connection.get(target.path())
    found = [Exhibit(f"describe {target.words()}", _snapshot(thing))]
    if target.workload():
        found.append(_part(f"revisions of {target.words()}", lambda: _revisions(connection, target, thing)))
    own: list[dict[str, Any]] = []
    try:
        own = pods.of(connection, target)
        found.append(Exhibit(f"pods of {target.words()}", "\n".join(map(_pod, own)) or "none"))
    except Failed as failed:
        found.append(Exhibit(f"pods of {target.words()}", f"could not be had: {failed.detail}"))
    found.append(_part(f"events of {target.words()}", lambda: _events(connection, target, own)))
    for pod in [pod for pod in own if _unwell(pod)][:UNWELL] or own[:1]:
        found += _logs(connection, pod)
    return found


def _part(name: str, read: Callable[[], str]) -> Exhibit:
    try:
        return Exhibit(name, read())
    except Failed as failed:
        return Exhibit(name, f"could not be had: {failed.detail}")


def _snapshot(thing: dict[str, Any]) -> str:
    meta = {k: v for k, v in thing.get("metadata", {}).items() if k not in DULL}
    notes = {k: v for k, v in (meta.get("annotations") or {}).items() if not k.endswith("last-applied-configuration")}
    return yaml.safe_dump(_discreet({**thing, "metadata": {**meta, "annotations": notes}}), sort_keys=False)


def _discreet(value: Any) -> Any:
    """Without the values of environment variables that are named like secrets: evidence is read by many."""
    if isinstance(value, list):
        return [_discreet(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "value" in value and SECRET.search(str(value.get("name", ""))):
        return {**value, "value": "(left out)"}
    return {key: _discreet(each) for key, each in value.items()}


def _revisions(connection: Connection, target: Target, thing: dict[str, Any]) -> str:
    return (
        "\n".join(f"{each[0]}: {rollout.words(each)}" for each in rollout.revisions(connection, target, thing))
        or "none"
    )


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
    return f"{name} on {node}: {status.get('phase')}, {ready} of {len(containers)} ready, {restarts} restarts" + (
        f": {why}" if why else ""
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
    listed = connection.get(path, limit="500").get("items") or []
    of_us = [each for each in listed if each.get("involvedObject", {}).get("name", "").startswith(tuple(names))]
    return "\n".join(_event(each) for each in sorted(of_us, key=_when)) or "none in the last hour"


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


def _logs(connection: Connection, pod: dict[str, Any]) -> list[Exhibit]:
    meta, found = pod["metadata"], list[Exhibit]()
    restarted = {
        each.get("name") for each in pod.get("status", {}).get("containerStatuses") or [] if each.get("restartCount", 0)
    }
    for container in [each["name"] for each in pod.get("spec", {}).get("containers") or []]:
        read = partial(pods.log, connection, meta["namespace"], meta["name"], container)
        found.append(_part(f"log of {meta['name']}, {container}", read))
        if container in restarted:
            found.append(_part(f"previous log of {meta['name']}, {container}", partial(read, previous=True)))
    return found
