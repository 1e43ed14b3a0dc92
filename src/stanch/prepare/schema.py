"""JSON Schemas of the files that people write, made from the structs that read them, so that editors complete and check."""

from pathlib import Path
from typing import Any

import msgspec

from stanch.kernel.drill_script import Script
from stanch.kernel.errors import NotFound
from stanch.kernel.policy import Policy, Service
from stanch.ports.integration import Integration
from stanch.prepare.catalog import PARTS
from stanch.prepare.settings import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# file name below /schema/ -> which files it is for
FILES = {
    "stanch": "stanch.yaml",
    "service": "a file of the catalog: *.yaml and services/*.yaml",
    "policy": "a file of the catalog: policy/*.yaml",
    "drill": "a file of the catalog: drills/*.yaml",
}


def schema(name: str, integrations: dict[str, Integration]) -> dict[str, Any]:
    """The schema of one kind of file. Raises ``NotFound`` for a name that is not among ``FILES``."""
    if name not in FILES:
        raise NotFound(f"There is no schema '{name}'.", hint=f"There are: {', '.join(FILES)}.")
    root = {"stanch": Settings, "service": Service, "policy": Policy, "drill": Script}[name]
    settings = {key: each.settings for key, each in sorted(integrations.items())} if name == "stanch" else {}
    roots, parts = msgspec.json.schema_components(
        [root, *settings.values()], schema_hook=_path, ref_template="#/$defs/{name}"
    )
    parts = {key: _within(part) for key, part in parts.items()}
    head = {**parts.pop(roots[0]["$ref"].rpartition("/")[2]), "$schema": DIALECT, "title": FILES[name]}
    if name == "policy":
        head["properties"] = {key: part for key, part in head["properties"].items() if key in PARTS}
    if name == "service":  # a file without a name is called by its own name
        head["required"] = [each for each in head.get("required", []) if each != "name"]
    if name == "stanch":  # nothing has to be set
        head["required"] = []
        known = dict(zip(settings, roots[1:], strict=True))
        head["properties"]["integrations"] = {
            "type": "object",
            "patternProperties": {f"^{key}(@.+)?$": {"anyOf": [each, {"type": "null"}]} for key, each in known.items()},
            "additionalProperties": False,
        }
    return {**head, "$defs": parts}


def _within(part: dict[str, Any]) -> dict[str, Any]:
    """Keeps the first sentence of each docstring as the description that editors show."""
    if "description" in part:
        part = {**part, "description": " ".join(part["description"].split()).partition(". ")[0].rstrip(".") + "."}
    return part


def _path(kind: type[Any]) -> dict[str, Any]:
    if kind is Path:
        return {"type": "string"}
    raise NotImplementedError(f"no schema of {kind}")
