"""The rules for postmortems (R44): they point at judgements of people and at hindsight, and offer words about the system. Pure.

Dekker, *The Field Guide to Understanding Human Error*: a counterfactual says what did not happen, and explains nothing that did.
"""

import re
from collections.abc import Iterator

from msgspec import structs

from stanch.communicate.wording.counterfactual import counterfactuals
from stanch.communicate.wording.engine import Finding, Hit, Phrase, Rule, check, phrases
from stanch.communicate.wording.fault import faults
from stanch.communicate.wording.judging import judging
from stanch.communicate.wording.people import FUNCTION, ROLE, TEAM, is_person
from stanch.communicate.wording.prose import Prose, prose_of
from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary

_WHOM = rf"(?:an? |the |our |one |one of (?:the |our )?)?(?:[\w-]+ ){{0,2}}?(?:(?!(?:users?|people|who|whoever|you|we|i|everyone|everybody)\b){ROLE}|(?-i:[A-Z][a-z]+))"
_PERSON_AS_CAUSE = (
    Phrase("because due caused triggered result consequence outcome work doing thanks down stems stemmed owing attributed attributable traced trace set started brought introduced began begins starts",
           rf"\b(?:because of|due to|caused by|triggered by|(?:result|consequence|outcome|work|doing) of|thanks to|down to|stem(?:s|med)? from|owing to|attribut(?:ed|able) to|traced? (?:back )?to|(?:set off|started|brought (?:about|on)|introduced) by|(?:started|began|begins|starts) with) {_WHOM}(?=,? (?:who|(?!during|morning|evening|building)[a-z-]+ing)\b)|\b(?:because of|caused by|thanks to|due to|work of|fault of) (?:an?|one|our|the) (?:[\w-]+ ){{0,2}}?(?!(?:users?|drivers?|builders?|installers?|editors?|operators?|dispatchers?|owners?|supervisors?)\b){ROLE}(?=\s*(?:[,.;]|$| and\b))", "say which condition allowed it"),
    Phrase("between pebkac mine hers theirs bad culpa", r"\bbetween (?:the )?(?:chair and (?:the )?keyboard|keyboard and (?:the )?chair)\b|\bpebkac\b|\b(?:fault|blame) (?:is|was) (?:\w+ )?(?:mine|hers|theirs)\b|\bmy bad\b|\bmea culpa\b", "say which condition allowed it"),
    Phrase("cause reason", rf"\b(?:cause|reason)\s?[:=]\s?(?:an? |the |one |our )?(?:[\w-]+ ){{0,2}}?{ROLE}(?=\s*(?:[.,;]|$))", "say which condition allowed it"),
    Phrase("it", rf"\bit (?:was|is) (?:an? |the |our |one of (?:the |our )?)?(?:{ROLE}|(?-i:[A-Z][a-z]+)) (?:who|that) (?!(?:\w+ed (?:the|that|a) )?(?:found|noticed|spotted|saw|fixed|proposed|suggested|restored|rolled|reported|joined|raised|asked|called|paged|helped|solved|identified|discovered|stopped|was|were|had|first|finally|knew|told|recogni[sz]ed)\b)\w+", "say what was done, and what let it through"),
    Phrase("blame", rf"\bblame (?:for [^.!?\n]{{1,60}}? )?(?:belongs|goes|lies|lay|rests|rested|falls|fell|sits) (?:\w+ )?(?:to|with|on|at) {_WHOM}\b", "say which condition allowed it"),
    Phrase("mistake mistakes error errors oversight slip blunder misjudgement misjudgment misunderstanding misconfiguration misreading miscalculation misinterpretation mishandling mismanagement confusion inaction inattention hesitation indecision forgetfulness", rf"\b(?:mistake|error|oversight|slip|blunder|mis(?:judge?ment|understanding|configuration|reading|calculation|interpretation|handling|management)|confusion|inaction|inattention|hesitation|indecision|forgetfulness)s? (?:(?:was|were) )?(?:made |committed )?(?:by|of|on the part of) (?:an? |the |our |one of (?:the |our )?)?(?:[\w-]+ ){{0,2}}?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b", "say what the system allowed"),
    Phrase("error errors mistake mistakes factor factors", r"\b(?:human|operator|user|pilot|engineer|developer|administrator|admin|employee|manual|operational|personal|typing|clerical|copy[- ]paste)(?:'s)? (?:error|mistake|failure)s?\b|\bhuman factors?\b", "say what made this slip possible, and what did not stop it"),
    Phrase("fat-finger fat fingered finger", r"\bfat[- ]finger(?:ed|ing)?\b|\boperator slip\b", "say what made this slip possible"),
    Phrase("mistake error fault failure carelessness negligence oversight inattention incompetence inexperience ignorance laziness mistakes errors decision", rf"\b(?:because of|due to|caused by|result of|thanks to|down to|by|is|was|to) (?:an? |the )?(?:\w+ ){{0,2}}?(?:mistake|error|fault|failure|carelessness|negligence|oversight|inattention|incompetence|inexperience|ignorance|laziness|bad decision|poor decision|wrong decision)s? (?:made |committed )?(?:by|of|on the part of|from) (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b", "say what the system allowed"),
    Phrase("cause caused causes because blame fault responsible reason culprit guilty", rf"\b(?:(?:root )?cause|reason|culprit|guilty party|blame|fault)\b[^.!?\n]{{0,20}}?\b(?:was|is|were|lies with|lay with|rests with|belongs to)\b (?:that )?(?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b(?! (?:path|tool|interface|guide|manual|load|pool|token|session|account|rotation|schedule|traffic|data))", "say which condition allowed it"),
    Phrase("typo typos command button misreading misclick", rf"\b(?:typo|misreading|misclick|wrong (?:command|button|host|key|flag))s? (?:typed |made |pressed |entered |given )?by (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b", "say what the system allowed"),
    Phrase("oversight slip typo mistake blunder carelessness inattention misjudgement misjudgment inexperience haste", rf"\b(?=[\w-]{{1,40}}(?: [\w-]{{1,40}})?'s)(?:{ROLE}|(?-i:[A-Z][a-z]+))'s (?:own |simple )?(?:oversight|slip|typo|mistake|blunder|carelessness|inattention|misjudge?ment|inexperience|haste)\b|\b\w+'s (?:own )?(?:carelessness|inattention|negligence|inexperience|misjudge?ment|forgetfulness|incompetence|blunder)\b", "say what made this slip possible, and what did not stop it"),
    Phrase("failure lack neglect negligence refusal inability absence ignorance failing hasty careless", rf"\b(?=[\w-]{{1,40}}(?: [\w-]{{1,40}})?'s)(?:{ROLE}|(?-i:[A-Z][a-z]+))'s? (?:\w+ )?(?:failure|lack|neglect|negligence|refusal|inability|ignorance|reluctance|unwillingness) (?:to|of)\b|\b(?:failure|lack of \w+|negligence|neglect|carelessness|absence of \w+) (?:by|from|on the part of|in) (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b", "say what was asked of people, and what stood in the way"),
    Phrase("poor bad weak limited sloppy slow careless hasty wrong lazy reckless rash questionable", rf"\b(?=[\w-]{{1,40}}(?: [\w-]{{1,40}})?'s)(?:{ROLE}|(?-i:[A-Z][a-z]+))'s (?:own )?(?:\w+ )?(?:poor|bad|weak|limited|sloppy|slow|careless|hasty|wrong|lazy|reckless|rash|questionable|flawed|panicked|late) \w+", "say what was known then, and what the system allowed"),
    Phrase("name face traced comes were are all came come boils boiled goes went lies lay down back", rf"\b(?:(?:comes|came|come|boils|boiled) down to|(?:goes|went|go) back to|traced? (?:back )?to|(?:lies|lay) with|(?:is|was|were|are|all) down to) (?:an? |the |our |one of (?:the|our) )?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b(?=[,.;]| (?:who|in|on|from|with|and)\b|$)|\b(?:outage|incident|problem|failure|fault) has a (?:name|face)\b", "say which condition allowed it"),
    Phrase("trigger culprit offender reason cause origin source", rf"\b(?:trigger|culprit|offender|origin|source|reason|cause)(?: of (?:the|this|it all)(?: \w+)?)? (?:was|is|were) (?:again |simply |of course |once more |none other than )?(?:an? |the |our |one of (?:the|our) )?(?:{ROLE}|(?-i:[A-Z][a-z]+))\b(?=[,.;]| (?:who|and|on|in|from|deleting|running|pushing|merging|changing|forgetting|not|again)\b|$)", "say which condition allowed it"),
    Phrase("took broke caused led brought made cost killed triggered crashed destroyed wiped deleted knocked cut blocked locked overwrote corrupted sank emptied exposed leaked erased flooded stalled froze ended", rf"\b(?=[\w-]{{1,40}}(?: [\w-]{{1,40}})?'s)(?:{ROLE}|(?-i:[A-Z][a-z]+))'s (?:[\w-]+ ){{0,3}}?(?:changes?|decision|command|script|commit|merge|deploy|deployment|action|actions|edit|fix|push|query|restart|choice|reaction|migration|pull request|pr|patch|rule|regex|typo|upload|update|settings?|configuration|config|input|entry|shortcut)(?: [\w-]+){{0,5}}? (?:took|broke|caused|brought|killed|led to|triggered|crashed|cost|made it worse|destroyed|wiped|deleted|knocked|cut off|blocked|locked|overwrote|corrupted|sank|emptied|exposed|leaked|erased|flooded|stalled|froze|set off|left (?:us|everyone|customers)|ended in)\b", "say what the change did, and what let it through"),
    Phrase("on", r"\b(?:outage|incident|failure|downtime) (?:is|was) (?:all |entirely |squarely )?on (?:the |our )?(?:[\w-]+ )?(?:engineer|developer|operator|admin|manager|responder|reviewer|dba|sre|intern|technician)\b(?!')", "say which condition allowed it"),
    Phrase("dropped", r"\b(?:an?|the|our|one) (?:[\w-]+ ){0,2}?(?:engineer|developer|operator|admin|contractor|intern|technician|dba|sre|junior) dropped (?:the|our|a) (?:[\w-]+ )?(?:table|database|index|schema)\b", "say what the command did, and what allowed it"),
    Phrase("caused", r"\bcaused by (?:an? |the |our |one of (?:the|our) )?(?:[\w-]+ ){0,2}?(?:engineer|developer|operator|admin|administrator|employee|contractor|technician|intern|colleague|person|someone|somebody|individual|staff|team member|dba|sre)s?\b", "say what the system allowed"),
    Phrase("fault blame blamed guilty responsible accountable", rf"\b(?:\w+'s (?:own )?fault|(?:his|her|their|my|your|our) (?:own )?fault|(?:{ROLE}|(?-i:[A-Z][a-z]+)) (?:is|was|were|are) (?:solely |fully |clearly |entirely |directly |personally )?(?:to blame|guilty|at fault|responsible for (?:the|this|these|causing|breaking|taking)))\b", "say which condition allowed it"),
    Phrase("broke deleted dropped took crashed killed wiped destroyed ruined brought", r"\b(?:(?:an? |the |our |one )(?:[\w-]+ ){0,2}?(?:engineer|developer|operator|admin|administrator|contractor|intern|technician|colleague|dba|sre|junior)|someone|somebody|(?-i:[A-Z][a-z]+)|he|she) (?:single-handedly |then |simply )?(?:broke|wiped|destroyed|ruined|killed|crashed|brought down|took (?:down|out)) (?:the|our|all|everything|production|it|half|a)\b", "say what the command did, and what allowed it"),
)  # fmt: skip

