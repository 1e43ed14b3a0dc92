"""Reads whether a text tells of a security incident: an attack, something open, a secret or personal data that others see. Pure."""

import re
from itertools import pairwise

from stanch.respond.harm.facets import denies_impact, nothing_lost
from stanch.respond.harm.words import Hit, denied, first, hits

PRINTS = re.compile(r" (prints?|shows?|printed|shown|displays?|returns?|logs?|plain text|stored) (?:\w+ ){0,3}$")
IN_THE = re.compile(
    r" in (?:the |our |a |an )(?:public )?(logs?|repo|repository|wiki|channel|bucket|image|url|mail|ticket) "
)
LOST_DEVICE = re.compile(
    r" (laptop|notebook|usb stick|memory stick|hard drive|company phone|work phone) (?:\w+ ){0,3}?(?:stolen|lost|left (?:in|on|at)|gone missing|forgotten) "
)
WRONG = re.compile(r" (wrong|other|another|unrelated|different|foreign) ")
THIEF = re.compile(
    r" (someone|somebody|attackers?|a stranger|an outsider|an employee|a former employee|unknown \w+) "
    r"(?:\w+ ){0,3}?(copied|downloaded|took|accessed|dumped|scraped|read|exported|stole) "
    r"(?:\w+ ){0,3}?(customer|user|patient|client|data|database|files?|records?|accounts?|mailbox|source) "
)
SEEN_BY = re.compile(
    r" (read|seen|copied|accessed|viewed|taken|obtained|downloaded|extracted|opened|used) by (?:\w+ ){0,2}?"
    r"(third part\w+|outsiders?|someone|somebody|strangers?|other (?!team)\w+|unknown \w+|attackers?|former \w+|unauthori\w+|competitors?|anyone|anybody|others) "
)
MISUSED = re.compile(
    r" (somebody|someone|unknown \w+|strangers?|a third party) (?:\w+ ){1,6}?(with|using|through|via|from|over) (?:[\w']+ ){0,4}?"
    r"(account|accounts|card|cards|password|credentials?|login|key|keys|token|tokens|session) "
)
# "someone is mining coins on our runners"; not "someone is testing on our cluster".
IN_OURS = re.compile(
    r" (?:somebody|someone|unknown \w+|strangers?|outsiders?|a third party|an outsider) (?:is|was|are|were|has been|have been|keeps?) "
    r"(reading|sending|copying|downloading|hosting|mining|probing|encrypting|listening|spying|guessing|hiding) "
    r"(?:\w+ ){0,4}?(?:on|in|inside|into|from|through|over|with) (?:our|my) "
)
# "signs in from a country where nobody works"; not "can not sign in from abroad".
FROM_FAR = re.compile(
    r" (?:sign(?:s|ed|ing)?|log(?:s|ged|ging)?|logins?|sessions?) (?:in |on )?(?:\w+ ){0,2}?from (?:an? |two |the |several )?(?:\w+ ){0,2}?"
    r"(abroad|countr(?:y|ies)|continents?|tor|unknown \w+|ip|address(?:es)?) "
)
MINES = re.compile(
    r" (min(?:e|es|ing) (?:\w+ )?(?:coins?|crypto\w*|currency|bitcoins?|monero|ether\w*)|(?:coin|crypto|bitcoin|monero) (?:min\w+)) "
)
LETS = re.compile(
    r" (lets?|letting|allow\w*|enabled?s?) (outsiders?|anyone|anybody|others|strangers?|attackers?|visitors?|the public|other \w+|non \w+) (?:to )?(?:\w+ ){0,2}?"
    r"(call|read|see|view|open|access|change|edit|delete|download|list|reset|log|sign)"
)
# "the list of patient a is shown in the file of patient b"
ONE_IN_OTHER = re.compile(
    r" (patient|customer|user|client|tenant|company|merchant|account|person|family) (\w)(?:'s)? (?:.* )?\1 (?!\2\b)(\w)(?:'s)? "
)
LEFT = re.compile(
    r" (?:former|ex|departed|dismissed|fired) (?:employee|colleague|contractor|admin|administrator|supplier|partner|vendor)(?:'s|s)? (?:\w+ ){0,3}?"
    r"(access|account|login|key|token|password|logged|downloaded|used|can still|still)"
)
ANY_MAY = re.compile(
    r" any (?:\w+ ){0,2}?(user|customer|visitor|account|tenant|employee|caller|client|member|person|guest|partner)s? "
    r"(?:can |could |may |is able to |was able to |were able to |to )?(call|read|see|open|access|change|edit|delete|download|list|reset|become|impersonate|use) "
)
OURS = re.compile(
    r" (?:our|my) own (?:\w+ ){0,2}?(tests?|testers?|pentest\w*|red team|scan|scanners?|audits?|auditors?|drill|probes?) "
)
SEEN = re.compile(r" (sees?|seeing|logged in|signed in|land\w*|view\w*|copies|belong\w*|opens?|access\w*) ")


