"""Every status page in memory, drawn once for each public change of this or any other replica, and answered without the framework.

A request costs one dictionary lookup: it does not matter how many incidents there are, nor whether the
database answers.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool

from stanch.communicate.page.render import render
from stanch.communicate.page.snapshot import Snapshot
from stanch.communicate.page.statuspage_v2 import further_pages
from stanch.communicate.status_page import read_images, snapshots
from stanch.communicate.status_version import CHANGED, Version, latest, version
from stanch.kernel.contained import contained
from stanch.web.security import security_headers
from stanch.web.status.answers import Headers, PreparedResponse, answer

if TYPE_CHECKING:
    from stanch.main import Stanch

# Seconds after which a change of another replica is noticed at the latest.
LOOK_EVERY = 1.0
ROOT = "/status"
Responses = dict[str, PreparedResponse]


class Site:
    """One page as it is served: where, to whom, and its answers by the path below it."""

    def __init__(self, snapshot: Snapshot, base: str, security: Headers) -> None:
        self.snapshot, self.page, self.name, self.base = snapshot, snapshot.page, snapshot.name, base
        self.public = snapshot.page.access == "public"
        self.documents = render(snapshot, read_images(snapshot.page))
        self.answers: Responses = {
            name: answer(name, document, security, public=self.public) for name, document in self.documents.items()
        }
        for name in list(self.answers):  # the addresses that people know have no ending
            if name.startswith(("incidents/", "history/")) and name.endswith(".html"):
                self.answers[name.removesuffix(".html")] = self.answers[name]
        self.answers[""] = self.answers["index.html"]
        self.further: dict[str, list[PreparedResponse]] = {
            name: [answer(name, each, security, public=self.public) for each in pages]
            for name, pages in further_pages(snapshot).items()
        }

    def find(self, name: str, query: bytes) -> PreparedResponse | None:
        """The answer for a path below the page; of a query only ``page`` counts, for two lists."""
        pages = self.further.get(name) if query else None
        if pages:
            number = parse_qs(query.decode("latin-1")).get("page", ["1"])[0]
            if number.isascii() and number.isdecimal() and int(number[:9]) > 1:
                return pages[min(int(number[:9]) - 2, len(pages) - 1)]
        return self.answers.get(name)


class Served:
    """The pages of one stanch. ``by_target``: public answers by what stands in the request line; ``by_host``: where a page is a whole site."""

    def __init__(self, stanch: Stanch) -> None:
        self._stanch = stanch
        self._security = security_headers(https=stanch.settings.url().startswith("https:"))
        self.by_target: dict[bytes, PreparedResponse] = {}
        self.by_host: dict[bytes, dict[bytes, PreparedResponse]] = {}
        self.sites: list[Site] = []
        self.hosts: dict[str, Site] = {}
        self.drawn = 0
        self.stale = True
        self._version: Version | None = None
        self._drawing = threading.Lock()
        self._over = threading.Event()
        stanch.application.subscribe(self._changed)

    def _changed(self, what: str) -> None:
        if what == CHANGED:
            self.stale = True

    def watch(self) -> None:
        """Notice what other replicas change, until ``close``."""

        def look() -> None:
            while not self._over.wait(LOOK_EVERY):
                self.look()

        threading.Thread(target=look, name="status page", daemon=True).start()

    def close(self) -> None:
        """Stop noticing."""
        self._over.set()

    def look(self) -> None:
        """Draw the pages again if something public has changed. While the database is away, the old bytes are served."""
        # Exceptions are logged and not raised: the watching thread must survive an unavailable database.
        with self._drawing, contained("the status page could not be drawn; the last one is served", passing=()):
            # Read before rendering, so that a change during the rendering is noticed next time.
            self.stale = False
            if latest(self._stanch.application.database) == self._version:
                return
            with self._stanch.application.reading() as uow:
                seen, found = version(uow), snapshots(uow, self._stanch.settings.url())
            self._draw(found)
            self._version = seen

    def _draw(self, found: list[Snapshot]) -> None:
        sites = [
            Site(each, ROOT if number == 0 else f"{ROOT}/pages/{each.name}", self._security)
            for number, each in enumerate(found)
        ]
        by_target: dict[bytes, PreparedResponse] = {}
        for site in sites:
            if site.public:
                by_target.update({f"{site.base}/{name}".encode(): each for name, each in site.answers.items()})
        self.hosts = {host.lower(): site for site in sites for host in site.page.hosts}
        self.by_host = {
            host.encode(): {f"/{name}".encode(): each for name, each in site.answers.items()}
            for host, site in self.hosts.items()
            if site.public
        }
        self.sites, self.by_target = sites, by_target
        self.drawn += 1

    def site_of(self, host: str, path: str) -> tuple[Site, str] | None:
        """Which page a request is for, and the path below it; None for requests of no status page."""
        own = self.hosts.get(host.lower()) or self.hosts.get(host.lower().rsplit(":", 1)[0])
        if own is not None and not path.startswith(("/static/", "/api/v1/", "/hooks/")):
            return own, path.removeprefix("/")
        for site in reversed(self.sites):
            if path.startswith(f"{site.base}/"):
                return site, path.removeprefix(f"{site.base}/")
        return None

    async def fresh(self) -> None:
        """What this process has committed is on the page that is asked for next."""
        if self.stale or not self.sites:
            await run_in_threadpool(self.look)
