"""``kubectl rollout``: undo, pause, resume, restart, and waiting until it is out (formats/06, 6.1 and 6.2)."""

import json
import time
from typing import Any

from stanch.integrations.kubernetes.connection import JSON_PATCH, STRATEGIC_PATCH, Connection
from stanch.integrations.kubernetes.target import Target, needs, owner_uid, selector, whole
from stanch.kernel.clock import SystemClock, iso
from stanch.ports import Applied, Arguments, Extent, Failed, Preview, Say

REVISION = "deployment.kubernetes.io/revision"
CAUSE = "kubernetes.io/change-cause"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
HASH = "pod-template-hash"
# The deployment's own, which a rollback does not bring back (kubectl's list).
OWN_ANNOTATIONS = (
    "kubectl.kubernetes.io/last-applied-configuration", REVISION, "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
)  # fmt: skip
GITOPS = ("argocd.argoproj.io/instance", "kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name")
WORKLOADS = ("deployment", "statefulset", "daemonset")
Revision = tuple[int, dict[str, Any]]


def undo(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Back to ``to_revision``, or to the one before; undone by going to the revision that was current."""
    thing, _, current, wanted = _found(connection, target, arguments)
    kind, body = _undoing(target, thing, wanted[1])
    if not body:
        return Applied(f"{target.words()} has the template of revision {wanted[0]} already; nothing was changed")
    path = target.path()
    connection.patch(path, kind, body, seen=lambda: not _undoing(target, connection.get(path), wanted[1])[1])
    say(f"{target.words()} goes back to revision {wanted[0]}")
    back: dict[str, str | list[str]] = {**_same(target), "verb": "undo", "to_revision": str(current)}
    return Applied(f"revision {current} -> {wanted[0]} ({words(wanted)}). {wait(connection, target, say)}", back)


def try_undo(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """The revisions, and the server's own opinion of the change."""
    thing, known, current, wanted = _found(connection, target, arguments)
    kind, body = _undoing(target, thing, wanted[1])
    objections = [*gitops(thing)]
    if body:
        objections += connection.objections(target.path(), kind, body)
    else:
        objections.append(f"it has the template of revision {wanted[0]} already")
    listed = "\n".join(
        f"revision {each[0]}: {words(each)}" + (" (now)" if each[0] == current else "") for each in known
    )
    only = "Only the pod template goes back: not replicas, ConfigMaps or Secrets."
    return Preview(f"revision {current} -> {wanted[0]}: {words(wanted)}\n{listed}\n{only}", pods_of(thing), objections)


def pause(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Hold a rollout where it is."""
    return _paused(connection, target, True)


def resume(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Let a rollout go on."""
    done = _paused(connection, target, False)
    return Applied(f"{done.output}. {wait(connection, target, say)}", done.undo)


def try_pause(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    return _try_paused(connection, target, True)


def try_resume(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    return _try_paused(connection, target, False)


def restart(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """New pods, a few at a time; cannot be undone."""
    needs(target, *WORKLOADS)
    _not_paused(connection.get(target.path()), "restarted")
    body, stamp = _restarting()
    path = target.path()
    connection.patch(path, STRATEGIC_PATCH, body, seen=lambda: _restarted_at(connection.get(path)) == stamp)
    say(f"{target.words()} is being restarted")
    return Applied(f"restarted. {wait(connection, target, say)}")


def try_restart(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    needs(target, *WORKLOADS)
    thing = connection.get(target.path())
    _not_paused(thing, "restarted")
    objections = connection.objections(target.path(), STRATEGIC_PATCH, _restarting()[0])
    objections += ["it has one pod only: nothing answers while that is replaced"] if _replicas(thing) == 1 else []
    return Preview(f"every pod of {target.words()} would be replaced, a few at a time", pods_of(thing), objections)


def revisions(connection: Connection, target: Target, thing: dict[str, Any]) -> list[Revision]:
    """Every known revision with its object, oldest first; numbers have gaps, since a used one gets a new number."""
    what = "replicasets" if target.kind == "deployment" else "controllerrevisions"
    path = f"/apis/apps/v1/namespaces/{target.namespace}/{what}"
    listed = connection.items(path, labelSelector=selector(thing))
    uid = thing["metadata"]["uid"]
    own = [each for each in listed if owner_uid(each) == uid]
    found = [(number, each) for each in own if (number := _number(target, each)) is not None]
    return sorted(found, key=lambda revision: revision[0])


def words(revision: Revision) -> str:
    """Its images, and why it was made, if somebody said so."""
    thing = revision[1]
    template = thing.get("spec", {}).get("template") or thing.get("data", {}).get("spec", {}).get("template") or {}
    cause = (thing.get("metadata", {}).get("annotations") or {}).get(CAUSE, "")
    return ", ".join(_images({"spec": {"template": template}})) + (f" ({cause})" if cause else "")


def wait(connection: Connection, target: Target, say: Say) -> str:
    """Until the rollout is out, or the time for it is over; a sentence says which. An unreachable server is no failure here."""
    end, told = time.monotonic() + connection.settings.rollout, ""
    while True:
        try:
            done, standing = status(target, connection.get(target.path()))
        except Failed as failed:
            return f"It was taken; how it goes on cannot be seen: {failed.detail}"
        if done is not None:
            return standing
        if standing != told:
            say(told := standing)
        if time.monotonic() > end:
            return f"Still under way after {connection.settings.rollout:g} s: {standing}"
        time.sleep(connection.settings.every)


def status(target: Target, thing: dict[str, Any]) -> tuple[bool | None, str]:
    """``kubectl rollout status``: done, failed (False) or under way (None), and a sentence."""
    spec, now = thing.get("spec", {}), thing.get("status", {})
    if thing["metadata"].get("generation", 0) > now.get("observedGeneration", 0):
        return None, "waiting until the controller has seen it"
    if target.kind == "daemonset":
        wanted, updated = now.get("desiredNumberScheduled", 0), now.get("updatedNumberScheduled", 0)
        available = now.get("numberAvailable", 0)
        return _counted(wanted, updated, available, available)
    wanted = _replicas(thing)
    updated, available = now.get("updatedReplicas", 0), now.get("availableReplicas", 0)
    if target.kind == "statefulset":
        ready = now.get("readyReplicas", 0)
        kept = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition") or 0
        complete = updated >= wanted - kept if kept else now.get("updateRevision") == now.get("currentRevision")
        if ready >= wanted and complete:
            return True, f"All {wanted - kept} pods that are to change are up to date, and {ready} are ready."
        return None, f"{updated} of {wanted} pods updated, {ready} ready"
    for condition in now.get("conditions") or []:
        if condition.get("type") == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            return False, f"The rollout does not get on: {condition.get('message', '')}"
    if spec.get("paused"):
        return True, "The rollout is paused."
    return _counted(wanted, updated, available, now.get("replicas", 0))


def _counted(wanted: int, updated: int, available: int, all_of_them: int) -> tuple[bool | None, str]:
    if updated >= wanted and all_of_them <= max(updated, wanted) and available >= updated:
        return True, f"All {wanted} pods are up to date and available."
    return None, f"{updated} of {wanted} pods updated, {available} available"


def gitops(thing: dict[str, Any]) -> list[str]:
    """Whether something else will put it back: then a change here does not last."""
    meta = thing.get("metadata", {})
    marks = {**(meta.get("labels") or {}), **(meta.get("annotations") or {})}
    tool = next((mark.partition(".")[0] if "argocd" in mark else "Flux" for mark in GITOPS if mark in marks), "")
    return [f"{tool} keeps it as it is in Git and will put it back: pause its synchronisation, too"] if tool else []


def pods_of(thing: dict[str, Any]) -> Extent:
    """All pods of a workload."""
    count = _replicas(thing)
    return Extent(count, count, "pod", 1.0 if count else None)


def _found(
    connection: Connection, target: Target, arguments: Arguments
) -> tuple[dict[str, Any], list[Revision], int, Revision]:
    """The object, its revisions, the current one's number, and the wanted one. Raises ``Failed``."""
    needs(target, *WORKLOADS)
    thing = connection.get(target.path())
    _not_paused(thing, "undone")
    known, to = revisions(connection, target, thing), whole(arguments, "to_revision", 0) or 0
    if to:
        wanted = next((each for each in known if each[0] == to), None)
        if wanted is None:
            listed = ", ".join(str(each[0]) for each in known) or "none"
            raise Failed(f"{target.words()} has no revision {to}; it has {listed}", again=False)
    elif len(known) < 2:
        raise Failed(f"{target.words()} has no earlier revision to go back to", again=False)
    else:
        wanted = known[-2]
    return thing, known, known[-1][0] if known else 0, wanted


def _undoing(target: Target, thing: dict[str, Any], wanted: dict[str, Any]) -> tuple[str, Any]:
    """Content type and body of the patch; an empty body where nothing would change."""
    if target.kind != "deployment":
        data = wanted["data"]
        same = _plain(data.get("spec", {}).get("template", {})) == _plain(thing["spec"]["template"])
        return STRATEGIC_PATCH, None if same else data
    template = _template(target, wanted)
    if template == _template(target, thing):
        return JSON_PATCH, None
    own = thing["metadata"].get("annotations") or {}
    kept = {key: own[key] for key in OWN_ANNOTATIONS if key in own}
    theirs = {k: v for k, v in (wanted["metadata"].get("annotations") or {}).items() if k not in OWN_ANNOTATIONS}
    return JSON_PATCH, [
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": {**theirs, **kept}},
    ]


def _template(target: Target, thing: dict[str, Any]) -> dict[str, Any]:
    """A pod template without the hash of its ReplicaSet: with it each undo would make a new one."""
    template: dict[str, Any] = thing["data"]["spec"]["template"] if "data" in thing else thing["spec"]["template"]
    labels = {k: v for k, v in (template.get("metadata", {}).get("labels") or {}).items() if k != HASH}
    return {**template, "metadata": {**template.get("metadata", {}), "labels": labels}}


def _plain(template: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in template.items() if key != "$patch"}, sort_keys=True)


def _number(target: Target, thing: dict[str, Any]) -> int | None:
    if target.kind != "deployment":
        return int(thing.get("revision", 0))
    text = (thing["metadata"].get("annotations") or {}).get(REVISION, "0")
    return int(text) if text.isdecimal() else None


def _paused(connection: Connection, target: Target, wanted: bool) -> Applied:
    needs(target, "deployment")
    before = bool(connection.get(target.path())["spec"].get("paused"))
    word = "paused" if wanted else "resumed"
    if before == wanted:
        return Applied(f"{target.words()} was {word} already")
    body = {"spec": {"paused": True if wanted else None}}
    path = target.path()
    connection.patch(
        path, STRATEGIC_PATCH, body, seen=lambda: bool(connection.get(path)["spec"].get("paused")) == wanted
    )
    return Applied(f"{target.words()} {word}", {**_same(target), "verb": "resume" if wanted else "pause"})


def _try_paused(connection: Connection, target: Target, wanted: bool) -> Preview:
    needs(target, "deployment")
    thing = connection.get(target.path())
    word = "paused" if wanted else "resumed"
    if bool(thing["spec"].get("paused")) == wanted:
        return Preview(f"{target.words()} is {word} already; nothing would change")
    body = {"spec": {"paused": True if wanted else None}}
    objections = gitops(thing) + connection.objections(target.path(), STRATEGIC_PATCH, body)
    return Preview(f"{target.words()} would be {word}. {status(target, thing)[1]}", None, objections)


def _not_paused(thing: dict[str, Any], word: str) -> None:
    if thing.get("spec", {}).get("paused"):
        raise Failed(f"its rollout is paused, and cannot be {word} so; resume it first", again=False)


def _restarting() -> tuple[dict[str, Any], str]:
    stamp = iso(SystemClock().now())[:19] + "Z"
    return {"spec": {"template": {"metadata": {"annotations": {RESTARTED: stamp}}}}}, stamp


def _restarted_at(thing: dict[str, Any]) -> str:
    return str((thing["spec"]["template"].get("metadata", {}).get("annotations") or {}).get(RESTARTED, ""))


def _replicas(thing: dict[str, Any]) -> int:
    spec, now = thing.get("spec", {}), thing.get("status", {})
    return int(spec["replicas"] if "replicas" in spec else now.get("desiredNumberScheduled", 1))


def _images(thing: dict[str, Any]) -> list[str]:
    return [str(each.get("image", "")) for each in thing["spec"]["template"].get("spec", {}).get("containers") or []]


def _same(target: Target) -> dict[str, str | list[str]]:
    return {"kind": target.kind, "namespace": target.namespace, "name": target.name}
