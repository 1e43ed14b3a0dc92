"""The OpenAPI document and the plain list at ``/docs``, both derived from the registry."""

from __future__ import annotations

import html
from typing import Any

import msgspec

from stanch import __version__
from stanch.kernel.command import REGISTRY, Command

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "hint": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "properties": {
            "detail": {"type": "string"}, "pointer": {"type": "string"}}}},
    },
}  # fmt: skip
INCIDENT = {"name": "incident", "in": "path", "required": True, "schema": {"type": "string"}, "example": "INC-1"}


def document(url: str) -> dict[str, Any]:
    """OpenAPI 3.1 of every registered command."""
    commands = list(REGISTRY.values())
    kinds = [command.struct for command in commands] + [command.answer for command in commands]
    references, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    asked, answers = references[: len(commands)], references[len(commands) :]
    paths: dict[str, dict[str, Any]] = {}
    for command, reference, answer in zip(commands, asked, answers, strict=True):
        schema = components[reference["$ref"].rpartition("/")[2]]
        method = "get" if command.reading else "post"
        paths.setdefault(command.path, {})[method] = _operation(command, reference, schema, answer)
    for command, reference in zip(commands, asked, strict=True):
        if command.needs_incident:  # it comes from the address, never from the body
            schema = components[reference["$ref"].rpartition("/")[2]]
            schema["properties"] = {k: v for k, v in schema["properties"].items() if k != "incident"}
            schema["required"] = [name for name in schema.get("required", []) if name != "incident"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "stanch", "version": __version__, "description": "Self-hosted incident response."},
        "servers": [{"url": url}], "security": [{"token": []}], "paths": paths,
        "components": {"schemas": {**components, "Problem": PROBLEM},
                       "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }  # fmt: skip


def _operation(
    command: Command, reference: dict[str, Any], schema: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation: dict[str, Any] = {
        "operationId": command.name, "summary": command.doc, "tags": [command.group],
        "parameters": [INCIDENT] if command.needs_incident else [],
        "responses": {"200": {"description": "Done", "content": {"application/json": {"schema": answer}}},
                      "default": {"description": "A problem", "content": problem}},
    }  # fmt: skip
    if command.reading:
        for name, kind in schema["properties"].items():
            if name != "incident" or not command.needs_incident:
                operation["parameters"].append({"name": name, "in": "query", "schema": kind})
    else:
        operation["requestBody"] = {"content": {"application/json": {"schema": reference}}}
        operation["parameters"] = [*operation["parameters"], {
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255}}]  # fmt: skip
    return operation


def docs_page() -> str:
    """Every command as a list that needs no script."""
    rows = []
    for command in sorted(REGISTRY.values(), key=lambda c: (c.group, c.path, c.name)):
        method = "GET" if command.reading else "POST"
        names = ", ".join(name for name in command.struct.__struct_fields__ if name != "incident")
        cells = (command.group, f"{method} {command.path}", names, command.doc)
        written = [
            f"<td{kind}>{html.escape(cell)}</td>"
            for cell, kind in zip(cells, ("", "", *[' class="text"'] * 2), strict=True)
        ]
        rows.append(f"<tr>{''.join(written)}</tr>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API of stanch</title>'
        '<link rel="stylesheet" href="/static/stanch.css"></head><body><main class="outside"><h1>API</h1>'
        '<p>Send <code>Authorization: Bearer &lt;token&gt;</code>; <a href="/openapi.json">openapi.json</a> has the '
        "schemas. Errors are RFC 9457 problems. POST takes an <code>Idempotency-Key</code>.</p>"
        '<div class="wide" tabindex="0" role="region" aria-label="Commands"><table><thead><tr><th scope="col">Phase</th>'
        '<th scope="col">Route</th><th scope="col">Fields</th><th scope="col">What it does</th></tr></thead><tbody>'
        + "".join(rows) + "</tbody></table></div></main></body></html>"
    )  # fmt: skip
