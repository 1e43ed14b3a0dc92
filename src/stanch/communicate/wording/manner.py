"""Tone of a post: evasion, minimising, conditional apologies (R33). Pure tables."""

from stanch.communicate.wording.engine import Phrase, phrases

_TROUBLE = r"(?:issues?|problems?|errors?|disruptions?|outages?|degradations?|difficult(?:y|ies)|incidents?|interruptions?|anomal(?:y|ies)|delays?|slowness|failures?|instabilit(?:y|ies)|trouble|faults?|inconvenience|irregularit(?:y|ies)|latency|slowdowns?|impacts?|downtime|performance|abnormalit(?:y|ies)|performance degradation)"
_BE = r"(?:was|were|has been|have been|had been|is being|are being|being|may be|may have been|might be|might have been|will be|is|are|got|getting)"
_VAGUE = r"(?:experienced|encountered|observed|noticed|seen|felt|faced|noted|had|suffered|witnessed|incurred|registered|perceived|met with|undergone|sustained|reported|detected)"

passive_evasion = phrases(
    Phrase("experienced encountered observed noticed seen felt faced noted had suffered witnessed incurred registered perceived met undergone sustained reported detected", rf"\b{_TROUBLE}(?: [\w-]+){{0,6}}? {_BE}(?: currently| briefly| also| recently| temporarily| unfortunately| subsequently)? {_VAGUE}\b"),
    Phrase("mistakes mistake errors error", r"\b(?:mistakes?|errors?) (?:was|were|have been|has been|got) made\b"),
    Phrase("caused inconvenience", r"\binconvenience(?:s)? (?:was|were|has been|have been|may have been) (?:caused|created)\b"),
    Phrase("impacted affected degraded disrupted compromised availability performance service services functionality", r"\b(?:service|services|functionality|availability|performance|operations|systems?|access|connectivity|stability|reliability|user experience|experience)(?: \w+){0,3}? (?:was|were|has been|have been|is being|are being|may have been|became) (?:adversely |negatively |temporarily |partially |briefly |somewhat )?(?:impacted|affected|degraded|disrupted|compromised|influenced|impaired)\b"),
    Phrase("occurred arose transpired happened manifested", rf"\b(?:an?|the|some|certain|several|various|unexpected|unforeseen)(?: \w+){{0,2}}? (?:{_TROUBLE}|event|situation|circumstances?)(?: \w+){{0,4}}? (?:(?:has|have|had) )?(?:occurred|arose|arisen|transpired|manifested|come to light|came to light)\b"),
    Phrase("aware awareness attention reported received noted noticed observed determined found discovered established", r"\b(?:it (?:has|was|had) (?:been )?(?:come|brought|came|noted|noticed|observed|determined|found|discovered|established|reported) (?:to our attention )?(?:that)|(?:was|has been|been) brought to our attention)\b"),
    Phrase("being steps measures actions action efforts investigation", r"\b(?:steps|measures|actions?|efforts|corrective actions?|the necessary steps) (?:are|is|were|was|have been|has been|will be) (?:being )?(?:taken|undertaken|made|initiated|implemented|put in place|carried out)\b", "say who does what: 'we are ...'"),
    Phrase("may might could users customers", r"\b(?:users?|customers?|clients?|members?) (?:may|might|could) (?:have )?(?:be|been) (?:experiencing|experienced|encountering|impacted)\b(?! \w*(?: \w+){0,3} (?:when|while|with \w+ing))"),
)  # fmt: skip

