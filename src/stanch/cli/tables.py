"""Lists at a terminal: a table where it fits, else a few lines for each; for a program one line each, not cut.

Mitigations are read by people wherever they are printed: in lines that are short, with every reason where nothing cuts them.
"""

import re
from typing import Any

import click

from stanch.cli.terminal import by_meaning, cells, clean, interactive, padded, paint, shortened, width, wrapped
from stanch.kernel.clock import SECOND, spell

GAP = 2
# A column that is wider may be broken into lines, down to the least.
WIDE, LEAST = 30, 24
# Columns of a line that is read in a file or a pipe.
READABLE = 120
# What a list is known by, and what it is called; the other fields follow below them.
HEADS = ("title", "name", "text", "says", "summary")
# Fields whose values say themselves what they are.
PLAIN = {
    "service", "status", "severity", "phase", "state", "kind", "disposition", "verdict", "reason", "why", "detail", "note", "text", "says",
    "do", "reached", "person", "helped",
}  # fmt: skip


def table(rows: list[dict[str, Any]]) -> None:
    """Rows with the columns that say something."""
    if not rows:
        click.echo("There is nothing to list.")
        return
    columns = [name for name in rows[0] if name != "rank" and any(row.get(name) not in (None, "", []) for row in rows)]
    texts = [[cell(row.get(name)).replace("\n", " ") for name in columns] for row in rows]
    heads = [name.replace("_", " ") for name in columns]
    widths = [max(cells(text) for text in column) for column in zip(heads, *texts, strict=True)]
    if not interactive():
        _lines(heads, texts, widths)
        return
    fitting = fitted(widths, width())
    if fitting:
        _lines(heads, texts, fitting)
    else:
        for row, values in zip(rows, texts, strict=True):
            block(row, dict(zip(columns, values, strict=True)))


def fitted(widths: list[int], room: int) -> list[int]:
    """The width of each column within the terminal: the widest columns are narrowed first; empty when they would get too narrow."""
    found = list(widths)
    over = sum(found) + GAP * (len(found) - 1) - room
    while over > 0:
        widest = max(range(len(found)), key=lambda place: found[place])
        if found[widest] <= max(LEAST, WIDE * (widths[widest] > 3 * WIDE)):
            return []
        found[widest] -= 1
        over -= 1
    return found


def _lines(heads: list[str], texts: list[list[str]], widths: list[int]) -> None:
    click.echo(paint(_row(heads, widths), "strong"))
    for values in texts:
        parts = [wrapped(text, columns) for text, columns in zip(values, widths, strict=True)]
        for number in range(max(map(len, parts))):
            line = [part[number] if number < len(part) else "" for part in parts]
            click.echo(_row(line, widths, meanings=True))


def _row(values: list[str], widths: list[int], *, meanings: bool = False) -> str:
    last = len(values) - 1
    cells_ = [
        (by_meaning(text) if meanings else text) + (padded(text, columns)[len(text) :] if place < last else "")
        for place, (text, columns) in enumerate(zip(values, widths, strict=True))
    ]
    return (" " * GAP).join(cells_).rstrip()


def block(row: dict[str, Any], texts: dict[str, str]) -> None:
    """What it is called in the first line, and what else is known of it below."""
    first = next(iter(texts))
    second = next((name for name in HEADS if texts.get(name) and name != first), "")
    title = f"{paint(texts[first], 'strong')} {texts[second]}" if second else paint(texts[first], "strong")
    lead = cells(texts[first]) + 1
    if second:
        lines = wrapped(texts[second], max(LEAST, width() - lead))
        title = "\n".join([f"{paint(texts[first], 'strong')} {lines[0]}", *(f"  {line}" for line in lines[1:])])
    click.echo(title)
    rest = [_said(name, row.get(name), text) for name, text in texts.items() if name not in (first, second) and text]
    for line in flowing([said for said in rest if said], width() - 2):
        click.echo("  " + line)


def flowing(parts: list[str], columns: int) -> list[str]:
    """Parts one after the other with a dot between them, broken between parts where they fit, else between words."""
    lines: list[list[str]] = []
    used = 0
    for part in parts:
        if lines and used + 3 + cells(part) <= columns:
            lines[-1].append(part)
            used += 3 + cells(part)
            continue
        broken = wrapped(part, columns)
        lines += [[line] for line in broken]
        used = cells(broken[-1])
    return [" · ".join(by_meaning(part) for part in line) for line in lines]


def _said(name: str, value: Any, text: str) -> str:
    if isinstance(value, bool):
        return name.replace("_", " ") if value else ""
    return text if name in PLAIN else f"{name.replace('_', ' ')}{' ' if name.endswith('_at') else ': '}{text}"


def mitigations(rows: list[dict[str, Any]]) -> None:
    """Each in three lines: place and name; why it stands there; what it acts on, how far it reaches and how it is undone.

    In a file or a pipe with every reason.
    """
    if not interactive():
        for row in rows:
            _with_reasons(row)
        return
    for row in rows:
        place = f"{row['place']:>2} "
        head = f"{clean(row['name'])}: {clean(row['title'])}"
        click.echo(place + paint(shortened(head, width() - 3), "strong"))
        click.echo("   " + shortened(clean(row["why"]), width() - 3))
        undo = f"undone in {row['undo_seconds']:g} s" if row["reversible_by_stanch"] else "cannot be undone by stanch"
        kind, acts = row["kind"].replace("_", " "), f"acts in {row['effect_seconds']:g} s"
        traits = [row["target"], row["reach"], acts, undo, kind]
        click.echo("   " + paint(shortened(" · ".join(clean(word) for word in traits if word), width() - 3), "faint"))


def _with_reasons(row: dict[str, Any]) -> None:
    """Place and name, how strong it is and what it is worth, how fast it works and is undone, why, and what to beware of."""
    _hanging(f"{row['place']:>2} ", f"{row['name']}: {row['title']}")
    if row["name"] == "wait":
        _hanging("   ", row["why"])
        return
    spares = f"{row['score']:+.1f} min of harm spared"
    undo = f"undone in {_time(row['undo_seconds'])}" if row["reversible_by_stanch"] else "cannot be undone by stanch"
    traits = [row["standing"], spares, f"works in {_time(row['effect_seconds'])}", undo]
    _hanging("   ", " · ".join(filter(None, traits)))
    _hanging("   ", " · ".join(filter(None, [row["target"], row["reach"], row["kind"].replace("_", " ")])))
    for reason in row["reasons"]:
        _hanging("   - ", reason)
    for said, parts in (
        ("first make sure: ", row["needs"]),
        ("it destroys: ", row["destroys"]),
        ("caution: ", row["cautions"]),
    ):
        if parts:
            _hanging("   ", said + "; ".join(parts))


def _time(seconds: float) -> str:
    return spell(int(seconds * SECOND))


def _hanging(first: str, text: str) -> None:
    """A text in lines of a readable length, the further ones below the first."""
    lines = wrapped(" ".join(clean(text).split()), READABLE - len(first))
    click.echo(first + f"\n{' ' * len(first)}".join(lines))


def cell(value: Any) -> str:
    """A value in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(cell(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {cell(part)}" for key, part in value.items())
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text):
        return f"{text[:10]} {text[11:16]} UTC"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text):
        return f"{text[:10]} {text[11:16]} {text[19:]}"
    return clean(text)
