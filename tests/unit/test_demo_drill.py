"""The drill on the demo's shop (R40): it breaks when a drill begins, is mended as the team asks, and is put right at its end."""

from typing import Any

from stanch.demo.drilling import World, shop_release
from stanch.kernel.drill_script import Script
from stanch.learn.drills.play import criteria, offered
from stanch.prepare.yaml_file import convert


class Small:
    """A shop that keeps what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def rollout_broken(self) -> None:
        self.done.append("broken")

    def tool(self, *words: str) -> None:
        self.done.append(" ".join(words))


class Watcher:
    """Whoever reads what goes on."""

    def __init__(self) -> None:
        self.drills: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []

    def run(self, name: str, *words: str) -> dict[str, Any]:
        return {"runs": self.drills if name == "drills" else self.runs}


def test_the_shop_follows_the_drill() -> None:
    small, watcher = Small(), Watcher()
    world = World(small, watcher)  # type: ignore[arg-type]
    world.look()
    assert small.done == []
    watcher.drills = [{"incident": "INC-1", "ended_at": None}]
    world.look()
    watcher.runs = [{"run": "r1", "mitigation": "rollback", "answered": False, "undo_of": ""}]
    world.look()
    assert small.done == ["broken"]
    watcher.runs[0]["answered"] = True
    world.look()
    world.look()
    watcher.runs.append({"run": "r2", "mitigation": "rollback", "answered": True, "undo_of": "r1"})
    world.look()
    assert small.done[1:] == ["release rollback", "release rollout v2 --broken"]
    watcher.drills[0]["ended_at"] = "2026-11-27T11:00:00Z"
    world.look()
    world.look()
    assert small.done[3:] == ["release rollout v1", "zone restore zone-b"]


def test_its_script_can_be_played_and_is_really_measured() -> None:
    script: Script = convert(shop_release("http://127.0.0.1:1", 20), Script, "demo")
    assert script.mistakes() == []
    assert [c.source for c in criteria(script)] == ["http_json"]
    assert {m.name for m in offered(script)} == {"rollback", "drain-zone-b"}
    assert max(inject.minute for inject in script.injects) < 1, "the speed shortens it"
