"""What is asked about roles: answer, acknowledge, hand over, split (R25-R29, R35). Pure."""

from collections.abc import Callable

from stanch.kernel.clock import hour_minute
from stanch.kernel.names import begun_as
from stanch.kernel.policy import ROLE_TITLES, Policy
from stanch.prepare.called import said_by
from stanch.respond.roles.rules import being_handed, combinations, open_at
from stanch.timeline.facts.roles import short
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
from stanch.timeline.record import Record
from stanch.timeline.working_together import PeopleProposal, RoleRequest


def _given(record: Record, policy: Policy) -> list[Prompt]:
    """R25: whoever was given a role is told, and says whether they have it."""
    return [
        Prompt(
            f"given:{role}:{record.roles[role].at}",
            record.roles[role].value,
            f"{said_by(policy)(giver)} made you {short(role)}. Do you have it?",
            record.roles[role].at,
            [
                PromptAction("I have it", "role", {"role": role, "acknowledge": "true"}),
                PromptAction("Give it back, because", "role", {"role": role, "give_back": "true"}, "because"),
            ],
            "a role counts once its holder knows of it",
            tell=(record.roles[role].value,),
            escalates=(giver, "incident_commander"),
            needs_answer=True,
        )
        for role, giver in record.given.items()
        if record.live()
    ]


def _requests(record: Record, policy: Policy) -> list[Prompt]:
    """R35: taking a held role is a request to its holder; unanswered, it may be taken."""
    waiting = [(role, r) for role, each in record.requests.items() if not being_handed(record, role) for r in each]
    return [prompt for role, request in waiting if record.live() for prompt in _request(record, policy, role, request)]


def _request(record: Record, policy: Policy, role: str, request: RoleRequest) -> list[Prompt]:
    holder, until, key = record.holder(role), open_at(request, policy), f"{role}:{request.at}:{request.person}"
    called = said_by(policy)
    return [
        Prompt(
            f"request:{key}",
            holder,
            f"{called(request.person)} asks you for the role of {short(role)}. Unanswered at {hour_minute(until)} UTC it may be taken.",
            request.at,
            [
                PromptAction(f"Hand over to {called(request.person)}", "handoff", {"role": role, "to": request.person}),
                PromptAction("Keep it, because", "role", {"role": role}, "refuse"),
            ],
            "a role is handed over, never taken from somebody who answers",
            tell=(holder,),
        ),
        Prompt(
            f"request-open:{key}",
            request.person,
            f"{called(holder)} has not answered: you may take over as {short(role)}.",
            until,
            [PromptAction("Take over", "role", {"role": role, "instead_of": holder, "person": request.person})],
            "somebody must have the role",
            tell=(request.person,),
            every=0,
        ),
    ]


def _handoffs(record: Record, policy: Policy) -> list[Prompt]:
    """R35: a handoff waits for its acknowledgement, and escalates while it does."""
    called = said_by(policy)
    return [
        Prompt(
            f"handoff:{handoff.handoff}",
            handoff.to,
            f"{called(handoff.outgoing)} hands the role of {short(handoff.role)} over to {called(handoff.to)}, and has it until they acknowledge.\n"
            f"{handoff.summary}",
            handoff.at,
            [
                PromptAction(
                    f"Acknowledge: I am now {short(handoff.role)}",
                    "handoff",
                    {"role": handoff.role, "acknowledge": "true"},
                ),
                PromptAction("I cannot, because", "handoff", {"role": handoff.role}, "decline"),
            ],
            "the role moves only when it is acknowledged",
            tell=(handoff.to,),
            escalates=(handoff.outgoing, *_others(handoff.role), "leadership"),
            every=policy.responding.answer_within,
            needs_answer=True,
        )
        for handoff in record.handoffs.values()
        if handoff.standing == "offered" and record.live()
    ]


def _others(role: str) -> tuple[str, ...]:
    """Who else is told of a role's prompt: nobody where it is the IC's own role."""
    return () if role == "incident_commander" else ("incident_commander",)


