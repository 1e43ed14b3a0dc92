"""What following tickets plugs in; what they stand for is followed by the features that file them."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.tickets.reading import ReadHandler, seed

    return Wiring(handlers=(ReadHandler,), seeds=(seed,))


FEATURE = Feature("tickets", (), wiring)
