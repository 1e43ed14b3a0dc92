"""Every reading command answers with a typed structure that each face can show."""

import msgspec
import pytest

from stanch.kernel.answers import Moment, Span, plain, rows_of
from stanch.kernel.command import REGISTRY, Command, Done
from stanch.main import load_commands
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
