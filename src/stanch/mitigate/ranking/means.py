"""Classifies what an action does to the system, by its kind and the words of its title. Pure.

The catalog says of a mitigation what kind it is; that ``custom`` one is a stop of writes and another a restart stands in
its title alone. The words are those that runbooks use.
"""

import re
from functools import lru_cache
from typing import Literal

from stanch.kernel.policy import Mitigation

Means = Literal[
    "back", "config", "flag", "shift", "failover", "grow", "shrink", "degrade", "shed", "restart", "pause_rollout",
    "stop_writes", "cut_access", "close", "restore", "free", "renew", "lift", "ask", "look", "other",
]  # fmt: skip
OF_KIND: dict[str, tuple[Means, ...]] = {
    "rollback": ("back",),
    "feature_flag": ("flag",),
    "traffic_shift": ("shift",),
    "scale": ("grow",),
    "degrade": ("degrade",),
}
STOP = r"\b(stop|pause|detach|unsubscribe|halt|freeze|suspend|disable|turn(ing)? off|switch(ing)? .{0,40}\boff|block|kill.?switch|hold|close|cut|fence|lock|shut)"
ROLLOUT = (
    r"\b(rollouts?|deploy(ment)?s?|releases?(?! (the|of the|a|its|their|locks?|memory)\b)|canary|pipelines?|"
    r"(updates?|upgrades?)(?! to (?!any|every|more|all|further|new|customers|users|people)))\b"
)
WRITES = (
    r"\b(writ(e|es|ing|ers?)|jobs?|pay(ments?|outs?|roll)|bill(s|ing)|invoic\w+|charg\w+|captures?|refunds?|transfers?|trad(e|es|ing)|orders?|"
    r"e?mails?|notifications?|send\w*|delet\w+|purg\w+|clean.?ups?|replicat\w+|sync\w*|imports?|migrations?|consumers?|workers?|scripts?|cron\w*|"
    r"schedulers?|workflows?|automations?|controllers?|reconcil\w+|ingest\w*|publish\w*|process\w*|queues?|batch\w*|exports?|primary|master|cluster|database)\b"
)
WORDS: tuple[tuple[Means, str], ...] = (
    ("back", (r"\b(roll(ing)?.?back|revert|last.known.good|known.good)\b|\bput\b.{0,80}\bback\b|\bback (as|to (how|what))\b|"
             r"\b(disable|remove|delete|withdraw|undo|drop|clear)\b.{0,40}\b(config\w*|rules?|ruleset|polic(y|ies)|settings?|records?|routes?|definitions?|quotas?|lists?)\b|"
             r"\b(back to|put back|restore|reinstate|undo|previous|earlier)\b.{0,50}\b"
             r"(before|previous|earlier|old|as (it|they) w(as|ere)|version|release|config\w*|rules?|records?|routes?|settings?|file|list|polic\w+)\b")),
    ("config", (r"\b(config\w*|settings?|rule(s|set)?|polic(y|ies)|acls?|dns|records?|routes?|routing|bgp|quotas?|parameters?|feature.?file|"
               r"definitions?|schemas?|manifests?|firewalls?|security.?groups?|limits?|announce\w*|prefix\w*|list)\b")),
    ("lift", (r"\b(lift|raise|increase|relax|disable|remove|(switch|turn)(ing)? off)\b.{0,50}\b(quotas?|limits?|ceilings?)\b|"
             r"\b(switch|turn)\b.{0,60}\b(quotas?|limits?|ceilings?)\b.{0,60}\boff\b")),
    ("flag", r"\b(feature.?)?flags?\b|\btoggle\b|\bkill.?switch\b"),
    ("shift", (r"\b(drain|evacuat\w+|re-?route|route around|cordon)\b|\b(move|shift|send|steer|direct)\b.{0,30}\b(traffic|users|requests|load)\b|"
              r"\btake\b.{0,40}\bout of (the )?(pool|rotation|service|balanc\w+)|\bremove\b.{0,40}\bfrom (the )?(pool|rotation|balanc\w+)")),
    ("failover", (r"\bfail.?(ing.?)?over\b|\bpromot\w+|\bstandby\b|\bsecondary\b|\b(other|second|backup|alternative|another) "
                 r"(provider|region|vendor|carrier|gateway|resolver|processor|path)\b|\bswitch\b.{0,40}\bto (the )?(other|second|backup|replica)")),
    ("shrink", (r"\bscale (in|down|back)\b|\bremove\b.{0,30}\b(new|added|extra|servers|nodes|instances|capacity|shards?)\b|"
               r"\b(take|pull|withdraw|retire|decommission|switch off)\b.{0,20}\b(new|added|extra)\b.{0,30}"
               r"\b(front.?ends?|servers|nodes|instances|capacity|shards?|hosts)\b|"
               r"\b(undo|revert|take back|roll back)\b.{0,30}\b(scale|scaling|capacity|resize|servers|nodes)\b|\bfewer\b")),
    ("grow", (r"\bscale (out|up)\b|\b(add|double|more|extra)\b.{0,30}\b(instances?|nodes?|capacity|servers?|replicas?|workers?|brokers?|shards?|"
             r"consumers?|pods?|memory|machines)\b|\b(raise|increase)\b.{0,30}\b(instances?|capacity|replicas?|size)\b")),
    ("degrade", r"\b(degraded?|static|cached?|fall.?back|read.?only|serve (stale|without)|maintenance|without|simplified|queue .{0,40}later)\b"),
    ("shed", (r"\b(throttle|shed|rate.?limit\w*|limit|waiting.room|back.?pressure|circuit|retr(y|ies))\b|\bdrop\b.{0,20}\b(traffic|requests?|events?|messages?|load)\b|"
             r"\b(pause|stop|suspend|disable|block|turn off|halt)\b.{0,40}\b(batch\w*|workers?|cron\w*|jobs?|crawlers?|bots?|backfills?|"
             r"reports?|exports?|clients?|traffic|tenants?|customers?|re-?index\w*|analytics|scrap\w+|imports?|pollers?)\b|"
             r"\b(refuse|reject|deny|block|ban|filter)\b.{0,40}\b(address\w*|ranges?|ips?|asns?|networks?|requests?|clients?|crawlers?|bots?|agents?|traffic)\b")),
    ("restart", r"\b(restart|reboot|recycle|bounce|power.?cycle)\b|\bkill\b.{0,30}\b(process\w*|pods?|sessions?|quer(y|ies)|transactions?)\b"),
    ("restore", r"\b(restor\w+|recover\w*|rebuild\w*)\b.{0,40}\b(backups?|snapshots?|dumps?|point.in.time|data|tables?|database|rows?|from)\b"),
    ("free", (r"\b(free|clean\w*|delete|remove|purge|prune|rotate|truncate|vacuum|compress|extend|grow|enlarge|expand|resize)\b.{0,40}"
             r"\b(disks?|volumes?|logs?|space|old files|wal|tmp|temp\w*|storage|file.?systems?|images|core dumps?|snapshots)\b")),
    ("renew", (r"\b(renew\w*|re-?issue\w*|new(est)?|valid|replac\w+|rotat\w+|install\w*|deploy\w*)\b.{0,40}\bcert(ificate)?s?\b|"
              r"\bcert(ificate)?s?\b.{0,30}\b(renew\w*|in place|reload)")),
    ("ask", (r"\b(call|ask|have|let|contact|get|open a (ticket|case))\b.{0,40}"
            r"\b(registrar|registry|provider|vendor|carrier|isp|supplier|bank|partner|support)\b")),
    ("look", r"\b(exec|describe|dump|profile|tail|port-?forward|collect|capture|diagnos\w+|inspect|show|look)\b"),
)  # fmt: skip
ACCESS = (
    r"\b(revok\w+|rotat\w+|invalidat\w+|expire|isolat\w+|quarantin\w+|ban|sign .{0,20}out|log .{0,20}out|contain|sever|fence|"
    r"force.{0,20}(reset|re-?auth\w*|log.?out)|re-?set .{0,20}(password|credential|token|key)s?|take .{0,40}off.?line|unpublish|yank|"
    r"(replace|change|renew|re-?issue|roll)\b.{0,40}\b(keys?|tokens?|secrets?|passwords?|credentials?)|make .{0,40}private|hide)\b"
)
ACCESS_OF = (
    r"\b(accounts?|users?|keys?|tokens?|access|log.?ins?|integrations?|endpoints?|plugins?|secrets?|credentials?|sessions?|networks?|vpn|"
    r"admin\w*|host|api|oauth|apps?|egress|ports?|public|ip|addresses|sharing|share|upload\w*|cache\w*)\b"
)

