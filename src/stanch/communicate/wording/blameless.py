"""The rules for postmortems (R44): they point at judgements of people and at hindsight, and offer words about the system. Pure.

Dekker, *The Field Guide to Understanding Human Error*: a counterfactual says what did not happen, and explains nothing that did.
"""

import re
from collections.abc import Iterator

from stanch.communicate.wording.engine import Finding, Hit, Phrase, Rule, check, phrases
from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary

_IRREGULAR = "been|known|seen|done|had|made|gone|taken|given|caught|thought|told|said|kept|left|read|run|written|built|found|felt|held|set|put|cut|shut|sent|spent|understood|begun|chosen|broken|drawn|driven|spoken|stopped|met|paid|led|let|got|gotten|brought|bought|come|become|woken|spotted|hit|grown|shown|thrown|won|lost|meant|heard|sought|fought|taught|withdrawn|undone|overridden|rewritten|split|quit"
_PAST = rf"(?:\w+ed|{_IRREGULAR})"
_ADVERB = r"(?:(?:not|never|also|at least|really|just|simply|clearly|obviously|surely|certainly|easily|probably|always|first|immediately|then|at once|better|all|both|been able to|to) )*"
_HAVE = r"(?:have|'ve|of)"
_ROLE = r"(?:engineers?|developers?|operators?|admins?|administrators?|on-call(?: engineer)?s?|responders?|commander|incident commander|scribe|colleagues?|employees?|managers?|contractors?|technicians?|interns?|juniors?|seniors?|authors?|reviewers?|testers?|analysts?|architects?|leads?|owners?|staff|person|people|individuals?|programmers?|dbas?|sres?|sysadmins?|trainees?|newcomers?|new hires?|team members?|members? of (?:the|our) team|deployers?|users?|whoever|someone|somebody|nobody|no one|anyone|everyone|they|he|she|we|i|you|who)"
_TEAM = r"(?:[\w-]+ ){0,2}?(?:team|teams|department|group|squad|ops|operations|dev|devs|qa|security|infra|infrastructure|support|sales|marketing|management|leadership|vendor|provider|supplier|partner)"
_HUMAN_FAULT = r"(?:forgot|forgets|neglect(?:ed|s)|overlook(?:ed|s)|skipped|ignor(?:ed|es)|misjudged|misread|misunderstood|mistook|botched|bungled|messed up|screwed up|slipped up|dropped the ball|panicked|cut corners|got (?:it|this|that) wrong|did(?: not|n't) (?:bother|care|check|test|think|notice|read|follow|pay attention|look|ask|verify|tell|know|understand|realise|realize|review|escalate|respond|react|communicate|inform|listen|take)|failed to|made (?:a|an|the|another|several) (?:\w+ ){0,2}?(?:mistake|error|blunder|slip|misjudgement|misjudgment|wrong (?:call|decision))s?|acted (?:too late|rashly|carelessly)|took too long|was (?:too slow|asleep|distracted|unprepared|inattentive|wrong)|were (?:too slow|asleep|distracted|unprepared|inattentive|wrong)|never (?:bothered|checked|tested|told|read|looked|asked|thought|noticed|verified|informed|followed)|lacked (?:the )?(?:skill|skills|experience|knowledge|discipline|judgement|judgment)|misconfigured|mistyped|mis-typed|fat-fingered|accidentally \w+ed|mistakenly \w+ed|wrongly \w+ed|carelessly \w+ed|inadvertently \w+ed|wasn't paying attention|missed the|slept through|let (?:the |a |an )?(?:\w+ )?(?:slip|through|slip through)|let (?:it|this|that) (?:slip|through)|(?:ran|executed|entered|typed|chose|picked|selected|clicked|pressed|restarted|deleted|unplugged|stopped|edited|deployed|pushed|merged|committed|shipped|pasted) (?:[\w-]+ ){0,4}?(?:wrong|bad|faulty|incorrect) \w+)"

