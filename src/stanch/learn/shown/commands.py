"""Reading, publishing and taking back what customers read of a postmortem (R33, R44, P6)."""

from typing import Annotated, Literal

import msgspec

from stanch.communicate.components import pages
from stanch.communicate.rules import approvers, may_approve
from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.answers import Moment
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.learn.document.names import labels
from stanch.learn.shown.draft import SECTIONS, SectionFinding, findings, public_draft
from stanch.prepare.known_people import known_names
from stanch.respond.commands import IncidentId
from stanch.timeline.facts.learn import PostmortemHidden, PostmortemShown
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork

# The sections as HTML; with the frame around them the page stays under 30,000 bytes.
MOST_BYTES = 20_000
Names = Literal["roles", "names"]
Section = Annotated[str, msgspec.Meta(max_length=MOST_BYTES)]


class PublicPostmortem(msgspec.Struct):
    """What customers read of the postmortem on the status page, or would read, and what the wording check finds in it."""

    incident: IncidentId
    names: Annotated[Names, msgspec.Meta(description="Names of people as their roles, or as they are.")] = "roles"


class Shown(msgspec.Struct, frozen=True):
    """``sections``: as they would be published now. ``problem``: why they cannot be. ``published_at``: since when an address shows them."""

    incident: str
    sections: dict[str, str]
    findings: list[SectionFinding]
    problem: str
    address: str
    published_at: Moment | None

    def line(self) -> str:
        """For chat."""
        if self.published_at:
            return f"Customers read the postmortem of {self.incident} at {self.address}."
        found = " ".join(each.sentence() for each in self.findings)
        return f"Customers read no postmortem of {self.incident}. {self.problem or found or 'It could be published.'}"


@command(
    "public-postmortem",
    PublicPostmortem,
    group="learn",
    noun="public-postmortem",
    reading=True,
    example="stanch public-postmortem INC-1",
)
def public_postmortem(uow: UnitOfWork, asked: PublicPostmortem) -> Shown:
    """R33, R44: seen and checked before anybody else reads it."""
    record = uow.record(asked.incident)
    sections = _drafted(uow, record, asked.names)
    return Shown(
        record.id,
        sections,
        findings(sections, of_policy(uow.policy)),
        problem(record),
        _address(uow, record.id),
        record.shown_at,
    )


class PublishPostmortem(msgspec.Struct):
    """Publish what customers read of the postmortem on the status page. A section that is left out reads as drafted."""

    incident: IncidentId
    summary: Annotated[Section | None, msgspec.Meta(description="What happened, in words for customers.")] = None
    impact: Annotated[Section | None, msgspec.Meta(description="What happened to customers.")] = None
    causes: Annotated[Section | None, msgspec.Meta(description="Why it happened.")] = None
    changes: Annotated[Section | None, msgspec.Meta(description="What you change.")] = None
    lessons: Annotated[Section | None, msgspec.Meta(description="What went well, and what did not.")] = None
    names: Annotated[Names, msgspec.Meta(description="Names of people in drafts as their roles, or as they are.")] = (
        "roles"
    )
    only: Annotated[bool, msgspec.Meta(description="Show only the sections that are given here.")] = False
    unchecked: Annotated[bool, msgspec.Meta(description="Publish it although the wording check found something.")] = (
        False
    )


