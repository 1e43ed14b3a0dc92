"""``kubectl drain`` (formats/06, 6.3): cordon, then evictions that respect disruption budgets, then waiting until they are gone."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
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
    outcomes = going.all(found.evict)
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
    leave_daemons, ours = arguments.get("ignore_daemonsets", "true") == "true", connection.settings.namespaces
    for pod in connection.items("/api/v1/pods", fieldSelector=f"spec.nodeName={target.name}"):
        meta, finished = pod["metadata"], pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
        owner = next((each for each in meta.get("ownerReferences") or [] if each.get("controller")), None)
        if owner and owner.get("kind") == "DaemonSet" and not finished:
            if not leave_daemons:
                found.objections.append(f"{_words(pod)} is of a DaemonSet (ignore_daemonsets)")
            elif _exists(connection, meta["namespace"], owner["name"]):
                found.left.append(f"{_words(pod)} (of a DaemonSet)")
            elif force:
                found.evict.append(pod)
            else:
                found.objections.append(f"the DaemonSet of {_words(pod)} is gone, and it would not come back (force)")
        elif MIRROR in (meta.get("annotations") or {}):
            found.left.append(f"{_words(pod)} (static)")
        elif ours and meta["namespace"] not in ours:
            found.objections.append(f"{_words(pod)} is of a namespace that is not ours (kubernetes.namespaces)")
        elif not finished and any("emptyDir" in volume for volume in pod["spec"].get("volumes") or []) and not emptydir:
            found.objections.append(f"{_words(pod)} keeps data in emptyDir, which would be lost (delete_emptydir_data)")
        elif not finished and owner is None and not force:
            found.objections.append(f"{_words(pod)} has no controller and would not come back (force)")
        else:
            found.evict.append(pod)
    return found


def _exists(connection: Connection, namespace: str, daemonset: str) -> bool:
    """Whether a DaemonSet is still there; where one may not look, it is."""
    try:
        connection.get(f"/apis/apps/v1/namespaces/{namespace}/daemonsets/{daemonset}")
    except Refused as refused:
        return refused.status != 404
    return True


def budgets(connection: Connection, pod: dict[str, Any]) -> list[str]:
    """Disruption budgets that allow no eviction of a pod now. Nothing is known where one may not look."""
    namespace, labels = pod["metadata"]["namespace"], pod["metadata"].get("labels") or {}
    try:
        listed = connection.items(f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets")
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
    """The evictions of one drain, in rounds: a pod that a disruption budget holds up never keeps another one waiting."""

    def __init__(self, connection: Connection, grace: int | None, deadline: float, count: int, say: Say) -> None:
        self.connection, self.grace, self.deadline, self.count, self.say = connection, grace, deadline, count, say
        self.gone, self.lock = 0, threading.Lock()

    def all(self, pods: list[dict[str, Any]]) -> list[str]:
        """Why each is still there; empty: it is gone."""
        outcome: dict[int, str] = {}
        ending: dict[int, Future[str]] = {}
        waiting = dict(enumerate(pods))
        with ThreadPoolExecutor(AT_ONCE, "evict") as pool, ThreadPoolExecutor(4 * AT_ONCE, "gone") as watch:
            while waiting:
                asked = dict(zip(waiting, pool.map(self._ask, waiting.values()), strict=True))
                outcome |= {number: why for number, (again, why) in asked.items() if not again}
                ending |= {
                    n: watch.submit(self._gone, pods[n]) for n, (again, why) in asked.items() if not again and not why
                }
                waiting = {number: waiting[number] for number, (again, _) in asked.items() if again}
                if waiting and time.monotonic() + self.connection.settings.eviction_retry > self.deadline:
                    outcome |= {number: asked[number][1] for number in waiting}
                    break
                if waiting:
                    self.say(f"waiting for a disruption budget: {next(asked[n][1] for n in waiting)[:120]}")
                    time.sleep(self.connection.settings.eviction_retry)
            outcome |= {number: future.result() for number, future in ending.items()}
        return [outcome[number] for number in range(len(pods))]

    def _ask(self, pod: dict[str, Any]) -> tuple[bool, str]:
        """(Whether to ask again, why it is still there.) 429 is a disruption budget, or the server's own limit."""
        meta = pod["metadata"]
        options = {} if self.grace is None else {"gracePeriodSeconds": self.grace}
        body = {
            "apiVersion": "policy/v1", "kind": "Eviction",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"]}, "deleteOptions": options,
        }  # fmt: skip
        try:
            if time.monotonic() > self.deadline:
                return False, "the time for the drain was over"
            if self._leaving(pod):  # while it was waited for: another of its name may be on another node by now
                return False, ""
            self.connection.post(f"{_path(pod)}/eviction", body, seen=lambda: self._leaving(pod))
        except Refused as refused:
            if refused.status == 404 or (refused.status == 403 and "NamespaceTerminating" in refused.causes):
                return False, ""
            return refused.status == 429, refused.detail
        except Failed as failed:
            return False, failed.detail
        return False, ""

    def _leaving(self, pod: dict[str, Any]) -> bool:
        """Gone, another one of its name, or on its way out."""
        try:
            meta = self.connection.get(_path(pod))["metadata"]
        except Refused as refused:
            if refused.status == 404:
                return True
            raise
        return meta["uid"] != pod["metadata"]["uid"] or bool(meta.get("deletionTimestamp"))

    def _gone(self, pod: dict[str, Any]) -> str:
        """By its uid: a StatefulSet makes another pod of the same name."""
        while True:
            try:
                if self.connection.get(_path(pod))["metadata"]["uid"] != pod["metadata"]["uid"]:
                    break
            except Failed as failed:
                if isinstance(failed, Refused) and failed.status == 404:
                    break
                if time.monotonic() > self.deadline:
                    return f"it was evicted; whether it has ended cannot be seen: {failed.detail}"
            if time.monotonic() > self.deadline:
                return "it was evicted, and has not ended yet"
            time.sleep(self.connection.settings.every)
        with self.lock:
            self.gone += 1
            self.say(f"{self.gone} of {self.count} evicted, the last {_words(pod)}")
        return ""


def _path(pod: dict[str, Any]) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def _words(pod: dict[str, Any]) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
