"""Copies of the status pages that are served when stanch is down: written by an effect at every public change (P7; formats/20).

Files are written in an order in which no page refers to a missing file: hashed assets, then the inner pages, then
feeds and JSON, the first page last, and deletions after that. One process publishes to one place at a time.
"""

import hashlib
from typing import Any

import msgspec

from stanch.communicate.page.render import render
from stanch.communicate.status_page import read_images, snapshots
from stanch.communicate.status_version import version
from stanch.kernel.clock import MINUTE, SECOND
from stanch.ports import Failed, PublishedFile
from stanch.timeline.effects import Effect, EffectHandler
from stanch.timeline.unit_of_work import UnitOfWork

# The lock's time limit: longer than writing a whole page takes.
CLAIM = 2 * MINUTE
FOR_EVER, SHORT = "public, max-age=31536000, immutable", "public, max-age=10, stale-if-error=86400"


def forget_files(uow: UnitOfWork) -> None:
    """At start: each copy is written whole once, since it may have been changed meanwhile."""
    uow.tx.execute("UPDATE status_copies SET files = '{}', claimed_until = 0")


class CopyHandler(EffectHandler):
    """Writes what has changed to one publisher, and remembers what it holds."""

    kind = "status_copy"
    patient = True

    def wanted(self, uow: UnitOfWork, effect: Effect) -> bool:
        """A newer version has an effect of its own."""
        return effect.payload["version"] >= version(uow).number and effect.payload["publisher"] in self._publishers()

    def perform(self, effect: Effect) -> dict[str, str] | None:
        """The digests of what is there now; None while another process publishes to the same place."""
        name = str(effect.payload["publisher"])
        held = self._claim(name)
        if held is None:
            return None
        files = self._files(name)
        digests = {file.path: hashlib.sha256(file.body).hexdigest() for file in files}
        changed = [file for file in files if held.get(file.path) != digests[file.path]]
        self._publishers()[name].publish(changed, sorted(set(held) - set(digests)))
        return digests

    def settle(self, uow: UnitOfWork, effect: Effect, answer: Any) -> int | None:
        """Say how fresh the copy is; what failed is tried again until a newer version takes its place."""
        name = str(effect.payload["publisher"])
        if answer is None:
            return uow.now + SECOND
        if isinstance(answer, Exception):
            said = answer.detail if isinstance(answer, Failed) else type(answer).__name__
            uow.tx.execute(
                "UPDATE status_copies SET failed_at = :now, error = :error, claimed_until = 0, files = '{}' WHERE publisher = :name",
                now=uow.now, error=said[:300], name=name,
            )  # fmt: skip
            later: int = uow.now + min(5 * SECOND * 2 ** min(effect.attempts, 6), 5 * MINUTE)
            return later
        uow.tx.execute(
            "UPDATE status_copies SET version = :version, published_at = :now, error = '', files = :files, claimed_until = 0 WHERE publisher = :name",
            version=effect.payload["version"], now=uow.now, files=msgspec.json.encode(answer).decode(), name=name,
        )  # fmt: skip
        return None

    def _publishers(self) -> Any:
        return self.application.world.publishers

    def _claim(self, name: str) -> dict[str, str] | None:
        with self.application.uow() as uow:
            uow.tx.execute(
                "INSERT INTO status_copies (publisher, version) VALUES (:name, 0) ON CONFLICT (publisher) DO NOTHING",
                name=name,
            )
            taken = uow.tx.execute(
                "UPDATE status_copies SET claimed_until = :until WHERE publisher = :name AND claimed_until <= :now",
                until=uow.now + CLAIM, name=name, now=uow.now,
            )  # fmt: skip
            row = uow.tx.one("SELECT files FROM status_copies WHERE publisher = :name", name=name)
        return msgspec.json.decode(row["files"], type=dict[str, str]) if taken and row else None

    def _files(self, publisher: str) -> list[PublishedFile]:
        """Every file for one publisher, in the order in which they are put."""
        with self.application.reading() as uow:
            found = snapshots(uow, self.application.installation.url)
        files = []
        for number, snapshot in enumerate(found):
            page = snapshot.page
            if page.access == "public" and (page.copies is None or publisher in page.copies):
                prefix = "" if number == 0 else f"{snapshot.name}/"
                for path, document in render(snapshot, read_images(page)).items():
                    cache = FOR_EVER if _rank(path) == 0 else SHORT
                    files.append(PublishedFile(prefix + path, document.body, document.media_type, cache))
        return sorted(files, key=lambda file: (_rank(file.path), file.path))


def _rank(path: str) -> int:
    """Assets, the pages behind, what programs read, the first page."""
    name = path.rpartition("/")[2]
    if name.count(".") == 2 and not name.endswith(".html"):
        return 0
    if name.startswith("index.") and name.endswith(".html"):
        return 3
    return 1 if name.endswith(".html") else 2
