"""Answers for people at a terminal; with ``--json`` for programs."""

import json
import re
import sys
from typing import Any

import click
import msgspec

from stanch.kernel.answers import plain
from stanch.kernel.command import Command, Done

WIDE = 200
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def show(command: Command, value: Any, as_json: bool) -> None:
    """Print an answer."""
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False))
    elif isinstance(value, Done):
        click.echo(clean(value.message))
    elif command.name == "show":
        _incident(plain(value))
    elif command.name == "catchup":
        click.echo("\n".join(clean(text) for text in plain(value)["lines"]))
    elif isinstance(value, list):
        table(plain(value))
    elif command.name == "find" and not (value.hits or value.understood):
        click.echo(clean(value.line()))
    else:
        _mapping(plain(value), "")


def clean(text: object) -> str:
    """Alerts carry foreign text: nothing of it may steer the terminal."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text))


def table(rows: list[dict[str, Any]]) -> None:
    """A table with the columns that say something."""
    if not rows:
        click.echo("There is nothing to list.")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = [name for name in rows[0] if any(row.get(name) not in (None, "", []) for row in rows)]
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        grid.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_cell(row.get(name))) for name in columns))
    Console(width=None if sys.stdout.isatty() else WIDE, highlight=False).print(grid)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(_cell(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_cell(part)}" for key, part in value.items())
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text):
        return f"{text[:10]} {text[11:16]} UTC"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text):
        return f"{text[:10]} {text[11:16]} {text[19:]}"
    return clean(text)


def _mapping(value: Any, indent: str) -> None:
    if not isinstance(value, dict):
        click.echo(indent + _cell(value))
        return
    for key, part in value.items():
        label = indent + str(key).replace("_", " ")
        if isinstance(part, list) and part and all(isinstance(row, dict) for row in part):
            click.echo(f"{label}:")
            table(part)
        elif isinstance(part, dict) and part:
            click.echo(f"{label}:")
            _mapping(part, indent + "  ")
        elif "\n" in str(part):
            click.echo(f"{label}:\n{clean(part)}\n")
        elif isinstance(part, (list, dict)) and not part:
            click.echo(f"{label}: none")
        else:
            click.echo(f"{label}: {_cell(part)}")


def _incident(value: dict[str, Any]) -> None:
    """The six facts first, then what needs someone, then the timeline (R10)."""
    where = " · ".join(clean(part) for part in (value["status"], value["phase"], value.get("service")) if part)
    click.echo(click.style(f"{value['id']}: {clean(value['title'])}", bold=True) + f"  ({where})\n")
    for fact in value.get("facts", []):
        age = f"  ({fact['age']} ago)" if fact.get("age") else ""
        said = clean(fact["value"] or "—")
        stale = "  STALE" if fact.get("stale") else ""
        click.echo(f"  {fact['label'] + ':':<24}{said}{age}{stale}")
        if fact.get("ask"):
            click.echo(f"  {'':<24}{clean(fact['ask'])}")
    prompts = value.get("prompts") or []
    if prompts:
        click.echo("\nNeeds someone now:")
        for prompt in prompts:
            click.echo(f"  {clean(prompt.get('to', ''))}: {clean(prompt.get('text', ''))}")
            if prompt.get("told"):
                click.echo(f"    {clean(prompt['told'])}")
    if value.get("bridge"):
        click.echo(f"\nBridge: {clean(value['bridge']['link'])}")
    for other, how in (value.get("related") or {}).items():
        click.echo(f"\nRelated: {clean(other)} ({clean(how.replace('_', ' '))})")
    click.echo("\nTimeline (UTC):")
    for entry in value.get("timeline", []):
        click.echo(line(entry))


def line(entry: dict[str, Any]) -> str:
    """One entry of a timeline."""
    return f"  {entry['happened_at'][11:19]}  {clean(entry['author']):<12}  {clean(entry['sentence'])}"
