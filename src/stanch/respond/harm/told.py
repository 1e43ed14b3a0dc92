"""What the texts of people and alerts ask for, quoted, with the words that it rests on (R3). Pure."""

from stanch.detect.slo.severity import MAJOR, MINOR, Scope, Told
from stanch.respond.harm.reading import Said, read, says_no_harm
from stanch.respond.harm.table import rung
from stanch.timeline.kept import Impact

SIGNS = {"data": "data at risk", "security": "a security incident", "risk": "elevated risk"}
STATES = {
    "down": "an outage",
    "errors": "failures",
    "slow": "degraded service",
    "odd": "a fault",
    "cosmetic": "a cosmetic fault",
    "planned": "planned work",
}
UNREAD = ("unclear", "unknown")


def impact_told(text: str, scope: Scope) -> list[Told]:
    """What a person says that customers feel: all of it counts."""
    return [Told(said.kind, rung(said, scope.core), _why(text, said), _unknown(said)) for said in read(text)]


def _unknown(said: Said) -> bool:
    return said.function is not None and said.function.state == "unknown"


def read_ahead(*texts: str) -> None:
    """Read texts while no lock is held: a long one takes milliseconds, and what it says is kept for the transaction (P-rule of writes)."""
    for text in texts:
        if not read(text):
            says_no_harm(text)


def read_alert_ahead(name: str, summary: str, title: str) -> None:
    """The same of an alert, and of the title of an incident that it may open."""
    read_ahead(alert_text(name, summary), title)


def alert_text(name: str, summary: str) -> str:
    """What is read of an alert."""
    return f"{name}: {summary}"


def unread(impact: Impact) -> bool:
    """Whether nothing is stated of the impact but words, and those name neither a harm that is known nor that there is none."""
    known = (impact.core_function_down, impact.users_share)
    stated = impact.data_at_risk or impact.security or impact.elevated_risk or known != (None, None)
    return bool(impact.text) and not stated and not _understood(impact.text)


def _understood(text: str) -> bool:
    told = read(text)
    known = any(said.function is None or said.function.state not in UNREAD for said in told)
    return known if told else says_no_harm(text)


def title_told(text: str, scope: Scope) -> list[Told]:
    """A title is a name more than a statement: only what would be the first tier counts, and protection that is gone."""
    return [
        told for told in impact_told(text, scope) for said in read(text) if said.kind == told.sign and _certain(said)
    ]


def alert_told(text: str, scope: Scope) -> list[Told]:
    """The text of an alert is written before the incident: one tier lower, until somebody has looked."""
    return [Told(said.kind, *_of_alert(text, said, scope)) for said in read(text) if _certain(said)]


def _certain(said: Said) -> bool:
    """Whether it is more than a function that is slow, or fails for some."""
    stands = said.function
    if stands is None:
        return True
    return (
        stands.state in ("down", "errors")
        and stands.amount.share == 1.0
        and not (stands.side or stands.over or stands.something_works)
    )


def _of_alert(text: str, said: Said, scope: Scope) -> tuple[int, str]:
    why = _why(text, said)
    if said.kind == "risk":
        return rung(said, scope.core), why
    if said.kind == "function" and not scope.core:
        return (MAJOR if scope.dependants else MINOR), why
    return max(rung(said, scope.core), MAJOR), f"{why}, and nobody has stated it yet"


def _why(text: str, said: Said) -> str:
    """The text whole, so that redacting it takes this copy with it; of its words only those that the families have."""
    place = ", of a test system" if said.practice else ""
    if said.function is not None and said.function.state in UNREAD:
        return f"“{text}” is not understood{place}: {', '.join(said.words)}"
    sign = SIGNS[said.kind] if said.function is None else STATES[said.function.state]
    return f"“{text}” is a sign of {sign}{place}: {', '.join(said.words)}"
