"""What is asked about updates: the first public word, an approval, the promised next update. Pure."""

from stanch.communicate.audiences.drafts import suggested_state
from stanch.kernel.audiences import AUDIENCES, Audience
from stanch.kernel.clock import SECOND, hour_minute
from stanch.kernel.policy import Policy
from stanch.prepare.called import said_by
from stanch.timeline.audience_clock import AudienceClock, audience_clock, final_word_owed, said_over_too_soon
from stanch.timeline.prompt import Prompt, PromptAction, PromptRule, harm
from stanch.timeline.record import Record

# Who is told in addition, one more with each round that an update is overdue (R31, R33).
ESCALATES = ("incident_commander", "leadership")


def _public_post(record: Record, policy: Policy) -> list[Prompt]:
    """R33: acknowledge publicly within five minutes of detection, before you understand."""
    if not record.live() or (record.private and record.drill is None) or record.last_update("public"):
        return []
    if not policy.severity(record.severity_name()).public_post or record.detected_at is None:
        return []
    within = int(policy.acknowledge_public_within * SECOND)
    return [
        Prompt(
            "public-post",
            "communications_lead",
            f"Customers have heard nothing. The first public word is due by {hour_minute(record.detected_at + within)} UTC.",
            record.detected_at + within // 2,
            [PromptAction("Post: we are looking into it", "status", {"state": "investigating"}, "text")],
            "say that you know before you know why",
            rests_on=harm(record),
            escalates=ESCALATES,
            late_at=record.detected_at + within,
            late_text=f"Customers have heard nothing. Overdue by {{late}}: the first public word was due by {hour_minute(record.detected_at + within)} UTC.",
        )
    ]


def _approval(record: Record, policy: Policy) -> list[Prompt]:
    """R8: a proposed public post waits for the approval of those whom the policy names."""
    return [
        Prompt(
            f"approve:{proposal}",
            ", ".join(policy.public_approval) or "communications_lead",
            f"{said_by(policy)(author)} wants to tell customers ({facts.state}): “{facts.text}” Post it?",
            at,
            [
                PromptAction("Approve and post", "status", {"state": facts.state, "proposal": proposal}),
                PromptAction("Not like this:", "decline", {"key": f"approve:{proposal}"}, "reason"),
            ],
            "the policy asks for a second person before anything is public",
            tell=tuple(policy.public_approval),
        )
        for proposal, (at, author, facts) in record.proposals.items()
    ]


def _updates(record: Record, policy: Policy) -> list[Prompt]:
    """R31: a cadence that is kept, for each audience. The first word to customers has a prompt of its own."""
    clocks = [clock for audience in AUDIENCES if (clock := audience_clock(record, policy, audience))]
    owed = [clock for clock in clocks if clock.audience != "customers" or clock.last is not None]
    return [prompt for clock in owed for prompt in _of_clock(record, policy, clock)]


def _of_clock(record: Record, policy: Policy, clock: AudienceClock) -> list[Prompt]:
    """A reminder before an update is due, and another one once it is overdue."""
    audience, due = clock.audience, clock.due
    span = policy.update_every(audience, record.severity_name()) or due - (clock.last or record.declared_at)
    at, key = f"{hour_minute(due)} UTC", f"{due}" if audience == "engineers" else f"{audience}:{due}"
    name = "internal update" if audience == "engineers" else f"update for {audience}"
    begins = f"You promised {audience} an update by {at}" if clock.promise else f"The next {name} is promised for {at}"
    late = f"The {name}{' that you promised for' if clock.promise else ' of'} {at} is overdue"
    return [
        Prompt(
            f"update:{key}",
            "communications_lead",
            f"{begins}.",
            due - min(span // 5, int(policy.update_reminder * SECOND)),
            [_post(record, audience)],
            "without updates people ask one by one, and answering each takes more time",
            every=0,
            late_at=due,  # from then on it reads as the other one does, and is shown once
            late_text=f"{late} by {{late}}.",
        ),
        Prompt(
            f"update-overdue:{key}",
            "communications_lead",
            f"{late}.",
            due,
            [_post(record, audience)],
            "a broken promise is worse than a short update",
            escalates=ESCALATES,
            late_at=due,
            late_text=f"{late} by {{late}}.",
        ),
    ]


def _post(record: Record, audience: Audience) -> PromptAction:
    """The one tap that posts what is drafted for an audience."""
    if audience == "customers":
        return PromptAction("Post to the status page", "status", {"state": suggested_state(record)}, "text")
    if audience == "engineers":
        return PromptAction("Post update", "update", asks="text")
    return PromptAction(f"Post update for {audience}", "update", {"to": audience}, audience)


def _public_postmortem(record: Record, policy: Policy) -> list[Prompt]:
    """R33: the final post promised what was learned; once the postmortem is published, customers get it."""
    last = record.last_update("public")
    if record.private or record.published_at is None or last is None or last[2].state != "resolved":
        return []
    return [
        Prompt(
            "public-postmortem",
            "communications_lead",
            "Customers were promised what was learned. The postmortem is published: say it in their words, and link it.",
            record.published_at,
            [PromptAction("Post what was learned", "status", {"state": "postmortem"}, "text")],
            "they expect the postmortem that was promised to them",
        )
    ]


def _final_word(record: Record, policy: Policy) -> list[Prompt]:
    """R42: closing does not post to customers; until somebody does, or says that it need not be, they read that it goes on.

    Whoever closed was told so then: it is shown, and nobody is sent a message.
    """
    last = record.last_update("public")
    if last is None or not final_word_owed(record):
        return []
    key = f"final-word:{record.closed_at}"
    return [
        Prompt(
            key,
            "communications_lead",
            f"It is closed, and the last word on the status page is still '{last[2].state}'. Post the final one.",
            record.closed_at or last[0],
            [
                PromptAction("Post that it is over", "status", {"state": "resolved"}, "text"),
                PromptAction("Not needed, because", "decline", {"key": key}, "reason"),
            ],
            "customers wait for the word that it is over",
            rests_on=(str(last[2].position),),
            silent=True,
        )
    ]


def _back_again(record: Record, policy: Policy) -> list[Prompt]:
    """R33, R42: what was reopened is still over for whoever reads the status page."""
    if record.reopened_at is None or not said_over_too_soon(record):
        return []
    key = f"reopened:{record.reopened_at}"
    return [
        Prompt(
            key,
            "communications_lead",
            "It is open again, and customers still read on the status page that it is over. Tell them.",
            record.reopened_at,
            [
                PromptAction("Post that it goes on", "status", {"state": suggested_state(record)}, "text"),
                PromptAction("Not needed, because", "decline", {"key": key}, "reason"),
            ],
            "customers go by the last word that they read",
            escalates=ESCALATES,
        )
    ]


PROMPTS: tuple[PromptRule, ...] = (
    _back_again,
    _public_post,
    _public_postmortem,
    _final_word,
    _approval,
    _updates,
)
