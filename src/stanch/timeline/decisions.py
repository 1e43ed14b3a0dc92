"""Parts of the record about decisions: hypotheses with their evidence, time-boxes, concerns, decisions (R36-R39)."""

from typing import Literal

import msgspec

UNNAMED = "unnamed"


class Weighed(msgspec.Struct):
    """Evidence for or against a hypothesis. ``position``: of its entry, ``cites``: of entries that it rests on."""

    stance: Literal["for", "against"]
    text: str
    cites: list[int]
    by: str
    at: int
    position: int


class Hypothesis(msgspec.Struct):
    """A possible cause. ``evidence``: what speaks for and against it. ``at``: when it got its standing."""

    hypothesis: str
    text: str
    standing: str
    at: int
    by: str
    stated_at: int = 0
    evidence: list[Weighed] = msgspec.field(default_factory=list)

    def against(self) -> list[Weighed]:
        """What speaks against it."""
        return [each for each in self.evidence if each.stance == "against"]

    def stands(self) -> bool:
        """Whether it is not rejected."""
        return self.standing != "rejected"


class Timebox(msgspec.Struct):
    """A question with an end: answered, or fallen back. ``digest``: of what its mitigation would do when it was opened.

    ``refused_at``: the mitigation was to be started and was not, since it would do something else by then (``refused``).
    """

    timebox: str
    question: str
    owner: str
    opened_at: int
    ends_at: int
    fallback: str
    mitigation: str
    answer: str = ""
    fell_back: bool = False
    extensions: list[str] = msgspec.field(default_factory=list)
    digest: str = ""
    title: str = ""
    refused: str = ""
    refused_digest: str = ""
    refused_at: int | None = None

    def running(self) -> bool:
        """Whether it has not ended."""
        return not self.answer and not self.fell_back


class Concern(msgspec.Struct):
    """Something that somebody worries about; open until it is answered (R38). ``by``: ``unnamed`` where nobody was kept."""

    concern: str
    text: str
    by: str
    at: int
    answer: str = ""
    answered_by: str = ""
    answered_at: int | None = None


class Decision(msgspec.Struct):
    """What was chosen, and what was not (R37). ``position``: of its entry."""

    decision: str
    option: str
    rejected: list[str]
    reason: str
    hypothesis: str
    by: str
    at: int
    position: int
