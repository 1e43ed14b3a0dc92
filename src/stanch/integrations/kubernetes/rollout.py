"""``kubectl rollout``: undo, pause, resume and restart (formats/06, 6.1 and 6.2)."""

from typing import Any

from stanch.integrations.kubernetes.connection import JSON_PATCH, STRATEGIC_PATCH, Connection
from stanch.integrations.kubernetes.managed import gitops
from stanch.integrations.kubernetes.progress import by_hand, fully_out, pods_of, replicas, status, wait
from stanch.integrations.kubernetes.revisions import (
    EARLIER,
    LEFT,
    RESTARTED,
    REVISION,
    History,
    Revision,
    digest,
    history,
    images_of,
    plain,
    same,
    template_of,
)
from stanch.integrations.kubernetes.target import Target, needs, whole
from stanch.kernel.clock import SystemClock, iso
from stanch.ports import Applied, Arguments, Failed, Preview, Say

# Annotations that a rollback does not restore (kubectl's list).
OWN_ANNOTATIONS = (
    "kubectl.kubernetes.io/last-applied-configuration", REVISION, EARLIER, "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
)  # fmt: skip
# kubectl names itself where it pauses, resumes and restarts (`kubectl-rollout`), and so do we.
MANAGER = "stanch"
WORKLOADS = ("deployment", "statefulset", "daemonset")
ON_DELETE = "its pods are replaced only when they are deleted (OnDelete): until then nothing changes"


