"""Which contact methods are used for a prompt: the chosen ones, else the first that does not ring. Pure."""

from collections.abc import Container

from stanch.kernel.contacts import Contact

# Notifiers that do not ring. Every other notifier is assumed to ring.
QUIET = frozenset({"smtp", "slack", "matrix", "webhook", "webpush"})


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
