"""What the texts of alerts and people are evidence for and against: a table of likelihood ratios. Pure.

A ratio of 5 for ``restart``: such words are five times as frequent where a restart helps as where it does not. The ratios
are estimates from public postmortems, kept coarse on purpose; ``docs/explanation/ranking.md`` states them.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from stanch.mitigate.ranking.evidence import TextEvidence
from stanch.mitigate.ranking.means import Means

QUOTED = 120
DENIED = re.compile(
    r"(\b(no|not|without|never|nothing|neither|ruled out|rules out|isn't|wasn't|aren't)\b|n't\b)(\W+\w+){0,3}\W*$", re.I
)


class TextSign(msgspec.Struct, frozen=True):
    """Words (``pattern``), what they are a sign of, and the ratio for each means."""

    sign: str
    pattern: str
    ratios: dict[Means, float]


CONFIG = (
    r"(config\w*|settings?|rules?|ruleset|polic(y|ies)|acls?|bgp|prefix\w*|routes?|waf|feature.?file|dns|zone file|quota|schema|definitions?|"
    r"manifest|regex\w*|bot list|blocklist)"
)
CHANGED = (
    r"(chang\w+|push\w*|updat\w+|edit\w*|publish\w*|propagat\w+|deploy\w*|rolled out|went out|appl(y|ied)|bad|invalid|wrong|broken|empty|"
    r"oversized|doubled|removed|withdr\w+)"
)
BROKEN = (
    r"(down|outages?|unavailable|unreachable|fails?|failing|failed|errors?|degraded|5\d\d|timeouts?|times out|timing out|incident|not respond\w*|"
    r"elevated|not answer\w*)"
)
ONE_MESSAGE = (
    r"\b(one|a single|the same) (bad |broken |large |malformed )?(message|event|job|record|task|item|document)"
)
TEXT_SIGNS: tuple[TextSign, ...] = (
    TextSign("processes that do not recover by themselves",
         (
             r"memory leak|leak\w* (memory|handles|connections|sockets)|dead.?lock\w*|\bhung\b|\bhang(s|ing)?\b|\bstuck\b|wedged|"
             r"file descriptors|\bheap\b|(memory|rss|heap|handles|goroutines) .{0,30}(grow|climb|ris|creep|leak)\w*|"
             r"\boom\b(?! command)|out of memory|stale (state|connections?|cache)"
         ),
         {"restart": 10, "grow": 1.3}),
    TextSign("a second system that fails as the first did",
         (
             r"\b(secondary|standby|failover|back-?up (system|site|node|server)|second (system|site|node|region)|passive (node|side)|other (replica|node|site)|"
             r"both (systems|sides|nodes|sites|replicas))\b.{0,60}"
             r"\b(too|also|as well|the same|stopped|crash\w*|died|shut (itself )?down|fail(s|ed) again)\b"
         ),
         {"failover": 0.05, "shift": 0.3, "degrade": 3, "shed": 3, "cut_access": 2}),
    TextSign("instances that fail as soon as they start",
         (
             r"\b(new|fresh(ly started)?|added|started|healthy) (\w+ ){0,2}(tasks?|instances?|pods?|nodes?|servers?|workers?|replicas?|containers?|machines)\b.{0,40}"
             r"\b(killed|die|dies|crash\w*|fail|fails|oom\w*|overwhelmed|fall over)\b|"
             r"\b(killed|crash\w*|die|dies|oom\w*|overwhelmed)\b.{0,40}\b((with)?in seconds|as soon as|right after|before they (are|become|get))\b"
         ),
         {"grow": 0.1, "shed": 6, "degrade": 4, "restart": 0.2}),
    TextSign("more demand than usual",
         (
             r"(traffic|load|requests?|demand|sign.?ups?|visitors|orders|log.?ins)\b.{0,40}(spik\w+|surg\w+|peak\w*|flood\w*|burst|doubl\w+|tripl\w+|"
             r"\d+ ?(x|times)|record|unexpected\w*)|"
             r"(spike|surge|flood|burst|record|peak) (in|of) (traffic|load|requests|demand|sign|visit|order|users)|flash sale|"
             r"black friday|super bowl|went viral|campaign (began|started|launch\w*)"
         ),
         {"grow": 6, "shed": 4, "degrade": 3, "back": 0.4, "restart": 0.3, "shift": 0.5}),
    TextSign("one sender or an attack",
         (
             r"d?dos\b|denial of service|botnet|crawl\w+|scrap(er|ers|ing)|abus\w+|credential stuffing|hammer\w*|"
             r"(one|single) (client|tenant|customer|user|account|ip)\b|noisy neighbou?r"
         ),
         {"shed": 8, "cut_access": 4, "degrade": 2, "grow": 0.7, "back": 0.3, "restart": 0.2}),
    TextSign("an overload that feeds itself",
         (
             r"retry storm|retries|thundering herd|metastab\w+|cascad\w+|overload\w*|congest\w+|cold cache|"
             r"cache (is |was )?(flushed|empty|cold)|stampede|reconnect\w*|queue\w* .{0,20}(grow|fill|backed)\w*"
         ),
         {"shed": 7, "degrade": 4, "restart": 0.3, "back": 0.7, "shift": 0.6}),
    TextSign("a changed configuration", rf"\b{CONFIG}\b.{{0,60}}\b{CHANGED}\b|\b{CHANGED}\b.{{0,40}}\b{CONFIG}\b|misconfig\w*",
         {"config": 5, "restart": 0.5, "grow": 0.3, "shift": 0.7}),
    TextSign("a feature flag", (
        r"\b(feature.?)?(flags?|toggles?|gates?)\b.{0,60}\b(on|enabled?|turned|flipped|rolled|ramped|changed|\d+ ?%)\b|"
        r"\b(enabled?|turned on|ramped|flipped)\b.{0,40}\b(flags?|toggles?|features?|experiment)\b"
    ),
         {"flag": 6, "restart": 0.5, "grow": 0.3, "shift": 0.5}),
    TextSign("hardware, power or network of one place",
         (
             r"power (loss|outage|failure|cut|event)|lost power|cooling|fib(er|re)\b|packet loss|"
             r"(switch|router|rack|hypervisor|host|link) (fail\w*|down|loss|faulty)|availability zone|data ?cent(er|re)\b|"
             r"hardware (fail\w*|fault|error)|bad (disk|nic|node)"
         ),
         {"shift": 4, "failover": 4, "grow": 0.4, "back": 0.25, "restart": 0.4}),
    TextSign("a primary that is gone", r"(primary|master|leader)\b.{0,30}\b(down|unreachable|lost|gone|failed|crashed|dead|not respond\w*)",
         {"failover": 8, "restart": 0.8, "back": 0.4, "grow": 0.2}),
    TextSign("storage that is full", (
        r"no space left|disks? (is |are )?(full|at 9\d|almost full)|out of (disk|space)|"
        r"(volume|filesystem|tablespace)s? (is |are )?full|wraparound|inodes"
    ),
         {"free": 40, "shed": 2, "restart": 0.15, "back": 0.4, "grow": 0.5}),
    TextSign("a fault at somebody else's",
         (
             rf"\b(provider|vendor|third.?party|upstream|partner|aws|amazon|s3|dynamo\w*|stripe|twilio|gcp|google cloud|azure|cloudflare|fastly|akamai|"
             rf"auth0|okta|carrier|supplier|bank|gateway)\b.{{0,50}}\b{BROKEN}\b|"
             rf"(their|provider'?s?|vendor'?s?|aws|azure) status page"
         ),
         {"degrade": 6, "failover": 5, "ask": 3, "shed": 1.5, "back": 0.3, "restart": 0.25, "grow": 0.15, "shift": 0.5}),
    TextSign("names that are not resolved",
         (
             r"nxdomain|servfail|(not|n't|cannot|fail\w* to) (be )?resolv\w+|\bdns\b.{0,30}\b(fail\w*|errors?|timeouts?|down)|resolution (fail\w*|errors?)|"
             r"\bdomain\b.{0,30}\b(expired|locked|suspended|delegated|on hold)"
         ),
         {"config": 4, "ask": 5, "failover": 3, "restart": 0.6, "shift": 0.4, "back": 0.5, "grow": 0.2}),
    TextSign("a crash", r"crash\w*|panic\w*|segfault|segmentation fault|exceptions?\b|fails? to (start|boot)|do(es)? not start|stack ?trace|nullpointer|unwrap",
         {"back": 1.8, "config": 1.5, "grow": 0.3, "restart": 0.5}),
    TextSign("processes that are busy with nothing", (
        r"\b(spin(s|ning)?|busy.?loop\w*|livelock\w*|leap seconds?|endless loops?)\b|"
        r"\b(all|every)\b.{0,40}\b(full|100 ?%|at) (of )?(the )?cpu\b.{0,20}\b(at|since) [\d:]{4,}"
    ),
         {"restart": 6, "grow": 0.1, "back": 0.4, "shift": 0.4}),
    TextSign("a message that ends whatever reads it", (
        r"\bpoison\w*( pill)?\b|\bre-?deliver\w*|\bdelivered\b.{0,20}\btimes\b|"
        rf"{ONE_MESSAGE}\b.{{0,60}}\b(crash\w*|panic\w*|kill\w*|dies?|died|ends?|fails?)\b|"
        rf"\b(crash\w*|panic\w*|die|dies|died)\b.{{0,30}}\b(on|at|with|by) {ONE_MESSAGE}\b"
    ),
         {"shed": 8, "stop_writes": 8, "degrade": 5, "flag": 4, "back": 0.3, "restart": 0.1, "grow": 0.1, "failover": 0.3, "shift": 0.3}),
    TextSign("a store that is full", (
        r"\boom command\b|\bmaxmemory\b|\b(queue|broker|redis|cache|store|database|index|topic)s?\b.{0,40}"
        r"\b(memory limit|out of memory|no (more )?(room|memory)|(is|are) full|refuses? (new |more )?(writes|messages|jobs))"
    ),
         {"shed": 4, "degrade": 3, "free": 5, "stop_writes": 2, "grow": 1.5, "restart": 0.2, "back": 0.5}),
    TextSign("locks or slow queries", (
        r"slow quer\w+|lock (wait|contention|queue)\w*|long.?running (query|queries|transaction)|idle in transaction|"
        r"blocking (query|transaction)|waits? for (a )?locks?"
    ),
         {"restart": 3, "shed": 4, "grow": 0.2, "shift": 0.5}),
    TextSign("work that piles up", r"backlog|consumer lag|queue (depth|length|is \d)|fall(s|ing|en)? behind", {"grow": 2.5, "shed": 2, "back": 0.8}),
    TextSign("a hard limit", (
        r"(os|kernel|thread|process|connection|hard|account|service) limits?|maximum number of|"
        r"limit (was |is )?(reached|hit|exceeded)|too many (threads|open files|processes)"
    ),
         {"shrink": 6, "shed": 3, "lift": 3, "grow": 0.1}),
    TextSign("numbers that are used up", (
        r"\b(2147483647|4294967295|9223372036854775807|2\^(31|32|63)|32.?bit)\b|\b(int(eger)?|id|sequence|counter) (overflow\w*|exhaust\w*|out of range)|"
        r"\b(ids?|(primary |row )?(keys?|numbers?)|sequences?|auto.?increments?|serials?|counters?|columns?|addresses)\b.{0,30}"
        r"\b(used up|r[ua]n(s|ning)? out|exhaust\w*|overflow\w*|(at|hit|reach\w*) (its|the|their) (max\w*|limit|end|highest|largest))|"
        r"\bmax(imum)? value of (the )?(sequence|column|counter|key|id)|\b(no|out of) (more |free |new )?(ids|row numbers|sequence numbers|addresses)\b"
    ),
         {"degrade": 8, "stop_writes": 4, "back": 0.05, "failover": 0.1, "restart": 0.1, "grow": 0.05, "shift": 0.1}),
    TextSign("a quota that refuses", (
        r"\bquotas?\b.{0,40}\b(cut|reduc\w+|lower\w+|exceed\w*|exhaust\w*|enforc\w+|refus\w+|reject\w*|den(y|ied)|used up|zero|reached|hit|too (low|small))\b|"
        r"\b(cut|reduc\w+|lower\w+|exceed\w*|exhaust\w*|enforc\w+|over|above)\b.{0,20}\bquotas?\b"
    ),
         {"lift": 8, "config": 4, "shed": 3, "degrade": 2, "restart": 0.1, "failover": 0.3, "grow": 0.15, "shift": 0.2}),
    TextSign("a change of capacity", (
        r"(added|adding|add) (new )?(capacity|servers|nodes|instances|machines|shards|hosts|front.?ends?)|"
        r"scaled (up|out|down|in)\b|capacity (was )?(added|removed|changed)|resiz\w+"
    ),
         {"shrink": 8, "grow": 0.15}),
    TextSign("a job that runs", (
        r"\b(batch|cron|job|backfill|import|export|re-?index\w*|report|script|migration|analytics)\b.{0,40}\b(start\w*|began|running|runs|kicked off|"
        r"since|scans?|scheduled|loading)\b"
    ),
         {"shed": 6, "stop_writes": 3, "grow": 0.5, "shift": 0.4}),
    TextSign("a bad canary or server", r"\bcanar(y|ies)\b|one (server|host|node|replica|pod|instance|backend)\b", {"shift": 3, "grow": 0.4}),
)  # fmt: skip


def signs_in(texts: Iterable[TextEvidence]) -> list[tuple[TextSign, TextEvidence]]:
    """Each sign that some text gives, in the order of the table, and the first text that does."""
    first: dict[int, TextEvidence] = {}
    for told in texts:
        for sign in _signs(told.text):
            first.setdefault(sign, told)
    return [(TEXT_SIGNS[sign], first[sign]) for sign in sorted(first)]


@lru_cache(maxsize=2048)
def _signs(text: str) -> tuple[int, ...]:
    """The places in the table of what one text is a sign of. A list asks for each text with every option, and again once more is told."""
    return tuple(place for place, sign in enumerate(TEXT_SIGNS) if tells(text, sign.pattern))


def is_sign(text: str) -> bool:
    """Whether it is a sign of anything."""
    return bool(_signs(text))


def says(told: TextEvidence, pattern: str) -> bool:
    """Whether a text says it, and does not deny it in the words before."""
    return _says(told.text, pattern)


@lru_cache(maxsize=2048)
def _says(text: str, pattern: str) -> bool:
    """Asked again whenever one text more is told."""
    return tells(text, pattern)


def tells(text: str, pattern: str, unless: re.Pattern[str] | None = None) -> bool:
    """Whether the pattern stands somewhere without a denial before it, and without what ``unless`` finds there."""
    for match in re.finditer(pattern, text, re.IGNORECASE):
        before = text[max(0, match.start() - 60) : match.start()]
        if not (DENIED.search(before) or (unless and unless.search(before))):
            return True
    return False


def quote(told: TextEvidence) -> str:
    """``the alert X says “…”``, on one line and not too long."""
    text = " ".join(told.text.split())
    return f"{told.source} says “{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”"