@command(
    "publish-postmortem",
    PublishPostmortem,
    group="learn",
    noun="publish-postmortem",
    example="stanch publish-postmortem INC-1 --summary 'For nine minutes three of ten payments failed.'",
)
def publish_postmortem(uow: UnitOfWork, asked: PublishPostmortem) -> Done:
    """R33, R44, P6: on purpose, by a person who may speak to the public, after the findings were shown."""
    record = uow.record(asked.incident)
    if said := problem(record):
        raise Conflict(said, hint="It is published inside first, and customers have read that the incident is over.")
    if not may_approve(record, uow.policy, uow.actor.name):
        raise Denied(f"What customers read needs the word of {approvers(record, uow.policy)}.", hint="Ask one of them.")
    sections = _sections(uow, record, asked)
    found = [each.sentence() for each in findings(sections, of_policy(uow.policy))]
    if found and not asked.unchecked:
        raise Invalid(
            f"Customers would read this: {' '.join(found)}", field="unchecked", hint="Reword it, or confirm with --unchecked.", points=found
        )  # fmt: skip
    uow.append(record.id, PostmortemShown(sections, checked=bool(found)))
    return Done(
        f"Customers read the postmortem of {record.id} at {_address(uow, record.id)}. "
        f"Those who follow the page are told by a post: stanch status {record.id} postmortem.",
        record.id,
    )


class HidePostmortem(msgspec.Struct):
    """Take the postmortem off the status page."""

    incident: IncidentId
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, description="Why; the record keeps it.")]


@command(
    "hide-postmortem",
    HidePostmortem,
    group="learn",
    noun="hide-postmortem",
    positional=("reason",),
    example="stanch hide-postmortem INC-1 'a figure in it was wrong'",
)
def hide_postmortem(uow: UnitOfWork, asked: HidePostmortem) -> Done:
    """P6: what is public can be taken back at once; reopening and redaction do so by themselves."""
    record = uow.record(asked.incident)
    if record.shown_at is None:
        raise Conflict(f"No postmortem of {record.id} is on the status page.")
    if not asked.reason.strip():
        raise Invalid("It is taken off with a reason.", field="reason", hint="Say why.")
    uow.append(record.id, PostmortemHidden(asked.reason.strip()))
    return Done(f"The postmortem of {record.id} is off the status page; copies follow.", record.id)


def problem(record: Record) -> str:
    """Why customers cannot be shown a postmortem; empty when they can."""
    last = record.last_update("public")
    if record.drill is not None:
        return f"{record.id} is a drill: nothing of it is public."
    if record.private:
        return f"{record.id} is private: nothing of it is public."
    if record.published_at is None:
        return f"The postmortem of {record.id} is not published."
    if last is None:
        return f"Customers have read nothing of {record.id}."
    if last[2].state not in ("resolved", "postmortem"):
        return f"Customers have not read yet that {record.id} is over."
    return ""


def _drafted(uow: UnitOfWork, record: Record, names: Names) -> dict[str, str]:
    roles = labels(uow.entries(record.id), uow.policy, known_names(uow)) if names == "roles" else {}
    return public_draft(record, roles, of_policy(uow.policy))


def _sections(uow: UnitOfWork, record: Record, asked: PublishPostmortem) -> dict[str, str]:
    """The sections that customers read, in their order. Raises ``Invalid`` without a summary, and for too much."""
    # Imported late: the help of a command needs no renderer.
    from stanch.communicate.page.html import prose

    drafted = {} if asked.only else _drafted(uow, record, asked.names)
    given = {name: getattr(asked, name) for name in SECTIONS}
    texts = {name: (drafted.get(name, "") if text is None else text).strip() for name, text in given.items()}
    if not texts["summary"]:
        raise Invalid("The summary is empty.", field="summary", hint="Say in two sentences what happened to customers.")
    size = sum(len(prose(text).encode()) for text in texts.values())
    if size > MOST_BYTES:
        raise Invalid(
            f"It is {size:,} bytes as a page, and at most {MOST_BYTES:,}: people read it on their phones.",
            field=max(texts, key=lambda name: len(texts[name])), hint="Shorten it.",
        )  # fmt: skip
    return {name: text for name, text in texts.items() if text}


def _address(uow: UnitOfWork, incident: str) -> str:
    """Where customers read it: on the first status page."""
    from stanch.communicate.status_page import address

    name, page = next(iter(pages(uow.policy).items()))
    return f"{address(name, page, uow.application.installation.url, first=True)}/incidents/{incident}/postmortem.html"
