"""What a post must contain: the impact and the next update, no unfilled blank, and no long block of text (R33). Pure."""

import re
from collections.abc import Iterator

from stanch.communicate.audiences.promises import promise_of
from stanch.communicate.wording.about_us import ABOUT_US
from stanch.communicate.wording.engine import Hit
from stanch.communicate.wording.text import Text
from stanch.communicate.wording.vocabulary import Vocabulary

# Whether something is promised depends on no moment.
_ANY_MOMENT = 1_700_000_000_000_000
# A sentence about us that names more than so many things of its own tells what they do.
MOST_NAMED = 2
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
SENTENCE_WORDS = 38
PARAGRAPH_WORDS = 95
_BLANK = re.compile(r"\[(?:…|\.\.\.|_+|TODO|TBD|tbd|[A-Z][A-Z _]{2,}|[a-z ]*\b(?:here|name|time|service|date|insert|region|place|city|country|area|number|amount|percent|percentage|product|feature|cause|reason|link|url|customers?|hours?|minutes?|systems?|details?|what|who|xx?)\b[a-z ]*)\]|\{\{?\s*[\w.]+\s*\}?\}|<[A-Za-z_ ]{3,25}>|\bTBD\b|\bTODO\b|\bXX+\b|(?<!\w)_{2,}(?!\w)|_{3,}|\?\?+:\?\?+|--:--|\b(?:hh|HH):(?:mm|MM)\b", 0)  # fmt: skip
_MAYBE_BLANK = re.compile(r"[\[{<]|T[BO]D|XX|__|\?:|--:|[hH]{2}:")
_IMPACT = re.compile(
    r"\b(?:cannot|can't|can not|could not|couldn't|unable|not able|impossible|fail(?:s|ed|ing|ure)?|slow(?:er|ly)?|delay(?:s|ed)?|late|later than|too (?:much|little|many|few|early|high|low|late|often)|"
    r"unavailable|unreachable|inaccessible|down|offline|out of service|missing|lost|lose|losing|wrong(?:ly)?|incorrect(?:ly)?|stuck|declin(?:e|ed|es|ing)|reject(?:ed|s|ing)?|duplicat\w+|twice|"
    r"stop(?:s|ped)?|stopped working|interrupt(?:ed|ion|s)?|trouble|difficult(?:y|ies)?|hang(?:s|ing)?|freez(?:e|es|ing)|frozen|crash(?:es|ed|ing)?|blank|empty|"
    r"not (?:yet )?(?:load|work|arriv|show|send|sync|updat|open|receiv|deliver|available|appear|complet|display|connect|go|be|reach|being|process|play|print|start|finish|respond|accept|register|sav|upload|download|charg|ship|visible|possible|refresh)\w*|"
    r"(?:don't|doesn't|didn't|won't|isn't|aren't|wasn't|weren't|do not|does not|did not|will not|is not|are not|was not|were not) (?:\w+ )?(?:load|work|arrive|show|send|sync|update|open|receive|deliver|appear|complete|display|connect|go|reach|process|play|start|finish|respond|accept|save|upload|download|be|get|see|ring|print|match|refresh|unlock)\w*|"
    r"(?:gets?|getting|sees?|seeing) (?:an? |the )?(?:\w+ )?(?:page|message|screen)|errors? (?:when|while|on|during|at|message|page|trying|as|in|for|after|if|instead)|(?:see|seeing|sees|saw|get|getting|receive|receiving|with|an) (?:an? |some |occasional |intermittent )*errors?|time(?:s|d)? out|take(?:s|n)? (?:\w+ )?(?:longer|minutes|hours|up to|more)|taking (?:\w+ )?(?:longer|up to|minutes|hours)|"
    r"(?:works?|working|worked|loads?|loading|arriv\w+|sends?|sending|running|run|function\w*|operat\w+|available|open|opens|process\w*|deliver\w*|behav\w+|back) (?:\w+ )?(?:normally|again|as (?:usual|expected|normal|before)|as they should|as it should|to normal|in full|without)|"
    r"back to normal|restored|recover(?:ed|ing)?|fully (?:operational|available|working|restored)|no longer|as usual|can (?:once )?(?:again|now)|"
    r"log(?:ged)? out|signed out|out of date|outdated|stale|old (?:data|prices|figures)|disrupt\w+|dropp(?:ed|ing)|cut off|garbled|overcharged|charged twice|double|partial(?:ly)?|some (?:payments|orders|messages|emails|pages|calls|customers|users|people)|"
    r"(?:is|are|was|were) (?:\w+ )?again|safe|your data|maintenance|read-only|without (?:sound|images|prices|power|service|internet))\b",
    re.I,
)  # fmt: skip
# Sentences without information for customers: about us, thanks and patience, or unspecified trouble.
_NO_CONTENT = re.compile(
    r"^\W*(?:hello|hi|dear|update|investigating|identified|monitoring|note|notice|attention)?\b[\s,:;\-–—]*(?:currently|today|at (?:the|this) (?:moment|time)|right now|now|unfortunately|at present|presently)?[\s,]*(?:"
    r"(?:we|our (?:\w+ )?(?:team|teams|engineers|people|staff|technicians|specialists|experts|investigation|fix)|the (?:\w+ )?(?:team|teams|engineers|technicians|investigation|fix|matter|situation|incident|issue|problem|cause|outage|disruption|event|patch|solution|work))\b"
    r"|(?:most likely|very likely|probably|perhaps|maybe|possibly|presumably) (?:an?|the|our|some)\b"
    r"|(?-i:[A-Z]\w+(?: [A-Z]\w+)?) (?:is|are|will be) (?:\w+ )?(?:looking|working|investigating|on it|on this|checking|digging)\b"
    r"|(?:an?|some|several|various|certain|multiple|this|there (?:is|are|was|were)(?: an?| some)?|it|these|unexpected|possible|ongoing)\s+(?:\w+ ){0,3}?(?:issues?|problems?|incidents?|outages?|disruptions?|difficult(?:y|ies)|events?|situations?|degradations?|anomal(?:y|ies)|matter|investigation|is being|are being|has come|was brought|was noted)\b"
    r"|(?:issues?|problems?|difficulties|technical|engineers?|investigations?|steps|measures|efforts|work|everything is under|all hands|services?|performance|availability|operations|degraded performance|service|systems?|thank|thanks|please|kindly bear|bear with|sorry|apolog|stay tuned|more (?:to come|information|details|soon|updates)|further|updates?|details|be assured|rest assured|no (?:further|additional) (?:information|details|updates))\b"
    r")",
    re.I,
)  # fmt: skip
_VAGUE_IMPACT = re.compile(r"\b(?:some |an? |the |our |certain |various |several |ongoing |possible |potential |technical ){0,4}(?:issue|problem|incident|outage|disruption|difficult(?:y|ies)|trouble|failure|slowness|degradation|interruption)s?\b(?: that is| which is)? (?:with|affecting|impacting|on|in|at|of) (?:some |certain |several |various |all |parts of |one of |multiple ){0,3}(?:of )?(?:our |the |its )?(?:services?|systems?|platform|products?|infrastructure|site|applications?|environment|network|users|customers)\b", re.I)  # fmt: skip
# Of these words, what is said of everything at once is an effect that customers feel all the same.
_EFFECT = re.compile(
    r"\b(?:(?:gets?|sees?|getting) (?:an? |the )?[45]\d\d|unavailable|down|offline|unreachable|inaccessible|out of service|slow(?:er|ly)?|cannot|can't|unable|not available|not (?:be )?reach\w*|stopp?(?:s|ed)|fail(?:s|ed|ing)?|"
    r"can (?:now )?(?:\w+ ){1,5}again|(?:works?|working|running|back|available|online|operational|restored)\b[^.!?]{0,300}\b(?:again|normally|as usual|to normal|in full)|back to normal|fully (?:operational|available|working|restored)|recovered|no longer|safe|(?<!who )works(?=[.,;!]|$)|(?:do|does|did)(?: not|n't) yet)\b",
    re.I,
)
_OVER = re.compile(
    r"\b(?:(?:has|have|had|is|are|was|were) (?:now |been |fully |all |completely )*(?:resolved|fixed|over|restored|solved|completed?|back to normal|normal|operational|concluded|ended|repaired|corrected)|"
    r"(?:works?|working|back|available|running|operating|loading|arriving|functioning|processing|open|online|up)(?: \w+)? (?:normally|again|as usual|as normal|as expected|to normal|as before|without)|"
    r"(?:(?:it|this|that|they|all|everything) (?:now |all )?works?(?: now| again)(?=[.,;:!]|$)|(?:it|they|everything|all|search|checkout|login) (?:is|are) (?:now |all )?back(?=[.,;:!]|$))|(?:this|that|it|the \w+) (?:has|have) (?:now )?(?:stopped|ended|gone away|passed)|this (?:incident|issue|problem) is (?:now )?(?:resolved|closed|over|fixed)|resolved|all clear|completed successfully|(?:incident|issue|problem|maintenance|outage|this|it) (?:is |has been |was )?(?:now )?(?:\w+ and )?(?:over|resolved|closed|complete|completed|ended)|"
    r"we (?:have|'ve) (?:now |since )?(?:removed|corrected|fixed|repaired|replaced|refunded|credited|paid|re-?sent|restored|undone|put (?:it|them|this) right)|all (?:are|have been|were) \w+ (?:by )?now|(?:found|located) [^.!?\n]{1,60} and (?:corrected|fixed|removed|repaired|replaced) (?:it|them)|"
    r"(?:have|has|had|got|get) (?:your|their|its|all) (?:\w+ )?back(?=[.,;!]|$| since)|since then (?:all|everything|every|they|it|you)\b|you (?:need not|need|do not need to|don't need to|do not have to|don't have to) (?:to )?do (?:anything|nothing)|"
    r"final update|no further updates|(?:can|are able to) (?:once )?(?:now|again) \w+)\b",
    re.I,
)  # fmt: skip
_TIME = r"(?:\[[^\]\n]{1,20}\]|_{2,}|[xX?-]{2}:|[hH]{2}:|(?<=at |by )\d{1,2}(?=[.,;!]|$)|\{\{?[^}\n]{1,20}\}|\d{1,2}[:.h]\d{2}|\d{1,2} ?(?:am|pm|a\.m|p\.m|o'clock|UTC|GMT|CET)|noon|midnight|midday|(?:\d+|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty|forty-five|sixty|ninety|half an?|a quarter of an|the|the next|every|the half) (?:minutes?|mins?|hours?|hrs?|half[- ]hour|day)|half[- ]hourly|hourly|half an hour|quarter of an hour|tomorrow|tonight|this (?:morning|afternoon|evening)|top of the hour|on the hour|the hour|\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)|(?:half|quarter|twenty|ten|five) (?:past|to|after) \w+|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: o'clock|(?=[.,;!]|$))|(?:mon|tues|wednes|thurs|fri|satur|sun)day|end of (?:the )?day|\d{1,2}(?= UTC))"
# Planned work that says when it ends: nothing more is owed until then.
_WINDOW = re.compile(
    rf"\b(?:planned|scheduled|maintenance)\b[^!?\n]{{0,300}}?\b(?:(?:from|between) {_TIME}|{_TIME}) ?(?:to|until|till|and|-|–) ?{_TIME}|\b(?:from|between) {_TIME} (?:to|until|till|and) {_TIME}[^.!?\n]{{0,80}}?\b(?:planned|scheduled|maintenance|we (?:replace|move|change|upgrade|install|switch|renew|test|service|clean)|work on)\b",
    re.I,
)
_AGAIN = re.compile(
    r"\b(?:again|as usual|as normal|normally)\b(?!\s+(?:at|by|in|within|on|tomorrow|later|soon|if|when|try))|\bno longer \w+|"
    r"\b(?:was|were) (?:down|closed|unavailable|offline|slow|late)\b[^.!?]{0,300}\b(?:from \d|until \d|for \w+ (?:\w+ )?(?:minutes?|hours?))",
    re.I,
)
_FUTURE = re.compile(
    r"\b(?:will|shall|should|expect\w*|hop(?:e|es|ing)|aim\w*|confident|due to|(?<!as )plan(?:s|ned|ning)?|going to|until|once (?:it|they|this|we)|try|trying|please|soon|shortly|"
    r"not yet|cannot|can't|do not|don't|yet again|once again|fail(?:s|ing)?|post again|write again|update|working (?:on|to)|(?-i:may)|might|some|if|half|partly|about half)\b|'ll\b",
    re.I,
)
# What follows an incident is no sign that it goes on.
_LESSONS = re.compile(
    r",? and we(?:'ll| will| are going to) (?:publish|share|review|report|explain|learn|send)\b[^.!?]*", re.I
)
_NEXT = re.compile(
    rf"\b(?:next|another|further|new|more|fresh|an|our|the|regular|status|every|first|an? additional)\b[^.!?\n]{{0,25}}?\b(?:updates?|posts?|news|information|messages?|report|bulletin|notes?|notices?|announcement|word)\b[^.!?\n]{{0,45}}?\b{_TIME}"
    rf"|\bmore (?:tomorrow|tonight|on \w+day)\b|\bmore (?:by|at|in|within|before|after|on) (?:about |around )?{_TIME}|\b(?:back|again) (?:here )?(?:at|by|in|within) {_TIME}"
    rf"|\b(?:updat(?:e|es|ed|ing)|post(?:ed|ing)?|writ(?:e|ing)|report(?:ing)?|shar(?:e|ing)|news|information|tell you|inform(?:ed|ing)?|hear from us|let you know|come back|be back (?:here )?with|check(?:ing)? (?:in|back)|follow up|say more|speak)\b[^.!?\n]{{0,50}}?\b(?:(?:again|more|here|you|back|next|further|on this|page) )*(?:by|at|in|within|around|before|every|no later than|again at|again by|after|until|on)\b ?(?:about |around |roughly |approximately )?{_TIME}"
    rf"|\b(?:by|at|in|within|every|before|around)\b (?:about |around )?{_TIME}[^.!?\n]{{0,30}}?\b(?:updat\w+|post|report|news|write|more|tell|share|hear|inform\w*|know|information)\b"
    rf"|\b{_TIME} updates?\b|\bupdates? (?:{_TIME}|every|hourly)|\bagain (?:at|by|in|within) {_TIME}|\bnext (?:update|post|news|report|message|notice|bulletin)s?\s*[:\-–—(]?\s*(?:at |by |in |within |due )?{_TIME}|\bhourly\b|\b(?:post|write|report|update|speak|tell you)\b[^.!?\n]{{0,25}}?\b(?:tomorrow|tonight|this (?:morning|afternoon|evening)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|every (?:half )?hour)\b",
    re.I,
)  # fmt: skip


