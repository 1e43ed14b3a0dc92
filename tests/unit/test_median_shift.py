"""Did it change? A test that noise does not fool, and that says how sure it is (R23)."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Criterion
from stanch.mitigate.median_shift import median_shift
from stanch.mitigate.outcome import Judgement, judge, together

ERRORS = Criterion("errors", "gauge", "errors", below=0.01)
SPEED = Criterion("speed", "gauge", "speed", above=100.0)


def points(values: list[float], start: int = 0) -> list[tuple[int, float]]:
    return [((start + number) * 5 * SECOND, value) for number, value in enumerate(values)]


def judged(before: list[float], after: list[float], criterion: Criterion = ERRORS) -> Judgement:
    return judge(criterion, points(before), points(after, len(before)))


def test_errors_that_fall_into_the_bound_were_helped_with_a_confidence() -> None:
    found = judged([0.2, 0.22, 0.19, 0.21], [0.001, 0.0, 0.002, 0.0])
    assert found.outcome == "helped" and found.confidence and found.confidence > 0.95
    assert found.reason == "'errors' went from 0.205 to 0.0005, inside its bound"


def test_errors_that_only_halve_were_helped_and_are_said_to_be_outside() -> None:
    found = judged([0.4, 0.42, 0.38, 0.41, 0.4], [0.2, 0.21, 0.19, 0.2, 0.2])
    assert found.outcome == "helped" and "still outside its bound" in found.reason


def test_what_got_worse_is_called_worse_but_not_inside_the_bound() -> None:
    assert judged([0.2, 0.21, 0.2, 0.2], [0.8, 0.9, 0.85, 0.8]).outcome == "worse"
    assert judged([0.001, 0.001, 0.001, 0.001], [0.004, 0.004, 0.005, 0.004]).outcome == "no_change"


def test_a_criterion_that_is_a_least_value_reads_the_other_way_round() -> None:
    assert judged([20, 22, 21, 20], [150, 160, 155, 150], SPEED).outcome == "helped"
    assert judged([150, 160, 155, 150], [20, 22, 21, 20], SPEED).outcome == "worse"


def test_one_wild_value_decides_nothing() -> None:
    assert judged([0.2, 0.2, 0.21, 0.2, 0.19], [0.2, 0.21, 0.0, 0.2, 0.2]).outcome == "no_change"
    assert judged([0.2, 0.2, 9.0, 0.2, 0.19], [0.2, 0.21, 0.2, 0.2, 0.2]).outcome == "no_change"


def test_two_measurements_cannot_tell() -> None:
    found = judged([0.2, 0.2], [0.0, 0.0, 0.0])
    assert found.outcome == "unknown" and "too seldom" in found.reason


def test_noise_that_happens_to_differ_is_not_called_an_effect() -> None:
    found = judged([0.3, 0.1, 0.5, 0.2], [0.15, 0.4, 0.1, 0.12])
    assert found.outcome == "unknown" and "may be chance" in found.reason


def test_what_was_getting_better_by_itself_is_not_credited_to_the_action() -> None:
    falling = [0.5 - 0.02 * n for n in range(12)]
    found = judged(falling, [0.5 - 0.02 * n for n in range(12, 18)])
    assert found.outcome == "unknown" and "getting better before the action, too" in found.reason


def test_a_sudden_fall_is_credited_although_it_was_falling_a_little() -> None:
    falling = [0.5 - 0.002 * n for n in range(12)]
    assert judged(falling, [0.001, 0.0, 0.002, 0.001, 0.0]).outcome == "helped"


def test_what_got_worse_decides_over_what_was_helped() -> None:
    helped, worse = Judgement("helped", "a"), Judgement("worse", "b")
    assert together([helped, worse]) is worse
    assert together([Judgement("unknown", "c"), helped]) is helped
    assert together([]).outcome == "unknown"


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_pure_noise_is_rarely_called_an_effect(seed: int) -> None:
    """At most a tenth by the test's own claim, counted over many draws from the same noise on both sides."""
    rng = random.Random(seed)
    wrong = sum(
        judged(
            [rng.lognormvariate(-2, 0.6) for _ in range(12)], [rng.lognormvariate(-2, 0.6) for _ in range(8)]
        ).outcome
        in ("helped", "worse")
        for _ in range(100)
    )
    assert wrong <= 30  # 20 % (10 % on each side) would be the claim; 30 leaves room for the draw


def test_neighbours_that_resemble_each_other_prove_less() -> None:
    """A slow wave looks like a change to a test that takes each value for a witness of its own."""
    rng = random.Random(7)
    wrong = 0
    for _ in range(200):
        level, walk = 0.3, []
        for _ in range(24):
            level = 0.9 * level + 0.03 + rng.gauss(0, 0.02)
            walk.append(max(level, 0.02))
        wrong += judged(walk[:14], walk[16:]).outcome in ("helped", "worse")
    assert wrong <= 40


@given(st.lists(st.floats(0, 1), min_size=3, max_size=12), st.lists(st.floats(0, 1), min_size=3, max_size=12))
def test_a_confidence_is_a_probability_and_the_shift_has_its_sign(before: list[float], after: list[float]) -> None:
    found = median_shift(points(before), points(after, len(before)))
    assert 0 <= found.confidence <= 1
    mirrored = median_shift(points([-v for v in before]), points([-v for v in after], len(before)))
    assert abs(mirrored.shift + found.shift) < 1e-9


def test_many_measurements_take_no_time() -> None:
    import time

    rng = random.Random(1)
    began = time.process_time()
    judged([rng.random() for _ in range(400)], [rng.random() for _ in range(400)])
    assert time.process_time() - began < 1.0
