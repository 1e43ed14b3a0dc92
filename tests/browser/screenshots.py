"""``make screenshots``: every page of the example organisation, wide and narrow, light and dark.

``python -m tests.browser.screenshots [FOLDER] [--only NAME]``. The few that README and docs show are written to ``docs/images``.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from stanch.demo.shop.ports import free_port
from stanch.demo.year.full import play, write
from stanch.kernel.clock import SteppedClock, SystemClock
from stanch.main import open_stanch
from tests.browser.house import House, chromium, served

SIZES = {"1360": (1360, 900), "390": (390, 844)}
SCHEMES = ("light", "dark")
ROOM = "room"
# name -> address; {open}: the incident that goes on, {done}: one with a published postmortem.
PAGES = {
    "now": "/", "declare": "/declare", "incidents": "/incidents", ROOM: "/incidents/{open}", "room-updates": "/incidents/{open}?part=updates#tab-updates",
    "mitigate": "/incidents/{open}/mitigate/rollback",
    "scribe": "/incidents/{open}/scribe", "closed-room": "/incidents/{done}", "postmortem": "/incidents/{done}/postmortem", "past": "/incidents/{open}?entry=12",
    "signals": "/signals", "oncall": "/oncall", "services": "/services", "service": "/services/checkout", "readiness": "/readiness", "postmortems": "/postmortems",
    "actions": "/actions", "learning": "/learning", "status": "/status", "settings": "/settings", "people": "/people", "me": "/me",
    "maintenance": "/maintenance", "find": "/find?q=checkout", "more": "/more", "first-run": "/first-run", "docs": "/docs",
}  # fmt: skip
# What README and docs show: page and kind.
SHOWN = {
    "war-room": (ROOM, "1360", "light"), "war-room-dark": (ROOM, "1360", "dark"), "war-room-phone": (ROOM, "390", "light"), "now": ("now", "1360", "light"),
    "now-phone": ("now", "390", "dark"), "service": ("service", "1360", "light"), "status": ("status", "1360", "light"), "oncall": ("oncall", "1360", "light"),
    "postmortem": ("postmortem", "1360", "light"), "find": ("find", "1360", "light"),
}  # fmt: skip


class Frozen(SteppedClock):
    """The moment at which the year ends."""


@contextmanager
def year(folder: Path, newest: int = 39) -> Iterator[tuple[House, dict[str, str]]]:
    """The example organisation served as a still picture, and the addresses of its pages."""
    port, ends = free_port(), SystemClock().now()
    config = write(folder, port=port)
    opened = play(config, print, ends=ends, newest=newest)
    clock = Frozen(ends)
    stanch = open_stanch(config, clock)
    with stanch.application.reading() as uow:
        row = uow.tx.one("SELECT incident FROM entries WHERE kind = 'postmortem_published' ORDER BY incident LIMIT 1")
    done = str(row["incident"]) if row else "INC-1"
    with served(stanch, port, engine=False) as house:
        yield house, {name: path.format(open=opened, done=done) for name, path in PAGES.items()}


def signed_in(browser: Browser, house: House, size: str, scheme: str) -> Page:
    """A page of a new browser, with Ada signed in."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=size == "390"
    )  # type: ignore[arg-type]
    page = context.new_page()
    house.sign_in(page)
    return page


def shoot(folder: Path, only: str) -> None:
    """Write ``FOLDER/<page>-<width>-<scheme>.png``, and the compressed ones of ``SHOWN``."""
    path = shutil.which("chromium") or sys.exit("needs chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, year(Path(data)) as (house, pages), chromium(str(path)) as browser:
        for size in SIZES:
            for scheme in SCHEMES:
                page = signed_in(browser, house, size, scheme)
                for name, address in pages.items():
                    if not re.fullmatch(only, name):
                        continue
                    answer = page.goto(house.url + address)
                    page.evaluate("document.fonts.ready")
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=name not in (ROOM, "now"))
                    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    if over > 0 or answer is None or answer.status != 200:
                        print(f"{name} {size}: {over} px too wide, status {answer and answer.status}")
                    if (name, size, scheme) in SHOWN.values():
                        _keep(page, next(key for key, kind in SHOWN.items() if kind == (name, size, scheme)))
                page.context.close()


def _keep(page: Page, name: str) -> None:
    """What README and docs show, as small as it can be read."""
    images = Path("docs/images")
    images.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=images / f"{name}.jpg", type="jpeg", quality=72)


def main() -> None:
    """Read the words of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir()) / "stanch-screenshots")
    parser.add_argument("--only", default=".*", help="a regular expression for the names of pages")
    asked = parser.parse_args()
    shoot(asked.folder, asked.only)
    print(f"The pictures are in {asked.folder}, those of README and docs in docs/images.")


if __name__ == "__main__":
    main()
