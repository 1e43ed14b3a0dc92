"""What is listed at a terminal is what runs, or nothing does (R22, R23)."""

import json
from pathlib import Path
from typing import Any

import click
import pytest

from stanch.cli import generated, last_seen
from stanch.cli.place import Place
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.policy import Mitigation
from tests.scenarios.house import POLICY, House, opened

LIVING: dict[str, Any] = {**POLICY, "services": {"shop": {**POLICY["services"]["shop"], "runs_on": ["lever:shop/web"]}}}


def offer(revision: str) -> Mitigation:
    return Mitigation(
        "web-undo", "Roll web back", "rollback", "lever", "shop/web", {"to_revision": revision}, own_undo=True
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("STANCH_URL", raising=False)
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path, LIVING):
        house.lever.offered = [offer("4")]
        house.do("declare", title="Checkout fails", service="shop")
        house.wait(seconds=60)
        place = Place(None, "ada")
        place._stanch = house.stanch
        yield place, house


def type_(place: Place, name: str, **given: Any) -> Any:
    return generated._carry_out(place, REGISTRY[name], given)


def test_an_offer_that_moved_on_between_list_and_run_is_refused(place: tuple[Place, House]) -> None:
    terminal, house = place
    type_(terminal, "mitigations", incident="INC-1")
    house.lever.offered = [offer("5")]
    house.wait(seconds=40)
    with pytest.raises(Conflict, match="is not what you saw: by now it does to_revision=5"):
        type_(terminal, "mitigate", incident="1", mitigation="web-undo", confirm="go")
    assert house.lever.pulled == []
    type_(terminal, "mitigations", incident="inc-1")
    type_(terminal, "mitigate", incident="INC-1", mitigation="web-undo", confirm="go")
    house.wait(seconds=5)
    assert house.lever.pulled == [{"to_revision": "5"}]


def test_an_offer_that_moved_on_while_the_question_stood_is_refused(
    place: tuple[Place, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, house = place

    def slowly(*_: Any, **__: Any) -> bool:
        house.lever.offered = [offer("5")]
        house.wait(seconds=40)
        return True

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", slowly)
    with pytest.raises(Conflict, match="is not what you saw"):
        type_(terminal, "mitigate", incident="INC-1", mitigation="web-undo")
    assert house.lever.pulled == []


def test_without_a_list_and_with_a_spoilt_memory_it_asks_as_before(place: tuple[Place, House]) -> None:
    terminal, _ = place
    with pytest.raises(Invalid) as asked:
        type_(terminal, "mitigate", incident="INC-1", mitigation="web-undo")
    assert set(asked.value.repeat) == {"seen"}
    for text in ("", "[]", "{", json.dumps({"x": 1})):
        last_seen._file().parent.mkdir(parents=True, exist_ok=True)
        last_seen._file().write_text(text)
        type_(terminal, "mitigations", incident="INC-1")
    last_seen._file().unlink()
    last_seen._file().parent.rmdir()
    last_seen._file().parent.write_text("a file in the way of the folder")
    type_(terminal, "mitigations", incident="INC-1")
    assert type_(terminal, "mitigate", incident="INC-1", mitigation="web-undo", confirm="go").message.startswith(
        "Started"
    )
