"""The disposition *ticket* of signals: filed in a tracker where the policy says so, and nowhere claimed where it does not (R1)."""

from stanch.ports.message_text import one_line
from stanch.ports.tracker import Field, Ticket
from stanch.tickets import rows
from stanch.tickets.following import TicketHandler
from stanch.tickets.rows import TicketRow
from stanch.tickets.rules import Ours
from stanch.timeline.unit_of_work import UnitOfWork

KIND = "signal_ticket"


def follow_signal(uow: UnitOfWork, fingerprint: str) -> None:
    """Whatever became of a signal: a ticket is wanted for one that is normal work, and one that is there is told."""
    if not uow.application.world.trackers:
        return
    if row := rows.live(uow, KIND, "", fingerprint):
        rows.see_to(uow, row.kind, row.tracker, "", row.id)
        return
    signal = uow.tx.one("SELECT disposition, service, state FROM signals WHERE fingerprint = :f", f=fingerprint)
    if signal is None or signal["disposition"] != "ticket":
        return
    filing = uow.policy.filing_of(str(signal["service"]), signal=True)
    if filing and filing.tracker in uow.application.world.trackers:
        rows.want(uow, KIND, "", fingerprint, filing)


def told_of(uow: UnitOfWork, fingerprint: str) -> str:
    """What is true of the ticket of a signal that is normal work, in words: its key, that it follows, or that there is none."""
    row = rows.live(uow, KIND, "", fingerprint)
    if row is None:
        return "filed in no tracker"
    if row.ticket:
        return f"{row.ticket} in {rows.title_of(uow, row.tracker)}" + (f", {row.there}" if row.there else "")
    title = rows.title_of(uow, row.tracker)
    problem = row.trouble(title, uow.now)
    return f"to be filed in {title} ({row.place})" + (f"; {problem}" if problem else "")


class SignalTickets(TicketHandler):
    """The effect ``signal_ticket``. Of a signal only its state is kept alike: who does the work and how it is called is the tracker's."""

    kind = KIND
    fields = ("state",)

    def ours(self, uow: UnitOfWork, row: TicketRow) -> Ours | None:
        signal = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :f", f=row.subject)
        if signal is None or not signal["disposition"]:  # while it is held nobody knows what it will be
            return None
        filing = uow.policy.filing_of(str(signal["service"]), signal=True)
        state = "open"
        if signal["disposition"] in ("noise", "incident"):
            state = "dropped"
        elif signal["state"] == "resolved" and filing and filing.close_signals:
            state = "done"
        return Ours(one_line(str(signal["summary"] or signal["name"])), state)

    def text(self, uow: UnitOfWork, row: TicketRow) -> str:
        signal = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :f", f=row.subject)
        address = uow.application.installation.link("/signals")
        link = f"Signal {row.subject}, kept in stanch" + (f": {address}" if address else ".")
        if signal is None or not row.details:
            return link
        return f"{signal['name']}, severity {signal['severity'] or 'not said'}\n\n{signal['reason']}\n\n{link}"

    def note(self, uow: UnitOfWork, row: TicketRow, state: str) -> str:
        words = {
            "done": "The signal cleared.",
            "dropped": "It is no ticket after all.",
            "open": "The signal is normal work again.",
        }
        return words.get(state, "")

    def take(self, uow: UnitOfWork, row: TicketRow, field: Field, ticket: Ticket) -> None:
        """Nothing: the row says how its state is called there, and the signal stays what it is."""