def blanks(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """What was left to fill in."""
    if not _MAYBE_BLANK.search(text.raw):
        return
    for m in _BLANK.finditer(text.raw):
        yield Hit(m.start(), m.end(), second_yes=True)


def is_over(text: Text) -> bool:
    """Whether a sentence says that it is over, or works again; one about the future does not. Pure."""
    said = (_LESSONS.sub("", sentence.text) for sentence in text.sentences)
    return any(bool(_OVER.search(one) or _AGAIN.search(one)) and not _FUTURE.search(one) for one in said)


def no_impact(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Nothing about what customers can or cannot do: every sentence is about us, thanks, or unspecified trouble."""
    if text.raw.strip() and all(_is_empty(sentence.text) for sentence in text.sentences):
        yield Hit(0, len(text.raw))


def _is_empty(sentence: str) -> bool:
    """Whether a sentence says nothing about the effect on customers."""
    left = _VAGUE_IMPACT.sub(" ", sentence)
    named = [word for word in _WORDS.findall(left.lower()) if word not in ABOUT_US]
    if not named:
        return not _EFFECT.search(left)
    if _IMPACT.search(left):
        return False
    return bool(_NEXT.search(left)) or (len(named) <= MOST_NAMED and bool(_NO_CONTENT.search(left)))


def no_next_update(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """No time of the next update, unless the post says that it is over."""
    if (
        text.raw.strip()
        and not _NEXT.search(text.raw)
        and not is_over(text)
        and not _WINDOW.search(text.raw)
        and promise_of(text.raw, _ANY_MOMENT) is None
    ):
        yield Hit(0, len(text.raw))


def walls(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Sentences or paragraphs that are too long to read on a phone."""
    for part in text.paragraphs():
        if text.count_words(part.start, part.end) > PARAGRAPH_WORDS:
            yield Hit(part.start, part.end)
            return
    for sentence in text.sentences:
        if text.count_words(sentence.start, sentence.end) > SENTENCE_WORDS:
            yield Hit(sentence.start, sentence.end)
            return
