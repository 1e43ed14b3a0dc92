"""What is asked about recovery: a breach, resolving, closing. Pure."""

from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
from stanch.timeline.record import Record


def _breach(record: Record, policy: Policy) -> list[Prompt]:
    """R12, R41: a criterion was breached after it had held, in Resolve or later."""
    if record.phase != "resolve" or record.status not in ("open", "mitigated"):
        return []
    return [
        Prompt(
            f"breach:{name}:{state.broke_at}",
            "incident_commander",
            f"'{name}' is out of its bound again; the hold starts over. Back to Mitigate?",
            state.broke_at,
            [
                PromptAction("Back to Mitigate", "phase", {"phase": "mitigate", "reason": f"{name} broke again"}),
                PromptAction("Wait and see", "decline", {"key": f"breach:{name}:{state.broke_at}"}, "reason"),
            ],
            state.detail,
        )
        for name, state in record.criteria.items()
        if not state.holds and state.broke_at is not None
    ]


def _shift(record: Record, policy: Policy) -> list[Prompt]:
    """R12: the evidence asks for the next phase, also when nothing was run through stanch."""
    if record.phase not in ("detect", "triage", "mitigate") or not record.live() or record.criteria_held_at is not None:
        return []
    if any(run.outcome == "helped" and not run.undo_of and not run.undone_by for run in record.runs.values()):
        return []  # that is asked for by the mitigation itself
    since, what = _calm(record)
    if since is None:
        return []
    return [
        Prompt(
            f"shift-resolve:{since}",
            "incident_commander",
            f"{what} since {hour_minute(since)} UTC. Move to Resolve?",
            since + int(policy.responding.shift_proposed_after * SECOND),
            [
                PromptAction(
                    "Move to Resolve", "phase", {"phase": "resolve", "reason": f"{what} since {hour_minute(since)} UTC"}
                )
            ],
            "it looks stopped; whether it stays so is watched in Resolve",
            rests_on=harm(record),
        )
    ]


def _calm(record: Record) -> tuple[int | None, str]:
    """Since when all criteria hold, or without criteria no alert fires; and which of the two it is."""
    if record.criteria:
        return record.holding_since(), "All recovery criteria hold"
    cleared = [signal.cleared_at for signal in record.signals.values() if not signal.firing]
    if not cleared or len(cleared) < len(record.signals):
        return None, ""
    return max(at or record.declared_at for at in cleared), "No alert of this incident has fired"


def _fires_again(record: Record, policy: Policy) -> list[Prompt]:
    """R12: an alert fires again in Resolve or later."""
    if record.phase != "resolve" or not record.live():
        return []
    return [
        Prompt(
            f"fires-again:{signal.fingerprint}:{signal.attached_at}",
            "incident_commander",
            f"'{signal.name}' fires again. Back to Mitigate?",
            signal.attached_at,
            [
                PromptAction(
                    "Back to Mitigate", "phase", {"phase": "mitigate", "reason": f"{signal.name} fires again"}
                ),
                PromptAction(
                    "Wait and see",
                    "decline",
                    {"key": f"fires-again:{signal.fingerprint}:{signal.attached_at}"},
                    "reason",
                ),
            ],
            signal.summary or "the harm is back, or had not ended",
        )
        for signal in record.signals.values()
        if signal.firing and signal.attached_at > (record.moved_at or 0)
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
            [PromptAction("Resolve", "resolve")],
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
            [PromptAction("Close", "close")],
            "closing decides on the postmortem and starts the three weeks",
        )
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _breach,
    _fires_again,
    _shift,
    _offer_resolve,
    _close,
)
