"""A run of a mitigation: a part of the record."""

import msgspec

from stanch.kernel.policy import Outcome


class Run(msgspec.Struct):
    """A mitigation that was confirmed."""

    run: str
    mitigation: str
    title: str
    target: str
    started_at: int
    by: str
    undo: str
    undo_of: str
    observe_seconds: float
    observed_until: int | None = None
    extended: int = 0
    applied_at: int | None = None
    ok: bool | None = None
    output: str = ""
    answered: bool = False
    outcome: Outcome | None = None
    reason: str = ""
    before: float | None = None
    after: float | None = None
    undone_by: str = ""
    hypothesis: str = ""
    confidence: float | None = None
    partly: bool = False
    others: list[str] = msgspec.field(default_factory=list)
    evidence: list[str] = msgspec.field(default_factory=list)
    missing: list[str] = msgspec.field(default_factory=list)
    changed: bool = True

    def observation_ends(self) -> int | None:
        """When the outcome is measured, or None while it has not been applied."""
        if self.applied_at is None or self.observed_until is not None:
            return self.observed_until
        return self.applied_at + int(self.observe_seconds * 1_000_000)
