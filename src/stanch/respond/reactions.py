"""What follows from an entry, in the same transaction; and the clocks of the response."""

from typing import Any

from stanch.kernel.clock import SECOND
from stanch.kernel.ids import new_id
from stanch.kernel.policy import EscalationPolicy, EscalationStep, Policy
from stanch.respond.prompts import Prompt, prompts
from stanch.respond.telling import tell
from stanch.timeline.desk import Desk, Due
from stanch.timeline.entries import (
    Declared,
    Entry,
    PageRequested,
    PageStepped,
    PhaseShifted,
    Prompted,
    SeveritySet,
)
from stanch.timeline.record import Page, Record


def page_on_call(desk: Desk, entry: Entry, record: Record) -> None:
    """Declared, or raised to a severity that pages: someone is woken in the same commit (R2)."""
    facts = entry.facts
    if isinstance(facts, Declared) and not facts.quiet:
        request_page(desk, record, "declared")
    elif isinstance(facts, SeveritySet) and record.live() and not record.pages:
        if desk.policy.severity(facts.severity).pages:
            request_page(desk, record, f"severity is {facts.severity}")


def request_page(desk: Desk, record: Record, reason: str, escalation: str = "") -> str:
    """Ask for people by the service's escalation policy, and reach the first step in the same commit; answers with the page's id."""
    page = new_id("page")
    desk.append(record.id, PageRequested(page, escalation or desk.policy.service(record.service).escalation, reason))
    escalate(desk, record, record.pages[page])
    return page


def escalation_of(policy: Policy, name: str) -> EscalationPolicy:
    """The named policy, else 'default', else everyone in the contacts at once: a page must reach someone."""
    found = policy.escalation.get(name) or policy.escalation.get("default")
    return found or EscalationPolicy([EscalationStep(sorted(policy.contacts))], repeat=2)


def escalate(desk: Desk, record: Record, page: Page) -> None:
    """Reach the next step: a receipt row in the outbox for each person and each way to reach them."""
    policy = escalation_of(desk.policy, page.escalation)
    step = page.step + 1
    total = len(policy.steps) * (policy.repeat + 1)
    current = policy.steps[step % len(policy.steps)]
    next_at = desk.now + int(current.wait * SECOND) if step + 1 < total else None
    desk.append(record.id, PageStepped(page.page, step, current.notify, next_at))
    for person in current.notify:
        contact = desk.policy.contacts.get(person)
        for way in contact.ways() if contact else []:
            payload: dict[str, Any] = {"page": page.page, "person": person, "reach": way.to, "step": step}
            due = desk.now + int(way.after * SECOND)
            desk.effect(f"page:{page.page}:{step}:{person}:{way.to}", "page", record.id, payload, due_at=due)


def page_clock(record: Record, policy: Policy) -> list[Due]:
    """The next step of every page that nobody has acknowledged."""
    if not record.live():
        return []
    return [
        Due(f"page:{page.page}:{page.step}", page.next_at, _escalating(page.page))
        for page in record.pages.values()
        if page.next_at is not None and page.acknowledged_at is None
    ]


def _escalating(page: str) -> Any:
    return lambda desk, record: escalate(desk, record, record.pages[page])


def prompt_clock(record: Record, policy: Policy) -> list[Due]:
    """Every prompt that has not been raised yet, at its moment."""
    return [
        Due(f"prompt:{prompt.key}", prompt.due, _raising(prompt))
        for prompt in prompts(record, policy)
        if prompt.key not in record.prompted
    ]


def _raising(prompt: Prompt) -> Any:
    def raise_it(desk: Desk, record: Record) -> None:
        desk.append(record.id, Prompted(prompt.key, prompt.to, prompt.text))
        tell(
            desk,
            record.id,
            f"prompt:{record.id}:{prompt.key}",
            prompt.tell,
            f"[{record.id}] {record.title}",
            prompt.text,
        )

    return raise_it


def follow_phase(desk: Desk, entry: Entry, record: Record) -> None:
    """A mitigation started while still assessing: the posture has shifted, say so (R12)."""
    if entry.kind == "mitigation_started" and record.phase in ("detect", "triage"):
        desk.append(record.id, PhaseShifted("mitigate", "a mitigation was started"), author="stanch", source="machine")
