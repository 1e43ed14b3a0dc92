"""Facts about pages: requested, sent, acknowledged."""

import msgspec

from stanch.kernel.clock import iso
from stanch.timeline.facts.statement import Statement
from stanch.timeline.page import Page, Receipt, forget_address
from stanch.timeline.record import Line, Record


class PageRequested(Statement, frozen=True, tag="page_requested"):
    """Someone must be woken. Steps of the escalation policy follow until it is acknowledged; ``person``: only this contact.

    ``goes_by``: the policy that there is, when it was asked for; empty: there was none, and None: an earlier release did not say.
    """

    page: str
    escalation: str
    reason: str
    person: str = ""
    goes_by: str | None = None

    def sentence(self) -> str:
        if self.person:
            return f"Paging {self.person} by name: {self.reason}"
        if self.goes_by == "":
            return f"Paging everybody who can be reached, as there is no escalation policy '{self.escalation}': {self.reason}"
        if self.goes_by not in (None, self.escalation):
            return f"Paging by policy '{self.goes_by}', as there is no '{self.escalation}': {self.reason}"
        return f"Paging by policy '{self.escalation}': {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        record.pages[self.page] = Page(
            self.page,
            self.escalation,
            entry.happened_at,
            self.reason,
            next_at=entry.happened_at,
            source=entry.source,
            person=self.person,
        )


class PageStepped(Statement, frozen=True, tag="page_stepped"):
    """A step of the escalation policy was reached. ``next_at``: when the next one follows without an acknowledgement.

    ``all_must``: not one of them is enough. ``passed``: steps and targets that were passed over, and why.
    """

    page: str
    step: int
    people: list[str]
    next_at: int | None = None
    all_must: bool = False
    passed: list[str] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        who = ", ".join(self.people) or "nobody is left to page"
        every = " (all must acknowledge)" if self.all_must and len(self.people) > 1 else ""
        return f"Page step {self.step + 1}: {who}{every}" + (f"; {'; '.join(self.passed)}" if self.passed else "")

    def apply(self, record: Record, entry: Line) -> None:
        page = record.pages[self.page]
        page.step, page.next_at = self.step, self.next_at
        page.people, page.all_must = self.people or page.people, self.all_must
        page.paged |= dict.fromkeys(self.people, entry.happened_at)


class PagePutOff(Statement, frozen=True, tag="page_put_off"):
    """The page is postponed: until working hours, or until somebody can be reached (R2)."""

    page: str
    until: int
    reason: str

    def sentence(self) -> str:
        return f"Page put off until {iso(self.until)[:16].replace('T', ' ')} UTC: {self.reason}"

    def apply(self, record: Record, entry: Line) -> None:
        record.pages[self.page].next_at = self.until


class PageReplaced(Statement, frozen=True, tag="page_replaced"):
    """A page that was paused while its alerts were silenced starts again, from the first step (R2)."""

    page: str

    def sentence(self) -> str:
        return "The page that rested ends; it is asked for anew, from the first step"

    def apply(self, record: Record, entry: Line) -> None:
        page = record.pages[self.page]
        page.ended_at, page.next_at = entry.happened_at, None


class PageHanded(Statement, frozen=True, tag="page_handed"):
    """A person asks another one instead: nothing is acknowledged by it, and the escalation goes on by its own clock (R2)."""

    page: str
    person: str
    reason: str = ""

    def sentence(self) -> str:
        return f"The page goes to {self.person} as well, by hand; nobody has it yet" + (
            f": {self.reason}" if self.reason else ""
        )

    def apply(self, record: Record, entry: Line) -> None:
        page = record.pages[self.page]
        page.handed.append(self.person)
        page.paged[self.person] = entry.happened_at


class PageRefused(Statement, frozen=True, tag="page_refused"):
    """A person cannot take the page (R2). ``then``: why nobody else is woken by it now; empty: the next step follows at once."""

    page: str
    person: str
    reason: str = ""
    then: str = ""

    def sentence(self) -> str:
        said = f"{self.person} cannot take the page" + (f" ({self.reason})" if self.reason else "")
        return f"{said}: {self.then}" if self.then else f"{said}, so that the escalation moves on now"

    def apply(self, record: Record, entry: Line) -> None:
        page = record.pages[self.page]
        if self.person not in page.refused:
            page.refused.append(self.person)


class PageSent(Statement, frozen=True, tag="page_sent"):
    """The delivery receipt of one attempt. ``reach``: the notifier. ``reference``: where the message can be edited, if it can."""

    page: str
    person: str
    reach: str
    ok: bool
    attempt: int
    result: str
    key: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        forget_address(self)

    def sentence(self) -> str:
        return self._receipt().sentence()

    def apply(self, record: Record, entry: Line) -> None:
        page = record.pages[self.page]
        page.receipts.append(self._receipt())
        if self.ok:
            page.paged[self.person] = entry.happened_at

    def _receipt(self) -> Receipt:
        return Receipt(**msgspec.structs.asdict(self))


class Acknowledged(Statement, frozen=True, tag="acknowledged"):
    """A person has the page: nobody else is woken (P2)."""

    person: str
    page: str = ""

    def sentence(self) -> str:
        return f"{self.person} acknowledged the page"

    def apply(self, record: Record, entry: Line) -> None:
        record.acknowledged_at = record.acknowledged_at or entry.happened_at
        for page in record.pages.values():
            if page.waiting() and self.page in ("", page.page):
                page.acknowledgers.append(self.person)
                page.refused = [person for person in page.refused if person != self.person]
                if page.all_must and not set(page.people) <= set(page.acknowledgers):
                    continue
                page.acknowledged_by = ", ".join(page.acknowledgers)
                page.acknowledged_at, page.next_at = entry.happened_at, None


Facts = PageRequested | PageStepped | PagePutOff | PageReplaced | PageHanded | PageRefused | PageSent | Acknowledged
