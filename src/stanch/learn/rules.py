"""Is a postmortem due? Pure, with named reasons."""

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Policy
from stanch.timeline.record import Record


def triggers(record: Record, policy: Policy) -> list[str]:
    """Every trigger of a full postmortem that fired (R43); none: a short review is enough."""
    limits, found = policy.postmortem, ["data was at risk"] if record.data_was_at_risk else []
    end = record.resolved_at or record.closed_at
    if policy.severity(record.severity_name()).postmortem:
        found.append(
            f"{policy.counted(record.severity_name()) if record.severity else 'the assumed severity'} requires one"
        )
    began = record.onset()
    hit = record.last_update("public") or record.impact_facts.users_share or record.impact_facts.core_function_down
    if end and hit and end - began > limits.user_visible_over * SECOND:
        found.append(f"customers were affected for {spell(end - began)}")
    if end and end - record.declared_at > limits.resolution_over * SECOND:
        found.append(f"it took {spell(end - record.declared_at)} to resolve")
    if (
        record.began_at
        and record.detected_at
        and record.detected_at - record.began_at > limits.undetected_over * SECOND
    ):
        found.append(f"nobody noticed for {spell(record.detected_at - record.began_at)}")
    if limits.unseen_by_alerts and record.last_update("public") and not record.signals:
        found.append("monitoring failed: customers were told, and no alert of the incident ever fired")
    ran = [r.title for r in record.runs.values() if r.applied_at and not r.undo_of]
    if limits.mitigation_ran and ran:
        found.append(f"on-call had to intervene ({', '.join(ran)})")
    return found


def nothing_fired(record: Record) -> str:
    """Why a short review is enough: that no trigger fired, and what is known of each; nothing that was not measured."""
    share, began, detected = record.impact_facts.users_share, record.began_at, record.detected_at
    known = [
        f"{share * 100:.3g} % of users were hit" if share is not None
        else "nobody has counted how many customers were hit",
        "" if any(r.applied_at and not r.undo_of for r in record.runs.values()) else "no mitigation ran",
        f"it was noticed after {spell(detected - began)}" if began and detected and detected >= began else "",
    ]  # fmt: skip
    return f"no trigger of a full postmortem fired ({'; '.join(k for k in known if k)})"
