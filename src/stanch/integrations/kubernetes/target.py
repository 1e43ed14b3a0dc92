"""What an action is about: a workload, a pod or a node."""

import re
from typing import Any

import msgspec

from stanch.ports import Arguments, Failed

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
PLURALS = {"deployment": "deployments", "statefulset": "statefulsets", "daemonset": "daemonsets"}
KINDS = (*PLURALS, "pod", "node")


class Target(msgspec.Struct, frozen=True):
    """``namespace`` is empty for a node."""

    kind: str
    name: str
    namespace: str = ""

    def path(self) -> str:
        """Its path at the API server."""
        if self.kind == "node":
            return f"/api/v1/nodes/{self.name}"
        if self.kind == "pod":
            return f"/api/v1/namespaces/{self.namespace}/pods/{self.name}"
        return f"/apis/apps/v1/namespaces/{self.namespace}/{PLURALS[self.kind]}/{self.name}"

    def words(self) -> str:
        """``deployment shop/web``."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    def workload(self) -> bool:
        """Whether it has a rollout."""
        return self.kind in PLURALS


def read(arguments: Arguments, allowed: list[str]) -> Target:
    """Validate: names go into a path. ``allowed``: namespaces; empty: every one. Raises ``Failed``."""
    kind = str(arguments.get("kind", "deployment"))
    if kind not in KINDS:
        raise Failed(f"kind is {kind!r}; write {', '.join(KINDS)}", again=False)
    name, namespace = arguments.get("name"), "" if kind == "node" else arguments.get("namespace")
    for value, key in ((name, "name"), ("x" if kind == "node" else namespace, "namespace")):
        if not isinstance(value, str) or not NAME.fullmatch(value):
            raise Failed(f"{key} is {value!r}, which is no name that Kubernetes has", again=False)
    if allowed and namespace and namespace not in allowed:
        raise Failed(
            f"the namespace '{namespace}' is not among those of the setting kubernetes.namespaces", again=False
        )
    return Target(kind, str(name), str(namespace))


def whole(arguments: Arguments, key: str, default: int | None = None) -> int | None:
    """A whole number, 0 or more. Raises ``Failed``."""
    text = arguments.get(key)
    if text is None:
        return default
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Failed(f"{key} is {text!r}; write a whole number", again=False)
    return int(text)


def needs(target: Target, *kinds: str) -> None:
    """Raises ``Failed`` for an action that this kind does not have."""
    if target.kind not in kinds:
        raise Failed(f"a {target.kind} cannot do that; it is for {', '.join(kinds)}", again=False)


def owner_uid(thing: dict[str, Any]) -> str:
    """The uid of the controller of an object, or an empty text."""
    for owner in thing.get("metadata", {}).get("ownerReferences") or []:
        if owner.get("controller"):
            return str(owner.get("uid", ""))
    return ""


def selector(thing: dict[str, Any]) -> str:
    """``spec.selector`` as a ``labelSelector``: labels and expressions."""
    chosen = thing.get("spec", {}).get("selector", {})
    parts = [f"{key}={value}" for key, value in sorted((chosen.get("matchLabels") or {}).items())]
    for each in chosen.get("matchExpressions") or []:
        key, operator, values = each["key"], each["operator"], ",".join(each.get("values") or [])
        parts.append(
            {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "Exists": key}.get(operator, f"!{key}")
        )
    return ",".join(parts)


def selects(chosen: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a label selector (labels and expressions, all of which must hold) fits these labels; an empty one fits all."""
    if any(labels.get(key) != value for key, value in (chosen.get("matchLabels") or {}).items()):
        return False
    return all(_holds(each, labels) for each in chosen.get("matchExpressions") or [])


def _holds(expression: dict[str, Any], labels: dict[str, str]) -> bool:
    key, values = expression.get("key", ""), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels
