"""Takes a postmortem that was written elsewhere as Markdown: what was exported and edited, or written by hand (R46)."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, NoReturn

import msgspec

from stanch.kernel.clock import day
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, Problem
from stanch.learn.action_items.written import Written
from stanch.timeline.facts.comments import CommentMade
from stanch.timeline.facts.learn import PostmortemWritten, part_name
from stanch.timeline.record import ActionItem, Record, fold
from stanch.timeline.unit_of_work import UnitOfWork

LONGEST, LONGEST_PART = 400_000, 50_000
# The most lines that an answer names, and the most characters of one comment that keeps lines.
NAMED, IN_A_COMMENT = 20, 4_500
FIELDS = ("title", "owner", "due", "test")


class ImportPostmortem(msgspec.Struct):
    """Import a postmortem as Markdown: an export that was edited, or one written by hand. Nothing changes where something cannot be placed."""

    incident: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST, description="The Markdown.")]
    mine: Annotated[
        list[str],
        msgspec.Meta(
            max_length=40,
            description="Parts that both changed, and whose text in the file holds both: they are taken as they stand.",
        ),
    ] = []
    keep: Annotated[
        bool, msgspec.Meta(description="Import the rest where lines cannot be placed, and keep these in a comment.")
    ] = False


class _Read(NamedTuple):
    """What was exported, and what stands there now: each body by its part."""

    exported: Mapping[str, str]
    now: Mapping[str, str]
    base: Mapping[str, str]
    items: Mapping[str, ActionItem]


class _Outcome(msgspec.Struct):
    written: list[str] = []
    items: list[str] = []
    stays: list[str] = []
    conflicts: dict[str, Conflict] = {}
    left: list[tuple[int, str, str]] = []


@command(
    "import-postmortem",
    ImportPostmortem,
    group="learn",
    noun="import-postmortem",
    positional=("text",),
    example="stanch import-postmortem INC-1 INC-1.md",
)
def import_postmortem(uow: UnitOfWork, asked: ImportPostmortem) -> Done:
    """R46: merged part by part with what was written since; all of it, or nothing."""
    # Imported late: the help of a command needs no renderer.
    from stanch.learn.document.reading import front_of, pieces, titles_of
    from stanch.learn.layout import layout, written_part

    record = uow.record(asked.incident)
    _check(record, asked.text)
    lines = asked.text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    front = front_of(lines)
    _check_origin(record, front.incident, front.version, front.names)
    read = _read(uow, record, front.version, marks=front.drafts)
    titles = titles_of({x.part: x.shown() for x in layout(uow.policy, record)})
    mine = {written_part(name, uow.policy, record) for name in asked.mine}
    made = _Outcome()
    bodies: dict[str, str] = {}
    for piece in pieces(lines, front, titles, read.exported):
        if piece.part == "actions":
            _items(uow, record, piece.line, piece.lines, read, made)
        elif piece.part not in read.now or piece.part in ("", "timeline", "comments"):
            _cannot_place(piece.part, piece.line, piece.lines, read, made)
        else:
            bodies[piece.part] = "\n\n".join(
                [*([bodies[piece.part]] if piece.part in bodies else []), "\n".join(piece.lines).strip("\n")]
            )
    for part, body in bodies.items():
        _part(uow, record, part, body, read, part in mine, made)
    _published(record, made)
    _refuse(record, made, keep=asked.keep)
    kept = _keep(uow, record, made.left)
    return Done(f"Postmortem of {record.id}: {_said(made, kept)}.", record.id)


def _check(record: Record, text: str) -> None:
    if record.drill is not None:
        raise Conflict(f"{record.id} is a drill: it has a debrief and no postmortem.")
    if not text.strip():
        raise Invalid("The file is empty.", field="text", hint=f"'stanch export {record.id} --format md' writes one.")
    if "\x00" in text:
        raise Invalid("That is no text.", field="text", hint="Give Markdown.")


def _published(record: Record, made: _Outcome) -> None:
    """What is published stays as it is until it is reopened; a file with nothing new changes nothing."""
    if record.published_at is not None and (made.written or made.items or made.conflicts or made.left):
        hint = f"Nothing was imported. Reopen it first: 'stanch plan {record.id} --stage draft'."
        raise Conflict(f"The postmortem of {record.id} is published.", hint=hint)


def _check_origin(record: Record, incident: str, version: int | None, names: str) -> None:
    if incident and incident != record.id:
        raise Invalid(
            f"The file is of {incident}, and not of {record.id}.", field="text", hint="Its front matter says so."
        )
    if names == "roles":
        hint = "Export it with names, or take its front matter away: then every part stands as it is in the file."
        raise Invalid("The file was exported with roles in place of names.", field="text", hint=hint)
    if version is not None and not 0 < version <= record.entries:
        hint = "Take its front matter away, and it is imported as one that was written by hand."
        raise Invalid(
            f"{record.id} has {record.entries} entries, and the file names {version}.", field="text", hint=hint
        )


def _read(uow: UnitOfWork, record: Record, version: int | None, *, marks: bool) -> _Read:
    """What the file started from: the export at that entry; one written by hand started from nothing that somebody wrote.

    ``marks``: whether it marks drafts; an older export does not, and the same text in it confirms nothing.
    """
    from stanch.communicate.wording.vocabulary import of_policy
    from stanch.learn.document.markdown import bodies
    from stanch.learn.document.model import document

    entries, people = uow.entries(record.id), of_policy(uow.policy)
    now = document(record, entries, uow.policy, people)
    now.comments = list(record.comments.values())
    if version is None:
        base = {part: "" if part in record.parts else text for part, text in now.parts.items()}
        return _Read({}, bodies(now), base, record.action_items)
    before = [entry for entry in entries if entry.position <= version]
    then = fold(before)
    old = document(then, before, uow.policy, people)
    old.comments, old.drafts = list(then.comments.values()), old.drafts if marks else []
    return _Read(bodies(old), bodies(now), old.parts, then.action_items)


def _cannot_place(part: str, first: int, lines: list[str], read: _Read, made: _Outcome) -> None:
    """Lines that the export did not write itself, and that say anything."""
    from stanch.learn.completeness.words import unwritten

    known = {line.rstrip() for texts in (read.exported, read.now) for line in texts.get(part, "").split("\n")}
    why = {"timeline": "the timeline comes from the record", "comments": "comments are written here"}.get(part)
    for number, line in enumerate(lines, first):
        if line.strip() and line.rstrip() not in known and not unwritten(line):
            made.left.append((number, line.strip(), why or "no part has this heading"))


def _part(uow: UnitOfWork, record: Record, part: str, body: str, read: _Read, mine: bool, made: _Outcome) -> None:
    from stanch.learn.completeness.words import WHO_WAS_HIT
    from stanch.learn.document.reading import list_lines, marked, normal, without_html, written
    from stanch.learn.merging import merged
    from stanch.learn.postmortem import LISTS, draft
    from stanch.learn.writing import both_changed, facts_of

    if len(body) > 2 * LONGEST_PART:  # before it is read: all who write wait meanwhile
        _too_long(part)
    if normal(body) in (normal(read.exported.get(part, "\x00")), normal(read.now[part])):
        return
    current = draft(record, uow.entries(record.id), uow.policy)[part]
    base = read.base.get(part, "")
    text = without_html(written(body), base + current)
    listed = part in LISTS
    if listed:
        text = facts_of(part, list_lines(text), "").text
    if not text.strip():
        if record.parts.get(part, "").strip():
            made.stays.append(part_name(part))
        return
    if (part in record.parts or marked(body)) and _squeezed(text) in (_squeezed(base), _squeezed(current)):
        return  # only laid out anew, or still a draft
    theirs = current if part in record.parts else base
    if not mine and not base and theirs:
        together = None if text != theirs else theirs
    else:
        together = text if mine else merged(base, text, theirs, by_line=listed)
    if together is None:
        made.conflicts[part] = both_changed(part, current, record.written.get(part, (0, "Somebody"))[1])
        return
    asks = part not in record.parts and WHO_WAS_HIT in together
    if asks and _squeezed(together) in (_squeezed(base), _squeezed(current)):
        hint = "Nothing was imported. Write the answer into the file, or leave the line above it that says that it is a draft."
        raise Conflict(
            f"The draft of the {part_name(part)} still asks of the customers: {WHO_WAS_HIT}", field="text", hint=hint
        )
    facts = facts_of(part, together, "" if part in record.parts else current)
    if facts.text != current or part not in record.parts:
        _append(uow, record, facts, made)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _append(uow: UnitOfWork, record: Record, facts: PostmortemWritten, made: _Outcome) -> None:
    if len(facts.text) > LONGEST_PART:
        _too_long(facts.part)
    uow.append(record.id, facts)
    made.written.append(part_name(facts.part))


def _too_long(part: str) -> NoReturn:
    raise Invalid(f"The {part_name(part)} has more than {LONGEST_PART:,} characters.", field="text", hint="Shorten it.")


def _items(uow: UnitOfWork, record: Record, first: int, lines: list[str], read: _Read, made: _Outcome) -> None:
    from stanch.learn.action_items.rules import item_number
    from stanch.learn.action_items.written import items
    from stanch.learn.completeness.words import unwritten

    found, rest = items(["" if unwritten(line) else line for line in lines], first)
    left = {line.rstrip() for line in read.exported.get("actions", "").split("\n")}
    made.left += [(number, line.strip(), "it is no action item") for number, line in rest if line.rstrip() not in left]
    by_title = {item.title.casefold(): item.item for item in record.action_items.values()}
    for row in found:
        nothing: dict[str, Any] = {name: "" for name in FIELDS if unwritten(getattr(row, name))}
        each = row._replace(**nothing)
        number = item_number(each.item) if each.item else by_title.get(each.title.casefold(), "")
        try:
            _item(uow, record, each, number, read.items.get(number), made)
        except Problem as problem:
            made.left.append((each.line, lines[each.line - first].strip(), problem.sentence().rstrip(".")))


def _item(uow: UnitOfWork, record: Record, each: Written, number: str, was: ActionItem | None, made: _Outcome) -> None:
    """Adds or changes one. ``was``: as it was exported. Raises ``Problem``."""
    from stanch.learn.action_items.commands import EditActionItem, action

    item = record.action_items.get(number)
    if each.item and item is None:
        raise Invalid(f"There is no action item {each.item}.")
    done = each.state.startswith("done") and not (item and item.done_at)
    new = _changed(each, was, item) if item else {name: text for name in FIELDS if (text := getattr(each, name))}
    if item is None or new:
        number = action(uow, EditActionItem(record.id, item=number, **new)).id
    if done:
        action(uow, EditActionItem(record.id, item=number, done=True))
    if item is None or new or done:
        made.items.append(f"{number} {'changed' if item else 'added'}" + (", done" if done else ""))


def _changed(each: Written, was: ActionItem | None, item: ActionItem) -> dict[str, str]:
    """The fields that the file changes. Raises ``Invalid`` for one that somebody else changed meanwhile, and for a state that is said elsewhere."""
    from stanch.learn.document.model import state_of

    if each.state and not each.state.startswith("done") and each.state not in (state_of(item), state_of(was or item)):
        raise Invalid(f"{item.item} is {state_of(item)}: whether it is dropped or open again is said in stanch.")
    now, before = _fields(item), _fields(was or item)
    new = {name: text for name in FIELDS if (text := getattr(each, name)) and text not in (before[name], now[name])}
    for name in new:
        if now[name] != before[name]:
            raise Invalid(f"{item.item} was changed meanwhile, and its {name} is '{now[name]}'.")
    return new


def _fields(item: ActionItem) -> dict[str, str]:
    return {"title": item.title, "owner": item.owner, "due": day(item.due_at), "test": item.test}


def _refuse(record: Record, made: _Outcome, *, keep: bool) -> None:
    """Nothing was changed: what was written so far is taken back with the transaction."""
    if made.conflicts:
        said = " ".join(conflict.detail for conflict in made.conflicts.values())
        names = " ".join(f"--mine {part}" for part in made.conflicts)
        hint = f"Nothing was imported. Put both together in the file, and import it with {names}."
        raise Conflict(said, field="mine", hint=hint, points=[conflict.detail for conflict in made.conflicts.values()])
    if made.left and not keep:
        lines = [f"line {number} ({why}): {line[:120]}" for number, line, why in made.left[:NAMED]]
        more = len(made.left) - len(lines)
        count = "1 line" if len(made.left) == 1 else f"{len(made.left)} lines"
        hint = "Nothing was imported. Move them below a part's heading, or import the rest and keep them in a comment: --keep."
        detail = f"{count} cannot be placed: {'; '.join(lines)}" + (f"; and {more} more" if more else "") + "."
        raise Invalid(detail, field="keep", hint=hint, points=lines)


def _keep(uow: UnitOfWork, record: Record, left: list[tuple[int, str, str]]) -> list[str]:
    """The lines that have no place, as comments on the summary; nobody is told of a name in them."""
    text = "Imported, and without a place:\n" + "\n".join(line for _, line, _ in left)
    found = []
    for at in range(0, len(text) if left else 0, IN_A_COMMENT):
        item = f"C{len(record.comments) + 1}"
        uow.append(record.id, CommentMade(item, "summary", text[at : at + IN_A_COMMENT]))
        found.append(item)
    return found


def _said(made: _Outcome, kept: list[str]) -> str:
    found = [f"{', '.join(made.written)} written"] if made.written else []
    found += made.items
    found += [f"{', '.join(made.stays)} stays, since the file has nothing there"] if made.stays else []
    if kept:
        found.append(
            f"{'1 line is' if len(made.left) == 1 else f'{len(made.left)} lines are'} kept in {', '.join(kept)}"
        )
    return "; ".join(found) or "nothing in the file is new"
