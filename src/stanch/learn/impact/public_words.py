"""What customers were told and when, against what they were promised (R31, R33, R46). Pure."""

from stanch.kernel.clock import SECOND, spell
from stanch.kernel.policy import Policy
from stanch.learn.figures.of_record import cadence
from stanch.respond.facts import forgotten
from stanch.timeline.amount import Amount
from stanch.timeline.record import Record


def public_words(record: Record, policy: Policy) -> list[Amount]:
    """The first public word and the cadence; nothing for what is never public."""
    if record.private or record.drill is not None:
        return []
    found = []
    noticed = record.detected_at or record.declared_at
    first = min((at for at, _, update in record.updates if update.audience == "public"), default=None)
    promised = policy.acknowledge_public_within if policy.severity(record.severity_name()).public_post else None
    owed = f"promised within {spell(int(promised * SECOND))}" if promised else "none was promised for this severity"
    if gone := forgotten(record, policy):
        promised, owed = None, f"the policy has no '{gone}' any more, so what was promised is not known"
    title = "From noticed to the first public word"
    if first is None:
        found.append(Amount("first_word", title, problem=f"customers were told nothing; {owed}"))
    else:
        late = max(0, first - noticed)
        kept = "" if not promised else "; kept" if late <= promised * SECOND else "; late"
        found.append(Amount("first_word", title, late / SECOND, "span", how=f"{owed}{kept}"))
    due, in_time = cadence(record, "public")
    if due:
        found.append(Amount("updates", "Promised public updates that came in time", in_time, of=due))
    return found
