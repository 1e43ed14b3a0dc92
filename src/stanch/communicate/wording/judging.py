"""Words that judge people and their work (R44), by families: an adjective stands for its adverb and its nouns as well. Pure.

Some are said of people and of what they do, and of nothing else ("reckless"). Others are said of parts of a system as well ("a naive retry",
"poor link quality", "lazy loading"): these count beside a word for people or their work only.
"""

import re
from collections.abc import Iterator

from stanch.communicate.wording.engine import Hit
from stanch.communicate.wording.people import ROLE, TEAM
from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary


def family(adjective: str) -> set[str]:
    """An adjective with its adverb and the nouns of its quality: hasty, hastily, hastiness; negligent, negligently, negligence."""
    if adjective.endswith("y"):
        return {adjective, adjective[:-1] + "ily", adjective[:-1] + "iness"}
    if adjective.endswith("ble"):
        return {adjective, adjective[:-1] + "y"}
    if adjective.endswith("ic"):
        return {adjective, adjective + "ally"}
    if adjective.endswith("nt"):
        return {adjective, adjective + "ly", adjective[:-1] + "ce", adjective[:-1] + "cy"}
    return {adjective, adjective + "ly", adjective + "ness"}


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _families(adjectives: str) -> frozenset[str]:
    return frozenset(word for adjective in adjectives.split() for word in family(adjective))


_OF_PEOPLE = _families(
    """
    careless sloppy slapdash slipshod negligent stupid incompetent reckless irresponsible unprofessional inexcusable unforgivable unpardonable indefensible
    foolish foolhardy idiotic moronic imbecilic asinine daft clueless inept thoughtless amateurish shameful shameless disgraceful pathetic inattentive
    unobservant complacent overconfident overeager overzealous arrogant cocky conceited presumptuous pompous condescending patronising patronizing
    undisciplined ridiculous ludicrous preposterous laughable absurd appalling abysmal atrocious horrendous shoddy botched bungled half-baked half-hearted
    scandalous outrageous senseless brainless mindless unthinking wilful willful cavalier nonchalant lackadaisical apathetic indolent immature childish
    juvenile dishonest deceitful heedless imprudent unwise ill-advised ill-considered ill-judged ill-conceived misguided wrong-headed wrongheaded
    short-sighted shortsighted narrow-minded pig-headed pigheaded bone-headed boneheaded headstrong obstinate deplorable lamentable woeful
    incomprehensible unbelievable shocking worrying disorganised disorganized slovenly panicky absent-minded absentminded scatterbrained unmotivated
    uncooperative obstructive impatient impulsive impetuous rash hot-headed trigger-happy gung-ho cowardly spineless indecisive untrustworthy selfish
    self-serving unreasonable inexplicable embarrassing remiss feckless hapless bumbling boorish flippant glib gullible ill-informed inconsiderate
    insolent overambitious petty hysterical reprehensible smug tone-deaf uncaring unscrupulous unserious witless overhasty regrettable unqualified blatant
    """
) | _words(
    "hubris ineptitude stupidity haste idiocy absurdity negligence incompetence cowardice amateurism dilettante dilettantes amateurs morons idiots fools cowboy "
    "cowboys slacker slackers frankly astonishingly alarmingly blunder blunders scatterbrain recklessness immaturity dishonesty arrogance impatience indecision")  # fmt: skip
