"""``make screenshots``: every page of the example organisation, wide and narrow, light and dark.

``python -m tests.browser.screenshots [FOLDER] [--only REGEX] [--resume]``. Every address comes from the app's routes
(``tests/browser/addresses.py``). What is wider than 320 px, or than a window of 1360 px at 200 %, is printed and makes
the exit code 1. The few pictures that README and docs show are written to ``docs/images``.
"""

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from stanch.demo.shop.ports import free_port
from stanch.demo.year.full import play, write
from stanch.kernel.clock import SteppedClock, SystemClock
from stanch.main import open_stanch
from tests.browser import addresses
from tests.browser.house import House, chromium, served

SIZES = {"1360": (1360, 900), "390": (390, 844)}
SCHEMES = ("light", "dark")
# 680: a window of 1360 px at 200 %.
NARROW = (320, 680)
# Far from UTC, so that a time which is not in the reader's zone is seen.
ZONE = "Europe/Berlin"
TALLEST = 6000
# What README and docs show: address, width and scheme. {open}: the incident that goes on, {done}: one with a published postmortem.
SHOWN = {
    "war-room": ("/incidents/{open}", "1360", "light"), "war-room-dark": ("/incidents/{open}", "1360", "dark"),
    "war-room-phone": ("/incidents/{open}", "390", "light"), "now": ("/", "1360", "light"), "now-phone": ("/", "390", "dark"),
    "service": ("/services/checkout", "1360", "light"), "status": ("/status", "1360", "light"), "oncall": ("/oncall", "1360", "light"),
    "postmortem": ("/incidents/{done}/postmortem/read", "1360", "light"), "find": ("/find?q=checkout", "1360", "light"),
    "learning": ("/learning", "1360", "light"),
}  # fmt: skip
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def year(folder: Path, newest: int = 39) -> Iterator[tuple[House, str, str]]:
    """The example organisation served as a still picture; the incident that goes on, and one with a published postmortem.

    A folder that holds the year already is served as it is.
    """
    port, ends = free_port(), SystemClock().now()
    state = folder / "played"
    if state.exists():
        moment, opened = state.read_text().split()
        ends, config = int(moment), write(folder, port=port)
    else:
        config = write(folder, port=port)
        opened = play(config, print, ends=ends, newest=newest)
        state.write_text(f"{ends} {opened}")
    stanch = open_stanch(config, SteppedClock(ends))
    with stanch.application.reading() as uow:
        row = uow.tx.one("SELECT incident FROM entries WHERE kind = 'postmortem_published' ORDER BY incident LIMIT 1")
    with served(stanch, port, engine=False) as house:
        yield house, opened, str(row["incident"]) if row else "INC-1"


def signed_in(browser: Browser, house: House, size: str) -> Page:
    """A page of a new browser, with Ada signed in."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=size == "390", timezone_id=ZONE, reduced_motion="reduce"
    )
    page = context.new_page()
    house.sign_in(page)
    return page


def name_of(address: str) -> str:
    """``/incidents/INC-42?entry=12`` is incidents-INC-42-entry-12; codes that differ from run to run are left out."""
    words = [word for word in re.split(r"[^\w.]+|(?<=[a-z])\.", address) if word]
    return "-".join(word for word in words if len(word) < 20 and not re.fullmatch(r"[0-9a-f]{8,}", word)) or "now"


def shoot(folder: Path, only: str, resume: bool) -> list[str]:
    """Write ``FOLDER/<page>-<width>-<scheme>.png``, and the compressed ones of ``SHOWN``; answers with what is wrong.

    ``resume``: plays no new year, and leaves the pages whose pictures are there.
    """
    path = shutil.which("chromium") or sys.exit("needs chromium")
    if not resume:
        shutil.rmtree(folder / "year", ignore_errors=True)
    found: list[str] = []
    with year(folder / "year") as (house, opened, done), chromium(str(path)) as browser:
        pages = {size: signed_in(browser, house, size) for size in SIZES}
        if only == ".*" and not resume:
            for name, (address, size, scheme) in SHOWN.items():
                _show(pages[size], house.url + address.format(open=opened, done=done), name, scheme)
        every = sorted(addresses.of(house, opened, done), key=lambda each: each.startswith(addresses.OUTSIDE))
        for address in every:
            name = name_of(address)
            if not re.fullmatch(only, name) or (resume and (folder / f"{name}-390-dark.png").exists()):
                continue
            answer = pages["1360"].request.get(house.url + address)
            if answer.headers["content-type"].startswith("text/html"):
                for size, page in pages.items():
                    found += _shoot_one(page, house.url + address, folder / f"{name}-{size}")
    for line in found:
        print(line)
    return found


def _shoot_one(page: Page, address: str, to: Path) -> list[str]:
    """One page at one width in both schemes; a phone's is then looked at where it is narrowest."""
    size = page.viewport_size
    answer = page.goto(address)
    page.evaluate("document.fonts.ready")
    found = [] if answer and answer.status == 200 else [f"{to.name}: status {answer and answer.status}"]
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": size["width"] if size else 0, "height": tall}
        page.screenshot(path=f"{to}-{scheme}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
    for width in NARROW if to.name.endswith("390") else ():
        page.set_viewport_size({"width": width, "height": 700})
        if page.evaluate(OVER) > 0:
            found.append(f"{to.name}: wider than {width} px")
    if size:
        page.set_viewport_size(size)
    return found


def _show(page: Page, address: str, name: str, scheme: str) -> None:
    """What README and docs show, as small as it can be read."""
    images = Path("docs/images")
    images.mkdir(parents=True, exist_ok=True)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=images / f"{name}.jpg", type="jpeg", quality=72)


def main() -> int:
    """Read the words of the command line; answers with the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir()) / "stanch-screenshots")
    parser.add_argument("--only", default=".*", help="a regular expression for the names of pages")
    parser.add_argument("--resume", action="store_true", help="keep the year and the pictures that are there")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    found = shoot(asked.folder, asked.only, asked.resume)
    print(
        f"{time.monotonic() - began:.0f} s. The pictures are in {asked.folder}, those of README and docs in docs/images."
    )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
