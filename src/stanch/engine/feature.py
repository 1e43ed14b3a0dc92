"""What the engine plugs in for itself."""

from stanch.timeline.feature import Feature, Timer, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.engine import retention
    from stanch.engine.redacting import forget_messages
    from stanch.timeline.facts.respond import Redacted
    from stanch.timeline.scrubbing import ScrubHandler

    return Wiring(
        reactions={Redacted: (forget_messages,)},
        timers={"retention": Timer(retention.run_due)},
        handlers=(ScrubHandler,),
        starts=(retention.run_due,),
    )


FEATURE = Feature("engine", wiring=wiring)
