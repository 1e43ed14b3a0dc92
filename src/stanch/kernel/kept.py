"""What was worked out for a key and is asked for again: a bounded number of answers, the one asked for the longest ago goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The key must hold everything that the answer depends on; the answer is shared by several threads and never changed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer for a key, made when it is not at hand; two threads may make it at once."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        made = make()
        with self._lock:
            self._answers[key] = made
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return made
