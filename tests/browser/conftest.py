"""One server and one browser for all tests here; each test declares its own incident.

Playwright keeps an event loop running in the thread of the tests, in which nobody else can start one. So the browser ends
with the last test of this folder, not with the process: the next file of a worker may be another folder's.
"""

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="needs playwright")

from playwright.sync_api import Browser

from tests.browser.house import House, chromium, running
from tests.conftest import need


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running stanch."""
    need("chromium")
    with running(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="package")
def browser(house: House) -> Iterator[Browser]:
    """A running Chromium."""
    with chromium(need("chromium")) as browser:
        yield browser
