"""An incident as Markdown (the postmortem) and as JSON (everything)."""

import msgspec

from stanch.kernel.clock import iso
from stanch.learn import postmortem
from stanch.timeline.desk import Desk
from stanch.timeline.record import fold


def markdown(desk: Desk, incident: str) -> str:
    """The postmortem (R46)."""
    entries = desk.entries(incident)
    return postmortem.markdown(fold(entries), entries, desk.policy)


def as_json(desk: Desk, incident: str) -> bytes:
    """Record, entries with their hashes, and the postmortem's parts; moments in RFC 3339 beside the stored integers."""
    entries = desk.entries(incident)
    record = fold(entries)
    parts = postmortem.draft(record, entries, desk.policy)
    record.last = None
    document = {
        "incident": incident,
        "exported_at": iso(desk.now),
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
