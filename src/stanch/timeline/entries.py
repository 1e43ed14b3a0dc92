"""One class for each kind of entry: its facts, and its sentence for people.

A new kind: its class here, its name in ``Facts``, one frozen sample in ``tests/data/entries/``; a case in
``record.py`` only if it changes the record. Fields may be added with a default, never renamed or removed.
"""

from typing import Literal

import msgspec

from stanch.kernel.clock import hour_minute, iso, spell
from stanch.kernel.policy import (
    ROLE_TITLES,
    Criterion,
    MitigationKind,
    Outcome,
    Phase,
    Role,
    Severity,
)

TriageQuestion = Literal["real", "bad", "who"]
TRIAGE_QUESTIONS: dict[TriageQuestion, str] = {
    "real": "Is this real?",
    "bad": "How bad is it?",
    "who": "Who needs to be involved?",
}


class _Facts(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """What an entry states."""

    def sentence(self) -> str:
        """One line for the timeline, in plain words."""
        raise TypeError(f"{type(self).__name__} has no sentence")


class Declared(_Facts, frozen=True, tag="declared"):
    """The incident exists from here on (R5). ``began_at``: when the harm began, if known. ``quiet``: this pages nobody by itself.

    ``recurs``: an ended incident that it looks like (R42).
    """

    title: str
    service: str = ""
    began_at: int | None = None
    private: bool = False
    reason: str = ""
    quiet: bool = False
    recurs: str = ""

    def sentence(self) -> str:
        again = f"; it looks like {self.recurs} again" if self.recurs else ""
        return f"Declared: {self.title}" + (f" ({self.reason}{again})" if self.reason or again else "")


class Investigating(_Facts, frozen=True, tag="investigating"):
    """Somebody looks into something that is not declared yet (R5): nobody is paged, and an hour's clock runs."""

    title: str
    service: str = ""
    owner: str = ""
    private: bool = False

    def sentence(self) -> str:
        return f"{self.owner} looks into: {self.title}"


class Concluded(_Facts, frozen=True, tag="concluded"):
    """An investigation that was no incident."""

    text: str

    def sentence(self) -> str:
        return f"No incident: {self.text}"


class TriageAnswered(_Facts, frozen=True, tag="triage_answered"):
    """An answer to one of the three questions of triage (R14)."""

    question: TriageQuestion
    text: str

    def sentence(self) -> str:
        return f"{TRIAGE_QUESTIONS[self.question]} {self.text}"


class SignalAttached(_Facts, frozen=True, tag="signal_attached"):
    """An alert belongs to this incident. ``fingerprint`` is the sender's own where it has one."""

    fingerprint: str
    name: str
    origin: str
    summary: str = ""
    starts_at: int = 0
    link: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)

    def sentence(self) -> str:
        return f"Alert {self.name} from {self.origin} (fingerprint {self.fingerprint}): {self.summary or 'firing'}"


class SignalCleared(_Facts, frozen=True, tag="signal_cleared"):
    """An alert of this incident has stopped firing."""

    fingerprint: str
    name: str
    reason: str = "resolved"

    def sentence(self) -> str:
        return f"Alert {self.name} cleared ({self.reason})"


class SignalDetached(_Facts, frozen=True, tag="signal_detached"):
    """An alert is not part of this incident after all. ``to``: the incident it belongs to, if any."""

    fingerprint: str
    name: str
    reason: str = ""
    to: str = ""

    def sentence(self) -> str:
        where = f" and belongs to {self.to}" if self.to else ""
        return f"Alert {self.name} is not part of this{where}" + (f": {self.reason}" if self.reason else "")


