"""The loop: digest what came in, run due timers, lease and perform due effects, sleep until the next moment."""

import threading
from collections.abc import Callable
from functools import partial

from stanch.engine.due import due
from stanch.engine.outbox import WAITING, Outbox
from stanch.engine.timers import Timers
from stanch.kernel.clock import SECOND
from stanch.kernel.contained import contained
from stanch.timeline.effects import Effect

# Other processes (a CLI on the same file, another replica) write timers too; they are noticed within this time.
LONGEST_SLEEP = 0.5
# A post of another process: its own digester has it at once, and this one what a dead replica left (P2).
LONGEST_UNDIGESTED = 1.0
# Limits of concurrent effects per lane. Each notifier (or the host it calls) has a lane, so that one that hangs delays no
# other; changes of systems, reads, and effects that wait on purpose have a lane each. WAITERS is the limit of the last.
WORKERS, WAITERS = 16, 4


class Lanes:
    """The effects being performed, by lane. One thread per effect: pools would keep idle threads for every lane."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, dict[threading.Thread, str]] = {}

    def room(self, lane: str) -> int:
        """How many more may begin."""
        with self._lock:
            return (WAITERS if lane == WAITING else WORKERS) - len(self._running.get(lane, {}))

    def begin(self, lane: str, key: str, work: Callable[[], None]) -> None:
        """Perform one effect in a thread of its own."""

        def run() -> None:
            try:
                work()
            finally:
                self._end(lane, threading.current_thread())

        thread = threading.Thread(target=run, name=f"effect {lane}", daemon=True)
        with self._lock:
            # By thread: an effect that arms itself again may begin anew before its first thread has ended.
            self._running.setdefault(lane, {})[thread] = key
        thread.start()

    def _end(self, lane: str, thread: threading.Thread) -> None:
        with self._lock:
            running = self._running[lane]
            del running[thread]
            if not running:
                del self._running[lane]

    def keys(self) -> list[str]:
        """The effects that are being performed."""
        with self._lock:
            return sorted(key for running in self._running.values() for key in running.values())

    def wait(self) -> None:
        """Block until every effect that has begun has ended."""
        with self._lock:
            threads = [thread for running in self._running.values() for thread in running]
        for thread in threads:
            thread.join()


class Engine:
    """Runs in threads of its own from ``start`` to ``stop``. ``digest`` answers with how many intake posts it handled."""

    def __init__(self, timers: Timers, outbox: Outbox, digest: Callable[[], int], *, sole: bool) -> None:
        self.timers = timers
        self.outbox = outbox
        self.digest = digest
        self.sole = sole
        self._application = timers.application
        self._wakes = (self._application.engine_wake, self._application.digester_wake)
        self._stopping = threading.Event()
        self._lanes = Lanes()
        self._upcoming: int | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; where this is the only process, take over at once what a dead one had leased (P2)."""
        if self.sole:
            self.outbox.reclaim()
        parts = (("engine", self.turn, self._until_next), ("digest", self._digest_all, lambda: LONGEST_UNDIGESTED))
        for (name, turn, pause), wake in zip(parts, self._wakes, strict=True):
            thread = threading.Thread(target=self._run, args=(turn, pause, wake), name=name, daemon=True)
            thread.start()
            self._application.liveness.watch(thread)
            self._threads.append(thread)
        renewing = threading.Thread(target=self._renew, name="renew", daemon=True)
        renewing.start()

    def stop(self) -> None:
        """Stop once the effects being performed have ended."""
        self._stopping.set()
        self.wake()
        self.wake_digester()
        for thread in self._threads:
            thread.join(5)
        self._lanes.wait()

    def healthy(self) -> bool:
        """Whether every thread of a started engine still makes progress."""
        return self._application.liveness.healthy()

    def wake(self) -> None:
        """Wake the loop: there is a new timer or effect."""
        self._wakes[0].set()

    def wake_digester(self) -> None:
        """Wake the digester: there is a new post in the intake journal."""
        self._wakes[1].set()

    def turn(self) -> bool:
        """One round: timers, then effects. Answers whether there may be more to do at once."""
        found = due(self._application, self.outbox)
        self._upcoming = found.upcoming
        ran = self.timers.run_due() if found.timers else 0
        begun = [self._fill(lane) for lane in found.lanes]
        return bool(ran or any(begun))

    def _fill(self, lane: str) -> int:
        room = self._lanes.room(lane)
        effects = self.outbox.lease(room, lane=lane) if room > 0 else []
        for effect in effects:
            self._lanes.begin(lane, effect.key, partial(self._work, effect))
        return len(effects)

    def _work(self, effect: Effect) -> None:
        with contained("an effect could not be settled; it is tried again", passing=(), key=effect.key):
            self.outbox.work(effect, lambda: not self._stopping.wait(1))
        self.wake()

    def _digest_all(self) -> bool:
        return self.digest() > 0

    def _run(self, turn: Callable[[], bool], pause: Callable[[], float], wake: threading.Event) -> None:
        while not self._stopping.is_set():
            self._application.liveness.came_round()
            # When the database is unavailable this thread must continue all the same.
            with contained("a round of the engine failed; it goes on in a second", passing=()) as round_:
                if not turn() and wake.wait(pause()):
                    wake.clear()
            if round_.error:
                self._stopping.wait(1)

    def _until_next(self) -> float:
        """Seconds until the next timer or effect that is known of."""
        if self._upcoming is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(0.005, (self._upcoming - self._application.clock.now()) / SECOND))

    def _renew(self) -> None:
        while not self._stopping.wait(1):
            if performing := self._lanes.keys():
                with contained("leases could not be renewed", passing=()):
                    self.outbox.renew(performing)
