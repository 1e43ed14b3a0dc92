"""Reads whether a text tells of a security incident: an attack, something open, a secret or personal data that others see. Pure."""

import re

from stanch.respond.harm.facets import denies_impact
from stanch.respond.harm.words import Hit, denied, first, hits

PRINTS = re.compile(r" (prints?|shows?|printed|shown|displays?|returns?|logs?|plain text|stored) (?:\w+ ){0,3}$")
WRONG = re.compile(r" (wrong|other|another|unrelated|different|foreign) ")
THIEF = re.compile(
    r" (someone|somebody|attackers?|a stranger|an outsider|an employee|a former employee|unknown \w+) "
    r"(?:\w+ ){0,3}?(copied|downloaded|took|accessed|dumped|scraped|read|exported|stole) "
    r"(?:\w+ ){0,3}?(customer|user|patient|client|data|database|files?|records?|accounts?|mailbox|source) "
)
SEEN = re.compile(r" (sees?|seeing|logged in|signed in|land\w*|view\w*|copies|belong\w*|opens?|access\w*) ")


def security(told: list[str]) -> tuple[str, ...]:
    """The words for a security incident; empty where none is told."""
    for clause in told:
        found = _attacked(clause) or _opened(clause)
        if found:
            return found
    return () if any(denies_impact(clause) for clause in told) else _to_others(told)


def _attacked(clause: str) -> tuple[str, ...]:
    if hit := first(clause, "ATTACK"):
        return (f"an attack or a leak (“{hit.entry}”)",)
    if match := THIEF.search(clause):
        return (f"somebody {match[2]} data",)
    guard, passed = next(iter(hits(clause, "GUARD")), None), first(clause, "BYPASS")
    if guard and passed:
        return (f"a check (“{guard.entry}”) can be passed by (“{passed.entry}”)",)
    odd, entry = first(clause, "ODD"), hits(clause, "ENTRY")
    near = [hit for hit in entry if odd and (-40 if odd.entry.startswith("not") else 0) < hit.start - odd.start < 30]
    return (f"an unknown access (“{odd.entry} {near[0].entry}”)",) if odd and near else ()


def _opened(clause: str) -> tuple[str, ...]:
    if hit := first(clause, "OPEN"):
        return (f"open to others (“{hit.entry}”)",)
    secret = first(clause, "SECRETS")
    if secret is None or hits(clause, "DOWN"):
        return ()
    shown = any(hit.start >= secret.end and not denied(clause, hit.start) for hit in hits(clause, "SHOWN"))
    if shown or PRINTS.search(clause[: secret.start]):
        return (f"a secret (“{secret.entry}”) that others can see",)
    return ()


def _wrong_people(clause: str) -> Hit | None:
    """ "the wrong doctor", "an unrelated family", whoever they are."""
    found = (
        (match, hit) for match in WRONG.finditer(clause) for hit in hits(clause, "PEOPLE") if hit.start == match.end()
    )
    return next((Hit(f"{match[1]} {hit.entry}", match.start(), hit.end) for match, hit in found), None)


def _to_others(told: list[str]) -> tuple[str, ...]:
    for clause in told:
        other = first(clause, "TO_OTHERS") or _wrong_people(clause)
        if other is None:
            continue
        if owned := re.search(rf" (\w+) (?:of|from) (?:the |an? |some |any )?{other.entry}", clause):
            mine = [h for h in hits(clause, "PERSONAL") if h.end == owned.end(1)]
            if mine:
                return (f"what belongs to some (“{mine[0].entry}”) reaches others (“{other.entry}”)",)
        personal = [h for h in hits(clause, "PERSONAL") if h.entry not in other.entry]
        handed = [h for h in hits(clause, "HANDED") if not denied(clause, h.start)]
        if personal and (handed or " with " in clause or " into " in clause):
            return (f"what belongs to some (“{personal[0].entry}”) reaches others (“{other.entry}”)",)
        if handed and SEEN.search(clause):
            return (f"others' data (“{other.entry}”) is seen",)
    return ()
