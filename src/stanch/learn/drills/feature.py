"""What drills plug in."""

from typing import get_args

from stanch.timeline.entries import Facts
from stanch.timeline.feature import Feature, Wiring
from stanch.timeline.unit_of_work import Reaction


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.learn.drills.clock import drill_clock, note_end, play_roles
    from stanch.respond.drilled import guard, may_leave
    from stanch.respond.page_over import say_that_it_is_over
    from stanch.timeline.facts.detect import Concluded, Declared
    from stanch.timeline.facts.drill import DrillEnded
    from stanch.timeline.facts.recover import Closed

    follows: dict[type[Facts], tuple[Reaction, ...]] = {
        Declared: (play_roles,),
        **dict.fromkeys((Closed, Concluded), (note_end,)),
        DrillEnded: (note_end, say_that_it_is_over),
    }
    return Wiring(
        reactions={kind: (guard, *follows.get(kind, ())) for kind in get_args(Facts)},
        clocks=(drill_clock,),
        guards=(may_leave,),
    )


FEATURE = Feature("learn.drills", ("stanch.learn.drills.commands", "stanch.learn.drills.leading"), wiring)
