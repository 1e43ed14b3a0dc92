"""Counterfactuals (R44): what did not happen, by the verb forms that say so. Pure.

Dekker, *The Field Guide to Understanding Human Error*: a counterfactual says what did not happen, and explains nothing that did.
"""

from stanch.communicate.wording.engine import Phrase, phrases
from stanch.communicate.wording.people import FUNCTION, ROLE, TEAM

_IRREGULAR = (
    "been|known|seen|done|had|made|gone|taken|given|caught|thought|told|said|kept|left|read|run|written|built|found|felt|held|set|put|cut|shut|sent|spent|understood|"
    "begun|chosen|broken|drawn|driven|spoken|stopped|met|paid|led|let|got|gotten|brought|bought|come|become|woken|spotted|hit|grown|shown|thrown|won|lost|meant|"
    "heard|sought|fought|taught|withdrawn|undone|overridden|rewritten|split|quit|cost|stuck|stood|slept|risen|rung|sat|sold|struck|worn|foreseen|overseen|forgotten|"
    "forbidden|frozen|fallen|flown|hidden|ridden|dealt|dug|fed|laid|lain|learnt|lit|proven|rebuilt|resent|reset|redone|retaken|spread|sunk|sworn|torn|wound|swept|kept"
)
_PAST = rf"(?:\w+ed|{_IRREGULAR})"
# No word may be read in two ways, or a row of them takes the power of its length.
_ADVERB = r"(?:(?:not|never|as well|equally well|perfectly well|very well|quite|perhaps|maybe|instead|just|long since|even|still|ever|in all likelihood|of course|\w+ly|already|also|at least|first|then|at once|better|soon|all|both|been able|been enough|been|to|in fact|no doubt) ){0,8}"
_HAVE = r"(?:have|'ve|of|ve|a)"
_PERFECT = rf"{_HAVE} {_ADVERB}{_PAST}\b"
_IF = r"(?:if|had|without|with|unless|but for)"
_MODAL = r"(?:would|could|might|wouldn't|couldn't|mightn't|'d)"
# An estimate of harm, or a guess of that time, is no counterfactual.
_HARM = r"(?:(?:affected|exposed|lost|leaked|caused|contributed|triggered|led|received|accessed|charged|retried|impacted|related|connected|linked to|correlated|involved|corrupted|damaged|stolen|compromised|shown|duplicated|delayed|noticed by customers)\b)"
_BETTER = r"(?:faster|quicker|shorter|safer|sooner|better|wiser|smarter|easier|simpler|cheaper|enough|sufficient|possible|prudent|wise|sensible|fine|spared|helpful|smaller|obvious)"
_HELPED = (
    r"(?:avoided|prevented|spared|saved|stopped|caught|detected|blocked|noticed|spotted|seen|found|fixed|limited|reduced|halved|shortened|contained|mitigated|kept|survived|recovered|foreseen|resolved|known|"
    r"checked|asked|paged|reverted|escalated|helped|warned|bought|given|stayed|remained|ended|been (?:\w+ly )?(?:avoided|prevented|caught|detected|found|fixed|stopped|noticed|spotted|resolved|mitigated|shortened|seen|known|contained|foreseen|spared|" + _BETTER + r"))"
)  # fmt: skip
# What follows by design is no reproach: "the agent would have restarted itself after ten minutes, as its unit file says".
_DESIGNED = r"(?![^.!?\n]{0,60}(?:\bas (?:its|the|designed|agreed|documented|configured|usual)|\bby default|, which (?:is|the|its)|\b(?:up to|at most|no more than) ))"
_CHECKING = r"(?:checking|testing|reading|asking|following|rolling back|escalating|waiting|calling|declaring|verifying|looking|thinking|reverting|paging|telling|consulting|guessing|stopping|draining|failing over|using the)"
_ACTED_ON = r"(?:turned|switched|checked|tested|reviewed|rolled|reverted|paged|told|asked|informed|called|escalated|noticed|caught|done|fixed|replaced|renewed|updated|documented|stopped|disabled|drained|compared|verified|monitored|questioned|declared|challenged|warned|considered|looked|read|followed|backed|rehearsed|staffed|trained|planned|announced|acted|raised)"
_DONE = "say what was done, and what made that sensible then"
_IN_THE_WAY = "say what stood in the way, and what would make it possible next time"
_KNOWN = "say what was done, and what was known then"

