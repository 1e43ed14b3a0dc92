"""Writing and reading a worksheet, and making action items of what the system changes (R45). For its facilitators only."""

from typing import Annotated

import msgspec

from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.answers import Moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.kernel.ids import new_id
from stanch.kernel.names import folded
from stanch.learn.just_culture.rules import ASKS, QUESTIONS, Answer, Conduct, Worksheet, conduct, missing, names_in
from stanch.prepare.known_people import known_names
from stanch.prepare.oncall.people import contact_key
from stanch.respond.commands import IncidentId
from stanch.timeline.unit_of_work import UnitOfWork

Words = Annotated[str, msgspec.Meta(max_length=10_000)]
Short = Annotated[str, msgspec.Meta(max_length=300)]
MOST = 100


class WriteWorksheet(msgspec.Struct):
    """Write a just-culture worksheet: what was done, five questions, and what the system changes. Only its facilitators read it."""

    incident: IncidentId
    worksheet: Annotated[
        str, msgspec.Meta(max_length=40, description="One that is there; a new one when left out.")
    ] = ""
    about: Annotated[Words, msgspec.Meta(description="What was done, without who.")] = ""
    deviated: Annotated[Answer, msgspec.Meta(description=QUESTIONS["deviated"])] = ""
    workable: Annotated[Answer, msgspec.Meta(description=QUESTIONS["workable"])] = ""
    perceived: Annotated[Answer, msgspec.Meta(description=QUESTIONS["perceived"])] = ""
    knowingly: Annotated[Answer, msgspec.Meta(description=QUESTIONS["knowingly"])] = ""
    substitution: Annotated[Answer, msgspec.Meta(description=QUESTIONS["substitution"])] = ""
    pushed: Annotated[Words, msgspec.Meta(description="What pushed towards the shortcut.")] = ""
    allowed: Annotated[Words, msgspec.Meta(description="Why the organisation allowed it.")] = ""
    action: Annotated[Short, msgspec.Meta(description="One more thing that the system changes; names nobody.")] = ""
    finish: Annotated[bool, msgspec.Meta(description="It is complete: nothing is changed in it any more.")] = False
    item: Annotated[
        int,
        msgspec.Meta(
            ge=0, le=MOST, description="Make an action item of the action with this number, owned by whoever is named."
        ),
    ] = 0
    owner: Annotated[str, msgspec.Meta(max_length=200, description="With --item: its owner.")] = ""
    test: Annotated[str, msgspec.Meta(max_length=2_000, description="With --item: when it is done.")] = ""


@command(
    "worksheet",
    WriteWorksheet,
    noun="worksheets",
    example="stanch worksheet INC-1 --about 'The wrong database was deleted' --deviated no",
    secret=True,  # what it answers is for its facilitators, and is kept nowhere else
)
def write(uow: UnitOfWork, asked: WriteWorksheet) -> Done:
    """R45: in a store of its own, never in the incident's record; it ends in system actions."""
    _facilitators_only(uow)
    record = uow.record(asked.incident)
    uow.lock(record.id)
    key = asked.worksheet or new_id("sheet")
    sheet, finished = _read(uow, record.id, key) if asked.worksheet else (Worksheet(), False)
    if asked.item:
        return _make_item(uow, asked, key, sheet)
    if finished:
        raise Conflict("That worksheet is finished.", hint="With --item one of its actions becomes an action item.")
    _fill_in(uow, sheet, asked)
    if asked.finish and (left := missing(sheet)):
        raise Invalid(f"It is not complete: {' '.join(left)}", field="finish")
    _keep(uow, record.id, key, sheet, asked.finish)
    return Done(ASKS[conduct(sheet)] + (" It is finished." if asked.finish else ""), record.id, key)


def _fill_in(uow: UnitOfWork, sheet: Worksheet, asked: WriteWorksheet) -> None:
    for name in ("about", "pushed", "allowed"):
        if text := getattr(asked, name).strip():
            setattr(sheet, name, text)
    given: dict[str, Answer] = {key: value for key in QUESTIONS if (value := getattr(asked, key))}
    sheet.answers = {**sheet.answers, **given}
    if action := asked.action.strip():
        if len(sheet.actions) >= MOST:
            raise Conflict(f"A worksheet has at most {MOST} actions.", field="action")
        if found := names_in(action, _people(uow)):
            raise Invalid(
                f"'{found[0]}' is a person: an action changes the system.",
                field="action",
                hint="Say what changes, not who.",
            )
        sheet.actions = [*sheet.actions, action]


def _people(uow: UnitOfWork) -> list[str]:
    return sorted({*known_names(uow), *of_policy(uow.policy).people})