def security(told: list[str]) -> tuple[str, ...]:
    """The words for a security incident; empty where none is told."""
    if any(OURS.search(clause) for clause in told):
        return ()
    for clause in told:
        found = _attacked(clause) or _opened(clause)
        if found:
            return found
    if any(denies_impact(clause) or nothing_lost(clause) for clause in told):
        return ()
    return _to_others([*told, *(a[:-1] + b for a, b in pairwise(told) if _of_same_subject(b))])


def _of_same_subject(clause: str) -> bool:
    """ "... and went to a competitor": the subject stands in the clause before."""
    return any(hit.start == 1 for hit in hits(clause, "HANDED")) or clause.startswith(
        (" is ", " are ", " was ", " were ")
    )


def _attacked(clause: str) -> tuple[str, ...]:
    if hit := first(clause, "ATTACK"):
        return (f"an attack or a leak (“{hit.entry}”)",)
    if match := THIEF.search(clause):
        return (f"somebody {match[2]} data",)
    if (match := MINES.search(clause) or IN_OURS.search(clause)) and not denied(clause, match.start() + 1):
        return (f"somebody uses what is not theirs (“{match[1]}”)",)
    if match := MISUSED.search(clause):
        return (f"somebody uses what is not theirs (“{match[3]}”)",)
    if (match := LETS.search(clause)) and not denied(clause, match.start() + 1):
        return (f"{match[2]} can {match[3]}",)
    if match := ONE_IN_OTHER.search(clause):
        return (f"what belongs to one {match[1]} reaches another",)
    if match := LOST_DEVICE.search(clause):
        return (f"a device is in others' hands (“{match[1]}”)",)
    if match := LEFT.search(clause):
        return (f"somebody who has left (“{match[1]}”)",)
    owned = next(iter(hits(clause, "PERSONAL") or hits(clause, "SECRETS")), None)
    if owned and (match := SEEN_BY.search(clause)):
        return (f"what belongs to some (“{owned.entry}”) is {match[1]} by others",)
    fails = any(first(clause, family) for family in ("DOWN", "ERRORS", "SLOW")) or " not " in clause
    if (match := FROM_FAR.search(clause)) and not fails:
        return (f"somebody signs in from elsewhere (“{match[1]}”)",)
    guard, passed = next(iter(hits(clause, "GUARD")), None), first(clause, "BYPASS")
    if guard and passed:
        return (f"a check (“{guard.entry}”) can be passed by (“{passed.entry}”)",)
    odd, entry = first(clause, "ODD"), hits(clause, "ENTRY")
    near = [hit for hit in entry if odd and (-40 if odd.entry.startswith("not") else 0) < hit.start - odd.start < 30]
    return (f"an unknown access (“{odd.entry} {near[0].entry}”)",) if odd and near else ()


def _opened(clause: str) -> tuple[str, ...]:
    if hit := first(clause, "OPEN"):
        return (f"open to others (“{hit.entry}”)",)
    if match := ANY_MAY.search(clause):
        return (f"any {match[1]} can {match[2]}",)
    secret = first(clause, "SECRETS")
    if secret is None or hits(clause, "DOWN"):
        return ()
    shown = any(hit.start >= secret.end and not denied(clause, hit.start) for hit in hits(clause, "SHOWN"))
    if shown or IN_THE.search(clause) or PRINTS.search(clause[: secret.start]):
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
        # Behind the others it tells who they are: "customers with saved cards".
        mixed = re.search(r" (with|into) ", clause[: other.start + 1])
        if personal and (handed or mixed):
            return (f"what belongs to some (“{personal[0].entry}”) reaches others (“{other.entry}”)",)
        if handed and SEEN.search(clause):
            return (f"others' data (“{other.entry}”) is seen",)
    return ()
