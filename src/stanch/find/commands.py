"""The search: incidents and the texts of their timelines, services, people, runbooks, and commands (P6)."""

from typing import Annotated, Literal

import msgspec

from stanch.find.rules import KnownNames, Understood, understood
from stanch.kernel.answers import Moment
from stanch.kernel.command import command
from stanch.kernel.policy import Service
from stanch.kernel.severities import Rank
from stanch.prepare.called import called_by
from stanch.prepare.playbooks.library import playbooks
from stanch.respond.overview import Incidents, incidents
from stanch.timeline import full_text
from stanch.timeline.entries import Entry
from stanch.timeline.unit_of_work import UnitOfWork

# Rows of the index that are looked at, incidents and other things that are shown, and characters of an excerpt.
LOOKED_AT, SHOWN, OTHERS, AROUND = 150, 12, 6, 80
Kind = Literal["incident", "postmortem", "action", "service", "person", "runbook"]
KINDS: dict[str, Kind] = {
    "postmortem_written": "postmortem",
    "action_item_added": "action",
    "action_item_changed": "action",
}


class Find(msgspec.Struct):
    """Find incidents (by id, title or words of the timeline), postmortems, action items, services, people and runbooks."""

    query: Annotated[
        str,
        msgspec.Meta(
            max_length=400, description="Words; each must be there, the last one may be the beginning of a word."
        ),
    ]


class Hit(msgspec.Struct, frozen=True):
    """Something that was found. ``excerpt``: the words around; ``address``: of its page."""

    kind: Kind
    title: str
    excerpt: str
    address: str
    incident: str = ""
    status: str = ""
    severity: str = ""
    rank: Rank = 0
    at: Moment | None = None

    def line(self) -> str:
        """For chat."""
        return f"{self.title}" + (f": {self.excerpt}" if self.excerpt else "")


class Found(msgspec.Struct, frozen=True):
    """``complete``: False while incidents from before the index are still being filled in, so that some may be missing."""

    query: str
    hits: list[Hit]
    understood: list[Understood]
    complete: bool

    def line(self) -> str:
        """For chat."""
        told = [hit.line() for hit in self.hits[:5]] or ["Nothing was found."]
        return "\n".join(told if self.complete else [*told, "Older incidents are still being indexed."])


@command(
    "find",
    Find,
    group="respond",
    noun="search",
    positional=("query",),
    reading=True,
    example="stanch find checkout errors",
)
def find(uow: UnitOfWork, asked: Find) -> Found:
    """The hits that the actor may see: matching titles first, the newest first."""
    query = asked.query.strip()
    known = KnownNames(
        uow.policy.tiers(),
        {key: contact.name for key, contact in uow.policy.contacts.items()},
        [row.id for row in incidents(uow, Incidents(status="live", limit=2))],
    )
    hits = [*_incidents(uow, query), *_others(uow, query)] if full_text.terms(query) else []
    return Found(query, hits, understood(query, known), full_text.complete(uow.tx))


def _incidents(uow: UnitOfWork, query: str) -> list[Hit]:
    """One hit for each incident, or for its postmortem or action item: a title beats words of the timeline."""
    named = _by_number(uow, query)
    titles = full_text.find(uow.tx, uow.actor, query, titles=True, limit=SHOWN)
    said = full_text.find(uow.tx, uow.actor, query, titles=False, limit=LOOKED_AT)
    first: dict[tuple[str, Kind], full_text.Match] = {}
    entries: dict[full_text.Match, Entry] = {}
    for place in [*named, *titles, *said]:
        kind: Kind = "incident"
        if place.position and len(first) < SHOWN:
            entry = next(iter(uow.entries(place.incident, after=place.position - 1, most=1)))
            kind, entries[place] = KINDS.get(entry.kind, "incident"), entry
        if len(first) < SHOWN:
            first.setdefault((place.incident, kind), place)
    return [_hit(uow, kind, place, entries.get(place), query) for (_, kind), place in first.items()]


def _by_number(uow: UnitOfWork, query: str) -> list[full_text.Match]:
    """``42`` and ``INC-42`` are INC-42."""
    digits = query.upper().removeprefix("INC-").removeprefix("INC")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        return []
    row = uow.tx.one("SELECT id, private FROM incidents WHERE number = :number", number=int(digits))
    seen = uow.may_see(row["id"] if row else query, row is None or bool(row["private"]))
    return [full_text.Match(row["id"], 0)] if row and seen else []


def _hit(uow: UnitOfWork, kind: Kind, place: full_text.Match, entry: Entry | None, query: str) -> Hit:
    row = uow.tx.one("SELECT * FROM incidents WHERE id = :id", id=place.incident)
    assert row is not None
    address = f"/incidents/{place.incident}"
    address += "/postmortem" if kind == "postmortem" else "/postmortem#actions" if kind == "action" else ""
    if entry and kind == "incident":
        address += f"?before={entry.position + 1}#e{entry.position}"
    text = excerpt(entry.facts.told(called_by(uow.policy)), full_text.terms(query)) if entry else ""
    at = entry.happened_at if entry else row["opened_at"]
    return Hit(
        kind,
        f"{place.incident} {row['title']}",
        text,
        address,
        place.incident,
        row["status"],
        row["severity"],
        uow.policy.rank(row["severity"]),
        at,
    )


def excerpt(text: str, terms: list[str]) -> str:
    """The words around the first term, cut at words."""
    flat = " ".join(text.split())
    found = min((at for term in terms if (at := flat.lower().find(term)) >= 0), default=0)
    start = flat.rfind(" ", 0, max(0, found - AROUND)) + 1 if found > AROUND else 0
    end = flat.find(" ", found + AROUND)
    end = len(flat) if end < 0 else end
    return ("… " if start else "") + flat[start:end] + (" …" if end < len(flat) else "")


def _others(uow: UnitOfWork, query: str) -> list[Hit]:
    """Services, people, runbooks and first moves, by their names and words."""
    terms = full_text.terms(query)

    def matches(*texts: str) -> bool:
        held = [word.lower() for text in texts for word in full_text.WORD.findall(text)]
        return all(any(word.startswith(term) for word in held) for term in terms)

    policy = uow.policy
    services = [s for s in policy.services.values() if matches(s.name, s.label(), s.team)]
    people = [(key, c) for key, c in policy.contacts.items() if matches(key, c.name, *c.roles)]
    runbooks = [s for s in policy.services.values() if s.runbook and matches(s.label(), s.name, s.runbook)]
    books = [book for book in playbooks().values() if matches(book.title, book.text)]
    return [
        *(Hit("service", s.label(), f"Service {s.name}", _service(s)) for s in services[:OTHERS]),
        *(Hit("person", c.name, ", ".join(c.roles), "/oncall") for _, c in people[:OTHERS]),
        *(Hit("runbook", f"Runbook of {s.label()}", excerpt(s.runbook, terms), _service(s) + "#runbook") for s in runbooks[:OTHERS]),
        *(Hit("runbook", book.title, excerpt(book.text, terms), "/services#playbooks") for book in books[:OTHERS]),
    ]  # fmt: skip


def _service(service: Service) -> str:
    return f"/services/{service.name}"
