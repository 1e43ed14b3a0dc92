"""The evictions of one drain, in rounds: a pod that a disruption budget holds up never keeps another one waiting."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from stanch.integrations.kubernetes.budgets import AT_ONCE, Pod, eviction, path_of, words_of
from stanch.integrations.kubernetes.connection import Connection, Refused, Unanswered
from stanch.ports import Failed, Say, Unsure

OVER = "the time for the drain was over"


class Evictions:
    """Respects disruption budgets, and retries while the API server is unavailable, until the deadline."""

    def __init__(self, connection: Connection, grace: int | None, deadline: float, count: int, say: Say) -> None:
        self.connection, self.grace, self.deadline, self.count, self.say = connection, grace, deadline, count, say
        self.gone, self.lock = 0, threading.Lock()
        self.lost: set[str] = set()

    def all(self, pods: list[Pod]) -> list[str]:
        """Why each is still there; empty: it is gone."""
        outcome: dict[int, str] = {}
        ending: dict[int, Future[str]] = {}
        waiting = dict(enumerate(pods))
        with ThreadPoolExecutor(AT_ONCE, "evict") as pool, ThreadPoolExecutor(4 * AT_ONCE, "gone") as watch:
            while waiting:
                asked = dict(zip(waiting, pool.map(self._ask, waiting.values()), strict=True))
                # Where the time is over the reason of the last answer still tells more than that.
                outcome |= {
                    n: outcome.get(n, why) if why == OVER else why for n, (again, why) in asked.items() if not again
                }
                ending |= {
                    n: watch.submit(self._gone, pods[n]) for n, (again, why) in asked.items() if not again and not why
                }
                waiting = {number: waiting[number] for number, (again, _) in asked.items() if again}
                outcome |= {number: asked[number][1] for number in waiting}
                if waiting and time.monotonic() + self.connection.settings.eviction_retry > self.deadline:
                    break
                if waiting:
                    why = next(asked[n][1] for n in waiting)
                    for_what = "a disruption budget" if "disruption" in why.lower() else "the API server"
                    self.say(f"waiting for {for_what}, {len(waiting)} to go: {why[:120]}")
                    time.sleep(self.connection.settings.eviction_retry)
            outcome |= {number: future.result() for number, future in ending.items()}
        return [outcome[number] for number in range(len(pods))]

    def _ask(self, pod: Pod) -> tuple[bool, str]:
        """(Whether to ask again, why it is still there.) 429 is a disruption budget, or the server's own limit."""
        if time.monotonic() > self.deadline:
            return False, OVER
        try:
            if self._leaving(pod):  # deleted meanwhile: another pod of its name may run on another node by now
                return False, ""
            self.connection.post(f"{path_of(pod)}/eviction", self._body(pod), seen=lambda: self._leaving(pod))
        except Refused as refused:
            if refused.status == 404 or (refused.status == 403 and "NamespaceTerminating" in refused.causes):
                return False, ""
            if refused.status == 409 and pod["metadata"]["uid"] in self.lost:
                return False, ""  # another pod of its name: the evicted one is gone
            return refused.again, refused.detail
        except Unsure as unsure:
            self.lost.add(pod["metadata"]["uid"])
            # 500 is an answer: more than one budget covers it, which no waiting mends.
            return not (isinstance(unsure, Unanswered) and unsure.status == 500), unsure.detail
        except Failed as failed:
            return failed.again, failed.detail
        return False, ""

    def _body(self, pod: Pod) -> dict[str, object]:
        options: dict[str, object] = {} if self.grace is None else {"gracePeriodSeconds": self.grace}
        if pod["metadata"]["uid"] in self.lost:
            # Repeated because the answer was lost; the uid guards against evicting another pod of the same name.
            options["preconditions"] = {"uid": pod["metadata"]["uid"]}
        return eviction(pod, **options)

    def _leaving(self, pod: Pod) -> bool:
        """Gone, another one of its name, or on its way out."""
        try:
            meta = self.connection.get(path_of(pod))["metadata"]
        except Refused as refused:
            if refused.status == 404:
                return True
            raise
        return meta["uid"] != pod["metadata"]["uid"] or bool(meta.get("deletionTimestamp"))

    def _gone(self, pod: Pod) -> str:
        """By its uid: a StatefulSet makes another pod of the same name."""
        while True:
            try:
                if self.connection.get(path_of(pod))["metadata"]["uid"] != pod["metadata"]["uid"]:
                    break
            except Failed as failed:
                if isinstance(failed, Refused) and failed.status == 404:
                    break
                if time.monotonic() > self.deadline:
                    return f"it was evicted; whether it has ended cannot be seen: {failed.detail}"
            if time.monotonic() > self.deadline:
                return "it was evicted, and has not ended yet"
            time.sleep(self.connection.settings.every)
        with self.lock:
            self.gone += 1
            self.say(f"{self.gone} of {self.count} evicted, the last {words_of(pod)}")
        return ""
