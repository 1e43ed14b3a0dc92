"""Status codes and acronyms (R33). Pure. A number is a status code only where the words around it say so."""

import re
from collections.abc import Iterator

from stanch.communicate.audiences.promise_words import ZONES
from stanch.communicate.wording.engine import Hit
from stanch.communicate.wording.jargon import TERMS
from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary

_CODE = r"(?:[45]\d\d|[45]xx)"
_SAYS = r"(?:http(?:/\d)?|status|error|code|errors|codes|response|responses|return(?:s|ed|ing)?|answer(?:s|ed|ing)?|respond(?:s|ed|ing)?|got|get(?:ting)?|throw(?:s|ing)?|threw|receiv(?:e|es|ed|ing)|serv(?:e|es|ed|ing)|see(?:ing)?|gave|giv(?:es|ing)|with|an?|of|the|intermittent|occasional|elevated)"
_STATUS = [
    re.compile(rf"\bhttp(?:/\d(?:\.\d)?)?(?:\s+(?:status|error|code|response)s?)*\s+{_CODE}s?\b", re.I),
    re.compile(rf"\b(?:status|error|response)(?:\s+codes?)?s?:?\s+\(?{_CODE}\)?\b(?!\s*(?:%|percent|times|minutes|customers|users|people))", re.I),
    re.compile(rf"\b{_CODE}(?:\s*/\s*{_CODE}){{0,20}}(?:'s)?\s+(?:errors?|status(?:es)?|responses?|codes?|response codes?|status codes?|error codes?|internal server error|bad gateway|service unavailable|gateway time-?out|not found|forbidden|unauthorized|unauthorised|too many requests|bad request|pages?|failures?|exceptions?)\b", re.I),
    re.compile(rf"\b{_SAYS}\s+(?:an?\s+|the\s+|many\s+|some\s+|more\s+)?(?:[45]\d\d'?s|[45]xx(?:'?s)?)\b", re.I),
    re.compile(rf"\b(?:return(?:s|ed|ing)?|respond(?:s|ed|ing)? with|answer(?:s|ed|ing)?(?: with)?|throw(?:s|ing)?|threw|serv(?:es|ed|ing)|got|getting|receiving|seeing|gave|giving|with)\s+(?:an?\s+|the\s+)?{_CODE}\b(?!\s*(?:%|[a-z]))", re.I),
    re.compile(rf"\b(?:return(?:s|ed|ing)?|respond(?:s|ed|ing)? with|answer(?:s|ed|ing)?(?: with)?|throw(?:s|ing)?|threw|seeing|getting|(?:fail|end|stop|break|reply|load)\w* (?:with|in))\s+(?:an?\s+)?{_CODE}\s+(?:for|to|on|when|if|as|while|instead|and|or|from|at|in|since)\b", re.I),
    re.compile(r"\b(?:5xx|4xx)\b", re.I),
    re.compile(r"\b(?:E[A-Z]{5,}|(?:ERR|SSL|TLS|NET|ORA|SQLSTATE|ECONN)[_-][A-Z0-9_]+|ORA-\d+|0x[0-9A-Fa-f]{4,}|errno\s*\d+|exit code \d+|SIG(?:KILL|TERM|SEGV))\b"),
    re.compile(r"\b(?:NXDOMAIN|SERVFAIL|OOMKilled|CrashLoopBackOff|ImagePullBackOff)\b"),
]  # fmt: skip

# Every code has one of these: a quick test before the slow patterns.
_MAYBE = re.compile(r"\b[45](?:\d\d|xx|XX)|\bE[A-Z]{5}|_|0x|\berrno|\bexit code|\bSIG|\b(?:ERR|SSL|TLS|NET|ORA|SQLSTATE|ECONN)-|NXDOMAIN|SERVFAIL|OOMKilled|BackOff")  # fmt: skip

