"""Parts of the record that are kept as an entry stated them; an export names them by the entry's kind."""

import msgspec

from stanch.kernel.audiences import Stored
from stanch.kernel.severities import Severity
from stanch.kernel.status_page import ComponentState, PublicImpact


class KeptPart(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What is kept of an entry as it was stated; an export names it by the entry's kind."""


class ReviewQuestion(KeptPart, frozen=True, tag="review_asked"):
    """The three-week question, as it was asked (R48)."""

    item: str
    person: str
    question: str


class Impact(KeptPart, frozen=True, tag="impact_set"):
    """What is known of the kind of impact (R3)."""

    text: str
    core_function_down: bool | None = None
    data_at_risk: bool = False
    security: bool = False
    users_share: float | None = None
    elevated_risk: bool = False


class ProposedSeverity(KeptPart, frozen=True, tag="severity_proposed"):
    """What burn rate, impact and scope ask for (R3)."""

    severity: Severity
    text: str
    by_words: bool = False


class Update(KeptPart, frozen=True, tag="update_posted"):
    """An update for an audience (R31, R32)."""

    audience: Stored
    text: str
    state: str = ""
    next_at: int | None = None
    proposal: str = ""
    title: str = ""
    components: dict[str, ComponentState] = {}
    impact: PublicImpact | None = None
    began_at: int | None = None
    link: str = ""
    promise: str = ""
    position: int = 0


class ProposedPost(KeptPart, frozen=True, tag="public_proposed"):
    """A public post that waits for approval (R8)."""

    proposal: str
    text: str
    state: str
    title: str = ""
    components: dict[str, ComponentState] = {}
    impact: PublicImpact | None = None
    began_at: int | None = None
    link: str = ""
    at: int | None = None