_FORGET = re.compile(r"\b(?:(?:^|(?<=[.:;] ))(?:forgot|neglected)|was forgotten) to\b|(?<!that )(?<!which )\b(?:nobody|no one|none of us|no-one) (?:\w+ )?(?:bothered|cared|thought|noticed|checked|looked|asked|tested|read|told|questioned|verified|took|paid|remembered|realised|realized|knew|owned)\b", re.I)  # fmt: skip

_JUDGEMENT = (
    Phrase("care thought regard diligence learn sense beginner beginner's beginners novice novice's lacks lacked lacking afterthought disgrace scandal joke farce shambles fiasco debacle embarrassment mess shame amateur kind common rookie basic obvious glaring avoidable unnecessary costly serious grave schoolboy elementary wrong wrongly lack absence approval response work review decision plan testing reaction handling communication coordination handover preparation teamwork leadership escalation documentation supervision planning completely totally simply utterly clearly ought better",
           r"\b(?:(?:a|an|complete|total|utter|absolute|real|plain) (?:disgrace|scandal|joke|farce|shambles|fiasco|debacle|embarrassment|mess|shame)|amateur hour|without (?:any |much |due |the slightest |a )?(?:care|thought|regard|diligence)\b|an afterthought|(?:a|any|every|no) special kind of|common sense|rookie|(?:beginner|novice|amateur)(?:'?s'?)? (?:mistake|error)s?|(?:no|any|little|more|a) sense of (?:urgency|responsibility|ownership|duty)|(?:must|should|needs? to|ha(?:ve|s) to) (?:finally |really |just )?learn (?:to|how)|(?:basic|obvious|glaring|avoidable|unnecessary|costly|serious|grave|schoolboy|elementary) (?:mistake|error|oversight)s?|(?:lack(?:s|ed|ing)?|absence)(?: of)? (?:care|discipline|attention|diligence|professionalism|common sense|competence|judge?ment|responsibility|foresight)|wrong(?:ly)? (?:decided|assumed|chose|decision|call)|(?:response|reaction|handling|communication|coordination|work|review|plan|planning|decision|testing|handover|preparation|teamwork|leadership|escalation|documentation|supervision) (?:was|were|is|has been|of \w+ was) (?:\w+ )?(?:a mess|slow and|half-hearted)|(?:completely|totally|simply|utterly|clearly) (?:wrong|failed)|(?:should|ought to|must) know better|(?:should|ought to) have known better)\b"),
    Phrase("showed shown show shows interest need needs must should have has double discipline disciplined responsibility focus focused concentrate seriously sharpen", r"\b(?:need(?:s)? to|must|should|ha(?:ve|s) to|ought to) (?:\w+ )?(?:be|become|act|get|stay|work) (?:\w+ )?(?:disciplined|responsible|professional|alert|focused|focussed|thorough|rigorous|sharper|better at|serious|accountable)\b|\b(?:double|redouble|sharpen|improve|increase) (?:their|our|your|his|her) (?:attention|focus|concentration|vigilance|discipline|efforts?)\b|\b(?:shows?|showing|showed|shown) (?:more|some|a little|little|no|greater) (?:discipline|responsibility|ownership|care|respect|interest|common sense)\b|\btake (?:their|this|it|things|alerts|pages|the \w+) (?:more )?seriously\b|\bthink (?:twice|before|harder)\b",
           better="name the check, the guard or the tool that makes it safe without extra attention"),
    Phrase("careful carefully attention vigilant diligent harder caution cautious remind reminded attentive", r"\b(?:(?:be|being|becoming|stay|remain) (?:much |far |even )?(?:more |extra )?(?:careful|attentive|vigilant|diligent|cautious|mindful)(?: next time)?|pay(?:ing)? (?:much |far |closer |more |better |special )+attention|try(?:ing)? harder|(?:take|taking|exercise|exercising|use|using) (?:more |greater |extra |better )(?:care|caution|diligence)|(?:remind|reminding) (?:the team|everyone|everybody|all (?:engineers|developers|operators)|engineers|developers|people|staff|them|him|her) (?:to|that|of))\b",
           better="name the check, the guard or the tool that makes it safe without extra attention"),
)  # fmt: skip

