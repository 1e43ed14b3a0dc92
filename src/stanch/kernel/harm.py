"""How the harm of an incident is measured once it is over (R46): part of a service in the catalog."""

from typing import Annotated, Literal

import msgspec

from stanch.kernel.part import Part

MoneyPer = Literal["failed", "user", "minute"]


class Harm(Part, frozen=True):
    """Queries of one number over the whole incident, with ``{{.window}}`` for its length, and what the harm costs.

    ``failed``: how many requests failed; without it they are counted from the service's first SLO. ``users``: how many
    users were hit. ``money``: what each failed request, user or minute (``money_per``) costs, in ``currency``.
    """

    source: str = "prometheus"
    failed: str = ""
    users: str = ""
    money: Annotated[float, msgspec.Meta(ge=0)] | None = None
    money_per: MoneyPer = "failed"
    currency: Annotated[str, msgspec.Meta(max_length=10)] = "EUR"
