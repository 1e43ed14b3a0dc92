"""Which contact methods are used for a prompt: the chosen ones, else the first that does not ring; and which a form offers. Pure."""

from collections.abc import Container, Iterable

import msgspec

from stanch.kernel.contacts import Contact
from stanch.kernel.errors import Invalid
from stanch.ports.web_push import NOTIFIER

# Notifiers that do not ring. Every other notifier is assumed to ring.
QUIET = frozenset({"smtp", "slack", "matrix", "webhook", "webpush"})
# How a form calls each notifier, and what an address there looks like. Any other is called by its name.
OFFERED = {
    "smtp": ("E-mail", "you@example.org"),
    "ntfy": ("ntfy topic", "as in your ntfy app"),
    "sms": ("Text message", "+491701234567"),
    "voice": ("Phone call", "+491701234567"),
    "slack": ("Slack", "your e-mail address there"),
    "matrix": ("Matrix", "@you:example.org"),
    "webhook": ("Webhook", "https://example.org/hook"),
    "apprise": ("Apprise", "a name from its settings"),
}


class Choice(msgspec.Struct, frozen=True):
    """A kind of contact method as a form offers it, with an ``example`` of an address where one is known."""

    kind: str
    title: str
    example: str


def offered(notifiers: Iterable[str], *, admin: bool) -> list[Choice]:
    """The kinds that somebody can add by an address. A device adds itself, and a web address only an administrator."""
    others = {NOTIFIER} if admin else {NOTIFIER, "webhook"}
    order = list(OFFERED)
    kinds = sorted(kind for kind in notifiers if kind.partition("@")[0] not in others)
    kinds.sort(key=lambda kind: order.index(name) if (name := kind.partition("@")[0]) in order else len(order))
    return [_choice(kind) for kind in kinds]


def typed(kind: str, address: str) -> str:
    """``kind:address`` of the two fields of a form; whoever wrote both into the second means the same. Raises ``Invalid``."""
    plain = address.strip().removeprefix(f"{kind}:").strip()
    if not plain or not plain.isprintable():
        choice = _choice(kind)
        hint = f"{choice.title}: {choice.example}." if choice.example else ""
        raise Invalid("That is no address.", field="address", hint=hint)
    return f"{kind}:{plain}"


def _choice(kind: str) -> Choice:
    name, _, instance = kind.partition("@")
    title, example = OFFERED.get(name, (name, ""))
    return Choice(kind, f"{title} {instance}".strip(), example)


def prompt_methods(contact: Contact, notifiers: Container[str], *, may_wake: bool) -> tuple[list[str], str]:
    """The methods to use, the first one first, or none and why. ``may_wake``: whether the only method may be one that rings."""
    every = [method.to for method in contact.methods()]
    if not every and not contact.prompts:
        return [], "has no contact method"
    quiet = [reach for reach in every if _kind(reach).partition("@")[0] in QUIET]
    if not contact.prompts and not quiet and not may_wake:
        return [], "can be reached only by what wakes people, and now nobody is woken for this"
    wanted = contact.prompts or quiet or every[:1]
    known = [reach for reach in wanted if _kind(reach) in notifiers]
    missing = ", ".join(dict.fromkeys(_kind(reach) for reach in wanted))
    return known, "" if known else f"would be told by {missing}, which is not configured"


def called(reach: str) -> str:
    """The kind of a method in words: ``by mail``."""
    kind = _kind(reach)
    return {"smtp": "mail", "webpush": "push message"}.get(kind, kind)


def _kind(reach: str) -> str:
    return reach.partition(":")[0]