NO_WRITES = r"read.?only|out of writes|quarantine|\bfence\b|\b(reject|refuse|deny|drop)\b.{0,20}\bwrites?\b"
# Stops writes from outside; internal writers go on.
CLOSED = r"maintenance (mode|page)|\boff.?line\b|\b(no|nobody|no one|nothing) .{0,20}writ\w+|\b(close|keep)\b.{0,30}\b(site|shop|users|players|people|customers)\b"
REFUSES = r"\b(close|shut|stop|refuse|reject|deny)\b|\b(switch|turn)\b.{0,30}\boff\b"
DESTROYS = r"\b(drop|delete|purge|truncate|wipe|erase|restore|re-?set|rebuild|reformat|re-?create)\b"


# Takes a feature or a job out of use for now; what is detached or fenced is a part of the system.
OFF = r"\b(stop|pause|halt|suspend|disable)\b|\b(switch|turn)(ing|es|s)?\b.{0,60}\boff\b"


def switches_off(mitigation: Mitigation) -> bool:
    """Whether it takes something out of use for now."""
    return re.search(OFF, said(mitigation)) is not None


def final(mitigation: Mitigation) -> bool:
    """Whether its words say that it destroys something for good."""
    return re.search(DESTROYS, said(mitigation)) is not None


def means(mitigation: Mitigation) -> frozenset[Means]:
    """Everything that an action does, as far as kind and title say."""
    return _means(mitigation.kind, said(mitigation))


