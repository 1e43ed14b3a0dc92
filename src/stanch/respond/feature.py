"""What responding plugs in."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.respond import quiet_signals, reactions
    from stanch.respond.affected import index_services
    from stanch.respond.deciding.prompts import PROMPTS as DECIDING_PROMPTS
    from stanch.respond.harm.told import read_alert_ahead
    from stanch.respond.message_effect import MessageHandler
    from stanch.respond.page_effect import PageHandler
    from stanch.respond.page_over import say_that_it_is_over
    from stanch.respond.prompt_effect import PromptHandler, prompt_clock
    from stanch.respond.prompts import PROMPTS
    from stanch.respond.roles import reactions as roles
    from stanch.respond.roles.prompts import PROMPTS as ROLE_PROMPTS
    from stanch.respond.severity import reconsider, remeasured
    from stanch.respond.withdrawing import WithdrawHandler, withdraw_clock
    from stanch.timeline.facts import detect
    from stanch.timeline.facts.mitigate import MitigationStarted
    from stanch.timeline.facts.paging import Acknowledged, PageReplaced, PageSent
    from stanch.timeline.facts.recover import Closed, Reopened, Resolved
    from stanch.timeline.facts.respond import ImpactSet, ServiceAdded, ServiceRemoved, SeveritySet
    from stanch.timeline.facts.roles import RoleTaken

    return Wiring(
        prompts=PROMPTS + ROLE_PROMPTS + DECIDING_PROMPTS,
        reactions={
            detect.Declared: (reactions.page_when_declared, reconsider),
            Reopened: (reactions.page_when_reopened,),
            SeveritySet: (reactions.page_when_severe, roles.propose_better),
            RoleTaken: (roles.propose_better,),
            MitigationStarted: (reactions.follow_phase, roles.note_commander),
            **dict.fromkeys((ServiceAdded, ServiceRemoved), (index_services, reconsider)),
            **dict.fromkeys((ImpactSet, detect.SignalAttached), (reconsider,)),
            detect.SignalCleared: (quiet_signals.say_that_escalation_rests,),
            detect.SignalSilenced: (quiet_signals.acknowledge_or_rest,),
            detect.SilenceEnded: (quiet_signals.page_anew,),
            **dict.fromkeys(
                (Acknowledged, PageSent, PageReplaced, Resolved, Closed, detect.Merged, detect.Concluded),
                (say_that_it_is_over,),
            ),
        },
        clocks=(reactions.page_clock, prompt_clock, withdraw_clock, roles.pace_clock, roles.shift_clock),
        handlers=(PageHandler, MessageHandler, PromptHandler, WithdrawHandler),
        measured=(remeasured,),
        alert_readers=(read_alert_ahead,),
    )


FEATURE = Feature(
    "respond",
    (
        "stanch.respond.commands",
        "stanch.respond.phases",
        "stanch.respond.assessment",
        "stanch.respond.pages",
        "stanch.respond.roles.commands",
        "stanch.respond.roles.handoff",
        "stanch.respond.catching_up",
        "stanch.respond.bridge",
        "stanch.respond.relating",
        "stanch.respond.affected",
        "stanch.respond.deciding.evidence",
        "stanch.respond.deciding.concerns",
        "stanch.respond.deciding.decide",
        "stanch.respond.overview",
        "stanch.respond.first_move_commands",
        "stanch.respond.chat",
        "stanch.respond.inviting",
        "stanch.respond.redacting",
    ),
    wiring,
)
