"""Claims that a post should not make: unconfirmed causes, repair times, blame (R33). Pure."""

import re
from collections.abc import Iterator

from stanch.communicate.wording.engine import Hit, Phrase, phrases
from stanch.communicate.wording.fault import faults
from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary

_CAUSE = (
    r"(?:caus\w*|due to|related to|relating to|because|result(?:s|ed|ing)? (?:of|from)|trigger\w*|stem\w*|root cause|source of|behind|"
    r"linked to|owing to|on account of|originat\w*|attribut\w*|com(?:es|ing) from|trace[ds]? back|down to|connected (?:to|with)|responsible|to blame|culprit)"
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
_HEDGES = frozenset([
    "may", "might", "could", "can", "would", "must", "probably", "likely", "possibly", "perhaps", "presumably", "potentially", "maybe", "apparently", "seemingly", "supposedly",
    "conceivably", "suspected", "seems", "seem", "seemed", "looks", "look", "looked", "appear", "appears", "appeared", "probable", "possible", "potential", "apparent", "presumed",
])  # fmt: skip
_OPINION = phrases(
    Phrase("think believe suspect guess assume presume reckon fear imagine", r"\b(?:we|I|our (?:engineers?|teams?|people|technicians?)|engineers|technicians|the team)(?:'re| are| is)?(?: currently| now| strongly| also| still)? (?:think|believe|suspect|guess|assume|presume|reckon|fear|imagine|assuming|guessing|suspecting)s?\b(?!\s+(?:you|customers|everyone|that customers|that you))"),
    Phrase("guess theory hypothesis suspicion hunch assumption bet signs indications fingers evidence everything", r"\b(?:(?:our|the|a|one) (?:best |current |working |initial |first |early |leading |main )*(?:guess|theory|hypothesis|suspicion|hunch|assumption|bet)|(?:signs|indications|fingers|evidence|everything)(?: we have| so far| currently| now)? (?:point|suggest|indicat|lead)\w*(?: \w+)? (?:to|at|that|towards))\b"),
    Phrase("seems seem appears appear seemed appeared", r"\b(?:seem|appear)(?:s|ed)? to have (?:been )?(?!started|stopped|recovered|worked|arrived|ended|helped|improved|returned)(?:\w+ed|broken|gone|cut|taken|hit|stolen|blown|frozen|burnt)\b"),
    Phrase("there", r"\bthere (?:may|might|could) (?:well |also )?(?:be|have been) (?:an?|some|another) (?:\w+ )?(?:problem|issue|fault|bug|failure|attack|error|outage|mistake)s? (?:with|in|at|on|of) (?:our|the|one of|a|your)\b"),
    Phrase("looks look seems seem appears appear", r"\bit (?:looks|seems|appears) (?:very |quite |now )?(?:like|as if|as though|that|to us that) (?:an?|the|our|one|some|somebody|someone|something|there) (?!(?:\w+ ){0,3}(?:works?|recover\w*|again|safe|back)\b)[\w' -]{1,60}?\b(?:has|have|had|was|were|is|are|did|went|broke|failed|expired)\b"),
    Phrase("probably presumably perhaps possibly apparently maybe likely", r"(?<!you )(?<!we )\b(?:is|are|was|were) (?:probably|presumably|perhaps|possibly|apparently|maybe|likely) (?:being )?(?:throttling|blocking|dropping|limiting|slowing|overload(?:ing|ed)|attack(?:ing|ed)|refusing|filtering|broken|misconfigured|damaged|cut|hacked|failing|leaking|corrupted|corrupting)\b"),
    Phrase("guess tell judge see", r"\bas far as (?:we|one|I) (?:can|could) (?:guess|tell|judge|see|say)\b(?![^.!?\n]{0,30}\b(?:lost|affected|safe|missing)\b)"),
    Phrase("explanation scenario candidate suspect inkling notion feels sounds excluded ruled rule exclude possibility possibilities chance chances feeling impression instinct gut smells smell reeks hints everything", r"\b(?:(?:cannot|can't|could not|not) (?:yet )?(?:be )?(?:rule|ruled|exclude|excluded)(?: out)?|(?:one|another|a|the|our|strong|main|likely|real|distinct) (?:possibility|explanation|scenario|candidate|suspect)\b|(?:a |every |good |high |fair )chance (?:that|is)|(?:have|had|with) (?:a|the|an) (?:strong |bad |nagging )?(?:feeling|impression|suspicion|hunch|notion|inkling)|gut (?:feeling|instinct)|(?:smells|looks|feels|sounds|reeks) (?:like|of) (?:a|an|the|some|bad|our|another))\b"),
    Phrase("likely probably possibly may might could perhaps", r"\b(?:most likely|very likely|likely|probably|possibly|perhaps|may|might|could)(?: well| also| have| be| has| be something)*(?: something| a lot| much)? (?:to do with|the work of|the fault of|a side effect|a consequence|an after-?effect|linked to|about the|our own)\b|(?:^|(?<=[.!?;] ))(?:could|might|may)(?: well| also)? be (?:an?|the|our|some)\b"),
    Phrase("probably presumably perhaps maybe apparently likely", r"\b(?:probably|presumably|perhaps|maybe|apparently|(?:most|very|quite) likely) (?:a|an|our|the|some|someone|something|it's|it is|overloaded?|from|at|with|on|not)\b"),
    Phrase("looks seems appears", r"\b(?:looks|seems|appears) (?:like|to be) (?:a|an|our|the|some|another) (?:\w+[ -]){0,3}(?:failure|fault|attack|bug|problem|outage|issue|overload|hardware|provider|breach|cable|cut|virus|update|error)\b"),
    Phrase("may might could", r"\b(?:it|this|that|what you see) (?:may|might|could) (?:well |also |possibly )*(?:be|have been) (?:an?|the|our|some) (?!few|while|little|couple|moment|minute|hour|day|good|bit)\w+"),
    Phrase("seems seem appears appear seemed appeared", r"\b(?:release|update|upgrade|change|deployment|configuration|setting|provider|supplier|server|disk|cable|attack|traffic|load|bug|fault|certificate|storm|partner|network)s?\b[^.!?,\n]{0,20}?\b(?:seem|appear)(?:s|ed)? to (?!work|be (?:fine|ok|working|over|stable|back))\w+"),
    Phrase("may might could", r"\b(?:may|might|could) (?:well |possibly |also )*(?:be|have been|involve|lie|point|stem|have something to do)\b[^.!?\n]{0,25}?\b(?:attack|hackers?|hardware|overload\w*|provider|vendor|supplier|upgrade|bug|cable|virus|malware|power cut|storm|spike|ddos)\b"),
)  # fmt: skip
_APOLOGY = re.compile(r"\b(?:sorry|apolog|inconvenience|trouble|regret)", re.I)
_ABOUT_THE_FIX = re.compile(r"\b(?:fixed|resolved|restored|over|recovered|working|solved|back to normal)\b", re.I)


def speculation(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Guesses at the cause. 'You may see errors' and 'some may be affected' are about impact, and stay."""
    taken: list[int] = []
    for sentence in text.sentences_with(_HEDGES):
        for m in _GUESS.finditer(text.raw, sentence.start, sentence.end):
            if _APOLOGY.search(text.raw, sentence.start, m.start()):
                continue  # "any inconvenience this may have caused"
            taken.append(sentence.start)
            yield Hit(m.start(), m.end())
    for hit in _OPINION(text, vocabulary):
        sentence = text.sentence_of(hit.start)
        if sentence.start in taken:
            continue
        about_fix = _ABOUT_THE_FIX.search(text.raw, hit.end, sentence.end) and not re.search(
            _CAUSE, sentence.text, re.I
        )
        if not about_fix:
            taken.append(sentence.start)
            yield hit


_REPAIRED = (
    r"(?:fix(?:ed|es)?|resolv(?:e|ed|es)|resolution|restor(?:e|ed|ation)|back(?: up| online| to normal| in service| again| on)*|repair(?:ed|s)?|recover(?:ed|y|s)?|"
    r"working(?: again| normally)?|work(?:s)?(?: again| normally)|up(?: again| and running)|online(?: again)?|running(?: again| normally)?|normal(?: service| again)?|available(?: again)?|over|"
    r"solved|sorted(?: out)?|live(?: again)?|operational|done|reopen(?:ed)?|good as new|return(?:s|ed)? to normal|all clear|history|behind us|rectified|remedied|put right|ready|finished|complete(?:d)?|(?!(?:here|you|once|there|page|post|posting|write|report|update|back|tell|try|and|then|or|it|us|not|never|yet) )\w+ again)"
)
_BY = (
    r"(?:(?:with)?in (?:about |around |roughly |approximately |less than |under |the next |a |an |the |one |two |three |four |five |six |ten |twelve |fifteen |twenty |thirty |forty |forty-five |sixty |ninety |half |\d|no |just |a few |a couple|minutes|hours|moments)[\w -]{0,25}|"
    r"(?<!one )(?<!two )by (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight|lunch\w*|midday|tonight|tomorrow|this |the end|end of|early|late|mon|tues|wednes|thurs|fri|satur|sun|morning|evening|then|close of)[\w: ]{0,20}|"
    r"before (?:\d|noon|midnight|lunch|tomorrow|the end|end of|close|you know|tonight|mon|tues|wednes|thurs|fri|satur|sun|the (?:morning|evening|weekend))[\w: ]{0,15}|"
    r"(?:very |real |quite )?(?:(?<!as )soon(?! as)|shortly)|any (?:minute|moment|second|time)(?: now)?|momentarily|imminently|today|tonight|this (?:morning|afternoon|evening)|tomorrow(?: morning)?|"
    r"at (?:\d[\d:]*|noon|midnight)|no later than \S+|(?:\w+ ){1,3}at the latest|(?:an?|one|two|three|a few|a couple of|\d+) (?:more )?(?:minutes?|hours?|mins?|hrs?)(?: or so| from now| at most| max)?|in no time)"
)
_FUTURE = r"(?:will(?: definitely| certainly| surely| all| again)*(?: be| have| get)?|'ll(?: be| have| get)?|shall(?: be)?|should(?: all)?(?: be| have)?|going to(?: be)?|expect(?:ed|s|ing)?(?: that)?|anticipat(?:e|ed|es|ing)|aim(?:ing|s)? (?:to|for)|hop(?:e|ing|es) (?:to|for|that)?|plan(?:ning)? to|estimat(?:e|ed|es|ing)|target(?:ing)?|promis\w+|guarantee\w*|commit\w* to|intend to|trying to|ought to be|due to(?: be)?|set to(?: be)?|on track to(?: be)?|confident (?:that|of|to))"
_MAINTENANCE = re.compile(r"\b(?:maintenance|scheduled|(?:write|post) (?:to you|here)|send (?:you|them|out|new|corrected)|planned work|refund\w*|amounts?|charges?|pay \w+ back|paid back|money|(?:be|get|come) back (?:here|with|to you)|tell you|report again|speak|credit\w*|reimburs\w*|invoice\w*|postmortem|report|review|summary|update|updates|post again|write again|news)\b", re.I)  # fmt: skip
_FUTURE_WORDS = (
    "will we'll it'll you'll they'll this'll that'll everything'll i'll shall should going expect expected expects expecting anticipate anticipated anticipates "
    "anticipating aim aiming aims hope hoping hopes plan planning estimate estimated estimates estimating target targeting promise promised promises guarantee "
    "guaranteed guarantees commit committed intend trying ought due set track confident"
)
# Each pattern with words of which one is in every match: only sentences with one of them are looked at.
_PROMISES = [(frozenset(words.split()), pattern) for words, pattern in (
    (_FUTURE_WORDS, re.compile(rf"(?:\b|(?<=\w)){_FUTURE}\b[^.!?\n]{{0,60}}?\b{_REPAIRED}\b[^.!?\n]{{0,40}}?\b{_BY}", re.I)),
    (_FUTURE_WORDS, re.compile(rf"(?:\b|(?<=\w)){_FUTURE}\b[^.!?\n]{{0,40}}?\b{_BY}[^.!?\n]{{0,12}}?\b{_REPAIRED}\b", re.I)),
    ("last word never happen recur occur assured assure sure certain rest count swear", re.compile(r"\b(?:(?:you have|we give you|i give you|on) (?:our|my) word|(?:will|shall|does|can|'ll) (?:never|not) (?:ever )?(?:happen|occur|come up|recur|repeat|see this) again|never again|won't happen again|the last time (?:you|this|it|we)|(?:we|i) (?:can )?assure you (?:that )?(?:it|this|they|your|everything|all|payments|service|we)|(?:you can|rest) (?:be )?(?:count on|bank on|rely on|assured (?:that )?(?:everything|all|it|this|they|your|payments|service|we'll have|we will have))|we swear|no doubt (?:that )?(?:it|this|everything))\b", re.I)),
    ("expect give certain sure positive", re.compile(rf"\b(?:expect (?:it|them|this|these|those|everything|full service|normal service|your \w+|service|things|a fix)(?: back| again| to be \w+)*\b[^.!?\n]{{0,20}}?\b{_BY}|give it (?:about |another )?(?:an?|half|one|two|ten|five|fifteen|twenty|a few|\d+)\b[^.!?\n]{{0,20}}|(?:certain|sure|positive)(?: that| of| to)?\b[^.!?\n]{{0,50}}?\b{_BY})", re.I)),
    ("lands arrives ships comes goes rolls patch fix repair", re.compile(rf"\b(?:a|the|our) (?:patch|fix|repair|solution|spare part|correction) (?:lands|arrives|ships|comes|goes (?:out|live)|rolls out|is (?:in|live|done|through)|drops|follows)\b[^.!?\n]{{0,15}}?\b{_BY}", re.I)),
    ("minutes minute hours hour moment moments noon midnight then", re.compile(r"\b(?:minutes?|hours?|moments?|noon|midnight|\d{1,2}:\d\d|more) and (?:then )?(?:we|you|it|they|everything|all)(?: are|'re| is|'s| will be|'ll be) (?:all |fully )?(?:back|up|done|good|running|over|fine|there|online|open|normal)\b|\bthen (?:it|this|that|everything|all)(?: is|'s| will be) (?:over|fine|back|done|fixed|normal|history|good)\b", re.I)),
    ("will should it'll this'll that'll you'll everything'll they'll", re.compile(rf"\b{_BY}[^.!?\n]{{0,20}}?\b(?:it|this|that|these|they|everything|all|service|you)(?: all)?(?:'ll| will| should) (?:all )?(?:be|have been|look|work|run)\b[^.!?\n]{{0,20}}?\b{_REPAIRED}\b", re.I)),
    ("can", re.compile(rf"\b{_BY}[^.!?\n]{{0,20}}?\byou can (?:all )?\w+ (?:\w+ )?again\b|\byou can (?:all )?\w+ (?:\w+ )?again (?:in|within|by|from)\b (?!your |the (?:app|shop|usual|normal)|all )[^.!?\n]{{0,12}}\b(?:minutes?|hours?|noon|midnight|tomorrow|tonight|\d\d?)\b", re.I)),
    ("from", re.compile(r"\bwill (?:all )?(?:run|work|open|load|be (?:open|back|available|running))\b[^.!?\n]{0,25}?\bfrom (?:about |around )?(?:\d|noon|midnight|tomorrow|tonight)", re.I)),
    ("guarantee guarantees guaranteed promise promises promised", re.compile(r"(?<!\bas )\b(?:guarantee|promise)(?:d|s)?\b(?![^.!?\n]{0,40}\b(?:update|post|keep you|share|report)\b)", re.I)),
    ("eta etr estimated time", re.compile(rf"\b(?:ETA|ETR|estimated (?:time|fix|repair|resolution|recovery|restoration)(?: time| of repair| to (?:fix|repair|resolution|recovery|restoration))*|time to (?:fix|repair|resolution))\b[^.!?\n]{{0,40}}?(?:\b\d|\b{_BY}|\bhours?\b|\bminutes?\b)", re.I)),
    ("back fixed resolved restored running normal up service fix", re.compile(r"(?:^|(?<=[.!?\n] )|(?<=[,;] ))(?:back(?! with| here)|fixed|resolved|restored|running again|normal service|up again|service restored|a fix)\b[^.!?\n]{0,30}?\b(?:within|in (?:the |a |an |about |\d|one |two |half )|by (?:\d|noon|tonight|tomorrow|midnight)|before (?:\d|noon|lunch|midnight)|soon|shortly|any (?:minute|moment))", re.I)),
    ("will it'll should going expected due likely planned", re.compile(rf"\b(?:a |the )?(?:fix|repair|solution|patch|resolution|recovery|full service|normal service|everything|service)\b[^.!?\n]{{0,30}}?\b(?:will|'ll|should|is going to|is (?:expected|due|likely|planned)|are (?:expected|due))\b[^.!?\n]{{0,50}}?\b{_BY}", re.I)),
    ("matter minutes hours moments", re.compile(r"\b(?:only|just|no more than|at most) (?:a matter of|another|a few (?:more )?|\d+ (?:more )?)\s*(?:minutes|hours|moments)\b[^.!?\n]{0,30}\b(?:away|until|before|left|to go|from)\b|\bmatter of (?:minutes|hours|moments)\b", re.I)),
    ("longer more later", re.compile(r"\b(?:won't|will not|should(?:n't| not)|not going to) (?:take|last|be|need)(?: us| you)?(?: any| much)? (?:longer|more|later) than\b[^.!?\n]{0,30}", re.I)),
    ("give", re.compile(r"\bgive us (?:another |just |about |only )?(?:an?|one|two|three|four|five|ten|fifteen|twenty|thirty|a few|\d+) (?:more )?(?:minutes?|hours?|moments?)\b(?! (?:notice|to (?:check|look|find)))", re.I)),
    ("expected target planned projected anticipated likely", re.compile(r"\b(?:expected|target|planned|projected|anticipated|likely) (?:time of |end of |date of )?(?:resolution|fix|repair|recovery|restoration|completion|return|outage|disruption)\b[^.!?\n]{0,20}?(?:\b\d|\btomorrow|\btonight|\bnoon|\bmidnight)", re.I)),
    ("within before by soon shortly latest tomorrow tonight time", re.compile(rf"\b(?:is|are|be|get|have|has) (?:\w+ ){{0,3}}?{_REPAIRED}\b[^.!?\n,;:]{{0,30}}?\b(?:within|before|(?<!one )by|in no time|soon|shortly|at the latest|tomorrow|tonight)\b(?! (?:us|our|the (?:provider|operator|network)|you)\b)", re.I)),
    ("open opens reopen reopens re resume resumes restart restarts come comes go goes return returns start starts work works run runs move moves", re.compile(r"\b(?:(?:re-?open|resume|restart)s?|(?:come|go)(?:es|s)? (?:back|live|up)(?: on| online| up| again)?|returns? to (?:normal|service)|(?:start|open|work|run|go|move)s? again)\b[^.!?\n]{0,25}?\b(?:at \d|by \d|by (?:noon|tonight|tomorrow)|tomorrow|tonight|at the latest|within|in \d|from \d)", re.I)),
    ("from", re.compile(r"(?:^|\b(?:so|and|but|then) |, )from (?:about |around )?(?:\d|half past|quarter (?:past|to)|noon|midnight|tomorrow|tonight)[^.!?\n]{0,40}?\b(?:opens?|works?|runs?|starts?|is|are|will|be) (?:\w+ )?(?:as usual|again|normal(?:ly)?|as normal)\b", re.I)),
    ("take takes need needs require requires last lasts", re.compile(r"\b(?:fix|repair|replacement|restart|recovery|restor(?:e|ing|ation)|rollback|switch|work|backup|job)\b[^.!?\n]{0,25}?\b(?:takes?|needs?|requires?|lasts?) (?:about |around |roughly |only |just |up to )?(?:an?(?:other)?|one|two|three|four|five|ten|fifteen|twenty|thirty|half an?|\d+)\b[^.!?\n]{0,12}?\b(?:minutes?|mins?|hours?|h)\b", re.I)),
    ("you'll you", re.compile(rf"\byou(?:'ll| will| should) (?:all )?(?:have|get|receive|see|find|be able to)\b[^.!?\n]{{0,40}}?\b{_BY}", re.I)),
)]  # fmt: skip


def promises(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Promises of a repair time, one for each sentence. A promised time of the next update is allowed."""
    found: dict[int, Hit] = {}
    for words, pattern in _PROMISES:
        for sentence in text.sentences_with(words):
            if sentence.start not in found:
                m = next((m for m in pattern.finditer(sentence.text) if _is_promise(sentence.text, m)), None)
                if m:
                    found[sentence.start] = Hit(sentence.start + m.start(), sentence.start + m.end())
    yield from found.values()


def _is_promise(sentence: str, m: "re.Match[str]") -> bool:
    """Whether what is promised is the repair, and not the next update, a refund or the end of planned maintenance."""
    if _MAINTENANCE.search(sentence, m.start(), m.end() + 1):
        return False
    lead = sentence[: m.start()]
    return not _MAINTENANCE.search(lead) or bool(re.search(r"\b(?:and|but)\b", lead))


_blame = phrases(
    Phrase("error mistake errors mistakes", r"\b(?:human|operator|operational|user|engineer|employee|staff|administrator|admin|manual|clerical)(?:'s)? (?:error|mistake)s?\b"),
    Phrase("mistake error slip blunder mistakes errors oversight", r"\b(?:an? |the )?(?:mistake|error|slip|blunder|oversight)s? (?:made |committed )?(?:by|of|on the part of) (?:one of |an? |our |the |someone|somebody)"),
    Phrase("fault faults", r"\b(?:(?:is|was|are|were|not|entirely|all|purely|clearly|partly) (?:\w+ ){0,2}?(?:\w+'s?|our|their|his|her|your|the) (?:\w+ ){0,2}fault|(?:\w+'s|their|your|his|her) (?:own )?fault|fault of (?:our|the|a|an|one)|at fault)\b"),
    Phrase("mistake error", r"\b(?:their|his|her|your|\w+'s) (?:own )?(?:mistake|error)\b"),
    Phrase("blame blamed blaming fingers finger", r"\b(?:to blame|blam(?:e|ed|es|ing)|point(?:ing|ed)? (?:the )?fingers?)\b"),
    Phrase("careless carelessness negligent negligence sloppy incompetent incompetence reckless irresponsible unprofessional shoddy inexcusable", r"\b(?:careless(?:ly|ness)?|negligen(?:t|ce|tly)|slopp(?:y|ily|iness)|incompeten(?:t|ce)|reckless(?:ly)?|irresponsib(?:le|ly)|unprofessional(?:ly)?|shoddy|inexcusable)\b"),
    Phrase("thanks courtesy because fault responsible mess culprit guilty ask look", r"\b(?:(?<!likely )(?<!probable )(?<!possible )(?<!suspected )culprit|guilty party|guilty ones?|(?:(?:don't|do not) (?:look at|blame|ask) us)|(?:ask|complain to|thank|take it up with) (?:your|our|the) (?:\w+ )?(?:operator|provider|bank|carrier|vendor|supplier|partner|government)|(?:no )?thanks to (?:our|a|an|the|some) (?:\w+ ){0,3}?(?:provider|vendor|supplier|partner|contractor|team|engineer|host|bank|crew|company|driver|worker|operator)|courtesy of (?:our|a|the)|(?:solely |entirely |fully )?responsible for (?:this|the|these) (?:outage|mess|problem|disruption|failure|incident))\b"),
    Phrase("inexperienced careless sloppy untrained negligent overtired drunk junior on deleted removed erased cut pressed pulled unplugged drilled dug switched hit spilled ran", r"\b(?:an?|our|the|one of our|some) (?:[\w-]+ ){0,2}?(?:engineer|developer|employee|operator|technician|admin|administrator|colleague|intern|contractor|worker|electrician|trainee|apprentice)s? (?:of ours |has |had |\w+ly )?(?:deleted|removed|erased|cut (?!over)|pressed|pulled|unplugged|drilled|dug|switched off|hit|spilled)\b|\b(?:an?|our|the|one of our) (?:inexperienced|careless|sloppy|untrained|negligent|overtired|drunk|junior|new) (?:[\w-]+ )?(?:engineer|developer|employee|operator|technician|colleague|intern|contractor|worker|driver|trainee)\b|\b(?:this|it|that|the \w+)(?: one| time)? (?:is|was) (?:all |entirely )?on (?:our|the|them|him|her)(?: [\w-]+){0,2} (?:providers?|partners?|vendors?|suppliers?|teams?|companys?|banks?|operators?|hosts?)\b"),
    Phrase("customers users people players guests visitors members clients", r"\b(?:because|since|as|by|when|after) (?:some (?:of )?|our |many |too many |so many |a few )*(?:customers|users|people|players|guests|visitors|members|clients)(?: who)? (?:are |were |have |had )?(?:not |n't )?(?:abus|ignor|forg[eo]t|overload|flood|misus|refresh|hammer|sen[dt][^.!?\n]{0,20}too many|(?:made|make|making|did|do|tried|try|clicked|pressed|ordered|used|placed)[^.!?\n]{0,20}too (?:many|much|often)|(?:entered|typed|chose|used|picked|filled)[^.!?\n]{0,20}wrong|did(?:n't| not)|do(?:n't| not)|fail|refus)\w*", "say what happened and what you do about it"),
    Phrase("provider operator carrier isp bank supplier host", r"\b(?:your|our|the|their) (?:\w+ )?(?:provider|operator|carrier|ISP|bank|supplier|host) (?:is|was|has been|keeps)(?: \w+ly)? (?:throttl|sabotag|ignor|neglect|dragging|stalling|cheat|letting|refusing to|blam)\w*"),
    Phrase("yet again once", r"\b(?:yet again|once again|as usual),? (?:our|the|a) (?:\w+ ){0,3}?(?:provider|vendor|supplier|partner|contractor|host|bank|carrier)s?\b"),
    Phrase("should have", r"\b(?:our|the|a|their) (?:\w+ ){0,2}?(?:provider|vendor|supplier|partner|contractor|team|engineers?|developers?|host) should (?:have|never)\b"),
    Phrase("wasn't isn't not nothing beyond", r"\b(?:(?:this|it) (?:wasn't|was not|isn't|is not) (?:our|my) (?:fault|doing|problem)|nothing (?:we|to do with us)|not (?:on|at) our (?:end|side)|,? (?:and )?not (?:with|by|from) us\b|beyond our control|out of our (?:control|hands))\b", "leave out whose side it is: say what customers can and cannot do"),
)  # fmt: skip


def blame(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Culprits: people, teams and suppliers that are said to have done wrong. What we say of ourselves, or of readers, is none."""
    taken = Taken()
    laid = [Hit(f.start, f.end) for f in faults(text, vocabulary) if not f.ourselves]
    yield from (hit for hit in (*_blame(text, vocabulary), *laid) if taken.take(hit.start, hit.end))
