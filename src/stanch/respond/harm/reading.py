"""Reads a text about harm: each thing that it says, with the words for it (R3). Pure.

A text is a hint: what a person states, counts or measures outweighs it, and the text is quoted wherever this is used.
"""

from functools import lru_cache
from typing import Literal

import msgspec

from stanch.respond.harm.data import data
from stanch.respond.harm.facets import about, denies_impact, nothing_lost, planned, remains, spares_others, works
from stanch.respond.harm.function import PLANNED, Function, function, stands_by
from stanch.respond.harm.protection import risk, unnoticed
from stanch.respond.harm.security import security
from stanch.respond.harm.talk import TALK
from stanch.respond.harm.words import clauses, first, hits


class Said(msgspec.Struct, frozen=True):
    """One thing that a text says: its kind and the words for it; ``practice``: of a test system or a drill."""

    kind: Literal["data", "security", "function", "risk"]
    words: tuple[str, ...]
    practice: bool = False
    function: Function | None = None


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Said, ...]:
    """Everything that the text says of harm; empty where no word is known, or where it only says that there is none."""
    told = [clause for clause in clauses(text) if not _talk(clause)]
    practice = bool(about(told, "PRACTICE"))
    calm = any((denies_impact(clause) and not spares_others(clause)) or remains(clause) for clause in told)
    announced = any(planned(clause) for clause in told)
    risks = {clause: words for clause in told if (words := risk(clause) or (unnoticed(clause) if calm else ()))}
    found: list[Said] = []
    if attacked := security(told):
        found.append(Said("security", attacked, practice))
    if damaged := data(told):
        found.append(Said("data", damaged, practice))
    if risks:
        found.append(Said("risk", next(iter(risks.values())), practice or announced))
    if announced:
        found.append(Said("function", (PLANNED.said,), practice, PLANNED))
    elif stands := function(text, told, list(risks), bool(found)):
        found.append(Said("function", tuple(stands.words()), practice, stands))
    return tuple(found)


def _talk(clause: str) -> bool:
    """Whether a clause only says what somebody does, asks or passes on: behind those words it tells of no harm and of no end of one."""
    begins = TALK.match(clause)
    if begins is None:
        return False
    rest = f" {clause[begins.end() :].lstrip()}"
    tells = stands_by(rest) or risk(rest) or data([clause]) or security([clause])
    return not (tells or works(rest) or denies_impact(clause) or nothing_lost(clause) or hits(rest, "OVER"))


@lru_cache(maxsize=4096)
def says_no_harm(text: str) -> bool:
    """Whether a text says that nobody is hit, that something works, or that it is over."""
    told = clauses(text)
    return any(
        denies_impact(part) or nothing_lost(part) or works(part) or first(part, "OVER") or hits(part, "EXCLUDED")
        for part in told
    )
