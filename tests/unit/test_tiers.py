"""Severities that a team names itself: how many there are, what they are called, and what a name means that is gone (R2)."""

import msgspec
import pytest

from stanch.cli import terminal
from stanch.communicate.audiences.previews import previews
from stanch.find.rules import KnownNames, understood
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy
from stanch.kernel.spelling import spelt
from stanch.main import load_commands
from stanch.prepare.yaml_file import convert
from stanch.respond.chat import parse
from stanch.web.pages.render import tier

load_commands()
TWO = ["Alles kaputt – schlimm", "小さい"]
SIX = ["SEV-0", "SEV-1", "SEV-2", "SEV-3", "SEV-4", "SEV-5"]


def policy(*names: str) -> Policy:
    written = {name: {"meaning": name, "pages": place == 0, "update_every": 60} for place, name in enumerate(names)}
    read: Policy = convert({"severities": written}, Policy, "test")
    return read


@pytest.mark.parametrize("names", [["P1", "P2", "P3"], TWO, SIX, ["All"]])
def test_the_list_is_the_teams_and_every_rung_has_a_name(names: list[str]) -> None:
    own = policy(*names)
    assert own.tiers() == names and [own.rank(name) for name in names] == list(range(1, len(names) + 1))
    assert [own.severity_at(rung) for rung in (1, 2, 3, 4)] == [
        names[min(rung, len(names)) - 1] for rung in (1, 2, 3, 4)
    ]
    assert [own.severity(name).meaning for name in names] == names


def test_some_of_the_usual_four_changed_leave_the_others_as_they_are() -> None:
    for written in ({}, {"SEV-2": {"meaning": "ours"}}):
        own = convert({"severities": written}, Policy, "test")
        assert own.tiers() == ["SEV-1", "SEV-2", "SEV-3", "SEV-4"] and own.severity("SEV-1").pages
    assert own.severity("SEV-2").meaning == "ours"


@pytest.mark.parametrize(
    ("gone", "counts"),
    [("SEV-1", "P1"), ("sev3", "P3"), ("SEV-4", "P2"), ("小さい", "P2"), (None, "P2"), ("", "P2")],
)
def test_a_name_that_is_gone_counts_by_its_number_else_as_the_second(gone: str | None, counts: str) -> None:
    own = policy("P1", "P2", "P3")
    assert own.counted(gone) == counts and own.severity(gone) is own.severities[counts]
    assert own.update_every("engineers", gone) == 60_000_000


def test_small_is_what_stands_for_the_rest() -> None:
    small = {2: [False, True], 1: [False], 3: [False, False, True], 6: [False, False, True, True, True, True]}
    for count, expected in small.items():
        own = policy(*(f"T{place}" for place in range(count)))
        assert [own.small(name) for name in own.tiers()] == expected and not own.small("gone")


@pytest.mark.parametrize("wrong", ["", " P1", "P1 ", "two\nlines", "P1\n", "x" * 41, "two  blanks"])
def test_a_name_that_nobody_could_type_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid, match="severities"):
        policy("P1", wrong)


def test_a_name_that_yaml_reads_as_a_number_is_answered_with_what_to_write() -> None:
    with pytest.raises(Invalid) as problem:
        convert({"severities": {1: {}}}, Policy, "sev.yaml")
    assert "in quotes" in problem.value.hint


@pytest.mark.parametrize(
    ("line", "severity", "reason"),
    [
        ("severity Alles kaputt - schlimm weil niemand kauft", TWO[0], "weil niemand kauft"),
        ("sev alles KAPUTT schlimm", TWO[0], None),
        ("severity 小さい nur der Export", TWO[1], "nur der Export"),
        ("小さい nur der Export", TWO[1], "nur der Export"),
        ("severity Alles", "Alles", None),
    ],
)
def test_a_chat_takes_names_of_several_words(line: str, severity: str, reason: str | None) -> None:
    command, values = parse(f"/{line}", "INC-1", tiers=TWO)
    assert (command.name, values["severity"], values.get("reason")) == ("severity", severity, reason)


@pytest.mark.parametrize("line", ["P1 it is bad", "severity p 1 it is bad", "sev 1 it is bad", "s1 it is bad"])
def test_a_chat_takes_what_teams_write(line: str) -> None:
    command, values = parse(f"/{line}", "INC-1", tiers=["P1", "P2"])
    assert command.name == "severity" and spelt(str(values["severity"]), ["P1", "P2"]) == "P1"
    assert values["reason"] == "it is bad"


def test_the_usual_words_stay_commands_whatever_a_tier_is_called() -> None:
    assert parse("/note Strange", "INC-1", tiers=["Note", "Say"])[0].name == "say"


@pytest.mark.parametrize(
    ("typed", "found"),
    [("p2", ["P2"]), ("sev 2 INC-1", ["P2"]), ("Sehr schlimm INC-1", ["Sehr schlimm"]), ("sehr", []), ("2", [])],
)
def test_find_understands_the_teams_names(typed: str, found: list[str]) -> None:
    known = KnownNames(["Sehr schlimm", "P2"], {}, ["INC-1"])
    assert [each.values["severity"] for each in understood(typed, known)] == found


def test_colour_goes_by_rank() -> None:
    own = policy("P1", "P2", "P3")
    assert [tier(name, own.tiers()) for name in ("P1", "P3", "SEV-2", "open", "", None)] == [
        "sev-1", "sev-3", "sev-2", "sev-none", "sev-none", "sev-none",
    ]  # fmt: skip
    terminal.learn_severities(
        {"incidents": [{"severity": "P1", "rank": 1}, {"severity": "P2", "rank": 2}, {"severity": "P3", "rank": 3}]}
    )
    try:
        assert [terminal.MEANING.get(name) for name in ("P1", "P2", "P3")] == ["worst", "caution", None]
    finally:
        del terminal.MEANING["P1"], terminal.MEANING["P2"]


def test_the_example_of_a_template_has_a_severity_that_the_team_has() -> None:
    assert "SEV-1" in str(msgspec.to_builtins(previews(Policy())))
    assert "SEV-1" not in str(msgspec.to_builtins(previews(policy(*TWO))))
