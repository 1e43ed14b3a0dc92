"""What confidential contributions plug in."""

from stanch.timeline.feature import Feature, Timer, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.learn.confidential import settling

    return Wiring(timers={"contributions": Timer(settling.run_due)})


FEATURE = Feature("learn.confidential", ("stanch.learn.confidential.commands",), wiring)