_FEW = r"(?:small|tiny|limited|minor|very small|relatively small|negligible|handful|fraction|subset|minimal|low|modest|select)"
minimising = phrases(
    Phrase("only just merely simply barely hardly solely", r"\b(?:only|just|merely|simply|barely|hardly|solely)(?: (?:affect(?:s|ed|ing)?|impact(?:s|ed|ing)?|concern(?:s|ed)?|for|a|an|the|about|in|seen by|hit|with|very|really|has been|was|were))* (?:a |an |the |one |two |three |very )?(?:few|some|small|tiny|limited|minor|handful|fraction|subset|minority|slight|brief|short|certain|couple|single|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a dozen|fifteen|twenty|thirty|forty|fifty|a hundred) (?:of|customers|users|people)|\d+ (?:customers|users|people|minutes|orders|payments|requests|accounts))\b|\b(?:only|just|merely)(?: about| around| some)? \d+(?:[.,]\d+)? ?(?:%|percent|per cent)"),
    Phrase("small tiny limited negligible minimal fraction handful subset modest", r"\b(?:an? |the )?(?:very |relatively |extremely |fairly |rather |really )?(?:small|tiny|limited|negligible|minimal|modest) (?:number|amount|percentage|proportion|portion|fraction|subset|group|set|minority|share|part|quantity|selection)s?\b(?! of (?:\w+ )?(?:them|it)\b)(?![^.!?\n]{0,40}\d)"),
    Phrase("handful fraction subset couple", r"\b(?:a (?:mere |small |tiny )?(?:handful|fraction|subset)|a couple) of (?:our |the )?(?:\w+ )?(?:users|customers|people|accounts|orders|clients|members|requests|payments|emails|messages|stores|shops|teams)\b(?![^.!?\n]{0,30}\d)"),
    Phrase("bit little slightly somewhat harmless drama dramatic deal cosmetic serious world", r"\b(?:a bit|a little|a touch|slightly|somewhat|a tad) (?:slow(?:er)?|late(?:r)?|delayed|longer|patchy|wobbly|unstable|unreliable|sluggish|degraded|irregular|off)\b|\b(?:fairly |rather |quite |completely |mostly |largely )?harmless\b|\b(?:nothing (?:serious|dramatic|major|to worry about)|no (?:big|great) (?:deal|drama|harm)|not (?:a big deal|dramatic|the end of the world|that bad|too bad)|no drama|purely cosmetic)\b"),
    Phrase("minor slight brief small little tiny momentary short mild", r"\b(?:(?:a|some|very|rather|only|any|the|this|these) )?(?:very |rather |relatively )?(?:minor|slight|brief|small|little|tiny|momentary|mild|trivial|short) (?:issue|problem|glitch|hiccup|inconvenience|disruption|delay|outage|interruption|blip|bump|error|slowdown|incident|hitch|degradation|impact|annoyance|disturbance|snag|bug|trouble|wobble)s?\b"),
    Phrase("glitch glitches hiccup hiccups blip blips hitch wobble snag wobbles bump bumps quirk", r"\b(?:glitch(?:es)?|hiccups?|blips?|hitch(?:es)?|wobbles?|snags?|(?:small )?bumps? in the road|quirks?)\b"),
    Phrase("slightly somewhat marginally momentarily briefly", r"\b(?:slightly|somewhat|marginally|a (?:little )?bit|a tad) (?:slow(?:er)?|degraded|delayed|affected|impacted|longer|unstable|unavailable|elevated|reduced|late)\b"),
    Phrase("hardly barely scarcely almost", r"\b(?:hardly|barely|scarcely) any(?:one|body)?\b|\balmost (?:no ?one|nobody|none)\b"),
    Phrase("calm panic", r"\b(?:stay|keep|remain) calm\b|\b(?:no|don't|do not) panic\b"),
    Phrase("nothing deal serious worry big major concern", r"\b(?:nothing (?:serious|major|to worry about|big)|not (?:a )?(?:big|major|serious|huge)(?: deal| issue| problem)?|no (?:big|great) deal|no (?:need|reason|cause) (?:to|for) (?:worry|panic|alarm|concern)|(?:don't|do not) worry)\b"),
    Phrase("most vast majority everyone", r"\b(?:the )?(?:vast majority|most|almost all|nearly all|the rest|everyone else|over \d+ ?%)(?: of)?(?: our| the)? (?:users|customers|people|requests|orders|members|clients)?\s*(?:are|were|is|was|remain(?:ed|s)?) (?:not |un)(?:affected|impacted)\b"),
    Phrase("minimal negligible insignificant little limited", r"\b(?:minimal|negligible|insignificant|very little|very limited|little to no|limited) (?:customer |user |service )?(?:impact|effect|disruption|inconvenience|interruption)\b"),
    Phrase("impact effect disruption delay delays effects scope", r"\b(?:impact|effect|disruption|delay|scope|inconvenience)s?\b[^.!?\n,]{0,20}? (?:is|was|are|were|has been|have been|remains?|stays?|stayed) (?:\w+ )?(?:minimal|limited|small|minor|negligible|low|slight|modest|insignificant|brief)\b"),
    Phrase("few", r"\b(?:a (?!few (?:minutes|hours|days|moments|times))|very|relatively|quite) ?few (?:\w+ )?(?:users|customers|people|orders|accounts|clients|members|payments)\b"),
)  # fmt: skip

non_apology = phrases(
    Phrase("sorry apologise apologize apologies apology regret", r"\b(?:sorry|apologi[sz]e|apologies|apology|regret)\b[^.!?\n]{0,25}?\b(?:if|should)\b (?:you|this|that|anyone|any|some|there|it|the|our|we|your)"),
    Phrase("any inconvenience", r"\bany (?:\w+ )?(?:inconvenience|trouble|confusion|disruption|frustration|difficulty|difficulties|issues?|problems?|concern|upset|discomfort|annoyance|distress|impact)s?\b(?= (?:this|that|it|caused|which|you|we|these|the|may|might|has|have|experienced|resulting|\w+ing)|[.,!]|$)"),
    Phrase("inconvenience disruption frustration trouble", r"\b(?:inconvenience|disruption|frustration|trouble|confusion|upset|distress)s? (?:this |that |it |which |we |these |the \w+ |you |our \w+ )?(?:may|might|could) (?:have|be|has)\b"),
    Phrase("feel felt feels", r"\b(?:sorry|apologi[sz]e|regret)\b[^.!?\n]{0,20}?\b(?:you|anyone|some|customers|people|users)(?: \w+){0,2} (?:feels?|felt|thinks?|thought|believes?|were (?:offended|upset|inconvenienced|bothered))\b"),
    Phrase("but however though", r"\b(?:sorry|apologi[sz]e|apologies)\b[^.!?\n]{0,40}?,? (?:but|however|though|although)\b"),
    Phrase("regret regrettable regretted unfortunate", r"\b(?:it is|this is|that is|it's|was) (?:\w+ )?(?:regrettable|unfortunate)\b|\bregrettabl[ey]\b"),
    Phrase("apology apologies apologise apologize", r"\bapolog(?:y|ies|i[sz]e) to (?:anyone|those|any|whoever)(?: \w+){0,3} (?:who|that) (?:may|might|feels?|felt|thinks?|thought|believes?|believed|were?|was (?:bothered|offended|inconvenienced|upset))\b"),
    Phrase("if", r"\bif (?:you|this|that|anyone|any|somebody|someone|our)\b[^.!?\n]{0,50}?,? (?:we|please accept|our)\b[^.!?\n]{0,20}?\b(?:sorry|apolog\w+|regret)\b"),
    Phrase("mistakes misunderstanding", r"\b(?:sorry|apologi[sz]e|apologies|regret)\b[^.!?\n]{0,30}?\b(?:misunderstanding|perceived|perception|mix-up)\b"),
)  # fmt: skip
