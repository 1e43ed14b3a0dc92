"""``kubectl scale``, through the subresource (formats/06, 6.2). Its risk is its own: see what it asks of what it depends on."""

from typing import Any

from stanch.integrations.kubernetes import rollout
from stanch.integrations.kubernetes.connection import MERGE_PATCH, Connection
from stanch.integrations.kubernetes.target import Target, needs, whole
from stanch.ports import Applied, Arguments, Extent, Failed, Preview, Say

SCALED = ("deployment", "statefulset")


def scale(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """To ``replicas``; undone by going back to what it was."""
    wanted, path = _wanted(target, arguments), f"{target.path()}/scale"
    before = _replicas(connection.get(path))
    if before == wanted:
        return Applied(f"{target.words()} has {wanted} replicas already; nothing was changed")
    body = {"spec": {"replicas": wanted}}
    connection.patch(path, MERGE_PATCH, body, seen=lambda: _replicas(connection.get(path)) == wanted)
    say(f"{target.words()}: {before} -> {wanted} replicas")
    back: dict[str, str | list[str]] = {
        "verb": "scale", "kind": target.kind, "namespace": target.namespace, "name": target.name, "replicas": str(before),
    }  # fmt: skip
    return Applied(f"{before} -> {wanted} replicas. {rollout.wait(connection, target, say)}", back)


def try_scale(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server; an autoscaler that would put it back is named."""
    wanted, path = _wanted(target, arguments), f"{target.path()}/scale"
    before = _replicas(connection.get(path))
    objections = autoscalers(connection, target) + (["nothing would be left of it"] if wanted == 0 else [])
    objections += connection.objections(path, MERGE_PATCH, {"spec": {"replicas": wanted}})
    extent = Extent(abs(wanted - before), max(wanted, before), "pod")
    return Preview(f"{target.words()}: {before} -> {wanted} replicas", extent, objections)


def autoscalers(connection: Connection, target: Target) -> list[str]:
    """Autoscalers of a workload: they own its number of replicas. Nothing is known where one may not look."""
    try:
        path = f"/apis/autoscaling/v2/namespaces/{target.namespace}/horizontalpodautoscalers"
        listed = connection.items(path)
    except Failed:
        return []
    own = [each for each in listed if _is(each.get("spec", {}).get("scaleTargetRef", {}), target)]
    return [f"the autoscaler {each['metadata']['name']} will put it back: change its limits instead" for each in own]


def _is(reference: dict[str, Any], target: Target) -> bool:
    return str(reference.get("kind", "")).lower() == target.kind and reference.get("name") == target.name


def _wanted(target: Target, arguments: Arguments) -> int:
    needs(target, *SCALED)
    wanted = whole(arguments, "replicas")
    if wanted is None:
        raise Failed("replicas is missing; write how many there are to be", again=False)
    return wanted


def _replicas(found: dict[str, Any]) -> int:
    return int(found.get("spec", {}).get("replicas", 0))
