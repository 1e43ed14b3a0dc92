"""Texts that somebody types or sends take a time that grows with their length, and not with its square (P2)."""

import time
from collections.abc import Callable

import pytest

from stanch.integrations import mattermost, teams
from stanch.integrations.generic.try_mapping import try_mapping
from stanch.kernel.errors import Invalid
from stanch.learn.completeness.impact import measured
from stanch.learn.document.names import with_roles
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


@pytest.mark.parametrize("work", [open_brackets, typed_mapping, many_names, many_numbers, many_lines])
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
