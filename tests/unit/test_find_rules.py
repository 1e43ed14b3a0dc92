"""What is typed into the box and meant as a command."""

import pytest

from stanch.find.commands import excerpt
from stanch.find.rules import KnownNames, understood
from stanch.timeline.full_text import terms

KNOWN = KnownNames(
    ["SEV-1", "SEV-2", "SEV-3"], {"ben": "Ben Okafor", "bea": "Bea Stein", "ada": "Ada Lovelace"}, ["INC-42"]
)


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("declare Customers cannot pay", [("declare", {"title": "Customers cannot pay"}, "")]),
        ("Declare", [("declare", {}, "title")]),
        ("page ben", [("page", {"incident": "INC-42", "person": "ben"}, "")]),
        ("page ben inc-7", [("page", {"incident": "INC-7", "person": "ben"}, "")]),
        ("page okafor INC-7", [("page", {"incident": "INC-7", "person": "ben"}, "")]),
        ("page be", [("page", {"incident": "INC-42", "person": key}, "") for key in ("ben", "bea")]),
        ("page nobody", []),
        ("page", []),
        ("severity 2 INC-42", [("severity", {"incident": "INC-42", "severity": "SEV-2"}, "")]),
        ("sev2 inc42", [("severity", {"incident": "INC-42", "severity": "SEV-2"}, "")]),
        ("SEV-3", [("severity", {"incident": "INC-42", "severity": "SEV-3"}, "")]),
        ("severity 9", []),
        ("ack", [("ack", {"incident": "INC-42"}, "")]),
        ("take ic INC-3", [("role", {"incident": "INC-3", "role": "incident_commander"}, "")]),
        ("checkout errors", []),
        ("", []),
        ("payments", []),
    ],
)
def test_commands_are_understood_and_words_are_left_alone(
    text: str, commands: list[tuple[str, dict[str, str], str]]
) -> None:
    assert [(u.command, u.values, u.missing) for u in understood(text, KNOWN)] == commands


def test_without_one_open_incident_a_command_says_what_is_missing() -> None:
    two = KnownNames(KNOWN.severities, KNOWN.people, ["INC-1", "INC-2"])
    assert [(u.command, u.missing) for u in understood("page ben", two)] == [("page", "incident")]
    assert understood("ack", two) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [("Checkout-Errors!", ["checkout", "errors"]), ("", []), ("\"; DROP -- * ( )", ["drop"]), ("Zahlung für", ["zahlung", "für"]), ("a " * 50, ["a"] * 8)],
)  # fmt: skip
def test_a_query_is_words_and_never_syntax(query: str, words: list[str]) -> None:
    assert terms(query) == words


def test_an_excerpt_shows_the_word_and_is_cut_at_words() -> None:
    text = "long " * 60 + "the needle is here " + "tail " * 60
    found = excerpt(text, ["needle"])
    assert "needle" in found and found.startswith("… ") and found.endswith(" …") and len(found) < 200
    assert excerpt("short", ["missing"]) == "short"