def nobody_free(record: Record) -> str:
    """That there is nobody to propose; in a drill only who takes part could be."""
    return "Nobody who is on call is free" if record.drill is None else "Nobody else who takes part is free"


def _combined(record: Record, policy: Policy) -> list[Prompt]:
    """R29: while a bad combination lasts, the better one is proposed."""
    asked, called = [], said_by(policy)
    for found in combinations(record, policy) if record.live() else []:
        proposal = record.people_proposed.get(found.give)
        people = proposal.people if proposal else []
        better = f" Better: {called(people[0])} as {ROLE_TITLES[found.give]}." if people else f" {nobody_free(record)}."
        asked.append(
            Prompt(
                f"combination:{found.person}:{'+'.join(found.roles)}",
                "incident_commander",
                f"{found.text}.{better}",
                found.since,
                [_give(record, found.give, person, called) for person in people],
                "small teams combine roles; not these",
                tell=("incident_commander", found.person),
                rests_on=(*harm(record), *people),
            )
        )
    return asked


def _give(record: Record, role: str, person: str, called: Callable[[str], str]) -> PromptAction:
    """The role is offered by its holder, or given where nobody holds it."""
    if record.holder(role):
        return PromptAction(f"Hand {short(role)} over to {called(person)}", "handoff", {"role": role, "to": person})
    return PromptAction(f"Make {called(person)} {short(role)}", "role", {"role": role, "person": person})


def _commander_acts(record: Record, policy: Policy) -> list[Prompt]:
    """R26: an IC who starts a mitigation does two jobs: proposes to hand one of the two roles over."""
    acted = record.commander_acted
    if acted is None or not record.live() or record.holder("incident_commander") != acted.holder:
        return []
    if record.holder("operations_lead") not in ("", acted.holder) and record.roles["operations_lead"].at > acted.at:
        return []  # it was handed over meanwhile
    called = said_by(policy)
    actions = [_give(record, "incident_commander", person, called) for person in acted.people[:2]]
    if record.holder("operations_lead") in ("", acted.holder):
        actions += [_give(record, "operations_lead", person, called) for person in acted.people[:2]]
    actions += (
        [] if acted.people else [PromptAction("Hand IC over to", "handoff", {"role": "incident_commander"}, "to")]
    )
    return [
        Prompt(
            f"ic-acts:{acted.at}",
            "incident_commander",
            f"You are IC and started '{acted.reason}'. Hand over one of the two roles.",
            acted.at,
            actions,
            "an IC who starts typing commands has vacated the role",
            every=0,
        )
    ]


def _proposed(record: Record, policy: Policy) -> list[Prompt]:
    """R28, R35: a Scribe for a record that moves fast, a fresh person after a long shift."""
    combined = {found.give for found in combinations(record, policy)}
    return [
        _proposal(record, proposal, said_by(policy))
        for role, proposal in record.people_proposed.items()
        if record.live() and role not in combined and record.holder(role) == proposal.holder
    ]


def _proposal(record: Record, proposal: PeopleProposal, called: Callable[[str], str]) -> Prompt:
    role, who = proposal.role, ", ".join(map(called, proposal.people))
    from_whom = "On call and free" if record.drill is None else "Takes part and is free"
    free = f"{from_whom}: {who}." if who else f"{nobody_free(record)}."
    return Prompt(
        f"people:{role}:{proposal.at}",
        "incident_commander",
        f"{begun_as(proposal.reason, proposal.holder, called(proposal.holder))}. {free}",
        proposal.at,
        [_give(record, role, person, called) for person in proposal.people],
        "tired people decide worse" if proposal.holder else "what nobody writes down is lost at the next handoff",
        tell=("incident_commander", *([proposal.holder] if proposal.holder else [])),
        rests_on=(*harm(record), proposal.reason),
    )


PROMPTS: tuple[PromptRule, ...] = (
    _given,
    _requests,
    _handoffs,
    _combined,
    _commander_acts,
    _proposed,
)
