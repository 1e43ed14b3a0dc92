"""What people say of what they do, ask or pass on to each other: it describes no harm. Pure."""

import re

FIRST = r"(?:i|we|i'm|we're|i'll|we'll|i've|we've|let me|let us)"
BE = r"(?:am|are|is|was|were|will|have|has|had|be|been|going to|about to|need to|want to|should|can|could|just|now|also|still|already|currently|then)"
# What is done about an incident. Some of these words are nouns as well ("monitoring"): with an object only.
DO = (
    r"(?:look|check|investigat|analys|analyz|debugg?|dig|restart|reboot|roll|revert|redeploy|deploy|escalat|ask|join|ping|inform|notify|tell|prepar|"
    r"gather|compar|verify|mitigat|fix|drain|disabl)"
)
DO_IT = rf"(?:{DO}|call|pag|monitor|watch|test|read|review|scal|silenc|follow|try|reproduc|confirm|switch)"
IT = r"(?=(?:it|this|that|these|the|an?|all|our|my|into|at|with|to|back|up|over|on|whether|if|why|what|how|who|now|again|\w+ing)? )"
WHOM = r"(?:an? |the |our |their )?(?:\w+ )?(?:answer|reply|response|feedback|approval|confirmation|vendor|supplier|provider|team|support|ops)"
STILL = r"(?: still| yet| so far| for now)?"
TALK = re.compile(
    r"^ (?:"
    # Doing: without a subject, of oneself, of a colleague who is named.
    rf"{DO}ing (?!is|are|was|were|has|have|does|did|can|will|not|of|shows?|says?|fails?)|{DO_IT}(?:ing|ed|ied) {IT}|"
    rf"{DO_IT}e? (?=(?:it|this|that|these|the|an?|our|my|whether|if|why|back) )|look (?:at|into) |on (?:it|this|my way) $|"
    rf"(?:{FIRST}|will) (?:{BE} )*(?:{DO_IT}(?:e|ing|ed|ied)?|on (?:it|this|my way)|here|around) |"
    rf"(?:{FIRST} (?:{BE} )*)?wait(?:ing|ed)? (?:for|on) {WHOM} |"
    rf"(?:\w+ (?:{BE} )*)?(?:tak(?:e|es|ing)|took) (?:over as|a look|care of) |"
    rf"(?:\w+ (?:{BE} )*)?work(?:s|ing) on (?:it|this|that|an?|the) |"
    rf"(?:\w+ (?:{BE} )*)?open(?:s|ed|ing)? an? (?:ticket|case|incident|bridge|call|thread|issue) |"
    rf"\w+ (?:{BE} )+(?:looking (?:into|at (?:it|this|that))|investigating|on it|on the call) |"
    r"(?:the |an? )?(?:fix|patch|hotfix|help|rollback|vendor|provider|supplier) (?:is|are|was|has been|will be) "
    r"(?:on (?:its|the|his|her|their) way|being|coming|in progress|under ?way|informed|working|looking|investigating) |"
    # Asking.
    r"(?:who|please|pls|kindly|stand by|hold on|see (?:the|this|above|below|also|my|you|thread)|give (?:me|us)|keep (?:me|us|you|an eye)) |"
    r"(?:is|are|was|has|have|does|did|do|can|could) (?:anyone|anybody|someone|somebody|there|this|it|we|you) |"
    r"(?:anyone|anybody) (?:else|here|around|available|know|looking|seen|seeing) |(?:someone|somebody) (?:please|should|around|available) |"
    r"any (?:news|updates?|ideas?|eta|progress|volunteers?) |"
    # Passing on, and what is polite.
    r"(?:hi|hello|hey|dear|thanks|thank you|thx|good (?:morning|evening|afternoon|day)|ditto|likewise|me too) |"
    r"same (?:here|for (?:me|us)|with (?:me|us)|on my side) |"
    r"(?:i|we) (?:can )?(?:see|have|get|got) (?:it|this|that|the same)(?: too| as well| here)? $|"
    r"as (?:discussed|said|agreed|above|mentioned) |more (?:to follow|to come|soon|later|info|information|details) |to be \w+ $|"
    r"(?:next )?updates? (?:in|at|by|within|soon|follows?|to follow) |(?:it is )?(?:still )?(?:unknown|unclear|not clear|not known)"
    rf"{STILL} $|(?:the )?(?:cause|impact|reason|scope|extent) (?:is )?(?:still )?(?:unknown|unclear|not clear|not known){STILL} $"
    r")"
)
