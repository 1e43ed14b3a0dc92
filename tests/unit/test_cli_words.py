"""What people type at a terminal: words, dashes, blanks, and the example that each help shows."""

import shlex
from collections.abc import Iterator

import click
import pytest

from stanch.cli import stanch as command_line
from stanch.cli.generated import build
from stanch.cli.render import show
from stanch.cli.tree import BY_HAND
from stanch.kernel.command import REGISTRY, Command
from stanch.kernel.errors import Invalid
from stanch.kernel.filling import fill
from stanch.kernel.policy import PHASES, ROLE_TITLES
from stanch.kernel.spelling import spelt
from stanch.main import load_commands
from stanch.now.next_step import NextStep

load_commands()
SEVERITIES = ["SEV-1", "SEV-2", "SEV-3", "SEV-4"]


def read(line: str) -> dict[str, object]:
    """What the command line makes of the words behind ``stanch <command>``, joined as the command gets them."""
    name, *words = shlex.split(line)
    context = build(REGISTRY[name]).make_context(name, words)
    return {key: " ".join(value) if isinstance(value, tuple) else value for key, value in context.params.items()}


@pytest.mark.parametrize(
    "written", ["sev2", "SEV2", "SEV 2", "sev-2", "Sev_2", "P2", "p2", "S2", "severity 2", "2", " 2 "]
)
def test_a_severity_may_be_written_as_teams_do(written: str) -> None:
    """R2."""
    assert spelt(written, SEVERITIES) == "SEV-2"
    assert spelt(written, ["P1", "P2", "P3"]) == "P2"


@pytest.mark.parametrize("written", ["P5", "sev0", "22", "high", "sev"])
def test_what_is_no_severity_is_left_to_be_refused(written: str) -> None:
    assert spelt(written, SEVERITIES) == written


def test_a_number_that_two_names_share_means_neither() -> None:
    assert spelt("1", ["SEV-1", "P1"]) == "1" and spelt("p1", ["SEV-1", "P1"]) == "P1"


@pytest.mark.parametrize(
    ("written", "role"),
    [("ic", 0), ("IC", 0), ("Incident Commander", 0), ("commander", 0), ("ops", 1), ("operations", 1), ("comms", 2),
     ("communications lead", 2), ("Scribe", 3)],
)  # fmt: skip
def test_a_role_may_be_called_as_teams_do(written: str, role: int) -> None:
    """R25."""
    assert fill(REGISTRY["role"], {"incident": "1", "role": written}).role == list(ROLE_TITLES)[role]


def test_a_short_word_of_one_list_means_nothing_in_another() -> None:
    assert spelt("2", list(PHASES)) == "2" and spelt("ic", SEVERITIES) == "ic" and spelt("", ["", "summary"]) == ""


@pytest.mark.parametrize("text", ["-5 % of requests", "-5", "-v2 is broken", "--force was used", "- a list", "--", "-"])
def test_a_text_may_begin_with_a_dash(text: str) -> None:
    """R27: the fastest input there is."""
    words = ["-- --"] if text == "--" else [shlex.quote(text)]
    assert read(f"say 1 {' '.join(words)}")["text"] == text
    assert read(f"severity 1 sev2 --reason {shlex.quote(text)}")["reason"] == text
    assert read(f"declare {' '.join(words)}")["title"] == text


def test_a_mistyped_option_is_no_text() -> None:
    with pytest.raises(click.NoSuchOption) as refused:
        read("declare Down --severty SEV-1")
    assert "Did you mean --severity?" in refused.value.message and "goes behind '--'" in refused.value.message
    with pytest.raises(click.NoSuchOption) as refused:
        read("resolve 1 --reason done")
    assert "written without an option" in refused.value.message and "'--json'" not in str(refused.value)
    with pytest.raises(click.NoSuchOption) as refused:
        read("update 1 hi --audience customers")
    assert "There is --next-in, --to," in refused.value.message, "nothing is spelt like it: all are named"
    assert read("declare Down --severity SEV-1 --json")["as_json"] is True


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("declare", "title"),
        ("severity", "severity"),
        ("say", "text"),
        ("impact", "text"),
        ("reopen", "reason"),
        ("chat", "text"),
    ],
)
@pytest.mark.parametrize("blank", ["", "   ", "\n\t "])
def test_empty_text_is_refused_in_plain_words(name: str, field: str, blank: str) -> None:
    command = REGISTRY[name]
    given = {field: blank} | ({"incident": "1"} if command.needs_incident else {})
    with pytest.raises(Invalid) as refused:
        fill(command, given)
    assert refused.value.detail == f"'{field}' is empty." and refused.value.hint and refused.value.field == field


