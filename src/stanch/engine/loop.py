"""The loop: digest what came in, run due timers, lease and perform due effects, sleep until the next moment."""

import threading
from collections.abc import Callable
from functools import partial

from stanch.engine.outbox import WAITING, Outbox
from stanch.engine.timers import Timers
from stanch.kernel.clock import SECOND
from stanch.kernel.contained import contained
from stanch.timeline.effects import Effect

# Other processes (a CLI on the same file, another replica) write timers too: nothing waits longer than this to be seen.
LONGEST_SLEEP = 0.5
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
        self._turned_at = 0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; where this is the only process, take over at once what a dead one had leased (P2)."""
        if self.sole:
            self.outbox.reclaim()
        for name, turn, wake in zip(("engine", "digest"), (self.turn, self._digest_all), self._wakes, strict=True):
            thread = threading.Thread(target=self._run, args=(turn, wake), name=name, daemon=True)
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
        self._turned_at = self.timers.application.clock.now()
        ran = self.timers.run_due()
        begun = [self._fill(lane) for lane in sorted(self.outbox.due_lanes())]
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

    def _run(self, turn: Callable[[], bool], wake: threading.Event) -> None:
        while not self._stopping.is_set():
            self._application.liveness.came_round()
            # Sleeping reads the database too; when it is unavailable this thread must continue all the same.
            with contained("a round of the engine failed; it goes on in a second", passing=()) as round_:
                if not turn():
                    self._sleep(wake)
            if round_.error:
                self._stopping.wait(1)

    def _sleep(self, wake: threading.Event) -> None:
        due = self.timers.next_due(self._turned_at)
        seconds = LONGEST_SLEEP
        if due is not None:
            seconds = min(LONGEST_SLEEP, max(0.0, (due - self.timers.application.clock.now()) / SECOND))
        if wake.wait(max(seconds, 0.005)):
            wake.clear()

    def _renew(self) -> None:
        while not self._stopping.wait(1):
            if performing := self._lanes.keys():
                with contained("leases could not be renewed", passing=()):
                    self.outbox.renew(performing)