_COUNTERFACTUAL = (
    Phrase("should shouldn't ought", rf"\b(?:should(?: not|n't)?|ought (?:not )?to) {_ADVERB}{_HAVE} {_ADVERB}{_PAST}\b", "say what was done, and what made that sensible then"),
    Phrase("should've could've", rf"\b(?:should|could)'ve {_ADVERB}{_PAST}\b", "say what was done, and what made that sensible then"),
    Phrase("could couldn't might", rf"\b(?:could|might) {_ADVERB}(?:have|'ve) {_ADVERB}(?:been (?:avoided|prevented|caught|detected|found|fixed|stopped|noticed|spotted|resolved|mitigated|shortened|seen|known|contained|foreseen)|avoided|prevented|spared|caught|detected|found|fixed|stopped|noticed|spotted|checked|tested|asked|called|paged|rolled|reverted|escalated|acted|known|seen|told|read|reacted|responded|declared|saved|chosen|done|been faster|been quicker|mitigated|resolved|taken|used|looked|foreseen|verified|warned)\b", "say what stood in the way, and what would make it possible next time"),
    Phrase("would wouldn't", rf"\b(?:would(?:n't| not| never)?|'d) {_ADVERB}have {_ADVERB}(?:{_PAST}|happened)\b[^.!?\n]{{0,60}}\b(?:if|had|with more|without)\b", "say what happened, and why"),
    Phrase("if had", rf"\b(?:if (?:only )?(?:[\w'-]+ ){{1,4}}?had(?: not|n't| only)? (?:\w+ )?{_PAST}|had (?:the |our |an? )?(?:{_ROLE}|{_TEAM}|[A-Z]\w+)(?: not| only| just| simply| ever)* {_PAST})\b", "say what was done, and what was known then"),
    Phrase("only", r"\bif only\b", "say what was done, and what was known then"),
    Phrase("needed supposed expected meant obliged required", rf"\b{_ROLE} (?:was|were) (?:supposed|expected|meant|obliged|required) to\b(?=[^.!?\n]*\bbut\b)|\b(?:engineer|developer|operator|admin|on-call|responder|technician|dba|sre|reviewer|manager|someone|somebody|he|she|they) (?:was|were) (?:supposed|meant) to (?:first )?(?:check|drain|read|test|ask|verify|look|stop|tell|page|warn|roll|restart|review)\b|\b(?:someone|somebody|he|she|they|we|engineer) needed to (?:look|check|ask|test|read|verify|page|tell|stop)\b|\bneeded to have {_PAST}\b", "say what was done instead, and what led to it"),
    Phrase("avoided prevented preventable avoidable", r"\b(?:(?:was|were|is) (?:entirely |completely |easily |totally |perfectly |wholly )?(?:preventable|avoidable)|(?:easily|completely|entirely) (?:avoided|prevented|preventable|avoidable)|(?:avoidable|preventable) (?:mistake|error|outage|incident))\b", "say which condition allowed it"),
    Phrase("instead", r"\binstead of (?:first )?(?:checking|testing|reading|asking|following|rolling back|escalating|waiting|calling|declaring|verifying|looking|thinking|reverting|paging|telling|consulting|using the)\b", "say what was done, and why it looked right"),
    Phrase("would", r"(?<!what )\bwould (?:easily |surely |simply )?have (?:avoided|prevented|spared|saved|stopped|caught|shown|been enough|taken (?:only )?(?:one|two|five|ten|a|a few|a couple of) (?:seconds?|minutes?|moment))\b", "say what happened, and why"),
    Phrase("must", r"\bmust (?:not|never) have (?:been )?\w+ed\b", "say what was done, and what made that sensible then"),
    Phrase("should", r"\b(?:one|you|everyone|everybody) should always (?:check|test|read|ask|verify|look|wait|review)\b", "name the check that makes it certain"),
    Phrase("right thing correct chance opportunity", r"\bthe (?:right|correct) thing (?:to do )?(?:was|would have been) to\b|\bhad (?:every|ample|plenty of|many) (?:chances?|opportunit(?:y|ies)|time) to\b", "say what was known then, and what stood in the way"),
    Phrase("better wiser", r"\b(?:it would have been|would've been|had been) (?:far |much )?(?:better|wiser|smarter|safer|easier|faster|quicker|enough) (?:to|if)\b", "say what was chosen, and what was known then"),
)  # fmt: skip

