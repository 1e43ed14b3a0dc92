"""What is answered about figures and action items (R47-R49)."""

import msgspec

from stanch.kernel.answers import Moment, Portion, Seconds, Span
from stanch.kernel.clock import day

# A percentile of fewer says more about one incident than about how you respond (R49).
ENOUGH = 5
# So many days back where nobody chooses another time.
YEAR = 365


class Item(msgspec.Struct, frozen=True):
    """An action item of the list. ``state``: open, overdue, waiting (somebody would drop it, and the lead decides), done or dropped.

    ``drop_reason``: why it was dropped, or why somebody would drop it. ``ticket``: its key in a tracker, with ``ticket_url``.
    """

    incident: str
    item: str
    title: str
    owner: str
    service: str
    purpose: str
    priority: str
    state: str
    overdue: bool
    added_at: Moment
    due_at: Moment
    done_at: Moment | None
    drop_reason: str
    ticket: str = ""
    ticket_url: str = ""

    def line(self) -> str:
        """For chat."""
        return f"{self.incident} {self.item} {self.title}: {self.owner}, due {day(self.due_at)}, {self.state}" + (
            f", {self.ticket}" if self.ticket else ""
        )


class Tally(msgspec.Struct, frozen=True):
    """Of so many action items so many are done; dropped ones count as not done. ``name``: a month, a team, a kind or an owner."""

    name: str
    done: int
    total: int

    def share(self) -> float | None:
        """The part that is done; None: there is no item."""
        return self.done / self.total if self.total else None


class Age(msgspec.Struct, frozen=True):
    """How many open items are as old as ``name`` says, and how many of them are overdue."""

    name: str
    open: int
    overdue: int


class Time(msgspec.Struct, frozen=True):
    """A span over ``n`` incidents; without percentiles when there are fewer than five. ``figure``: by which its incidents are listed."""

    figure: str
    title: str
    n: int
    median: Span | None
    p90: Span | None


class Month(msgspec.Struct, frozen=True):
    """How many incidents ended in a month, ``2026-11``."""

    name: str
    incidents: int


class Quarter(msgspec.Struct, frozen=True):
    """Of ``n`` incidents that ended in a quarter, ``2026-Q4``, half took no longer than ``resolved`` from noticed until resolved."""

    name: str
    n: int
    resolved: Span | None


class PhaseTime(msgspec.Struct, frozen=True):
    """Time in a phase over ``n`` incidents; without percentiles when there are fewer than five."""

    phase: str
    n: int
    median: Span | None
    p90: Span | None


class Share(msgspec.Struct, frozen=True):
    """Of ``total``, ``good`` were as they should be."""

    figure: str
    title: str
    good: int
    total: int


class Achieved(msgspec.Struct, frozen=True):
    """What a mitigation has achieved in so many runs whose outcome is known.

    ``median_seconds``: from start to effect, of those that helped, of five or more.
    """

    mitigation: str
    service: str
    runs: int
    helped: int
    no_change: int
    worse: int
    median_seconds: Seconds | None


class Factor(msgspec.Struct, frozen=True):
    """A kind of contributing factor in ``incidents`` incidents, ``services`` services; ``last``: the newest of them."""

    kind: str
    title: str
    incidents: int
    services: int
    last: str


class Learning(msgspec.Struct, frozen=True):
    """``completion`` None: no action item was added in this time. Dropped items count as not completed.

    ``open_items``: the first of them by their date; ``open_total`` counts all. ``completed_earlier``: the completion
    over as many days before, None where there was no item. ``unfinished``: incidents of an older release are
    still being counted. ``days``: so many days back these figures are of.
    """

    items_total: int
    items_done: int
    completion: Portion | None
    completed_earlier: Portion | None
    incidents: int
    open_total: int
    overdue_total: int
    open_items: list[Item]
    by_month: list[Tally]
    by_owner: list[Tally]
    by_team: list[Tally]
    by_purpose: list[Tally]
    by_age: list[Age]
    phases: list[PhaseTime]
    times: list[Time]
    shares: list[Share]
    factors: list[Factor]
    mitigations: list[Achieved]
    unfinished: bool
    months: list[Month] = []
    quarters: list[Quarter] = []
    days: int = YEAR

    def line(self) -> str:
        """For chat."""
        if self.completion is None:
            return f"No action item was added within {within(self.days)}."
        late = f"{self.overdue_total} of the {self.open_total} open {_are(self.overdue_total, self.open_total)} overdue"
        done = f"{_are(self.items_done, self.items_total)} done; {late if self.open_total else 'none is open'}"
        return f"{self.items_done} of {self.items_total} action items added within {within(self.days)} {done}."


def _are(some: int, of: int) -> str:
    return "is" if 1 in (some, of) else "are"


def within(days: int) -> str:
    """``a day``, ``90 days``, ``a year``, ``5 years``."""
    years, rest = divmod(days, YEAR)
    many, unit = (days, "day") if rest or not years else (years, "year")
    return f"a {unit}" if many == 1 else f"{many} {unit}s"


class Behind(msgspec.Struct, frozen=True):
    """An incident behind a figure. ``value``: what counted, a span in words or a number."""

    incident: str
    title: str
    service: str
    value: str

    def line(self) -> str:
        """For chat."""
        return f"{self.incident} {self.title}: {self.value}"
