"""What recovering plugs in."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.recover.prompts import PROMPTS
    from stanch.recover.watching import CriteriaHandler, hold_clock, start_watching
    from stanch.timeline.facts.detect import Declared
    from stanch.timeline.facts.recover import CriteriaSet, Reopened

    return Wiring(
        prompts=PROMPTS,
        reactions=dict.fromkeys((Declared, Reopened, CriteriaSet), (start_watching,)),
        clocks=(hold_clock,),
        handlers=(CriteriaHandler,),
    )


FEATURE = Feature("recover", ("stanch.recover.commands",), wiring)