_PERSON_AS_CAUSE = (
    Phrase("mistake mistakes error errors oversight slip blunder misjudgement misjudgment", rf"\b(?:mistake|error|oversight|slip|blunder|misjudge?ment)s? (?:made |committed )?(?:by|of|on the part of) (?:an? |the |our |one of (?:the |our )?)?(?:[\w-]+ ){{0,2}}?(?:{_ROLE}|(?-i:[A-Z][a-z]+))\b", "say what the system allowed"),
    Phrase("error errors mistake mistakes", r"\b(?:human|operator|user|pilot|engineer|developer|administrator|admin|employee|manual|operational|personal|typing|clerical|copy[- ]paste)(?:'s)? (?:error|mistake|failure)s?\b", "say what made this slip possible, and what did not stop it"),
    Phrase("fat-finger fat fingered finger", r"\bfat[- ]finger(?:ed|ing)?\b|\boperator slip\b", "say what made this slip possible"),
    Phrase("mistake error fault failure carelessness negligence oversight inattention incompetence inexperience ignorance laziness mistakes errors decision", rf"\b(?:because of|due to|caused by|result of|thanks to|down to|by|is|was|to) (?:an? |the )?(?:\w+ ){{0,2}}?(?:mistake|error|fault|failure|carelessness|negligence|oversight|inattention|incompetence|inexperience|ignorance|laziness|bad decision|poor decision|wrong decision)s? (?:made |committed )?(?:by|of|on the part of|from) (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{_ROLE}|(?-i:[A-Z][a-z]+))\b", "say what the system allowed"),
    Phrase("cause caused causes because blame fault responsible reason culprit guilty", rf"\b(?:(?:root )?cause|reason|culprit|guilty party|blame|fault)\b[^.!?\n]{{0,20}}?\b(?:was|is|were|lies with|lay with|rests with|belongs to)\b (?:that )?(?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{_ROLE}|(?-i:[A-Z][a-z]+))\b(?! (?:path|tool|interface|guide|manual|load|pool|token|session|account|rotation|schedule|traffic|data))", "say which condition allowed it"),
    Phrase("typo typos command button misreading misclick", rf"\b(?:typo|misreading|misclick|wrong (?:command|button|host|key|flag))s? (?:typed |made |pressed |entered |given )?by (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{_ROLE}|(?-i:[A-Z][a-z]+))\b", "say what the system allowed"),
    Phrase("oversight slip typo mistake blunder carelessness inattention misjudgement misjudgment inexperience haste", rf"\b(?:{_ROLE}|(?-i:[A-Z][a-z]+))'s (?:own |simple )?(?:oversight|slip|typo|mistake|blunder|carelessness|inattention|misjudge?ment|inexperience|haste)\b", "say what made this slip possible, and what did not stop it"),
    Phrase("on", r"\b(?:outage|incident|failure|downtime) (?:is|was) (?:all |entirely |squarely )?on (?:the |our )?(?:[\w-]+ )?(?:engineer|developer|operator|admin|manager|responder|reviewer|dba|sre|intern|technician)\b(?!')", "say which condition allowed it"),
    Phrase("dropped", r"\b(?:an?|the|our|one) (?:[\w-]+ ){0,2}?(?:engineer|developer|operator|admin|contractor|intern|technician|dba|sre|junior) dropped (?:the|our|a) (?:[\w-]+ )?(?:table|database|index|schema)\b", "say what the command did, and what allowed it"),
    Phrase("caused", r"\bcaused by (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){0,2}?(?:engineer|developer|operator|admin|administrator|employee|contractor|technician|intern|colleague|person|someone|somebody|individual|staff|team member|dba|sre)s?\b", "say what the system allowed"),
    Phrase("fault blame blamed guilty responsible accountable", rf"\b(?:\w+'s (?:own )?fault|(?:his|her|their|my|your|our) (?:own )?fault|(?:{_ROLE}|(?-i:[A-Z][a-z]+)) (?:is|was|were|are) (?:solely |fully |clearly |entirely |directly |personally )?(?:to blame|guilty|at fault|responsible for (?:the|this|these|causing|breaking|taking)))\b", "say which condition allowed it"),
    Phrase("broke deleted dropped took crashed killed wiped destroyed ruined brought", r"\b(?:(?:an? |the |our |one )(?:[\w-]+ ){0,2}?(?:engineer|developer|operator|admin|administrator|contractor|intern|technician|colleague|dba|sre|junior)|someone|somebody|(?-i:[A-Z][a-z]+)|he|she) (?:single-handedly |then |simply )?(?:broke|wiped|destroyed|ruined|killed|crashed|brought down|took (?:down|out)) (?:the|our|all|everything|production|it|half|a)\b", "say what the command did, and what allowed it"),
)  # fmt: skip

