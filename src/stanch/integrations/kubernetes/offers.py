"""What a workload or a node offers (R16): each labelled with the principle that it serves."""

from typing import Any

from stanch.integrations.kubernetes.connection import Connection
from stanch.integrations.kubernetes.managed import gitops
from stanch.integrations.kubernetes.progress import by_hand, fully_out
from stanch.integrations.kubernetes.revisions import History, Revision, history, images_of, tag
from stanch.integrations.kubernetes.rollout import confirmed_on
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
    if len(parts) == 3 and parts[1] in ("rollout", "helmrelease", "kustomization"):
        return []  # bound for watching its releases only
    if len(parts) != 3:
        raise Failed(f"'{address}' is no address; write namespace/deployment/name, or node/name", again=False)
    target = read({"namespace": parts[0], "kind": parts[1], "name": parts[2]}, connection.settings.namespaces)
    if not target.workload():
        raise Failed(f"a {target.kind} offers nothing; name the workload that it belongs to", again=False)
    thing = connection.get(target.path())
    return _workload(adapter, target, thing, history(connection, target, thing))


def _workload(adapter: str, target: Target, thing: dict[str, Any], past: History) -> list[Mitigation]:
    own: dict[str, str | list[str]] = {"kind": target.kind, "namespace": target.namespace, "name": target.name}
    # With the namespace, since two workloads may have the same name.
    name, words, found = f"{target.namespace}-{target.name}", target.words(), list[Mitigation]()
    kept, back = "; ".join(gitops(thing)), past.way_back()
    if back is not None:
        now = past.find(past.running)
        found.append(Mitigation(
            f"{name}-undo-to-{back.number}", f"Roll {target.name} back to {back.words()}, revision {back.number}", "rollback",
            adapter, words, {**own, "verb": "undo", "to_revision": str(back.number), **confirmed_on(past, thing)},
            version=_version(now) if now else "", effect_seconds=60, undo_seconds=60, own_undo=bool(past.current), destroys=LOST,
            risk=kept, runs_as=f"{name}-undo",
        ))  # fmt: skip
    if target.kind == "deployment":
        paused = bool(thing["spec"].get("paused"))
        verb, title = ("resume", "Let the rollout go on") if paused else ("pause", "Hold the rollout where it is")
        # A completed rollout cannot be paused.
        helps = ["crash-on-deploy"] if not paused and not fully_out(target, thing) else []
        found.append(Mitigation(
            f"{name}-{verb}", f"{title}: {target.name}", "cluster", adapter, words, {**own, "verb": verb}, reversibility="instant",
            effect_seconds=5, undo_seconds=5, own_undo=True, helps=helps, risk=kept,
        ))  # fmt: skip
    if not by_hand(thing):
        found.append(Mitigation(
            f"{name}-restart", f"Restart the pods of {target.name}", "cluster", adapter, words, {**own, "verb": "restart"},
            reversibility="none", effect_seconds=90, destroys=LOST, risk=kept,
        ))  # fmt: skip
    replicas = int(thing["spec"].get("replicas", 0))
    if target.kind != "daemonset" and replicas:
        more = replicas + max(1, replicas // 2)
        found.append(Mitigation(
            f"{name}-scale-to-{more}", f"Scale {target.name} from {replicas} to {more}", "scale", adapter, words,
            {**own, "verb": "scale", "replicas": str(more), "from_replicas": str(replicas)}, effect_seconds=60, undo_seconds=30,
            own_undo=True, needs=["the nodes have room"], runs_as=f"{name}-scale",
            risk="; ".join(filter(None, ["more pods ask more of what they depend on", kept])),
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


def _version(revision: Revision) -> str:
    """The tag of the first image: what errors are broken down by."""
    return next(map(tag, images_of(revision.template())), "")
