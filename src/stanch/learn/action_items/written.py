"""Action items as people write them in Markdown: rows of the export's table, and task lists (R46). Pure."""

import re
from typing import NamedTuple

_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_TASK = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[([ xX])\]\s+)?(.*\S)\s*$")
_LABEL = re.compile(r"[\s(,;·—–-]*\b(owner|assignee|due|by|done when|test)\s*:\s*", re.IGNORECASE)
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NAME = re.compile(r"(?<![\w@])@(?:\"([^\"]{1,100})\"|([\w][\w.-]{0,98}[\w]|\w))")
_ITEM = re.compile(r"^\W{0,2}(A\d{1,4})\b\W{0,3}\s*")
COLUMNS = ("item", "title", "owner", "due", "test", "state")


class Written(NamedTuple):
    """One of them; what is not written is empty. ``state``: done, or what the table says. ``line``: from 1."""

    line: int
    item: str
    title: str
    owner: str
    due: str
    test: str
    state: str


def items(lines: list[str], first: int) -> tuple[list[Written], list[tuple[int, str]]]:
    """The action items, and the lines that are none. ``first``: the number of the first line."""
    found: list[Written] = []
    rest: list[tuple[int, str]] = []
    for number, line in _joined(lines, first):
        row, task = _ROW.match(line), _TASK.match(line)
        if row:
            cells = [_plain(cell) for cell in re.split(r"(?<!\\)\|", row[1])]
            if _furniture(cells):
                continue
            if len(cells) == len(COLUMNS) and cells[1]:
                found.append(Written(number, *cells))
            else:
                rest.append((number, line))
        elif task:
            found.append(_task(number, task[2], done=(task[1] or "").lower() == "x"))
        elif line.strip():
            rest.append((number, line))
    return found, rest


def _joined(lines: list[str], first: int) -> list[tuple[int, str]]:
    """Lines with their numbers; what is indented below a task belongs to it."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines, first):
        goes_on = line.startswith(("  ", "\t")) and not _TASK.match(line) and not _ROW.match(line)
        if goes_on and found and _TASK.match(found[-1][1]):
            found[-1] = (found[-1][0], f"{found[-1][1].rstrip()} {line.strip()}")
        else:
            found.append((number, line))
    return found


def _furniture(cells: list[str]) -> bool:
    heading = [cell.casefold() for cell in cells[:2]] == ["item", "what"]
    return heading or all(re.fullmatch(r":?-+:?", cell) for cell in cells if cell) or not any(cells)


def _plain(cell: str) -> str:
    """A cell of the export as it was before it was escaped."""
    text = cell.strip().replace("<br>", "\n").replace("\\|", "|").replace("&lt;", "<")
    return text.replace("@\u200b", "@")


def _task(line: int, text: str, *, done: bool) -> Written:
    """A line such as ``Add a canary step (owner: ben, due: 2026-06-04; done when: a broken release stops there)``."""
    text = text.replace("@\u200b", "@")
    item = _ITEM.match(text)
    rest = text[item.end() :] if item else text
    title, *labelled = _LABEL.split(rest)
    said = {"owner": "", "due": "", "test": ""}
    names = {"assignee": "owner", "by": "due", "done when": "test"}
    for label, value in zip(labelled[::2], labelled[1::2], strict=True):
        key = names.get(label.lower(), label.lower())
        said[key] = said[key] or value.strip(" ,;")
    if "(" in rest and "(" not in title:  # the bracket was around the labels
        said = {
            key: value.removesuffix(")") if value.count(")") > value.count("(") else value
            for key, value in said.items()
        }
    title, said = _bracket(title, said)
    if not said["owner"] and (name := _NAME.search(title)):
        said["owner"], title = name[1] or name[2], title[: name.start()] + title[name.end() :]
    if not said["due"] and (date := _DATE.search(title)):
        before = re.sub(r"\b(due|by|until)\s*$", "", title[: date.start()], flags=re.IGNORECASE)
        said["due"], title = date[0], before + title[date.end() :]
    title = " ".join(title.split()).strip(" ,;·—–-")
    owner = said["owner"].strip('@" ')
    return Written(line, item[1] if item else "", title, owner, said["due"], said["test"], "done" if done else "")


def _bracket(title: str, said: dict[str, str]) -> tuple[str, dict[str, str]]:
    """``(ben, 2026-06-04)`` at the end: a date, and beside it who owns it."""
    end = re.search(r"\(([^()]*)\)\s*$", title)
    date = _DATE.search(end[1]) if end else None
    if end is None or date is None:
        return title, said
    others = [each for each in re.split(r"[,;]\s*", _DATE.sub("", end[1]).strip(" ,;")) if each.strip()]
    owner = re.sub(r"^(due|by|until)$", "", others[0].strip(), flags=re.IGNORECASE) if others else ""
    return title[: end.start()], said | {"due": said["due"] or date[0], "owner": said["owner"] or owner}
