"""What a why names: a person, a decision, an event, a condition or a structure of the system (R44, R46). Pure."""

import re
from typing import Literal, get_args

from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.vocabulary import Vocabulary

_PERSON = (
    r"(?:engineer|developer|operator|admin|administrator|on-call(?! (?:rotation|schedule|rota|plan|tool|policy|process)s?\b)|"
    r"responder|colleague|employee|manager|contractor|technician|intern|junior|"
    r"author|reviewer|tester|analyst|programmer|dba|sre|sysadmin|trainee|newcomer|person|human|somebody|someone|he|she)s?"
)
_THING = (
    r"(?:system|tool|tooling|process|pipeline|script|test|check|review|alert|release|deploy\w*|rollout|runbook|permission|interface|form|"
    r"console|config\w*|limit|guard|canary|automation|monitoring|dashboard|training|schedule|policy|api|database|service|job|step|design)s?"
)
# Phrases about what a system does or lacks: such a sentence names a structural cause even when it mentions a mistake.
_STRUCTURE = re.compile(
    rf"\b{_THING}\b[^.!?\n]{{0,300}}?\b(?:allow|let|permit|accept|tolerate|make|miss|lack|need|require|offer)(?:s|ed|ted)?\b"
    rf"|\b{_THING}\b[^.!?\n]{{0,300}}?\b(?:(?:do|does|did|has|had|is|was|were|are|can|could)(?: not|n't| no)|cannot|without|never)\b"
    rf"|^\W*(?:because\s+)?(?:(?:only |just )?one|a single|any|every|each|anybody|anyone|everybody|everyone)(?: {_PERSON})? (?:can|may|holds?|owns?|needs?|must|"
    rf"ha(?:s|ve) (?:no|the|all|access|rights|an?|full|only|permission))\b"
    rf"|^\W*(?:because\s+)?(?:there (?:is|was|are|were) )?(?:no|nothing)\b(?! (?:one|body|{_PERSON})\b)"
    rf"|\bbecause (?:there (?:is|was|are|were) )?(?:no|nothing)\b(?! (?:one|body|{_PERSON})\b)"
    r"|\b(?:nothing|nobody|no one) (?:ever )?(?!was\b|is\b|has\b)[a-z]{2,}s (?:the|it|them|that|this|an?|its|whether|how|if|on|at|for|to)\b"
    rf"|\b(?:has|have|had) (?:no|nothing)\b|\bnothing (?:stops|stopped|prevents|prevented|warns|warned|checks|checked)\b",
    re.IGNORECASE,
)
_PERSON_FIRST = re.compile(
    rf"^\W*(?:because\s+)?(?:the|an?|our|one of (?:the|our)|some)?\s*(?:['’]?\w[\w'’-]*\s+){{0,2}}?{_PERSON}\b",
    re.IGNORECASE,
)
_SLIP = re.compile(
    r"\b(?:mistakes?|human errors?|carelessness|negligence|oversight|inattention|inexperience|forgetfulness|blunders?|typo)\b",
    re.IGNORECASE,
)


# Phrases about ownership or the lack of it: a structural cause, not a person.
_PEOPLE_FAILED = re.compile(
    r"^\W*(?:because\s+)?(?:we|they|nobody|no one|everyone|everybody|somebody|management|(?:the |"
    r"our )?(?:\w[\w-]* )?(?:team|group|staff|developers|engineers|operators|people))\b"
    r"[^.!?\n]*?\b(?:did(?:n't| not)|forgot|failed to|missed|overlooked|neglected|ignored|assumed|misread|misunderstood|made an?|should(?: have|'ve)|"
    r"were (?:too )?(?:tired|careless|hurried|distracted|busy|new|late|slow)|(?:was|were) in a hurry|checked|"
    r"noticed|saw|looked|thought|tested|reviewed|knew|realised|realized|read)\b",
    re.IGNORECASE,
)
_DECISION = re.compile(
    r"\b(?:decided|chose|opted|agreed to|accepted the risk|deferred|postponed|prioriti[sz]ed|deprioriti[sz]ed|approved|it was decided|skipped)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:crashed|failed|broke|died|stopped|hung|froze|restarted|rebooted|filled(?: up)?|ran (?:out|full|hot)|"
    r"went (?:down|offline|away|wrong|out)|timed out|expired|dropped|"
    r"spiked|rose|grew|fell|surged|overflowed|happened|occurred|started|began|threw|deployed|released|shipped|"
    r"rolled out|lost|leaked|doubled|tripled|increased|decreased|"
    r"returned|arrived|collapsed|degraded|overloaded)\b"
    r"|\b(?:was|were|got)\s+(?:\w+ly\s+)?(?:deployed|released|pushed|merged|changed|deleted|removed|restarted|"
    r"rolled out|down|unavailable|full|lost|corrupted|corrupt|overwhelmed|"
    r"killed|evicted|updated|upgraded|misconfigured|wrong|broken|slow|exhausted|saturated|overloaded|interrupted|"
    r"cut|dropped|blocked|stuck|switched off|disabled)\b"
    r"|^\W*(?:because (?:of )?)?(?:a|an|the)?\s*(?:\w+ ){0,2}(?:spike|surge|outage|crash|failure|bug|typo|memory leak|power cut|"
    r"timeout|error)(?: (?:in|of|on|at) [\w ]+)?\W*$",
    re.IGNORECASE,
)