_HINDSIGHT = (
    Phrase("obv obvs obvious obviously evident evidently plain apparent", r"\b(?:(?:was|were|is|be|been|seems?|seemed|quite|so|perfectly|rather|blatantly|painfully) (?:(?!not |less |hardly |n't |never |far )\w+ )?(?:obvious|plain to see|clear as day|self-evident|evident)|obviously|obvs?|blindingly|evidently|plainly|for all to see|staring (?:us|them|everyone|him|her) in the face)\b"),
    Phrase("clearly clear there", r"\b(?:(?:was|were|had been) (?:always |all along )?(?:clear|clearly visible|clearly there|there) (?:all along|from the (?:start|beginning|outset)|to (?:everyone|anyone|all|see))|clearly (?:going to|heading|about to|the|a|an|showed|visible|pointed|indicated|wrong|broken|should|not|there|saturated|saw|a bad|our|failing|marked|written|documented|stated))\b"),
    Phrase("hindsight retrospect retrospectively looking afterwards fact foreseen predicted expected", r"\b(?:(?:in |with |with the benefit of |with the wisdom of )?hindsight(?! bias)|in retrospect|retrospectively|looking back(?:,| it| we| now)?|looking at (?:it|this|them|that) (?:now|today|afterwards)|(?:easy|clear|obvious|simple)(?: to \w+)? (?:afterwards|after the fact)|as (?:could|might) (?:be|have been) (?:foreseen|predicted|expected))\b"),
    Phrase("predictable predictably foreseeable inevitable inevitably waiting matter bound destined doomed surprise surprisingly unsurprisingly expected", r"\b(?:(?:was|were|is) (?:\w+ )?(?:predictable|foreseeable|inevitable|bound to (?:happen|fail|break|end)|destined to|doomed|only a matter of time|waiting to happen|to be expected|no surprise)|predictably|inevitably|unsurprisingly|not surprisingly|an accident waiting|a disaster waiting|a matter of time|recipe for disaster)\b"),
    Phrase("course knew known everyone everybody anyone anybody any", r"\b(?:of course|as (?:everyone|everybody|anyone|we all) (?:knows?|knew|could)|(?:everyone|everybody) knows (?:that|this|how|it)|(?:we|they|i) (?:all )?knew (?:that )?(?:it|this|the \w+) would|(?:everyone|everybody|we all|they all) (?:knew|had known|always knew)|(?:anyone|anybody|any (?:\w+ )?(?:engineer|developer|operator|one of us)) (?:\w+ )?(?:could|would|can (?:see|tell|know|say|read|guess|imagine|understand)|should (?:have|know|see)|knows|who (?:knows|knew|looks|looked|has|had|reads|read|understands|ever))|well[- ]known (?:risk|problem|issue|fact|weakness)|all along|knew (?:perfectly|full|very) well|must have (?:known|seen|noticed|realised|realized))\b"),
    Phrase("signs warning warnings sign writing red", r"\b(?:(?:all )?the (?:warning )?signs were (?:there|clear|ignored)|writing (?:was )?on the wall|red flags?|tell-?tale|warning signs)\b"),
    Phrase("quick short single look glance easily easy simple simply trivial trivially just minutes seconds", r"\b(?:(?:could|would|might|can) (?:have )?(?:easily|simply|trivially)|easily (?:have|be|been|seen|spotted|noticed|found)|a (?:simple|quick|trivial|single|short) (?:look|glance|check|test|search|read|phone call|question|grep)(?: at [\w ]{1,30}?)? (?:would|could|was enough|had|shows))\b"),
    Phrase("staring front nose noses eyes whole time plain sight screaming shouting sticking", r"\bright (?:in front of|under|before) (?:us|them|him|her|everyone|everybody)\b|\b(?:in front of|under|before) (?:our|their|his|her|everyone's) (?:very )?(?:noses?|eyes)\b|\b(?:the|this) whole time\b|\bin plain sight\b|\b(?:screaming|shouting|sticking out|jumping out) (?:at (?:us|them|everyone)|like)\b|\bstaring\b[^.!?\n]{0,15}\bin the face\b"),
    Phrase("question time sooner inevitably coming saw", r"\b(?:only |just )?a question of (?:time|when)\b|\bsooner or later\b|\b(?:saw|seen|see) (?:it|this|that) coming\b|\bnot (?:a question of|if but|if, but)\b[^.!?\n]{0,8}\bwhen\b"),
    Phrase("anyone anybody any everyone child beginner", r"\b(?:anyone|anybody|any(?: [\w-]+){1,3}|a child|a beginner|every \w+)(?: [\w'-]+){0,6} (?:would|could|should|must) (?:have|know|see|notice|tell)\b|\b(?:was|were|is) (?:visible|there|apparent|plain|clear|obvious) (?:for|to) (?:all|anyone|anybody|everyone|everybody)\b"),
    Phrase("telling warning shouting screaming crying", r"\bhad been (?:telling|warning|shouting|screaming|crying)\b|\bas we (?:now )?know (?:now|today|by now)\b"),
    Phrase("today know", r"\bas we (?:now )?know (?:now|today|by now)\b"),
    Phrase("knowing today learned now", r"\b(?:knowing|given) what (?:we|I|they) (?:now )?know\b(?: now| today)?|\b(?:we|I|they) (?:now know|know now|know today) (?:that )?(?:this|it|the)\b|\bwith what we know (?:now|today)\b|\bin the light of what\b"),
    Phrase("unmistakable unmistakably glaring glaringly plain telling telltale smoking sign signs clue clues indication warning warnings hint hints", r"\bunmistakabl[ey]\b|\bglaring(?:ly)?\b(?! (?:error|mistake|oversight|omission))|\bsmoking gun\b|\b(?:clear|plain|loud|obvious|strong|early|ample|plenty of|enough|many|repeated|every) (?:signs?|clues?|indications?|warnings?|hints?|signals?) (?:that |which |of )?(?:\w+ )?(?:were|was|had been|of (?:the|what)|that|everyone|nobody|we|they)\b|\b(?:signs?|clues?|hints?|warnings?) (?:were|was|had been) (?:all |always |clearly |already )?(?:there|overlooked|missed|ignored|everywhere|plain|clear)\b"),
    Phrase("surprises surprise surprised surprising surprisingly wonder expected naturally needless logically doubt undoubtedly", r"\b(?:to (?:nobody|no one|no-one)'s surprise|surpris(?:e|es|ed) (?:nobody|no one|no-one)|(?:hardly|not|scarcely) (?:a surprise|surprising)|no wonder|nobody (?:was|should be|is) surprised|as (?:was |could be |might be |could have been )?(?:to be )?expected(?=,| when| after|\.)|as (?:expected|predicted|feared),|needless to say|undoubtedly|without (?:a )?doubt|(?:^|(?<=\. ))naturally,)"),
    Phrase("should ought", r"\b(?:should|ought to)(?: have|'ve) (?:\w+ly )?(?:reali[sz]ed|recogni[sz]ed|guessed|suspected|foreseen|sensed|anticipated|seen (?:that|this|it|the (?:signs?|warnings?|problem|trouble))|been (?:clear|obvious|apparent|evident))\b"),
    Phrase("clearly plainly", r"(?:^\W*|[,;:] |\band |\bbut )(?:clearly|plainly),? (?!(?:states?|stated|says?|labell?ed|marked|visible|documented)\b)"),
    Phrase("easy plain hard difficult tell how table surprised clearer plainer obvious louder going space start beginning outset first turned written had told visible sooner ticking knowledge cared surprise see apparent", r"\bas it turned out\b|\bit (?:later |afterwards )?turned out (?:later|afterwards|in the end)\b|\bwritten all over\b|\bhow (?:could|did) (?:we|they|you|anyone|anybody|nobody|everyone) (?:all )?(?:not|miss|overlook|fail)\b|\b(?:clues?|signs?|hints?|facts|evidence|answer) (?:was|were|lay) (?:\w+ )?on the table\b|\b(?:no one|nobody|no-one) (?:can|could|should|will|would) be surprised\b|\bcould(?:n't| not) have been (?:clearer|plainer|more obvious|louder)\b|\bwas always going to\b|\b(?:was|is) (?:easy|plain|not hard|not difficult) to (?:see|tell|guess|predict|foresee)\b|\b(?:everyone|everybody) could (?:see|tell)\b|\bvisible from space\b|\b(?:pointed|led|hinted|visible|clear|there) [^.!?\n]{0,40}?from the (?:very )?(?:start|beginning|outset|first minute)\b(?! of)|\bhad to (?:end|happen|go wrong|break|fail) (?:like this|this way|that way|some ?day|one day|eventually|sooner or later|at some point)\b|\b(?:everyone|everybody|anyone|anybody|any \w+) (?:could|would) have told (?:you|us|them|him|her)\b|\b(?:visible|apparent|plain|there) (?:to|for) (?:all|any(?:one|body)|every(?:one|body)|those)\b|\b(?:it was |only )?sooner or later\b|\bticking time[- ]?bomb\b|\b(?:with|in|given) (?:the )?(?:knowledge of today|today's (?:knowledge|eyes))\b|\bcame as (?:no|little) (?:great |big |real )?surprise\b|\b(?:anyone|anybody|everyone) who (?:cared|bothered|wanted|chose) to (?:look|see|read|check)\b"),
    Phrase("missed failed", r"\bmissed (?:the )?(?:obvious|clear|opportunit(?:y|ies)|chances?|many chances|every chance|several chances)\b"),
)  # fmt: skip

