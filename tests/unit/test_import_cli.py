"""``stanch import``: from files to files, and one clear line when a file cannot be read."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.unit.imports import DUMPS

PAGERDUTY = DUMPS / "pagerduty.json"


def run(*arguments: str | Path, stdin: bytes | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of ``stanch import``."""
    done = subprocess.run(
        [sys.executable, "-m", "stanch", "import", *map(str, arguments)], input=stdin, capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_without_a_folder_the_yaml_goes_to_stdout_and_the_report_to_stderr() -> None:
    code, out, err = run("pagerduty", PAGERDUTY)
    assert code == 0
    assert "# --- policy/imported-pagerduty.yaml" in out and "# --- services/checkout.yaml" in out
    assert "Taken: 4 contacts, 2 schedules, 1 escalation, 2 services." in err
    assert "round robin" in err and "round robin" not in out


def test_into_a_catalog_it_writes_one_policy_and_one_file_for_each_service(tmp_path: Path) -> None:
    code, out, _ = run("pagerduty", PAGERDUTY, "--into", tmp_path, "--json")
    assert code == 0
    report = json.loads(out)
    assert report["taken"] == {"contacts": 4, "schedules": 2, "escalation": 1, "services": 2}
    assert {"what", "name", "problem", "todo"} == set(report["notes"][0])
    assert sorted(p.name for p in tmp_path.rglob("*.yaml")) == [
        "checkout.yaml", "imported-pagerduty.yaml", "my-application-service.yaml",
    ]  # fmt: skip
    assert set(yaml.safe_load((tmp_path / "policy/imported-pagerduty.yaml").read_text())) == {
        "contacts", "schedules", "escalation",
    }  # fmt: skip


def test_what_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    assert run("pagerduty", PAGERDUTY, "--into", tmp_path)[0] == 0
    service = tmp_path / "services/checkout.yaml"
    service.write_text("name: checkout\ntitle: Kept\n")
    code, _, err = run("pagerduty", PAGERDUTY, "--into", tmp_path)
    assert code == 1 and "services/checkout.yaml" in err and "--force" in err
    assert "Kept" in service.read_text()
    assert run("pagerduty", PAGERDUTY, "--into", tmp_path, "--force")[0] == 0
    assert "Kept" not in service.read_text()


def test_a_folder_an_archive_lines_and_stdin_are_read_alike(tmp_path: Path) -> None:
    document = json.loads(PAGERDUTY.read_text())
    lines = "\n".join(json.dumps({key: value}) for key, value in document.items() if isinstance(value, list))
    folder = tmp_path / "dump"
    (folder / "deep").mkdir(parents=True)
    for key, value in document.items():
        (folder / "deep" / f"{key}.json").write_text(json.dumps({key: value}))
    (tmp_path / "lines.jsonl").write_text(lines)
    with zipfile.ZipFile(tmp_path / "dump.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account/all.json", PAGERDUTY.read_text())
        archive.writestr("account/readme.txt", "not JSON")
    taken = {
        run("pagerduty", *given, stdin=stdin)[2].splitlines()[0]
        for given, stdin in (
            ([PAGERDUTY], None), ([folder], None), ([tmp_path / "lines.jsonl"], None), ([tmp_path / "dump.zip"], None),
            (["-"], lines.encode()),
        )
    }  # fmt: skip
    assert taken == {"Taken: 4 contacts, 2 schedules, 1 escalation, 2 services. 13 notes."}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<html>Sign in</html>", "is not JSON"),
        (b'{"users": []}\n{"users": [', "line 2, is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"PK\x03\x04 but no archive", "zip"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b'{"error": {"code": 2006, "message": "Access Denied"}}', "nothing of PagerDuty"),
        (b'{"users": 7}', "users[0] is a whole number"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_two(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(content)
    code, out, err = run("pagerduty", path)
    assert code == 2 and out == ""
    assert words in err and "dump.json" in err
    assert len(err.splitlines()) == 1 and "Traceback" not in err


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    code, _, err = run("pagerduty", tmp_path / "nothing.json")
    assert code == 2 and "nothing.json" in err and "No such file" in err
    assert run("pagerduty", tmp_path)[0] == 2


def test_the_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from stanch.cli.tree import Tree; import click; from click.testing import CliRunner;"
        "from stanch.cli.importing import import_;"
        "done = CliRunner().invoke(import_, ['pagerduty', '--help']); assert done.exit_code == 0, done.output;"
        "print([m for m in ('yaml', 'sqlalchemy', 'starlette', 'stanch.prepare', 'zoneinfo') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
