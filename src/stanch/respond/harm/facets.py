"""How many are hit and whether something works, read from the clauses of a text. Pure."""

import re

import msgspec

from stanch.respond.harm.words import Hit, denied, first, hits

NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "tenth": 10,
}
ONE_TO_TEN = "|".join(NUMBERS)
SHARE = re.compile(
    rf"(?<= )({ONE_TO_TEN}|\d+) (?:\w+ )?(?:out of|of|in|from) (?:the |our |every |each )?({ONE_TO_TEN}|\d+)(?= )"
)
EVERY_NTH = re.compile(rf"(?<= )(?:(?:every|a|one|two|three|the) ({'|'.join(PARTS)})s?|every (second|other))(?= )")
PERCENT = re.compile(r"(?<= )(?:[a-z]*)(\d+(?:\.\d+)?)%(?= )")
FALL = re.compile(
    r" (?:f[ae]ll|fallen|falls|dropp?\w*|plunge\w*|plummet\w*|sank|down|declin\w+|reduced|decreas\w+|dips?|dipped|tank\w*|collaps\w*|nosediv\w*) (?:\w+ ){0,2}?"
    r"(?P<way>by|to) (?:about |roughly |almost |nearly |around |a |an |one |only )*(?:(?P<zero>zero|0|nothing|nil|0%)|"
    r"(?P<percent>\d+(?:\.\d+)?)%|(?P<part>half|third|quarter|fifth|tenth)) "
)
SUCCESS = re.compile(r" (success\w*|availab\w*|uptime|get through|go through|goes through|complet\w+|ok|succeed\w*) ")
USED = re.compile(
    r" (cpu|memory|disk|battery|budget|util\w*|capacity|full|quota|storage|heap|swap|volume|saturat\w*|pool|faster|slower) "
)
COUNTED = re.compile(
    rf"(?<= )(a few|few|a couple of|a couple|couple of|single|a|an|largest|biggest|key|{ONE_TO_TEN}|\d+) (?:\w+ )?"
)
NONE_CAN = re.compile(r" no (\w+ ){1,2}(can|could|is able|are able|comes?|goes?|gets?|succeeds?|arrives?) ")
NO_IMPACT = re.compile(
    r" (no|not|none|nobody|nothing|without|zero|unaffected)\b.{0,30}\b(affected|impact\w*|hit|effect|notice\w*|harm\w*|concerned|visible|involved|seen) |"
    r" (notices?|noticed|sees?|saw|feels?|felt) (nothing|no (difference|change|effect|impact)) |"
    r" within (?:the |our )?(?:normal |usual )?(?:limits?|bounds|targets?|slo) |"
    r" (use|uses|using|serve|serves|keep|keeps) (?:the |their |its )?(last known|last good|cached|default) |"
    r" (nothing|none) (of it |has |have )?(reached|got to|hit|touched) (production|prod|customers?|users?) |"
    r" (quorum|redundancy|service|traffic|capacity) (is |was )?(kept|intact|held|holds|fine|ok|enough) |"
    r" (nothing|nobody|no one|none) (has|have|is|was) (failed|broken|happened|down|complained|hurt) (yet )?|"
    r" (users?|customers?|players?|clients?|patients?|consumers?|services?|production|everyone|everybody) (are |is |all |still )*(fine|ok|okay|happy|unaffected|good) "
)
# Says of data that it is safe, and nothing of who is hit.
NOTHING_LOST = re.compile(r" (no|not|none|nothing|without|zero)\b.{0,30}\b(lost|exposed) ")
NOTHING_FAILS = re.compile(
    r" (nothing|nobody|none|no one) (fails|breaks|failed|is failing) | "
    r"no (?:\w+ )?(errors?|failures?|5xx) | no (?:\w+ ){0,2}?(request|call|order|payment|job|write|read)s? (fails?|failed|failing|are failing|is failing) "
)
OTHERS = re.compile(r" (existing|other|remaining|current|older|all other|rest|those who) ")
PLANNED = re.compile(
    r" (planned|scheduled|announced|upcoming|maintenance window|maintenance work|planned maintenance) "
)
WORK_AHEAD = re.compile(
    r" (tomorrow|tonight|next \w+|on \w+day) (?:[\w:]+ ){0,5}?(maintenance|upgrade|migration|restart|reboot|patching|switchover) |"
    r" (maintenance|upgrade|migration|restart|reboot|patching|switchover) (?:[\w:]+ ){0,4}?(tomorrow|tonight|next \w+|on \w+day) |"
    r" (we|they|ops) (?:will|are going to|plan to) (?:move|replace|upgrade|migrate|switch|patch|restart|update|swap) "
)
NOT_AS_PLANNED = re.compile(
    r" (since|after|during|because of|due to|following|overran|overrun|unannounced|longer than|still|despite) |"
    r" (scheduled|planned) by | (scheduled|planned) (\w+ )?(job|mail|email|post|report|task|message|export|payment|transfer|backup|deliver)\w* "
)
REMAIN = re.compile(
    r" (still (there|up|ok|work\w*|run\w*|serv\w*|alive)|left|remain\w*|healthy|up|alive|carry\w*|are (fine|ok)) "
)
KEEPS = re.compile(
    r" (everything|traffic|production|all \w+) (still |else )?(answers?|responds?|runs?|flows?) | instead $"
)
WIDE = re.compile(r" [a-z]{4,}wide ")
ONE_NAMED = re.compile(
    r"^ (?:the |our )?(tenant|customer|client|merchant|account|user|site|shop|store) \w+ (sees|gets|has|can|reports|receives|complains|says|writes|asks) "
)
OF_FEW = re.compile(
    r" (of|at|behind|for|with) (one|a single|a) (?:\w+ )?(customer|client|tenant|merchant|company|partner|account|organi[sz]ation|user|shop|store|school|hospital) "
)
PLACE = re.compile(
    r"\b(?:in|from|across|at|around|to|reach|reaches|via)\s+(?:the\s+|most of\s+|parts of\s+)?(?:[a-z]+ )?[A-Z][a-zA-Z]+"
)
WOULD = re.compile(r" (would|could|if|in case|will (?!not)\w+) ")
CONTENT = re.compile(r" (?:others?|everything else|the rest|rest|otherwise|everyone else|elsewhere) ")

