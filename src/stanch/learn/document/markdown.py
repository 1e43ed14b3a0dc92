"""The document as Markdown. Cells and mentions are escaped, so that pasting it elsewhere notifies nobody."""

from functools import partial

from stanch.kernel.clock import day, iso
from stanch.kernel.markdown import fenced
from stanch.learn.document.model import Document, comment_line, state_of
from stanch.timeline.record import ActionItem

NOT_WRITTEN = "_Not written yet._"
# Above what the record fills in, until somebody has written or confirmed it.
DRAFT = "Draft from the record; nobody has confirmed it."


def markdown(d: Document) -> bytes:
    """The whole document, with a front matter of its plain fields (docs/formats/13)."""
    lines = ["---", *(f"{key}: {_yaml(value)}" for key, value in d.front.items()), "---", ""]
    lines += [f"# {d.incident}: {_escape(d.title)}", ""]
    below = bodies(d)
    for section in d.layout:
        title = section.title or ("Timeline (UTC)" if section.part == "timeline" else section.shown())
        lines += [f"## {_escape(title)}", "", below[section.part], ""]
    if d.comments:
        lines += ["## Comments", "", below["comments"], ""]
    return "\n".join(lines).encode()


def bodies(d: Document) -> dict[str, str]:
    """What stands under each heading, by the part; ``comments``: under the last one."""
    drawn = {"timeline": _timeline, "actions": _actions}
    found = {x.part: "\n".join(drawn.get(x.part, partial(_written, x.part))(d)) for x in d.layout}
    titles = {section.part: section.shown() for section in d.layout}
    return found | {
        "comments": "\n".join(_escape(f"- {comment_line(comment, titles[comment.part])}") for comment in d.comments)
    }


def _timeline(d: Document) -> list[str]:
    lines = ["| Time | Who | What |", "| --- | --- | --- |"]
    for x in d.timeline:
        known = f"<br>_Known then: {_escape('; '.join(x.known))}_" if x.known else ""
        lines.append(f"| {iso(x.at)[:19].replace('T', ' ')} | {_escape(x.author)} | {_escape(x.sentence)}{known} |")
    return lines


def _actions(d: Document) -> list[str]:
    lines = ["| Item | What | Owner | Due | Done when | State |", "| --- | --- | --- | --- | --- | --- |"]
    return [*lines, *(_action(item) for item in d.actions)]


def _written(part: str, d: Document) -> list[str]:
    text = _mentions(_closed(d.parts[part])) or NOT_WRITTEN
    return [f"_{DRAFT}_", "", text] if part in d.drafts else [text]


def _closed(text: str) -> str:
    """Code whose end is missing would take in every section after it."""
    fence = fenced(text.split("\n"))[1]
    return f"{text}\n{fence}" if fence else text


def _action(i: ActionItem) -> str:
    return f"| {i.item} | {_escape(i.title)} | {_escape(i.owner)} | {day(i.due_at)} | {_escape(i.test)} | {_escape(state_of(i))} |"


def _yaml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _escape(text: str) -> str:
    return _mentions("<br>".join(line.replace("|", "\\|").replace("<", "&lt;") for line in text.splitlines()))


def _mentions(text: str) -> str:
    return text.replace("@", "@\u200b")
