"""Names that mean nothing to customers, and names of persons (R33): from the catalog, and by their shape. Pure."""

import re
from collections.abc import Iterator

from stanch.communicate.wording.engine import Hit
from stanch.communicate.wording.text import Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary

_HOST = "a host or address of ours: say which function is affected"
_OF_A_RELEASE = "a release of ours: customers do not know its number"
# Most words have none of these, so that the slow patterns look at few.
_UNUSUAL = re.compile(r"[-_/@#\d]|\w\.\w|[a-z][A-Z]|[A-Z][a-z]+[A-Z]")
# (pattern, why, whether posting it needs a second yes)
_SHAPES = [
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b"), _HOST, True),
    (
        re.compile(
            r"(?<![\w.-])[\w-]{1,63}+(?:\.(?!(?:internal|local|lan|corp|intra|svc|localdomain|cluster)\b)[\w-]{1,63}+){0,8}\.(?:internal|local|lan|corp|intra|svc|localdomain|cluster)(?:\.[a-z]+)*\b", re.I
        ),
        _HOST,
        True,
    ),
    # db-01, web3-prod, ip-10-0-0-1, kafka-broker-2, order-api-7d9f8c-x2x4z
    (re.compile(r"(?<![\w-])[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){0,5}?-(?=[a-z0-9]{0,9}\d)[a-z0-9]{1,10}(?:-[a-z0-9]{5})?(?![\w-])"), _HOST, True),
    (re.compile(r"(?<![\w-])[a-z]{2,30}\d{1,3}(?:-[a-z0-9]{1,30}){1,6}\b|\b(?:db|web|app|srv|node|host|vm|mx|lb)\d{1,4}\b"), _HOST, True),
    (re.compile(r"\b[a-z]{2}-(?:north|south|east|west|central)(?:east|west)?-\d[a-z]\b"), "a zone of ours", False),
    (re.compile(r"\bv\d+(?:\.\d+)*(?:-[\w.]+)?\b", re.I), _OF_A_RELEASE, False),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b"), "an identifier of ours", False),
    (re.compile(r"\b(?!COVID|ISO|UTF|GMT|UTC|IPv)[A-Z]{2,10}-\d{1,6}\b"), "a ticket or incident number of ours", False),
    (re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b(?!(?:ERR|SSL|TLS|NET|SQLSTATE|ECONN)_)[A-Z]+(?:_[A-Z0-9]+)+\b"), "a name from our code", False),
    (re.compile(r"\b[a-z]+[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|\b(?:[A-Z][a-z]+){2,}(?:Exception|Error)\b"), "a name from our code", False),
    (re.compile(r"(?<![\w/:.])/(?:var|etc|opt|usr|srv|home|api|v\d)(?:/[\w.-]+)+"), "a path of ours", False),
    (re.compile(r"(?<![\w.])#(?:inc|ops|team|oncall|on-call|alerts?|incident)[\w-]*"), "a chat room of ours", False),
    (re.compile(r"(?<![\w.])@[a-z][\w.-]+\b(?!\.\w)"), "somebody's account", True),
]  # fmt: skip
# A service as engineers write it: two or more words joined by hyphens of which the last says what it is.
_COMPONENT = re.compile(
    r"(?<![\w-])(?!(?:self|full|room|customer|after-sales|car|in|out-of|food|lip)-service\b)[a-z0-9]{1,40}(?:-[a-z0-9]{1,30}){0,5}?-(?:api|svc|service|db|worker|workers|server|proxy|gateway|backend|frontend|cache|queue|broker|"
    r"prod|staging|primary|replica|cluster|consumer|scheduler|daemon|cron|job|ingest|router|controller|pool|lb)(?![\w-])"
)
_RELEASE = re.compile(r"\b(?:release|version|build|revision)s?\s+v?\d[\w.-]*", re.I)
_RELEASE_WORDS = frozenset(word + end for word in ("release", "version", "build", "revision") for end in ("", "s"))
_ZONE_WORDS = frozenset(("zone", "az", "rack", "shard", "partition", "cell", "pod"))
_ZONE = re.compile(
    r"\b(?:us|eu|ap|sa|ca|me|af|cn)-(?:north|south|east|west|central)(?:east|west)?-\d\b(?!\s+(?:region|customers|users))"
    r"|\b(?:zone|az|rack|shard|partition|cell|pod)[- ][a-z0-9]\b(?!')",
    re.I,
)


def internal_names(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Names of the catalog, and what has the shape of a host, release, ticket, path or name in code."""
    fresh = Taken().take
    lowered = text.raw.lower()
    for name, public in vocabulary.internal.items():
        for start in _places(lowered, name):
            if fresh(start, start + len(name)):
                better = f"say '{public}'" if public else ""
                yield Hit(start, start + len(name), better, "a name that only we use")
    for team in vocabulary.teams:
        for start in _places(lowered, f"{team.lower()} team"):
            if fresh(start, start + len(team) + 5):
                yield Hit(start, start + len(team) + 5, "say 'we' or 'our team'", "a team of ours")
    tokens = [m.span() for m in re.finditer(r"\S+", text.raw) if _UNUSUAL.search(m.group())]
    releases = [(each.start, each.end) for each in text.sentences_with(_RELEASE_WORDS)]
    zones = [(each.start, each.end) for each in text.sentences_with(_ZONE_WORDS)]
    shapes = [(pattern, why, sure, tokens) for pattern, why, sure in _SHAPES]
    shapes += [(_RELEASE, _OF_A_RELEASE, False, releases), (_COMPONENT, "a component of ours", False, tokens)]
    shapes += [(_ZONE, "a zone of ours", False, zones + tokens)]
    for pattern, why, second_yes, places in shapes:
        for start, end in places:
            for m in pattern.finditer(text.raw, start, end):
                if text.raw[max(0, m.start() - 2) : m.start()].strip()[-1:] in ("{", "[", "<"):
                    continue  # a blank, which another rule finds
                if not vocabulary.allows(m.group()) and fresh(m.start(), m.end()):
                    yield Hit(m.start(), m.end(), "", why, second_yes)


def person_names(text: Text, vocabulary: Vocabulary) -> Iterator[Hit]:
    """Names of the contacts, as whole words in capitals as they are written."""
    taken = Taken()
    for name in sorted(vocabulary.people, key=len, reverse=True):
        for start in _places(text.raw, name):
            if taken.take(start, start + len(name)):
                yield Hit(start, start + len(name), second_yes=True)


def _places(text: str, name: str) -> Iterator[int]:
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() or before in ("-", "_")) and not (after.isalnum() or after in ("-", "_")):
            yield start
        start = text.find(name, end)
