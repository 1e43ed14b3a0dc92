"""``kubectl scale``, through the subresource (formats/06, 6.2)."""

from typing import Any

from stanch.integrations.kubernetes.connection import MERGE_PATCH, Connection
from stanch.integrations.kubernetes.managed import autoscalers, gitops
from stanch.integrations.kubernetes.progress import wait
from stanch.integrations.kubernetes.target import Target, needs, whole
from stanch.ports import Applied, Arguments, Extent, Failed, Preview, Say

SCALED = ("deployment", "statefulset")


def scale(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """To ``replicas``; undone by going back to what it was. ``from_replicas``: what it was confirmed on; else it is refused."""
    wanted, path = _wanted(target, arguments), f"{target.path()}/scale"
    before = _found(connection, target, arguments)
    if before == wanted:
        return Applied(f"{target.words()} has {wanted} replicas already; nothing was changed", changed=False)
    body, thing = {"spec": {"replicas": wanted}}, connection.get(target.path())
    connection.patch(path, MERGE_PATCH, body, seen=lambda: _replicas(connection.get(path)) == wanted)
    say(f"{target.words()}: {before} -> {wanted} replicas")
    back: dict[str, str | list[str]] = {
        "verb": "scale", "kind": target.kind, "namespace": target.namespace, "name": target.name, "replicas": str(before),
        "from_replicas": str(wanted),
    }  # fmt: skip
    return Applied(f"{before} -> {wanted} replicas. {wait(connection, target, say, thing)}", back)


def try_scale(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server; an autoscaler that would put it back is named."""
    wanted, path = _wanted(target, arguments), f"{target.path()}/scale"
    before = _found(connection, target, arguments)
    cautions = gitops(connection.get(target.path()))
    objections = autoscalers(connection, target)
    objections += ["nothing would be left of it"] if wanted == 0 else []
    objections += connection.objections(path, MERGE_PATCH, {"spec": {"replicas": wanted}})
    extent = Extent(abs(wanted - before), max(wanted, before), "pod")
    return Preview(f"{target.words()}: {before} -> {wanted} replicas", extent, objections, cautions=cautions)


def _wanted(target: Target, arguments: Arguments) -> int:
    needs(target, *SCALED)
    wanted = whole(arguments, "replicas")
    if wanted is None:
        raise Failed("replicas is missing; write how many there are to be", again=False)
    return wanted


def _found(connection: Connection, target: Target, arguments: Arguments) -> int:
    """How many there are now. Raises ``Failed`` when that is not what was confirmed any more."""
    now, seen = _replicas(connection.get(f"{target.path()}/scale")), whole(arguments, "from_replicas")
    if seen is not None and seen != now:
        raise Failed(
            f"nothing was changed: {target.words()} has {now} replicas by now, and no longer {seen}; look at it again",
            again=False,
        )
    return now


def _replicas(found: dict[str, Any]) -> int:
    return int(found.get("spec", {}).get("replicas", 0))
