"""What fails exits with another code than 0, tried as a process: a script or CI has nothing else to go by (R7, P5)."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

GOOD = {
    "integrations": {"webhook": {}},
    "policy": {"contacts": {"ada": {"name": "Ada", "reach": ["webhook:http://127.0.0.1:1/"]}}},
}


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STANCH_")}
    environment |= {"STANCH_CONFIG": str(folder / "stanch.yaml")}
    return subprocess.run([sys.executable, "-m", "stanch", *words], env=environment, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stanch.yaml").write_text(yaml.safe_dump({**GOOD, "data": str(tmp_path / "data")}))
    return tmp_path


def test_doctor_exits_with_1_when_something_is_wrong(folder: Path) -> None:
    done = run(folder, "doctor")
    assert done.returncode == 0 and "WRONG" not in done.stdout
    (folder / "stanch.yaml").write_text(yaml.safe_dump({"data": str(folder / "data")}))
    done = run(folder, "doctor")
    assert done.returncode == 1 and "WRONG   Nobody would be woken: there is no contact." in done.stdout


def test_verify_exits_with_1_at_the_first_wrong_entry(folder: Path) -> None:
    assert "nothing to check" in run(folder, "verify").stdout
    assert run(folder, "declare", "It burns").returncode == 0
    assert run(folder, "verify").returncode == 0
    with sqlite3.connect(folder / "data" / "stanch.db") as database:
        database.execute("DROP TRIGGER entries_no_update")
        database.execute("UPDATE entries SET facts = replace(facts, 'burns', 'glows')")
    done = run(folder, "verify")
    assert done.returncode == 1 and "INC-1" in done.stderr


TAMPERED = {
    "DELETE FROM entries WHERE position = 2; UPDATE incidents SET position = 1": "INC-1 lost entries: it has 1, and had 2",
    "DELETE FROM entries; DELETE FROM incidents": "INC-1 was deleted: it had 2 entries",
    "UPDATE incidents SET private = 1": "INC-1 is hidden, and was opened as visible to all",
    "DELETE FROM heads": "heads that were sealed then are gone",
}


def test_verify_against_a_checkpoint_exits_with_1(folder: Path) -> None:
    """P5: what the chain of one timeline cannot see, by somebody who may write the database and drops its triggers."""
    assert run(folder, "declare", "It burns", "--severity", "SEV-4").returncode == 0
    kept = folder / "kept.json"
    kept.write_text(run(folder, "checkpoint").stdout)
    assert run(folder, "verify", "--against", str(kept)).returncode == 0
    path = folder / "data" / "stanch.db"
    whole = sqlite3.connect(path)
    whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    before = path.read_bytes()
    for sql, said in TAMPERED.items():
        for old in path.parent.glob("stanch.db-*"):
            old.unlink()
        path.write_bytes(before)
        database = sqlite3.connect(path)
        for trigger in ("entries_no_delete", "entries_no_update", "heads_no_delete"):
            database.execute(f"DROP TRIGGER {trigger}")
        database.executescript(sql)
        database.close()
        done = run(folder, "verify", "--against", str(kept))
        assert done.returncode == 1 and said in done.stderr, (sql, done.stderr)
    kept.write_bytes(b"")
    done = run(folder, "verify", "--against", str(kept))
    assert done.returncode != 0 and "not a checkpoint" in done.stderr


def test_readiness_exits_with_1_below_the_minimum_and_with_nothing_to_judge(folder: Path) -> None:
    assert run(folder, "readiness").returncode == 0
    done = run(folder, "readiness", "--minimum", "1")
    assert done.returncode == 1 and "no service" in done.stderr
    values = {**GOOD, "data": str(folder / "data")}
    values["policy"] = {**GOOD["policy"], "services": {"shop": {"name": "shop"}}}
    (folder / "stanch.yaml").write_text(yaml.safe_dump(values))
    done = run(folder, "readiness", "--minimum", "90")
    assert done.returncode == 1 and "Below 90: shop" in done.stderr


def test_demo_exits_with_1_when_a_stage_did_not_happen(folder: Path) -> None:
    """The command hands on what the demo answers."""
    code = "import stanch.demo.cli as demo, stanch.cli, sys; demo.demo = lambda **_: 1; sys.argv[1:] = ['demo', '--auto']; stanch.cli.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