# Phrases about how something was built or configured: a structural cause, also in the past tense.
_DESIGN = re.compile(
    r"\b(?:is|are|was|were|be|been)\s+(?:\w+\s+)?(?:designed|sized|configured|limited|built|written|set up|defined|documented|"
    r"owned|shared|allowed|required|based|tied|coupled|"
    r"hard-?coded|capped|planned|covered|permitted|granted|restricted|scoped|optional|manual|unlimited|unbounded|the only|"
    r"never|only|too (?:broad|wide|open|high|low|long|short|large|small|coarse))\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?<!\bnot )(?<!\bnever )(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bbeen )(?<!\ban )(?<!\ba )(?<!\bthe )\b(?:"
    r"(?!need|seed|feed|speed|exceed|proceed|embed|shed|bed|red|indeed|hundred|unlimited|shared)[a-z]{3,}ed"
    r"|hit|had|went|ran|took|came|got|sent|made|shut|wrote|gave|left|let|became|began|broke|kept|fell|ate|drove|chose|saw)\b",
    re.IGNORECASE,
)
# What one thing does in the present: "one queue serves both kinds of mail, first come first served".
_DOES = re.compile(
    r"^\W*(?:because\s+)?(?:(?:one|each|every|an?)\s(?:[\w-]+\s){1,3}?(?!was\b|is\b|has\b|this\b)[a-z]{2,}s\s(?:an?|the|one|both|all|every|each|any|its|their|only|no|by|on|in|from|with|without|at|to|as|first|two|three)\b"
    r"|(?:the|this|that|its|our)\s(?:[\w-]+\s){1,3}?(?!was\b|is\b|has\b|this\b)[a-z]{2,}s\s(?:an?|both|all|every|each|any|its|only|no)\b)",
    re.IGNORECASE,
)
_WAS = re.compile(r"\b(?:was|were)\b", re.IGNORECASE)

Kind = Literal["person", "decision", "event", "condition", "structure"]
_LABEL = re.compile(rf"^\s*\[?({'|'.join(get_args(Kind))})\]?\s*:\s*", re.IGNORECASE)


def without_label(why: str) -> str:
    """A why without the kind that somebody wrote before it (``decision: we shipped on Friday``)."""
    return _LABEL.sub("", why)


def kind_of(why: str, people: Vocabulary = Vocabulary()) -> Kind:
    """What a why names: the kind written before it, else what its words tell; a person stays one under any label."""
    why = " ".join(why.split())  # a run of blanks would be tried at each of its lengths
    text, label = without_label(why), _LABEL.match(why)
    # Under a label a sentence may begin with a person ("one person holds all the knowledge"), but blame stays blame.
    if _blames(text, people) if label else ends_at_person(text, people):
        return "person"
    if label:
        kind: Kind = label.group(1).lower()  # type: ignore[assignment]
        return kind
    if _STRUCTURE.search(text) or _DESIGN.search(text):
        return "structure"
    if _DECISION.search(text):
        return "decision"
    if _EVENT.search(text) or (_PAST.search(text) and not _DOES.search(text)):
        return "event"
    # Present tense: a structural cause; past tense: a condition of that day.
    return "condition" if _WAS.search(text) else "structure"


def ends_at_person(why: str, people: Vocabulary = Vocabulary()) -> bool:
    """Whether a why ends at a person or a human error; "the system allowed this mistake" does not."""
    why = " ".join(why.split())
    return _blames(why, people) or (bool(_PERSON_FIRST.search(why)) and not _STRUCTURE.search(why))


def _blames(why: str, people: Vocabulary) -> bool:
    if _STRUCTURE.search(why):
        return False
    blamed = {finding.rule for finding in check_blameless(why, people)} & {"person_as_cause", "judgement"}
    named = set(re.findall(r"\w+", why)) & people.people
    return bool(blamed or named or _PEOPLE_FAILED.search(why) or _SLIP.search(why))
