"""Prompts about mitigations: start one, check an unknown outcome, undo, revise a hypothesis, move to Resolve. Pure."""

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
from stanch.timeline.record import Record


def _mitigate_first(record: Record, policy: Policy) -> list[Prompt]:
    """R16: stop the bleeding before diagnosing."""
    if record.phase not in ("detect", "triage") or record.runs or not record.live():
        return []
    return [
        Prompt(
            "mitigate-first",
            "incident_commander",
            "Nothing has been done yet to stop the harm. Move to Mitigate?",
            record.declared_at + int(policy.mitigation_wanted_after * SECOND),
            [PromptAction("Move to Mitigate", "phase", {"phase": "mitigate"})],
            "restore service first; the cause can wait",
            rests_on=harm(record),
        )
    ]


def _unknown_outcome(record: Record, policy: Policy) -> list[Prompt]:
    """P4: after a crash nobody knows whether it ran."""
    return [
        Prompt(
            f"unknown:{run.run}",
            "operations_lead",
            f"Nobody knows whether '{run.title}' ran. Look at {run.target}, then say it.",
            run.started_at,
            [PromptAction("I looked", "decline", {"key": f"unknown:{run.run}"}, "reason")],
            run.output or "a crash came between",
        )
        for run in record.runs.values()
        if run.outcome == "unknown" and run.answered and run.ok is None and record.live()
    ]


def _offer_undo(record: Record, policy: Policy) -> list[Prompt]:
    """R23: act, observe, revise."""
    return [
        Prompt(
            f"undo:{run.run}",
            "operations_lead",
            f"'{run.title}' {_why(run.outcome)}. Take it back?",
            run.applied_at or run.started_at,
            [PromptAction("Undo", "undo", {"run": run.run})],
            run.reason,
            rests_on=(run.outcome,),
        )
        for run in record.runs.values()
        if run.outcome in ("no_change", "worse")
        and run.undo
        and not run.undone_by
        and not run.undo_of
        and record.live()
    ]


def _contradicted(record: Record, policy: Policy) -> list[Prompt]:
    """R23, R36: an outcome that speaks against the hypothesis behind it is a question to the Incident Commander."""
    asked = []
    for run in record.runs.values():
        behind = record.hypotheses.get(run.hypothesis)
        if run.outcome not in ("no_change", "worse") or behind is None or run.undo_of or not record.live():
            continue
        if behind.standing in ("open", "leading"):
            values = {"hypothesis": behind.hypothesis, "standing": "rejected"}
            asked.append(
                Prompt(
                    f"contradicted:{run.run}",
                    "incident_commander",
                    f"'{run.title}' {_why(run.outcome)}. Does that speak against “{behind.text}”?",
                    run.observation_ends() or run.started_at,
                    [
                        PromptAction("Reject it", "hypothesis", values),
                        PromptAction("It still stands", "decline", {"key": f"contradicted:{run.run}"}, "reason"),
                    ],
                    "what was tried and did not help is evidence",
                )
            )
    return asked


def _shift_to_resolve(record: Record, policy: Policy) -> list[Prompt]:
    """R12: a mitigation helped, so the phase should shift."""
    helped = [run for run in record.runs.values() if run.outcome == "helped" and not run.undo_of and not run.undone_by]
    if not helped or record.phase not in ("triage", "mitigate") or not record.live():
        return []
    run = helped[-1]
    return [
        Prompt(
            f"shift-resolve:{run.run}",
            "incident_commander",
            f"'{run.title}' helped. Move to Resolve?",
            run.observation_ends() or run.started_at,
            [PromptAction("Move to Resolve", "phase", {"phase": "resolve", "reason": f"{run.title} helped"})],
            run.reason,
            rests_on=(*harm(record), str(record.holding_since())),
        )
    ]


def _why(outcome: str | None) -> str:
    return "made things worse" if outcome == "worse" else "changed nothing"


PROMPTS: tuple[PromptRule, ...] = (
    _mitigate_first,
    _unknown_outcome,
    _offer_undo,
    _contradicted,
    _shift_to_resolve,
)
