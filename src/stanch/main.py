"""Composition root: the only place that knows everybody."""

import fcntl
import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from stanch.kernel.errors import Conflict, Invalid
from stanch.ports import World

if TYPE_CHECKING:
    from stanch.detect.watchdog import WatchdogHandler
    from stanch.engine.loop import Engine
    from stanch.engine.periodic_jobs import PeriodicJobs
    from stanch.kernel.clock import Clock
    from stanch.prepare.reload import LiveCatalog
    from stanch.prepare.settings import Settings
    from stanch.timeline.unit_of_work import Application

CALENDARS_EVERY, CATALOG_EVERY = 300.0, 2.0
FEATURES = ("prepare", "detect", "respond", "mitigate", "communicate", "recover", "learn")


def load_commands() -> None:
    """Fill the registry: imports only structs, pure rules and handlers, so that ``--help`` stays quick."""
    for feature in FEATURES:
        importlib.import_module(f"stanch.{feature}.commands")
    importlib.import_module("stanch.prepare.oncall.commands")
    importlib.import_module("stanch.prepare.reaching")
    importlib.import_module("stanch.detect.slo.commands")
    importlib.import_module("stanch.prepare.playbooks.commands")
    importlib.import_module("stanch.respond.timeboxes")
    importlib.import_module("stanch.respond.chat")


def load_world(configured: dict[str, dict[str, Any]]) -> World:
    """Build every integration of the folder; one without settings of its own gets its defaults, if it has any.

    ``haproxy@eu`` is another one of the same kind, known by that whole name. Raises ``Invalid`` for unknown integrations and unknown keys.
    """
    import stanch.integrations
    from stanch.prepare.yaml_file import convert

    names = [module.name for module in pkgutil.iter_modules(stanch.integrations.__path__)]
    unknown = sorted(key for key in configured if key.partition("@")[0] not in names)
    if unknown:
        raise Invalid(f"There is no integration '{unknown[0]}'.", hint=f"Known: {', '.join(sorted(names))}.")
    world = World()
    shelves: dict[str, dict[str, Any]] = {
        "source": world.sources,
        "notifier": world.notifiers,
        "mitigator": world.mitigators,
        "metrics": world.metrics,
        "prober": world.probers,
        "camera": world.screenshotters,
    }
    for name in names:
        module = importlib.import_module(f"stanch.integrations.{name}")
        required = [f.name for f in msgspec.structs.fields(module.Settings) if f.required]
        if name in configured or not required:
            _shelve(shelves, module, convert(configured.get(name, {}), module.Settings, f"integrations.{name}"))
        for key in (key for key in configured if key.startswith(f"{name}@")):
            _shelve(shelves, module, convert(configured[key], module.Settings, f"integrations.{key}"), key)
    return world


def _shelve(shelves: dict[str, dict[str, Any]], module: Any, settings: Any, called: str = "") -> None:
    built = module.build(settings)
    for port in built if isinstance(built, list) else [built]:
        if called:
            port.name = called
        shelves[module.PORT][port.name] = port


class Stanch:
    """One running product: settings, application, world and engine."""

    def __init__(
        self,
        settings: "Settings",
        application: "Application",
        world: World,
        engine: "Engine",
        watchdog: "WatchdogHandler",
        periodic_jobs: "PeriodicJobs",
        catalog: "LiveCatalog",
    ) -> None:
        self.settings = settings
        self.application = application
        self.world = world
        self.engine = engine
        self.watchdog = watchdog
        self.periodic_jobs = periodic_jobs
        self.catalog = catalog
        self._lock: Any = None

    def start(self) -> None:
        """Start the engine. On SQLite one server owns the file; a second one is refused with what to do."""
        from stanch.detect import heartbeats
        from stanch.engine import retention

        if self.application.database.dialect == "sqlite":
            self._lock = (self.settings.data / "serve.lock").open("w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(
                    f"Another stanch serves {self.settings.data} already.",
                    hint="Stop it, use another STANCH_DATA, or PostgreSQL for several replicas.",
                ) from None
        with self.application.uow() as uow:
            heartbeats.after_absence(uow)
            retention.run_due(uow)
            self.watchdog.seed(uow)
        self.seed()
        self.engine.start()
        self.periodic_jobs.start()

    def seed(self) -> None:
        """At start and when the catalog has changed: everything that watches from outside is under way."""
        from stanch.detect import heartbeats, probes
        from stanch.detect.slo import evaluation
        from stanch.mitigate import surveying

        with self.application.uow() as uow:
            for watching in (probes, heartbeats, evaluation, surveying):
                watching.seed(uow)

    def stop(self) -> None:
        """Stop the engine and give everything back."""
        self.periodic_jobs.stop()
        self.engine.stop()
        self.application.database.close()
        if self._lock:
            self._lock.close()


