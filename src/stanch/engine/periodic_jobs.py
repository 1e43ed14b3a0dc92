"""Jobs that run at intervals outside of any transaction: reload of changed files, refresh of remote calendars."""

import threading
import time
from collections.abc import Callable

from stanch.kernel.contained import contained


class PeriodicJobs:
    """One thread; each task runs at once and then every so many seconds. A task that fails is logged and tried again."""

    def __init__(self, tasks: list[tuple[str, float, Callable[[], object]]]) -> None:
        self._tasks = tasks
        self._enough = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, name: str, every: float, task: Callable[[], object]) -> None:
        """One more, before the start."""
        self._tasks.append((name, every, task))

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="periodic_jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread; a running job is waited for two seconds at most."""
        self._enough.set()
        if self._thread is not None:
            self._thread.join(2)

    def _run(self) -> None:
        due = {name: 0.0 for name, _, _ in self._tasks}
        while not self._enough.is_set():
            for name, every, task in self._tasks:
                if time.monotonic() >= due[name]:
                    with contained("a periodic job failed and is tried again", passing=(), task=name):
                        task()
                    due[name] = time.monotonic() + every
            self._enough.wait(max(0.05, min(due.values(), default=1.0) - time.monotonic()))