def test_text_that_is_too_long_is_refused_in_plain_words() -> None:
    with pytest.raises(Invalid, match="'title' is too long: it may have 300 characters"):
        fill(REGISTRY["declare"], {"title": "x" * 301})


@pytest.mark.parametrize("command", REGISTRY.values(), ids=lambda c: c.name)
def test_arguments_that_may_be_left_out_are_shown_so(command: Command) -> None:
    for param in build(command).params:
        if isinstance(param, click.Argument):
            shown = param.make_metavar(click.Context(click.Command("x")))
            assert shown.startswith("[") != param.required, f"{command.name}: {shown}"


def leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that lead to it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from leaves(found, (*path, name))
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path, command


LEAVES = dict(leaves(command_line, ()))
del LEAVES[("slo",)]  # generated and by hand; the registry's example is tested below
del LEAVES[()]  # "stanch" alone needs no example


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_help_shows_an_example_that_is_understood(path: tuple[str, ...]) -> None:
    """An example stands where the command is declared: ``example=`` of ``@command``, or ``epilog=`` by hand."""
    (line,) = [line for line in (LEAVES[path].epilog or "").split("\n") if line.startswith("Example: stanch ")]
    words = shlex.split(line)[2:]
    assert tuple(words[: len(path)]) == path
    context = LEAVES[path].make_context(path[-1], words[len(path) :])
    if path[0] in REGISTRY and path[0] not in BY_HAND:
        lists = {parameter.name for parameter in LEAVES[path].params if getattr(parameter, "multiple", False)}
        values = {
            key: (list(v) if key in lists else " ".join(v)) if isinstance(v, tuple) else v
            for key, v in context.params.items()
        }
        fill(REGISTRY[path[0]], {key: v for key, v in values.items() if v not in (None, "", []) and key != "as_json"})


def test_words_behind_a_list_name_the_command_for_one_of_it() -> None:
    with pytest.raises(click.UsageError, match=r"Did you mean 'stanch service INC-1'\?"):
        read("services INC-1 --json")
    with pytest.raises(click.UsageError, match=r"unexpected extra argument \(INC-1\)$"):
        read("incidents INC-1")


def test_the_next_step_shows_no_empty_fields(capsys: pytest.CaptureFixture[str]) -> None:
    show(REGISTRY["next"], NextStep("Who decides?", "", "stanch role INC-1 ic", 0), as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "asked: Who decides?", "do: stanch role INC-1 ic", "asked since: 1970-01-01 00:00 UTC",
    ]  # fmt: skip
    show(REGISTRY["next"], NextStep("How bad is it?", "ada", "", 0, later=True), as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "asked: How bad is it?", "of: ada", "asked from: 1970-01-01 00:00 UTC",
    ]  # fmt: skip
    show(REGISTRY["next"], NextStep("Nothing is asked of anybody."), as_json=False)
    assert capsys.readouterr().out == "asked: Nothing is asked of anybody.\n"


def test_the_age_of_each_fact_says_of_what_it_is_the_age(capsys: pytest.CaptureFixture[str]) -> None:  # R10
    ages = {
        "severity": "set 6 min ago", "incident_commander": "for 6 min", "impact": "said 6 min ago", "hypothesis": "said 6 min ago",
        "mitigations": "last started 6 min ago", "next_update": "last update 6 min ago",
    }  # fmt: skip
    facts = [{"key": key, "label": key, "value": "17:44 UTC", "age": "6 min"} for key in ages]
    shown = {"id": "INC-1", "title": "T", "severity": None, "status": "open", "phase": "triage", "facts": facts}
    show(REGISTRY["show"], shown, as_json=False)
    out = capsys.readouterr().out
    assert [line.partition("17:44 UTC  ")[2] for line in out.splitlines() if "17:44" in line] == [
        f"({age})" for age in ages.values()
    ]
