"""People, vendors and teams as the catalog has them, how each is reached, and whom a page goes to next."""

import re
from typing import Annotated, Literal

import msgspec

from stanch.kernel.part import Part, Seconds
from stanch.kernel.severities import Hours


def without_address(text: str, address: str) -> str:
    """A text without the address of a contact method, which may be a secret (a webhook's) or private (a phone number)."""
    return re.sub(rf"(?<!\w){re.escape(address)}(?!\w)", "...", text) if address else text


class EscalationStep(Part, frozen=True):
    """Whom to page, and how many seconds to wait for an acknowledgement before the next step.

    A target is a person of the contacts or ``schedule:NAME``: whoever is on call there when the step is reached.
    ``acknowledge``: whether one of them is enough, or all must. A step whose ``hours`` are not now is passed over.
    """

    notify: list[str]
    wait: Seconds = 300
    acknowledge: Literal["any", "all"] = "any"
    hours: Hours = "always"


class EscalationPolicy(Part, frozen=True):
    """Steps in order; the whole is repeated ``repeat`` times after the first pass."""

    steps: list[EscalationStep]
    repeat: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1


class ContactMethod(Part, frozen=True):
    """One contact method of a person: ``notifier:address``, used ``after`` so many seconds without an acknowledgement."""

    to: str
    after: Seconds = 0


class Contact(Part, frozen=True):
    """Someone to reach (R8): a person, a vendor or a team.

    ``lead`` is asked when they are silent (R48). ``roles``: what one would look for, such as ``support``, ``leadership``
    or ``dns vendor``. ``names``: how other tools call them (e-mail, user name), for calendars and imports. ``prompts``: by
    what they are told what is asked of them, the first that works; by default their first method that wakes nobody.
    """

    name: str
    reach: list[str | ContactMethod] = msgspec.field(default_factory=list)
    lead: str = ""
    kind: Literal["person", "vendor", "team"] = "person"
    roles: list[str] = msgspec.field(default_factory=list)
    names: list[str] = msgspec.field(default_factory=list)
    note: str = ""
    prompts: list[str] = msgspec.field(default_factory=list)

    def methods(self) -> list[ContactMethod]:
        """Every contact method, in order of their delay."""
        return sorted(
            (ContactMethod(r) if isinstance(r, str) else r for r in self.reach), key=lambda method: method.after
        )

    def given(self) -> str:
        """The name that others gave them, by which pages, calendars and records find them."""
        return self.name


class ShownContact(Contact, frozen=True):
    """A contact shown by a name of their own choice. It finds nobody but where a person types it: one could choose another's."""

    formal: str = ""

    def given(self) -> str:
        """That of the catalog, else the name they sign in with."""
        return self.formal
