"""What a drain says of the pods that are still there when its time is over (R19)."""

import time
from types import SimpleNamespace
from typing import Any

from stanch.integrations.kubernetes.evictions import OVER, Evictions

BUDGET = "The disruption budget b needs 4 healthy pods"


def test_the_reason_of_the_last_answer_stays_when_the_time_ends_between_two_rounds() -> None:
    connection: Any = SimpleNamespace(settings=SimpleNamespace(eviction_retry=0.0))
    evictions = Evictions(connection, None, time.monotonic() + 60, 1, lambda _: None)
    answers = iter([(True, BUDGET), (False, OVER)])
    evictions._ask = lambda _: next(answers)  # type: ignore[method-assign]
    assert evictions.all([{}]) == [BUDGET]
    assert Evictions(connection, None, time.monotonic() - 1, 1, lambda _: None).all([{}]) == [OVER]
