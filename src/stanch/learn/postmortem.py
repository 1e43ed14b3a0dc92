"""The postmortem: six parts, pre-filled from the record (R46). Pure. Names of people appear as their roles in the drafts."""

from stanch.kernel.clock import day, hour_minute, spell
from stanch.kernel.policy import Policy
from stanch.learn.completeness.words import WHO_WAS_HIT
from stanch.learn.layout import own_parts
from stanch.timeline.entries import Entry
from stanch.timeline.facts.learn import Part
from stanch.timeline.record import Record

PARTS: tuple[Part, ...] = ("summary", "impact", "factors", "whys", "lessons")
LISTS = ("factors", "whys")
# What the machine did to reach people; the record has it, a reader of the postmortem does not need it.
QUIET_KINDS = frozenset(
    {
        "prompted",
        "prompt_told",
        "audience_told",
        "page_stepped",
        "page_sent",
        "postmortem_written",
        "comment_made",
        "comment_settled",
        "impact_measured",
        "people_proposed",
        "evidence_captured",
        "prompt_declined",
        "prompt_withdrawn",
        "action_item_reminded",
        "ticket_wanted",
        "ticket_filed",
        "ticket_moved",
        "ticket_noted",
        "ticket_differs",
        "ticket_agreed",
    }
)


def draft(record: Record, entries: list[Entry], policy: Policy) -> dict[str, str]:
    """Each part as written, or else as the record fills it; what the record does not know is asked for, not invented."""
    made = {
        "summary": _summary(record, policy),
        "impact": _impact(record),
        "factors": "",
        "whys": "",
        "lessons": "",
    }
    every = (*PARTS, *own_parts(policy, record))
    return {part: as_markdown(record, part) if part in record.parts else made.get(part, "") for part in every}


def as_markdown(record: Record, part: str) -> str:
    """A part as it was written; a list, however it was typed, with a mark on each line."""
    return listed(record.lists.get(part, [])) if part in LISTS else record.parts.get(part, "")


def listed(items: list[str]) -> str:
    """A list as Markdown, nested as its lines are indented."""
    return "\n".join(f"{' ' * (len(item) - len(item.lstrip()))}- {item.lstrip()}" for item in items)


def _summary(record: Record, policy: Policy) -> str:
    began, end = record.span()
    helped = next((r for r in record.runs.values() if r.outcome == "helped" and not r.undo_of), None)
    service = " and ".join(policy.service(name).label() for name in record.services()) or "a service that was not named"
    opening = f"{_span(began, end)}, {service} {_affected(record, end)}: {record.title}."
    sentences = [
        opening,
        f"Customers: {record.impact.value}" if record.impact else "",
        f"{helped.title} on {helped.target} helped: {helped.reason}." if helped else "",
        "" if record.cause_known else "The cause was not known when it was resolved.",
    ]
    return " ".join(s for s in sentences if s)


def _affected(record: Record, end: int | None) -> str:
    was, is_ = ("were", "are") if len(record.services()) > 1 else ("was", "is")
    if not record.declared_at:
        return f"{was if end else is_} looked into"
    return f"{f'{was} thought to be' if record.false_alarm else was if end else is_} affected"


def _span(began: int, end: int | None) -> str:
    """When it was, and how long it lasted: the beginning of a sentence."""
    if end is None:
        return f"Since {day(began)} {hour_minute(began)} UTC"
    until = hour_minute(end) if day(end) == day(began) else f"{day(end)} {hour_minute(end)}"
    return f"On {day(began)} from {hour_minute(began)} to {until} UTC ({spell(end - began)})"


def _impact(record: Record) -> str:
    began, end = record.span()
    lines = [
        f"- Duration: {spell(end - began)}" if end else "- Duration: not over yet",
        f"- Customers: {record.impact.value}" if record.impact else f"- Customers: {WHO_WAS_HIT}",
    ]
    if record.measured is not None:
        lines += [f"- {amount.said()}" for amount in record.measured.amounts]
    for run in record.runs.values():
        if run.before is not None and run.after is not None:
            name = next(iter(record.criteria), "first criterion")
            lines.append(f"- {name}: {run.before:.3g} before '{run.title}', {run.after:.3g} after")
    return "\n".join(lines)


def timeline(entries: list[Entry]) -> list[Entry]:
    """The entries a reader wants, by the moment they happened, then by position."""
    return sorted((x for x in entries if x.kind not in QUIET_KINDS), key=lambda x: (x.happened_at, x.position))
