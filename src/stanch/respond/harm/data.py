"""Reads whether a text tells of data that is lost, damaged, done twice or wrong where it counts. Pure."""

import re

from stanch.respond.harm.facets import WOULD, nothing_lost
from stanch.respond.harm.words import Hit, denied, first, hits

NOT_DONE = re.compile(
    r" (slower|faster|longer|shows?|shown|appear\w*|press\w*|click\w*|restart\w*|reboot\w*|crash\w*|fail\w*|displayed|try|tried|trying) "
)
SAME_AGAIN = re.compile(
    r" (same|identical) \w+ (?:\w+ ){0,3}(again|times) | (charged|billed|paid|sent|shipped|debited|collected|invoiced) again |^ again (?:on|at|this|in|today) "
)
STORE_GONE = re.compile(
    r" (tables?|databases?|schemas?|collections?|namespaces?|buckets?|volumes?) (?:\w+ ){0,3}?(?:was |were |got |been )?(dropped|deleted|destroyed|truncated|wiped) "
)
EMPTY_STORE = re.compile(
    r" (tables?|databases?|buckets?|collections?|mailbox(?:es)?|folders?|ledgers?) (?!view|row|cell|head|on |in the (?:ui|app))"
    r"(?:\w+ ){0,3}?(?:is|are|was|were|suddenly) (?:\w+ )?empty | empty (table|database|bucket|ledger) \w+ in "
)
# Where something is shown: what is missing there is not lost.
DISPLAY = re.compile(
    r" (?:on|in|from|at|of|under|above|below|inside|behind) (?:[\w%']+ ){0,5}?"
    r"(?:pages?|screens?|displays?|views?|tabs?|dashboards?|listings?|menus?|overview|header|columns?|results?|search|charts?|maps?|"
    r"widgets?|tiles?|carousel|banners?|forms?|dropdowns?|(?:drop|pull) down|navigation|front ?end|ui|interface|preview) "
)
STILL_THERE = re.compile(
    r" (?:is|are|was|were|be) (?:all |both |safe and |still )*(?:there|intact|safe|complete|stored|"
    r"in (?:the |our )?(?:database|db|bucket|storage|store|backend|back end|table|ledger|archive)) "
)
SAVED = re.compile(r" (submit\w*|sav(e|es|ed|ing)|upload\w*|press\w*|entered|stored|import\w*|migrat\w*) ")
FOR_GOOD = re.compile(r" (lost|deleted|wiped|corrupt\w*|erased|overwr\w+|for good|permanently) ")
# Words for what is lost, and as well for what is only not shown.
NOT_SEEN = (
    "missing",
    "gone",
    "vanish",
    "disappear",
    "disappears",
    "went missing",
    "nowhere",
    "not there",
    "not find",
    "no trace",
)
CHANGED = re.compile(
    r" (delet|deleted|wiped|wip|eras|erased|overwrit|overwrote|corrupt|purg|emptied|wrong snapshot|wrong backup) "
)
PAID = re.compile(r" (charged|debited|paid|billed|deducted|money (?:is|was) taken|amount (?:is|was) taken|withdrawn) ")
NOT_GOT = re.compile(
    r" (not|never|no|without) (?:been |being |get |got |receive |have |their |the |any |an? )*(granted|delivered|credited|received|booked|confirmed|activated|created|"
    r"item|items|ticket|order|booking|confirmation|goods|product|credit|subscription|access|unlocked|shipped|assigned) "
)
# What has no looks: "rows are truncated" says that they are gone.
STORED = ("row", "table", "database", "record", "ledger", "entries")
CHARGED = re.compile(
    r" (charged|billed|invoiced|debited|credited|paid) (?:\w+ ){0,3}?"
    r"(instead of|rather than|the price of|the fee of|too much|too little|more than|less than|the full|another) "
)
SAYS_OF = re.compile(r" (is|are|was|were|some|by|come|came|look|be|being) (?:\w+ )?$")


def data(told: list[str]) -> tuple[str, ...]:
    """The words for data that is lost or wrong; empty where none is told."""
    kept = any(nothing_lost(clause) or STILL_THERE.search(clause) for clause in told)
    for place, clause in enumerate(told):
        if hits(clause, "PROTECT") and not hits(clause, "DATA_HARM"):
            continue
        before = told[place - 1] if place else ""
        shown = kept or _only_shown(clause)
        found = (
            _data_named(clause)
            or _paid_for_nothing(clause, before)
            or _charged(clause)
            or _repeated(clause, before)
            or _lost(clause, before, shown)
            or _wrong(clause, before, shown)
        )
        if found:
            return found
    return ()