# "One reseller gets it on each call" is one; with these words it is everybody, whoever is named beside.
ALL_PEOPLE = (
    "everyone", "everybody", "nobody", "no one", "any customer", "any user", "worldwide", "global", "globally", "nationwide",
    "site wide", "sitewide", "across the board", "total outage", "complete outage", "full outage", "nothing works",
)  # fmt: skip


class Amount(msgspec.Struct, frozen=True):
    """A share from 0 to 1 (None where the words give none), and the words for it."""

    share: float | None
    words: str


UNSTATED = Amount(None, "")


def amount(text: str, told: list[str]) -> Amount:
    """How many are hit: a number, else words for most, all, a few or some. Clauses that say what works are left out by the caller."""
    for clause in told:
        if found := _counted(clause):
            return found
    for clause in told:
        if (hit := first(clause, "MOST")) and not _few(clause):
            return Amount(0.6, f"most (“{hit.entry}”)")
    told = [clause for clause in told if not first(clause, "OVER")] or told
    few = next((found for clause in told for found in [_few(clause)] if found), None)
    every = next((hit for clause in told for hit in hits(clause, "EVERYBODY") if not _not_all(clause, hit)), None)
    weak = every and (every.entry not in ALL_PEOPLE or OF_FEW.search(" ".join(told)))
    if every and not (few and weak):
        return Amount(1.0, f"everybody (“{every.entry}”)")
    if few:
        return few
    if any(NONE_CAN.search(clause) or WIDE.search(clause) for clause in told):
        return Amount(1.0, "everybody (“no”)")
    return _some(text, told)


def _some(text: str, told: list[str]) -> Amount:
    for clause in told:
        if re.search(r" not (all|every|everyone|everybody|each|always) ", clause):
            return Amount(0.2, "a part (“not all”)")
        if hit := next(iter(hits(clause, "SOME")), None):
            return Amount(0.2, f"a part (“{hit.entry}”)")
        if any(number.isdecimal() and int(number) >= 10 for number, _ in _people(clause)):
            return Amount(0.2, "a part (a number of people)")
    return Amount(0.2, "a part (a place)") if PLACE.search(text) else UNSTATED


def _not_all(clause: str, hit: Hit) -> bool:
    """ "not all of them" is a part; "nobody can say why" says nothing of customers."""
    return clause[: hit.start].endswith(" not ") or (hit.entry in ("nobody", "no one") and bool(hits(clause, "TALK")))


