"""Composition root: the only module that imports every feature."""

import fcntl
import importlib
import pkgutil
import threading
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stanch.kernel.errors import Conflict, Invalid
from stanch.ports import World

if TYPE_CHECKING:
    from stanch.db.connection import Database
    from stanch.engine.loop import Engine
    from stanch.engine.periodic_jobs import PeriodicJobs
    from stanch.kernel.clock import Clock, SystemClock
    from stanch.ports.integration import Integration
    from stanch.prepare.oncall.calendar_cache import CalendarCache
    from stanch.prepare.reload import LiveCatalog
    from stanch.prepare.settings import Settings
    from stanch.timeline.feature import Feature, Wiring
    from stanch.timeline.installation import Installation
    from stanch.timeline.unit_of_work import Application

CALENDARS_EVERY, CATALOG_EVERY, CLOCK_EVERY, SEALED_EVERY = 300.0, 2.0, 15.0, 5.0
FEATURES = (
    "prepare",
    "tickets",
    "detect",
    "respond",
    "mitigate",
    "communicate",
    "recover",
    "learn",
    "learn.drills",
    "learn.comments",
    "learn.confidential",
    "learn.just_culture",
    "chat",
    "find",
    "now",
    "engine",
)


def features() -> "list[Feature]":
    """What each feature says of itself, in the order in which they react."""
    return [importlib.import_module(f"stanch.{name}.feature").FEATURE for name in FEATURES]


def load_commands() -> None:
    """Fill the registry: imports only structs, pure rules and handlers, so that ``--help`` stays quick."""
    for feature in features():
        for module in feature.commands:
            importlib.import_module(module)


@cache
def integrations() -> "dict[str, Integration]":
    """What can be integrated, by name: every file and folder of ``stanch.integrations`` describes itself."""
    import stanch.integrations

    names = [module.name for module in pkgutil.iter_modules(stanch.integrations.__path__)]
    return {name: importlib.import_module(f"stanch.integrations.{name}").INTEGRATION for name in names}


def load_world(configured: dict[str, dict[str, Any]]) -> World:
    """Build every integration of the folder; one without settings of its own gets its defaults, if it has any.

    ``haproxy@eu`` is another one of the same kind, known by that whole name. Raises ``Invalid`` for unknown integrations and unknown keys.
    """
    known = integrations()
    unknown = sorted(key for key in configured if key.partition("@")[0] not in known)
    if unknown:
        raise Invalid(f"There is no integration '{unknown[0]}'.", hint=f"Known: {', '.join(sorted(known))}.")
    world = World()
    for name, integration in known.items():
        if name in configured or not integration.needs_settings():
            _build(world, integration, configured.get(name, {}), name)
        for key in (key for key in configured if key.startswith(f"{name}@")):
            _build(world, integration, configured[key], key)
    return world


def _build(world: World, integration: "Integration", values: dict[str, Any], key: str) -> None:
    from stanch.prepare.yaml_file import convert

    built = integration.build(convert(values, integration.settings, f"integrations.{key}"))
    for adapter in built if isinstance(built, list) else [built]:
        if "@" in key:
            adapter.name = key
        getattr(world, integration.port)[adapter.name] = adapter