def _make_item(uow: UnitOfWork, asked: WriteWorksheet, key: str, sheet: Worksheet) -> Done:
    """The action item has the words of the action, and nothing of where they come from."""
    # Imported late: the help of a command needs no other one's.
    from stanch.learn.action_items.commands import EditActionItem, action

    if asked.item > len(sheet.actions):
        raise NotFound(f"The worksheet has no action {asked.item}.", field="item")
    title = sheet.actions[asked.item - 1]
    if title in sheet.made:
        raise Conflict(f"There is an action item of '{title}' already.", field="item")
    done: Done = action(uow, EditActionItem(asked.incident, title, owner=asked.owner, test=asked.test))
    sheet.made = [*sheet.made, title]
    uow.tx.execute(
        "UPDATE worksheets SET content = :content WHERE id = :key", content=msgspec.json.encode(sheet).decode(), key=key
    )
    return done


def _keep(uow: UnitOfWork, incident: str, key: str, sheet: Worksheet, finished: bool) -> None:
    uow.tx.execute(
        "INSERT INTO worksheets (id, incident, content, changed_at, finished_at) VALUES (:key, :incident, :content, :now, :ended) "
        "ON CONFLICT (id) DO UPDATE SET content = excluded.content, changed_at = excluded.changed_at, finished_at = excluded.finished_at",
        key=key, incident=incident, content=msgspec.json.encode(sheet).decode(), now=uow.now, ended=uow.now if finished else None,
    )  # fmt: skip


def _read(uow: UnitOfWork, incident: str, key: str) -> tuple[Worksheet, bool]:
    row = uow.tx.one("SELECT * FROM worksheets WHERE id = :key AND incident = :incident", key=key, incident=incident)
    if row is None:
        raise NotFound(f"{incident} has no worksheet {key}.", field="worksheet")
    return msgspec.json.decode(row["content"], type=Worksheet), row["finished_at"] is not None


class Worksheets(msgspec.Struct):
    """The just-culture worksheets of an incident, for their facilitators."""

    incident: IncidentId


class WorksheetRow(msgspec.Struct, frozen=True):
    """A worksheet. ``conduct``: what its answers point to, and ``asks``: what that calls for. ``missing``: before it can be finished."""

    worksheet: str
    about: str
    answers: dict[str, Answer]
    pushed: str
    allowed: str
    conduct: Conduct
    asks: str
    actions: list[str]
    made: list[str]
    missing: list[str]
    changed_at: Moment
    finished_at: Moment | None

    def line(self) -> str:
        """For chat, where others read along: nothing of it."""
        return "A worksheet is read on its page, or at a terminal."


@command("worksheets", Worksheets, reading=True, example="stanch worksheets INC-1")
def worksheets(uow: UnitOfWork, asked: Worksheets) -> list[WorksheetRow]:
    """R45: administrators who are no facilitators do not read them either."""
    _facilitators_only(uow)
    record = uow.record(asked.incident)
    rows = uow.tx.all(
        "SELECT * FROM worksheets WHERE incident = :id ORDER BY changed_at DESC, id LIMIT 200", id=record.id
    )
    return [
        _shown(row["id"], msgspec.json.decode(row["content"], type=Worksheet), row["changed_at"], row["finished_at"])
        for row in rows
    ]


def _shown(key: str, sheet: Worksheet, changed_at: int, finished_at: int | None) -> WorksheetRow:
    found = conduct(sheet)
    return WorksheetRow(
        key, sheet.about, sheet.answers, sheet.pushed, sheet.allowed, found, ASKS[found], sheet.actions, sheet.made,
        missing(sheet), changed_at, finished_at,
    )  # fmt: skip


def is_facilitator(uow: UnitOfWork) -> bool:
    """By name, or by a role of their contact, as ``policy.just_culture`` says; what people call themselves on their profile counts for nothing."""
    contacts, me = uow.application.policy().contacts, uow.actor.name
    key = contact_key(contacts, me)
    roles = set(contacts[key].roles) if key else set()
    own = key or folded(me)
    return any(
        name in roles or (contact_key(contacts, name) or folded(name)) == own for name in uow.policy.just_culture
    )


def _facilitators_only(uow: UnitOfWork) -> None:
    if not is_facilitator(uow):
        hint = "'policy.just_culture' in stanch.yaml names them, by person or by role."
        raise Denied("Only the facilitators of just culture read and write worksheets.", hint=hint)
    if uow.source == "chat":
        raise Invalid("A chat is read by others.", hint="Write it on the page, or at a terminal.")
