"""What was worked out for a key and is asked for again: a bounded amount of answers, the one asked for the longest ago goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The key must hold everything that the answer depends on; the answer is shared by several threads and never changed.

    ``most``: so many answers, or so much of what ``weigh`` says of each; one that alone is more is not kept.
    """

    def __init__(self, most: int, weigh: Callable[[T], int] = lambda _answer: 1) -> None:
        self._most, self._weigh, self._weight = most, weigh, 0
        self._answers: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer for a key, made when it is not at hand; two threads may make it at once."""
        found = self.find(key)
        return self.put(key, make()) if found is None else found

    def find(self, key: Hashable) -> T | None:
        """The answer for a key, if it is at hand."""
        with self._lock:
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return self._answers[key][0]

    def put(self, key: Hashable, made: T) -> T:
        """Keep an answer, and answer with it."""
        weight = self._weigh(made)
        with self._lock:
            if weight <= self._most:
                self._weight += weight - self._answers.pop(key, (made, 0))[1]
                self._answers[key] = made, weight
            while self._weight > self._most:
                self._weight -= self._answers.popitem(last=False)[1][1]
        return made
