"""What finding plugs in."""

from stanch.timeline.feature import Feature, Timer, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.find import filling

    return Wiring(timers={"words": Timer(filling.run_due)})


FEATURE = Feature("find", ("stanch.find.commands",), wiring)
