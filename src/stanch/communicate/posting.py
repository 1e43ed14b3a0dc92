"""Posting to the public status page (R8, R33): text, components, impact and start, with one wording check and one approval."""

from typing import Annotated

import msgspec

from stanch.communicate.audiences.drafts import draft, reader_zone, said_time
from stanch.communicate.audiences.posting import (
    NextIn,
    Promised,
    promised,
    promised_in,
    read_back,
    refuse_past,
    shown_promise,
)
from stanch.communicate.audiences.promises import promise_of
from stanch.communicate.components import component_states, unmarked
from stanch.communicate.rules import approvers, may_approve, suggestions, wording
from stanch.kernel.clock import MINUTE
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.kernel.moments import past_moment
from stanch.kernel.status_page import PublicImpact
from stanch.timeline.audience_clock import OVER
from stanch.timeline.facts.communicate import PostState, PublicProposed, UpdatePosted
from stanch.timeline.facts.drill import PublicDrafted
from stanch.timeline.facts.statement import stopped
from stanch.timeline.kept import ProposedPost
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

Moment = Annotated[str, msgspec.Meta(max_length=40)]


class Status(msgspec.Struct):
    """Post to the public status page: words for customers, and what is affected."""

    incident: str
    state: PostState
    text: Annotated[
        str, msgspec.Meta(max_length=5_000, description="In words that customers can check; a draft when left out.")
    ] = ""
    components: Annotated[
        list[str],
        msgspec.Meta(
            max_length=200,
            description="What is affected: SERVICE=STATE with operational, under_maintenance, degraded_performance, partial_outage or major_outage.",
        ),
    ] = []
    impact: Annotated[
        Annotated[PublicImpact, msgspec.Meta()] | None,
        msgspec.Meta(description="How bad it is for customers; by default told from the components."),
    ] = None
    title: Annotated[
        str, msgspec.Meta(max_length=200, description="What the page calls it; by default 'Trouble with ...'.")
    ] = ""
    at: Annotated[Moment, msgspec.Meta(description="When it counts for readers, if not now.")] = ""
    began: Annotated[Moment, msgspec.Meta(description="Since when customers have been affected.")] = ""
    link: Annotated[
        str, msgspec.Meta(max_length=500, description="Where customers can read the published postmortem.")
    ] = ""
    next_in: NextIn = None
    unchecked: Annotated[
        bool, msgspec.Meta(description="Post although it holds a blank, an internal host or a person's name.")
    ] = False
    proposal: Annotated[str, msgspec.Meta(max_length=100, description="A proposed post that you approve.")] = ""


@command(
    "status",
    Status,
    positional=("state", "text"),
    example="stanch status INC-1 identified 'Some payments fail.' --components checkout=partial_outage",
)
def status(uow: UnitOfWork, asked: Status) -> Done:
    """R33. The wording check suggests, but an internal host, a person's name or a blank needs a second yes.

    Private incidents are never posted (P6).

    R8: where the policy names who must approve, the post of anybody else is a proposal until one of them posts it.
    """
    record = uow.record(asked.incident)
    if record.private and record.drill is None:
        raise Conflict(f"{asked.incident} is private, so nothing about it goes to the public status page.")
    waiting = record.proposals.get(asked.proposal)
    if asked.proposal and waiting is None:
        raise NotFound(f"{asked.incident} has no proposed post '{asked.proposal}' that waits.")
    post = _post(uow, asked, record, waiting[2] if waiting else None)
    findings = wording(f"{post.title}\n{post.text}" if post.title else post.text, uow.policy, asked.state)
    leaks = [finding for finding in findings if finding.second_yes]
    if leaks and not asked.unchecked:
        raise Invalid(
            f"Customers would read this: {' '.join(suggestions(leaks))}",
            field="text",
            hint="Reword it, or confirm with --unchecked.",
            points=suggestions(leaks),
        )
    if record.drill is not None:
        uow.append(asked.incident, PublicDrafted(post.text, post.state, post.title))
        said = f"Drafted ({asked.state}): in a drill it is sent to nobody, and stands on no status page."
        return Done(f"{said}{_read_back(record, asked, post).message}", asked.incident)
    if not asked.unchecked:
        refuse_past(promise_of(post.text, post.at or uow.now, reader_zone(uow.policy, "customers")), "text")
    if not may_approve(record, uow.policy, uow.actor.name):
        if asked.proposal:
            raise Denied(f"A public post needs the word of {approvers(record, uow.policy)}.", hint="Ask one of them.")
        proposal = f"P{sum(entry.kind == 'public_proposed' for entry in uow.entries(asked.incident)) + 1}"
        uow.append(asked.incident, msgspec.structs.replace(post, proposal=proposal))
        said = f"It waits for the word of {approvers(record, uow.policy)}.{_read_back(record, asked, post).message}"
        return Done(said, asked.incident, proposal)
    return _posted(uow, record, asked, post, suggestions(findings))


