"""Where a why-chain may end: at a structure of the system, never at a person (R44, R46). Pure."""

import re

from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.vocabulary import Vocabulary

_PERSON = (
    r"(?:engineer|developer|operator|admin|administrator|on-call|responder|colleague|employee|manager|contractor|technician|intern|junior|"
    r"author|reviewer|tester|analyst|programmer|dba|sre|sysadmin|trainee|newcomer|person|human|somebody|someone|he|she)s?"
)
_THING = (
    r"(?:system|tool|tooling|process|pipeline|script|test|check|review|alert|release|deploy\w*|rollout|runbook|permission|interface|form|"
    r"console|config\w*|limit|guard|canary|automation|monitoring|dashboard|training|schedule|policy|api|database|service|job|step|design)s?"
)
# What a thing does or lacks, or that nothing does it: such a sentence tells of a structure even where it names a mistake.
_STRUCTURE = re.compile(
    rf"\b{_THING}\b[^.!?\n]*?\b(?:allow|let|permit|accept|tolerate|make|miss|lack|need|require|offer)(?:s|ed|ted)?\b"
    rf"|\b{_THING}\b[^.!?\n]*?\b(?:(?:do|does|did|has|had|is|was|were|are|can|could)(?: not|n't| no)|cannot|without|never)\b"
    rf"|^\W*(?:because\s+)?(?:there (?:is|was|are|were) )?(?:no|nothing)\b(?! (?:one|body|{_PERSON})\b)"
    rf"|\b(?:has|have|had) (?:no|nothing)\b|\bnothing (?:stops|stopped|prevents|prevented|warns|warned|checks|checked)\b",
    re.IGNORECASE,
)
_PERSON_FIRST = re.compile(
    rf"^\W*(?:because\s+)?(?:the|an?|our|one of (?:the|our)|some)?\s*(?:[\w-]+\s+){{0,2}}?{_PERSON}\b", re.IGNORECASE
)
_SLIP = re.compile(
    r"\b(?:mistakes?|human errors?|carelessness|negligence|oversight|inattention|inexperience|forgetfulness|blunders?|typo)\b",
    re.IGNORECASE,
)


def ends_at_person(why: str, people: Vocabulary = Vocabulary()) -> bool:
    """Whether the last why blames somebody or stops at a slip: "the system allowed this mistake" does not."""
    if _STRUCTURE.search(why):
        return False
    blamed = {finding.rule for finding in check_blameless(why, people)} & {"person_as_cause", "judgement"}
    named = set(re.findall(r"\w+", why)) & people.people
    return bool(blamed or named or _PERSON_FIRST.search(why) or _SLIP.search(why))