_PERSON_FAULT = re.compile(
    rf"\b(?:(?:the|an?|our|one of (?:the|our)|some|another|which|when|because|that|but|and|after|before|as|if|since|while)\s+)?(?:[\w-]+\s+)?(?P<who>{_ROLE}|(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?))(?: (?:on call|on duty|at the time|on shift))?(?: who (?:\w+ ){{1,4}}?)?\s*\b(?:had |has |have |then |also |again |simply |still |just |apparently |clearly |probably |repeatedly )*{_HUMAN_FAULT}\b",
    re.I,
)  # fmt: skip
_FAULT = re.compile(_HUMAN_FAULT, re.I)
_SYSTEM_WORDS = re.compile(
    r"\b(?:alert|alerts|test|tests|check|checks|probe|pipeline|system|service|server|servers|database|deploy|deployment|canary|replica|failover|script|job|jobs|cron|tool|tooling|monitor|monitoring|process|runbook|cache|client|clients|request|requests|load|balancer|node|nodes|pod|pods|dns|retry|retries|controller|health|certificate|build|release|rollback|migration|query|queries|backup|backups|api|app|application|page|pages|dashboard|config|configuration|kubernetes|linux|redis|kafka|postgres|prometheus|alertmanager|haproxy|nginx|connection|connections|packets?|queue|worker|workers|consumer|consumers|scheduler|lock|it|this|that|which)\s*$",
    re.I,
)  # fmt: skip
_FORGET = re.compile(r"\b(?:forgot(?:ten)?|neglected) to\b|\b(?:nobody|no one|none of us|no-one) (?:\w+ )?(?:bothered|cared|thought|noticed|checked|looked|asked|tested|read|told|questioned|verified|took|paid|remembered|realised|realized|knew|owned)\b", re.I)  # fmt: skip

