"""The status pages of one stanch as configuration (R33): what each is called, where it is, who may read it, how it looks."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.part import Part

# In Statuspage's words (formats/18, 18.4), the best first.
ComponentState = Literal["operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"]
COMPONENT_STATES: tuple[ComponentState, ...] = (
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
)
PublicImpact = Literal["none", "minor", "major", "critical"]
Colour = Annotated[str, msgspec.Meta(pattern="^(#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6})?$")]


class StatusPage(Part, frozen=True):
    """A status page. Without one in the policy there is one at ``/status/`` with every service that has a public name.

    ``url``: where readers find it, for feeds and the links in messages; by default below stanch's own address.
    ``hosts``: names under which this page is the whole site. ``services``: which it shows, in this order; all by default.
    ``languages``: codes; the first is that of the page, each further one is a translation beside it. ``words``: a word of
    a language's file -> your own. ``time_zone``: an IANA name. ``logo``, ``favicon``: files. ``accent``, ``accent_dark``: ``#0a5f5c``.
    ``access``: ``public``, ``members`` (whoever is signed in) or ``token`` (whoever knows what stands in ``token_env``).
    ``copies``: which publishers of ``integrations`` keep a copy; all by default, and never one of a page that is not public.
    ``private_addresses``: whether a subscriber's webhook may lie inside your own network.
    ``partial_counts``: how much of a partial outage counts as down, from 0 to 1 (formats/18, 18.5).
    """

    title: str = "Status"
    url: str = ""
    hosts: list[str] = []
    services: list[str] = []
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    words: dict[str, str] = {}
    time_zone: str = "UTC"
    logo: str = ""
    favicon: str = ""
    accent: Colour = "#0a5f5c"
    accent_dark: Colour = "#58cfc2"
    access: Literal["public", "members", "token"] = "public"
    token_env: str = ""
    copies: list[str] | None = None
    private_addresses: bool = False
    partial_counts: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.3
