"""Reads how a function stands by a text: down, failing, slow, odd or only ugly; for how many, and which function. Pure."""

import re
from typing import Literal, get_args

import msgspec

from stanch.respond.harm.facets import (
    PERCENT,
    SUCCESS,
    UNSTATED,
    WOULD,
    Amount,
    about,
    amount,
    denies_impact,
    nothing_fails,
    nothing_lost,
    spares_others,
    works,
)
from stanch.respond.harm.words import DENIALS, Hit, first, hits

State = Literal["down", "errors", "slow", "odd", "cosmetic", "planned", "unclear", "unknown"]
STATES: tuple[State, ...] = get_args(State)
HARMS = ("DOWN", "ERRORS", "SLOW", "ATTACK", "LOST", "WRONG", "DATA_HARM", "ODD_STATE")
PARTS = ("CORE", "SIDE", "VALUES", "DATA", "INTERNAL", "MEMBER")
ANY_NOT = re.compile(
    r" (do|does|did|will|is|are|was|were) not (?!affected|fail|crash|break|stop|drop|lose|lost|down|slow|wrong|broken|delay|late|notice|know|sure|yet|only|"
    r"all|many|clear|known|related|an?|the|our|urgent|critical|bad|so|very|too|impact)\w+ | never \w+ | not (?:being )?\w{3,}(?:ed|ing) |"
    r" (?:have|has|had|with|get|gets) no \w+ "
)
DO_NOT = re.compile(
    r" (not|never|neither|nor|stopped|refuses? to|fails? to|failed to) (?:\w+ ){0,2}(?<! their )(?<! his )(?<! her )(?<! my )(?<! our )(?<! the )$"
)
UN_WORD = re.compile(
    r" (?!under|until|unit|uniq|union|univ|unless|over(?:all|view|night|ride)|disk|disp|disc|dist|miss(?:ion|ed )|miser|mist|mish)(un|mis|dis|mal|over)[a-z]{5,} "
)
DONE = re.compile(
    r" (finished|completed|succeeded|deployed|updated|merged|released|went well|done|passed|green) (?!after|too|only)|all (healthy|up|ready) "
)
COMPLAINT = re.compile(
    r" (customer|user|client|player|patient|passenger|merchant|driver|people|student|tenant|subscriber|viewer|guest)s? (?:\w+ )?"
    r"(complain\w*|tell|see|face|experience|encounter|being|are|have to|must|get) "
)
BEGINS = re.compile(r"^ (?:[\w']+ ){0,3}?$|(get|have|see|receiv\w+|with|are|is|had|got|has) $")
MORE_THAN_LOOKS = re.compile(
    r" (zero (hits|results)|no (hits|results)|nobody|(?:hears?|sees?|gets?) nothing|can not|down|unavailable|crash\w*|500|503|errors?) "
)
HARMED = re.compile(
    r" (affected|impact\w*|lost|hit|leak\w*|expos\w*|delet\w*|drop\w*|fail\w*|error\w*|say|tell|explain|end|ends|harmed|involved|"
    r"at risk|loss|complain\w*|notic\w*|breach\w*) "
)
CAN_NOT = re.compile(
    r" (can not|can neither|can hardly|unable to|not able to|impossible to|can none|can nobody) (?:\w+ )?"
)
NOBODY = re.compile(
    r" (nobody|no one|noone|none|nothing|not one|neither) (?:\w+ ){0,6}?(can|could|is able|manages|gets?|goes|comes|"
    r"receives?|sees|reach\w*|arriv\w*|works?|in|has) "
)
IN_TIME = re.compile(
    r" in (?:about |roughly |around |some |less than )?(?:\d+|an?|two|three|a few) (?:h|hours?|days?|min|minutes?|weeks?) "
)
NONE_DO = re.compile(r" (none of|not one of|neither of|not a single one of) ")
NOT_ALL = re.compile(r" not (all|every|everyone|everybody|each|always) ")
NONE_OF = re.compile(r" (no|zero|not any|not a single|0|hardly any) (?:\w+ ){0,2}?$")
TAKES = re.compile(
    r" (takes?|taking|needs?|needing|wait(s|ing)?|after|in|behind) (?:\w+ ){0,2}?"
    r"(\d+|an?|ten|twenty|thirty|forty|several|many|a few|two|three|five) ?(s|sec|seconds?|min|mins|minutes?|h|hours?|days?) |"
    r" (\d+|two|three|several|a few|some) ?(s|min|mins|minutes?|hours?|h|seconds?) (late|delay\w*|longer|behind|after) | (seconds|minutes|hours) (?:\w+ )?instead "
)
AS_USUAL = re.compile(
    r" (?:latenc\w+|times?|lag|queues?|p\d\d\S*) (?:is|are|stays?|remains?|looks?) (?:normal|fine|ok|flat|stable|unchanged|low|short) "
)
# "The map of the shops", "wifi in the trains": what stands behind is not what is hit.
OBJECT = re.compile(
    r" (?:in|of|from|on|at|for|with|by|after|since|behind) (?:(?:the|our|a|an|all|some|any) )?[\w']+(?= )"
)
LITTLE = re.compile(
    r" (a little|a bit|slightly|(?:half )?a second|one second|barely|hardly noticeabl\w+|\d+ ?ms) (?:longer|slow\w*|late\w*|more|behind) "
)
ONE_THING = re.compile(r" (?:of |in |at |^)(?:one|a single) (?!of )\w+ ")
NOW_AND_THEN = re.compile(
    r" (intermittent\w*|sporadic\w*|sometimes|occasional\w*|flak\w+|now and then|on and off|second (attempt|try)|retry\w*|retries|"
    r"again (often |usually )?works|some of the time|unstable|at times) "
)


