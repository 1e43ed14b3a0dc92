"""The catalog is read again while it runs; a broken file never takes it down, and a restart with one still pages (R7)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.main import Stanch, open_stanch

PEOPLE = {
    "contacts": {"ada": {"name": "Ada", "reach": ["webhook:http://127.0.0.1:9/"]}},
    "escalation": {"default": {"steps": [{"notify": ["ada"]}]}},
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "catalog" / "policy").mkdir(parents=True)
    (tmp_path / "catalog" / "shop.yaml").write_text("title: Shop\n")
    (tmp_path / "catalog" / "policy" / "people.yaml").write_text(yaml.safe_dump(PEOPLE))
    path = tmp_path / "stanch.yaml"
    path.write_text(yaml.safe_dump({"data": "data", "catalog": "catalog"}))
    return path


@pytest.fixture
def stanch(config: Path) -> Iterator[Stanch]:
    running = open_stanch(config)
    yield running
    running.application.database.close()


def write(path: Path, text: str) -> None:
    """With a later time: two writes within one tick of the file system's clock must count as two."""
    path.write_text(text)
    later = path.stat().st_mtime_ns + 1_000_000_000
    import os

    os.utime(path, ns=(later, later))


def paged(stanch: Stanch) -> list[str]:
    command = REGISTRY["declare"]
    with stanch.application.uow(Actor("ada"), "cli") as uow:
        incident = command.handle(uow, fill(command, {"title": "Checkout is down"})).incident
        return next(iter(uow.record(incident).pages.values())).people


def test_a_new_service_is_there_without_a_restart(stanch: Stanch, config: Path) -> None:
    assert not stanch.catalog.look(), "nothing changed"
    write(config.parent / "catalog" / "db.yaml", "title: Database\n")
    assert stanch.catalog.look()
    assert set(stanch.application.policy().services) == {"shop", "db"}
    (config.parent / "catalog" / "db.yaml").unlink()
    assert stanch.catalog.look()
    assert set(stanch.application.policy().services) == {"shop"}


def test_a_broken_file_leaves_what_runs_and_a_repaired_one_is_taken(stanch: Stanch, config: Path) -> None:
    shop = config.parent / "catalog" / "shop.yaml"
    write(shop, "titel: Shop\n")
    assert not stanch.catalog.look()
    assert stanch.application.policy().services["shop"].title == "Shop"
    assert stanch.catalog.trouble and "Did you mean 'title'?" in stanch.catalog.trouble.sentences[0]
    write(shop, "title: The shop\n")
    assert stanch.catalog.look()
    assert stanch.catalog.trouble is None
    assert stanch.application.policy().services["shop"].title == "The shop"


def test_a_broken_main_file_leaves_everything_and_says_so(stanch: Stanch, config: Path) -> None:
    write(config, "policy: {hold: soon}")
    assert not stanch.catalog.look()
    assert stanch.catalog.trouble and stanch.catalog.trouble.whole
    assert paged(stanch) == ["ada"]


def test_a_restart_with_a_broken_people_file_still_pages(stanch: Stanch, config: Path) -> None:
    assert paged(stanch) == ["ada"]
    stanch.application.database.close()
    write(config.parent / "catalog" / "policy" / "people.yaml", "contacts: [\n")
    again = open_stanch(config)
    try:
        assert paged(again) == ["ada"]
        assert again.catalog.trouble and "people.yaml is not YAML" in again.catalog.trouble.sentences[0]
    finally:
        again.application.database.close()


def test_the_copy_of_the_last_good_catalog_is_for_its_owner_only(stanch: Stanch, config: Path) -> None:
    copy = config.parent / "data" / "catalog.good.json"
    assert copy.stat().st_mode & 0o077 == 0
