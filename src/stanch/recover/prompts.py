"""What is asked about recovery: a breach, resolving, closing. Pure."""

from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Action, Prompt, PromptRule
from stanch.timeline.record import Record


def _breach(record: Record, policy: Policy) -> list[Prompt]:
    """R12, R41: going back is normal. A criterion that held and broke, while we thought it was over, is said."""
    if record.phase != "resolve" or record.status not in ("open", "mitigated"):
        return []
    return [
        Prompt(
            f"breach:{name}:{state.broke_at}",
            "incident_commander",
            f"'{name}' is out of its bound again; the hold starts over. Back to Mitigate?",
            state.broke_at,
            [
                Action("Back to Mitigate", "phase", {"phase": "mitigate", "reason": f"{name} broke again"}),
                Action("Wait and see", "decline", {"key": f"breach:{name}:{state.broke_at}"}, "reason"),
            ],
            state.detail,
        )
        for name, state in record.criteria.items()
        if not state.holds and state.broke_at is not None
    ]


def _offer_resolve(record: Record, policy: Policy) -> list[Prompt]:
    """R41: resolve is offered when all criteria have held."""
    if record.criteria_held_at is None or record.status not in ("open", "mitigated"):
        return []
    return [
        Prompt(
            f"resolve:{record.criteria_held_at}",
            "incident_commander",
            "All recovery criteria have held. Resolve?",
            record.criteria_held_at,
            [Action("Resolve", "resolve")],
            "stable by the criteria that you set yourselves",
        )
    ]


def _close(record: Record, policy: Policy) -> list[Prompt]:
    """R42: closing is a deliberate step."""
    if record.status != "resolved" or record.resolved_at is None:
        return []
    return [
        Prompt(
            "close",
            "incident_commander",
            "Resolved. Post the final word, then close.",
            record.resolved_at,
            [Action("Close", "close")],
            "closing decides on the postmortem and starts the three weeks",
        )
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _breach,
    _offer_resolve,
    _close,
)
