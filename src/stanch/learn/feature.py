"""What learning plugs in."""

from stanch.timeline.feature import Feature, Job, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.learn.action_items.asking import review_clock
    from stanch.learn.action_items.ticket_filing import file_by_policy, follow_item, keep_item
    from stanch.learn.action_items.ticket_sync import ItemTickets
    from stanch.learn.backfill import BackfillHandler, begin
    from stanch.learn.figures.projection import keep
    from stanch.learn.figures.sums import add_up
    from stanch.learn.impact.effect import ImpactHandler, when_resolved
    from stanch.learn.memory.projection import remember
    from stanch.learn.prompts import PROMPTS
    from stanch.learn.reactions import decide
    from stanch.timeline.facts.learn import (
        ActionItemAdded,
        ActionItemChanged,
        ActionItemDone,
        DropRefused,
        PostmortemPublished,
    )
    from stanch.timeline.facts.recover import Closed, Resolved
    from stanch.timeline.facts.tickets import ActionItemReopened, TicketReopened

    return Wiring(
        prompts=PROMPTS,
        reactions={
            Closed: (decide,),
            Resolved: (when_resolved,),
            **dict.fromkeys((ActionItemAdded, PostmortemPublished), (file_by_policy,)),
            DropRefused: (keep_item,),
            **dict.fromkeys((ActionItemChanged, ActionItemDone, ActionItemReopened, TicketReopened), (follow_item,)),
        },
        clocks=(review_clock,),
        projections=(remember, keep),
        starts=(begin,),
        handlers=(BackfillHandler, ItemTickets, ImpactHandler),
        jobs=(Job("learning sums", 60.0, add_up),),
    )


FEATURE = Feature(
    "learn",
    (
        "stanch.learn.commands",
        "stanch.learn.sections",
        "stanch.learn.importing",
        "stanch.learn.planning",
        "stanch.learn.shown.commands",
        "stanch.learn.impact.commands",
        "stanch.learn.runbook_change.commands",
        "stanch.learn.action_items.commands",
        "stanch.learn.action_items.ticket_commands",
        "stanch.learn.memory.commands",
        "stanch.learn.figures.commands",
        "stanch.learn.figures.postmortems",
    ),
    wiring,
)
