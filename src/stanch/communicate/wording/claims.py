"""Claims that a post should not make: unconfirmed causes, repair times, blame (R33). Pure."""

import re
from collections.abc import Iterator

from stanch.communicate.wording.engine import Hit, Phrase, phrases
from stanch.communicate.wording.text import Text
from stanch.communicate.wording.vocabulary import Vocabulary

_CAUSE = (
    r"(?:caus\w*|due to|related to|relating to|because|result(?:s|ed|ing)? (?:of|from)|trigger\w*|stem\w*|root cause|source of|behind|"
    r"linked to|originat\w*|attribut\w*|com(?:es|ing) from|trace[ds]? back|down to|connected (?:to|with)|responsible|to blame|culprit)"
)
_HEDGE = r"(?:may|might|could|can|would|must)(?: well| also| possibly| have| be| been)*"
_GUESS = re.compile(
    rf"\b(?:{_HEDGE} (?:be |been |have been )?{_CAUSE}"
    rf"|(?:probably|likely|possibly|perhaps|presumably|potentially|maybe|apparently|seemingly|supposedly|conceivably|suspected|it seems|it looks like|looks like|seems like)\b[^.!?\n]{{0,60}}?\b{_CAUSE}"
    rf"|(?:appear|appears|appeared|seem|seems|seemed|look|looks) (?:to (?:be|have been|stem|come|originate|result|lie|point)|likely|as (?:if|though))\b[^.!?\n]{{0,40}}?(?:{_CAUSE}|with our|with the|with a|at our|in our|on the side|from|the work of|an attack)"
    r"|(?:most |very |quite )?(?:likely|probable|possible|suspected|potential|apparent|presumed) (?:root )?(?:cause|culprit|reason|source|trigger)s?"
    rf"|{_CAUSE}\s+(?:by |of |from |to )?(?:what |this |it )?(?:is |was |were )?(?:probably|likely|possibly|perhaps|presumably|most likely|apparently|what (?:appears|seems|looks|we (?:think|believe|suspect))|a (?:possible|suspected|potential|likely|probable)|suspected|an apparent)\b"
    r")",
    re.IGNORECASE,
)  # fmt: skip
_HEDGES = frozenset(
    [
        "may",
        "might",
        "could",
        "can",
        "would",
        "must",
        "probably",
        "likely",
        "possibly",
        "perhaps",
        "presumably",
        "potentially",
        "maybe",
        "apparently",
        "seemingly",
        "supposedly",
        "conceivably",
        "suspected",
        "seems",
        "seem",
        "seemed",
        "looks",
        "look",
        "looked",
        "appear",
        "appears",
        "appeared",
        "probable",
        "possible",
        "potential",
        "apparent",
        "presumed",
    ]
)
_OPINION = phrases(
    Phrase("think believe suspect guess assume presume reckon fear imagine", r"\b(?:we|I|our (?:engineers?|teams?|people|technicians?)|engineers|technicians|the team)(?:'re| are| is)?(?: currently| now| strongly| also| still)? (?:think|believe|suspect|guess|assume|presume|reckon|fear|imagine|assuming|guessing|suspecting)s?\b(?!\s+(?:you|customers|everyone|that customers|that you))"),
    Phrase("guess theory hypothesis suspicion hunch assumption bet signs fingers", r"\b(?:(?:our|the|a|one) (?:best |current |working |initial |first |early |leading |main )*(?:guess|theory|hypothesis|suspicion|hunch|assumption|bet)|all (?:signs|fingers) point\w* (?:to|at))\b"),
    Phrase("probably presumably perhaps maybe apparently", r"\b(?:probably|presumably|perhaps|maybe|apparently) (?:a|an|our|the|some|someone|something|it's|it is|overloaded?|from|at|with|on|not)\b"),
    Phrase("looks seems appears", r"\b(?:looks|seems|appears) (?:like|to be) (?:a|an|our|the|some|another) (?:\w+[ -]){0,3}(?:failure|fault|attack|bug|problem|outage|issue|overload|hardware|provider|breach|cable|cut|virus|update|error)\b"),
    Phrase("may might could", r"\b(?:may|might|could) (?:well |possibly |also )*(?:be|have been|involve|lie|point|stem|have something to do)\b[^.!?\n]{0,25}?\b(?:attack|hackers?|hardware|overload\w*|provider|vendor|supplier|upgrade|bug|cable|virus|malware|power cut|storm|spike|ddos)\b"),
)  # fmt: skip
_ABOUT_THE_FIX = re.compile(r"\b(?:fixed|resolved|restored|over|recovered|working|solved|back to normal)\b", re.I)


