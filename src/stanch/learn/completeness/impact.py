"""Does an impact say how many, how long or how much (R46)? A number that measures nothing does not count. Pure."""

import re

# Numbers that are names or dates: removed before a measure is searched for.
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_NAMING = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?"
    rf"|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:\s+\d{{4}})?\b|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b"
    r"|\b\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b\.?)?|\b\d{1,2}\s*[ap]\.?m\b\.?"
    r"|\b(?:SEV|INC|P|S|A|H|Q|RFC|HTTP|v|version|release|build|ticket|issue|node|zone|region|shard|host|pod|db|port|error|status|code|line|step|section)"
    r"[- #:]?\d[\w.-]*|#\d+|\b(?:19|20)\d{2}\b|\b[45]\d\ds?\b(?!\s+(?:customer|user|order|payment|request|account|shop|people|partner|compan))",
    re.IGNORECASE,
)
# From one time of day to another is a duration.
_CLOCK = r"\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?(?:UTC|GMT|CET|CEST|[ap]\.?m\.?))?"
_FROM_TO = re.compile(rf"\b(?:from|between) {_CLOCK} (?:to|until|till|and) {_CLOCK}(?!\w)", re.IGNORECASE)
# "our 99.9 % objective" is a bound, and no measure of what happened.
_BOUND = re.compile(
    r"\b(?:objective|target|SLO|goal|SLA)s? (?:of|was|is) \d+(?:[.,]\d+)? ?%|\b\d+(?:[.,]\d+)? ?%(?= (?:\w+ )?(?:objectives?|targets?|SLOs?|goals?|SLAs?)\b)",
    re.IGNORECASE,
)
_WORD_NUMBER = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundred|thousand|million|billion|dozen|half|a third(?! part)|two thirds|a quarter|three quarters|a fifth|a tenth)s?"
)
# Taken whole or not at all: a text of many numbers is read once (Python's possessive repeats).
_DIGITS = r"(?<!\d)\d{1,30}+(?:[.,' \u00a0\u202f]\d{1,30}+){0,10}+[.,' \u00a0\u202f]{0,2}(?:k|m|bn)?"
_NUMBER = rf"(?:{_DIGITS}|{_WORD_NUMBER}(?:[- ](?:and[- ])?{_WORD_NUMBER}){{0,10}}+)"
_SPAN = (
    rf"\b{_NUMBER}\s*-?(?:milli|micro)?(?:s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hrs?|hours?|d|days?|weeks?|months?)\b"
    r"|\b(?:half )?an? (?:second|minute|hour|day|week|month)\b"
)
_SHARE = (
    rf"{_NUMBER}\s*(?:%|per ?cent|percent|percentage points|basis points|\u2030|ppm)"
    rf"|\b{_NUMBER}\s+(?:in|out of|of)\s+(?:every\s+|the\s+|our\s+|all\s+)?{_NUMBER}\b"
    r"|\b(?:half|a third|one third|two thirds|a quarter|three quarters|a fifth|a tenth)\s+of\b"
)
_MONEY = (
    rf"(?:[$\u20ac\u00a3\u00a5\u20b9]|\b(?:USD|EUR|GBP|CHF|JPY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|R\$|Rs|Fr|kr)\b\.?)\s*{_NUMBER}"
    rf"|{_NUMBER}\s*(?:[$\u20ac\u00a3\u00a5\u20b9]|\b(?:USD|EUR|GBP|CHF|JPY|INR|AUD|CAD|dollars|euros|pounds|francs|yen|rupees|cents)\b)"
)
# Not a count of what was hit: a verb or a small word follows, or what is counted is the incident itself.
_NO_COUNT = (
    r"(?:am|pm|utc|gmt|cet|est|could|can|was|were|is|are|had|has|have|did|does|will|would|and|or|to|the|on|in|at|of|for|by|"
    r"from|with|because|after|before|until|party|parties|"
    r"incidents?|outages?|issues?|problems?|systems?|services?|segments?|times?|occasions?|regions?|zones?|hosts?|nodes?|pods?|servers?|countries|continents|releases?|versions?|deploys?|deployments?|engineers|teams|alerts|attempts|retries|way|ways|case|point)\b"
)
_COUNT = rf"\b(?!one\b(?![- ](?:hundred|thousand|million|billion|dozen))){_NUMBER}\s+(?!{_NO_COUNT})(?:[a-z][\w-]{{2,}}|[kMGT]i?B|[rq]ps)\b"
_BRACKETED = rf"\((?:about|around|roughly|nearly|almost|over|some|approx\.?|approximately|~)?\s*{_NUMBER}\)"
_AMOUNT = re.compile(rf"{_SHARE}|{_MONEY}|{_COUNT}|{_BRACKETED}", re.IGNORECASE)
_DURATION = re.compile(_SPAN, re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:all|every|each|none of|no)\s+(?:of\s+)?(?:the\s+|our\s+)?[a-z]|\b(?:everyone|everybody|nobody|no one|entire|completely|total outage)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?<!how )\b(?:some|a few|few|several|many|most|various|certain|numerous|a (?:small |large |limited |"
    r"certain )?(?:number|subset|portion|share|handful|part|minority|majority) of|a lot of|lots of|a couple of)\b",
    re.IGNORECASE,
)
_ROUGH = re.compile(
    r"\b(?:several|some|a few|few|many) (?:hundred|thousand|dozen|million)s?\b|\b(?:a|an|one|two)\s+(?:while|bit|short time|long time|moment)\b|\bthree or so\b",
    re.IGNORECASE,
)


def measured(text: str) -> bool:
    """Whether a text has a measure of the harm: a share, an amount of money, a count of something, or a duration of all of it.

    Dates, times of day, releases, status codes and names with numbers measure nothing. A duration beside vague words
    ("some customers, for two hours") says how long, but not how many.
    """
    bare = _ROUGH.sub(" ", _NAMING.sub(" ", _BOUND.sub(" ", _FROM_TO.sub("for 2 minutes", " ".join(text.split())))))
    without_spans = _DURATION.sub(" ; ", bare)
    if _AMOUNT.search(without_spans):
        return True
    if not _DURATION.search(bare):
        return False
    return bool(_WHOLE.search(bare)) or not _VAGUE.search(bare)
