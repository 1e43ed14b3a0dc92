"""What must hold, whatever happened: P1-P5 of the design. Each raises with what was found."""

from collections.abc import Sequence

from stanch.db.transaction import Transaction
from stanch.prepare.sending import mark
from stanch.timeline import store
from stanch.timeline.effects import Effect
from stanch.timeline.facts.paging import PageStepped
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork
from tests.simulation.people import People
from tests.simulation.town import Town


class Broken(AssertionError):
    """A promise does not hold."""


def hold(held: bool, promise: str, found: object = "") -> None:
    if not held:
        raise Broken(f"{promise}: {found}")


def when_leased(uow: UnitOfWork, leased: Sequence[Effect]) -> None:
    """P2: a page that was acknowledged is not begun."""
    for effect in leased:
        if effect.kind == "page":
            record = uow.record(effect.incident)
            page = record.pages[effect.payload["page"]]
            hold(
                page.waiting() and record.live(),
                "P2 no page begins after its acknowledgement",
                effect.key,
            )


def always(town: Town) -> None:
    """P4: no mitigation is pulled twice for one run."""
    hold(max(town.pulled.values(), default=0) <= 1, "P4 at most once", town.pulled)


def at_rest(uow: UnitOfWork, town: Town, people: People) -> None:
    """When everything works again and nothing is due: all that was promised is there."""
    always(town)
    _intake(uow.tx, people)
    for row in uow.tx.all("SELECT id, status, severity, phase FROM incidents ORDER BY number"):
        record = uow.record(row["id"])
        hold(
            (record.status, record.severity_name() or "", record.phase) == (row["status"], row["severity"], row["phase"]),
            "the row of an incident is what its entries say", row,
        )  # fmt: skip
        _pages(uow, town, record)
        _runs(town, record)
        late = [due.key for due in uow.dues(record) if due.at <= uow.now]
        hold(not late, "P2 nothing that is due waits", (record.id, late))
    wrong = [found for found in store.verify_all(uow.tx) if found["wrong"]]
    hold(not wrong, "P5 the timeline is whole", wrong)
    stuck = uow.tx.all(
        "SELECT key, state, due_at FROM outbox WHERE state IN ('waiting', 'running') AND due_at <= :now", now=uow.now
    )
    hold(not stuck, "P2 no effect that is due waits", stuck)


def after_three_weeks(uow: UnitOfWork) -> None:
    """R48: of each action item that is still open somebody was asked whether it is done."""
    for row in uow.tx.all("SELECT id FROM incidents WHERE status = 'closed' ORDER BY number"):
        for item in uow.record(row["id"]).action_items.values():
            asked = item.asked or item.done_at is not None or item.dropped
            hold(bool(asked), "R48 after three weeks somebody asks", (row["id"], item.item))


def _intake(tx: Transaction, people: People) -> None:
    """P1: what was accepted has been read, and each alert is known, as its newest post said."""
    unread = tx.all("SELECT id, state, note FROM intake WHERE state <> 'digested'")
    hold(not unread, "P1 everything accepted is read", unread)
    known = {row["fingerprint"].rpartition("/")[2]: row for row in tx.all("SELECT * FROM signals")}
    for fingerprint in sorted(people.accepted):
        hold(fingerprint in known, "P1 no alert is lost", fingerprint)
        row = known[fingerprint]
        right = (row["state"] == "firing") == people.alerts[fingerprint][1]
        hold(right, "P1 the newest word counts", (people.alerts[fingerprint], row))


def _pages(uow: UnitOfWork, town: Town, record: Record) -> None:
    """P2: whoever a step named was reached, unless it was acknowledged or over before."""
    sent = {key for _, key in town.sent}
    for entry in uow.entries(record.id):
        if not isinstance(entry.facts, PageStepped):
            continue
        page = record.pages[entry.facts.page]
        if not page.waiting():
            continue
        for person in entry.facts.people:
            key = f"page:{page.page}:{entry.facts.step}:{person}:{mark(f'pager:{person}')}"
            hold(key in sent, "P2 a page that is due leaves", key)
    for page in record.pages.values():
        if page.waiting():
            hold(page.step >= 0 or (page.next_at or 0) > uow.now, "P2 every page begins", page)


def _runs(town: Town, record: Record) -> None:
    """P4: each run has its answer, which is true, and its outcome."""
    for run in record.runs.values():
        key = f"mitigation:{run.run}"
        hold(run.answered, "P4 no run is forgotten", run)
        if run.ok is not None:
            hold(run.ok == (key in town.done), "P4 the answer is true", run)
        if run.ok and record.status != "closed":
            hold(run.outcome is not None, "R23 every run is judged", run)