_UPPER = re.compile(r"\b(?:[A-Z]{2,6}(?:\d?s?|\d)|[A-Z]{1,3}[a-z]{1,2}[A-Z]{1,3}|[a-z][A-Z]{2,4})\b")
# Words in capitals that every customer knows, and words that are only emphasised.
_CAPITALS = """
UTC GMT CET CEST EET BST IST PST PDT EST EDT CST CDT MST MDT AEST AEDT JST SGT NZST NZDT WAT EAT SAST HKT KST AM PM US USA UK EU UAE PDF SMS
ID IDS PIN ATM VAT TV FM DAB CCTV NYE LED FAQ URL URLS OK IT CEO ISO GPS USB QR PC NFC HTML CSV IOS API APIS VPN IBAN SEPA BIC PAYPAL SIM
WIFI DVD CD JPG PNG MP ZIP XML JSON RSS EUR USD GBP CHF JPY AUD CAD INR KB MB GB TB NOT ALL AND OR NO NEW NOW UPDATE UPDATED RESOLVED FIXED
IMPORTANT URGENT NOTE ONLY THE WE YOU MUST ANY IS ARE WILL MON TUE WED THU FRI SAT SUN JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC FYI
ASAP PLEASE ONE TWO THREE DONE ETA USSD NHS BBC NBA UPS DHL IRS GDPR NY LA DC PO BOX HR CV MRI COVID APP WEB PS XBOX MP3 MP4 PS4 PS5 UPI HD
AI XP VIP DIY XL HQ DJ BBQ SUV EV UV SOS ABC UNESCO FIFA UEFA NFL NASA BMW IKEA MOT PCR DNA HIV ER GP TVS DVDS CDS PCS GIF CPR BA MA PHD PE
DDOS TBD TODO PAYPAL EBAY LGBT NATO UN WHO RSVP AWOL TBA NGO VHS RV AC
"""
_COMMON = frozenset(_CAPITALS.split()) | frozenset(ZONES)


def status_codes(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """HTTP status codes and error constants."""
    taken = Taken()
    places = [each for each in text.sentences if _MAYBE.search(each.text)]
    for m in (m for pattern in _STATUS for each in places for m in pattern.finditer(text.raw, each.start, each.end)):
        if taken.take(m.start(), m.end()):
            yield Hit(m.start(), m.end())


def acronyms(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Capitals that most customers do not know, at their first place, unless brackets beside them explain."""
    seen: set[str] = set()
    for m in _UPPER.finditer(text.raw):
        word = m.group()
        plain = word.rstrip("s")
        if text.raw[m.start() - 1 : m.start()] in ("[", "{", "<"):
            continue  # a blank, which another rule finds
        if re.search(r"\d[:.]\d\d ?$", text.raw[max(0, m.start() - 6) : m.start()]):
            continue  # a time zone
        if len(set(plain)) == 1 or (plain.lower(),) in TERMS:
            continue
        if plain in seen or plain in _COMMON or word.upper() in _COMMON or vocabulary.allows(plain):
            continue
        seen.add(plain)
        if not _part_of_name(text.raw, m.start(), m.end()) and not _explained(text.raw, m.start(), m.end()):
            yield Hit(m.start(), m.end())


def _part_of_name(raw: str, start: int, end: int) -> bool:
    """Part of a longer identifier, such as ``INC-42`` or ``HTTP 503``, which another rule judges; or in a shouted sentence."""
    if re.match(r"[\s/]+[45]\d\d\b", raw[end : end + 8]):
        return True
    before, after = raw[max(0, start - 1) : start], raw[end : end + 2]
    if before in ("-", "_", "/", ".", "#") or after[:1] in ("_", "/") or (after[:1] == "-" and after[1:].isdigit()):
        return True
    around = re.findall(r"[A-Za-z]+", raw[max(0, start - 25) : end + 25])
    return len(around) >= 4 and sum(word.isupper() for word in around) > len(around) * 0.7


def _explained(raw: str, start: int, end: int) -> bool:
    if raw[start - 1 : start] == "(" and raw[end : end + 1] == ")":
        return bool(re.search(r"[a-z]{2,}\s*\($", raw[:start]))
    return bool(re.match(r"\s*\((?=[^)]*[a-z]{3,})", raw[end : end + 60]))
