"""Recognises in the words of alerts and people: data at risk, a security incident, an outage, protection that is gone. Pure.

A match is only a hint: a person's statement outweighs it, and the text is quoted wherever the match is used (R2, R3, R16).
"""

import re
from functools import lru_cache

DENIED = re.compile(
    r"(\b(no|not|without|never|nothing|neither|ruled out|rules out|isn't|wasn't|aren't)\b|n't\b)(\W+\w+){0,3}\W*$", re.I
)
DATA = (
    r"(charg\w+|paid|pays?|taken|debited|collected|booked|shipped|bill\w+|"
    r"sen[dt]s?|process\w+|credit\w+|refund\w+|execut\w+|deliver\w+)\b.{0,25}\b(twice|double|again and again|repeatedly|over and over)|"
    r"double.?(charg|pay|bill|spend|entr)\w*|duplicat\w+ (payments?|orders?|charges?|payouts?|transfers?|rows|e?mails?|trades?|invoices?)|"
    r"(receiv\w+|got|sent|charged|billed|paid|executed)\b.{0,50}\b(\d+ times|more than once|twice|again and again|over and over|repeatedly)|"
    r"\b(same|identical) (e?mails?|messages?|notifications?|orders?|payments?|charges?|invoices?|sms)\b.{0,40}\b(times|again|twice|repeatedly)|"
    r"(data|rows?|records?|index|table|database|balances?|pages?) .{0,20}corrupt\w*|"
    r"corrupt\w* .{0,20}(data|rows?|records?|index\w*|tables?|database|balances?|pages?)|data.?loss|"
    r"(los(ing|es?)|lost) .{0,15}(data|rows|orders|messages|writes|events)|"
    r"(delet|wip|remov|eras|purg)\w+ .{0,30}(production|customer|user|data|rows|files|sites|tables?|database|accounts|objects)|"
    r"overwrit\w+|split.?brain|two primaries|diverg\w+|wrong (amounts?|balances?|prices?|recipients?)|"
    r"unintended (orders|trades|payments)|erroneous (orders|trades|payments)"
)
SECURITY = (
    r"\bbreach\w*|compromis\w+|stolen|exfiltrat\w+|unauthori[sz]ed|intru(der|sion)\w*|malware|ransom\w*|backdoor|malicious|attackers?\b|hijack\w*|phish\w*|"
    r"(leak|expos)\w* .{0,30}(data|secrets?|tokens?|credentials?|passwords?|keys?|customers?|personal|private)|"
    r"(secrets?|tokens?|credentials?|passwords?|keys?) .{0,30}(leak|expos)\w*|"
    r"(sees?|seeing|shows?|shown|served|view\w*) .{0,20}(other|another|someone else)('s)? (users?|customers?|people|accounts?|persons?)"
)
OUTAGE = (
    r"\b(nobody|no one|no (users?|customers?|players?|person|merchants?|visitors?))\b.{0,20}\b(can|could|is able to|are able to|manages to)\b"
    r"(?! (say|tell|explain|know|remember|find out|reproduce|be blamed))|"
    r"\bno (orders?|payments?|requests?|log.?ins?|check.?outs?|messages?|calls?)\b.{0,30}\b(succeeds?|gets? through|goes through|go through|comes? (in|through)|work)\b|"
    r"\b(everyone|everybody|all (of (our |the )?)?(users?|customers?|requests?|players?|merchants?|visitors?|log.?ins?|payments?|orders?|check.?outs?))\b"
    r".{0,30}\b(fails?|failed|failing|cannot|can't|can not|are unable|unable|get errors?|see errors?|times? out|locked out|down)\b|"
    r"\b(down|unavailable|unreachable|broken|fails?|failing|offline) (for|to) (everyone|everybody|all|the whole|every (user|customer))\b|"
    r"\b(completely|totally|entirely|wholly|fully) (down|unavailable|unreachable|offline|broken)\b|\b(total|complete|full|global|site.?wide) outage\b|"
    r"\b100 ?% of (requests|users|customers|orders|payments|log.?ins|check.?outs)\b.{0,20}\b(fail\w*|errors?|time)|"
    r"\bthe (whole )?(site|shop|app|product|service) is down\b"
)
RISK = (
    r"back-?ups? (have |has |had |are |is )?(not |n't )?(been )?(stopp\w+|fail\w*|missing|run\b|ran\b|broken|old)|no (recent |valid )?back-?ups?|"
    r"(one|last|single|only 1|only one) (healthy |remaining )?(replica|copy|node|path|disk|zone|link|controller|member)s?\b.{0,20}\b(left|remains?|healthy)|"
    r"\b(standby|spare|replica|secondary|second (link|line|site|node|copy))s?\b.{0,40}\b(gone|lost|dead|failed|missing|destroyed)\b|"
    r"no redundancy|redundancy (is |was )?(lost|gone)|without (a )?(replica|standby|redundancy|backup)|no (replica|standby|spare) (is )?(left|there)|"
    r"single point of failure|(replication|archiving|mirroring|failover|fail-over)\b.{0,40}\b(stopp\w+|broken|disabled|switched off|not running|does not work)|"
    r"(certificates?|disks?|licen[cs]es?|quotas?|volumes?)\b.{0,20}\b(expires?|will expire|runs? out|will run out|will be full|full) (in|within|tomorrow|tonight)\b|"
    r"(monitoring|alerting|paging|logs?|audit) (is |are |has been )?(down|blind|off|not working|silent)\b"
)


@lru_cache(maxsize=8192)
def means_it(text: str, pattern: str) -> bool:
    """Whether a text says it, and does not deny it in the words before."""
    return any(
        not DENIED.search(text[max(0, m.start() - 60) : m.start()]) for m in re.finditer(pattern, text, re.IGNORECASE)
    )
