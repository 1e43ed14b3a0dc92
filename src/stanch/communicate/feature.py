"""What communicating plugs in: its commands and prompts; what it publishes is derived from the record."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.communicate.corrections import check_correction
    from stanch.communicate.prompts import PROMPTS
    from stanch.timeline.facts.respond import Amended

    return Wiring(prompts=PROMPTS, reactions={Amended: (check_correction,)})


FEATURE = Feature("communicate", ("stanch.communicate.commands",), wiring)