class Function(msgspec.Struct, frozen=True, kw_only=False):
    """How a function stands, for how many, and what is known of it: the entries of the families that say so, or ""."""

    said: str
    state: State
    amount: Amount
    core: str = ""
    side: str = ""
    internal: str = ""
    safety: str = ""
    something_works: bool = False
    unnoticed: bool = False
    over: bool = False

    def words(self) -> list[str]:
        """Each facet in words."""
        return [
            words
            for found, words in (
                (True, self.said),
                (self.amount.words, self.amount.words),
                (self.side, f"no part that all need (“{self.side}”)"),
                (self.core and not self.side, f"a core part (“{self.core}”)"),
                (self.internal, f"internal (“{self.internal}”)"),
                (self.safety, f"lives depend on it (“{self.safety}”)"),
                (self.something_works, "something works"),
                (self.unnoticed, "no customer notices"),
                (self.over, "over already"),
            )
            if found
        ]


PLANNED = Function("announced beforehand", "planned", UNSTATED)


def function(text: str, told: list[str], risks: list[str], known: bool) -> Function | None:
    """The worst that a text says of a function, without the clauses on protection; None where it says nothing of one.

    ``known``: another harm is known, so that nothing is made of clauses which are not understood.
    """
    told_now = [clause for clause in told if clause not in risks and not (risks and IN_TIME.search(clause))]
    states = [(clause, found) for clause in told_now if (found := stands_by(clause))]
    if not states and not known and not text.rstrip().endswith("?"):
        states = _not_understood(told_now)
    if not states:
        return None
    clause, (state, words) = min(states, key=lambda pair: STATES.index(pair[1][0]))
    failing = [part for part, _ in states]
    others = [part for part in told if part not in failing]
    milder = [part for part, (mild, _) in states if part != clause and mild not in ("down", "errors")]
    context = [part for part in others if not (works(part) or denies_impact(part) or nothing_lost(part))]
    over = any(first(part, "OVER") and " restored from " not in part for part in told)
    many = amount("" if state in ("unclear", "unknown") else text, [*failing, *context])
    if state == "slow" and (little := LITTLE.search(clause)):
        many = Amount(0.01, f"only a little (“{little[1]}”)")
    if state in ("unclear", "unknown") and many.share is None and ONE_THING.search(clause):
        many = Amount(0.01, "one of them")
    if state in ("unclear", "unknown") and PERCENT.search(clause):  # of what, no word says
        many = UNSTATED
    if state in ("down", "errors") and many.share in (None, 1.0) and any(NOW_AND_THEN.search(part) for part in told):
        many = Amount(0.2, "not each time")
    return Function(
        words, state, many,
        core="" if state == "unclear" else about([OBJECT.sub(" ", clause)], "CORE") or about(told if over else context, "CORE"),
        side=_side(clause, told, words),
        internal=about(told[: told.index(clause) + 1], "INTERNAL"),
        safety=about(told, "SAFETY"),
        something_works=not over and (any(works(part) or spares_others(part) for part in [*others, *milder]) or (state == "slow" and works(clause))),
        unnoticed=any(
            (denies_impact(part) and not spares_others(part)) or (nothing_fails(part) and bool(hits(clause, "MEMBER")))
            for part in told
        ),
        over=over,
    )  # fmt: skip


def _not_understood(told: list[str]) -> list[tuple[str, tuple[State, str]]]:
    """The longest clause that says something where no word tells of a harm: a fault all the same, until somebody says more.
    Not so one that says what works, is denied, measured or only talked about.
    """
    rest = [
        clause
        for clause in told
        if len(clause.split()) > 2 and not (_calms(clause) or (PERCENT.search(clause) and SUCCESS.search(clause)))
    ]
    if not rest:
        return []
    clause = max(rest, key=len)
    named = next((entry for family in PARTS if (entry := about(rest, family))), "")
    return [(clause, ("unclear", f"“{named}” is named") if named else ("unknown", "no word for a harm is known"))]


def _calms(clause: str) -> bool:
    """Whether a clause says what works or is over, or denies a harm."""
    denied = any(hits(clause, family) and not first(clause, family) for family in HARMS)
    return bool(
        denied or _untold(clause) or DONE.search(clause) or works(clause) or denies_impact(clause) or nothing_lost(clause)
        or first(clause, "OVER") or hits(clause, "EXCLUDED")
    )  # fmt: skip


