"""The loop: digest what came in, run due timers, lease and perform due effects, sleep until the next moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from stanch.engine.outbox import LANES, LOOKING, URGENT, WAITING, Outbox
from stanch.engine.timers import Timers
from stanch.kernel.clock import SECOND
from stanch.kernel.errors import Problem
from stanch.kernel.logs import log
from stanch.timeline.effects import Effect

# Other processes (a CLI on the same file, another replica) write timers too: nothing waits longer than this to be seen.
LONGEST_SLEEP = 0.5
# In each lane; so few wait on purpose that they take turns rather than grow.
WORKERS = {URGENT: 16, LOOKING: 16, WAITING: 4}


class Lane:
    """Threads of its own, and what they are performing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.in_flight: set[str] = set()
        self.workers = ThreadPoolExecutor(WORKERS[name], name)


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
        self._lanes = tuple(map(Lane, LANES))
        self._counting = threading.Lock()
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
        """Stop after what is in flight."""
        self._stopping.set()
        self.wake()
        self.wake_digester()
        for thread in self._threads:
            thread.join(5)
        for lane in self._lanes:
            lane.workers.shutdown(wait=True, cancel_futures=True)

    def healthy(self) -> bool:
        """Whether every thread of a started engine still comes round."""
        return self._application.liveness.healthy()

    def wake(self) -> None:
        """A timer or an effect is new."""
        self._wakes[0].set()

    def wake_digester(self) -> None:
        """The intake journal has something new."""
        self._wakes[1].set()

    def turn(self) -> bool:
        """One round: timers, then effects. Answers whether there may be more to do at once."""
        ran = self.timers.run_due()
        leased = [self._fill(lane) for lane in self._lanes]
        return bool(ran or any(leased))

    def _fill(self, lane: Lane) -> int:
        room = WORKERS[lane.name] - len(lane.in_flight)
        effects = self.outbox.lease(room, lane=lane.name) if room > 0 else []
        for effect in effects:
            with self._counting:
                lane.in_flight.add(effect.key)
            lane.workers.submit(self._work, lane, effect)
        return len(effects)

    def _work(self, lane: Lane, effect: Effect) -> None:
        try:
            self.outbox.work(effect, lambda: not self._stopping.wait(1))
        except Problem as problem:
            log.error("an effect could not be settled; it is tried again", key=effect.key, error=problem.detail)
        except Exception:
            log.exception("an effect could not be settled; it is tried again", key=effect.key)
        finally:
            with self._counting:
                lane.in_flight.discard(effect.key)
            self.wake()

    def _digest_all(self) -> bool:
        return self.digest() > 0

    def _run(self, turn: Callable[[], bool], wake: threading.Event) -> None:
        while not self._stopping.is_set():
            self._application.liveness.came_round()
            # Sleeping asks the database as well: whatever is away, this thread must come round again.
            try:
                if not turn():
                    self._sleep(wake)
            except Problem as problem:
                log.error("the engine waits", error=problem.detail)
                self._stopping.wait(1)
            except Exception:
                log.exception("the engine stumbled and goes on")
                self._stopping.wait(1)

    def _sleep(self, wake: threading.Event) -> None:
        due = self.timers.next_due()
        seconds = LONGEST_SLEEP
        if due is not None:
            seconds = min(LONGEST_SLEEP, max(0.0, (due - self.timers.application.clock.now()) / SECOND))
        if wake.wait(max(seconds, 0.005)):
            wake.clear()

    def _renew(self) -> None:
        while not self._stopping.wait(1):
            with self._counting:
                performing = sorted(key for lane in self._lanes for key in lane.in_flight)
            if performing:
                try:
                    self.outbox.renew(performing)
                except Problem as problem:
                    log.error("leases could not be renewed", error=problem.detail)
                except Exception:
                    log.exception("leases could not be renewed")
