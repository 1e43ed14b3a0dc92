"""What is printed at a terminal: it fits the width, colour is for whoever can see it, and programs get whole lines."""

import re
from collections.abc import Callable
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stanch.cli import render, tables, terminal
from stanch.cli.alone import NONE_YET
from stanch.cli.tables import cell, table
from stanch.cli.terminal import cells, shortened, wrapped
from stanch.kernel.command import REGISTRY
from stanch.main import load_commands

SGR = re.compile(r"\x1b\[[0-9;]*m")
LONG = "Checkout answers 503 to one in three customers since release v2 went out to both zones a while ago"
INCIDENTS = [
    {"id": "INC-1042", "title": LONG, "service": "checkout", "status": "open", "severity": "P1", "rank": 1, "phase": "mitigate", "private": True,
     "opened_at": "2026-11-27T09:00:00.000Z", "resolved_at": None},
    {"id": "INC-7", "title": "支払いができません", "service": "shop", "status": "resolved", "severity": "", "rank": 0, "phase": "learn", "private": False,
     "opened_at": "2026-11-20T09:00:00.000Z", "resolved_at": "2026-11-20T10:00:00.000Z"},
]  # fmt: skip
MITIGATION = {
    "place": 1, "name": "rollback", "title": LONG, "why": LONG * 2, "standing": "supported", "kind": "rollback", "target": "shop, both zones",
    "reach": "all customers of checkout", "effect_seconds": 60.0, "undo_seconds": 90.0, "reversible_by_stanch": True,
}  # fmt: skip
Printed = Callable[[int], list[str]]


@pytest.fixture
def at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[int, Callable[[], None]], list[str]]:
    """What is printed at a terminal of so many columns; 0: to a program."""

    def run(columns: int, show: Callable[[], None]) -> list[str]:
        monkeypatch.setattr(terminal, "interactive", lambda: columns > 0)
        monkeypatch.setattr(tables, "interactive", lambda: columns > 0)
        monkeypatch.setattr(click, "echo", print)  # click strips what a test's stream would not show
        monkeypatch.setenv("COLUMNS", str(columns or 80))
        show()
        return capsys.readouterr().out.splitlines()

    return run


@pytest.mark.parametrize("columns", [40, 80, 100, 130, 200])
def test_a_list_fits_the_terminal(at: Any, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for rows in (INCIDENTS, [{"name": "a" * 300, "ok": True}], [{f"field_{n}": "word " * n for n in range(30)}]):
        lines = at(columns, lambda rows=rows: table(rows))
        assert max(cells(SGR.sub("", line)) for line in lines) <= columns
        assert min(len(line) for line in lines) > 0
    narrow = at(80, lambda: table(INCIDENTS))
    assert any("INC-1042" in line and "Checkout answers 503" in line for line in narrow)
    assert not any(re.fullmatch(r"\s*\S{1,3}\s*", SGR.sub("", line)) for line in narrow), "no column of single letters"


def test_everything_that_is_known_stands_in_the_lines_of_a_narrow_terminal(at: Any) -> None:
    text = " ".join(" ".join(line.split()) for line in at(60, lambda: table(INCIDENTS)))
    plain = SGR.sub("", text)
    for word in (
        "INC-1042",
        "P1",
        "mitigate",
        "checkout",
        "private",
        "opened at 2026-11-27 09:00 UTC",
        "支払いができません",
        LONG[-20:],
    ):
        assert word in plain


def test_a_program_gets_each_row_whole_in_one_line(at: Any) -> None:
    lines = at(0, lambda: table(INCIDENTS))
    assert len(lines) == 3 and LONG in lines[1] and "\x1b" not in "".join(lines)
    assert lines[0].split()[:3] == ["id", "title", "service"]
    assert at(0, lambda: table([{"a": "one\ntwo"}])) == ["a", "one two"]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_each_mitigation_takes_three_lines(at: Any, columns: int) -> None:
    rows = [MITIGATION, {**MITIGATION, "place": 2, "name": "drain", "reversible_by_stanch": False}]
    lines = [SGR.sub("", line) for line in at(columns, lambda: tables.mitigations(rows))]
    assert len(lines) == 6 and max(map(cells, lines)) <= columns
    assert lines[0].startswith(" 1 rollback: Checkout") and lines[3].startswith(" 2 drain")
    if columns == 200:
        assert "shop, both zones · all customers of checkout · acts in 60 s · undone in 90 s · rollback" in lines[2]


def test_in_a_pipe_each_mitigation_stands_with_every_reason_in_short_lines(at: Any) -> None:
    """R16: what, how strong, how fast, how it is undone, why; no raw numbers of the sum, and no line that nobody can read."""
    more = {
        "score": -4.25, "reasons": [f"{LONG} (+2.3 min)", "no release is on record (-0.1 min)"], "needs": ["zone-a has room"],
        "destroys": [], "cautions": [], "terms": [{"minutes": -0.1, "odds": -1.02324}],
    }  # fmt: skip
    wait = {**MITIGATION, "name": "wait", "title": "Wait until 14:31", "why": "It is watched until then."}
    lines = at(0, lambda: tables.mitigations([wait, {**MITIGATION, **more, "place": 2}]))
    assert max(map(cells, lines)) <= 120 and "odds" not in "\n".join(lines) and "-1.02324" not in "\n".join(lines)
    assert lines[:2] == [" 1 wait: Wait until 14:31", "   It is watched until then."]
    assert "   supported · -4.2 min of harm spared · works in 1 min · undone in 1 min" in lines
    assert "   - no release is on record (-0.1 min)" in lines and lines[-1] == "   first make sure: zone-a has room"


def test_an_empty_list_of_mitigations_says_how_to_declare_one(at: Any) -> None:
    load_commands()
    said = " ".join(at(0, lambda: render.show(REGISTRY["mitigations"], [], False)))
    assert said.startswith("No mitigation is declared or offered") and said.endswith("docs/how-to/mitigations.md.")
    assert at(0, lambda: render.show(REGISTRY["dry-run"], [], False)) == ["There is nothing to list."]


def test_colour_has_a_meaning_and_can_be_turned_off(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(terminal, "MEANING", dict(terminal.MEANING))
    assert "\x1b[1;31mP1\x1b[0m" in "\n".join(at(200, lambda: render.show(REGISTRY["incidents"], INCIDENTS, False)))
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            assert "\x1b" not in "\n".join(at(200, lambda: table(INCIDENTS)))
    monkeypatch.setenv("NO_COLOR", "")
    assert "\x1b" in "\n".join(at(200, lambda: table(INCIDENTS))), "an empty NO_COLOR asks for nothing"


def test_foreign_text_steers_no_terminal(at: Any) -> None:
    assert "\x1b" not in cell("\x1b[31m red \x9b") and "\x07" not in cell(["\x07"])


@given(st.text(max_size=300), st.integers(4, 60))
def test_wrapping_keeps_every_word_and_the_width(text: str, columns: int) -> None:
    words = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text)
    lines = wrapped(words, columns)
    assert all(cells(line) <= columns for line in lines) and lines
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", words)
    assert cells(shortened(words, columns)) <= columns


def test_what_to_do_without_a_stanch_fits_a_terminal() -> None:
    assert max(map(len, NONE_YET.splitlines())) <= 80