_TEAM_BLAME = (
    Phrase("carelessness sloppiness negligence ignorance arrogance silence excuses slow rushed lazy sloppy broken bad careless half-baked untested reckless poor buggy shoddy incompetence chaos", rf"\b(?:{TEAM}|(?-i:[A-Z][a-z]+ing|Product|Security|Frontend|Backend))(?:'s|s') (?:\w+ )?(?:sloppy|broken|bad|careless(?:ness)?|sloppiness|negligence|ignorance|arrogance|incompetence|silence|excuses|half-baked|untested|reckless|poor|buggy|shoddy|rushed|lazy|chaos|slow)\b"),
    Phrase("if had", rf"(?:\bif (?:only )?|^\W*had )(?!(?:the |our )?team\b)(?:the |our )?(?:{TEAM}|{FUNCTION}) (?:had )?(?:not )?(?:only |just |ever |actually )?(?:\w+ed|did|had|read|told|knew|were|was|kept)\b[^.!?\n]{{0,200}}\bwould\b"),
    Phrase("by", rf"\b(?:was|were|got|been|is) (?:\w+ly )?(?:dumped|caused|broken|blocked|messed up|botched|forced|imposed|sabotaged|spoiled|held up|ignored|misled|left alone) (?:on us |upon us |through )?by (?:the |our |their )?(?:{TEAM}|{FUNCTION})\b"),
    Phrase("usual always ever", rf"\b(?:{TEAM}|(?<![\w-] ){FUNCTION})\b[^.!?\n]{{3,60}}, as (?:usual|always|ever)\b|\b(?:{TEAM}|{FUNCTION}) (?:was |were |is |are )?as (?:usual|always|ever) (?:too |very )?(?:late|slow|silent|absent|unhelpful|unreachable|asleep|away|wrong|busy)\b"),
    Phrase("fault problem mess responsibility job", rf"\b(?:(?:the |our |their )?(?:{TEAM})(?:'s|s') (?:fault|problem|mess|mistake|failure|error|negligence|incompetence|carelessness|bug|doing)|(?:is|was) (?:not )?(?:the |our |their )?(?:{TEAM})(?:'s|s') (?:fault|problem|job|responsibility)|not our (?:fault|problem|job|responsibility|bug)|their (?:fault|mess|mistake|problem|bug))\b"),
    Phrase("blame because thanks to fault failure", rf"\b(?:blame (?:lies|rests) (?:with|on)|thanks to|failure (?:of|by)|fault (?:of|lies with)|negligence (?:of|by)|error (?:of|by)|mistake (?:of|by)) (?:the |our |their |an? )?{TEAM}\b"),
    Phrase("as always usual again typical typically ever course", rf"\b(?:as (?:always|usual|ever)|once again|yet again|typical(?:ly)?|of course),? (?:it was )?(?:the |our )?(?:{TEAM}|{FUNCTION})\b"),
    Phrase("our ours us backs their", r"\bour (?:own )?(?:team|code|side|part|systems?|services?|end|changes?|work|half) (?:was|were|is|worked|did|had been)(?: perfectly| all)? (?:fine|correct|innocent|clean|ok|okay|(?:its|their) (?:job|part)|(?:everything|nothing|all) (?:right|wrong|correctly))\b|\bour (?:part|side|code|end) worked\b|\bnothing wrong (?:on|with|at) our\b|\bnot (?:on|at|with|from|by|because of) (?:us|our (?:side|end))\b|\btheir (?:[\w-]+ ){1,2}?(?:broke|took down|ruined|destroyed|blocked|killed|wrecked) (?:our|us|everything|the)\b|\bbehind our backs?\b"),
    Phrase("problem issue fault error cause", rf"\b(?:problem|issue|fault|error|cause) (?:was|is|lies|lay) (?:\w+ )?(?:on|with|at|in) (?:the |our )?(?:{TEAM}|{FUNCTION})(?:'s)?(?: side| end)?(?=\s*(?:[.,;]|$))"),
    Phrase("if", rf"\bwould\b[^.!?\n]{{0,60}}?\bif (?:only )?(?!(?:the |our )?team\b)(?:the |our )?(?:{TEAM}|{FUNCTION}) (?:only |just |ever |actually )?(?:\w+ed|did|had|read|told|knew|were|was|kept)\b"),
    Phrase("job responsibility duty task", rf"\bit(?: is| was|'s) (?:the )?(?:job|responsibility|duty|task) of (?:the )?(?:{TEAM}|{FUNCTION})\b"),
    Phrase("had", r"\b(?:and|so) we (?:\w+ )?had to (?:clean|pay|live with|deal with|pick up|sort|suffer|carry)\b"),
    Phrase("issue problem cause culprit reason trouble", rf"\b(?:{TEAM}|{FUNCTION}|(?-i:DBA|SRE|Dev|Admin))(?:'s|s') (?:[\w-]+ ){{1,3}}?(?:was|were|is|are) (?:the |what )(?:real |actual |true |whole |main )?(?:issue|problem|cause|culprit|reason|trouble)\b"),
    Phrase("over wall silo finger fingers pointing us them", r"\b(?:(?:threw|thrown|tossed) (?:it |this |them )?over the (?:wall|fence)|point(?:ed|ing)? (?:the )?fingers?|finger[- ]pointing|us (?:versus|vs\.?|against) them|passed the buck)\b"),
    Phrase("told warned asked informed", rf"\b(?:nobody|no one|they never|never) (?:in |from |on )?(?:the |our )?(?:{TEAM} )(?:told|warned|asked|informed|consulted|answered)\b|\bthey (?:were warned|had been (?:warned|told)|knew and)\b|\bwe (?:had )?(?:warned|told) them\b"),
)  # fmt: skip


