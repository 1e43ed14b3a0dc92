"""Texts that somebody types or sends take a time that grows with their length, and not with its square (P2)."""

import time
from collections.abc import Callable

import pytest

from stanch.communicate.audiences.promises import promise_of
from stanch.communicate.wording.blameless import check_blameless
from stanch.communicate.wording.public import check_public
from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.integrations import mattermost, teams
from stanch.integrations.generic.try_mapping import try_mapping
from stanch.kernel.errors import Invalid
from stanch.learn.completeness.impact import measured
from stanch.learn.completeness.why_leaf import kind_of
from stanch.learn.document.names import with_roles
from stanch.learn.document.reading import front_of, without_html, written
from stanch.ports.state_words import title_and_state
from stanch.prepare.postmortem_template import found_headings
from stanch.prepare.yaml_file import parse_yaml

LONG = 50_000


def open_brackets() -> None:
    for text in ("a: " + "[" * LONG, "a: " + "{b: " * (LONG // 4)):
        with pytest.raises(Invalid, match="brackets are open at once"):
            parse_yaml(text, "a file")


def typed_mapping() -> None:
    assert "brackets" in try_mapping("[" * 19_000, b"{}")[1][0]


def many_names() -> None:
    assert with_roles("@ada " * (LONG // 5), {"ada": "the scribe"}).count("scribe") == LONG // 5


def many_numbers() -> None:
    assert not measured("1 " * (LONG // 2))


def many_lines() -> None:
    for escaped in (mattermost.escaped, teams.escaped):
        assert escaped("\n" * LONG + "- x").endswith("\\- x")


def blanks_in_a_why() -> None:
    for blank in " \t\n":
        assert kind_of(f"the{blank * 2000}x") == "structure"


def brackets_in_a_title() -> None:
    for signs in ("[", "[ ", "[a ", "(", "- ["):
        assert title_and_state(signs * LONG)[1] is None


def dashes_in_a_why() -> None:
    for dash in ("-", "'", "’", "- "):
        assert kind_of(dash * LONG + "!x") == "structure"


def blanks_in_a_heading() -> None:
    assert found_headings(["# " + " " * LONG + "x #"]) == [(0, 1, "x")]


def blanks_in_a_part() -> None:
    assert written("a" + " " * LONG + "x").endswith("x")
    assert front_of(["---", "names:" + " " * LONG + "a", "---"]).names == "a"


def many_tags() -> None:
    text = "".join(f"<b{n}>" for n in range(LONG // 7))
    assert without_html(text, "").count("\\<") == LONG // 7


def many_signs() -> None:
    people = Vocabulary()
    for text in ("!" * 9_999 + "x", "?!" * 5_000 + "x"):
        assert not check_blameless(text, people)
        check_public(text[:5_000], people)


def many_words_that_begin_a_phrase() -> None:
    people = Vocabulary()
    for _ in range(30):  # 0.2 s each before
        check_public(f"{'scheduled ' * 499}{_}", people)


def many_adverbs() -> None:
    for words in ("only ", "rightly ", "not been to "):
        for begin in ("we could have ", "it would have ", "they should not have ", "this might have "):
            assert kind_of(begin + words * 40 + "x")


def many_words_of_time() -> None:
    assert promise_of("We post again in " + "about " * 800, 1_800_000_000_000_000) is None


@pytest.mark.parametrize(
    "work",
    [open_brackets, typed_mapping, many_names, many_numbers, many_lines, blanks_in_a_why, brackets_in_a_title, dashes_in_a_why,
     blanks_in_a_heading, blanks_in_a_part, many_tags,
     many_signs, many_words_of_time, many_words_that_begin_a_phrase, many_adverbs],
)  # fmt: skip
def test_it_is_over_at_once(work: Callable[[], None]) -> None:
    """Each took more than ten seconds of computing; the margin is for a busy machine, whose waiting does not count."""
    began = time.process_time()
    work()
    assert time.process_time() - began < 3


def test_brackets_that_are_closed_or_few_are_read() -> None:
    text = "a: " + "[" * 50 + "]" * 50 + "\nb: |\n" + "  - [ ] one\n" * 5000
    assert len(parse_yaml(text, "a file")["b"]) > 1000


def test_a_name_in_a_long_text_begins_a_sentence_only_where_one_begins() -> None:
    said = with_roles("ada saw it. " + "x" * 300 + " ada. Ada left.\n- ada", {"ada": "the scribe"})
    assert said.startswith("The scribe saw") and " the scribe. The scribe left.\n- The scribe" in said