def _posted(uow: UnitOfWork, record: Record, asked: Status, post: PublicProposed, hints: list[str]) -> Done:
    """Put it on the page; answers with what was posted unseen, when the next is owed, and what to do better."""
    values = msgspec.structs.asdict(post)
    at = values.pop("at")
    minutes = (
        asked.next_in if at is None else None
    )  # for readers it is minutes from now: then the words of the post count
    owed = promised(uow, record, "customers", post.text, minutes=minutes, said_at=at)
    owed = Promised(None) if asked.state in OVER else owed
    facts = UpdatePosted("public", **values, next_at=owed.at, promise=owed.words)
    entry = uow.append(asked.incident, facts, happened_at=at)
    reads = _read_back(record, asked, post, entry.position)
    advice = f" For the next one: {' '.join(hints)}" if hints else ""
    said = f"Posted to the status page: {asked.state}.{reads.message}{shown_promise(uow, 'customers', owed.at)}"
    why, todo = _marked(uow, record, asked.state)
    return Done(f"{said}{why}{advice}", asked.incident, hint=" ".join(filter(None, (reads.hint, todo))))


def _read_back(record: Record, asked: Status, post: PublicProposed, position: int = 0) -> Done:
    """What stands there now, where whoever posted it did not write it: a draft, or the post of somebody else."""
    return Done("") if asked.text.strip() else read_back(record, "customers", post.text, position)


def _marked(uow: UnitOfWork, record: Record, state: PostState) -> tuple[str, str]:
    """That no component is marked by what was posted, and what to do about it."""
    why = "" if state in OVER else unmarked(record, uow.policy)
    if not why:
        return "", ""
    public = next((key for key, service in sorted(uow.policy.services.items()) if service.public_name), "")
    todo = f"'stanch service {record.id} NAME' adds it, or name a component: --components {public}=partial_outage."
    return f" {why}", todo if public else ""


def _post(uow: UnitOfWork, asked: Status, record: Record, waiting: ProposedPost | None) -> PublicProposed:
    """The post: the values of the command, completed by those of the proposal. Raises ``Invalid`` and ``Conflict``."""
    before = waiting or ProposedPost("", "", asked.state)
    _check_state(record, asked)
    next_at = promised_in(uow.now, asked.next_in)
    text = asked.text.strip() or before.text
    text = text or draft(record, uow.policy, uow.now, "customers", asked.state, next_at=next_at)
    at, began = past_moment(asked.at, uow.now), past_moment(asked.began, uow.now, "began")
    return PublicProposed(
        asked.proposal,
        _with_promise(uow, text, next_at),
        asked.state,
        title=asked.title.strip() or before.title,
        components=component_states(uow.policy, asked.components) or before.components,
        impact=asked.impact or before.impact,
        began_at=began if began is not None else before.began_at,
        link=_web_address(asked.link) or before.link,
        at=at if at is not None else before.at,
    )


def _with_promise(uow: UnitOfWork, text: str, next_at: int | None) -> str:
    """R31: customers read when they hear next, where a moment was given beside the text. Raises ``Invalid`` where the text names another."""
    zone = reader_zone(uow.policy, "customers")
    found = promise_of(text, uow.now, zone) if next_at is not None else None
    if found and next_at is not None and abs(found.at - next_at) >= MINUTE:
        raise Invalid(
            f"The post promises the next update for '{found.words}', and {said_time(next_at, zone, uow.now)} was given.",
            field="next_in",
            hint="Change the words, or leave out --next-in.",
        )
    if next_at is None or found:
        return text
    return f"{stopped(text)} We will post again by {said_time(next_at, zone, uow.now)}."


def _check_state(record: Record, asked: Status) -> None:
    last = record.last_update("public")
    if asked.next_in and asked.state in OVER:
        raise Invalid(
            f"After '{asked.state}' customers are owed no further word.", field="next_in", hint="Leave out --next-in."
        )
    if asked.state == "postmortem" and record.published_at is None:
        raise Conflict(f"The postmortem of {record.id} is not published.", hint="'stanch postmortem' publishes it.")
    if asked.state == "postmortem" and (last is None or last[2].state not in ("resolved", "postmortem")):
        raise Conflict("Customers have not read yet that it is over.", hint="Post 'resolved' first.")


def _web_address(text: str) -> str:
    """Raises ``Invalid`` for an address that is not http(s)."""
    if text and not text.startswith(("https://", "http://")):
        raise Invalid(f"'{text}' is not a web address.", field="link", hint="Write it like https://example.org/review.")
    return text