_OF_THINGS_TOO = _families(
    """
    naive dumb lazy lax stubborn clumsy ignorant indifferent hasty silly crazy insane lousy awful terrible horrible dreadful haphazard superficial cursory perfunctory
    hurried frantic inadequate deficient substandard subpar questionable flawed dubious disappointing unsatisfactory unacceptable poor bad messy chaotic
    dismissive unhelpful unprepared inexperienced incapable nervous timid oblivious forgetful sluggish half-done insufficient lacking weak
    """
) | _words("badly ignorance naivety naiveté laziness indifference laxity")  # fmt: skip
_ADVERBS = frozenset(word for word in _OF_THINGS_TOO if word.endswith("ly") and word != "silly")
# These are said of a change or a disk before they are said of a mistake in judgement.
_PLAIN = _words("bad poor weak insufficient lacking inadequate questionable flawed terrible horrible awful dreadful superficial messy deficient")  # fmt: skip
_CONDUCT = _words("""
    judgement judgment decision decisions choice choices engineering work discipline craftsmanship attitude attitudes call calls job reaction reactions response handling
    communication coordination review reviews reviewing planning preparation teamwork leadership escalation supervision handover handoff execution behaviour behavior
    conduct practice practices performance workmanship reasoning thinking management organisation oversight etiquette culture comms ownership professionalism commitment diligence vigilance hack kludge mistake mistakes error
    errors typo typos oversights blunder slip shortcut shortcuts excuse excuses idea advice
    """)
_MAKING = _CONDUCT | _words("""
    edit edits change changes clean cleanup merge deploy deployment rollout push fix fixes patch patches plan plans rollback restart attempt attempts test tests testing command
    action actions refactoring migration workaround solution assumption assumptions reply answer answers guess design code hack approval config configuration
    documentation runbook investigation diagnosis troubleshooting analysis shift team colleague engineer developer operator
    """)
# What a poor or bad one of is no fault of a disk or a batch job.
_JUDGED = _CONDUCT - _words(
    "performance response responses call calls error errors execution job organisation management idea"
)
_PLAIN_SUBJECT = re.compile(
    rf"\b(?:{'|'.join(sorted(_JUDGED))})\b[^,]{{0,40}}? (?:is|was|were|are|has been) (?:[\w-]+ )?$", re.I
)
_WHO = re.compile(
    r"\W*(?:(?:and [\w-]+|on-call|duty|shift|night) )*(?:engineers?|developers?|devs|admins?|administrators?|technicians?|programmers?|coders?|colleagues?|managers?|people|reviewers?|testers?|contractors?|consultants?|interns?|nurses?|clerks?|mechanics?|teams?|staff|crew|guys|folks)\b",
    re.I,
)
# The way something is done: "lazily loaded" is a way of programs.
_OF_PROGRAMS = re.compile(
    r"\W*(?:load|evaluat|initiali|creat|fetch|render|bind|alloc|comput|resolv|instanti|import|open|connect|attach|delet|populat|cach|start|read|parallel|appl)",
    re.I,
)
_DONE = re.compile(
    r"\W*(?:tested|reviewed|planned|prepared|communicated|coordinated|managed|handled|executed|done|thought|run|organi[sz]ed|trained|supervised|staffed|led|performed|carried|checked|judged|written|made|implemented|designed|configured|merged|approved|decided|reacted|acted|chosen)\b",
    re.I,
)
_SUBJECT = re.compile(
    rf"(?:\b(?:{ROLE}|{TEAM}|(?-i:[A-Z][a-z]+))|\b(?:{'|'.join(sorted(_MAKING))})(?: (?:(?:shown|displayed|seen) (?:in|at|during|on)|of|for|by|from|to|on|with|between) (?:[\w'-]+ ){{0,4}}?[\w'-]+)?)(?: (?:on|in|at|from) (?:the )?\w+)? (?:is|was|were|are|been|has been|had been|seems?|seemed|looked|looks|acted|acts|became|remained|sounded|appeared|behaved|came across|proved)(?: as| to be)?(?: [\w'-]+)?(?: \w+ (?:and|or))? $",
    re.I,
)
_IT = re.compile(r"\b(?:it|that|this)(?: is|'s| was| would be| seems| seemed| looks| looked)(?: [\w-]+)? $", re.I)
_NOT = re.compile(r"(?:\b(?:not|never|hardly|nobody|neither|nor)|n't)\b(?: \w+){0,2} $", re.I)
# "The reckless driver test is the name of a suite" speaks of a name.
_NAMED = re.compile(r"[^.;!?\n]{0,40}? (?:is|was) the (?:name|title) of\b", re.I)
# What these words are the names of.
_TERMS = re.compile(r"\b(?:slopp(?:y|ier) (?:quorum|counter)|embarrassingly parallel|poor man's|sane?)\b", re.I)
_GOOD = "professional|competent|careful|diligent|thorough|attentive|vigilant|rigorous|disciplined|conscientious|prudent|wise|sensible|smart|clever|sane|decent|good|real|serious|self-respecting|experienced|skilled|proper|reasonable|halfway \\w+|right-minded|trained|half-decent|seasoned|capable|alert"
_BY_STANDARD = re.compile(
    rf"\b(?:any|an?|every|no|one) (?:really |truly |halfway |more )?(?:(?:{_GOOD}) (?:[\w-]+ )?(?:{ROLE}|{TEAM})|professional|adult|craftsman) (?:on earth |in the world )?(?:would|should|could|does|ever|knows|checks|tests|leaves|runs)\b|\bnot how (?:you|we|one|an? [\w-]{{1,30}} \w{{1,30}}) (?:works?|runs?|does|do|operates?|tests?|deploys?)\b|\bno way to (?:run|do|build|treat|handle|manage)\b"
    rf"|\b(?:not|n't|never|hardly|less than|anything but|far from) (?:very |really |particularly |exactly |terribly |at all |so |act |work |behave |a )*(?:professional|careful|diligent|thorough|attentive|vigilant|rigorous|disciplined|conscientious|prudent|wise|sensible|smart|clever)(?:ly)?\b(?! enough to)",
    re.I,
)
_STANDARDS = _words("any a an every no one not never hardly than but from isn't wasn't aren't weren't didn't doesn't don't wouldn't")  # fmt: skip


