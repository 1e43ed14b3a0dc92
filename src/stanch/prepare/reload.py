"""Reloads the catalog while it runs: changed files are read again, and a broken one leaves the last valid version (R7)."""

import re
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from stanch.kernel.clock import Clock
from stanch.kernel.errors import Invalid, Problem
from stanch.kernel.logs import log
from stanch.kernel.policy import Policy
from stanch.prepare import catalog, catalog_copy
from stanch.prepare.settings import Settings, load_all

# Matches the sentence of the catalog's check about an unknown contact.
_STRANGER = re.compile(r"'([^']+)'(?:, who)? is not (?:in|among) the contacts\.")


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with the files, and since when. ``whole``: nothing of the files was taken since."""

    sentences: list[str]
    since: int
    whole: bool


class LiveCatalog:
    """``policy`` answers from memory; ``look`` does the reading, from a background thread.

    ``config``: where ``stanch.yaml`` was read from, None for settings that were made in memory (they never change).
    """

    def __init__(self, settings: Settings, problems: list[str], config: Path | None, clock: Clock) -> None:
        self._settings = settings
        self._config = config
        self._clock = clock
        self._policy = settings.policy
        self._stamp = self._look_at_files()
        self._trouble = Trouble(problems, clock.now(), False) if problems else None
        self.on_change: list[Callable[[], object]] = []
        self.contacts: Callable[[], Collection[str]] = tuple
        self._note()

    @property
    def config(self) -> Path | None:
        """The file that the settings were read from, as an absolute path."""
        return self._config.absolute() if self._config else None

    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the files; who added contact methods themselves is among the contacts, whatever the files say."""
        found = self._trouble
        if found is None or found.whole or not any(_STRANGER.search(text) for text in found.sentences):
            return found
        known = self.contacts()
        left = [s for s in found.sentences if not ((named := _STRANGER.search(s)) and named[1] in known)]
        return Trouble(left, found.since, False) if left else None

    def look(self) -> bool:
        """Read the files again if any of them changed; answers whether there is a new policy."""
        stamp = self._look_at_files()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            settings, problems = load_all(self._config, before=self._policy)
            _refuse_loss(self._config, self._policy, settings.policy)
        except Problem as problem:
            self._trouble = Trouble([problem.sentence()], self._clock.now(), True)
            log.error("the configuration was not taken; the one before stays", problem=problem.sentence())
            return False
        self._trouble = Trouble(problems, self._clock.now(), False) if problems else None
        for sentence in problems:
            log.error("the catalog", problem=sentence)
        changed = settings.policy != self._policy
        self._policy = self._settings.policy = settings.policy
        self._note()
        if changed:
            log.info("the catalog was read again", services=len(self._policy.services))
            for follow in self.on_change:
                follow()
        return changed

    def _note(self) -> None:
        if self._settings.catalog and self._trouble is None:
            catalog_copy.keep(self._settings.data, self._policy)

    def _look_at_files(self) -> list[tuple[str, int, int]]:
        """Name, time and size of every file: a change of any is a change."""
        if self._config is None:
            return []
        paths = [self._config, *(catalog.files(self._settings.catalog) if self._settings.catalog else [])]
        found = []
        for path in paths:
            try:
                state = path.stat()
            except OSError:
                continue  # a file that is removed during the check counts as absent
            found.append((str(path), state.st_mtime_ns, state.st_size))
        return found


def _refuse_loss(config: Path | None, before: Policy, now: Policy) -> None:
    """Refuses a reload by which an emptied, truncated or removed file would leave nobody to page. Raises ``Invalid``."""
    lost = [
        part
        for part in ("contacts", "escalation", "schedules", "services")
        if getattr(before, part) and not getattr(now, part)
    ]
    if {"contacts", "escalation"} & set(lost) or len(lost) > 1:
        raise Invalid(
            f"{config or 'stanch.yaml'} holds no {' and no '.join(lost)} any more; what was last good stays in force.",
            hint="Put the file right. If it is meant, restart stanch.",
        )
