"""Recognises in the words of alerts and people: data at risk, a security incident, an outage, protection that is gone. Pure.

A match is only a hint: a person's statement outweighs it, and the text is quoted wherever the match is used (R2, R3, R16).
"""

import re
from functools import lru_cache

DENIED = re.compile(
    r"(\b(no|not|without|never|nothing|neither|ruled out|rules out|isn't|wasn't|aren't)\b|n't\b)(\W+\w+){0,3}\W*$", re.I
)
# Words of which one is as good as another, for the patterns below.
REPEATED = r"(\d+|two|three|four|five|several|multiple|many) times|twice|double|more than once|again and again|repeatedly|over and over"
SECRETS = (
    r"(secrets?|tokens?|credentials?|passwords?|(private |access |api |encryption |signing )keys?|card (numbers?|data|details)|"
    r"pins?( codes?)?|health (records?|data)|passports?)"
)
PERSONAL = (
    r"((phone|account|passport|card) numbers?|personal (data|details|information)|(customer|user|patient|client) (data|records?|details|lists?)|"
    r"(data|records?|addresses|names|details) of (\w+ )?(users?|customers?|patients?|clients?|people)|invoices?|statements?|payslips?|contracts?|salar(y|ies))"
)
STRANGERS = (
    r"(strangers?|third part(y|ies)|competitors?|the public|(wrong|other|another|unrelated|somebody else.s) \w+|"
    r"(an? |our |the )?(\w+ )?(partners?|vendors?|advertisers?|suppliers?))"
)
PEOPLE = r"(users?|customers?|players?|merchants?|visitors?|passengers?|patients?|callers?|people|clients?|subscribers?|drivers?|students?|staff|shops?|stores?)"
NO_TALK = r"(say|tell|explain|know|remember|find out|reproduce|confirm|understand|see why|be)"
DATA = (
    r"(charg\w+|paid|pays?|taken|debited|collected|booked|shipped|bill\w+|"
    rf"sen[dt]s?|process\w+|credit\w+|refund\w+|execut\w+|deliver\w+|count\w+|book\w+|print\w+)\b.{{0,25}}\b({REPEATED})|"
    r"double.?(charg|pay|bill|spend|entr)\w*|duplicat\w+ (payments?|orders?|charges?|payouts?|transfers?|rows|e?mails?|trades?|invoices?)|"
    rf"(receiv\w+|got|sent|charged|billed|paid|executed)\b.{{0,50}}\b({REPEATED})|"
    r"\b(gone|lost|vanished|disappeared|deleted|erased|unrecoverable)\b.{0,15}\b(for good|for ever|forever|permanently|irrecoverably)\b|"
    r"\b(orders?|transactions?|ledger|postings?|entries|bookings?|payments?|invoices?|files|photos|messages|mails|commits|comments|documents|rows|records|accounts)\b"
    r"( (of|from|by|in|for|that) [\w' ]{1,40}?)? (is|are|was|were|went|have|has|had|got)( been)? (missing|gone|vanished|disappeared|lost)\b|"
    r"\b(transfers?|payments?|orders?|messages?|e?mails?|deposits?|payouts?|refunds?|parcels?|bookings?)\b.{0,60}\bnever (arriv\w+|reach\w*|shows? up|get there)\b|"
    r"\b(customers?|production|users|servers?|disks?|volumes?|machines?|databases?|data|files|accounts|rows|tables?)\b.{0,40}"
    r"\b(formatted|wiped|erased|deleted|purged|reinstalled|removed|dropped|overwritten)\b"
    r".{0,30}\b(by mistake|accidentally|by accident|wrongly|unintentionally|in error|instead|by a bug)\b|"
    r"\b(permanently|irrecoverabl[ey]|irreversibly) (lost|gone|deleted|erased|destroyed)\b|\bcannot be (restored|recovered)\b|"
    r"\b(same|identical) (e?mails?|messages?|notifications?|orders?|payments?|charges?|invoices?|sms)\b.{0,40}\b(times|again|twice|repeatedly)|"
    r"(data|rows?|records?|index|table|database|balances?|pages?) .{0,20}corrupt\w*|"
    r"corrupt\w* .{0,20}(data|rows?|records?|index\w*|tables?|database|balances?|pages?)|data.?loss|"
    r"(los(ing|es?)|lost) .{0,15}(data|rows|orders|messages|writes|events)|"
    r"(delet|wip|remov|eras|purg)\w+ .{0,30}(production|customer|user|data|rows|files|sites|tables?|database|accounts|objects)|"
    r"overwr(it|ot)\w+|split.?brain|two primaries|diverg\w+|wrong (amounts?|balances?|prices?|recipients?)|"
    r"unintended (orders|trades|payments)|erroneous (orders|trades|payments)"
)
SECURITY = (
    r"\bbreach\w*|compromis\w+|stolen|exfiltrat\w+|unauthori[sz]ed|intru(der|sion)\w*|malware|ransom\w*|backdoor|malicious|attackers?\b|hijack\w*|phish\w*|"
    r"(leak|expos)\w* .{0,30}(data|secrets?|tokens?|credentials?|passwords?|keys?|customers?|personal|private)|"
    r"(secrets?|tokens?|credentials?|passwords?|keys?) .{0,30}(leak|expos)\w*|"
    rf"\b{SECRETS}\b.{{0,60}}\b(plain.?text|clear.?text|unencrypted|unmasked|unhashed|readable (by|for|to) (anyone|anybody|everyone|everybody|all))\b|"
    rf"\b{SECRETS}\b.{{0,50}}\b(in|into|to|on) (a |an |the |our |their |some )?((public|internal|shared|debug|crash|error|web|third.party|open)\W+){{0,2}}"
    r"(logs?|reports?|repositor(y|ies)|pastes?|forums?|buckets?|tickets?|urls?|web pages?|search (index|results?))\b|"
    rf"\b(shows?|shown|showed|prints?|printed|displays?|displayed|returns?|returned|sen[dt]s?|serves?|served)\b.{{0,20}}\b{SECRETS}\b.{{0,40}}\bto\b|"
    rf"\b{PERSONAL}\b.{{0,40}}\b(sen[dt]|mailed|e-?mailed|shared|handed|given|delivered|visible|shown|went|passed)\b.{{0,20}}\bto {STRANGERS}\b|"
    r"\bskim(s|med|ming|mers?)\b|\b(cop(y|ies|ied|ying)|sen[dt]s?|sending|uploads?\w*|transfers?\w*|forwards?\w*)\b.{0,50}"
    r"\b(foreign|unknown|strange|outside|external|attacker\W?s?|third.party|other people.s|somebody else.s) "
    r"(servers?|hosts?|address\w*|domains?|accounts?|sites?|part(y|ies))\b|"
    r"\b(logged|signed) in (as|to|into) (other|another|someone|somebody)\b|\bwithout (a |the |any )?(password|log.?in|authentication|authori[sz]ation|sign.?in)\b|"
    r"(sees?|seeing|shows?|shown|served|view\w*) .{0,20}(other|another|someone else)('s)? (users?|customers?|people|accounts?|persons?)"
)
OUTAGE = (
    r"\b(nobody|no one|no (users?|customers?|players?|person|merchants?|visitors?))\b.{0,20}\b(can|could|is able to|are able to|manages to)\b"
    r"(?! (say|tell|explain|know|remember|find out|reproduce|be blamed))|"
    rf"\bno \w+ (can|could|is able to|are able to)\b(?! {NO_TALK})|"
    r"\b(errors?|5\d\d|blank|white|time.?outs?)\b.{0,20}\b(for|to) (everyone|everybody|all (our )?(users|customers|visitors))\b|"
    rf"\b{PEOPLE} (cannot|can't|can not|could not|couldn't|are unable to|are not able to)\b.{{0,40}}\b(at all|any ?more|anywhere)\b|"
    r"\bemergency (calls?|services?|numbers?|lines?|alarms?)\b.{0,60}\b(fail\w*|not|cannot|can't|unreachable|down|lost|dropped)\b|"
    r"\bno (orders?|payments?|requests?|log.?ins?|check.?outs?|messages?|calls?)\b.{0,30}\b(succeeds?|gets? through|goes through|go through|comes? (in|through)|work)\b|"
    r"\b(everyone|everybody|all (of (our |the )?)?(users?|customers?|requests?|players?|merchants?|visitors?|log.?ins?|payments?|orders?|check.?outs?))\b"
    r".{0,30}\b(fails?|failed|failing|cannot|can't|can not|are unable|unable|get errors?|see errors?|times? out|locked out|down)\b|"
    r"\b(down|unavailable|unreachable|broken|fails?|failing|offline) (for|to) (everyone|everybody|all|the whole|every (user|customer))\b|"
    r"\b(completely|totally|entirely|wholly|fully) (down|unavailable|unreachable|offline|broken)\b|\b(total|complete|full|global|site.?wide) outage\b|"
    r"\b100 ?% of (requests|users|customers|orders|payments|log.?ins|check.?outs)\b.{0,20}\b(fail\w*|errors?|time)|"
    r"\bthe (whole )?(site|shop|app|product|service) is down\b"
)
RISK = (
    r"\b(down to|left with|reduced to)\b.{0,12}\b(one|a single|the last|1)\b|"
    r"\bback-?ups?\b.{0,50}\b(unusable|useless|corrupt\w*|empty|invalid|unreadable|incomplete|cannot be (restored|read)|do not restore)\b|"
    r"\b(on|over|to|have|has|with) (just |only )?(one|a single) (\w+ ){1,2}(only|left|alone|remaining)\b|\b(on|over|with) (only|just) (one|a single)\b|"
    r"back-?ups? (have |has |had |are |is |do |does |did )?(not |n't )?(been )?(stopp\w+|fail\w*|missing|run\b|ran\b|broken|old)|no (recent |valid )?back-?ups?|"
    r"(one|last|single|only 1|only one) (healthy |remaining )?(replica|copy|node|path|disk|zone|link|controller|member)s?\b.{0,20}\b(left|remains?|healthy)|"
    r"\b(standby|spare|replica|secondary|second (link|line|site|node|copy))s?\b.{0,40}\b(gone|lost|dead|failed|missing|destroyed)\b|"
    r"no redundancy|redundancy (is |was )?(lost|gone)|without (a )?(replica|standby|redundancy|backup)|no (replica|standby|spare) (is )?(left|there)|"
    r"single point of failure|(replication|archiving|mirroring|failover|fail-over)\b.{0,40}\b(stopp\w+|broken|disabled|switched off|not running|does not work)|"
    r"(certificates?|disks?|licen[cs]es?|quotas?|volumes?)\b.{0,20}\b(expires?|will expire|runs? out|will run out|will be full|full) (in|within|tomorrow|tonight)\b|"
    r"(monitoring|alerting|paging|logs?|audit) (is |are |has been |was )?(down|blind|off|not working|silent|broken|dead|disabled|stopped|switched off)\b"
)


@lru_cache(maxsize=8192)
def means_it(text: str, pattern: str) -> bool:
    """Whether a text says it, and does not deny it in the words before."""
    return any(
        not DENIED.search(text[max(0, m.start() - 60) : m.start()]) for m in re.finditer(pattern, text, re.IGNORECASE)
    )
