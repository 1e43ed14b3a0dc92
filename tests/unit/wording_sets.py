"""The labelled sets of the language engine, and its precision and recall on them (R33, R44).

A text is kept from tuning when the first byte of its digest is odd. Run as a module to see the figures and each miss::

    python -m tests.unit.wording_sets public --half tuned --misses
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

DATA = Path(__file__).parents[1] / "data" / "wording"
Find = Callable[[str], set[str]]


class Example(msgspec.Struct, frozen=True):
    """A text with the rules that should find something in it."""

    text: str
    rules: frozenset[str]

    @property
    def held_out(self) -> bool:
        """Whether it was kept from tuning."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


class Score(msgspec.Struct, frozen=True):
    """Found rightly, found wrongly, missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that should have been; 1 when nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what should be found that was; 1 when there is nothing to find."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def read(name: str, codes: dict[str, str]) -> list[Example]:
    """The examples of a set; ``codes``: its letters -> names of rules."""
    found = []
    for line in (DATA / f"{name}.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            letters, _, text = line.partition("\t")
            rules = frozenset(codes[letter] for letter in letters.split(",") if letter != "-")
            found.append(Example(text, rules))
    return found


def score(examples: list[Example], find: Find) -> dict[str, Score]:
    """The score of each rule, and of all together as ``all``."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for example in examples:
        got = find(example.text)
        right.update(got & example.rules)
        wrong.update(got - example.rules)
        missed.update(example.rules - got)
    names = sorted({*right, *wrong, *missed})
    each = {name: Score(right[name], wrong[name], missed[name]) for name in names}
    return {**each, "all": Score(right.total(), wrong.total(), missed.total())}


def anything(examples: list[Example], find: Find) -> Score:
    """By text: whether anything at all is found in it, rightly or not."""
    pairs = [(bool(find(example.text)), bool(example.rules)) for example in examples]
    return Score(pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, True)))


def held_table(name: str, codes: dict[str, str], find: Find) -> list[str]:
    """The lines of a table in Markdown: precision and recall of each rule on a set that was kept apart."""
    examples = read(name, codes)
    scores = {**score(examples, find), f"any, by text ({len(examples)})": anything(examples, find)}
    rows = [
        f"| {rule} | {one.right + one.missed} | {one.precision:.2f} | {one.recall:.2f} |"
        for rule, one in scores.items()
    ]
    return ["| Rule | Labels | Precision | Recall |", "| --- | ---: | ---: | ---: |", *rows]


def main() -> None:
    """Print the table, and on request each miss of the half that tuning may look at."""
    from tests.unit import wording_finders

    arguments = argparse.ArgumentParser()
    arguments.add_argument("name", choices=sorted(wording_finders.SETS))
    arguments.add_argument("--half", choices=("tuned", "held"), default="tuned")
    arguments.add_argument("--misses", action="store_true")
    asked = arguments.parse_args()
    codes, find = wording_finders.SETS[asked.name]
    examples = [e for e in read(asked.name, codes) if e.held_out == (asked.half == "held")]
    for rule, one in score(examples, find).items():
        print(f"{rule:18} precision {one.precision:.2f}  recall {one.recall:.2f}  n {one.right + one.missed}")
    for example in examples if asked.misses else ():
        got = find(example.text)
        if got != example.rules:
            print(f"\n{example.text}\n  wrong {sorted(got - example.rules)} missed {sorted(example.rules - got)}")


if __name__ == "__main__":
    main()
