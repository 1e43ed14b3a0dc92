"""Who is told how an incident stands, as configuration (R31, R32): how often, and whom."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.part import Part, Seconds
from stanch.kernel.severities import Severity

Audience = Literal["engineers", "leadership", "support", "customers"]
AUDIENCES: tuple[Audience, ...] = ("engineers", "leadership", "support", "customers")
# As updates are stored: the names of the first two are older than the others.
Stored = Literal["internal", "public", "leadership", "support"]
STORED: dict[Audience, Stored] = {
    "engineers": "internal", "leadership": "leadership", "support": "support", "customers": "public",
}  # fmt: skip
AUDIENCE_OF: dict[str, Audience] = {stored: audience for audience, stored in STORED.items()}


class AudiencePolicy(Part, frozen=True):
    """How one audience is kept informed.

    ``every``: seconds between its updates, by severity; one that is not named has no cadence (engineers: that of the
    severity's ``update_every``), and a promise in a post sets the clock all the same. ``to``: whom updates are sent to
    beside the place where they stand: contacts by name, ``role:NAME`` for every contact with that role, and
    ``notifier:address`` for mail lists, chat rooms and webhooks.
    """

    every: dict[Severity, Seconds] = msgspec.field(default_factory=dict)
    to: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=500)]], msgspec.Meta(max_length=200)] = (
        msgspec.field(default_factory=list)
    )


class Audiences(Part, frozen=True):
    """Engineers, leadership, support and customers. Without a word here only engineers have a cadence, and nobody is sent anything."""

    engineers: AudiencePolicy = AudiencePolicy()
    leadership: AudiencePolicy = AudiencePolicy()
    support: AudiencePolicy = AudiencePolicy()
    customers: AudiencePolicy = AudiencePolicy()

    def of(self, audience: Audience) -> AudiencePolicy:
        """The policy of one audience."""
        found: AudiencePolicy = getattr(self, audience)
        return found
