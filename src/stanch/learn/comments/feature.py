"""What comments on a postmortem plug in."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.learn.comments.prompts import PROMPTS

    return Wiring(prompts=PROMPTS)


FEATURE = Feature("learn.comments", ("stanch.learn.comments.commands",), wiring)
