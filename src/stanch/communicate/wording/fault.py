"""Who is said to have done wrong (R33, R44): what lays a fault at a person, a team or a supplier. Pure.

A subject (a role, a name, a team) with a predicate of fault in one clause. What only people do ("forgot") tells a name from a product; what
things do as well ("broke the site") needs a name that is known: "Redis broke the connection" blames nobody.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

from stanch.communicate.wording.people import (
    FUNCTION,
    NAME,
    OURSELVES,
    ROLE,
    TEAM,
    any_of,
    is_person,
    is_thing,
    phrases_of,
)
from stanch.communicate.wording.text import Text
from stanch.communicate.wording.vocabulary import Vocabulary

_CHECKED = (
    "bother care check double-check cross-check test think notice read follow look ask verify tell know understand realise realize review escalate respond react "
    "communicate inform listen take validate confirm consult warn answer update document announce mention consider wait revert page raise report "
    "pay learn plan prepare coordinate reply remember inspect spot heed stop proofread count measure investigate acknowledge question try bring share pass make do renew install scan maintain monitor patch upgrade rotate secure call send lock back_up clean wake_up show_up speak_up step_in pick_up label supervise approve enforce"
)
_CHECKED_PAST = any_of(
    "bothered checked double-checked cross-checked tested told read looked asked thought noticed verified informed followed validated confirmed consulted warned "
    "answered updated documented announced mentioned considered reported planned learned coordinated replied reviewed questioned cared understood listened raised shared"
)
_CHECKING = any_of(
    "following bothering caring paying_attention (?:double-?|cross-?)?checking testing reading asking looking thinking verifying telling warning informing waiting reviewing consulting understanding considering "
    "coordinating announcing validating confirming permission approval authori[sz]ation a_review review any_review a_dry_run any_plan sign-?off supervision a_second_look a_change_request hesitation consideration"
)
# What tells of a fault at the end of a clause: "ran it on the wrong host". Who was told, shown or paged wrongly did nothing.
_LATER = rf"(?:the |an? |his |her )(?:wrong|bad|faulty|incorrect|buggy|untested) (?!side of |call\b|move\b|decision\b|choice\b|time\b|moment\b|place\b)\w+|without (?:even |first |ever |proper |any |properly )?{_CHECKING}|(?:in|into|on|to|at|from) wrong \w+|(?<!not )(?:wrongly|incorrectly|the wrong way(?: round)?|blindly|unread|sight unseen)(?=[.,;!]|$| and\b)|with (?:no|little|scant) (?:regard|consideration|thought|concern|respect|care) (?:for|to|of)|against (?:all |our |every |better |any |repeated )*(?:advice|warnings?|judge?ment|protests?|recommendations?)(?=[.,;!]|$| of\b)|without doing (?:anything|a thing|much)|without (?:a word|(?:a |any |prior |fair )?(?:notice|warning))|for no (?:good |apparent |clear )?reason|with(?:out any| no) explanation|by (?:mistake|accident)"
_NO_DOING = re.compile(
    r"\s*(?:then |also |first |later )?(?:was|were|is|are|been|got|received|saw|found|had|has|have|noticed|reverted|corrected|fixed|removed|replaced|reported|showed|spotted|detected|named|can|could|may)\b",
    re.I,
)
_TOLD = re.compile(
    r"\b(?:report|see|saw|found|notic|spott|correct|fix(?=ed|ing)|replac|receiv|got|revert|show|detect|nam|of|about|as|had|has|against|for)(?:ed|s|ing)?\s*$",
    re.I,
)


def _begin(beginnings: str, rest: str) -> list[str]:
    return [begin + rest for begin in beginnings.split()]


def _opened(pattern: str) -> list[str]:
    """A pattern that begins with a choice of words, as one for each of them."""
    choice = re.match(r"\(\?:([\w |'-]+)\)(?![?*+{])", pattern)
    return [word + pattern[choice.end() :] for word in choice[1].split("|")] if choice else [pattern]


def _by_letter(alternatives: list[str], depth: int = 4) -> str:
    """One pattern of many, by their first letters: at each word only those that begin as it does are tried."""
    letters: dict[str, list[str]] = {}
    for one in (each for alternative in alternatives for each in _opened(alternative)):
        plain = depth and one[:1].isalpha() and one[1:2] not in tuple("?*+{|")
        letters.setdefault(one[0] if plain else "", []).append(one[1:] if plain else one)
    parts = []
    for letter, rests in letters.items():
        inner = _by_letter(rests, depth - 1) if letter and len(rests) > 1 else "|".join(rests)
        parts.append(f"{letter}(?:{inner})" if letter else inner)
    return "|".join(parts)


# What people do wrong, and things do not.
_HUMAN = [
    *phrases_of(
        "forgot forgets forgotten neglect(?:ed|s) overlook(?:ed|s) skipped ignor(?:ed|es) disregarded misjudged misread misunderstood misheard mistook mistyped mis-typed "
        "misconfigured mishandled mismanaged misused misapplied miscalculated misinterpreted botched bungled fumbled panicked guessed dithered procrastinated sabotaged fat-fingered "
        "messed_up screwed_up slipped_up mixed_up dozed_off fell_asleep slept_through overslept cut_corners rushed_(?:it|things|into|through|the) jumped_the_gun dropped_the_ball pulled_the_plug "
        "lost_(?:his|her|their)_(?:head|nerve) couldn't_be_bothered could_not_be_bothered did_(?:his|her|their)_own_thing took_(?:the_|an?_|some_)?shortcuts? took_too_long took_it_upon "
        "acted_(?:too_late|rashly|carelessly|alone) took_(?:his|her|their)_eyes covered_(?:it_)?up left_for_(?:lunch|home|the_day|the_weekend) went_(?:home|to_lunch|back_to_(?:sleep|bed)) walked_away "
        "made_(?:such_)?a_(?:mess|hash) circumvented evaded sat_on wasted_(?:an?|the|two|three|hours|time|precious|half) "
        "should_(?:have|'ve)_known got_(?:it|this|that|things|everything)_wrong missed_(?:the|an?|two|three|four|several|both|all|every|his|her|their)(?!_obvious|_clear|_chance|_chances|_signs?|_opportunit\\w+|_minutes?|_hours?) had_no_business (?:bypassed|sidestepped|overrode)_(?:the_|all_|every_|our_)?(?:[\\w-]+_)?(?:approvals?|reviews?|checks?|process|procedures?|polic(?:y|ies)|safety|gates?|guards?|controls?|freeze|tests?|rules?|steps?) (?:left|kept)_(?:the|an?|his|her|its|their|all|every)_(?:[\\w-]+_){1,3}?(?:open|unlocked|unattended|unplugged|running|behind|half-done|unfinished|disabled|enabled|exposed|public|muted|silenced|(?:on|off)(?=[.,;!]|$)) told_(?:nobody|no_one|none_of) confused_(?:the|a|both|staging|production|two) confused_(?:[\\w-]+_){1,4}?(?:with|and|for)_ miscounted mistimed miskeyed misaddressed misrouted misspelled misspelt fell_for reused_(?:his|her|their|the_same|an_old) shared_(?:his|her|their)_(?:password|token|credentials|key|account) (?:was|were|been)_given_an?_(?:\\w+_)?(?:warning|reprimand|talking-to) (?:couldn't|could_not)_(?:make_up_(?:his|her|their)_minds?|cope|keep_calm) (?:didn't|did_not)_have_(?:an?|any|the)_(?:\\w+_)?(?:clue|idea|courage|nerve|sense) waved_(?:it|them|the_\\w+)_through touched_(?:the|it) was_no_help was_of_no_help "
        "lost_control lost_the_(?:overview|plot|thread|overview) left_no went_to_(?:bed|sleep) gave_no omitted blundered erred goofed flubbed shirked dawdled hesitated_(?:to|too|for) clicked_through kept_quiet looked_away turned_a_blind_eye lost_track lost_sight took_(?:his|her|their)_time took_a_guess jumped_to dropped_the_baton "
        "chose_to_ignore did_nothing acted_on_(?:a_hunch|instinct|impulse) misplaced misdiagnosed misremembered mislabell?ed misreported swept_(?:it|this)_under played_down shrugged_(?:it|this|the)_off cut_(?:a|some)_corners? "
        "did_an?_(?:poor|bad|terrible|lousy|awful|sloppy|shoddy|half-hearted)_job (?:was|were|been)_(?:reprimanded|disciplined|told_off|written_up|retrained|sanctioned|admonished|rebuked|scolded|fired|dismissed|reminded_to_(?:be|pay|read|follow|check|take|double)) accidentally_\\w+ mistakenly_\\w+ wrongly_\\w+ inadvertently_\\w+ erroneously_\\w+ blindly_\\w+ absent-mindedly_\\w+ unthinkingly_\\w+ single-handedly_\\w+"
    ),
    rf"did(?: not|n't) (?:even |really |properly |fully |actually |ever |first )?{any_of(_CHECKED)}",
    rf"had(?:n't| not) (?:even |really |properly )?{_CHECKED_PAST}",
    r"do(?:es)?(?: not|n't) (?:even |really )?(?:know|understand|care|test|listen|read|check)",
    *_begin("not never", f" {_CHECKING}"),
    rf"never (?:even |really |once )?{_CHECKED_PAST}",
    r"made (?:a|an|the|another|several|two|one) (?:\w+ ){0,2}?(?:mistake|error|blunder|slip|misjudge?ment|wrong (?:call|decision))s?",
    *_begin(
        "was were",
        r" (?:(?:simply|clearly|obviously|just|far|way|not) )*(?:to blame|supposed to know|slow|confused|clueless|helpless|useless|unhelpful|lost|too (?:slow|late|junior|inexperienced|careless|confident|lazy|busy|tired|proud|eager|stubborn|sure|trusting)|asleep|(?:an? |an absolute |a total |a complete )(?:beginner|novice|rookie|amateur|newbie)\b|in (?:far )?too much of a hurry|(?<=not )(?:\w+ )?(?:experienced|skilled|senior|suited) (?:enough|to|for)|distracted|unprepared|inattentive|wrong|careless|negligent|reckless|inexperienced|untrained|incompetent|competent|qualified|(?<=not )(?:alert|attentive|trained|aware|awake|concentrating|thinking|up to)|in a hurry|nowhere to be found|paying attention)",
    ),
    *_begin(
        "lacked lacks had(?:\\sno|\\stoo\\slittle|\\slittle|\\sinsufficient)",
        r" (?:the )?(?:\w+ )?(?:skills?|experience|knowledge|idea|clue|understanding|training)",
    ),
    *_begin(
        "wasn't weren't",
        r" (?:paying attention|competent|qualified|careful|looking|watching|listening|at (?:his|her|their) desk)",
    ),
    r"(?:clicked|pressed|typed|keyed|selected|picked|entered|hit|copied|pasted|deleted|sent|attached|scanned|loaded|dialled|ordered|plugged|rebooted|restarted|unplugged) (?:[\w'-]+ ){1,5}?instead of",
    r"(?:pasted|committed|pushed|posted|leaked|published|exposed|emailed|shared|uploaded) (?:[\w'-]+ ){1,5}?(?:to|into|in|on) (?:an? |the |our )?public\b",
    r"let (?:[\w-]+ ){1,4}?(?:slip|through|expire|lapse|rot|linger|slide|pile up|run out|happen)",
    r"let (?:us|you|everyone|them|customers|the team) down",
    *_begin(
        "pushed committed shipped merged deployed",
        r" (?:\w+ ){0,2}?(?:(?:straight|directly|right) (?:to|into) (?:main|master|prod|production|live)|(?:a |an |the |his |her )?(?:wrong|bad|faulty|incorrect|broken|buggy|untested) \w+)",
    ),
]
# What things do as well.
_SITE = any_of(
    "production prod sites? website platform everything clusters? shops? store services? systems? payments? checkout logins? sign-in database half entire whole company us network"
)
_EITHER = [
    r"failed (?:to|us|you)",
    r"(?:pushed|pressed|clicked|hit|ran|executed|typed|entered|made|merged|deployed|wrote|sent|issued|gave|flipped|pulled|opened|closed|started|committed|changed|applied|turned|approved) (?:the|an?|his|her|that|one) (?:[\w-]+ ){1,4}?(?:that|which) (?:took|brought|broke|killed|deleted|wiped|caused|started|triggered|crashed|knocked|cut|emptied|led to|set off|stopped|sank)",
    *_begin(
        "is was were are",
        r" (?:the )?(?:\w+ )?(?:reason|cause|culprit|weak(?:est)? link|one (?:who|to blame))\b(?! code)",
    ),
    "fails to",
    r"caused (?:the|this|an?|our) (?:\w+ ){0,2}?(?:outage|incident|failure|mess|problem|disruption|downtime|loss|error)",
    *_begin(
        "broke wiped nuked trashed ruined destroyed crashed bricked fried clobbered hosed wrecked corrupted overwrote unplugged",
        r" (?:the|our|all|everything|production|prod|it|half|an?|every|[a-z][\w-]+)\b",
    ),
    *_begin(
        "deleted dropped erased killed truncated removed",
        r" (?:the |our |an? |all |half |of )*(?:live |production |prod |only )+[\w-]+",
    ),
    r"dropped (?:the |our |a )(?:[\w-]+ )?(?:table|database|index|schema)",
    rf"killed (?:production|the (?:site|{_SITE}))",
    *_begin(
        "took brought knocked dragged pulled",
        rf" (?:(?:down|out|offline) (?:the |our |all |of |half )*{_SITE}|(?:the |our |all of |all |half of |half )*(?:\w+ )?{_SITE} (?:down|offline|out|to its knees))",
    ),
]
# What is no fault by itself, and is one where it is given as the cause: "because Ada deleted a table".
_AS_CAUSE = phrases_of(
    "switched turned changed edited touched disabled removed deleted altered modified merged deployed pushed typed entered clicked renamed rebooted unplugged uploaded released ploughed plowed had(?:n't|_not)_\\w+ed did(?:n't|_not)_(?!have|get|see|receive|know|find|want|expect)\\w+ dug drilled pulled pressed keyed ran started restarted applied hit cut executed"
)
# "Errors stopped because the on-call engineer switched traffic" tells what helped.
_ENDED = re.compile(
    r"\b(?:stopped|ended|recovered|fell|dropped|returned|worked|improved|helped|over|normal|restored|back|emptied|cleared|again)\b",
    re.I,
)
_CAUSE = re.compile(r"\b(?:because|the moment)\s+(?:an? |the |our |one of (?:the |our )?)?(?:[\w-]+ )?$", re.I)
# What is said of teams and suppliers besides.
_OF_TEAMS = [
    *phrases_of(
        "broke (?:delivered|sent|shipped|handed)_(?:us_)?(?:an?_|the_)?(?:broken_|half-finished_|faulty_|untested_)?(?:rubbish|garbage|nonsense|junk|(?<=broken_)\\w+) (?:locked|shut|left|kept|kicked)_us_out cut_us_off did_not_(?:want_to|care|allow|let_us|give_us|agree_to|see_fit) didn't_(?:want_to|allow|let_us|give_us|agree_to|see_fit) (?:blocked|held_up|delayed|stalled|vetoed)_(?:the|our|every)_(?:[\\w-]+_){1,4}?for_(?:[\\w-]+_){0,2}?(?:minutes|hours|days|weeks|months) (?:dump|foist|unload|land|dropp|push|forc|impos)(?:ed|s|es)_(?:[\\w-]+_){1,6}?(?:on|onto|upon|at)_(?:us|everyone|our) (?:sprang|thrust)_(?:[\\w-]+_){1,6}?(?:on|upon|at)_(?:us|everyone|our) refuse[sd]_to sent_us_(?:rubbish|garbage|nonsense|bad|wrong|broken|the_wrong|a_(?:bad|wrong|broken)) blam(?:ed|es) forced_(?:us|the_team|everyone|through) pressured insisted_(?:on|that) left_(?:us|everyone|customers|you) never shrugged stonewalled "
        "washed_(?:its|their)_hands passed_the_buck hid_behind kept_(?:ignoring|refusing|blaming|us_waiting|everyone_waiting|insisting) shipped_(?:us_)?(?:broken|untested|bad|a_broken|an_untested) "
        "caused_(?:the|this|our) dragged_(?:its|their)_feet took_(?:hours|days|forever|ages|too_long|its_time|their_time|weeks) took_(?:[\\w-]+_){1,3}?(?:minutes|hours|days|weeks|months)_to_(?:even_)?(?:answer|reply|respond|react|call|join|notice|admit|acknowledge|wake|show|pick) (?:lied|lies)(?:_to_us)? misled_(?:us|everyone) (?:cheated|deceived|tricked)_(?:us|everyone) kept_(?:us|it|this|everyone)_(?:in_the_dark|from_us|quiet|secret) fobbed_us brushed_us strung_us hung_up_on_us threw_(?:it|this)_over did_nothing made_(?:us|everyone|a_mess|a_hash) "
        "gave_us_(?:no|nothing|the_run-?around) ignored_(?:us|our) failed_(?:again|once_more) once_again sold_us talked_(?:us|management)_into let_us throws?_(?:\\w+_){1,2}over_the_(?:wall|fence) lost_(?:our|your|all|everything) slept shipped_first promised_us denied_(?:the|it|any|that|having) had_one_job hid_(?:the|it|this|that|a|their|its) felt_responsible keeps?_(?:breaking|ignoring|changing|forgetting|blaming|missing|delaying|shipping|refusing|dropping|letting) again_\\w+ed_us again_sent_us left_(?:[\\w-]+_){1,3}to_(?:deal|pick|clean|sort|fix|cope|suffer) lift_a_finger w(?:ould_not|ouldn't)_(?:lift|budge|listen|help|answer|talk|pick|share|wait|even) waved_(?:\\w+_){1,3}through waits?_for_us"
    ),
    *_begin("is was were are", r" (?:(?:simply|once again|again|always|very|also|clearly|just|as usual) )*(?:to blame|responsible(?=[.,;!]|$)|responsible for (?:the|this|that|these|all|every|most) (?:[\w-]+ )?(?:outages?|incidents?|failures?|mess|delays?|loss(?:es)?|problems?|bugs?|errors?|damage|mistakes?|downtime|disasters?|disruptions?|trouble)|at fault|notorious|known for|unresponsive|unhelpful|uncooperative|slow to|late again|unreliable|useless|incapable|in denial|not (?:interested|helpful|cooperative|willing)|hopeless|nowhere|in no hurry)"),
    *_begin("does do", r"(?: not|n't) (?:ever )?(?:care|understand|listen|test|know|talk|answer|tell|communicate|review|bother|monitor|document|take|do (?:its|their) (?:job|part|homework|work))"),
    r"c(?:annot|an't|ould not|ouldn't) (?:even )?(?:run|do|be trusted|get|keep|be bothered|manage|operate|be relied)",
    *_begin("has have", r" (?:once more|once again|again|yet again|repeatedly) (?:shown|proved|proven|demonstrated|failed|let)"),
]  # fmt: skip

_ADVERB = any_of(
    "had has have then also again simply still just apparently clearly probably repeatedly later once_again unfortunately evidently obviously even only on_duty on_call at_the_time"
)
_WHERE = r"(?: (?:responsible|involved|concerned|in charge))?(?: (?:on|in|at|from|of|with) (?:(?:the|our|last|that) )?(?:[\w-]+)(?: (?:team|shift|duty|time|night|call))?)?"
_TAIL = rf"{_WHERE}(?:(?:,? who|(?<=team) that|(?<=crew) that|(?<=department) that|(?<=company) that)(?: [\w'-]+){{0,14}}?)?,?(?: {_ADVERB})*\s*$"
_FORMER = r"(?:(?!(?:the|an?|our|of|to|by|for|from|with|that|which|when|if|\w+ed|told|sent|gave|let|made|is|was|were)\b(?<!tired)(?<!distracted)(?<!stressed)(?<!inexperienced)(?<!overworked)(?<!unnamed)(?<!untrained))[\w-]+ ){0,3}?"
_DIRECTLY = re.compile(rf"(?:\b(?P<team>{TEAM})|(?:^\W*|\b(?:because|since|and|but|that|when|while|as|if|{_ADVERB}) )(?P<function>{FUNCTION})|(?<![-/.])\b(?P<person>{ROLE}|{NAME})){_TAIL}", re.I)  # fmt: skip
_FIRST = re.compile(rf"\W*(?:(?:in|at|on|during|after|before|by|under|out of) (?:his |her |their |an? |the |that )?[\w:-]+ (?:of \w+ )?)?(?:(?:because|since|and|but|that|when|while|as|if) )?(?:the |an? |our |some |one of (?:the |our ))?(?:(?P<team>{TEAM})|(?P<function>{FUNCTION})|{_FORMER}(?P<person>{ROLE})|(?P<name>{NAME})(?! (?:the|an?|your|each|every|all|its|it|which|whether)\b))\b", re.I)  # fmt: skip
_JOINED = re.compile(rf"(?:\b(?:and|but|then|or)|,)(?: {_ADVERB})*\s*$", re.I)
_CLAUSE = re.compile(
    r"[;:,]\s|\s[-\u2013\u2014]\s|\b(?:because|since|although|whereas|after|when|while|before|until)\s", re.I
)
# "paged the wrong team because the catalog names the former owner" tells what led there.
_EXPLAINED = re.compile(
    r"[^.!?;]{0,60}\b(?:because|since|as) (?:the|a|an|both|two|its|their|no|it|that|nothing|there|all) (?!engineer|operator|developer|admin|person|team|he\b|she\b)",
    re.I,
)
_PREDICATE = re.compile(
    rf"\b(?:(?P<human>{_by_letter(_HUMAN)})|(?P<either>{_by_letter(_EITHER)})|(?P<team>{_by_letter(_OF_TEAMS)})|(?P<later>{_LATER})|(?P<as_cause>{_by_letter(_AS_CAUSE)}))",
    re.I,
)
_A_TEAM = re.compile(rf"\b(?!(?:the |our )?team\b){TEAM}\b", re.I)
# A predicate is in a sentence with one of these words only.
_FAULT_WORDS = """
refuse refuses miscounted mistimed miskeyed misaddressed misrouted misspelled misspelt advice warnings judgement judgment protest protests recommendation recommendations delivered handed locked that which culprit link one beginner novice rookie amateur newbie experienced skilled senior suited rubbish garbage nonsense junk regard consideration respect care thought concern fell reused shared given mind minds cope calm clue idea nerve courage confused kept incorrectly unread unseen vetoed stalled blocked delayed held business bypassed sidestepped overrode minutes hours days weeks months lied lies misled cheated deceived tricked fobbed brushed strung hung thinking dumped dumps foisted foists unloaded unloads landed imposed sprang thrust reprimanded disciplined told written retrained sanctioned admonished rebuked
scolded fired dismissed reminded
promised denied bed sleep job
felt keeps keep hurry ploughed plowed
control overview plot thread instead public wake doing attentive focused focussed alert trained aware awake diligent thorough concentrating up show speak step pick
forgot forgets forgotten neglected neglects overlooked overlooks skipped ignored ignores disregarded misjudged misread misunderstood misheard mistook
mistyped mis misconfigured mishandled mismanaged misused misapplied miscalculated misinterpreted botched bungled fumbled panicked guessed dithered
procrastinated sabotaged fingered messed screwed slipped mixed dozed asleep slept overslept cut rushed jumped dropped pulled lost couldn't bothered
shortcut shortcuts took acted eyes covered left went walked mess hash blame circumvented evaded sat wasted supposed wrong missed did didn't never
without bad faulty incorrect broken buggy untested failed fails mistake mistakes error errors blunder slip misjudgement misjudgment too distracted
unprepared inattentive careless negligent reckless inexperienced untrained incompetent competent qualified careful hurry nowhere lacked lacks little
insufficient accidentally mistakenly wrongly carelessly inadvertently erroneously negligently blindly foolishly stupidly recklessly hastily
thoughtlessly absent unthinkingly wasn't weren't let straight directly right accident caused broke wiped nuked trashed ruined destroyed crashed
bricked fried clobbered hosed wrecked corrupted overwrote unplugged deleted erased killed truncated removed brought knocked dragged refused blames
blamed forced pressured insisted shrugged stonewalled washed passed hid kept shipped pushed responsible fault notorious known unresponsive unhelpful
uncooperative slow late unreliable useless incapable denial hopeless does doesn't don't once repeatedly had hadn't nobody none confused touched notice
warning word reason explanation over through waits clueless helpless because moment threw made gave closed sold talked usual ever single omitted
blundered erred goofed flubbed shirked dawdled hesitated clicked quiet away blind track sight guess chose hunch instinct impulse misplaced
misdiagnosed misremembered mislabeled mislabelled misreported swept played corner corners sent lift budge rot linger slide pile baton wouldn't would
following bothering caring paying checking testing reading asking looking thinking verifying telling informing waiting reviewing consulting
understanding considering coordinating announcing validating confirming permission approval authorisation authorization review hesitation
consideration trusted run keep manage operate relied clue always
"""
_WORDS = frozenset(_FAULT_WORDS.split())


class Fault(msgspec.Struct, frozen=True):
    """Characters ``start`` to ``end`` lay a fault at ``who``; ``ourselves``: at those who write, or at their readers."""

    start: int
    end: int
    who: str
    kind: Literal["person", "team"]
    ourselves: bool


@lru_cache(maxsize=2)
def faults(text: Text, vocabulary: Vocabulary) -> tuple[Fault, ...]:
    """The faults that a text lays at people, teams and suppliers. Kept for the next rule that asks of the same text."""
    return tuple(_faults(text, vocabulary))


def _faults(text: Text, vocabulary: Vocabulary) -> Iterator[Fault]:
    for sentence in text.sentences_with(_WORDS):
        done = 0
        for m in _PREDICATE.finditer(sentence.text):
            found = _subject(sentence.text, m) if m.start() >= done else None
            if found is None:
                continue
            who, start, team = found
            ours = bool(OURSELVES.match(who))
            if ours and (
                m.group()[:2].lower() == "do"
                or (who.lower() in ("we", "i") and re.match(r"did(?: not|n't) know", m.group(), re.I))
            ):
                continue  # "we do not know why" tells what is known
            if m["as_cause"] and (not _CAUSE.search(sentence.text, 0, start) or _ENDED.search(sentence.text, 0, start)):
                continue
            if (m["later"] or m.group()[:3].lower() == "did") and _EXPLAINED.match(sentence.text, m.end()):
                continue
            if not team and is_thing(who, sentence.text, start, m.end(), m.group()):
                continue
            own = who.lower() in ("team", "group")  # of those who write: no other team
            if own and m["team"]:
                continue
            team = team or (who.lower() == "they" and bool(_A_TEAM.search(sentence.text, 0, start)))
            if team or (not m["team"] and is_person(who, vocabulary, sure=not m["human"])):
                done = m.end()
                kind: Literal["person", "team"] = "team" if team and not own else "person"
                yield Fault(sentence.start + start, sentence.start + done, who, kind, ours)


def _subject(sentence: str, m: "re.Match[str]") -> tuple[str, int, bool] | None:
    """Who is the subject of a predicate, where it begins, and whether it is a team.

    It stands right before the predicate, or at the beginning of its clause when the predicate goes on with "and".
    """
    cut = max(0, m.start() - 120)
    near = sentence[cut : m.start()]
    if m["later"] and _TOLD.search(near):
        return None
    who = None if m["later"] else _DIRECTLY.search(near)
    if who:
        return _named(who, cut)
    if not m["later"] and not _JOINED.search(near):
        return None
    for begin in _clauses_before(sentence, m.start()):
        who = _FIRST.match(sentence, begin, m.start())
        if who:
            passive = m["later"] and _NO_DOING.match(sentence, who.end())
            return None if passive else _named(who, 0)
    return None


def _named(who: "re.Match[str]", at: int) -> tuple[str, int, bool]:
    for name in ("team", "function", "person", "name"):
        if who.groupdict().get(name):
            return who[name], at + who.start(name), name in ("team", "function")
    raise AssertionError(who)


def _clauses_before(sentence: str, end: int) -> list[int]:
    """Where the two clauses before a position begin, the nearest first."""
    cut = max(0, end - 400)
    starts = [cut, *(m.end() for m in _CLAUSE.finditer(sentence, cut, end))]
    return [start for start in reversed(starts) if start < end - 3][:2]
