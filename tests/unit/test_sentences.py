"""Counts in the right number with none, one and many, and one mark at the end of each sentence."""

import ast
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stanch
from stanch.kernel.errors import Invalid, punctuated
from stanch.kernel.policy import Criterion
from stanch.kernel.sentences import counted, not_json
from stanch.mitigate.outcome import judge
from stanch.timeline.facts.communicate import UpdatePosted
from stanch.timeline.facts.deciding import TimeboxOpened

SOURCE = Path(stanch.__file__).parent
TWICE = re.compile(r"(?<![.])\.\.(?![.])(\s|$)|[?!…]\.(\s|$)")


@given(st.integers(0, 10**6), st.sampled_from([("note", ""), ("entry", "entries"), ("criterion", "criteria")]))
def test_a_count_and_its_noun_agree(count: int, noun: tuple[str, str]) -> None:
    said = counted(count, *noun)
    assert said == f"{count} {noun[0]}" if count == 1 else said == f"{count} {noun[1] or noun[0] + 's'}"


@given(
    st.sampled_from(["it failed", "it failed.", "is it?", "no!", "and so on ...", "etc…", "a..b", "v1.2."]),
    st.sampled_from(["", "Try again.", "Why?"]),
)
def test_no_problem_ends_a_sentence_twice(foreign: str, hint: str) -> None:
    for problem in (Invalid(f"{foreign}.", hint=hint), Invalid(f"It cannot be read: {foreign}.", hint=hint)):
        assert not TWICE.search(problem.sentence().replace("...", "")), problem.sentence()
    assert punctuated("and so on ... and a..b") == "and so on ... and a..b"


@given(st.binary(max_size=20))
def test_why_a_body_is_no_json_is_one_sentence(body: bytes) -> None:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = not_json(error)
        assert said.startswith("The body is not JSON: ") and said.count("JSON") == 1 and not TWICE.search(said), said


@pytest.mark.parametrize(("before", "words"), [(0, "0 times before"), (1, "1 time before"), (2, "2 times before")])
def test_too_few_measurements_are_counted_in_words(before: int, words: str) -> None:
    criterion = Criterion("errors", "gauge", "x", below=1)
    assert words in judge(criterion, [(n, 0.0) for n in range(before)], []).reason


# Nouns that are counted somewhere; where one is written in the plural behind a number, the number is never one, or it is asked.
NOUNS = (
    r"notes|entries|steps|restarts|days|hours|minutes|times|lines|signals|incidents|people|items|posts|updates|services"
)


def test_no_sentence_counts_with_a_plural_alone() -> None:
    """A number that may be one stands behind ``counted``, or in the branch of a condition that asks for one."""
    wrong = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        tree = ast.parse(text) if re.search(rf"\)\}} ({NOUNS})\b", text) else ast.Module([], [])
        asked = {id(part) for each in ast.walk(tree) if isinstance(each, ast.IfExp) for part in ast.walk(each)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.JoinedStr) or id(node) in asked:
                continue
            for first, then in zip(node.values, node.values[1:], strict=False):
                plural = isinstance(then, ast.Constant) and re.match(rf" ({NOUNS})\b", str(then.value))
                if isinstance(first, ast.FormattedValue) and plural and "len(" in ast.unparse(first.value):
                    wrong.append(f"{path.relative_to(SOURCE)}:{node.lineno}: {ast.unparse(node)[:120]}")
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "end"), [("Rolling back", "back."), ("Is it?", "it?"), ("“Done.”", "“Done.”"), ("次回", "次回.")]
)
def test_two_sentences_have_a_mark_between_them(text: str, end: str) -> None:
    assert UpdatePosted("internal", text, next_at=0).sentence().endswith(f"{end} Next update at 00:00 UTC.")
    assert f"{end} Otherwise: undo" in TimeboxOpened("TB1", text, "mei", 0, "undo").sentence()
    assert UpdatePosted("internal", text).sentence() == f"Internal update: {text}"
