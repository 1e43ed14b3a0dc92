"""Commenting on a part of the postmortem, suggesting a change to it, and settling either."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.learn.action_items.asking import unreached
from stanch.learn.comments.rules import mentions, replaced
from stanch.learn.layout import written_part
from stanch.learn.writing import as_typed, write_as_typed
from stanch.prepare.known_people import known_person, same_person
from stanch.prepare.oncall.people import contact_key
from stanch.respond.recipients import may_be_told
from stanch.timeline.facts.comments import CommentMade, CommentSettled
from stanch.timeline.facts.learn import part_name
from stanch.timeline.record import Comment, Record
from stanch.timeline.unit_of_work import UnitOfWork

MOST, MOST_MENTIONS = 500, 20
Words = Annotated[str, msgspec.Meta(max_length=5_000)]


class MakeComment(msgspec.Struct):
    """Comment on a part of the postmortem, or suggest other words for some of it. '@ben' tells Ben."""

    incident: str
    part: Annotated[
        str,
        msgspec.Meta(
            max_length=200,
            description="What it is about: summary, impact, factors, whys, lessons, or a section of your own template by key or title.",
        ),
    ]
    text: Annotated[Words, msgspec.Meta(description="The comment, or why the words should be others.")] = ""
    quote: Annotated[Words, msgspec.Meta(description="The words it is about, exactly as they stand there.")] = ""
    suggestion: Annotated[
        Words | None, msgspec.Meta(description="What would stand in the place of the quoted words; empty: nothing.")
    ] = None


@command(
    "comment",
    MakeComment,
    group="learn",
    noun="comments",
    positional=("part", "text"),
    example="stanch comment INC-1 impact '@ben is that all?' --quote 'three of ten'",
)
def comment(uow: UnitOfWork, asked: MakeComment) -> Done:
    """The quoted words must stand there once, so that everybody sees which are meant."""
    record = uow.record(asked.incident)
    part = written_part(asked.part, uow.policy, record)
    text, item = asked.text.strip(), f"C{len(record.comments) + 1}"
    if not text and asked.suggestion is None:
        raise Invalid("The comment is empty.", field="text", hint="Write it, or suggest other words.")
    if asked.suggestion is not None and not asked.quote:
        raise Invalid("A suggestion needs the words that it replaces.", field="quote", hint="Quote them.")
    if len(record.comments) >= MOST:
        raise Conflict(f"{record.id} has {MOST} comments.", hint="Write what matters into the parts.")
    if asked.quote:
        _check_quote(as_typed(uow, record, part), part, asked.quote)
    people = _people(uow, text)
    keys = {person: contact_key(uow.policy.contacts, person) or person for person in people}
    may = [person for person in people if may_be_told(uow, record, keys[person])]
    uow.append(record.id, CommentMade(item, part, text, asked.quote, asked.suggestion, may))
    what = "Comment" if asked.suggestion is None else "Suggestion"
    return Done(f"{what} {item} on the {part_name(part)}.{_told(uow, record, people)}", record.id, item)


def _check_quote(text: str, part: str, quote: str) -> None:
    times = text.count(quote)
    if times != 1:
        how = "do not stand" if times == 0 else f"stand {times} times"
        hint = "Copy them as they are." if times == 0 else "Quote more of them."
        raise Invalid(f"The quoted words {how} in the {part_name(part)}.", field="quote", hint=hint)


def _people(uow: UnitOfWork, text: str) -> list[str]:
    """Everybody who is mentioned, as they are known; not whoever writes. Raises ``Invalid`` for a name that is nobody's, or several people's."""
    names = mentions(text)
    if len(names) > MOST_MENTIONS:
        raise Invalid(f"More than {MOST_MENTIONS} people are mentioned.", field="text", hint="Name whom you ask.")
    found = [known_person(uow, name, "text") for name in names]
    return [person for person in dict.fromkeys(found) if not same_person(uow, person, uow.actor.name)]


def _told(uow: UnitOfWork, record: Record, people: list[str]) -> str:
    """Who is told, and who cannot be and why."""
    problems = {person: unreached(uow, record, person) for person in people}
    told = [person for person, problem in problems.items() if not problem]
    said = [f" {', '.join(told)} {'is' if len(told) == 1 else 'are'} told."] if told else []
    return "".join([*said, *(f" Not told: {problem}." for problem in problems.values() if problem)])


class SettleComment(msgspec.Struct):
    """Resolve a comment of the postmortem, or accept or decline a suggestion."""

    incident: str
    comment: Annotated[str, msgspec.Meta(max_length=20, description="Its number, such as C2.")]
    how: Literal["resolved", "accepted", "declined"]
    note: Annotated[str, msgspec.Meta(max_length=2_000, description="Why; a declined suggestion needs it.")] = ""


@command(
    "settle-comment",
    SettleComment,
    group="learn",
    noun="settled-comments",
    positional=("comment", "how"),
    example="stanch settle-comment INC-1 C2 accepted",
)
def settle_comment(uow: UnitOfWork, asked: SettleComment) -> Done:
    """An accepted suggestion changes the part as it reads now; where its words are gone, it stays open."""
    record = uow.record(asked.incident)
    found = _comment(record, asked.comment)
    if found.state != "open":
        raise Conflict(f"{found.item} is {found.state} already, by {found.settled_by}.")
    if (found.suggestion is None) != (asked.how == "resolved"):
        is_, be = ("comment", "resolved") if found.suggestion is None else ("suggestion", "accepted or declined")
        raise Invalid(f"{found.item} is a {is_}.", field="how", hint=f"It can be {be}.")
    if asked.how == "declined" and not asked.note.strip():
        raise Invalid("Declining a suggestion needs a reason.", field="note", hint="Say why.")
    if asked.how == "accepted":
        _accept(uow, record, found)
    uow.append(record.id, CommentSettled(found.item, asked.how, asked.note.strip()))
    return Done(f"{found.item} is {asked.how}.", record.id, found.item)


def _accept(uow: UnitOfWork, record: Record, found: Comment) -> None:
    part = found.part
    current = as_typed(uow, record, part)
    changed = replaced(current, found.quote, found.suggestion or "")
    if changed is None:
        raise Conflict(
            f"The words that {found.item} would replace do not stand once in the {part_name(part)} any more: {found.quote[:300]}",
            hint="It stays open: write the change yourself and decline it, or suggest it anew.",
        )
    write_as_typed(uow, record, part, changed, current)


def _comment(record: Record, text: str) -> Comment:
    wanted = text.strip().upper()
    found = record.comments.get(wanted if wanted.startswith("C") else f"C{wanted}")
    if found is None:
        raise NotFound(f"{record.id} has no comment {text.strip()}.", hint=f"'stanch comments {record.id}' lists them.")
    return found


class Comments(msgspec.Struct):
    """The comments on a postmortem and the changes suggested to it."""

    incident: str
    state: Literal["open", "all"] = "open"


class CommentRow(msgspec.Struct, frozen=True):
    """One of them. ``moved``: the quoted words do not stand there once any more. ``suggestion``: null for a comment."""

    item: str
    part: str
    text: str
    quote: str
    suggestion: str | None
    by: str
    at: Moment
    people: list[str]
    state: str
    settled_by: str
    note: str
    moved: bool

    def line(self) -> str:
        """For chat."""
        on = f" '{self.quote}'" if self.quote else ""
        to = "" if self.suggestion is None else f" -> '{self.suggestion}'"
        return f"{self.item} {self.state}, {self.by} on the {part_name(self.part)}{on}{to}: {self.text}"


@command(
    "comments", Comments, group="learn", noun="comments", reading=True, example="stanch comments INC-1 --state all"
)
def comments(uow: UnitOfWork, asked: Comments) -> list[CommentRow]:
    """In their order."""
    record = uow.record(asked.incident)
    return rows(uow, record, every=asked.state == "all")


def rows(uow: UnitOfWork, record: Record, *, every: bool) -> list[CommentRow]:
    """The open ones, or every one."""
    chosen = [c for c in record.comments.values() if every or c.state == "open"]
    texts = {part: as_typed(uow, record, part) for part in {c.part for c in chosen}}
    return [
        CommentRow(
            c.item, c.part, c.text, c.quote, c.suggestion, c.by, c.at, c.people, c.state, c.settled_by, c.note,
            moved=bool(c.quote) and c.state == "open" and texts[c.part].count(c.quote) != 1,
        )
        for c in chosen
    ]  # fmt: skip
