"""When the escalation of a page pauses: an alert asked for it, and no alert is left that should wake anybody (R2). Pure."""

from stanch.timeline.page import Page
from stanch.timeline.record import Record


def asked_by_alert(page: Page) -> bool:
    """Whether no person asked for it."""
    return page.source in ("alert", "machine")


def over(record: Record, page: Page) -> bool:
    """Every alert has cleared or is silenced: nobody new is woken, unless one fires again or a silence ends."""
    return asked_by_alert(page) and bool(record.signals) and not _waking(record)


def silenced(record: Record, page: Page) -> bool:
    """It pauses because of a silence: messages that were already queued are not sent either."""
    return over(record, page) and any(signal.firing for signal in record.signals.values())


def why_over(record: Record) -> str:
    """Why it pauses, as the end of a sentence."""
    if any(signal.firing for signal in record.signals.values()):
        return "every alert that still fires is acknowledged or silenced"
    return "every alert has cleared"


def _waking(record: Record) -> bool:
    return any(signal.firing and not signal.silenced for signal in record.signals.values())
