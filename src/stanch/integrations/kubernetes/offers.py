"""What a workload or a node offers (R16): each labelled with the principle that it serves."""

from typing import Any

from stanch.integrations.kubernetes import rollout
from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.target import Target, read
from stanch.kernel.policy import Mitigation
from stanch.ports import Failed

LOST = ["the logs and the state of the containers that are replaced"]


def of(connection: Connection, adapter: str, address: str) -> list[Mitigation]:
    """``namespace/deployment/name`` or ``node/name``. Raises ``Failed``."""
    parts = address.split("/")
    if len(parts) == 2 and parts[0] == "node":
        target = read({"kind": "node", "name": parts[1]}, connection.settings.namespaces)
        connection.get(target.path())
        return _node(adapter, target)
    if len(parts) != 3:
        raise Failed(f"'{address}' is no address; write namespace/deployment/name, or node/name", again=False)
    target = read({"namespace": parts[0], "kind": parts[1], "name": parts[2]}, connection.settings.namespaces)
    if not target.workload():
        raise Failed(f"a {target.kind} offers nothing; name the workload that it belongs to", again=False)
    thing = connection.get(target.path())
    return _workload(adapter, target, thing, rollout.revisions(connection, target, thing))


def _workload(adapter: str, target: Target, thing: dict[str, Any], known: list[rollout.Revision]) -> list[Mitigation]:
    own: dict[str, str | list[str]] = {"kind": target.kind, "namespace": target.namespace, "name": target.name}
    # The namespace, too: two that are called web are two.
    name, words, found = f"{target.namespace}-{target.name}", target.words(), list[Mitigation]()
    if len(known) > 1:
        found.append(Mitigation(
            f"{name}-undo", f"Roll {target.name} back to {rollout.words(known[-2])}", "rollback", adapter, words, {**own, "verb": "undo"},
            version=_version(known[-1]), effect_seconds=60, undo_seconds=60, own_undo=True, destroys=LOST,
            risk="; ".join(rollout.gitops(thing)),
        ))  # fmt: skip
    if target.kind == "deployment":
        paused = bool(thing["spec"].get("paused"))
        verb, title = ("resume", "Let the rollout go on") if paused else ("pause", "Hold the rollout where it is")
        found.append(Mitigation(
            f"{name}-{verb}", f"{title}: {target.name}", "cluster", adapter, words, {**own, "verb": verb}, reversibility="instant",
            effect_seconds=5, undo_seconds=5, own_undo=True, helps=[] if paused else ["crash-on-deploy"],
        ))  # fmt: skip
    found.append(Mitigation(
        f"{name}-restart", f"Restart the pods of {target.name}, a few at a time", "cluster", adapter, words, {**own, "verb": "restart"},
        reversibility="none", effect_seconds=90, destroys=LOST,
    ))  # fmt: skip
    replicas = int(thing["spec"].get("replicas", 0))
    if target.kind != "daemonset" and replicas:
        more = replicas + max(1, replicas // 2)
        found.append(Mitigation(
            f"{name}-scale", f"Scale {target.name} from {replicas} to {more}", "scale", adapter, words,
            {**own, "verb": "scale", "replicas": str(more)}, effect_seconds=60, undo_seconds=30, own_undo=True,
            needs=["the nodes have room"], risk="more pods ask more of what they depend on",
        ))  # fmt: skip
    return found


def _node(adapter: str, target: Target) -> list[Mitigation]:
    own: dict[str, str | list[str]] = {"kind": "node", "name": target.name}
    return [
        Mitigation(
            f"{target.name}-cordon", f"No new pods on {target.name}", "cluster", adapter, target.words(), {**own, "verb": "cordon"},
            reversibility="instant", blast_radius="component", effect_seconds=5, undo_seconds=5, own_undo=True,
        ),
        Mitigation(
            f"{target.name}-drain", f"Move everything off {target.name}", "cluster", adapter, target.words(),
            {**own, "verb": "drain"}, reversibility="slow", blast_radius="component", effect_seconds=120, undo_seconds=60,
            own_undo=True, destroys=LOST, needs=["the other nodes have room"],
        ),
    ]  # fmt: skip


def _version(revision: rollout.Revision) -> str:
    """The tag of the first image: what errors are broken down by."""
    image = rollout.words(revision).partition(",")[0].partition(" ")[0]
    tag = image.rpartition(":")[2]
    return tag if ":" in image and "/" not in tag else ""
