"""``labelSelector`` and ``fieldSelector`` as the API server reads them: what it cannot parse is a ``ValueError``."""

import re
from collections.abc import Callable
from typing import Any

FIELDS = (
    "spec.nodeName", "metadata.name", "metadata.namespace", "status.phase", "involvedObject.kind", "involvedObject.name",
    "involvedObject.uid", "involvedObject.namespace",
)  # fmt: skip
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?"
Fits = Callable[[dict[str, str]], bool]


def parsed(text: str) -> list[Fits]:
    """A ``labelSelector``."""
    found: list[Fits] = []
    for part in re.split(r",(?![^(]*\))", text) if text else []:
        if grouped := re.fullmatch(rf"({LABEL}) (in|notin) \(([^()]*)\)", part):
            values = grouped[3].split(",")
            inside = grouped[2] == "in"
            found.append(
                lambda labels, key=grouped[1], values=values, inside=inside: (labels.get(key) in values) == inside
            )
        elif equal := re.fullmatch(rf"({LABEL})(=|==|!=)([A-Za-z0-9._-]*)", part):
            found.append(
                lambda labels, key=equal[1], value=equal[3], same=equal[2] != "!=": (labels.get(key) == value) == same
            )
        elif there := re.fullmatch(rf"(!?)({LABEL})", part):
            found.append(lambda labels, key=there[2], wanted=not there[1]: (key in labels) == wanted)
        else:
            raise ValueError(f"unable to parse requirement: {part!r}")
    return found


def chosen(selector: dict[str, Any]) -> list[Fits]:
    """A selector of an object, through the same door."""
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for each in selector.get("matchExpressions") or []:
        values, key = ",".join(each.get("values") or []), each["key"]
        words = {
            "In": f"{key} in ({values})",
            "NotIn": f"{key} notin ({values})",
            "Exists": key,
            "DoesNotExist": f"!{key}",
        }
        parts.append(words[each["operator"]])
    return parsed(",".join(parts))


def field_fits(selector: str, thing: dict[str, Any]) -> bool:
    """A ``fieldSelector``: only the fields that the real server knows."""
    for part in filter(None, selector.split(",")):
        path, equal, value = part.partition("!=") if "!=" in part else part.partition("=")
        if path not in FIELDS:
            raise ValueError(f"field label not supported: {path}")
        found: Any = thing
        for key in path.split("."):
            found = (found or {}).get(key)
        if (found == value) != (equal == "="):
            return False
    return True
