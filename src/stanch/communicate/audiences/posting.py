"""Posting an update for an audience (R31, R32): what it promises sets the clock, and what nobody filled in needs a second yes."""

from typing import Annotated

import msgspec

from stanch.communicate.audiences.delivering import expects, found_recipients
from stanch.communicate.audiences.drafts import reader_zone, said_time
from stanch.communicate.audiences.promises import Promise, promise_of
from stanch.communicate.rules import suggestions, wording
from stanch.kernel.audiences import STORED, Audience
from stanch.kernel.clock import MINUTE, utc_time
from stanch.kernel.command import Done
from stanch.kernel.errors import Invalid
from stanch.prepare.contact_methods import called
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

NextIn = (
    Annotated[
        float, msgspec.Meta(ge=0, le=10_080, description="Minutes to the next; the severity's cadence by default.")
    ]
    | None
)


class Promised(msgspec.Struct, frozen=True):
    """When the next update is owed; ``words``: of the post, empty where it follows from the cadence or was given apart."""

    at: int | None
    words: str = ""


def promised(
    uow: UnitOfWork,
    record: Record,
    audience: Audience,
    text: str,
    *,
    minutes: float | None = None,
    said_at: int | None = None,
) -> Promised:
    """What a post promises: the earlier of its words and of ``minutes``; without both one cadence from now, where there is one."""
    at = uow.now if said_at is None else said_at
    found = promise_of(text, at, reader_zone(uow.policy, audience))
    given = at + int(minutes * MINUTE) if minutes else None
    if found and not found.past and (given is None or found.at <= given):
        return Promised(found.at, found.words)
    if given is not None or minutes == 0:
        return Promised(given)
    every = uow.policy.update_every(audience, record.severity_name())
    return Promised(at + every if every and record.live() else None)


def promised_in(now: int, minutes: float | None) -> int | None:
    """The moment that a text names for so many minutes: whole minutes, since readers see no seconds. None for none, and for 0."""
    return -(-(now + int(minutes * MINUTE)) // MINUTE) * MINUTE if minutes else None


def read_back(record: Record, audience: Audience, text: str, position: int) -> Done:
    """What was drafted, for whoever posted it unseen, and how it is corrected."""
    how = f"'stanch say {record.id} TEXT --corrects {position}' corrects what {audience} read." if position else ""
    return Done(f" It reads: \u201c{text}\u201d", hint=how)


def check_text(uow: UnitOfWork, record: Record, audience: Audience, text: str, *, field: str, unchecked: bool) -> None:
    """Raises ``Invalid`` for a blank and for a promise that is past, unless there is a second yes."""
    if unchecked:
        return
    found = wording(text, uow.policy, audience=audience)
    leaks = [finding for finding in found if finding.second_yes]
    if leaks:
        raise Invalid(
            f"The update for {audience} would say this: {' '.join(suggestions(leaks))}",
            field=field,
            hint="Fill it in, or confirm with --unchecked.",
            points=suggestions(leaks),
        )
    refuse_past(promise_of(text, uow.now, reader_zone(uow.policy, audience)), field)


def refuse_past(promise: Promise | None, field: str) -> None:
    """Raises ``Invalid`` for a promise that could not be kept any more when it was made."""
    if promise and promise.past:
        raise Invalid(
            f"The post promises the next update for '{promise.words}', which is past.",
            field=field,
            hint="Write another time, or confirm with --unchecked.",
        )


def post_inside(
    uow: UnitOfWork, record: Record, audience: Audience, text: str, minutes: float | None, *, drafted: bool
) -> Done:
    """Post to an audience that works here; answers with who is sent it and when the next is owed, and what it reads where nobody wrote it."""
    owed = promised(uow, record, audience, text, minutes=minutes)
    entry = uow.append(record.id, UpdatePosted(STORED[audience], text, "", owed.at, promise=owed.words))
    said = "Posted." if audience == "engineers" else f"Posted for {audience}."
    reads = read_back(record, audience, text, entry.position) if drafted else Done("")
    promise = f" The next is promised for {utc_time(owed.at, uow.now)}." if owed.at else ""
    return Done(f"{said}{reads.message}{_sent_to(uow, record, audience)}{promise}", record.id, hint=reads.hint)


def _sent_to(uow: UnitOfWork, record: Record, audience: Audience) -> str:
    if not expects(uow, record, audience):
        return " In a drill it is sent to nobody." if record.drill is not None and audience != "engineers" else ""
    found = found_recipients(uow, record, audience)
    able = [f"{each.name} by {called(each.methods[0])}" for each in found if each.methods]
    unable = [f"{each.name} {each.problem}".strip() for each in found if not each.methods]
    if not found:
        return " Nobody could be told: the policy names no recipients for it."
    if not able:
        return f" Nobody could be told: {'; '.join(unable)}."
    return f" It goes to {', '.join(able)}." + (f" Not to everybody: {'; '.join(unable)}." if unable else "")


def shown_promise(uow: UnitOfWork, audience: Audience, at: int | None) -> str:
    """The sentence that an answer ends with."""
    return f" The next is promised for {said_time(at, reader_zone(uow.policy, audience), uow.now)}." if at else ""
