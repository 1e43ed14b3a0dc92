"""What a redaction takes from evidence and from the last look at the real systems (design, section 4)."""

import msgspec

from stanch.mitigate.evidence import store as evidence_store
from stanch.timeline.entries import Entry
from stanch.timeline.facts.mitigate import EvidenceCaptured
from stanch.timeline.record import Record
from stanch.timeline.redaction import masked, masked_json, taken
from stanch.timeline.unit_of_work import UnitOfWork


def forget_evidence(uow: UnitOfWork, entry: Entry, record: Record) -> None:
    """An item that contains one of the texts is erased whole; redacting the entry of a capture erases everything it captured."""
    old, texts = taken(uow, entry)
    if old is None:
        return
    run = old.run if isinstance(old, EvidenceCaptured) else None
    written = [form for text in texts for form in (text.encode(), msgspec.json.encode(text)[1:-1])]
    evidence_store.redact(
        uow, entry.incident, lambda of_run, content: of_run == run or any(form in content for form in written)
    )
    for row in uow.tx.all("SELECT content FROM surveys WHERE incident = :id", id=entry.incident):
        uow.tx.execute(
            "UPDATE surveys SET content = :content WHERE incident = :id",
            content=masked_json(row["content"], texts),
            id=entry.incident,
        )
    for row in uow.tx.all("SELECT run, progress FROM mitigation_runs WHERE incident = :id", id=entry.incident):
        uow.tx.execute(
            "UPDATE mitigation_runs SET progress = :left WHERE run = :run",
            left=masked(row["progress"], texts),
            run=row["run"],
        )