def open_stanch(
    config: Path | None = None,
    clock: "Clock | None" = None,
    settings: "Settings | None" = None,
    world: World | None = None,
) -> Stanch:
    """Read the settings, bring the schema up to date, and put everything together. Raises ``Problem``."""
    from stanch.db.connection import Database
    from stanch.db.migrate import migrate
    from stanch.detect.watchdog import WatchdogHandler
    from stanch.engine.loop import Engine
    from stanch.engine.outbox import Outbox
    from stanch.engine.periodic_jobs import PeriodicJobs
    from stanch.engine.timers import Timers
    from stanch.kernel.clock import SystemClock
    from stanch.kernel.logs import quiet_tracebacks
    from stanch.prepare.oncall.calendars import Calendars
    from stanch.prepare.reload import LiveCatalog
    from stanch.prepare.settings import load_all, settings_file
    from stanch.respond.severity import remeasured
    from stanch.timeline.unit_of_work import Application

    quiet_tracebacks()
    load_commands()
    problems: list[str] = []
    file = None
    if settings is None:
        file = settings_file(config)
        settings, problems = load_all(file)
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    migrate(database)
    world = world or load_world(settings.integrations)
    clock = clock or SystemClock()
    catalog = LiveCatalog(settings, problems, file, clock)
    application = Application(database, clock, catalog.policy, _reactions(), _clocks())
    watchdog = WatchdogHandler(
        world.probers["http"], settings.watchdog_url, settings.watchdog_every, lambda: engine.healthy()
    )
    outbox = Outbox(application, [*_handlers(application, world, settings), watchdog])
    application.notifiers, application.metrics = frozenset(world.notifiers), frozenset(world.metrics)
    application.mitigators = dict(world.mitigators)
    calendars = Calendars(application.policy, application.clock)
    application.calendar = calendars.shifts
    world.extra["calendars"] = calendars
    calendars.refresh(fetch=False)
    engine = Engine(
        Timers(application, _timer_handlers()),
        outbox,
        _digesting(application, world),
        sole=database.dialect == "sqlite",
    )
    application.on_measured.append(remeasured)
    application.on_wake.append(engine.wake)
    application.on_intake.append(engine.wake_digester)
    periodic_jobs = PeriodicJobs(
        [("catalog", CATALOG_EVERY, catalog.look), ("calendars", CALENDARS_EVERY, calendars.refresh)]
    )
    stanch = Stanch(settings, application, world, engine, watchdog, periodic_jobs, catalog)
    catalog.on_change.extend([stanch.seed, lambda: calendars.refresh(fetch=False)])
    return stanch


def _reactions() -> list[Any]:
    from stanch.learn.reactions import decide
    from stanch.mitigate.surveying import start_surveying
    from stanch.recover.watching import start_watching
    from stanch.respond.reactions import follow_phase, page_on_call
    from stanch.respond.severity import reconsider

    return [page_on_call, follow_phase, reconsider, start_surveying, start_watching, decide]


def _clocks() -> list[Any]:
    from stanch.learn.reactions import review_clock
    from stanch.mitigate.observing import outcome_clock
    from stanch.recover.watching import hold_clock
    from stanch.respond.reactions import page_clock, prompt_clock

    return [page_clock, prompt_clock, outcome_clock, hold_clock, review_clock]


def _timer_handlers() -> dict[str, Any]:
    from stanch.detect import heartbeats, signals
    from stanch.engine import retention

    return {"signals": signals.run_due, "heartbeats": heartbeats.run_due, "retention": retention.run_due}


def _digesting(application: "Application", world: World) -> Any:
    from stanch.detect.digest import digest

    return lambda: digest(application, world.sources)


def _handlers(application: "Application", world: World, settings: "Settings") -> list[Any]:
    from stanch.detect.probes import ProbeHandler
    from stanch.detect.slo.evaluation import SloHandler
    from stanch.mitigate.evidence.capturing import EvidenceHandler
    from stanch.mitigate.execution import MitigationHandler
    from stanch.mitigate.surveying import SurveyHandler
    from stanch.prepare.reaching import TestPageHandler
    from stanch.recover.watching import CriteriaHandler
    from stanch.respond.paging import PageHandler
    from stanch.respond.telling import MessageHandler

    return [
        ProbeHandler(application, world.probers),
        SloHandler(application, world.metrics),
        PageHandler(application, world.notifiers, settings.url(), settings.secret_key),
        MitigationHandler(application, world.mitigators),
        EvidenceHandler(application, world),
        SurveyHandler(application, world),
        CriteriaHandler(application, world.metrics),
        MessageHandler(application, world.notifiers, settings.url()),
        TestPageHandler(application, world.notifiers, settings.url()),
    ]