def _counted(clause: str) -> Amount | None:
    if hits(clause, "MEMBER") or hits(clause, "PROTECT") or USED.search(clause):
        return None
    if fall := FALL.search(clause):
        return _fallen(fall)
    if match := PERCENT.search(clause):
        share = min(float(match[1]) / 100, 1.0)
        works = (
            bool(SUCCESS.search(clause)) and " fail" not in clause and " error" not in clause and " not " not in clause
        )
        return Amount(1 - share if works else share, "a stated share")
    if match := SHARE.search(clause):
        part, whole = _number(match[1]), _number(match[2])
        if not 0 < part <= whole:
            return None
        return Amount(1 - part / whole if remains(clause) else part / whole, "a stated share")
    match = EVERY_NTH.search(clause)
    if match is None or re.search(r" second(s)? (attempt|try|time) ", clause):
        return None
    return Amount((2 if " two third" in clause else 1) / PARTS.get(match[1], 2), "a stated share")


def _fallen(fall: re.Match[str]) -> Amount:
    """ "fell to a tenth" is nine of ten that fail; "fell by 40 %" is 40 %; "halved" is one half."""
    if fall["zero"]:
        return Amount(1.0, "a stated fall")
    size = min(float(fall["percent"]) / 100, 1.0) if fall["percent"] else 1 / PARTS[fall["part"]]
    return Amount(size if fall["way"] == "by" else 1 - size, "a stated fall")


def _number(word: str) -> int:
    return NUMBERS[word] if word in NUMBERS else int(word)


def _people(clause: str) -> list[tuple[str, str]]:
    """Each count of people in a clause: the number as written, and who."""
    return [
        (match[1], who.entry)
        for match in COUNTED.finditer(clause)
        for who in hits(clause, "PEOPLE")
        if who.start in (match.end(), match.end(1) + 1)
    ]


def _few(clause: str) -> Amount | None:
    if re.search(r" (i|i'm|i've|me) |^ my ", clause):
        return Amount(0.01, "one person tells of it")
    if hit := next(iter(hits(clause, "FEW")), None):
        return Amount(0.01, f"a few (“{hit.entry}”)")
    if ONE_NAMED.search(clause):
        return Amount(0.01, "one of them")
    for number, _ in _people(clause):
        if not number.isdecimal() or int(number) < 10:
            return Amount(0.01, "a few (counted)")
    return None


def works(clause: str) -> bool:
    """Whether a clause says that something works, and nothing that fails."""
    if re.search(r" (would|should|works? only|only works?) ", clause):
        return False
    if KEEPS.search(clause) and not any(hits(clause, family) for family in ("DOWN", "ERRORS", "SLOW", "WRONG")):
        return True
    return (first(clause, "WORKS") is not None or nothing_fails(clause)) or bool(
        CONTENT.search(clause) and re.search(r" (fine|ok|good|work\w*|can|are|is) ", clause)
    )


def remains(clause: str) -> bool:
    """ "2 of 3 still there": the share is that of what works."""
    return SHARE.search(clause) is not None and REMAIN.search(clause) is not None


def denies_impact(clause: str) -> bool:
    """ "no customers affected", "nobody outside is hit", "not noticed yet"."""
    return NO_IMPACT.search(clause) is not None


def spares_others(clause: str) -> bool:
    """ "existing users are unaffected" says that something works, and not that nobody notices."""
    return denies_impact(clause) and OTHERS.search(clause) is not None


def nothing_fails(clause: str) -> bool:
    """ "no requests fail", "no errors"."""
    return NOTHING_FAILS.search(clause) is not None


def nothing_lost(clause: str) -> bool:
    """ "no data was lost"."""
    return NOTHING_LOST.search(clause) is not None


def planned(clause: str) -> bool:
    """Whether a clause tells of work that was announced, and not of what came of it."""
    found = PLANNED.search(clause)
    return bool(
        (found and not denied(clause, found.start() + 1)) or WORK_AHEAD.search(clause)
    ) and not NOT_AS_PLANNED.search(clause)


def about(clause_or_text: list[str], family: str) -> str:
    """The first entry of a family in any of the clauses, denied or not; "" where there is none."""
    return next((hit.entry for clause in clause_or_text for hit in hits(clause, family)), "")
