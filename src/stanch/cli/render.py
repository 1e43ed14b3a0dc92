"""Answers for people at a terminal; with ``--json`` for programs."""

import json
from typing import Any

import click
import msgspec

from stanch.cli.tables import cell, mitigations, table
from stanch.cli.terminal import by_meaning, clean, learn_severities, padded, paint, say
from stanch.kernel.answers import plain
from stanch.kernel.command import Command, Done

__all__ = ["clean", "line", "show", "table"]
# What the age of each of the six facts is the age of: beside a time to come a bare "6 min ago" would read as overdue.
AGED = {
    "severity": "set {} ago", "incident_commander": "for {}", "mitigations": "last started {} ago",
    "next_update": "last update {} ago",
}  # fmt: skip


def show(command: Command, value: Any, as_json: bool) -> None:
    """Print an answer."""
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False))
        return
    if isinstance(value, Done):
        say(clean(f"{value.message} {value.hint}".strip()))
        return
    shown = plain(value)
    learn_severities(shown)
    if command.name in WHOLE:
        WHOLE[command.name](shown)
    elif shown == []:
        say(command.nothing)
    elif isinstance(shown, list):
        mitigations(shown) if command.name == "mitigations" else table(shown)
    elif command.name == "find" and not (value.hits or value.understood):
        say(clean(value.line()))
    else:
        _mapping(shown, "")


def _mapping(value: Any, indent: str) -> None:
    if not isinstance(value, dict):
        click.echo(indent + cell(value))
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
            say(cell(part), f"{label}: ")


def _catchup(value: dict[str, Any]) -> None:
    for text in value["lines"]:
        say(clean(text))


def _next(value: dict[str, Any]) -> None:
    """What is asked, of whom, the line that answers it and since or from when; what is empty is not said."""
    due = "asked from" if value["later"] else "asked since"
    said = {"asked": value["text"], "of": value["who"], "do": value["do"], due: value["due"]}
    _mapping({name: part for name, part in said.items() if part}, "")


def _now(value: dict[str, Any]) -> None:
    """What needs me, what is open, who is on call: as the first page has it."""
    needs = value["needs"]
    asked = (
        " One thing is asked of others." if value["others"] == 1 else f" {value['others']} things are asked of others."
    )
    click.echo(
        paint("Needs you now" if needs else "Nothing needs you.", "strong")
        + (asked if value["others"] and not needs else "")
    )
    for need in needs:
        about = f"{need['about']} " if need["about"] else ""
        say(clean(need["text"]), f"  {about}", "caution" if need["about"] else "")
        for answer in need["do"]:
            click.echo(f"    {paint(clean(answer), 'faint')}")
    opened = value["incidents"]
    click.echo(
        ("\n" + paint("Open incidents", "strong"))
        if opened
        else "\nNo incident is open. 'stanch declare TITLE' opens one."
    )
    for one in opened:
        click.echo(f"  {paint(one['id'], 'strong')} {clean(one['title'])}")
        commander = f"{one['commander']} commands" if one["commander"] else "nobody commands"
        words = (one["severity"] or "no severity", one["phase"], one["service"], commander, one["next"])
        click.echo("    " + " · ".join(by_meaning(clean(word)) for word in words if word))
    click.echo("\n" + (paint("On call", "strong") if value["on_call"] else "No schedule yet: nobody is on call."))
    for duty in value["on_call"]:
        say(clean(duty["says"]), f"  {clean(duty['schedule'])}: ")
    if held := value["held"]:
        click.echo(
            f"\n{'One signal waits' if held == 1 else f'{held} signals wait'} for a decision: stanch signals --disposition held"
        )


def _incident(value: dict[str, Any]) -> None:
    """The six facts first, then what needs someone, then the timeline (R10)."""
    words = (value["severity"], value["status"], value["phase"], *(value.get("services") or ["no service named"]))
    where = " · ".join(by_meaning(clean(part)) for part in words if part)
    say(clean(value["title"]), f"{value['id']}: ", "strong")
    click.echo(where + "\n")
    for fact in value.get("facts", []):
        age = f"  ({AGED.get(fact['key'], 'said {} ago').format(fact['age'])})" if fact.get("age") else ""
        stale = "  STALE" if fact.get("stale") else ""
        say(f"{clean(fact['value'] or '—')}{age}{stale}", f"  {fact['label'] + ':':<24}", "caution" if stale else "")
        if fact.get("ask"):
            say(clean(fact["ask"]), " " * 26, "caution")
    prompts = value.get("prompts") or []
    if prompts:
        click.echo("\n" + paint("Needs someone now:", "strong"))
        for prompt in prompts:
            say(clean(prompt.get("text", "")), f"  {clean(prompt.get('to', ''))}: ")
            if prompt.get("told"):
                say(clean(prompt["told"]), "    ")
    if value.get("bridge"):
        click.echo(f"\nBridge: {clean(value['bridge']['link'])}")
    for other, how in (value.get("related") or {}).items():
        click.echo(f"\nRelated: {clean(other)} ({clean(how.replace('_', ' '))})")
    click.echo("\n" + paint("Timeline (UTC):", "strong"))
    for entry in value.get("timeline", []):
        by = entry.get("corrected_by")
        say(clean(entry["sentence"]) + (f" (corrected by #{by})" if by else ""), _lead(entry))


def _impact(value: dict[str, Any]) -> None:
    """Each amount with its number, or why it has none; below it how it was worked out."""
    from stanch.timeline.amount import Amount  # the help of a command needs none

    def clock(moment: str) -> str:
        return cell(moment) if moment else "now"

    measured = value["measured_at"]
    how = f"as measured {clock(measured)}" if measured else "the metrics have not been asked"
    say(f"{clock(value['since'])} to {clock(value['until'])}; {how}.", f"{value['incident']}: ")
    for amount in msgspec.convert(value["amounts"], list[Amount]):
        say(clean(amount.said() + (f": {amount.problem}" if amount.problem else "")), "  ")
        if amount.how:
            say(clean(amount.how), "    ", "faint")


def line(entry: dict[str, Any]) -> str:
    """One entry of a timeline."""
    return _lead(entry) + clean(entry["sentence"])


def _lead(entry: dict[str, Any]) -> str:
    number = f"#{entry['position']}"
    return f"  {entry['happened_at'][11:19]}  {number:<5} {padded(clean(entry['author']), 12)}  "


# Answers that are not shown field by field.
WHOLE = {"show": _incident, "catchup": _catchup, "now": _now, "next": _next, "impact-figures": _impact}