def judging(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Judging words about people and their work, and people measured by what a good one would do."""
    taken = Taken()
    words, raw = text.words, text.raw
    for number, word in enumerate(words):
        end, key = word.end, word.text
        if raw[end : end + 1] == "-" and number + 1 < len(words) and words[number + 1].start == end + 1:
            joined = f"{key}-{words[number + 1].text}"
            if joined in _OF_PEOPLE or joined in _OF_THINGS_TOO:
                end, key = words[number + 1].end, joined
        sure = key in _OF_PEOPLE
        if not sure and key not in _OF_THINGS_TOO:
            continue
        before = raw[max(0, word.start - 100) : word.start]
        if _NOT.search(before) or _TERMS.match(raw, word.start) or _NAMED.match(raw, end):
            continue
        if (sure or _about_people(key, before, raw[end : end + 40])) and taken.take(word.start, end):
            yield Hit(word.start, end)
    for sentence in text.sentences_with(_STANDARDS):
        for m in _BY_STANDARD.finditer(raw, sentence.start, sentence.end):
            if taken.take(m.start(), m.end()):
                yield Hit(m.start(), m.end())


def _about_people(key: str, before: str, after: str) -> bool:
    """Whether the words around say it of people or their work."""
    if key in _ADVERBS:
        return not _OF_PROGRAMS.match(after) and bool(
            _DONE.match(after) or re.search(rf"{_DONE.pattern} $", before, re.I)
        )
    following = re.findall(r"^(?:[\s-]+(?:and [\w-]+ )?)([a-z]+)(?: ([a-z]+))?", after.lower())
    if following:
        first, second = following[0]
        if key not in _PLAIN and _WHO.match(after):
            return True  # "lazy engineers", and not "a lazy loader"
        nouns = _JUDGED if key in _PLAIN else _MAKING
        if first in nouns or (second in _JUDGED and first not in ("of", "and", "in", "the")):
            return True
    clause = re.split(r"[.;!?\n]", before)[-1]
    if key in _PLAIN:
        return bool(_PLAIN_SUBJECT.search(clause))
    if _SUBJECT.search(clause):
        return True
    return bool(_IT.search(clause)) and bool(re.match(r" (?:to|of|that|for)\b", after))
