"""Whether each thread of this process still makes progress, for the health check and the watchdog."""

import threading
import time

# A thread that has reported no progress for this long counts as stuck.
STUCK_SECONDS = 30.0


class Liveness:
    """Threads that report progress regularly. With none watched, the process counts as healthy."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._came_round: dict[str, float] = {}

    def watch(self, thread: threading.Thread) -> None:
        """From now on this thread is expected to call ``came_round`` regularly."""
        self._threads.append(thread)

    def came_round(self) -> None:
        """Report progress of the calling thread."""
        self._came_round[threading.current_thread().name] = time.monotonic()

    def healthy(self) -> bool:
        """Whether every watched thread is alive and has reported progress lately."""
        now = time.monotonic()
        return all(t.is_alive() and now - self._came_round.get(t.name, now) < STUCK_SECONDS for t in self._threads)
