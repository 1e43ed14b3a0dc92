"""What keeps the code easy to find one's way in: short files and functions, and a map of the folders that is complete."""

import ast
from pathlib import Path
from statistics import median

import pytest

from stanch.communicate.audiences.promises import promise_of
from stanch.db.migrate import scripts
from stanch.kernel.clock import HOUR, SteppedClock

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


# What runs on the machine's clock: a process, a browser, a server with its engine.
ON_THE_REAL_CLOCK = {"subprocess", "SystemClock", "Process", "Server", "sync_playwright", "playwright", "running"}


def names(tree: ast.AST) -> set[str]:
    """Every name that a module imports or uses."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.name for alias in node.names} | set(str(getattr(node, "module", "")).split("."))
    return found


def fixed_promises(tree: ast.AST) -> list[str]:
    """The texts that promise an update for an hour or a day, so that a moment comes from which on they are past."""
    now = SteppedClock().now()
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [
        text for text in texts
        if (promise := promise_of(text, now)) and (later := promise_of(text, now + HOUR)) and later.at - promise.at != HOUR
    ]  # fmt: skip


def test_no_test_on_the_machines_clock_promises_an_update_for_a_fixed_hour() -> None:
    """Such a test is red after that hour: it writes "in 40 minutes", or reckons the hour when it runs."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        source = path.read_text()
        if any(name in source for name in ON_THE_REAL_CLOCK):
            tree = ast.parse(source)
            if names(tree) & ON_THE_REAL_CLOCK and (texts := fixed_promises(tree)):
                found[str(path)] = texts
    assert not found


@pytest.mark.parametrize(("text", "fixed"), [("Again by 15:40.", True), ("We will post again in 40 minutes.", False)])
def test_a_fixed_hour_is_found_and_a_span_of_time_is_none(text: str, fixed: bool) -> None:
    assert bool(fixed_promises(ast.parse(repr(text)))) is fixed
