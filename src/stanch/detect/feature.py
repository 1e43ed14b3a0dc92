"""What detecting plugs in."""

from stanch.db.locks import Lock
from stanch.timeline.feature import Feature, Timer, Wiring


def wiring() -> Wiring:
    """Imported when the product opens, not for a command line's help."""
    from stanch.detect import heartbeats, probes, redacting, releases, signals, watchdog
    from stanch.detect.prompts import PROMPTS
    from stanch.detect.signal_tickets import SignalTickets
    from stanch.detect.slo import evaluation
    from stanch.timeline.facts.respond import Redacted

    return Wiring(
        prompts=PROMPTS,
        reactions={Redacted: (redacting.forget_signals,)},
        handlers=(
            probes.ProbeHandler,
            evaluation.SloHandler,
            watchdog.WatchdogHandler,
            releases.ReleaseHandler,
            redacting.ForgetHandler,
            SignalTickets,
        ),
        timers={
            "signals": Timer(signals.run_due, Lock.FOLDING, signals.read_due),
            "heartbeats": Timer(heartbeats.run_due, Lock.FOLDING, heartbeats.read_due),
        },
        starts=(heartbeats.after_absence, watchdog.seed),
        seeds=(probes.seed, heartbeats.seed, evaluation.seed, releases.seed),
    )


FEATURE = Feature(
    "detect",
    (
        "stanch.detect.commands.attaching",
        "stanch.detect.commands.deploys",
        "stanch.detect.commands.investigations",
        "stanch.detect.commands.signals",
        "stanch.detect.commands.silencing",
        "stanch.detect.commands.watching",
        "stanch.detect.slo.commands",
    ),
    wiring,
)