class Merged(_Facts, frozen=True, tag="merged"):
    """Two incidents were one. ``into`` on the one that ends here, ``source`` on the one that goes on."""

    into: str = ""
    source: str = ""
    reason: str = ""

    def sentence(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"Merged into {self.into}{why}" if self.into else f"{self.source} was merged into this one{why}"


class Said(_Facts, frozen=True, tag="said"):
    """Narration (R27)."""

    text: str

    def sentence(self) -> str:
        return self.text


class PhaseShifted(_Facts, frozen=True, tag="phase_shifted"):
    """The phase changes deliberately (R12)."""

    phase: Phase
    reason: str = ""

    def sentence(self) -> str:
        return f"Moved to {self.phase.capitalize()}" + (f": {self.reason}" if self.reason else "")


class SeveritySet(_Facts, frozen=True, tag="severity_set"):
    """A person states the severity (R2, R3)."""

    severity: Severity
    reason: str = ""

    def sentence(self) -> str:
        return f"Severity is {self.severity}" + (f": {self.reason}" if self.reason else "")


class ImpactSet(_Facts, frozen=True, tag="impact_set"):
    """What customers feel, in words they could check (R10), and what is known of its kind (R3).

    ``core_function_down``: None while nobody has looked. ``users_share``: 0 to 1, None while nobody has counted.
    """

    text: str
    core_function_down: bool | None = None
    data_at_risk: bool = False
    security: bool = False
    users_share: float | None = None

    def sentence(self) -> str:
        known = ["a core function is unavailable"] if self.core_function_down else []
        known += ["core functions work"] if self.core_function_down is False else []
        known += ["data is at risk"] if self.data_at_risk else []
        known += ["a security incident"] if self.security else []
        known += [f"{self.users_share:.0%} of users"] if self.users_share is not None else []
        return f"Customer impact: {self.text}" + (f" ({', '.join(known)})" if known else "")


class SeverityProposed(_Facts, frozen=True, tag="severity_proposed"):
    """What burn rate, impact and scope ask for, with the arithmetic (R3). People state the severity."""

    severity: Severity
    text: str

    def sentence(self) -> str:
        return self.text


class RoleTaken(_Facts, frozen=True, tag="role_taken"):
    """Announced explicitly (R25)."""

    role: Role
    person: str

    def sentence(self) -> str:
        title = ROLE_TITLES[self.role]
        return f"{self.person} is acting as {'IC' if self.role == 'incident_commander' else title}"


class HypothesisStated(_Facts, frozen=True, tag="hypothesis_stated"):
    """A possible cause, and where it stands (R36)."""

    hypothesis: str
    text: str
    standing: Literal["open", "leading", "rejected", "confirmed"] = "leading"

    def sentence(self) -> str:
        return f"Hypothesis ({self.standing}): {self.text}"


class TimeboxOpened(_Facts, frozen=True, tag="timebox_opened"):
    """A question gets so long and no longer (R39). ``mitigation``: the fallback, if it is one of the toolkit."""

    timebox: str
    question: str
    owner: str
    ends_at: int
    fallback: str
    mitigation: str = ""

    def sentence(self) -> str:
        return (
            f"Time-box until {hour_minute(self.ends_at)} for {self.owner}: {self.question} Otherwise: {self.fallback}"
        )


class TimeboxExtended(_Facts, frozen=True, tag="timebox_extended"):
    """It gets longer, with a reason."""

    timebox: str
    ends_at: int
    reason: str

    def sentence(self) -> str:
        return f"Time-box extended to {hour_minute(self.ends_at)}: {self.reason}"


class TimeboxEnded(_Facts, frozen=True, tag="timebox_ended"):
    """It was answered, or its fallback is taken (``answer`` empty)."""

    timebox: str
    answer: str = ""

    def sentence(self) -> str:
        return f"Time-box answered: {self.answer}" if self.answer else "Time-box over: the fallback is taken"


class PageRequested(_Facts, frozen=True, tag="page_requested"):
    """Someone must be woken. Steps of the escalation policy follow until it is acknowledged."""

    page: str
    escalation: str
    reason: str

    def sentence(self) -> str:
        return f"Paging by policy '{self.escalation}': {self.reason}"


class PageStepped(_Facts, frozen=True, tag="page_stepped"):
    """A step of the escalation policy was reached. ``next_at``: when the next one follows without an acknowledgement.

    ``all_must``: not one of them is enough. ``passed``: steps and targets that were passed over, and why.
    """

    page: str
    step: int
    people: list[str]
    next_at: int | None = None
    all_must: bool = False
    passed: list[str] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        who = ", ".join(self.people) or "nobody is left to page"
        every = " (all must acknowledge)" if self.all_must and len(self.people) > 1 else ""
        return f"Page step {self.step + 1}: {who}{every}" + (f"; {'; '.join(self.passed)}" if self.passed else "")


class PagePutOff(_Facts, frozen=True, tag="page_put_off"):
    """The page waits: for its hour, or for somebody to be reached at all (R2)."""

    page: str
    until: int
    reason: str

    def sentence(self) -> str:
        return f"Page put off until {iso(self.until)[:16].replace('T', ' ')} UTC: {self.reason}"


class PageSent(_Facts, frozen=True, tag="page_sent"):
    """The delivery receipt of one attempt."""

    page: str
    person: str
    reach: str
    ok: bool
    attempt: int
    result: str
    key: str = ""

    def sentence(self) -> str:
        how = self.reach.split(":", 1)[0]
        return f"Page to {self.person} by {how}: {'sent' if self.ok else 'failed'} ({self.result})"


class Acknowledged(_Facts, frozen=True, tag="acknowledged"):
    """A person has the page: nobody else is woken (P2)."""

    person: str
    page: str = ""

    def sentence(self) -> str:
        return f"{self.person} acknowledged the page"


class CriteriaSet(_Facts, frozen=True, tag="criteria_set"):
    """What recovery means here, stated before the mitigation completes (R41). ``hold_seconds``: how long all must keep."""

    criteria: list[Criterion]
    hold_seconds: float

    def sentence(self) -> str:
        names = "; ".join(c.name for c in self.criteria)
        return f"Recovered means: {names}, all for {spell(int(self.hold_seconds * 1_000_000))}"


class CriterionTurned(_Facts, frozen=True, tag="criterion_turned"):
    """A criterion began to hold, was breached, or could not be measured (``value`` None)."""

    name: str
    holds: bool
    value: float | None
    detail: str = ""

    def sentence(self) -> str:
        if self.value is None:
            return f"Criterion '{self.name}' cannot be measured: {self.detail}"
        return f"Criterion '{self.name}' {'holds' if self.holds else 'is breached'}: {self.detail or f'{self.value:g}'}"


class CriteriaHeld(_Facts, frozen=True, tag="criteria_held"):
    """Every criterion kept its bound for the whole hold: resolving is offered (R41)."""

    since: int

    def sentence(self) -> str:
        return f"All recovery criteria have held since {hour_minute(self.since)}"


class MitigationStarted(_Facts, frozen=True, tag="mitigation_started"):
    """A person confirmed it; it runs at most once (P4). ``undo_of`` names the run that this one takes back.

    ``hypothesis``: what it rests on; its outcome speaks for or against it (R23, R36). ``undo``: how, as far as known now.
    """

    run: str
    mitigation: str
    title: str
    kind_of: MitigationKind
    target: str
    blast_radius: str
    undo: str
    observe_seconds: float
    undo_of: str = ""
    hypothesis: str = ""
    timebox: str = ""

    def sentence(self) -> str:
        because = ", as the time-box said" if self.timebox else ""
        return f"{'Undoing' if self.undo_of else 'Started'}: {self.title} on {self.target}{because}"


class MitigationApplied(_Facts, frozen=True, tag="mitigation_applied"):
    """The adapter answered. ``ok`` None: a crash came between, nobody knows, a person must look.

    ``undo``: what would put back what it found, in one line; empty where only the catalog's own undo is known.
    ``undoable``: False where nothing takes it back. ``changed``: False where everything was so already.
    """

    run: str
    ok: bool | None
    output: str
    took_seconds: float = 0.0
    undo: str = ""
    undoable: bool = True
    changed: bool = True

    def sentence(self) -> str:
        if self.ok is None:
            return f"Outcome of {self.run} is unknown: a person must look ({self.output})"
        return (
            f"{'Applied' if self.ok else 'Failed'} after {self.took_seconds:.1f} s: {self.output[:200] or 'no output'}"
        )


class EvidenceCaptured(_Facts, frozen=True, tag="evidence_captured"):
    """What the action might destroy, kept (R24). ``missing``: what could not be had, and why."""

    run: str
    items: list[str]
    missing: list[str] = msgspec.field(default_factory=list)

    def sentence(self) -> str:
        lost = f"; could not be had: {'; '.join(self.missing)}" if self.missing else ""
        return f"Evidence kept: {', '.join(self.items) or 'nothing'}{lost}"


class ObservationExtended(_Facts, frozen=True, tag="observation_extended"):
    """Too little was measured since the action to judge it: it is watched longer."""

    run: str
    until: int
    reason: str

    def sentence(self) -> str:
        return f"Watching until {hour_minute(self.until)} whether it helped: {self.reason}"


class OutcomeMeasured(_Facts, frozen=True, tag="outcome_measured"):
    """Did it help (R23)? ``before`` and ``after`` are medians of the criterion that decided, over the observation window.

    ``confidence``: that the change is no chance, from 0 to 1. ``others``: a sentence for each further criterion.
    """

    run: str
    outcome: Outcome
    reason: str
    before: float | None = None
    after: float | None = None
    effect_seconds: float | None = None
    confidence: float | None = None
    others: list[str] = []

    def sentence(self) -> str:
        words = {
            "helped": "It helped",
            "no_change": "It changed nothing",
            "worse": "It made things worse",
            "unknown": "Whether it helped is unknown",
        }
        sure = "" if self.confidence is None else f" (confidence {self.confidence:.0%})"
        return f"{words[self.outcome]}: {self.reason}{sure}"


class PublicProposed(_Facts, frozen=True, tag="public_proposed"):
    """A public post that waits for the word of somebody who may give it (R8)."""

    proposal: str
    text: str
    state: Literal["investigating", "identified", "monitoring", "resolved"]

    def sentence(self) -> str:
        return f"Proposed for the public ({self.state}), waiting for approval: {self.text}"


class UpdatePosted(_Facts, frozen=True, tag="update_posted"):
    """An update for an audience (R31, R32). ``state`` is the public state of the status page.

    ``proposal``: the proposed post that its author has approved by posting it (R8).
    """

    audience: Literal["internal", "public"]
    text: str
    state: Literal["", "investigating", "identified", "monitoring", "resolved"] = ""
    next_at: int | None = None
    proposal: str = ""

    def sentence(self) -> str:
        nxt = f" Next update at {hour_minute(self.next_at)}." if self.next_at else ""
        where = f"Public post ({self.state})" if self.audience == "public" else "Internal update"
        return f"{where}: {self.text}{nxt}"


class Mitigated(_Facts, frozen=True, tag="mitigated"):
    """The harm is stopped; it is not resolved yet (R15)."""

    reason: str = ""

    def sentence(self) -> str:
        return "Mitigated" + (f": {self.reason}" if self.reason else "")


class Resolved(_Facts, frozen=True, tag="resolved"):
    """Stable by the stated criteria, or earlier with a reason (R41). Cause unknown is allowed and leaves a follow-up."""

    reason: str = ""
    override: bool = False
    cause_known: bool = True

    def sentence(self) -> str:
        early = " before the criteria held" if self.override else ""
        unknown = "; the cause is not known yet" if not self.cause_known else ""
        return f"Resolved{early}" + (f": {self.reason}" if self.reason else "") + unknown


class Closed(_Facts, frozen=True, tag="closed"):
    """The urgency is gone; learning goes on (R42)."""

    postmortem_at: int | None = None

    def sentence(self) -> str:
        return "Closed"


class Reopened(_Facts, frozen=True, tag="reopened"):
    """It came back, or was never gone."""

    reason: str

    def sentence(self) -> str:
        return f"Reopened: {self.reason}"


class PostmortemDecided(_Facts, frozen=True, tag="postmortem_decided"):
    """Full postmortem or short review, decided deliberately, with the triggers that fired (R43)."""

    form: Literal["postmortem", "review"]
    reasons: list[str]

    def sentence(self) -> str:
        what = "A postmortem is due" if self.form == "postmortem" else "A short review is enough"
        return f"{what}: {'; '.join(self.reasons)}"


class PostmortemWritten(_Facts, frozen=True, tag="postmortem_written"):
    """One part of the postmortem as it now stands (R46)."""

    part: Literal["summary", "impact", "factors", "whys", "lessons"]
    text: str

    def sentence(self) -> str:
        return f"Postmortem, {self.part}: written"


class PostmortemPublished(_Facts, frozen=True, tag="postmortem_published"):
    """Complete, and there to be read."""

    def sentence(self) -> str:
        return "Postmortem published"


class ActionItemAdded(_Facts, frozen=True, tag="action_item_added"):
    """One owner, one due date, and a test that says when it is done (R46)."""

    item: str
    title: str
    owner: str
    due_at: int
    test: str = ""

    def sentence(self) -> str:
        return f"Action item {self.item} for {self.owner}: {self.title}"


class ActionItemDone(_Facts, frozen=True, tag="action_item_done"):
    """Done, or deliberately not done, with the reason (R48: nothing is dropped silently)."""

    item: str
    dropped: bool = False
    note: str = ""

    def sentence(self) -> str:
        return f"Action item {self.item} {'dropped' if self.dropped else 'done'}" + (
            f": {self.note}" if self.note else ""
        )


class ReviewAsked(_Facts, frozen=True, tag="review_asked"):
    """The three-week question (R48)."""

    item: str
    person: str
    question: str

    def sentence(self) -> str:
        return f"Asked {self.person}: {self.question}"


class ReviewAnswered(_Facts, frozen=True, tag="review_answered"):
    """The answer is kept."""

    item: str
    answer: str

    def sentence(self) -> str:
        return f"Answer on {self.item}: {self.answer}"


class Prompted(_Facts, frozen=True, tag="prompted"):
    """The product asked for something. Kept so that it asks once, and so that the record shows that it did."""

    key: str
    to: str
    text: str

    def sentence(self) -> str:
        return f"Asked {ROLE_TITLES.get(self.to, self.to)}: {self.text}"


class PromptDeclined(_Facts, frozen=True, tag="prompt_declined"):
    """A person said no to a prompt."""

    key: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Declined '{self.key}'" + (f": {self.reason}" if self.reason else "")


class Amended(_Facts, frozen=True, tag="amended"):
    """A mistake is corrected visibly: the earlier entry stays (R10)."""

    position: int
    text: str

    def sentence(self) -> str:
        return f"Correction to entry {self.position}: {self.text}"


Facts = (
    Declared | SignalAttached | SignalCleared | Said | PhaseShifted | SeveritySet | ImpactSet | RoleTaken
    | HypothesisStated | PageRequested | PagePutOff | PageStepped | PageSent | Acknowledged | CriteriaSet | CriterionTurned
    | CriteriaHeld | MitigationStarted | MitigationApplied | EvidenceCaptured | ObservationExtended | OutcomeMeasured | UpdatePosted
    | Mitigated | Resolved | Closed | Reopened | PostmortemDecided | PostmortemWritten | PostmortemPublished
    | ActionItemAdded | ActionItemDone | ReviewAsked | ReviewAnswered | Prompted | PromptDeclined | Amended
    | SeverityProposed | SignalDetached | Merged | Investigating | Concluded | TriageAnswered
    | TimeboxOpened | TimeboxExtended | TimeboxEnded | PublicProposed
)  # fmt: skip


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline. Moments in microseconds UTC."""

    incident: str
    position: int
    happened_at: int
    recorded_at: int
    author: str
    source: str
    facts: Facts
    hash: str

    @property
    def kind(self) -> str:
        """The tag of the facts, as stored."""
        return str(self.facts.__struct_config__.tag)
