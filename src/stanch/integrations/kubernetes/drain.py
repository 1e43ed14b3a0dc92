"""``kubectl drain`` (formats/06, 6.3): cordon, then evictions that respect disruption budgets, then waiting until they are gone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from stanch.integrations.kubernetes import nodes
from stanch.integrations.kubernetes.connection import Connection, Refused
from stanch.integrations.kubernetes.target import Target, needs, whole
from stanch.ports import Applied, Arguments, Extent, Failed, Preview, Say

AT_ONCE = 8
MIRROR = "kubernetes.io/config.mirror"


class Pods(msgspec.Struct):
    """The pods of a node: to be evicted, left alone (and why), and those that stand in the way (and why)."""

    evict: list[dict[str, Any]] = []
    left: list[str] = []
    objections: list[str] = []


def drain(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Nothing is evicted while any pod stands in the way. Raises ``Failed`` with what went and what did not."""
    found = sort(connection, target, arguments)
    if found.objections:
        raise Failed(f"nothing was changed: {'; '.join(found.objections)}", again=False)
    undo = nodes.mark(connection, target, True).undo
    say(f"{target.words()} takes no new pods; evicting {len(found.evict)}")
    deadline = time.monotonic() + (whole(arguments, "timeout") or connection.settings.drain)
    going = _Going(connection, whole(arguments, "grace"), deadline, len(found.evict), say)
    with ThreadPoolExecutor(AT_ONCE, "evict") as pool:
        outcomes = list(pool.map(going.evict, found.evict))
    stayed = [f"{_words(pod)} ({why})" for pod, why in zip(found.evict, outcomes, strict=True) if why]
    gone = [_words(pod) for pod, why in zip(found.evict, outcomes, strict=True) if not why]
    said = f"{len(gone)} of {len(found.evict)} pods evicted from {target.words()}"
    if stayed:
        raise Failed(
            f"{said}; still there: {'; '.join(stayed)}. The node stays cordoned: uncordon it to go back", again=False
        )
    left = f"; left alone: {', '.join(found.left)}" if found.left else ""
    return Applied(f"{said}: {', '.join(gone) or 'none was there'}{left}", undo)


def try_drain(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Which pods would go, which stay, and which disruption budgets would hold it up now."""
    found = sort(connection, target, arguments)
    held = [text for pod in found.evict for text in budgets(connection, pod)]
    lines = [f"would evict {_words(pod)}" for pod in found.evict] + [f"would leave {text}" for text in found.left]
    extent = Extent(len(found.evict), len(found.evict) + len(found.left), "pod") if lines else None
    return Preview(
        "\n".join(lines) or "there is nothing on it to evict", extent, found.objections + list(dict.fromkeys(held))
    )


def sort(connection: Connection, target: Target, arguments: Arguments) -> Pods:
    """kubectl's filters in its order; the first that says no decides."""
    needs(target, "node")
    connection.get(target.path())
    force, emptydir = arguments.get("force") == "true", arguments.get("delete_emptydir_data") == "true"
    found = Pods()
    listed = connection.get("/api/v1/pods", fieldSelector=f"spec.nodeName={target.name}", limit="500")
    for pod in listed.get("items") or []:
        meta, finished = pod["metadata"], pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
        owner = next((each for each in meta.get("ownerReferences") or [] if each.get("controller")), None)
        if owner and owner.get("kind") == "DaemonSet" and not finished:
            found.left.append(f"{_words(pod)} (of a DaemonSet)")
        elif MIRROR in (meta.get("annotations") or {}):
            found.left.append(f"{_words(pod)} (static)")
        elif not finished and any("emptyDir" in volume for volume in pod["spec"].get("volumes") or []) and not emptydir:
            found.objections.append(f"{_words(pod)} keeps data in emptyDir, which would be lost (delete_emptydir_data)")
        elif not finished and owner is None and not force:
            found.objections.append(f"{_words(pod)} has no controller and would not come back (force)")
        else:
            found.evict.append(pod)
    return found


def budgets(connection: Connection, pod: dict[str, Any]) -> list[str]:
    """Disruption budgets that allow no eviction of a pod now. Nothing is known where one may not look."""
    namespace, labels = pod["metadata"]["namespace"], pod["metadata"].get("labels") or {}
    try:
        listed = connection.get(f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets").get("items") or []
    except Failed:
        return []
    return [
        f"the disruption budget {namespace}/{each['metadata']['name']} allows no eviction now"
        for each in listed
        if each.get("status", {}).get("disruptionsAllowed", 1) < 1
        and (wanted := each["spec"].get("selector", {}).get("matchLabels") or {})
        and all(labels.get(key) == value for key, value in wanted.items())
    ]


class _Going:
    """The evictions of one drain. ``evict`` answers with why a pod is still there; empty: it is gone."""

    def __init__(self, connection: Connection, grace: int | None, deadline: float, count: int, say: Say) -> None:
        self.connection, self.grace, self.deadline, self.count, self.say = connection, grace, deadline, count, say
        self.gone, self.lock = 0, threading.Lock()

    def evict(self, pod: dict[str, Any]) -> str:
        meta = pod["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
        try:
            why = self._ask(path, meta) or self._gone(path, meta["uid"])
        except Failed as failed:
            why = failed.detail
        if not why:
            with self.lock:
                self.gone += 1
                self.say(f"{self.gone} of {self.count} evicted, the last {_words(pod)}")
        return why

    def _ask(self, path: str, meta: dict[str, Any]) -> str:
        """429 is a disruption budget (or the server's own limit): asked again, as kubectl does, until the time is over."""
        options = {} if self.grace is None else {"gracePeriodSeconds": self.grace}
        body = {
            "apiVersion": "policy/v1", "kind": "Eviction",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"]}, "deleteOptions": options,
        }  # fmt: skip
        while True:
            try:
                self.connection.post(f"{path}/eviction", body, seen=lambda: self._leaving(path, meta["uid"]))
                return ""
            except Refused as refused:
                if refused.status == 404:
                    return ""
                if refused.status == 403 and "NamespaceTerminating" in refused.causes:
                    return ""
                if refused.status != 429:
                    return refused.detail
                if time.monotonic() + self.connection.settings.eviction_retry > self.deadline:
                    return refused.detail
                self.say(f"waiting for a disruption budget: {refused.detail[:120]}")
                time.sleep(self.connection.settings.eviction_retry)

    def _leaving(self, path: str, uid: str) -> bool:
        try:
            meta = self.connection.get(path)["metadata"]
        except Refused as refused:
            return refused.status == 404
        return meta["uid"] != uid or bool(meta.get("deletionTimestamp"))

    def _gone(self, path: str, uid: str) -> str:
        """By its uid: a StatefulSet makes another pod of the same name."""
        while time.monotonic() < self.deadline:
            try:
                if self.connection.get(path)["metadata"]["uid"] != uid:
                    return ""
            except Refused as refused:
                if refused.status == 404:
                    return ""
            time.sleep(self.connection.settings.every)
        return "it was evicted, and has not ended yet"


def _words(pod: dict[str, Any]) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
