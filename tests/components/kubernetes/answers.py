"""Answers in the shapes of the API server: a ``Status`` for each refusal, with reason, details and causes."""

import re
from typing import Any

GROUPED = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/[^/]+(?:/namespaces/(?P<namespace>[^/]+))?/(?P<plural>[a-z]+)(?:/(?P<name>[^/]+)(?:/(?P<sub>.+))?)?"
)
KINDS = {
    "deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet", "nodes": "Node", "pods": "Pod",
    "replicasets": "ReplicaSet", "controllerrevisions": "ControllerRevision", "events": "Event", "jobs": "Job",
    "poddisruptionbudgets": "PodDisruptionBudget", "horizontalpodautoscalers": "HorizontalPodAutoscaler", "rollouts": "Rollout",
    "helmreleases": "HelmRelease", "kustomizations": "Kustomization",
}  # fmt: skip


class Place:
    """The parts of a path. ``known``: whether the server has such a resource."""

    def __init__(self, path: str) -> None:
        found = GROUPED.fullmatch(path)
        self.group, self.namespace, self.plural, self.name, self.sub = (
            (found[part] or "" for part in ("group", "namespace", "plural", "name", "sub")) if found else [""] * 5
        )
        self.known = self.plural in KINDS

    def resource(self) -> str:
        """``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def kind(self) -> str:
        """``Deployment.apps``."""
        kind = KINDS.get(self.plural, self.plural)
        return f"{kind}.{self.group}" if self.group else kind

    def details(self) -> dict[str, Any]:
        """As they stand in a ``Status``."""
        return {"name": self.name, **({"group": self.group} if self.group else {}), "kind": self.plural}


def status(code: int, reason: str, message: str, **details: Any) -> dict[str, Any]:
    """A ``Status``; one without a reason has none, as that of more than one disruption budget."""
    found = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
    found |= {"reason": reason} if reason else {}
    return found | ({"details": details} if details else {}) | {"code": code}


def not_found(path: str) -> tuple[int, Any]:
    """Of a resource that exists a ``Status``; of any other path a plain text."""
    place = Place(path)
    if not place.known:
        return 404, b"404 page not found\n"
    return 404, status(404, "NotFound", f'{place.resource()} "{place.name}" not found', **place.details())


def invalid(path: str, field: str, message: str, reason: str = "FieldValueInvalid") -> tuple[int, Any]:
    """422 with its cause."""
    place = Place(path)
    said = f'{place.kind()} "{place.name}" is invalid: {field}: {message}'
    cause = {"reason": reason, "message": message, "field": field}
    kind = {"kind": KINDS.get(place.plural, place.plural)}
    return 422, status(422, "Invalid", said, **place.details() | kind, causes=[cause])


def conflict(path: str) -> tuple[int, Any]:
    """409: a stale resourceVersion."""
    place = Place(path)
    said = (
        f'Operation cannot be fulfilled on {place.resource()} "{place.name}": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    return 409, status(409, "Conflict", said, **place.details())


def forbidden(path: str, verb: str, who: str) -> tuple[int, Any]:
    """403 in the words of RBAC."""
    place = Place(path)
    resource = f"{place.plural}/{place.sub}" if place.sub else place.plural
    where = f'in the namespace "{place.namespace}"' if place.namespace else "at the cluster scope"
    said = (
        f'{place.resource()} "{place.name}" is forbidden: User "{who}" cannot {verb} resource "{resource}" '
        f'in API group "{place.group}" {where}'
    )
    return 403, status(403, "Forbidden", said, **place.details())


def scale(thing: dict[str, Any]) -> dict[str, Any]:
    """The ``Scale`` of a workload."""
    meta = {
        key: value
        for key, value in thing["metadata"].items()
        if key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    }
    chosen = (thing["spec"].get("selector") or {}).get("matchLabels") or {}
    text = ",".join(f"{key}={value}" for key, value in sorted(chosen.items()))
    return {
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta, "spec": {"replicas": thing["spec"]["replicas"]},
        "status": {"replicas": thing.get("status", {}).get("replicas", 0), "selector": text},
    }  # fmt: skip
