"""``managedFields``: which manager has set which field, and when, as the API server notes it at each change."""

import datetime
from typing import Any


def claim(before: dict[str, Any], after: dict[str, Any], manager: str, subresource: str) -> None:
    """The changed fields belong to this manager from now on."""
    changed = {}
    for part in ("metadata", "spec"):
        mine, theirs = (
            {k: v for k, v in each.get(part, {}).items() if k not in ("managedFields", "generation", "resourceVersion")}
            for each in (after, before)
        )
        if fields := _changed(mine, theirs):
            changed[f"f:{part}"] = fields
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry = {
        "manager": manager, "operation": "Update", "apiVersion": after.get("apiVersion", "v1"), "time": now, "fieldsType": "FieldsV1",
        "fieldsV1": changed, **({"subresource": subresource} if subresource else {}),
    }  # fmt: skip
    kept = [
        each for each in after["metadata"].get("managedFields") or []
        if (each.get("manager"), each.get("subresource", "")) != (manager, subresource) or each.get("fieldsV1") != changed
    ]  # fmt: skip
    after["metadata"]["managedFields"] = [*kept, entry]


def _changed(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in mine.items():
        other = theirs.get(key)
        if value == other:
            continue
        if isinstance(value, dict):
            found[f"f:{key}"] = _changed(value, other if isinstance(other, dict) else {})
        elif isinstance(value, list) and value and all(isinstance(each, dict) and "name" in each for each in value):
            before = {each["name"]: each for each in other or [] if "name" in each}
            found[f"f:{key}"] = {
                f'k:{{"name":"{each["name"]}"}}': _changed(each, before.get(each["name"], {}))
                for each in value
                if each != before.get(each["name"])
            }
        else:
            found[f"f:{key}"] = {}
    return found