def speculation(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Guesses at the cause. 'You may see errors' and 'some may be affected' are about impact, and stay."""
    taken: list[int] = []
    for sentence in text.sentences_with(_HEDGES):
        for m in _GUESS.finditer(text.raw, sentence.start, sentence.end):
            taken.append(sentence.start)
            yield Hit(m.start(), m.end())
    for hit in _OPINION(text, vocabulary):
        sentence = text.sentence_of(hit.start)
        if sentence.start in taken:
            continue
        about_fix = _ABOUT_THE_FIX.search(sentence.text) and not re.search(_CAUSE, sentence.text, re.I)
        if not about_fix:
            taken.append(sentence.start)
            yield hit


_REPAIRED = (
    r"(?:fix(?:ed|es)?|resolv(?:e|ed|es)|resolution|restor(?:e|ed|ation)|back(?: up| online| to normal| in service| again| on)*|repair(?:ed|s)?|recover(?:ed|y|s)?|"
    r"working(?: again| normally)?|work(?:s)?(?: again| normally)|up(?: again| and running)|online(?: again)?|running(?: again| normally)?|normal(?: service| again)?|available(?: again)?|over|"
    r"solved|sorted(?: out)?|live(?: again)?|operational|done|reopen(?:ed)?|good as new|return(?:s|ed)? to normal|all clear|rectified|remedied|put right|ready)"
)
_BY = (
    r"(?:(?:with)?in (?:about |around |roughly |approximately |less than |under |the next |a |an |the |one |two |three |four |five |six |ten |twelve |fifteen |twenty |thirty |forty |forty-five |sixty |ninety |half |\d|no |just |a few |a couple|minutes|hours|moments)[\w -]{0,25}|"
    r"by (?:\d|noon|midnight|lunch\w*|midday|tonight|tomorrow|this |the end|end of|early|late|mon|tues|wednes|thurs|fri|satur|sun|morning|evening|then|close of)[\w: ]{0,20}|"
    r"before (?:\d|noon|midnight|lunch|tomorrow|the end|end of|close|you know|tonight|mon|tues|wednes|thurs|fri|satur|sun|the (?:morning|evening|weekend))[\w: ]{0,15}|"
    r"(?:very |real |quite )?(?:soon|shortly)|any (?:minute|moment|second|time)(?: now)?|momentarily|imminently|today|tonight|this (?:morning|afternoon|evening)|tomorrow(?: morning)?|"
    r"at (?:\d[\d:]*|noon|midnight)|no later than \S+|(?:an?|one|two|three|a few|a couple of|\d+) (?:more )?(?:minutes?|hours?|mins?|hrs?)(?: or so| from now| at most| max)?|in no time)"
)
_FUTURE = r"(?:will(?: definitely| certainly| surely| all| again)*(?: be| have| get)?|'ll(?: be| have| get)?|shall(?: be)?|should(?: all)?(?: be| have)?|going to(?: be)?|expect(?:ed|s|ing)?(?: that)?|anticipat(?:e|ed|es|ing)|aim(?:ing|s)? (?:to|for)|hop(?:e|ing|es) (?:to|for|that)?|plan(?:ning)? to|estimat(?:e|ed|es|ing)|target(?:ing)?|promis\w+|guarantee\w*|commit\w* to|intend to|trying to|ought to be)"
_MAINTENANCE = re.compile(r"\b(?:maintenance|scheduled|planned work|refund\w*|be back (?:here|with)|credit\w*|reimburs\w*|invoice\w*|postmortem|report|review|summary|update|updates|post again|write again|news)\b", re.I)  # fmt: skip
# Every promise contains at least one of these: a quick test before the slow patterns.
_REPAIR_WORDS = re.compile(
    r"\b(?:fix|resol|restor|back|repair|recover|work|up\b|online|running|normal|available|over\b|solv|sorted|live\b|operational|done|reopen|good as|return|"
    r"all clear|rectif|remed|put right|ready|guarantee|promise|et[ar]\b|estimated|matter of|minutes|hours|moments|patch|solution|service)",
    re.I,
)
_PROMISES = [
    re.compile(rf"(?:\b|(?<=\w)){_FUTURE}\b[^.!?\n]{{0,60}}?\b{_REPAIRED}\b[^.!?\n]{{0,40}}?\b{_BY}", re.I),
    re.compile(rf"(?:\b|(?<=\w)){_FUTURE}\b[^.!?\n]{{0,40}}?\b{_BY}[^.!?\n]{{0,12}}?\b{_REPAIRED}\b", re.I),
    re.compile(r"(?<!\bas )\b(?:guarantee|promise)(?:d|s)?\b(?![^.!?\n]{0,40}\b(?:update|post|keep you|share|report)\b)", re.I),
    re.compile(rf"\b(?:ETA|ETR|estimated (?:time|fix|repair|resolution|recovery|restoration)(?: time| of repair| to (?:fix|repair|resolution|recovery|restoration))*|time to (?:fix|repair|resolution))\b[^.!?\n]{{0,40}}?(?:\b\d|\b{_BY}|\bhours?\b|\bminutes?\b)", re.I),
    re.compile(r"(?:^|(?<=[.!?\n] )|(?<=[,;] ))(?:back|fixed|resolved|restored|running again|normal service|up again|service restored|a fix)\b[^.!?\n]{0,30}?\b(?:within|in (?:the |a |an |about |\d|one |two |half )|by (?:\d|noon|tonight|tomorrow|midnight)|before (?:\d|noon|lunch|midnight)|soon|shortly|any (?:minute|moment))", re.I),
    re.compile(rf"\b(?:a |the )?(?:fix|repair|solution|patch|resolution|recovery|full service|normal service|everything|service)\b[^.!?\n]{{0,30}}?\b(?:will|'ll|should|is going to|is (?:expected|due|likely|planned)|are (?:expected|due))\b[^.!?\n]{{0,50}}?\b{_BY}", re.I),
    re.compile(r"\b(?:only|just|no more than|at most) (?:a matter of|another|a few (?:more )?|\d+ (?:more )?)\s*(?:minutes|hours|moments)\b[^.!?\n]{0,30}\b(?:away|until|before|left|to go|from)\b|\bmatter of (?:minutes|hours|moments)\b", re.I),
]  # fmt: skip


def promises(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Promises of a repair time, one for each sentence. A promised time of the next update is allowed."""
    for sentence in text.sentences:
        if not _REPAIR_WORDS.search(sentence.text):
            continue
        m = next(
            (m for pattern in _PROMISES for m in pattern.finditer(sentence.text) if _is_promise(sentence.text, m)), None
        )
        if m:
            yield Hit(sentence.start + m.start(), sentence.start + m.end())


def _is_promise(sentence: str, m: "re.Match[str]") -> bool:
    """Whether what is promised is the repair, and not the next update, a refund or the end of planned maintenance."""
    if _MAINTENANCE.search(sentence, m.start(), m.end() + 1):
        return False
    lead = sentence[: m.start()]
    return not _MAINTENANCE.search(lead) or bool(re.search(r"\b(?:and|but)\b", lead))


_THEM = r"(?:our |the |a |an |one of our |some )?(?:[\w-]+ ){0,3}?(?:provider|vendor|supplier|partner|contractor|third[- ]party|host|carrier|bank|engineer|developer|employee|operator|technician|admin|administrator|staff(?: member)?|team member|colleague|intern|someone|somebody|manager|team)s?"
_DID_WRONG = r"(?:fail(?:ed|s)? to|forgot|neglect(?:ed|s)|broke|let (?:us|you|everyone) down|messed up|screwed up|botched|bungled|did not (?:bother|do|check|test|follow|tell|inform|notice)|didn't (?:bother|do|check|test|follow|tell|inform|notice)|(?:accidentally|mistakenly|wrongly|carelessly|inadvertently|unfortunately|negligently|again|once again)(?: \w+)? (?:\w+ed|deleted|pushed|cut|shut|ran|unplugged|took|made|overwrote|sent)|made (?:a|an) (?:\w+ )?(?:mistake|error|blunder)|(?:deleted|unplugged|overwrote|misconfigured|mishandled|dropped the ball)|caused (?:this|the|an?) )"

blame = phrases(
    Phrase("error mistake errors mistakes", r"\b(?:human|operator|operational|user|engineer|employee|staff|administrator|admin|manual|clerical)(?:'s)? (?:error|mistake)s?\b"),
    Phrase("mistake error slip blunder mistakes errors oversight", r"\b(?:an? |the )?(?:mistake|error|slip|blunder|oversight)s? (?:made |committed )?(?:by|of|on the part of) (?:one of |an? |our |the |someone|somebody)"),
    Phrase("fault faults", r"\b(?:(?:is|was|are|were|not|entirely|all|purely|clearly|partly) (?:\w+ ){0,2}?(?:\w+'s?|our|their|his|her|your|the) (?:\w+ ){0,2}fault|(?:\w+'s|their|your|his|her) (?:own )?fault|fault of (?:our|the|a|an|one)|at fault)\b"),
    Phrase("blame blamed blaming fingers finger", r"\b(?:to blame|blam(?:e|ed|es|ing)|point(?:ing|ed)? (?:the )?fingers?)\b"),
    Phrase("careless carelessness negligent negligence sloppy incompetent incompetence reckless irresponsible unprofessional shoddy inexcusable", r"\b(?:careless(?:ly|ness)?|negligen(?:t|ce|tly)|slopp(?:y|ily|iness)|incompeten(?:t|ce)|reckless(?:ly)?|irresponsib(?:le|ly)|unprofessional(?:ly)?|shoddy|inexcusable)\b"),
    Phrase("failed fails forgot neglected neglects broke let messed screwed botched bungled did didn't accidentally mistakenly wrongly carelessly inadvertently made deleted unplugged overwrote misconfigured mishandled dropped caused unfortunately again negligently", rf"\b{_THEM} (?:has |have |had |who |apparently |again |simply |also )*{_DID_WRONG}"),
    Phrase("thanks courtesy because fault responsible mess", r"\b(?:(?:no )?thanks to (?:our|a|an|the|some) (?:\w+ ){0,3}?(?:provider|vendor|supplier|partner|contractor|team|engineer|host|bank)|courtesy of (?:our|a|the)|(?:is|are|was|were) (?:solely |entirely |fully )?responsible for (?:this|the|these) (?:outage|mess|problem|disruption|failure|incident))\b"),
    Phrase("yet again once", r"\b(?:yet again|once again|as usual),? (?:our|the|a) (?:\w+ ){0,3}?(?:provider|vendor|supplier|partner|contractor|host|bank|carrier)s?\b"),
    Phrase("should have", r"\b(?:our|the|a|their) (?:\w+ ){0,2}?(?:provider|vendor|supplier|partner|contractor|team|engineers?|developers?|host) should (?:have|never)\b"),
    Phrase("wasn't isn't not nothing beyond", r"\b(?:(?:this|it) (?:wasn't|was not|isn't|is not) (?:our|my) (?:fault|doing|problem)|nothing (?:we|to do with us)|not (?:on|at) our (?:end|side)|beyond our control|out of our (?:control|hands))\b", "leave out whose side it is: say what customers can and cannot do"),
)  # fmt: skip