class Stanch:
    """One running product: settings, application, engine, and what the features plug into it."""

    def __init__(
        self,
        settings: "Settings",
        application: "Application",
        wiring: "Wiring",
        engine: "Engine",
        periodic_jobs: "PeriodicJobs",
        catalog: "LiveCatalog",
    ) -> None:
        from stanch.prepare.devices import introduce
        from stanch.timeline.heads import Seals

        self.settings = settings
        self.application = application
        self.world = application.world
        introduce(application)
        self.wiring = wiring
        self.engine = engine
        self.periodic_jobs = periodic_jobs
        self.catalog = catalog
        self.seals = Seals(application)
        periodic_jobs.add("seals", SEALED_EVERY, self.seals.seal_if_changed)
        for job in wiring.jobs:
            periodic_jobs.add(job.name, job.every, partial(job.run, application))
        self.on_closing: list[Callable[[], None]] = []
        self._lock: Any = None
        self._stopping = threading.Event()

    def integrations(self) -> "dict[str, Integration]":
        """The description of each configured integration, by the name in the configuration."""
        return {key: integrations()[key.partition("@")[0]] for key in sorted(self.settings.integrations)}

    @staticmethod
    def known_integrations() -> "dict[str, Integration]":
        """The description of everything that can be configured, by name."""
        return integrations()

    def start(self) -> None:
        """Start the engine. On SQLite one server owns the file; a second one is refused with what to do."""
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
            for start in self.wiring.starts:
                start(uow)
        self.seed()
        self.engine.start()
        self.periodic_jobs.start()
        for loop in self.wiring.loops(self.application):
            if self.engine.sole:
                loop.reclaim()
            threading.Thread(target=loop.run, args=(self._stopping,), name=loop.name, daemon=True).start()

    def seed(self) -> None:
        """At start and when the catalog has changed: everything that watches from outside is under way."""
        with self.application.uow() as uow:
            for seed in self.wiring.seeds:
                seed(uow)

    def stop(self) -> None:
        """Stop the engine and give everything back; what waits for the world is not waited for."""
        self._stopping.set()
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
    from stanch.kernel.logs import quiet_tracebacks
    from stanch.prepare.oncall.calendar_cache import CalendarCache
    from stanch.prepare.own_contacts import OwnContacts
    from stanch.prepare.reload import LiveCatalog
    from stanch.prepare.settings import load_all, settings_file
    from stanch.timeline.feature import together
    from stanch.timeline.unit_of_work import Application

    quiet_tracebacks()
    load_commands()
    problems, file = list[str](), None
    if settings is None:
        settings, problems = load_all(file := settings_file(config))
    database = _database(settings)
    machine = _machine_clock(database)
    clock = clock or machine
    catalog = LiveCatalog(settings, problems, file, clock)
    own = OwnContacts()
    calendars = CalendarCache(lambda: own.latest(catalog.policy()), clock, kept=settings.data / "calendars")
    calendars.refresh(fetch=False)
    wiring = together([feature.wiring() for feature in features()])
    world = world or load_world(settings.integrations)
    _static_status(world, settings)
    application = Application(
        database,
        clock,
        catalog.policy,
        join=own,
        world=world,
        calendars=calendars,
        installation=_installation(settings),
        reactions=wiring.reactions,
        clocks=wiring.clocks,
        prompts=wiring.prompts,
        measured=wiring.measured,
        projections=wiring.projections,
        alert_readers=wiring.alert_readers,
    )
    periodic_jobs = _periodic_jobs(catalog, calendars, machine, database)
    stanch = Stanch(settings, application, wiring, _engine(application, wiring), periodic_jobs, catalog)
    catalog.contacts = lambda: application.whole_policy().contacts
    catalog.on_change.extend([stanch.seed, lambda: calendars.refresh(fetch=False)])
    return stanch


def _installation(settings: "Settings") -> "Installation":
    from stanch.timeline.installation import Installation

    return Installation(
        settings.url(), settings.secret_key, settings.data, settings.watchdog_url, settings.watchdog_every
    )


def _database(settings: "Settings") -> "Database":
    """Open, and at this release's schema."""
    from stanch.db.connection import Database
    from stanch.db.migrate import migrate

    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    migrate(database)
    return database


def _static_status(world: World, settings: "Settings") -> None:
    if settings.static_status:
        _build(world, integrations()["folder"], {"path": str(settings.static_status.resolve())}, "folder@static_status")


def _machine_clock(database: "Database") -> "SystemClock":
    from stanch.engine.clock import set_clock
    from stanch.kernel.clock import SystemClock

    clock = SystemClock()
    set_clock(clock, database)
    return clock


def _periodic_jobs(
    catalog: "LiveCatalog", calendars: "CalendarCache", machine: "SystemClock", database: "Database"
) -> "PeriodicJobs":
    from stanch.engine.clock import set_clock
    from stanch.engine.periodic_jobs import PeriodicJobs

    return PeriodicJobs(
        [
            ("catalog", CATALOG_EVERY, catalog.look),
            ("calendars", CALENDARS_EVERY, calendars.refresh),
            ("clock", CLOCK_EVERY, lambda: set_clock(machine, database)),
        ]
    )


def _engine(application: "Application", wiring: "Wiring") -> "Engine":
    from stanch.detect.digest import digest
    from stanch.engine.loop import Engine
    from stanch.engine.outbox import Outbox
    from stanch.engine.timers import Timers

    return Engine(
        Timers(application, wiring.timers),
        Outbox(application, [handler(application) for handler in wiring.handlers], wiring.guards),
        lambda: digest(application, application.world.sources),
        sole=application.database.dialect == "sqlite",
    )
