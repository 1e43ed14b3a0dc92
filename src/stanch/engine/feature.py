"""What the engine plugs in for itself."""

from stanch.timeline.feature import Feature, Timer, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.engine import retention

    return Wiring(timers={"retention": Timer(retention.run_due)}, starts=(retention.run_due,))


FEATURE = Feature("engine", wiring=wiring)
