"""What a person sees of an answer."""

import json
from typing import Any

import click

from stanch.kernel.command import Command


def show(command: Command, answer: Any, *, as_json: bool) -> None:
    """Print JSON, a sentence, the record, or a table."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    elif command.name == "show":
        _record(answer)
    elif isinstance(answer, list):
        _table(answer)
    elif isinstance(answer, dict) and "message" in answer:
        click.echo(answer["message"])
    else:
        for name, value in answer.items():
            click.echo(f"{name}: {value}")


def _record(answer: dict[str, Any]) -> None:
    click.secho(f"{answer['id']}  {answer['title']}", bold=True)
    phases = "  ".join(f"{p['phase']} {p['seconds'] / 60:.0f} min" for p in answer["phases"])
    click.echo(f"{answer['status']}, {phases}\n")
    for fact in answer["facts"]:
        value = fact["value"] or f"-- {fact['ask']}"
        age = f"  ({fact['age']} ago{', stale' if fact['stale'] else ''})" if fact["age"] else ""
        click.echo(f"{fact['label']:<22} {value}{age}")
    if answer["prompts"]:
        click.secho("\nNeeds you now", bold=True)
        for prompt in answer["prompts"]:
            click.echo(f"  {prompt['to']}: {prompt['text']}")
    click.echo()
    for entry in answer["timeline"]:
        click.echo(f"{entry['happened_at'][11:19]}  #{entry['position']:<4} {entry['author']}: {entry['sentence']}")


def _table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        click.echo("There are none.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    columns = [name for name in rows[0] if not isinstance(rows[0][name], dict)]
    for name in columns:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    return "" if value is None else str(value)
