"""CI installs what is missing and nothing else, so that one package's conflict cannot stop the others."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GROUPS = ("tools", "node", "npm")
PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/lib/postgresql/15/bin"
PACKAGE = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
    "haproxy": "haproxy",
    "chromium": "chromium",
    "initdb": "postgresql-15",
    "make": "make",
    "openssl": "openssl",
    "node": "nodejs",
    "npm": "npm",
}


def asked(folder: Path, *hidden: str) -> dict[str, list[str]]:
    """What `.ci/packages` asks for, by group, on this machine without the hidden programs."""
    folder.mkdir()
    for program in PACKAGE.keys() - {*hidden}:
        if found := shutil.which(program, path=PATH):
            (folder / program).symlink_to(found)

    def ask(group: str) -> list[str]:
        command = [shutil.which("bash") or "bash", str(ROOT / ".ci/packages"), group]
        environment = {"PATH": str(folder)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()

    return {group: ask(group) for group in GROUPS}


@pytest.mark.parametrize(
    "hidden",
    [
        ("prometheus", "haproxy", "chromium"),
        ("promtool",),
        ("prometheus", "promtool"),
        ("amtool",),
        ("node",),
        ("npm",),
    ],
    ids="+".join,
)
def test_what_is_hidden_is_asked_for_and_nothing_else(tmp_path: Path, hidden: tuple[str, ...]) -> None:
    before, after = asked(tmp_path / "all"), asked(tmp_path / "less", *hidden)
    more = {package for group in GROUPS for package in after[group]} - {p for g in GROUPS for p in before[g]}
    present = [program for program in hidden if shutil.which(program, path=PATH)]
    assert more == {PACKAGE[program] for program in present}
    assert all(len(after[group]) == len(set(after[group])) for group in GROUPS)


def test_node_and_npm_are_never_asked_for_together_with_the_others(tmp_path: Path) -> None:
    groups = asked(tmp_path / "none", *PACKAGE)
    assert groups["node"] == ["nodejs"] and groups["npm"] == ["npm"]
    assert {"prometheus", "prometheus-alertmanager", "haproxy", "chromium"} <= set(groups["tools"])


@pytest.mark.skipif(not shutil.which("apt-get"), reason="no apt-get here")
def test_apt_accepts_what_is_asked_for(tmp_path: Path) -> None:
    tools = asked(tmp_path / "node", *(PACKAGE.keys() - {"node", "npm"}))["tools"]
    known = subprocess.run(["apt-cache", "show", "haproxy"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("apt has no package lists here (apt-get update fetches them)")
    command = ["apt-get", "install", "-s", "-q", "--no-install-recommends", *tools]
    plan = subprocess.run(command, capture_output=True, text=True, check=False)
    assert plan.returncode == 0, plan.stdout + plan.stderr
