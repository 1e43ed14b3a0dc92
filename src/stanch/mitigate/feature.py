"""What mitigating plugs in."""

from stanch.timeline.feature import Feature, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.mitigate.evidence.capturing import EvidenceHandler
    from stanch.mitigate.evidence.redacting import forget_evidence
    from stanch.mitigate.execution import MitigationHandler
    from stanch.mitigate.observing import outcome_clock
    from stanch.mitigate.prompts import PROMPTS
    from stanch.mitigate.survey_effect import SurveyHandler, seed, start_survey
    from stanch.timeline.facts.detect import Declared
    from stanch.timeline.facts.mitigate import MitigationApplied
    from stanch.timeline.facts.recover import Reopened
    from stanch.timeline.facts.respond import Redacted

    return Wiring(
        prompts=PROMPTS,
        reactions={
            **dict.fromkeys((Declared, Reopened, MitigationApplied), (start_survey,)),
            Redacted: (forget_evidence,),
        },
        clocks=(outcome_clock,),
        handlers=(MitigationHandler, EvidenceHandler, SurveyHandler),
        seeds=(seed,),
    )


FEATURE = Feature(
    "mitigate",
    (
        "stanch.mitigate.commands",
        "stanch.mitigate.reading_commands",
        "stanch.mitigate.findings",
        "stanch.mitigate.timeboxes",
    ),
    wiring,
)
