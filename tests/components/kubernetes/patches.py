"""Patches as the API server applies them: RFC 6902, RFC 7396 and strategic merge, then what it checks of the result."""

import copy
import json
from typing import Any

from tests.components.kubernetes.answers import Place, conflict, invalid, status
from tests.components.kubernetes.selectors import chosen

JSON, MERGE, STRATEGIC, APPLY = (
    "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)  # fmt: skip
# Lists that a strategic merge joins by a key; any other list is replaced.
MERGE_KEYS = {
    "containers": "name", "initContainers": "name", "ephemeralContainers": "name", "env": "name", "volumes": "name",
    "volumeMounts": "mountPath", "ports": "containerPort", "imagePullSecrets": "name", "ownerReferences": "uid", "taints": "key",
    "conditions": "type", "hostAliases": "ip", "topologySpreadConstraints": "topologyKey", "volumeDevices": "devicePath",
}  # fmt: skip
# What may change in a StatefulSet's spec.
STATEFUL = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
Answer = tuple[int, Any]


class Refusal(Exception):
    """What the server answers instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


def patched(path: str, content_type: str, query: dict[str, str], body: Any, before: dict[str, Any]) -> dict[str, Any]:
    """The object as it would be. Raises ``Refusal``."""
    place = Place(path)
    accepted = [JSON, MERGE, APPLY, *([] if "." in place.group else [STRATEGIC])]
    kind = content_type.partition(";")[0]
    if kind not in accepted:
        said = f"the body of the request was in an unknown format - accepted media types include: {', '.join(accepted)}"
        raise Refusal((415, status(415, "UnsupportedMediaType", said)))
    if kind == APPLY and not query.get("fieldManager"):
        said = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
        raise Refusal((422, status(422, "Invalid", said)))
    after: dict[str, Any] = copy.deepcopy(before)
    scaled = path.endswith("/scale")
    target = (
        {"metadata": {**after["metadata"]}, "spec": {"replicas": after["spec"].get("replicas")}} if scaled else after
    )
    _apply(kind, body, target)
    if scaled:
        if set(target["spec"]) - {"replicas"} and query.get("fieldValidation") == "Strict":
            raise Refusal((400, status(400, "BadRequest", 'strict decoding error: unknown field "spec"')))
        after["spec"]["replicas"] = target["spec"].get("replicas", 0)
        after["metadata"] = {**after["metadata"], "resourceVersion": target["metadata"].get("resourceVersion")}
    _checked(path.removesuffix("/scale"), before, after)
    after["status"] = copy.deepcopy(before.get("status", {}))
    for own in ("generation", "creationTimestamp", "managedFields", "deletionTimestamp"):  # the server's own
        after["metadata"].pop(own, None)
        if own in before["metadata"]:
            after["metadata"][own] = copy.deepcopy(before["metadata"][own])
    return after


def _apply(kind: str, body: Any, target: dict[str, Any]) -> None:
    if kind == JSON:
        if not isinstance(body, list):
            raise Refusal(
                (400, status(400, "BadRequest", "json: cannot unmarshal object into Go value of type jsonpatch.Patch"))
            )
        try:
            for operation in body:
                _operate(target, operation)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            said = f"the server rejected our request due to an error in our request: {error}"
            raise Refusal((422, status(422, "Invalid", said))) from None
        return
    if not isinstance(body, dict):
        raise Refusal(
            (
                400,
                status(400, "BadRequest", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
            )
        )
    (_merge if kind == MERGE else _strategic)(target, body)


def _operate(thing: Any, operation: dict[str, Any]) -> None:
    """RFC 6902."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    for part in way:
        thing = thing[int(part) if isinstance(thing, list) else part]
    here = isinstance(thing, list) and (last == "-" or 0 <= int(last) <= len(thing))
    there = (isinstance(thing, list) and here and last != "-" and int(last) < len(thing)) or (
        isinstance(thing, dict) and last in thing
    )
    key: Any = (len(thing) if last == "-" else int(last)) if isinstance(thing, list) else last
    match operation["op"]:
        case "add" if isinstance(thing, list):
            thing.insert(key, operation["value"])
        case "add":
            thing[key] = operation["value"]
        case "replace" if there:
            thing[key] = operation["value"]
        case "remove" if there:
            del thing[key]
        case "test" if (thing[key] if there else None) == operation["value"]:
            pass
        case "test":
            raise ValueError(f"testing value {operation['path']} failed")
        case _:
            raise ValueError(f"{operation['op']} operation does not apply: doc is missing key: {operation['path']}")


def _merge(thing: dict[str, Any], patch: dict[str, Any]) -> None:
    """RFC 7396: lists are replaced."""
    for key, value in patch.items():
        if value is None:
            thing.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(thing.get(key), dict):
                thing[key] = {}
            _merge(thing[key], value)
        else:
            thing[key] = value


def _strategic(thing: dict[str, Any], patch: dict[str, Any]) -> None:
    """Maps and known lists are joined; ``$patch: replace`` and ``delete`` say otherwise."""
    if patch.get("$patch") == "replace":
        thing.clear()
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            thing.pop(key, None)
        elif isinstance(value, dict):
            if value.get("$patch") == "delete":
                thing.pop(key, None)
                continue
            if not isinstance(thing.get(key), dict):
                thing[key] = {}
            _strategic(thing[key], value)
        elif isinstance(value, list) and key in MERGE_KEYS:
            thing[key] = _joined(list(thing.get(key) or []), value, MERGE_KEYS[key])
        else:
            thing[key] = value


def _joined(mine: list[Any], theirs: list[Any], key: str) -> list[Any]:
    if any(each.get("$patch") == "replace" for each in theirs):
        mine = []
    for each in theirs:
        if each.get("$patch") == "replace" and len(each) == 1:
            continue
        if key not in each:
            raise Refusal((400, status(400, "BadRequest", f"map: {each} does not contain declared merge key: {key}")))
        same = next((one for one in mine if one.get(key) == each[key]), None)
        if each.get("$patch") == "delete":
            mine = [one for one in mine if one is not same]
        elif same is None:
            mine.append({k: v for k, v in each.items() if k != "$patch"})
        else:
            _strategic(same, each)
    return mine


def _checked(path: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Identity first, then what is invalid."""
    was, now, place = before["metadata"], after["metadata"], Place(path)
    if now.get("name") != was.get("name"):
        said = f"the name of the object ({now.get('name')}) does not match the name on the URL ({place.name})"
        raise Refusal((400, status(400, "BadRequest", said)))
    if now.get("uid") != was.get("uid"):
        raise Refusal(
            (
                409,
                status(
                    409,
                    "Conflict",
                    f"Precondition failed: UID in precondition: {now.get('uid')}, UID in object meta: {was.get('uid')}",
                ),
            )
        )
    if now.get("resourceVersion") not in (None, "", was.get("resourceVersion")):
        raise Refusal(conflict(path))
    now.pop("resourceVersion", None)
    if "resourceVersion" in was:
        now["resourceVersion"] = was["resourceVersion"]
    for part in ("labels", "annotations"):
        for key, value in (now.get(part) or {}).items():
            if not isinstance(value, str):
                said = f"cannot unmarshal {type(value).__name__} into Go struct field ObjectMeta.metadata.{part}.{key} of type string"
                raise Refusal((400, status(400, "BadRequest", said)))
    if after["spec"] != before["spec"]:
        _spec(path, place, before["spec"], after["spec"])


def _spec(path: str, place: Place, was: dict[str, Any], now: dict[str, Any]) -> None:
    for field, kind, name in (("replicas", int, "int32"), ("paused", bool, "bool"), ("unschedulable", bool, "bool")):
        value = now.get(field)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise Refusal(invalid(path, "patch", f"Invalid value: {json.dumps(value)}: unrecognized type: {name}"))
    if isinstance(now.get("replicas"), int) and now["replicas"] < 0:
        raise Refusal(
            invalid(path, "spec.replicas", f"Invalid value: {now['replicas']}: must be greater than or equal to 0")
        )
    if place.plural not in ("deployments", "statefulsets", "daemonsets"):
        return
    if now.get("selector") != was.get("selector"):
        raise Refusal(invalid(path, "spec.selector", "Invalid value: field is immutable"))
    if place.plural == "statefulsets" and (
        odd := sorted(key for key in {*now, *was} if now.get(key) != was.get(key) and key not in STATEFUL)
    ):
        said = f"Forbidden: updates to statefulset spec for fields other than {', '.join(map(repr, STATEFUL))} are forbidden ({odd[0]})"
        raise Refusal(invalid(path, "spec", said, "FieldValueForbidden"))
    if now.get("template") != was.get("template"):
        _template(path, now)


def _template(path: str, spec: dict[str, Any]) -> None:
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    if not all(fits(labels) for fits in chosen(spec.get("selector") or {})):
        said = f"Invalid value: {json.dumps(labels)}: `selector` does not match template `labels`"
        raise Refusal(invalid(path, "spec.template.metadata.labels", said))
    containers = (template.get("spec") or {}).get("containers")
    if containers is None:
        raise Refusal(invalid(path, "spec.template.spec.containers", "Required value", "FieldValueRequired"))
    for number, each in enumerate(containers):
        if not each.get("name") or not each.get("image"):
            field = f"spec.template.spec.containers[{number}].{'image' if each.get('name') else 'name'}"
            raise Refusal(invalid(path, field, "Required value", "FieldValueRequired"))