def undo(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Back to ``to_revision``, or to the one before; undone by going to the revision that was current.

    ``from_revision`` and ``from_template``: what it was confirmed on; raises ``Failed`` when that is not what runs any more.
    ``paused`` "true" or "false": how the rollout is afterwards; a paused one goes on in the same request by default.
    """
    thing, past, wanted = _found(connection, target, arguments)
    kind, body = _undoing(target, thing, wanted, arguments)
    if not body:
        return _already(target, f"has the template of revision {wanted.number}")
    path = target.path()
    connection.patch(path, kind, body, seen=lambda: not _undoing(target, connection.get(path), wanted, arguments)[1])
    say(f"{target.words()} goes back to revision {wanted.number}")
    standing = wait(connection, target, say, thing)
    said = f"{_leaving(past)} -> {wanted.number} ({wanted.words()}). {standing}{_renumbered(connection, target, past)}"
    return Applied(said, _way_forward(target, thing, past, wanted))


def try_undo(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """The revisions, and the server's own opinion of the change."""
    thing, past, wanted = _found(connection, target, arguments)
    kind, body = _undoing(target, thing, wanted, arguments)
    objections = [ON_DELETE] if by_hand(thing) else []
    if wanted.left:
        objections.append(f"revision {wanted.number} was {LEFT}")
    objections += connection.objections(target.path(), kind, body) if body else []
    now = past.find(past.current)
    if not body or (now and plain(now.template()) == plain(wanted.template())):
        objections.append(
            f"it has the template of revision {wanted.number} already, but for a restart: nothing would go back"
        )
    lines = [f"{_leaving(past)} -> {wanted.number}: {wanted.words()}", past.words()]
    if thing["spec"].get("paused") and arguments.get("paused") != "true":
        lines.append("Its rollout is paused: going back lets it go on.")
    if not past.current:
        lines.append(
            "What is asked for now has not been rolled out and is in no revision: stanch cannot bring it back."
        )
    lines.append("Only the pod template goes back: not replicas, ConfigMaps or Secrets.")
    pinned = {**arguments, "to_revision": str(wanted.number), **confirmed_on(past, thing)}
    cautions = [*gitops(thing), *_stuck(target, thing)]
    return Preview("\n".join(lines), pods_of(thing), objections, pinned, cautions)


def pause(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Hold a rollout where it is."""
    return _paused(connection, target, True)


def resume(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """Let a rollout go on."""
    before = connection.get(target.path())
    done = _paused(connection, target, False)
    return Applied(f"{done.output}. {wait(connection, target, say, before)}", done.undo, done.changed)


def try_pause(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    return _try_paused(connection, target, True)


def try_resume(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    return _try_paused(connection, target, False)


def restart(connection: Connection, target: Target, arguments: Arguments, say: Say) -> Applied:
    """New pods, as the workload's strategy replaces them; cannot be undone."""
    needs(target, *WORKLOADS)
    path = target.path()
    before = connection.get(path)
    _not_paused(before, "restarted")
    body, stamp = _restarting()
    connection.patch(
        path, STRATEGIC_PATCH, body, seen=lambda: _restarted_at(connection.get(path)) == stamp, manager=MANAGER
    )
    say(f"{target.words()} is being restarted")
    return Applied(f"restarted. {wait(connection, target, say, before)}")


def try_restart(connection: Connection, target: Target, arguments: Arguments) -> Preview:
    """Asked of the server."""
    needs(target, *WORKLOADS)
    thing = connection.get(target.path())
    _not_paused(thing, "restarted")
    objections = connection.objections(target.path(), STRATEGIC_PATCH, _restarting()[0], MANAGER)
    if by_hand(thing):
        return Preview(
            f"no pod of {target.words()} would be replaced", None, [ON_DELETE, *objections], cautions=gitops(thing)
        )
    at_once = (thing["spec"].get("strategy") or {}).get("type") == "Recreate"
    if at_once:
        objections.append("it replaces all of its pods at once (Recreate): nothing answers in between")
    elif replicas(thing) == 1 and target.kind == "statefulset":
        objections.append("it has one pod only: nothing answers while that is replaced")
    how = "all at once" if at_once else "a few at a time"
    text = f"every pod of {target.words()} would be replaced, {how}"
    return Preview(text, pods_of(thing), objections, cautions=gitops(thing))


def _found(connection: Connection, target: Target, arguments: Arguments) -> tuple[dict[str, Any], History, Revision]:
    """The object, its revisions, and the wanted one. Raises ``Failed``, also when the workload has changed since the confirmation."""
    needs(target, *WORKLOADS)
    thing = connection.get(target.path())
    past, to = history(connection, target, thing), whole(arguments, "to_revision", 0) or 0
    _as_confirmed(target, arguments, thing, past)
    wanted = past.find(to) if to else past.before()
    if wanted is None and to:
        listed = ", ".join(str(each.number) for each in past.known) or "none"
        raise Failed(f"{target.words()} has no revision {to}; it has {listed}", again=False)
    if wanted is None:
        raise Failed(f"{target.words()} has no earlier revision to go back to", again=False)
    if wanted.left and not to:
        raise Failed(
            f"the revision before, {wanted.number} ({wanted.words()}), was left by going back from it: it may be the bad one; "
            "to go there all the same, name it (to_revision)",
            again=False,
        )
    return thing, past, wanted


def _as_confirmed(target: Target, arguments: Arguments, thing: dict[str, Any], past: History) -> None:
    """What was confirmed is what runs: raises ``Failed`` when somebody else has changed it since."""
    seen, template = whole(arguments, "from_revision"), arguments.get("from_template")
    # What was in no revision when it was confirmed has got a number since: it is told by its template.
    numbered = seen in (None, past.current) or (seen == 0 and template is not None)
    if numbered and template in (None, digest(template_of(thing))):
        return
    images = ", ".join(images_of(template_of(thing)))
    now = past.find(past.current)
    exact = now is not None and plain(now.template()) == plain(template_of(thing))
    found = f"revision {past.current} ({images})" if exact else images
    was = f"revision {seen}" if seen else "what was asked for then" if seen == 0 else "what this run had put there"
    raise Failed(
        f"nothing was changed: {target.words()} runs {found} by now, and no longer {was}; look at it again and choose anew",
        again=False,
    )


def confirmed_on(past: History, thing: dict[str, Any]) -> dict[str, str | list[str]]:
    """The arguments that pin what a rollback is about: its revision, and while it is in none, its template."""
    if past.current:
        return {"from_revision": str(past.current)}
    return {"from_revision": "0", "from_template": digest(template_of(thing))}


def _leaving(past: History) -> str:
    return f"revision {past.current}" if past.current else "what is in no revision yet"


def _renumbered(connection: Connection, target: Target, past: History) -> str:
    """The number that the revision has got by being used again, one above all: what ``kubectl rollout history`` shows now."""
    if target.kind != "deployment":
        return ""
    try:
        notes = connection.get(target.path())["metadata"].get("annotations") or {}
    except Failed:
        return ""
    now = str(notes.get(REVISION, ""))
    newer = now.isdecimal() and int(now) > max((each.number for each in past.known), default=0)
    return f" It is revision {now} now." if newer else ""


def _stuck(target: Target, thing: dict[str, Any]) -> list[str]:
    """A StatefulSet that waits for a pod to get ready never replaces that pod by itself, not even to go back."""
    spec, now = thing.get("spec", {}), thing.get("status", {})
    waiting = now.get("readyReplicas", 0) < replicas(thing) and spec.get("podManagementPolicy") != "Parallel"
    if target.kind != "statefulset" or not waiting:
        return []
    return ["a pod of it that does not get ready keeps what it has until somebody deletes it: only then it goes back"]


def _undoing(
    target: Target, thing: dict[str, Any], wanted: Revision, arguments: Arguments
) -> tuple[str, list[Any] | dict[str, Any] | None]:
    """Content type and body of the patch; no body where nothing would change."""
    if target.kind != "deployment":
        return STRATEGIC_PATCH, None if same(wanted.template(), template_of(thing)) else wanted.thing["data"]
    paused, hold = bool(thing["spec"].get("paused")), arguments.get("paused") == "true"
    operations: list[Any] = []
    if not same(wanted.template(), template_of(thing)):
        own = thing["metadata"].get("annotations") or {}
        kept = {key: own[key] for key in OWN_ANNOTATIONS if key in own}
        theirs = {
            k: v for k, v in (wanted.thing["metadata"].get("annotations") or {}).items() if k not in OWN_ANNOTATIONS
        }
        operations += [
            {"op": "replace", "path": "/spec/template", "value": wanted.template()},
            {"op": "replace", "path": "/metadata/annotations", "value": {**theirs, **kept}},
        ]
    # In the same request: resuming first would continue the bad rollout for a moment.
    if paused and not hold:
        operations.append({"op": "remove", "path": "/spec/paused"})
    elif hold and not paused:
        operations.append({"op": "add", "path": "/spec/paused", "value": True})
    return JSON_PATCH, operations or None


def _way_forward(target: Target, thing: dict[str, Any], past: History, wanted: Revision) -> dict[str, str | list[str]]:
    """The undo: back to the revision that was found, refused when something else was rolled out meanwhile."""
    if not past.current:
        return {}
    back = {
        **_address(target),
        "verb": "undo",
        "to_revision": str(past.current),
        "from_template": digest(wanted.template()),
    }
    return {**back, "paused": "true"} if thing["spec"].get("paused") else back


def _paused(connection: Connection, target: Target, wanted: bool) -> Applied:
    needs(target, "deployment")
    before = bool(connection.get(target.path())["spec"].get("paused"))
    word = "paused" if wanted else "resumed"
    if before == wanted:
        return _already(target, f"was {word}")
    body = {"spec": {"paused": True if wanted else None}}
    path = target.path()
    connection.patch(
        path,
        STRATEGIC_PATCH,
        body,
        seen=lambda: bool(connection.get(path)["spec"].get("paused")) == wanted,
        manager=MANAGER,
    )
    return Applied(f"{target.words()} {word}", {**_address(target), "verb": "resume" if wanted else "pause"})


def _try_paused(connection: Connection, target: Target, wanted: bool) -> Preview:
    needs(target, "deployment")
    thing = connection.get(target.path())
    word = "paused" if wanted else "resumed"
    if bool(thing["spec"].get("paused")) == wanted:
        return Preview(f"{target.words()} is {word} already; nothing would change")
    body = {"spec": {"paused": True if wanted else None}}
    objections = connection.objections(target.path(), STRATEGIC_PATCH, body, MANAGER)
    if wanted and fully_out(target, thing):
        objections.append("nothing is being rolled out: its release is out on every pod, and there is nothing to hold")
    text = f"{target.words()} would be {word}. {status(target, thing)[1]}"
    return Preview(text, None, objections, cautions=gitops(thing))


def _already(target: Target, how: str) -> Applied:
    return Applied(f"{target.words()} {how} already; nothing was changed", changed=False)


def _not_paused(thing: dict[str, Any], word: str) -> None:
    if thing.get("spec", {}).get("paused"):
        raise Failed(f"its rollout is paused, and cannot be {word} so; resume it first", again=False)


def _restarting() -> tuple[dict[str, Any], str]:
    stamp = iso(SystemClock().now())[:19] + "Z"
    return {"spec": {"template": {"metadata": {"annotations": {RESTARTED: stamp}}}}}, stamp


def _restarted_at(thing: dict[str, Any]) -> str:
    return str((thing["spec"]["template"].get("metadata", {}).get("annotations") or {}).get(RESTARTED, ""))


def _address(target: Target) -> dict[str, str | list[str]]:
    return {"kind": target.kind, "namespace": target.namespace, "name": target.name}