_JUDGEMENT = (
    Phrase("careless carelessness carelessly sloppy sloppiness sloppily negligent negligence lazy laziness stupid stupidity stupidly incompetent incompetence reckless recklessly irresponsible unprofessional inexcusable unforgivable foolish foolishly idiotic dumb naive naively ignorant clueless inept hasty hastily rash rashly thoughtless amateurish amateur silly embarrassing shameful disgraceful unacceptable pathetic lax inattentive irresponsibly complacent complacency overconfident overconfidence arrogant stubborn stubbornly incapable unqualified undisciplined slack crazy insane ridiculous appalling terrible horrible awful poor poorly bad wrong wrongly mistake mistakes error errors blunder blunders oversight oversights common lack absence questionable flawed dreadful unacceptable completely totally simply utterly clearly", r"\b(?:careless(?:ly|ness)?|slopp(?:y|ily|iness)|negligen(?:t|ce|tly)|laz(?:y|ily|iness)|stupid(?:ly|ity)?|incompeten(?:t|ce)|reckless(?:ly|ness)?|irresponsib(?:le|ly)|unprofessional(?:ly)?|inexcusabl[ey]|unforgivable|foolish(?:ly|ness)?|idiotic|dumb|naive(?:ly|ty)?|ignoran(?:t|ce)|clueless|inept(?:ly|itude)?|hast(?:y|ily)|rash(?:ly)?|thoughtless(?:ly)?|amateur(?:ish)?|silly|embarrassing(?:ly)?|shameful|disgraceful|pathetic|lax|inattentive|complacen(?:t|cy)|overconfiden(?:t|ce)|arrogan(?:t|ce)|stubborn(?:ly|ness)?|unqualified|undisciplined|ridiculous|appalling|(?:poor|bad|terrible|horrible|awful|questionable|flawed|dreadful) (?:judgement|judgment|decision|decisions|choice|choices|engineering|work|discipline|craftsmanship|attitude|call|calls|practice by|job|performance of the team|reaction)|(?:lack|absence) of (?:care|discipline|attention|diligence|professionalism|common sense|competence|judgement|judgment|responsibility)|common sense|rookie|basic (?:mistake|error)s?|(?:obvious|glaring|silly|avoidable|unnecessary|costly|serious|terrible|inexplicable|grave|schoolboy) (?:mistake|error|blunder|oversight)s?|blunders?|wrong(?:ly)? (?:decided|assumed|chose|decision|call)|(?:completely|totally|simply|utterly|clearly) (?:unacceptable|wrong|failed|incapable|unprepared))\b"),
    Phrase("careful carefully attention vigilant diligent harder caution cautious remind reminded attentive", r"\b(?:(?:be|being|becoming|stay|remain) (?:much |far |even )?(?:more |extra )?(?:careful|attentive|vigilant|diligent|cautious|mindful)(?: next time)?|pay(?:ing)? (?:much |far |closer |more |better |special )+attention|try(?:ing)? harder|(?:take|taking|exercise|exercising|use|using) (?:more |greater |extra |better )(?:care|caution|diligence)|(?:remind|reminding) (?:the team|everyone|everybody|all (?:engineers|developers|operators)|engineers|developers|people|staff|them|him|her) (?:to|that|of))\b",
           better="name the check, the guard or the tool that makes it safe without extra attention"),
)  # fmt: skip

_HINDSIGHT = (
    Phrase("obvious obviously evident evidently plain apparent", r"\b(?:(?:was|were|is|be|been|seems?|seemed|quite|so|perfectly|rather|blatantly|painfully) (?:\w+ )?(?:obvious|plain to see|clear as day|self-evident|evident)|obviously|blindingly|evidently|plainly|for all to see|staring (?:us|them|everyone|him|her) in the face)\b"),
    Phrase("clearly clear there", r"\b(?:(?:was|were|had been) (?:always |all along )?(?:clear|clearly visible|clearly there|there) (?:all along|from the (?:start|beginning|outset)|to (?:everyone|anyone|all|see))|clearly (?:the|a|an|showed|visible|pointed|indicated|wrong|broken|should|not|there|saturated|saw|a bad|our|failing|marked|written|documented|stated))\b"),
    Phrase("hindsight retrospect looking", r"\b(?:(?:in|with|with the benefit of|with the wisdom of) hindsight|in retrospect|retrospectively|looking back(?:,| it| we| now)?)\b"),
    Phrase("predictable predictably foreseeable inevitable inevitably waiting matter bound destined doomed surprise surprisingly unsurprisingly expected", r"\b(?:(?:was|were|is) (?:\w+ )?(?:predictable|foreseeable|inevitable|bound to (?:happen|fail|break|end)|destined to|doomed|only a matter of time|waiting to happen|to be expected|no surprise)|predictably|inevitably|unsurprisingly|not surprisingly|an accident waiting|a disaster waiting|a matter of time|recipe for disaster)\b"),
    Phrase("course knew known everyone everybody anyone anybody any", r"\b(?:of course|as (?:everyone|everybody|anyone|we all) (?:knows?|knew|could)|(?:everyone|everybody|we all|they all) (?:knew|had known|always knew)|(?:anyone|anybody|any (?:\w+ )?(?:engineer|developer|operator|one of us)) (?:\w+ )?(?:could|would|can|should|knows|who)|well[- ]known (?:risk|problem|issue|fact|weakness)|all along|knew (?:perfectly|full|very) well|must have (?:known|seen|noticed|realised|realized))\b"),
    Phrase("signs warning warnings sign writing red", r"\b(?:(?:all )?the (?:warning )?signs were (?:there|clear|ignored)|writing (?:was )?on the wall|red flags?|tell-?tale|warning signs)\b"),
    Phrase("quick short single look glance easily easy simple simply trivial trivially just minutes seconds", r"\b(?:(?:could|would|might|can) (?:have )?(?:easily|simply|trivially)|easily (?:have|be|been|seen|spotted|noticed|found)|a (?:simple|quick|trivial|single|short) (?:look|glance|check|test|search|read|phone call|question|grep)(?: at [\w ]{1,30}?)? (?:would|could|was enough|had|shows))\b"),
    Phrase("missed failed", r"\bmissed (?:the )?(?:obvious|clear|opportunit(?:y|ies)|chances?|many chances|every chance|several chances)\b"),
)  # fmt: skip

