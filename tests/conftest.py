"""Fixtures for every test, and the word on what could not be tested here.

A test that needs a real component says so: ``@pytest.mark.needs("prometheus", "haproxy")``. Where one is
not installed the test is skipped by that name, and with CI=true it fails.
"""

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from stanch.db import connection
from stanch.db.connection import Database
from stanch.db.migrate import migrate
from tests.components import alertmanager, haproxy, postgres, process, prometheus, smtp, statuspage, synapse, unleash

# The same examples on each run, and no limit of time on a busy machine: what turns red was changed, not unlucky.
# `make fuzz` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile(
    "fuzz", max_examples=int(os.environ.get("STANCH_EXAMPLES", "2000")), deadline=None, print_blob=True
)
settings.load_profile("same")


def _without_waiting(sqlite: Any, record: object) -> None:
    _prepared(sqlite, record)
    sqlite.execute("PRAGMA synchronous=OFF")


# As the PostgreSQL of the tests: what is committed in this process is not waited for until the disk has it.
_prepared, connection._prepare_sqlite = connection._prepare_sqlite, _without_waiting

# What takes longest begins first, so that no process is alone with it at the end.
LONGEST = (
    *(
        "scenarios/test_slo_week.py",
        "end_to_end/test_kill.py",
        "browser/test_every_page.py",
        "simulation/test_simulation.py",
    ),
    *("scenarios/test_ranking_cases.py", "scenarios/test_chat_rooms.py", "scenarios/test_postmortem_parts.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {f"tests/{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Which file follows which differs by run: what a test leaves running must fail the next one each time, not some times."""
    if "tests/browser/" not in item.nodeid and (loop := asyncio._get_running_loop()):
        pytest.fail(f"an earlier test left {loop!r} running in this thread", pytrace=False)


FINDERS: dict[str, Callable[[], str | None]] = {
    "prometheus": prometheus.find,
    "promtool": lambda: process.find_program("promtool"),
    "alertmanager": alertmanager.find,
    "amtool": lambda: process.find_program("amtool"),
    "haproxy": haproxy.find,
    "postgresql": postgres.find,
    "aiosmtpd": smtp.find,
    "synapse": synapse.find,
    "unleash": unleash.find,
    "statuspage.io": statuspage.find,
    "chromium": lambda: process.find_program("chromium", "chromium-browser", "google-chrome"),
}


def need(component: str) -> str:
    """The component's program; without it the test is skipped, or fails where CI=true."""
    if found := FINDERS[component]():
        return found
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"needs {component}, and CI must have it", pytrace=False)
    pytest.skip(f"needs {component}")


@pytest.fixture(autouse=True)
def _needs(request: pytest.FixtureRequest) -> None:
    for mark in request.node.iter_markers("needs"):
        for component in mark.args:
            need(component)


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Postgres]:
    """One running PostgreSQL for the session; tests take databases from it."""
    need("postgresql")
    with postgres.Postgres(tmp_path_factory.mktemp("postgres")) as cluster:
        yield cluster


@pytest.fixture
def empty_postgres_url(postgres_cluster: postgres.Postgres) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    url = postgres_cluster.create_database()
    yield url
    postgres_cluster.drop_database(url)


def migrated(url: str) -> str:
    """The database with this release's schema and no row of a user; the migrations run once for a session, and tests get copies."""
    database = Database(url)
    migrate(database)
    database.close()
    return url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: postgres.Postgres) -> str:
    """The name of the database from which those of the tests are copied."""
    return migrated(postgres_cluster.create_database()).rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file from which those of the tests are copied."""
    path = tmp_path_factory.mktemp("migrated") / "stanch.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Postgres, migrated_postgres: str) -> Iterator[str]:
    """A fresh PostgreSQL database with this release's schema."""
    url = postgres_cluster.create_database(template=migrated_postgres)
    yield url
    postgres_cluster.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A fresh SQLite file with this release's schema."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with this release's schema; the test runs once on each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def chromium_path() -> str:
    """The browser that playwright drives."""
    return need("chromium")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        skipped[reason.removeprefix("Skipped: ")] += 1
    if skipped:
        terminalreporter.section("not tested here")
        for reason, count in sorted(skipped.items()):
            terminalreporter.write_line(f"{count} test{'s' if count > 1 else ''} skipped: {reason}")
