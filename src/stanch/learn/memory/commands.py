"""Asking for similar incidents (R50)."""

import math
from collections import Counter

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.command import command
from stanch.kernel.severities import Rank
from stanch.learn.memory.rules import Likeness, Remembered, explanation, likeness
from stanch.timeline.unit_of_work import UnitOfWork

MOST_TERMS, MOST_EACH, CANDIDATES, SHOWN = 40, 150, 40, 5


class Similar(msgspec.Struct):
    """Incidents that were like this one, why, and what helped then."""

    incident: str


class SimilarIncident(msgspec.Struct, frozen=True):
    """One of them. ``score``: how alike, from 2.5 on. ``why``: what is alike and what helped, in one sentence."""

    incident: str
    title: str
    severity: str
    rank: Rank
    declared_at: Moment
    score: float
    why: str
    helped: list[str]

    def line(self) -> str:
        """For chat."""
        return f"{self.incident} {self.title}: {self.why}"


@command("similar", Similar, group="learn", noun="similar", reading=True, example="stanch similar INC-1")
def similar(uow: UnitOfWork, asked: Similar) -> list[SimilarIncident]:
    """R50: private incidents are found by those only who may see them (P6)."""
    uow.position(asked.incident)
    return [
        SimilarIncident(
            then.incident, then.title, then.severity, uow.policy.rank(then.severity), then.declared_at, found.score, explanation(found, then),
            [h.title for h in then.helped],
        )
        for found, then in similar_to(uow, asked.incident)
    ]  # fmt: skip


def similar_to(uow: UnitOfWork, incident: str) -> list[tuple[Likeness, Remembered]]:
    """The most alike first."""
    row = uow.tx.one("SELECT content, number FROM remembered WHERE incident = :id", id=incident)
    if row is None:
        return []
    now = msgspec.json.decode(row["content"], type=Remembered)
    terms = now.terms()[:MOST_TERMS]
    postings = _postings(uow, terms)
    common = {term[2:] for term in terms if len(postings[term]) >= MOST_EACH}
    votes: Counter[int] = Counter()
    for numbers in postings.values():
        for number in numbers:
            votes[number] += round(1000 / math.log(len(numbers) + 2))
    votes.pop(row["number"], None)
    likely = [number for number, _ in votes.most_common(CANDIDATES)]
    found = [(alike, then) for then in _content(uow, likely) if (alike := likeness(now, then, common))]
    found.sort(key=lambda pair: (-pair[0].score, -pair[1].declared_at))
    return found[:SHOWN]


def _postings(uow: UnitOfWork, terms: list[str]) -> dict[str, list[int]]:
    """The newest incidents of each term, in one statement."""
    found: dict[str, list[int]] = {term: [] for term in terms}
    if not terms:
        return found
    parts = (
        f"SELECT * FROM (SELECT term, number FROM remembered_terms WHERE term = :t{n} ORDER BY number DESC LIMIT {MOST_EACH}) AS p{n}"
        for n in range(len(terms))
    )
    for row in uow.tx.all(" UNION ALL ".join(parts), **{f"t{n}": term for n, term in enumerate(terms)}):
        found[row["term"]].append(row["number"])
    return found


def _content(uow: UnitOfWork, numbers: list[int]) -> list[Remembered]:
    """Of those that one may see."""
    if not numbers:
        return []
    names = ", ".join(f":n{place}" for place in range(len(numbers)))
    rows = uow.tx.all(
        f"SELECT r.content, i.id, i.private FROM remembered r JOIN incidents i ON i.id = r.incident WHERE r.number IN ({names})",
        **{f"n{place}": number for place, number in enumerate(numbers)},
    )
    return [
        msgspec.json.decode(row["content"], type=Remembered)
        for row in rows
        if uow.may_see(row["id"], bool(row["private"]))
    ]
