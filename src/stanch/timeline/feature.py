"""The manifest of a feature, declared in its ``feature.py``. The composition root only loops over these.

``commands`` are names of modules, because the command line's help imports nothing else of a feature; everything else is
in ``wiring``, a function that imports what it names when it is called.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from stanch.db.locks import Lock
from stanch.timeline.effects import DrillReach, Effect, EffectHandler
from stanch.timeline.entries import Facts
from stanch.timeline.prompt import PromptRule
from stanch.timeline.unit_of_work import (
    AlertReader,
    Application,
    IncidentClock,
    MeasurementReaction,
    Projection,
    Reaction,
    UnitOfWork,
)

Step = Callable[[UnitOfWork], None]
# Why an effect must not leave, given how far its kind reaches in a drill; empty when it may.
Guard = Callable[[UnitOfWork, Effect, DrillReach], str]


class Timer(msgspec.Struct, frozen=True):
    """What runs when a timer of this key is due; ``lock`` is taken before anything else, and before that ``ahead`` runs, without a transaction."""

    run: Step
    lock: Lock | None = None
    ahead: Callable[[Application], None] | None = None


class Loop(Protocol):
    """A loop with a thread of its own from start to stop, since it blocks on external systems. ``reclaim``: called when the only process starts."""

    name: str

    def run(self, stopping: threading.Event) -> None: ...

    def reclaim(self) -> None: ...


class Job(msgspec.Struct, frozen=True):
    """What runs outside of any transaction every so many seconds while a server runs."""

    name: str
    every: float
    run: Callable[[Application], object]


def no_loops(application: Application) -> Sequence[Loop]:
    """For features without loops."""
    return ()


class Wiring(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature plugs in.

    ``reactions``: what follows an entry of a class, in the same transaction. ``clocks``: what is due to an incident when.
    ``handlers``: one for each kind of effect. ``timers``: those that belong to no incident, by key.
    ``seeds`` run at start and when the catalog has changed, ``starts`` only at start.
    ``jobs``: see ``Job``. ``loops``: what runs in threads of their own.
    ``prompts``: what is asked of people. ``measured``: what follows when a service's SLOs have been measured.
    ``projections``: what is kept of each incident with new entries, in the same transaction. ``guards``: see ``Guard``.
    ``alert_readers``: what is worked out of an alert's name, summary and title before a transaction attaches it.
    """

    reactions: Mapping[type[Facts], tuple[Reaction, ...]] = {}
    clocks: tuple[IncidentClock, ...] = ()
    prompts: tuple[PromptRule, ...] = ()
    handlers: tuple[Callable[[Application], EffectHandler], ...] = ()
    timers: Mapping[str, Timer] = {}
    seeds: tuple[Step, ...] = ()
    starts: tuple[Step, ...] = ()
    measured: tuple[MeasurementReaction, ...] = ()
    projections: tuple[Projection, ...] = ()
    alert_readers: tuple[AlertReader, ...] = ()
    guards: tuple[Guard, ...] = ()
    loops: Callable[[Application], Sequence[Loop]] = no_loops
    jobs: tuple[Job, ...] = ()


class Feature(msgspec.Struct, frozen=True):
    """One folder of the product. ``commands``: the modules that register its commands."""

    name: str
    commands: tuple[str, ...] = ()
    wiring: Callable[[], Wiring] = Wiring


def together(features: list[Wiring]) -> Wiring:
    """All of them as one, in the order of the features. Raises ``ValueError`` where two declare the same timer."""
    reactions: dict[type[Facts], tuple[Reaction, ...]] = {}
    timers: dict[str, Timer] = {}
    for wiring in features:
        for kind, follows in wiring.reactions.items():
            reactions[kind] = reactions.get(kind, ()) + follows
        if twice := timers.keys() & wiring.timers.keys():
            raise ValueError(f"the timer '{min(twice)}' is declared twice")
        timers.update(wiring.timers)
    return Wiring(
        reactions=reactions,
        timers=timers,
        clocks=tuple(clock for wiring in features for clock in wiring.clocks),
        prompts=tuple(rule for wiring in features for rule in wiring.prompts),
        handlers=tuple(handler for wiring in features for handler in wiring.handlers),
        seeds=tuple(seed for wiring in features for seed in wiring.seeds),
        starts=tuple(start for wiring in features for start in wiring.starts),
        measured=tuple(follow for wiring in features for follow in wiring.measured),
        projections=tuple(project for wiring in features for project in wiring.projections),
        alert_readers=tuple(reader for wiring in features for reader in wiring.alert_readers),
        jobs=tuple(job for wiring in features for job in wiring.jobs),
        guards=tuple(guard for wiring in features for guard in wiring.guards),
        loops=lambda application: [loop for wiring in features for loop in wiring.loops(application)],
    )
