"""An incident as Markdown (the postmortem) and as JSON (everything)."""

import msgspec

from stanch.kernel.clock import iso
from stanch.learn import postmortem
from stanch.timeline.record import fold
from stanch.timeline.unit_of_work import UnitOfWork


def markdown(uow: UnitOfWork, incident: str) -> str:
    """The postmortem (R46)."""
    entries = uow.entries(incident)
    return postmortem.markdown(fold(entries), entries, uow.policy)


def as_json(uow: UnitOfWork, incident: str) -> bytes:
    """Record, entries with their hashes, and the postmortem's parts; moments in RFC 3339 beside the stored integers."""
    entries = uow.entries(incident)
    record = fold(entries)
    parts = postmortem.draft(record, entries, uow.policy)
    record.last = None
    document = {
        "incident": incident,
        "exported_at": iso(uow.now),
        "record": msgspec.to_builtins(record),
        "postmortem": parts,
        "entries": [
            {
                **msgspec.to_builtins(x),
                "happened": iso(x.happened_at),
                "recorded": iso(x.recorded_at),
                "sentence": x.facts.sentence(),
            }
            for x in entries
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document, order="deterministic"), indent=2)
