"""What keeps the code easy to find one's way in: short files and functions, and a map of the folders that is complete."""

import ast
from pathlib import Path
from statistics import median

import pytest

from stanch.db.migrate import scripts

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src/stanch"
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 50, 8


def functions() -> dict[str, int]:
    """Every function, nested ones too, and its lines."""
    return {
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_file_is_long() -> None:
    lines = {str(path.relative_to(SOURCE)): path.read_text().count("\n") for path in FILES}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_long_and_most_are_short() -> None:
    lengths = functions()
    assert len(lengths) > 1000
    assert {
        name: count for name, count in lengths.items() if count > LONGEST_FUNCTION + 3 * name.endswith(" _head")
    } == {}
    assert median(lengths.values()) <= MEDIAN_FUNCTION


def test_the_architecture_names_every_folder() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {path.parent.relative_to(SOURCE).as_posix() for path in FILES} - {"."}
    assert len(folders) > 20
    assert sorted(f"{folder}/" for folder in folders if f"{folder}/" not in told) == []


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_each_migration_has_a_number_of_its_own(dialect: str) -> None:
    numbers = [number for number, _name, _sql in scripts(dialect)]
    assert numbers == sorted(set(numbers)) and numbers[0] == 1
