"""Reads whether a text tells of protection that is gone although nobody notices yet, or of a limit that comes near. Pure."""

import re

from stanch.respond.harm.words import Hit, denied, first, hits

LAST = re.compile(
    r" (down to|left with|reduced to|is on|are on|runs on|run on|rely on|relies on) (only |just )?(one|a single|the last|1|two|2) |"
    r" (only|just) (one|1|a single|\d+|two) | (one|1|last|single|two|2)(?: \w+){0,4} (left|remain\w*|only|alone|healthy) | last (one|\w+) "
)
NO_GUARD = re.compile(
    r" no (\w+ )?(alert|page|backup|snapshot|dump|metric|log|copy|copies)s? (\w+ ){0,6}"
    r"(sent|delivered|reach\w*|arriv\w*|taken|made|written|collected|since|ran|run|exist\w*) "
)
OF = re.compile(r" (\d+|one|two|three|both|half) (?:out of|of|in) (?:the |our )?(\w+) ")


NEARLY_FULL = re.compile(r" (8[5-9]|9\d)(\.\d+)?% (?:is |are )?(used|full|in use|occupied|utili[sz]ed|taken) ")


def unnoticed(clause: str) -> tuple[str, ...]:
    """One of what carries the load is gone, where the text says elsewhere that nobody notices."""
    member, gone = next(iter(hits(clause, "MEMBER")), None), first(clause, "GONE")
    return (f"what carries the load (“{member.entry}”) is gone (“{gone.entry}”)",) if member and gone else ()


def risk(clause: str) -> tuple[str, ...]:
    """The words for protection that is gone or a limit that comes near; empty where none is told."""
    if hit := first(clause, "VULNERABLE"):
        return (f"nothing protects (“{hit.entry}”)",)
    protects = next(iter(hits(clause, "PROTECT")), None)
    gone = next((h for h in hits(clause, "GONE") if h.entry.startswith("not") or not denied(clause, h.start)), None)
    if protects and gone is None and re.search(r" can not ", clause):
        gone = Hit("can not", 0, 0)
    if protects and gone and not re.search(r" (failed over|fail over ran|ran) ", clause):
        return (f"protection (“{protects.entry}”) is gone (“{gone.entry}”)",)
    if missing := NO_GUARD.search(clause):
        return (f"no {missing[2]}",)
    return _left(clause, protects is not None) or _runs_out(clause)


def _left(clause: str, protects: bool) -> tuple[str, ...]:
    member = next(iter(hits(clause, "MEMBER")), None)
    if member is None and not protects:
        return ()
    of = OF.search(clause)
    if of and of[1] == of[2]:  # "2 of 2" is all
        return ()
    if LAST.search(clause):
        return ("one or few are left of what there were more",)
    counted = re.search(r" (one|a|an|two|\d+) (?:\w+ )?$", clause[: member.start]) if member else None
    if counted and first(clause, "GONE"):
        return ("one of several is gone",)
    if of and (hits(clause, "GONE") or hits(clause, "DOWN")):
        return ("a part of what carries the load is gone",)
    return ()


def _runs_out(clause: str) -> tuple[str, ...]:
    if full := NEARLY_FULL.search(clause):
        return (f"nearly full (“{full[1]} %”)",)
    limited = next(iter(hits(clause, "LIMITED")), None)
    if limited is None:
        return ()
    near = first(clause, "NEARS")
    level = re.search(r" (8[5-9]|9\d)(\.\d+)?% ", clause)
    if (near or level) and not re.search(r" (expired|ran out|has run out) ", clause):
        return (f"what is limited (“{limited.entry}”) runs out (“{near.entry if near else 'nearly full'}”)",)
    return ()