def _side(clause: str, told: list[str], words: str) -> str:
    """What is hit that not all need; "no picture" says it of the whole, not of a picture."""
    side = about([clause], "SIDE")
    return "" if _shared(clause, told) or f"no {side}" in words else side


def _shared(clause: str, told: list[str]) -> bool:
    """ "payments and reports fail": the words before "and" are a subject of it too, and a core one."""
    before = told[told.index(clause) - 1] if told.index(clause) else ""
    return (
        0 < len(before.split()) <= 3
        and stands_by(before) is None
        and bool(about([before], "CORE"))
        and not hits(before, "SIDE")
    )


def stands_by(clause: str) -> tuple[State, str] | None:
    """The worst that a clause says of a function."""
    if (denies_impact(clause) or nothing_lost(clause)) and not CAN_NOT.search(clause):
        return None
    refused = _refused(clause)
    if refused:
        return ("down", f"does not work (“{refused}”)")
    if WOULD.search(clause):
        return None
    if success := _low_success(clause):
        return ("errors", f"fails (“{success}”)")
    if NOT_ALL.search(clause):
        return ("errors", "fails (“not all”)")
    return _looks(clause) or _fails(clause) or _not_as_it_should(clause)


def _untold(clause: str) -> list[Hit]:
    """ "nobody can say", "we can not explain": what is denied is talk; not "he says that it does not open"."""
    return [hit for hit in hits(clause, "TALK") if any(w in DENIALS for w in clause[: hit.start].split()[-4:])]


def _looks(clause: str) -> tuple[State, str] | None:
    cosmetic = next(iter(hits(clause, "COSMETIC")), None)
    slow = first(clause, "SLOW")
    if (
        cosmetic is None
        or (slow and not (slow.entry in ("issue", "problem", "trouble") or NOW_AND_THEN.search(clause)))
        or MORE_THAN_LOOKS.search(clause)
    ):
        return None
    return ("cosmetic", f"looks or words (“{cosmetic.entry}”)")


def _fails(clause: str) -> tuple[State, str] | None:
    if down := first(clause, "DOWN"):
        return ("down", f"does not work (“{down.entry}”)")
    errors = first(clause, "ERRORS")
    if errors is None and (verb := _negated(clause, "WEAK_VERBS")):
        return ("errors", f"fails (“{verb}”)")
    return ("errors", f"fails (“{errors.entry}”)") if errors else None


def _not_as_it_should(clause: str) -> tuple[State, str] | None:
    slow = first(clause, "SLOW")
    if slow and AS_USUAL.search(clause):
        return None
    if slow or TAKES.search(clause):
        return ("slow", f"slow or late (“{slow.entry if slow else 'takes long'}”)")
    if odd := first(clause, "ODD_STATE"):
        return ("odd", f"not as it should be (“{odd.entry}”)")
    amiss = None if _untold(clause) else ANY_NOT.search(clause) or UN_WORD.search(clause) or COMPLAINT.search(clause)
    return ("odd", "not as it should be") if amiss else None


def _low_success(clause: str) -> str:
    """ "success ratio 40 %"; from 99 % up that is as it should be."""
    level, good = PERCENT.search(clause), SUCCESS.search(clause)
    return good[1] if level and good and float(level[1]) < 99 else ""


def _refused(clause: str) -> str:
    """ "can not pay", "does not load", "nobody can", "no orders come in"; not "nobody can say why"."""
    talks = [hit.start for hit in _untold(clause) if not re.match(r" (their|his|her|my) ", clause[hit.end :])]
    for match in CAN_NOT.finditer(clause):
        if not any(match.start() <= start <= match.end() + 4 for start in talks):
            return match[1]
    if (none := NONE_DO.search(clause)) and any(hit.start >= none.end() for hit in hits(clause, "VERBS")) and not talks:
        return none[1]
    nobody = NOBODY.search(clause)
    if nobody and not any(nobody.end() - 2 <= start <= nobody.end() + 8 for start in talks):
        return nobody[1]
    return _negated(clause, "VERBS") or _none_of(clause)


def _negated(clause: str, family: str) -> str:
    if _untold(clause):
        return ""
    for hit in hits(clause, family):
        before = DO_NOT.search(clause[: hit.start])
        if before and not re.search(r" (be|been) $", clause[: hit.start]):
            return f"{before[1]} {hit.entry}"
    return ""


def _none_of(clause: str) -> str:
    """ "no orders come in", "we get no orders"; not "no orders were lost" and not "returns no results"."""
    for hit in hits(clause, "TRAFFIC"):
        none = NONE_OF.search(clause[: hit.start])
        if none and not HARMED.search(clause[hit.end - 1 :] + " ") and BEGINS.search(clause[: none.start() + 1]):
            return f"no {hit.entry}"
    return ""
