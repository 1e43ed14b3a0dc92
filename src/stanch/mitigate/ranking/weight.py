"""The weight of one piece of evidence for one mitigation."""

from collections.abc import Iterable

import msgspec


class Weight(msgspec.Struct, frozen=True):
    """The logarithm of a likelihood ratio, why (half a sentence), what would move it (a sentence), what to beware of.

    ``irreversible`` 0 to 1: how much of what it takes back cannot be taken back cleanly.
    """

    odds: float
    because: str
    would: str = ""
    caution: str = ""
    irreversible: float = 0.0


Weights = Iterable[Weight]
