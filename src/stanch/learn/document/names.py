"""Names of people as their roles, in what is published (R44). Pure."""

import re
import string
from collections.abc import Iterator

import msgspec

from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.learn.document.model import Document
from stanch.timeline.entries import Entry
from stanch.timeline.facts.roles import RoleTaken

# What stands before the first word of a sentence, a line or an entry of a list.
_BEGINS = re.compile(r"(?:^|[.!?]\s+|\n)\s*(?:[-*]\s+)?$")
# As many characters before a name are looked at: a text that names somebody ten thousand times is not read through each time.
_BEFORE = 100
_MACHINE = frozenset({"machine", "alert"})


def labels(entries: list[Entry], policy: Policy, known: list[str]) -> dict[str, str]:
    """Every name of everybody who took part or is known, and what stands for it: a role they held, else ``Responder A``.

    ``known``: everybody who may sign in. Somebody who held several roles is called by the first.
    """
    roles: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry.facts, RoleTaken) and entry.facts.person:
            roles.setdefault(entry.facts.person, f"the {ROLE_TITLES.get(entry.facts.role, entry.facts.role)}")
    authors = [entry.author for entry in entries if entry.source not in _MACHINE and entry.author != "stanch"]
    found: dict[str, str] = {}
    letters = _letters()
    for person in dict.fromkeys([*roles, *authors, *known, *policy.contacts]):
        names = _names_of(person, policy)
        label = next((found[name] for name in names if name in found), "") or next(
            (roles[name] for name in names if name in roles), ""
        )
        label = label or (f"Responder {next(letters)}" if person in authors else "a colleague")
        for name in names:
            found.setdefault(name, label)
    return found


def _letters() -> Iterator[str]:
    for number in range(26 * 27):
        first, second = divmod(number, 26)
        yield (string.ascii_uppercase[first - 1] if first else "") + string.ascii_uppercase[second]


def _names_of(person: str, policy: Policy) -> list[str]:
    contact = policy.contacts.get(person) or next(
        (c for c in policy.contacts.values() if person in (c.name, *c.names)), None
    )
    names = [person, *([contact.name, *contact.names] if contact and contact.kind == "person" else [])]
    firsts = [name.split()[0] for name in names if " " in name]
    return [name for name in dict.fromkeys([*names, *firsts]) if len(name) > 1]


def with_roles(text: str, labels: dict[str, str]) -> str:
    """The text with each name replaced. A name is found in its own spelling and with a capital, never inside a word."""
    spellings: dict[str, str] = {}
    for name, label in labels.items():
        for spelling in (name, name[:1].upper() + name[1:]):
            spellings.setdefault(spelling, label)
    if not spellings:
        return text
    longest_first = sorted(spellings, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])@?({'|'.join(map(re.escape, longest_first))})(?![\w-])")

    def label_of(found: re.Match[str]) -> str:
        label = spellings[found[1]]
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        if found.start() > _BEFORE:
            before = f"…{before}"  # cut, so that it is no beginning of the text
        return label[:1].upper() + label[1:] if _BEGINS.search(before) else label

    return pattern.sub(label_of, text)


def anonymous(d: Document, labels: dict[str, str]) -> Document:
    """The document with roles in place of names, in everything that a reader sees."""

    def said(text: str) -> str:
        return with_roles(text, labels)

    replace = msgspec.structs.replace
    return replace(
        d,
        title=said(d.title),
        parts={part: said(text) for part, text in d.parts.items()},
        factors=[said(factor) for factor in d.factors],
        whys=[replace(why, text=said(why.text)) for why in d.whys],
        timeline=[
            replace(x, author=said(x.author), sentence=said(x.sentence), known=[said(k) for k in x.known])
            for x in d.timeline
        ],
        actions=[replace(i, title=said(i.title), owner=said(i.owner), test=said(i.test)) for i in d.actions],
        comments=[
            replace(
                c,
                text=said(c.text),
                quote=said(c.quote),
                suggestion=c.suggestion and said(c.suggestion),
                by=said(c.by),
                settled_by=said(c.settled_by),
                note=said(c.note),
            )
            for c in d.comments
        ],
        front={key: said(value) if key == "title" else value for key, value in d.front.items()} | {"names": "roles"},
    )
