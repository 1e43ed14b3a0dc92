"""``kubectl rollout status`` (formats/06, 6.2): how far a rollout is, and waiting until it is out."""

import time
from typing import Any

from stanch.integrations.kubernetes.connection import Connection, patiently
from stanch.integrations.kubernetes.target import Target
from stanch.ports import Extent, Failed, Say


def wait(connection: Connection, target: Target, say: Say, before: dict[str, Any] | None = None) -> str:
    """Waits until the rollout completes, fails or times out; tolerates short outages of the API server.

    ``before``: the object as it was. The deadline that the rollout before this one exceeded stays noted until this one gets on.
    """
    end, told, overdue = time.monotonic() + connection.settings.rollout, "", _overdue(before or {})
    while True:
        try:
            thing = patiently(connection, end, say, lambda: connection.get(target.path()))
        except Failed as failed:
            return f"It was taken; how it goes on cannot be seen: {failed.detail}"
        done, standing = status(target, thing)
        if done is False and overdue and _overdue(thing) == overdue:
            done, standing = None, _in_numbers(thing)
        if done is not None:
            return standing
        if standing != told:
            say(told := standing)
        if time.monotonic() > end:
            late = _overdue(thing).get("message", "")
            said = f"; {late}" if late else ""
            return f"Still under way after {connection.settings.rollout:g} s: {standing}{said}."
        time.sleep(connection.settings.every)


def status(target: Target, thing: dict[str, Any]) -> tuple[bool | None, str]:
    """Done (True), failed (False) or in progress (None), and a sentence."""
    spec, now = thing.get("spec", {}), thing.get("status", {})
    if thing["metadata"].get("generation", 0) > now.get("observedGeneration", 0):
        return None, "waiting until the controller has seen it"
    if by_hand(thing):
        return True, _by_hand(target, thing)
    if target.kind == "daemonset":
        wanted, updated = now.get("desiredNumberScheduled", 0), now.get("updatedNumberScheduled", 0)
        available = now.get("numberAvailable", 0)
        return _counted(wanted, updated, available, available)
    if target.kind == "statefulset":
        return _stateful(thing)
    if late := _overdue(thing):
        return False, f"The rollout does not get on: {late.get('message', '')}"
    wanted, updated = replicas(thing), now.get("updatedReplicas", 0)
    if spec.get("paused"):
        return True, f"The rollout is paused: {updated} of {wanted} pods updated."
    return _counted(wanted, updated, now.get("availableReplicas", 0), now.get("replicas", 0))


def by_hand(thing: dict[str, Any]) -> bool:
    """Whether its pods are replaced only when somebody deletes them (OnDelete)."""
    return (thing.get("spec", {}).get("updateStrategy") or {}).get("type") == "OnDelete"


def fully_out(target: Target, thing: dict[str, Any]) -> bool:
    """Whether no rollout is in progress, so that there is nothing to pause."""
    return not thing.get("spec", {}).get("paused") and status(target, thing)[0] is True


def replicas(thing: dict[str, Any]) -> int:
    """How many pods there are to be."""
    spec, now = thing.get("spec", {}), thing.get("status", {})
    return int(spec["replicas"] if "replicas" in spec else now.get("desiredNumberScheduled", 1))


def pods_of(thing: dict[str, Any]) -> Extent:
    """All pods of a workload."""
    count = replicas(thing)
    return Extent(count, count, "pod", 1.0 if count else None)


def _overdue(thing: dict[str, Any]) -> dict[str, Any]:
    """The condition that a rollout got on too slowly; empty where it did not."""
    for condition in thing.get("status", {}).get("conditions") or []:
        if condition.get("type") == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            return dict(condition)
    return {}


def _in_numbers(thing: dict[str, Any]) -> str:
    now = thing.get("status", {})
    return f"{now.get('updatedReplicas', 0)} of {replicas(thing)} pods updated, {now.get('availableReplicas', 0)} available"


def _by_hand(target: Target, thing: dict[str, Any]) -> str:
    now = thing.get("status", {})
    updated = now.get("updatedNumberScheduled" if target.kind == "daemonset" else "updatedReplicas", 0)
    return (
        f"Its pods are replaced only when they are deleted (OnDelete): {updated} of {replicas(thing)} are up to date."
    )


def _stateful(thing: dict[str, Any]) -> tuple[bool | None, str]:
    spec, now, wanted = thing.get("spec", {}), thing.get("status", {}), replicas(thing)
    updated, ready = now.get("updatedReplicas", 0), now.get("readyReplicas", 0)
    kept = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition") or 0
    complete = updated >= wanted - kept if kept else now.get("updateRevision") == now.get("currentRevision")
    if ready >= wanted and complete:
        return True, f"All {max(0, wanted - kept)} pods that are to change are up to date, and {ready} are ready."
    return None, f"{updated} of {wanted} pods updated, {ready} ready"


def _counted(wanted: int, updated: int, available: int, all_of_them: int) -> tuple[bool | None, str]:
    if updated >= wanted and all_of_them <= max(updated, wanted) and available >= updated:
        return True, f"All {wanted} pods are up to date and available."
    return None, f"{updated} of {wanted} pods updated, {available} available"