_by_phrase = phrases(*_PERSON_AS_CAUSE)
_of_attention = phrases(*_JUDGEMENT)
_between_teams = phrases(*_TEAM_BLAME)


def _team_blame(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    taken = Taken()
    laid = [Hit(f.start, f.end) for f in faults(text, vocabulary) if f.kind == "team"]
    yield from (hit for hit in (*_between_teams(text, vocabulary), *laid) if taken.take(hit.start, hit.end))


def _person_as_cause(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    taken = Taken()
    for hit in _by_phrase(text, vocabulary):
        if not _names_a_thing(text, hit, vocabulary):
            taken.take(hit.start, hit.end)
            yield hit
    laid = [(f.start, f.end) for f in faults(text, vocabulary) if f.kind == "person"]
    for start, end in [*laid, *(m.span() for m in _FORGET.finditer(text.raw))]:
        if taken.take(start, end):
            yield Hit(start, end, "say what was done, what was known then, and what did not stop it")


def _judgement(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    taken = Taken()
    yield from (
        hit for hit in (*_of_attention(text, vocabulary), *judging(text, vocabulary)) if taken.take(hit.start, hit.end)
    )


def _names_a_thing(text: Text, hit: Hit, vocabulary: Vocabulary) -> bool:
    words = text.raw[hit.start : hit.end].split()
    last = words[-1].strip(".,;:'")
    return last[:1].isupper() and not is_person(last, vocabulary)


RULES = (
    Rule("counterfactual", "A counterfactual", "it tells what did not happen, and explains nothing that did", "say what was done, and what made that sensible then",
         counterfactuals, "The on-call engineer should have rolled back at 14:05.", "At 14:05 the dashboard showed the new release as healthy, so the on-call engineer looked at the database first."),
    Rule("person_as_cause", "A person as the cause", "another person in the same place can do the same: what allowed it?", "say what the system allowed", _person_as_cause,
         "The outage was caused by human error.", "The tool deleted a production database without asking for its name."),
    Rule("judgement", "A judging word", "it judges a person and tells nothing of the conditions", "say what was done and what was known then", _judgement,
         "The change was pushed through a careless review.", "The review showed 40 files; the one line that mattered was in the 38th."),
    Rule("hindsight", "Hindsight", "it was not obvious to those who were there, or they would have acted on it", "say what could be seen at that moment", phrases(*_HINDSIGHT),
         "It was obvious that the disk would fill up.", "The graph of the disk was on a page that the alert did not link."),
    Rule("team_blame", "Blame between teams", "the next incident needs both teams to tell what they know", "say what passed between the teams, and what was missing there", _team_blame,
         "The platform team failed to tell us about the upgrade.", "The upgrade was announced in a channel that our team does not read."),
)  # fmt: skip


def check_blameless(text: str, vocabulary: Vocabulary) -> list[Finding]:
    """What to reword in a postmortem, an action item or a comment. What is quoted, and code, is not the author's."""
    prose = prose_of(text)
    found = check(prose.text, RULES, vocabulary)
    teams = Taken((f.start, f.end) for f in found if f.rule == "team_blame")
    return [_in(text, prose, f) for f in found if f.rule != "person_as_cause" or teams.free(f.start, f.end)]


def _in(raw: str, prose: Prose, found: Finding) -> Finding:
    start, end = prose.raw_place(found.start), prose.raw_place(found.end, end=True)
    return structs.replace(found, start=start, end=end, text=raw[start:end])
