"""Every reading command answers with a typed structure that each face can show."""

import msgspec
import pytest

from stanch.cli.render import show
from stanch.kernel.answers import Moment, Portion, Seconds, Span, plain, rows_of
from stanch.kernel.command import REGISTRY, Command, Done
from stanch.learn.impact.commands import Figures
from stanch.main import load_commands
from stanch.timeline.amount import Amount
from stanch.web.openapi import document

load_commands()
READING = [command for command in REGISTRY.values() if command.reading]


@pytest.mark.parametrize("command", READING, ids=lambda command: command.name)
def test_a_reading_command_answers_with_structs_that_have_a_line_for_chat(command: Command) -> None:
    for row in rows_of(command.answer):
        assert isinstance(row, type), f"{command.name} answers with {row}, not with a struct"
        assert issubclass(row, msgspec.Struct), f"{command.name} answers with {row}, not with a struct"
        assert callable(getattr(row, "line", None)), f"{row} has no line for chat"


@pytest.mark.parametrize("command", REGISTRY.values(), ids=lambda command: command.name)
def test_openapi_documents_every_answer(command: Command) -> None:
    if not command.reading:
        assert command.answer is Done
    found = document("http://stanch")
    operation = found["paths"][command.path]["get" if command.reading else "post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    names = [part["$ref"].rpartition("/")[2] for part in _references(schema)]
    assert names
    assert all(found["components"]["schemas"][name]["properties"] for name in names)


def _references(schema: dict[str, object]) -> list[dict[str, str]]:
    if "$ref" in schema:
        return [{"$ref": str(schema["$ref"])}]
    parts = [schema[key] for key in ("items", "anyOf") if key in schema]
    flat = [part for each in parts for part in (each if isinstance(each, list) else [each])]
    return [found for part in flat for found in _references(part)]


class Part(msgspec.Struct):
    since: Moment | None


class Learned(msgspec.Struct):
    completion: Portion | None
    earlier: Portion | None
    median_seconds: Seconds | None


def test_shares_and_seconds_are_numbers_for_programs_and_words_for_people() -> None:
    assert plain(Learned(0.678571, None, 84.5)) == {"completion": "68 %", "earlier": None, "median": "1 min"}
    assert plain(Learned(0.0, 1.0, None)) == {"completion": "0 %", "earlier": "100 %", "median": None}
    assert msgspec.to_builtins(Learned(0.678571, None, 84.5))["completion"] == 0.678571


def test_the_impact_is_printed_as_a_person_reads_it(capsys: pytest.CaptureFixture[str]) -> None:  # R46
    word = Amount(
        "first_word", "From noticed to the first public word", 323.0, "span", how="promised within 20 min; kept"
    )
    failed = Amount("failed", "Requests failed", problem="the metrics have not been asked yet")
    show(REGISTRY["impact-figures"], Figures("INC-1", 0, 60_000_000, None, [failed, word]), False)
    said = capsys.readouterr().out
    assert "  Requests failed: not measured: the metrics have not been asked yet\n" in said
    assert "first public word: 5 min\n" in said and "promised within 20 min; kept" in said and "span" not in said


class Whole(msgspec.Struct):
    origin: str = msgspec.field(name="from")
    at: Moment
    took: Span
    count: int
    parts: list[Part]


def test_moments_are_integers_for_programs_and_words_for_people() -> None:
    whole = Whole("probe", 1_747_231_620_000_000, 90_000_000, 90_000_000, [Part(0), Part(None)])
    assert msgspec.to_builtins(whole)["at"] == 1_747_231_620_000_000
    assert plain([whole]) == [
        {
            "from": "probe", "at": "2025-05-14T14:07:00.000Z", "took": "1 min", "count": 90_000_000,
            "parts": [{"since": "1970-01-01T00:00:00.000Z"}, {"since": None}],
        }
    ]  # fmt: skip