_TEAM_BLAME = (
    Phrase("team teams department ops dev devs qa security infra support sales management vendor provider supplier contractor partner operations group squad leadership marketing infrastructure", rf"\b(?:the |our |their |an? )?{_TEAM} (?:\w+ )?(?:had |has |have |again |simply |once again |then |also |still |repeatedly )*(?:{_HUMAN_FAULT}|let (?:us|everyone|them) down|broke|refused to|kept (?:ignoring|refusing|blaming|us waiting)|blamed|shipped (?:broken|untested|bad)|pushed (?:a |an )?(?:broken|untested|bad)|left us|caused (?:the|this|our)|is (?:to blame|responsible|at fault|notorious|known for)|was (?:to blame|responsible for (?:the|this)|at fault|unresponsive|unhelpful|uncooperative|slow to)|were (?:to blame|at fault|unresponsive|unhelpful|slow to)|do(?:es)? not (?:care|understand|listen|test)|doesn't (?:care|understand|listen|test)|don't (?:care|understand|listen|test)|sat on|dragged (?:its|their) feet|took (?:hours|days|forever|too long)|threw (?:it|this) over|never)\b"),
    Phrase("fault problem mess responsibility job", rf"\b(?:(?:the |our |their )?(?:{_TEAM})(?:'s|s') (?:fault|problem|mess|mistake|failure|error|negligence|incompetence|carelessness|bug|doing)|(?:is|was) (?:not )?(?:the |our |their )?(?:{_TEAM})(?:'s|s') (?:fault|problem|job|responsibility)|not our (?:fault|problem|job|responsibility|bug)|their (?:fault|mess|mistake|problem|bug))\b"),
    Phrase("blame because thanks to fault failure", rf"\b(?:blame (?:lies|rests) (?:with|on)|thanks to|failure (?:of|by)|fault (?:of|lies with)|negligence (?:of|by)|error (?:of|by)|mistake (?:of|by)) (?:the |our |their |an? )?{_TEAM}\b"),
    Phrase("as always usual again typical", rf"\b(?:as (?:always|usual)|once again|yet again|typical(?:ly)?|of course),? (?:the |our )?{_TEAM}\b"),
    Phrase("over wall silo finger fingers pointing us them", r"\b(?:(?:threw|thrown|tossed) (?:it |this |them )?over the (?:wall|fence)|point(?:ed|ing)? (?:the )?fingers?|finger[- ]pointing|us (?:versus|vs\.?|against) them|passed the buck)\b"),
    Phrase("told warned asked informed", rf"\b(?:nobody|no one|they never|never) (?:in |from |on )?(?:the |our )?(?:{_TEAM} )(?:told|warned|asked|informed|consulted|answered)\b|\bthey (?:were warned|had been (?:warned|told)|knew and)\b|\bwe (?:had )?(?:warned|told) them\b"),
)  # fmt: skip


_by_phrase = phrases(*_PERSON_AS_CAUSE)