def said(mitigation: Mitigation) -> str:
    """The words of a mitigation that say what it does, in lower case."""
    return _said(mitigation.title, mitigation.name)


@lru_cache(maxsize=4096)
def _said(title: str, name: str) -> str:
    return f"{title}. {re.sub(r'[-_./:]+', ' ', name)}".lower()


@lru_cache(maxsize=4096)
def _means(kind: str, text: str) -> frozenset[Means]:
    found: set[Means] = set(OF_KIND.get(kind, ()))
    found |= {name for name, pattern in WORDS if re.search(pattern, text)}
    stops = re.search(STOP, text) is not None
    rollout = re.search(ROLLOUT, text) is not None
    if stops and rollout and kind != "rollback" and not re.search(WRITES, re.sub(ROLLOUT, "", text)):
        found = {"pause_rollout"}
    elif (stops and re.search(WRITES, text)) or re.search(NO_WRITES, text):
        found.add("stop_writes")
    # A degraded mode that closes or refuses something lets nobody in; one that pauses work does not.
    if re.search(CLOSED, text) or (kind == "degrade" and re.search(REFUSES, text)):
        found.add("close")
    if re.search(ACCESS, text) or (stops and re.search(ACCESS_OF, text)):
        found.add("cut_access")
    if "shrink" in found:
        found.discard("grow")
    if "lift" in found and kind != "degrade":
        found.discard("shed")  # a limit that is raised asks for no less
    if kind != "scale" and "back" in found:
        found.discard("grow")
    if kind in ("traffic_shift", "scale", "degrade", "feature_flag"):
        found.discard("restore")
    return frozenset(found or {"other"})


# What may be deleted without a loss that anybody would miss.
SCRAP = r"\b(logs?|log files?|tmp|temp\w*|caches?|old files|core dumps?|wal|binlogs?|archived?|unused|images)\b"


def frees_scrap(mitigation: Mitigation, does: frozenset[Means]) -> bool:
    """Whether it makes room by deleting what is not needed, such as logs."""
    return "free" in does and re.search(SCRAP, said(mitigation)) is not None
