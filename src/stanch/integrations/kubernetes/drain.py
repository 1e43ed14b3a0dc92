"""``kubectl drain`` (formats/06, 6.3): cordon, then evictions that respect disruption budgets, then waiting until they are gone."""

import time
from typing import Any

import msgspec

from stanch.integrations.kubernetes import budgets, nodes
from stanch.integrations.kubernetes.budgets import words_of
from stanch.integrations.kubernetes.connection import Connection, Refused, patiently
from stanch.integrations.kubernetes.evictions import Evictions
from stanch.integrations.kubernetes.target import Target, needs, whole
from stanch.kernel.clock import SECOND, spell
from stanch.ports import Applied, Arguments, Extent, Failed, Partly, Preview, Say

MIRROR = "kubernetes.io/config.mirror"


class Pods(msgspec.Struct):
    """The pods of a node: to evict, to leave (and why), and those that block the drain (and why)."""

    evict: list[dict[str, Any]] = []
    left: list[str] = []
    objections: list[str] = []


def drain(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Cordon first, as kubectl does; then nothing is evicted while any pod stands in the way.

    Raises ``Partly`` with what went, what did not and how long it took; undone by uncordoning, where it was not cordoned before.
    """
    began = time.monotonic()
    marked = nodes.mark(connection, target, True)
    deadline = began + (whole(arguments, "timeout") or connection.settings.drain)
    try:
        found = patiently(connection, deadline, say, lambda: sort(connection, target, arguments))
        if found.objections:
            raise Failed(f"no pod was evicted: {'; '.join(found.objections)}", again=False)
        said, stayed = _evict(
            target, found, Evictions(connection, whole(arguments, "grace"), deadline, len(found.evict), say)
        )
    except Failed as failed:
        raise Partly(f"{failed.detail} {_standing(began, marked)}", marked.undo) from None
    if stayed:
        # How it stands comes first: the list of pods may be long, and lines are cut.
        raise Partly(f"{said} {_standing(began, marked)}; still there: {stayed}", marked.undo)
    return Applied(said, marked.undo, marked.changed or bool(found.evict))


def _standing(began: float, marked: Applied) -> str:
    took = spell(int((time.monotonic() - began) * SECOND))
    stays = (
        "The node stays cordoned: uncordon it to go back"
        if marked.undo
        else "The node was cordoned before, and stays so"
    )
    return f"(after {took}). {stays}"


def _evict(target: Target, found: Pods, evictions: Evictions) -> tuple[str, str]:
    """What was evicted, and the pods that are still there, under each reason; empty when all went."""
    evictions.say(f"{target.words()} takes no new pods; evicting {len(found.evict)}")
    outcomes = evictions.all(found.evict)
    reasons: dict[str, list[str]] = {}
    for pod, why in zip(found.evict, outcomes, strict=True):
        reasons.setdefault(why, []).append(words_of(pod))
    gone = reasons.pop("", [])
    said = f"{len(gone)} of {len(found.evict)} pods evicted from {target.words()}"
    if reasons:
        return said, "; ".join(f"{', '.join(pods)} ({why})" for why, pods in reasons.items())
    left = f"; left alone: {', '.join(found.left)}" if found.left else ""
    return f"{said}: {', '.join(gone) or 'none was there'}{left}", ""


def try_drain(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Which pods would go, which stay, and what the eviction API itself says to each eviction now."""
    cordoning = nodes.try_cordon(connection, target, arguments)
    found = sort(connection, target, arguments)
    lines = [f"would evict {words_of(pod)}" for pod in found.evict] + [f"would leave {text}" for text in found.left]
    lines += budgets.pace(connection, found.evict)
    extent = Extent(len(found.evict), len(found.evict) + len(found.left), "pod") if lines else None
    against = [*cordoning.objections, *found.objections, *budgets.objections(connection, found.evict)]
    return Preview("\n".join([cordoning.text, *(lines or ["there is nothing on it to evict"])]), extent, against)


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
                found.objections.append(f"{words_of(pod)} is of a DaemonSet (ignore_daemonsets)")
            elif _exists(connection, meta["namespace"], owner["name"]):
                found.left.append(f"{words_of(pod)} (of a DaemonSet)")
            elif force:
                found.evict.append(pod)
            else:
                found.objections.append(f"the DaemonSet of {words_of(pod)} is gone, and it would not come back (force)")
        elif MIRROR in (meta.get("annotations") or {}):
            found.left.append(f"{words_of(pod)} (static)")
        elif ours and meta["namespace"] not in ours:
            found.objections.append(f"{words_of(pod)} is of a namespace that is not ours (kubernetes.namespaces)")
        elif not finished and any("emptyDir" in volume for volume in pod["spec"].get("volumes") or []) and not emptydir:
            found.objections.append(
                f"{words_of(pod)} keeps data in emptyDir, which would be lost (delete_emptydir_data)"
            )
        elif not finished and owner is None and not force:
            found.objections.append(f"{words_of(pod)} has no controller and would not come back (force)")
        else:
            found.evict.append(pod)
    return found


def _exists(connection: Connection, namespace: str, daemonset: str) -> bool:
    """Whether a DaemonSet still exists; assumed where reading it is forbidden."""
    try:
        connection.get(f"/apis/apps/v1/namespaces/{namespace}/daemonsets/{daemonset}")
    except Refused as refused:
        return refused.status != 404
    return True