def _data_named(clause: str) -> tuple[str, ...]:
    gone = STORE_GONE.search(clause)
    if gone and not denied(clause, gone.start(2)):
        return (f"data (“{gone[1]}”) is lost (“{gone[2]}”)",)
    if (store := EMPTY_STORE.search(clause)) and not DISPLAY.search(clause):
        return (f"data (“{store[1] or store[2]}”) is lost (“empty”)",)
    hit = first(clause, "DATA_HARM")
    return (f"data lost or wrong (“{hit.entry}”)",) if hit else ()


def _paid_for_nothing(clause: str, before: str) -> tuple[str, ...]:
    """ "is charged but items not granted": money or an order without what it was for."""
    paid = PAID.search(f"{before}{clause}")
    return ("paid, and not received",) if paid and NOT_GOT.search(clause) else ()


def _charged(clause: str) -> tuple[str, ...]:
    """ "billed the price of the annual plan": another amount than the right one."""
    found = CHARGED.search(clause)
    return (f"a wrong amount (“{found[1]} {found[2]}”)",) if found and not denied(clause, found.start() + 1) else ()


def _repeated(clause: str, before: str) -> tuple[str, ...]:
    again = first(clause, "REPEATED") or _same_again(clause)
    if again is None or NOT_DONE.search(clause) or hits(clause, "COSMETIC"):
        return ()
    done = next(iter(hits(clause, "REPEATABLE") or hits(before, "REPEATABLE")), None)
    return (f"done more than once (“{done.entry}”, “{again.entry}”)",) if done else ()


def _same_again(clause: str) -> Hit | None:
    match = SAME_AGAIN.search(clause)
    return Hit("again", match.start(), match.end()) if match else None


def _lost(clause: str, before: str, shown: bool) -> tuple[str, ...]:
    for lost in hits(clause, "LOST"):
        if lost.entry in NOT_SEEN and shown:
            continue
        if lost.entry.startswith("not") or not (denied(clause, lost.start) or WOULD.search(clause[: lost.start][-12:])):
            if CHANGED.search(f" {lost.entry} ") and not hits(clause, "SIDE") and not hits(clause, "COSMETIC"):
                return (f"something is deleted or overwritten (“{lost.entry}”)",)
            noun = _noun(clause, "DATA", lost) or (_noun(before, "DATA", None) if len(clause.split()) <= 5 else None)
            if SAVED.search(clause) and noun is None and lost.entry in ("vanish", "disappear", "lost", "gone", "delet"):
                return (f"what was saved is lost (“{lost.entry}”)",)
            if noun and not _only_display(clause, noun):
                return (f"data (“{noun.entry}”) is lost or damaged (“{lost.entry}”)",)
    return ()


def _only_shown(clause: str) -> bool:
    """ "prices are missing on one in ten pages"; not "documents that were saved are missing on the page"."""
    return DISPLAY.search(clause) is not None and not (SAVED.search(clause) or FOR_GOOD.search(clause))


def _only_display(clause: str, noun: Hit) -> bool:
    if noun.entry in STORED:
        return False
    aside = any(hit.entry != noun.entry for hit in hits(clause, "SIDE"))
    return bool(hits(clause, "COSMETIC") or aside) and not FOR_GOOD.search(clause)


def _noun(clause: str, family: str, near: Hit | None) -> Hit | None:
    found = [hit for hit in hits(clause, family) if near is None or hit.end <= near.start or hit.start >= near.end]
    if near is None:
        return found[-1] if found else None
    close = [hit for hit in found if min(abs(hit.start - near.end), abs(near.start - hit.end)) <= 60]
    return close[0] if close else None


def _wrong(clause: str, before: str, shown: bool) -> tuple[str, ...]:
    for wrong in hits(clause, "WRONG"):
        if wrong.entry == "missing from" and shown:
            continue
        if denied(clause, wrong.start) and not wrong.entry.startswith("not"):
            continue
        if wrong.entry in ("off", "short", "false", "negative") and not SAYS_OF.search(clause[: wrong.start]):
            continue
        after = f" {' '.join(clause[wrong.end :].split()[:3])} "
        if hits(after, "COSMETIC"):
            return ()
        values = hits(after, "VALUES")
        if not hits(clause, "COSMETIC"):
            # "(wrong code sent)" says itself what is wrong; the clause before it is about something else.
            values = (*values, *hits(clause, "VALUES"), *(() if after.strip() else hits(before, "VALUES")))
        if wrong.entry in ("without", "former"):
            values = hits(after, "VALUES")
        aside = {hit.entry for hit in hits(clause, "SIDE")} | {wrong.entry}
        value = next((hit for hit in values if hit.entry not in aside), None)
        if value:
            return (f"a value that counts (“{value.entry}”) is wrong (“{wrong.entry}”)",)
    return ()
