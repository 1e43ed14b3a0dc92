"""Whether each thread of this process still makes progress: asked by the health check and the watchdog."""

import threading
import time

# A thread that has not come round for so long does not move any more.
STUCK_SECONDS = 30.0


class Liveness:
    """Threads that come round again and again. With none watched, nothing is stuck."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._came_round: dict[str, float] = {}

    def watch(self, thread: threading.Thread) -> None:
        """From now on this thread is expected to call ``came_round``."""
        self._threads.append(thread)

    def came_round(self) -> None:
        """The calling thread is still moving."""
        self._came_round[threading.current_thread().name] = time.monotonic()

    def healthy(self) -> bool:
        """Whether every watched thread is alive and came round lately."""
        now = time.monotonic()
        return all(t.is_alive() and now - self._came_round.get(t.name, now) < STUCK_SECONDS for t in self._threads)
