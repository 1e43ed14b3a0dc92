"""What goes wrong with the files while stanch runs takes nobody away from those who are woken."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from stanch.identity import credentials, people
from stanch.kernel.clock import SteppedClock
from stanch.kernel.errors import Unavailable
from stanch.main import open_stanch
from stanch.prepare import catalog
from stanch.prepare.yaml_file import read_yaml
from stanch.web import ready
from stanch.web.app import create_app

VALUES = {
    "policy": {
        "contacts": {"ada": {"name": "Ada", "reach": ["ntfy:ada"]}, "ben": {"name": "Ben", "reach": ["ntfy:ben"]}},
        "escalation": {"default": {"steps": [{"notify": ["ada", "ben"], "wait": 60}]}},
    }
}
WHOLE = yaml.safe_dump({"data": "data", **VALUES}, sort_keys=False)


@pytest.mark.parametrize(
    "left",
    ["", "data: data\n", WHOLE[: WHOLE.index("escalation")], "gone"],
    ids=["emptied", "cut", "cut later", "gone"],
)
def test_an_emptied_or_cut_file_keeps_the_last_good_one_and_readyz_says_so(tmp_path: Path, left: str) -> None:  # P2
    config = tmp_path / "stanch.yaml"
    config.write_text(WHOLE)
    stanch = open_stanch(config, clock=SteppedClock())
    try:
        assert set(stanch.application.policy().contacts) == {"ada", "ben"}
        assert "configuration" in ready.check(stanch)
        config.unlink() if left == "gone" else config.write_text(left)
        stanch.catalog.look()
        policy = stanch.application.policy()
        assert set(policy.contacts) == {"ada", "ben"} and policy.escalation
        assert stanch.catalog.trouble and stanch.catalog.trouble.whole
        with pytest.raises(Unavailable, match="not taken"):
            ready.check(stanch)
        config.write_text(WHOLE.replace("Ben", "Benjamin"))
        stanch.catalog.look()
        assert stanch.catalog.trouble is None and stanch.application.policy().contacts["ben"].name == "Benjamin"
        ready.check(stanch)
    finally:
        stanch.application.database.close()


def test_an_emptied_file_is_a_red_banner_on_every_page_and_readyz_fails(tmp_path: Path) -> None:  # P2
    config = tmp_path / "stanch.yaml"
    config.write_text(WHOLE)
    stanch = open_stanch(config, clock=SteppedClock())
    database, now = stanch.application.database, stanch.application.clock.now()
    people.add(database, "ada", now, password="a long password")
    signed_in = {"Authorization": f"Bearer {credentials.create_token(database, 'ada', now, 'test')}"}
    try:
        with TestClient(create_app(stanch)) as client:
            red = "The configuration was not taken."
            for path in ("/", "/oncall", "/signals"):
                assert red not in client.get(path, headers=signed_in).text
            assert client.get("/readyz").status_code == 200
            config.write_text("")
            stanch.catalog.look()
            for path in ("/", "/oncall", "/signals"):
                page = client.get(path, headers=signed_in).text
                assert f'<div class="banner bad" role="alert"><strong>{red}</strong>' in page and "holds no" in page, (
                    path
                )
            assert client.get("/readyz").status_code == 503
            assert red not in client.get("/login").text, "strangers are told nothing of the files"
    finally:
        database.close()


def test_a_fifo_a_device_and_a_link_out_of_the_catalog_are_refused_and_cost_only_themselves(
    tmp_path: Path,
) -> None:  # P2
    folder, secret = tmp_path / "catalog", tmp_path / "secret.yaml"
    (folder / "services").mkdir(parents=True)
    secret.write_text("title: a secret\n")
    (folder / "services" / "good.yaml").write_text("title: Good\n")
    os.mkfifo(folder / "services" / "fifo.yaml")
    (folder / "services" / "link.yaml").symlink_to(secret)
    (folder / "services" / "zero.yaml").symlink_to("/dev/zero")
    from stanch.kernel.policy import Policy

    read = catalog.read(Policy(), folder)
    assert set(read.policy.services) == {"good"}
    said = "\n".join(read.problems)
    assert "fifo.yaml is no plain file" in said and "link.yaml leads out of" in said and "zero.yaml" in said
    assert "secret" not in said.replace(str(secret), "")
    assert read_yaml(secret) == {"title": "a secret"}


def test_readyz_fails_on_a_full_disk(tmp_path: Path) -> None:  # P2
    full = tmp_path / "full"
    full.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(full)], capture_output=True, check=False
    ).returncode:
        pytest.skip("needs to mount a small file system")
    try:
        assert "space" in ready.disk(full).lower()
        assert ready.disk(tmp_path) == ""
    finally:
        subprocess.run(["umount", str(full)], check=True)
