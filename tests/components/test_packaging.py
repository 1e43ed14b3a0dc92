"""What is written in two places is the same in both."""

import tomllib
from pathlib import Path

import stanch

ROOT = Path(__file__).parents[2]


def test_the_version_is_the_package_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == stanch.__version__


def test_lock_files_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text(), name
