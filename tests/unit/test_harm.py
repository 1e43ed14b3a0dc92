"""What people type of an incident, read as an expert would (R2, R3). ``python -m tests.unit.test_harm`` prints the figures."""

from pathlib import Path
from timeit import repeat
from typing import Any

import pytest
import yaml

from stanch.respond.harm.reading import read, says_no_harm
from stanch.respond.harm.table import rung

FILE = Path(__file__).parents[1] / "data/severity/texts.yaml"
TEXTS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
FIRST = [case for case in TEXTS if "batch" not in case]
PARTS = {
    "first 60, tuned on": FIRST[::2],
    "first 60, kept apart": FIRST[1::2],
    **{
        f"batch {n}": [case for case in TEXTS if case.get("batch") == n]
        for n in sorted({c.get("batch", 0) for c in TEXTS} - {0})
    },
}
NOTHING = 5


def proposed(case: dict[str, Any]) -> int | None:
    return min((rung(said, case.get("core", True)) for said in read(case["text"])), default=None)


def right(case: dict[str, Any]) -> bool:
    wanted = [None if case["expect"] == "none" else case["expect"], *case.get("accept", [])]
    return proposed(case) in wanted


def unacceptable(case: dict[str, Any]) -> bool:
    expected = NOTHING if case["expect"] == "none" else case["expect"]
    return not right(case) and abs((proposed(case) or NOTHING) - expected) > 1


@pytest.mark.parametrize("part", PARTS)
def test_texts_are_read_as_an_expert_reads_them(part: str) -> None:
    """R3: of the half that was kept apart at least 17 of 20; nothing off by two anywhere."""
    cases = PARTS[part]
    assert [(case["text"], proposed(case)) for case in cases if unacceptable(case)] == []
    assert sum(right(case) for case in cases) >= 0.85 * len(cases)


@pytest.mark.parametrize(
    ("text", "rungs"),
    [
        ("no data was lost", []),
        ("this is not a breach", []),
        ("nobody was affected", []),
        ("orders are not lost", []),
        ("orders are lost", [1]),
        ("checkout does not fail", []),
        ("nobody can check out", [1]),
        ("nobody can say why", []),
        ("not all customers can pay", [2]),
        ("the shop works but is slow for everyone", [2]),
        ("5 % of the payments fail", [3]),
        ("every second payment fails", [1]),
        ("payment success rate is 99.9 %", []),
        ("payment success rate is 40 %", [1]),
        ("orders fell by 15 %", [2]),
        ("one customer cannot export", [3]),
        ("the staging shop is down", [4]),
        ("was down for two minutes, payments work again", [2]),
        ("zorble frobnicates the quux", [2]),
        ("zorble frobnicates the quux for a few customers", [3]),
        ("does anybody know the quux?", []),
        ("", []),
        ("x" * 100_000, []),
    ],
)  # fmt: skip
def test_negation_numbers_and_words_of_amount(text: str, rungs: list[int]) -> None:
    """R3."""
    assert sorted({min(rung(said, True) for said in read(text))} if read(text) else set()) == rungs


def test_each_facet_that_was_found_is_told() -> None:
    """R3: the proposal shows its arithmetic, for words as for numbers."""
    (said,) = read("half of the customers cannot pay by card, cash works")
    assert said.words == ("does not work (“can not”)", "most (“half”)", "a core part (“pay”)", "something works")


def test_what_denies_harm_is_not_the_same_as_what_is_not_understood() -> None:
    assert says_no_harm("false alarm, no customer was affected") and not says_no_harm("zorble frobnicates")


if __name__ == "__main__":
    for name, cases in PARTS.items():
        print(
            name, sum(right(c) for c in cases), "of", len(cases), "right,", sum(map(unacceptable, cases)), "off by two"
        )
    longest = ". ".join(case["text"] for case in TEXTS)[:2_000]
    print(f"2,000 characters are read in {min(repeat(lambda: read.__wrapped__(longest), number=1)) * 1000:.1f} ms")
