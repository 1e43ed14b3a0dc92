"""The scripts of drills (R40): ours can be played, and the organisation's own are read with errors that help."""

from pathlib import Path

import pytest

from stanch.kernel.drill_script import Inject, Metric, Script, SimulatedMitigation
from stanch.kernel.policy import Policy
from stanch.learn.drills.library import named, scripts, shipped
from stanch.learn.drills.play import failing, measured, offered
from stanch.prepare import catalog
from stanch.prepare.playbooks.library import playbooks
from stanch.timeline.drill import Drill
from stanch.timeline.record import Record
from stanch.timeline.run import Run

EXAMPLE = Path(__file__).parents[2] / "examples" / "catalog"


def test_there_is_one_for_each_playbook_and_for_security_and_data() -> None:
    assert {script.shape for script in shipped().values()} >= {*playbooks(), "security", "data"}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_each_can_be_played_to_its_end(name: str) -> None:
    script = shipped()[name]
    assert script.mistakes() == []
    assert script.debrief and script.practises and len(script.injects) >= 4
    assert max(inject.minute for inject in script.injects) <= script.minutes
    broken = {key: value for inject in script.injects for key, value in inject.sets.items()}
    helped = {key: value for m in script.mitigations if m.outcome == "helped" for key, value in m.sets.items()}
    bounds = script.metrics.items()
    assert any(not _within(m, broken.get(key, m.start)) for key, m in bounds), "nothing is wrong"
    assert all(_within(m, {**broken, **helped}.get(key, m.start)) for key, m in bounds), "nothing brings it back"


def _within(metric: Metric, value: float) -> bool:
    return (metric.below is None or value < metric.below) and (metric.above is None or value >= metric.above)


def test_what_can_be_tried_says_nothing_of_what_it_brings() -> None:
    told = str([offered(script) for script in shipped().values()])
    assert not any(m.result in told for script in shipped().values() for m in script.mitigations)
    assert "(simulated)" in told


def test_metrics_follow_injects_and_runs_in_the_order_of_time() -> None:
    script = Script(
        "t", "s", "x", [Inject(0, "signal", "a", sets={"m": 9}), Inject(9, "signal", "b", sets={"m": 5})],
        {"m": Metric(0, below=1)}, [SimulatedMitigation("fix", "Fix", "custom", "fixed", "helped", sets={"m": 0})],
    )  # fmt: skip
    record = Record(drill=Drill({"ada": False}))
    assert not failing(script, record)
    from stanch.timeline.drill import Given

    record.drill = Drill({"ada": False}, given={"0": Given(10, "signal", 3)})
    assert failing(script, record)
    record.runs["r"] = Run("r", "fix", "Fix", "x", 20, "ada", "", "", 60, applied_at=25)
    assert measured(script, record) == {"m": 0} and not failing(script, record)
    record.drill.given["1"] = Given(30, "signal", 5)
    assert measured(script, record) == {"m": 5}


def test_what_cannot_be_played_is_said() -> None:
    script = Script(
        "t", "s", "x", [Inject(0, "manager", "a", sets={"n": 1}), Inject(1, "leaving", "b")], {"m": Metric(0)},
        [SimulatedMitigation("fix", "Fix", "custom", "r", "helped")] * 2,
    )  # fmt: skip
    said = "; ".join(script.mistakes())
    for part in (
        "'n' is set, and is no metric",
        "'fix' stands in it twice",
        "'m' has no bound",
        "nothing tells the team",
        "names no role",
    ):
        assert part in said


def test_the_organisation_s_own_stand_beside_ours_and_a_broken_one_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills/queue.yaml").write_text(
        "title: The queue grows\nshape: own\nsummary: x\ninjects: [{minute: 0, kind: signal, text: It grows}]\n"
    )
    (tmp_path / "drills/broken.yaml").write_text("title: x\nshap: own\n")
    found = catalog.read(Policy(), tmp_path)
    assert named(found.policy, "queue").title == "The queue grows"
    assert {*shipped()} < {*scripts(found.policy)}
    assert len(found.problems) == 1 and "broken.yaml" in found.problems[0] and "shape" in found.problems[0]
    (tmp_path / "drills/queue.yaml").write_text("title: [")
    later = catalog.read(Policy(), tmp_path, found.policy)
    assert "queue" in later.policy.drills, "what was last known of it stays"


@pytest.mark.parametrize("minute", [-1, 99999, "now"])
def test_a_moment_that_is_none_is_refused_with_its_place(tmp_path: Path, minute: object) -> None:
    (tmp_path / "drills").mkdir()
    text = f"title: x\nshape: own\nsummary: x\ninjects: [{{minute: {minute}, kind: signal, text: x}}]\n"
    (tmp_path / "drills/odd.yaml").write_text(text)
    assert "minute" in " ".join(catalog.read(Policy(), tmp_path).problems)
