"""A shift: a span of time, and who is on call in it."""

import msgspec


class Span(msgspec.Struct, frozen=True, order=True):
    """A span of time; moments in microseconds, ``end`` is exclusive."""

    start: int
    end: int


class Shift(msgspec.Struct, frozen=True):
    """Who is on call from ``start`` to ``end`` (microseconds, exclusive), and which layer says so.

    ``person`` is a key of the contacts; empty is a gap: nobody is on call. ``others`` are on call with them (a calendar can
    name several). ``note``: why there is a gap, where more is known than "no layer covers it".
    """

    person: str
    start: int
    end: int
    layer: str = ""
    override: bool = False
    others: tuple[str, ...] = ()
    note: str = ""

    @property
    def gap(self) -> bool:
        """Whether nobody is on call."""
        return not self.person

    def people(self) -> list[str]:
        """Everybody who is on call; nobody in a gap."""
        return [self.person, *self.others] if self.person else []

    def same(self, other: "Shift") -> bool:
        """Whether the two differ in their times only."""
        mine = (self.person, self.layer, self.override, self.others, self.note)
        return mine == (other.person, other.layer, other.override, other.others, other.note)
