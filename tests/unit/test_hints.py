"""Every hint names what its reader can type, send or find: at a terminal, over the API and on a page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Match

import stanch
from stanch.cli.generated import build
from stanch.cli.tree import BY_HAND
from stanch.kernel.command import REGISTRY
from stanch.kernel.hints import COMMAND, OPTION, for_program
from stanch.main import load_commands
from stanch.web.hints import LABELS, PAGES, for_reader
from stanch.web.pages import routes
from tests.scenarios.house import House

load_commands()
SOURCE = Path(stanch.__file__).parent
FIELDS = {name for command in REGISTRY.values() for name in command.struct.__struct_fields__}
# Said to who sets up or starts the product on its machine, where there is no other interface.
AT_A_TERMINAL = ("cli/", "demo/", "web/app.py", "db/", "main.py", "prepare/profile/commands.py")
# Options of commands that are written by hand.
BY_HAND_OPTIONS = {"port", "config", "as", "force"}


def hints() -> Iterator[tuple[str, str]]:
    """Where each hint stands, and its text; what is put in is called INC-1."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if re.search(r"\b(hint|how|todo) ?=", text) else ():
            for value in _values(node):
                yield f"{path.relative_to(SOURCE)}:{value.lineno}", _text(value)


def _values(node: ast.AST) -> Iterator[ast.expr]:
    found = [k.value for k in node.keywords if k.arg == "hint"] if isinstance(node, ast.Call) else []
    if isinstance(node, ast.Assign) and any(
        isinstance(t, ast.Name) and t.id in ("hint", "how", "todo") for t in node.targets
    ):
        found.append(node.value)
    for value in found:
        parts = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
        yield from (part for part in parts if isinstance(part, ast.Constant | ast.JoinedStr))


def _text(value: ast.expr) -> str:
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "INC-1" for part in value.values)
    return str(value.value) if isinstance(value, ast.Constant) else ""


ALL = [(where, text) for where, text in hints() if text]


def test_hints_are_found() -> None:
    assert len(ALL) > 250 and sum("'stanch " in text for _, text in ALL) > 30


@pytest.mark.parametrize("where", sorted({where.rpartition(":")[0] for where, _ in ALL}))
def test_each_hint_is_written_as_at_a_terminal_and_names_what_there_is(where: str) -> None:
    for place, text in ALL:
        if not place.startswith(f"{where}:"):
            continue
        assert not re.search(r"\b\w+=(true|false|INC-1)\b", text), f"{place}: words of the API: {text}"
        for word in re.findall(r"'([a-z_]+)'", text):
            assert "_" not in word or word not in FIELDS, f"{place}: a field is an option: {text}"
            assert word not in ("unchecked", "override", "confirm", "corrects", "real"), f"{place}: {text}"
        for name, words in COMMAND.findall(text):
            assert name in REGISTRY or name in BY_HAND, f"{place}: there is no command {name}: {text}"
            if name in REGISTRY:
                flags = {flag for param in build(REGISTRY[name]).params for flag in param.opts}
                assert set(re.findall(r"--[a-z-]+", words)) <= flags, f"{place}: {text}"
        for option in OPTION.findall(COMMAND.sub("", text)):
            assert option.replace("-", "_") in FIELDS | BY_HAND_OPTIONS, f"{place}: there is no option {option}: {text}"
        assert not re.search(r"(?<![/\w])stanch [a-z-]+ (INC-1|--)", COMMAND.sub("", text)), (
            f"{place}: quote it: {text}"
        )


@pytest.mark.parametrize("where", sorted({where.rpartition(":")[0] for where, _ in ALL}))
def test_no_program_and_no_page_is_told_a_line_for_a_terminal(where: str) -> None:
    for place, text in ALL:
        if not place.startswith(f"{where}:") or place.startswith(AT_A_TERMINAL):
            continue
        for said in (for_program(text), for_reader(text)):
            assert not OPTION.search(re.sub(r"'stanch [^']*'", "", said)), f"{place}: {said}"
            lines = re.findall(r"'stanch ([a-z-]+)[^']*' ?(on the server|at a terminal)?", said)
            assert all(name not in REGISTRY or elsewhere for name, elsewhere in lines), f"{place}: {said}"


def test_a_hint_in_the_words_of_each_interface() -> None:
    told = "'stanch page INC-7 --escalation database' wakes them; or say it with --unchecked."
    assert for_program(told) == (
        "POST /api/v1/incidents/INC-7/pages with escalation=database wakes them; or say it with 'unchecked'."
    )
    assert for_reader(told) == f"The page /incidents/INC-7 wakes them; or say it with “{LABELS['unchecked']}”."
    assert (
        for_program("'stanch triage F ticket' does.")
        == "POST /api/v1/signals with fingerprint, disposition=ticket does."
    )
    assert for_program("'stanch pause-drill INC-4 --resume' lets it go on.").startswith(
        "POST /api/v1/incidents/INC-4/pause with resume=true lets"
    )
    assert for_program("'stanch incidents' lists them.") == "GET /api/v1/incidents lists them."
    assert for_reader("'stanch incidents' lists them.") == "The page /incidents lists them."
    assert for_reader("'stanch verify' says more.") == "'stanch verify' at a terminal says more."
    assert for_program("'stanch user list' shows them.") == "'stanch user list' on the server shows them."
    assert for_program("Say -- it plainly -5 %, a--b.") == "Say -- it plainly -5 %, a--b."


def test_each_page_that_hints_name_is_there(tmp_path: Path) -> None:
    house = House(f"sqlite:///{tmp_path}/stanch.db", tmp_path)
    there = routes(house.stanch)
    for name, address in PAGES.items():
        assert name in REGISTRY or name in BY_HAND
        scope = {"type": "http", "method": "GET", "path": address.replace("{id}", "INC-1"), "headers": []}
        assert any(route.matches(scope)[0] is Match.FULL for route in there), address
    house.application.database.close()