counterfactuals = phrases(
    Phrase("should shouldn't should've shouldn't've ought oughtn't needn't need must",
           rf"\b(?:should(?: not|n't)?|ought(?: not|n't| never)?(?: to)?|needn't|need not|must (?:not|never)) {_ADVERB}{_PERFECT}|\bshould'?n?t?'ve {_ADVERB}{_PAST}\b", _DONE),
    Phrase("shoulda coulda woulda shouldve couldve wouldve mighta", r"\b(?:should|could|would|might)(?:a|n'?t'?a)\b|\b(?:should|could|would)ve\b", _DONE),
    Phrase("could couldn't could've", rf"(?<!by design )(?<!ers )(?<!what )\b(?:could|couldn't)(?: not)? ?{_ADVERB}(?:have|'ve|of) {_ADVERB}(?:been {_ADVERB}(?!{_HARM})(?:{_PAST}|{_BETTER})|(?!been\b|{_HARM}){_PAST})\b(?! (?:for up to|up to|at most|no more|as designed|(?:on|in|from|by|via|through|over) (?:any of|either|each of|one of))){_DESIGNED}", _IN_THE_WAY),
    Phrase("might may might've", rf"\b(?:might|may) ?{_ADVERB}(?:have|'ve|of) {_ADVERB}{_HELPED}\b|\bmight {_ADVERB}have {_ADVERB}{_PAST}\b[^.!?\n]{{0,60}}\b(?:if|had|without|with more|rather than|instead of)\b", _IN_THE_WAY),
    Phrase("would wouldn't would've you'd we'd they'd one'd i'd it'd he'd she'd that'd nobody'd everyone'd somebody'd who'd there'd",
           rf"(?:(?<!what )\bwould(?:n't| not| never)?|'d(?: not| never)?) (?!normally|usually){_ADVERB}(?:have|'ve|of) (?!(?:needed|required) (?:\d|more|about|at least)){_ADVERB}(?:{_PAST}|{_BETTER})\b{_DESIGNED}|\bwould(?:n't)?'ve {_ADVERB}(?:{_PAST}|{_BETTER})\b", "say what happened, and why"),
    Phrase("avoided prevented caught stopped spared detected", r"\b(?:could|would|might) be (?:\w+ly )?(?:avoided|prevented|caught|stopped|spared|detected) (?:if|by|with)\b", _IN_THE_WAY),
    Phrase("if had", rf"\b{_MODAL}\b[^.!?\n]{{0,120}}?\bif (?:[\w'-]+ ){{1,8}}?had(?: not|n't| only| just| ever)* (?:\w+ly )?{_PAST}\b|\b(?:if|what if) (?:[\w'-]+ ){{1,8}}?had(?:n't| not| only| just| ever)* (?:\w+ly )?{_PAST}\b(?=[^.!?\n]{{0,200}}(?:\b|(?<=\w)){_MODAL}\b)|\bwhat if (?:[\w'-]+ ){{1,6}}?had(?:n't| not| only| just| ever)* {_PAST}\b", _KNOWN),
    Phrase("had", rf"(?:^\W*|\b(?:and|but|because) )had (?:[\w'-]+ ){{1,8}}?{_PAST}\b[^.!?\n]{{0,200}}{_MODAL}\b|\bhad (?:the |our |an? )?(?:{ROLE}|{TEAM}|(?-i:[A-Z]\w+))(?: not| only| just| simply| ever)* {_PAST}(?=[^.!?\n]{{0,150}}{_MODAL}\b)", _KNOWN),
    Phrase("could couldn't should shouldn't would wouldn't", rf"\b(?!would you\b)(?:could|should|would)(?:n't)? (?:we|they|he|she|you|it|this|that|someone|somebody|anyone|anybody|(?:the |our )?(?:[\w-]{{1,30}} )?(?:{ROLE}|{TEAM})) (?:not )?{_ADVERB}have {_PAST}\b|\b(?:you|one) would (?:think|expect|assume|hope|imagine)\b", _IN_THE_WAY),
    Phrase("should", rf"(?:^\W*|[;:,] )should (?:[\w'-]+ ){{1,5}}?have (?:been )?{_PAST}\b", _IN_THE_WAY),
    Phrase("had", rf"\b{_MODAL} (?:still |now |all )*(?:have|be)\b[^.!?\n]{{1,60}}?\bhad (?:the|an?|our|we|they|he|she|it|someone|somebody|nobody) (?:[\w'-]+ ){{0,4}}?(?:been |not ){{0,2}}{_PAST}\b", _KNOWN),
    Phrase("away", r"\b(?:one|a|two|a few|a single) [\w-]+ away from (?:preventing|avoiding|catching|stopping|noticing|seeing|spotting)\b", _IN_THE_WAY),
    Phrase("possible", r"\bit (?:was|would be) (?:\w+ )?possible to (?:stop|prevent|avoid|catch|see|save|spare|notice|foresee|spot)\b", _IN_THE_WAY),
    Phrase("better would", rf"\b(?:better|best) (?:that|if) (?:we|they|he|she|i|it|you|the \w+) had {_PAST}\b|\bwould that (?:we|they|he|she|i|it|you|the \w+) had\b|\bhad better have {_PAST}\b", _KNOWN),
    Phrase("only", rf"\bhad (?:we|they|he|she|i|you|someone|somebody|anyone|anybody) (?:only|but) {_PAST}\b", _KNOWN),
    Phrase("sooner earlier faster quicker", rf"\b(?:{ROLE}|{TEAM}) (?:needed|had) to [\w ]{{1,30}}? (?:sooner|earlier|faster|quicker|more quickly)\b", _IN_THE_WAY),
    Phrase("necessary needed required essential important mandatory planned agreed", r"\b(?:it )?was (?:necessary|needed|required|essential|important|mandatory|planned|agreed) to [^.!?\n]{3,80}?,? (?:what|which|but (?:this|that|it)|and (?:this|that|it)|this|that) (?:was|were|had|did)(?:n't| not| never)\b", _DONE),
    Phrase("if", rf"\bif (?:we|they|he|she|you|i|it|someone|somebody|anyone|anybody|nobody)'d (?:not |only |just |ever )*(?:\w+ly )?{_PAST}\b", _KNOWN),
    Phrase("expected hoped thought but", rf"\b(?:one|you|we) (?:might|could) have (?:expected|hoped|thought)\b|^\W*had (?:[\w'-]{{1,30}} ){{1,4}}?but {_PAST}\b", _KNOWN),
    Phrase("be", r"\b(?:we|it|this|they|things|customers)(?: would|'d| might| could)(?: not|n't)?(?: still| all)? be (?:here|up|running|fine|in this|safe|writing|reading|back|home|done)\b", _KNOWN),
    Phrase("only wish wished wishes", r"\bif only\b|\b(?:i|we|they|everyone|everybody|one) (?:now |really |do |all )?wish(?:ed|es)? (?:that )?(?:[\w'-]+ ){1,4}?(?:had|could|would|were)\b", _KNOWN),
    Phrase("were for but weren't wasn't been not", r"\b(?:were it not|had it not been|if it (?:weren't|were not|wasn't|was not|had not been|hadn't been)|if not) for\b|(?:^\W*|, |\band )but for (?:a|an|the|one|that|this|our|his|her|their)\b", "say what happened, and why"),
    Phrase("needn't need didn't there happen last", r"\bdid(?:n't| not) (?:need|have) to (?:happen|last|take|be like|be this|end|go|come|fail|suffer)\b|\bthere (?:was|were) no (?:need|reason|excuse) (?:to|for|not)\b|\bthere (?:was|were) (?:still |plenty of |enough |ample )+(?:time|chances?|opportunit(?:y|ies)|warning) to\b", _DONE),
    Phrase("nothing nobody", rf"\b(?:nothing|no one|nobody) (?:had )?(?:stopped|prevented|kept|hindered) (?:us|them|him|her|anyone|anybody|(?:the |our |an? )?(?:[\w-]+ )?(?:{ROLE}|{TEAM}|{FUNCTION})) from\b", _IN_THE_WAY),
    Phrase("why", rf"\bwhy (?:was|were)(?:n't (?:[\w'-]+ ){{1,6}}?| (?:[\w'-]+ ){{1,6}}?not ){_ACTED_ON}\b|\bwhy (?:did|had|was|were|has|does) (?:nobody|no one|no-one|none)\b|\bwhy (?:didn't|hadn't|haven't) (?:the |our |an? )?(?:{ROLE}|{TEAM})\b|\bwhy (?:did|had|have) (?:the |our |an? )?(?:{ROLE}|{TEAM}) not\b", _DONE),
    Phrase("move call thing step decision choice reaction response answer action approach course option", r"\b(?:right|correct|proper|better|best|smart|smarter|safe|safer|wise|wiser|sensible|prudent|only) (?:move|call|thing|step|decision|choice|reaction|response|answer|action|approach|course|option)\b[^.!?\n]{0,30}? (?:was|would have been|had been|would be) (?:to|not)\b", "say what was known then, and what stood in the way"),
    Phrase("mistake wrong error unwise premature mistaken", r"\b(?:it was|was) (?:clearly |simply |just )?(?:a (?:big |serious |clear )?mistake|wrong|an error|unwise|a bad idea|not (?:a good idea|wise|smart|the right)|premature|mistaken) (?:not )?(?:to|that|of)\b|\b(?:first|second|real|big|biggest|main|key|fatal|original|our|another) (?:mistake|error) was\b|\bwas (?:the|our|his|her|their) (?:real|first|actual|true|big|biggest|main|key|fatal) (?:mistake|error)\b", _DONE),
    Phrase("took needed needs takes was", r"\ball (?:it|that|we|they) (?:took|needed|had to do|was needed|was required)\b|\bit (?:only |just )?(?:took|needed|would take|needs) (?:only |just )?(?:one (?!hour|day|week|night|month)|a single|a quick|a simple|a five|a two|a ten)\b", "say what stood in the way"),
    Phrase("minutes hours days weeks months option chance opportunity time means authority information access every chances", r"\bhad (?:the|every|all the|ample|enough|plenty of|a) (?:\w+ )?(?:options?|chances?|opportunit(?:y|ies)|time|means|authority|information|data|access|reason)(?: [\w:-]+){0,3}? to\b[^.!?\n]{0,150}?(?:,| and| but)[^.!?\n]{0,150}?\b(?:did(?:n't| not)|never|failed|chose|instead|yet|waited|hesitated)\b|\bhad (?:[\w-]+ ){1,4}?(?:minutes?|hours?|days?|weeks?|months?) to\b[^.!?\n]{0,80}?\b(?:did nothing|did(?:n't| not)|never|failed)\b|\bhad (?:every|ample|plenty of|many) (?:chances?|opportunit(?:y|ies)|time) to\b", "say what was known then, and what stood in the way"),
    Phrase("rather instead", rf"\b(?:rather than|instead of) (?:first |just |simply )?{_CHECKING}\b", "say what was done, and why it looked right"),
    Phrase("have", rf"\b(?:needed|(?:was|were)(?: supposed| meant| expected| due)?) to have {_PAST}\b|\b(?:we|they|he|she) needed to have (?:an?|the|more|some)\b", "say what was done instead, and what led to it"),
    Phrase("needed supposed expected meant obliged required allowed", rf"\b(?:was|were) (?:supposed|meant|expected|required) to (?:be|have been) [^.!?\n;]{{2,60}}?\b(?:but|yet|and) (?:nobody|no one|it was(?:n't| not)|was(?:n't| not)|never|had(?:n't| not)|did(?:n't| not))\b|\b(?=[\w-]{{1,40}}(?: [\w-]{{1,40}}){{0,3}} (?:was|were) )(?:{ROLE}|{TEAM}) (?:was|were)(?: not)? (?:supposed|expected|meant|obliged|required|allowed) to\b(?=[^.!?\n]{{0,200}}\bbut\b)|\b(?:engineer|developer|operator|admin|on-call|responder|technician|dba|sre|reviewer|manager|someone|somebody|he|she|they) (?:was|were) (?:supposed|meant) to (?:first )?(?:check|drain|read|test|ask|verify|look|stop|tell|page|warn|roll|restart|review)\b|\b(?:someone|somebody|he|she|they|we|engineer) needed to (?:look|check|ask|test|read|verify|page|tell|stop)\b", "say what was done instead, and what led to it"),
    Phrase("avoided prevented preventable avoidable", r"\b(?:(?:was|were|is) (?:entirely |completely |easily |totally |perfectly |wholly )?(?:preventable|avoidable)|(?:easily|completely|entirely) (?:avoided|prevented|preventable|avoidable)|(?:avoidable|preventable) (?:mistake|error|outage|incident))\b", "say which condition allowed it"),
    Phrase("should", r"\b(?:one|you|everyone|everybody) should always (?:check|test|read|ask|verify|look|wait|review)\b", "name the check that makes it certain"),
)  # fmt: skip
