"""One amount of an incident's impact, as it was measured (R46): a part of the record."""

from typing import Literal

import msgspec

from stanch.kernel.clock import SECOND, spell

AmountName = Literal["minutes", "failed", "users", "budget", "money", "first_word", "updates"]


class Amount(msgspec.Struct, frozen=True):
    """``value`` None: it was not measured, and ``problem`` says why and what to do. ``how``: the query, or the formula with its numbers.

    ``title``: what is counted, for people. ``unit``: behind the number. ``of``: the whole that it is a part of.
    """

    name: AmountName
    title: str
    value: float | None = None
    unit: str = ""
    of: float | None = None
    how: str = ""
    problem: str = ""

    def said(self) -> str:
        """The title and the number: ``Requests failed: 1,230``."""
        return f"{self.title}: {self.number()}"

    def number(self) -> str:
        """``1,230``, ``14 of 23 min``, ``12.3 %``, ``1 min 20 s``; ``not measured`` without a value."""
        if self.value is None:
            return "not measured"
        if self.unit == "span":
            return spell(int(self.value * SECOND))
        whole = f" of {plain_number(self.of)}" if self.of is not None else ""
        return f"{plain_number(self.value)}{whole}{f' {self.unit}' if self.unit else ''}"


def plain_number(value: float) -> str:
    """Whole from a hundred on, three digits below; never in powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


class Measured(msgspec.Struct, frozen=True):
    """The impact as it was measured at ``at`` for the time from ``since`` to ``until`` (microseconds)."""

    at: int
    since: int
    until: int
    amounts: list[Amount]
