"""Writes ``docs/reference/commands.md`` from the registry: ``python docs/reference/generate.py``. A test checks that it is current."""

from pathlib import Path

from stanch.kernel.command import REGISTRY
from stanch.main import load_commands


def text() -> str:
    """The reference of all registered commands."""
    load_commands()
    lines = ["# Commands", "", "Written by `python docs/reference/generate.py` from the command registry.", ""]
    for name, command in sorted(REGISTRY.items()):
        method = "GET" if command.reading else "POST"
        fields = ", ".join(f"`{field}`" for field in command.fields()) or "none"
        lines += [
            f"## {name}",
            "",
            command.doc,
            "",
            f"Phase: {command.group}. Route: `{method} {command.path}`. Fields: {fields}.",
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(text())