def _person_as_cause(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    taken = Taken()
    for hit in _by_phrase(text, vocabulary):
        if not _names_a_thing(text, hit, vocabulary):
            taken.take(hit.start, hit.end)
            yield hit
    for start, end, who in [*_blamed(text), *((m.start(), m.end(), "") for m in _FORGET.finditer(text.raw))]:
        if not taken.free(start, end):
            continue
        if who and (_SYSTEM_WORDS.search(who) or _is_team(text, start, end) or not _is_person(who, vocabulary)):
            continue
        taken.take(start, end)
        yield Hit(start, end, "say what was done, what was known then, and what did not stop it")


def _blamed(text: Text) -> Iterator[tuple[int, int, str]]:
    """Who did something wrong: start, end, who. Only sentences with a word of fault are looked at closely."""
    for sentence in text.sentences:
        if _FAULT.search(sentence.text):
            for m in _PERSON_FAULT.finditer(sentence.text):
                yield sentence.start + m.start(), sentence.start + m.end(), m["who"]


_ROLE_ONLY = re.compile(rf"^{_ROLE}$", re.I)
_NOT_NAMES = frozenset(
    ["The", "This", "That", "These", "Those", "It", "Its", "Their", "Our", "When", "While", "After", "Before", "Because", "Since", "If", "As", "And", "But", "So", "Then", "There", "Here", "Traffic", "Monitoring", "Alertmanager", "Prometheus", "Kubernetes", "Redis", "Kafka", "Postgres", "Grafana", "Linux", "Deploys", "Alerts", "Tests", "Retries", "Requests", "Clients", "Orders", "Payments", "Health", "Canary", "Failover", "Automation", "Staging", "Production", "Rollback", "Terraform", "Ansible", "Jenkins", "Envoy", "Consul", "Vault", "Nginx", "Haproxy", "Replication", "Backups", "Dns", "Customers"]
)  # fmt: skip


def _is_person(who: str, vocabulary: Vocabulary) -> bool:
    """A role, a known person, or a capitalised word that is no word of the trade."""
    if _ROLE_ONLY.match(who) or who in vocabulary.people:
        return True
    return who[:1].isupper() and not (set(who.split()) & _NOT_NAMES) and who.lower() not in vocabulary.internal


def _is_team(text: Text, start: int, end: int) -> bool:
    return bool(re.search(rf"\b{_TEAM}\b (?:\w+ ){{0,2}}?{_HUMAN_FAULT}", text.raw[max(0, start - 25) : end], re.I))


def _names_a_thing(text: Text, hit: Hit, vocabulary: Vocabulary) -> bool:
    words = text.raw[hit.start : hit.end].split()
    last = words[-1].strip(".,;:'")
    return last in _NOT_NAMES or last.lower() in vocabulary.internal


RULES = (
    Rule("counterfactual", "A counterfactual", "it tells what did not happen, and explains nothing that did", "say what was done, and what made that sensible then",
         phrases(*_COUNTERFACTUAL), "The on-call engineer should have rolled back at 14:05.", "At 14:05 the dashboard showed the new release as healthy, so the on-call engineer looked at the database first."),
    Rule("person_as_cause", "A person as the cause", "another person in the same place can do the same: what allowed it?", "say what the system allowed", _person_as_cause,
         "The outage was caused by human error.", "The tool deleted a production database without asking for its name."),
    Rule("judgement", "A judging word", "it judges a person and tells nothing of the conditions", "say what was done and what was known then", phrases(*_JUDGEMENT),
         "The change was pushed through a careless review.", "The review showed 40 files; the one line that mattered was in the 38th."),
    Rule("hindsight", "Hindsight", "it was not obvious to those who were there, or they would have acted on it", "say what could be seen at that moment", phrases(*_HINDSIGHT),
         "It was obvious that the disk would fill up.", "The graph of the disk was on a page that the alert did not link."),
    Rule("team_blame", "Blame between teams", "the next incident needs both teams to tell what they know", "say what passed between the teams, and what was missing there", phrases(*_TEAM_BLAME),
         "The platform team failed to tell us about the upgrade.", "The upgrade was announced in a channel that our team does not read."),
)  # fmt: skip


def check_blameless(text: str, vocabulary: Vocabulary) -> list[Finding]:
    """What to reword in a postmortem, an action item or a comment."""
    found = check(text, RULES, vocabulary)
    teams = Taken((f.start, f.end) for f in found if f.rule == "team_blame")
    return [f for f in found if f.rule != "person_as_cause" or teams.free(f.start, f.end)]
