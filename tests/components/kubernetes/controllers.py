"""What the controllers of a control plane do by themselves, a step at a time: revisions that move, pods, status, conditions, budgets.

As the real ones do it: a ReplicaSet that is used again gets a new number and keeps the old one in an annotation, old ones beyond
``revisionHistoryLimit`` are pruned, a rollout that does not get on keeps ``ProgressDeadlineExceeded`` until a pod of the next one is
there, a pod that is deleted ends a little later. A pod whose image has ``bad`` in its tag never gets ready.
"""

import copy
import datetime
import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from tests.components.kubernetes.selectors import chosen

if TYPE_CHECKING:
    from tests.components.kubernetes.cluster import Cluster

REVISION, EARLIER = "deployment.kubernetes.io/revision", "deployment.kubernetes.io/revision-history"
HASH = "pod-template-hash"
NOT_COPIED = ("kubectl.kubernetes.io/last-applied-configuration", REVISION, EARLIER, "deployment.kubernetes.io/desired-replicas",
              "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to")  # fmt: skip
Thing = dict[str, Any]


def now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Controllers:
    """One step moves everything on a little. ``every``: seconds between two steps, 0 for one at each request.

    ``lag``: so many steps a changed object stays unseen. ``deadline``: steps without progress until the deadline is exceeded.
    """

    def __init__(self, cluster: "Cluster") -> None:
        self.cluster, self.every, self.lag, self.deadline = cluster, 0.0, 1, 6
        self.made, self.last = 0, 0.0
        self.seen: dict[str, tuple[int, int]] = {}
        self.stuck: dict[str, int] = {}

    def step(self) -> None:
        """Raises nothing."""
        if self.every and time.monotonic() - self.last < self.every:
            return
        self.last = time.monotonic()
        for path, thing in list(self.cluster.things.items()):
            kind = path.split("/")[-2]
            if kind in ("deployments", "statefulsets", "daemonsets") and self._noticed(path, thing):
                (self._deployment if kind == "deployments" else self._revisioned)(path, thing)
            elif kind == "pods":
                self._pod(path, thing)
            elif kind == "nodes":
                self._node(path, thing)
            elif kind == "poddisruptionbudgets":
                self._budget(path, thing)

    def _noticed(self, path: str, thing: Thing) -> bool:
        """The controller hears of a change a little later: until then ``observedGeneration`` is the old one."""
        generation = thing["metadata"].get("generation", 1)
        seen, since = self.seen.get(path, (thing.get("status", {}).get("observedGeneration", 0), 0))
        if seen == generation:
            self.seen[path] = (generation, 0)
            return True
        self.seen[path] = (seen, since + 1)
        if since < self.lag:
            return False
        self.seen[path] = (generation, 0)
        return True

    def _deployment(self, path: str, thing: Thing) -> None:
        paused, wanted = bool(thing["spec"].get("paused")), thing["spec"].get("replicas", 1)
        sets = self._owned(thing, path.split("/")[-3], "replicasets", "apps/v1")
        new = next((each for each in sets.values() if _same(each["spec"]["template"], thing["spec"]["template"])), None)
        if new is None and not paused:
            new = self._replicaset(path, thing)
            sets = self._owned(thing, path.split("/")[-3], "replicasets", "apps/v1")
        if new is not None and not paused:
            self._numbered(path, thing, new, [each for each in sets.values() if each is not new])
        own = {name: self._pods(each) for name, each in sets.items()}
        fresh = self._pods(new) if new is not None else []
        old = [pod for name, each in own.items() if new is None or sets[name] is not new for pod in each]
        before = copy.deepcopy(thing.get("status", {}))
        if not paused:
            self._roll(new, fresh, old, wanted)
        fresh = self._pods(new) if new is not None else []
        everything = [pod for each in sets.values() for pod in self._pods(each)]
        ready = [pod for pod in everything if _ready(pod)]
        for each in sets.values():
            each["spec"]["replicas"] = len(self._pods(each))
        self._status(path, thing, before, wanted, fresh, everything, ready)
        self._prune(path, thing, sets, new)

    def _roll(self, new: Thing | None, fresh: list[Thing], old: list[Thing], wanted: int) -> None:
        """A pod more, and one less: maxSurge 25 % and maxUnavailable 25 %."""
        most, least = wanted + max(1, wanted // 4), wanted - max(0, wanted // 4)
        ready = sum(map(_ready, [*fresh, *old]))
        broken = next((pod for pod in old if not _ready(pod)), None)
        if new is not None and len(fresh) < wanted and len(fresh) + len(old) < most:
            self._born(new, "ReplicaSet")
        if broken is not None or (old and ready > least):
            self._end(broken or old[0])
        elif not old and len(fresh) > wanted:
            self._end(fresh[-1])

    def _status(
        self,
        path: str,
        thing: Thing,
        before: Thing,
        wanted: int,
        fresh: list[Thing],
        everything: list[Thing],
        ready: list[Thing],
    ) -> None:
        found = {
            "observedGeneration": thing["metadata"].get("generation", 1), "replicas": len(everything), "updatedReplicas": len(fresh),
            "readyReplicas": len(ready), "availableReplicas": len(ready), "unavailableReplicas": max(0, wanted - len(ready)),
            "conditions": before.get("conditions") or [],
        }  # fmt: skip
        found = {key: value for key, value in found.items() if value or key == "conditions"}
        done = len(fresh) == len(everything) == wanted == len(ready)
        moved = any(found.get(key, 0) > before.get(key, 0) for key in ("updatedReplicas", "readyReplicas"))
        self.stuck[path] = 0 if moved or done else self.stuck.get(path, 0) + 1
        was = next((each for each in found["conditions"] if each["type"] == "Progressing"), {})
        timed_out = was.get("reason") == "ProgressDeadlineExceeded" and not moved
        late = not done and not thing["spec"].get("paused") and (timed_out or self.stuck[path] > self.deadline)
        reason = "NewReplicaSetAvailable" if done else "ProgressDeadlineExceeded" if late else "ReplicaSetUpdated"
        if was.get("reason") != reason:
            said = {
                "ProgressDeadlineExceeded": "has timed out progressing.",
                "NewReplicaSetAvailable": "has successfully progressed.",
            }
            fields = {"type": "Progressing", "status": "False" if late else "True", "reason": reason}
            fields["message"] = f'ReplicaSet "{thing["metadata"]["name"]}" {said.get(reason, "is progressing.")}'
            others = [each for each in found["conditions"] if each["type"] != "Progressing"]
            found["conditions"] = [{**fields, "lastUpdateTime": now(), "lastTransitionTime": now()}, *others]
        if found != thing.get("status"):
            thing["status"] = found
            self.cluster.touch(path)

    def _numbered(self, path: str, thing: Thing, new: Thing, others: list[Thing]) -> None:
        """The set in use has the highest number; one that is used again keeps its earlier ones in an annotation."""
        highest = max([int(each["metadata"]["annotations"].get(REVISION, 0)) for each in others], default=0)
        notes = new["metadata"]["annotations"]
        mine = int(notes.get(REVISION, 0))
        for key, value in (thing["metadata"].get("annotations") or {}).items():
            if key not in NOT_COPIED:
                notes[key] = value
        if mine <= highest:
            if mine:
                notes[EARLIER] = ",".join(filter(None, [notes.get(EARLIER, ""), str(mine)]))
            notes[REVISION] = str(highest + 1)
        own = thing["metadata"].setdefault("annotations", {})
        if own.get(REVISION) != notes[REVISION]:
            own[REVISION] = notes[REVISION]
            self.cluster.touch(path)

    def _prune(self, path: str, thing: Thing, sets: dict[str, Thing], new: Thing | None) -> None:
        old = sorted(
            (int(each["metadata"]["annotations"].get(REVISION, 0)), name)
            for name, each in sets.items()
            if each is not new and not self._pods(each)
        )
        for _, name in old[: max(0, len(old) - thing["spec"].get("revisionHistoryLimit", 10))]:
            del self.cluster.things[name]

    def _replicaset(self, path: str, thing: Thing) -> Thing:
        template = copy.deepcopy(thing["spec"]["template"])
        mark = _hash(template)
        template["metadata"].setdefault("labels", {})[HASH] = mark
        folder = f"{path.rpartition('/deployments/')[0]}/replicasets"
        meta = {
            "name": f"{thing['metadata']['name']}-{mark}", "namespace": thing["metadata"]["namespace"], "uid": self._uid(),
            "labels": dict(template["metadata"]["labels"]), "annotations": {}, "creationTimestamp": now(),
            "ownerReferences": [_owner(thing, "Deployment")],
        }  # fmt: skip
        return self.cluster.add(folder, {"metadata": meta, "spec": {"replicas": 0, "template": template}})

    def _revisioned(self, path: str, thing: Thing) -> None:
        """A StatefulSet or DaemonSet: its revisions are objects of their own, and an equal one is used again with a new number."""
        folder, kind = path.rpartition("/")[0], "StatefulSet" if "/statefulsets/" in path else "DaemonSet"
        data = {"spec": {"template": {**copy.deepcopy(thing["spec"]["template"]), "$patch": "replace"}}}
        known = self._owned(thing, path.split("/")[-3], "controllerrevisions", "apps/v1")
        highest = max([each["revision"] for each in known.values()], default=0)
        same = next((each for each in known.values() if _plain(each["data"]) == _plain(data)), None)
        if same is None:
            meta = {
                "name": f"{thing['metadata']['name']}-{_hash(data)}", "namespace": thing["metadata"]["namespace"], "uid": self._uid(),
                "labels": dict(thing["spec"]["template"]["metadata"].get("labels") or {}), "creationTimestamp": now(),
                "annotations": dict(thing["metadata"].get("annotations") or {}), "ownerReferences": [_owner(thing, kind)],
            }  # fmt: skip
            same = self.cluster.add(
                f"{folder.rpartition('/')[0]}/controllerrevisions",
                {"metadata": meta, "data": data, "revision": highest + 1},
            )
        elif same["revision"] < highest:
            same["revision"] = highest + 1
        by_hand = (thing["spec"].get("updateStrategy") or {}).get("type") == "OnDelete"
        wanted = thing["spec"].get("replicas", len([k for k in self.cluster.things if k.startswith("/api/v1/nodes/")]))
        was, name = thing.get("status", {}), same["metadata"]["name"]
        fresh = was.get("updateRevision") == name
        updated = was.get("updatedReplicas", 0) if fresh else 0
        updated = updated if by_hand else min(wanted, updated + 1)
        if not was:
            updated = wanted
        found = {"observedGeneration": thing["metadata"].get("generation", 1), "updateRevision": name}
        found["currentRevision"] = name if updated >= wanted else was.get("currentRevision", name)
        if kind == "StatefulSet":
            found |= {
                "replicas": wanted,
                "readyReplicas": wanted,
                "availableReplicas": wanted,
                "updatedReplicas": updated,
            }
        else:
            found |= {
                "desiredNumberScheduled": wanted,
                "currentNumberScheduled": wanted,
                "numberReady": wanted,
                "numberAvailable": wanted,
                "updatedNumberScheduled": updated,
            }
        if found != was:
            thing["status"] = found
            self.cluster.touch(path)

    def _pod(self, path: str, pod: Thing) -> None:
        """A pod starts, gets ready at the next step, and once deleted ends two steps later."""
        if pod["metadata"].get("deletionTimestamp"):
            pod["looks"] = pod.get("looks", 2) - 1
            if pod["looks"] <= 0:
                self.cluster.touch(path, "DELETED")
            return
        if pod.get("status", {}).get("phase") == "Pending":
            bad = any("bad" in str(each.get("image")) for each in pod["spec"]["containers"])
            states = [
                {"name": each["name"], "ready": not bad, "restartCount": 2 * bad,
                 "state": {"waiting": {"reason": "CrashLoopBackOff"}} if bad else {"running": {"startedAt": now()}}}
                for each in pod["spec"]["containers"]
            ]  # fmt: skip
            ready = {"type": "Ready", "status": "False" if bad else "True"}
            pod["status"] = {"phase": "Running", "conditions": [ready], "containerStatuses": states}
            self.cluster.touch(path)

    def _node(self, path: str, node: Thing) -> None:
        """A cordoned node gets its taint from the controller."""
        spec, mark = node["spec"], "node.kubernetes.io/unschedulable"
        others = [each for each in spec.get("taints") or [] if each["key"] != mark]
        wanted = others + ([{"key": mark, "effect": "NoSchedule"}] if spec.get("unschedulable") else [])
        if wanted != (spec.get("taints") or []):
            spec["taints"] = wanted
            if not wanted:
                del spec["taints"]
            self.cluster.touch(path)

    def _budget(self, path: str, budget: Thing) -> None:
        least = budget["spec"].get("minAvailable")
        if least is None:
            return
        folder = f"/api/v1/namespaces/{path.split('/')[5]}/pods/"
        selector = budget["spec"].get("selector")
        own = [
            pod for name, pod in self.cluster.things.items()
            if name.startswith(folder) and selector is not None and all(fits(pod["metadata"].get("labels") or {}) for fits in chosen(selector))
        ]  # fmt: skip
        healthy = sum(_ready(pod) and not pod["metadata"].get("deletionTimestamp") for pod in own)
        budget["status"] = {
            "disruptionsAllowed": max(0, healthy - least), "currentHealthy": healthy, "desiredHealthy": least, "expectedPods": len(own),
            "observedGeneration": budget["metadata"].get("generation", 1),
        }  # fmt: skip

    def _born(self, owner: Thing, kind: str) -> None:
        nodes = [thing for path, thing in self.cluster.things.items() if path.startswith("/api/v1/nodes/")]
        free = [node["metadata"]["name"] for node in nodes if not node["spec"].get("unschedulable")]
        self.made += 1
        template, name = copy.deepcopy(owner["spec"]["template"]), f"{owner['metadata']['name']}-{self.made:05d}"
        namespace = owner["metadata"]["namespace"]
        meta = {
            "name": name, "namespace": namespace, "uid": self._uid(), "labels": template["metadata"].get("labels") or {},
            "annotations": template["metadata"].get("annotations") or {}, "creationTimestamp": now(), "ownerReferences": [_owner(owner, kind)],
        }  # fmt: skip
        spec = {**template["spec"], **({"nodeName": free[self.made % len(free)]} if free else {})}
        folder = f"/api/v1/namespaces/{namespace}/pods"
        self.cluster.add(folder, {"metadata": meta, "spec": spec, "status": {"phase": "Pending"}})
        self.cluster.touch(f"{folder}/{name}", "ADDED")

    def _end(self, pod: Thing) -> None:
        pod["metadata"].setdefault("deletionTimestamp", now())

    def _owned(self, thing: Thing, namespace: str, plural: str, version: str) -> dict[str, Thing]:
        folder = f"/apis/{version}/namespaces/{namespace}/{plural}/"
        uid = thing["metadata"]["uid"]
        return {
            path: each for path, each in self.cluster.things.items()
            if path.startswith(folder) and any(o.get("uid") == uid for o in each["metadata"].get("ownerReferences") or [])
        }  # fmt: skip

    def _pods(self, owner: Thing) -> list[Thing]:
        """Those that are not on their way out."""
        uid = owner["metadata"]["uid"]
        return [
            pod for path, pod in self.cluster.things.items()
            if "/pods/" in path and not pod["metadata"].get("deletionTimestamp")
            and any(each.get("uid") == uid for each in pod["metadata"].get("ownerReferences") or [])
        ]  # fmt: skip

    def _uid(self) -> str:
        self.made += 1
        return f"00000000-0000-4000-8000-{self.made:012d}"


def _owner(thing: Thing, kind: str) -> Thing:
    meta = thing["metadata"]
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _same(mine: Thing, theirs: Thing) -> bool:
    """Two pod templates, their hash apart."""
    return _plain(mine) == _plain(theirs)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != HASH and each not in (None, {})}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:9]


def _ready(pod: Thing) -> bool:
    return any(
        each.get("type") == "Ready" and each.get("status") == "True"
        for each in pod.get("status", {}).get("conditions") or []
    )
