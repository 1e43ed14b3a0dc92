"""A mitigation runs at most once per confirmation, and its outcome is measured (R23, P4)."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from stanch.demo.setup import configuration
from stanch.kernel.errors import Conflict, Invalid
from stanch.mitigate.outcome import FEWEST
from stanch.mitigate.rules import stopped
from stanch.ports import Failed
from stanch.web.app import create_app
from tests.scenarios.house import House


@pytest.fixture
def broken(house: House) -> House:
    """An open incident of the shop with its criteria set and breached."""
    house.gauge.values["errors"] = 0.3
    house.do("declare", title="Checkout fails", service="shop")
    house.do("ack", incident="INC-1")
    house.do("criteria", incident="INC-1", propose=True)
    house.wait(seconds=30)
    return house


def test_without_a_confirmation_it_says_what_would_happen_and_starts_nothing(broken: House) -> None:
    with pytest.raises(
        Invalid,
        match=r"acts on shop \(blast radius: service\)\. To undo: forward",
    ):
        broken.do("mitigate", incident="INC-1", mitigation="rollback")
    broken.settle()
    assert broken.lever.pulled == []


def test_the_same_confirmation_twice_is_one_run(broken: House) -> None:
    first = broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    second = broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.wait(seconds=10)
    assert first.id == second.id
    assert len(broken.lever.pulled) == 1


def test_the_word_that_started_one_thing_confirms_no_other(broken: House) -> None:
    # P4, R23: whoever types the same word behind 'undo' is not told that it is done
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.wait(seconds=40)
    with pytest.raises(
        Conflict, match=r"'go' has confirmed something else before: '.+' \(run-\w+\)\. Nothing was started"
    ):
        broken.do("undo", incident="INC-1", confirm="go")
    with pytest.raises(Conflict, match="something else"):
        broken.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    first = broken.do("undo", incident="INC-1", confirm="back")
    assert broken.do("undo", incident="INC-1", confirm="back").id == first.id, "a repeated request is one undo"
    with pytest.raises(Conflict, match="Undo: "):
        broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="back")


def test_after_a_crash_in_the_middle_it_is_not_run_again_and_a_person_is_asked(broken: House) -> None:
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    leased = broken.outbox.lease(50)
    assert any(effect.kind == "mitigation" for effect in leased)
    broken.crash()
    broken.settle()
    assert broken.lever.pulled == []
    (run,) = broken.record().runs.values()
    assert run.outcome == "unknown"
    assert any(p["key"].startswith("unknown:") for p in broken.do("show", incident="INC-1")["prompts"])


def test_no_change_is_measured_and_undo_is_offered_and_works(broken: House) -> None:
    broken.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    broken.wait(seconds=40)
    (run,) = broken.record().runs.values()
    assert run.outcome == "no_change"
    assert any(p["key"] == f"undo:{run.run}" for p in broken.do("show", incident="INC-1")["prompts"])
    broken.do("undo", incident="INC-1", confirm="back")
    broken.wait(seconds=10)
    assert broken.lever.pulled[-1] == {"argv": ["restore"]}
    with pytest.raises(Conflict, match="undone already"):
        broken.do("undo", incident="INC-1", run=run.run, confirm="again")


def test_what_is_still_running_is_not_undone_beside_itself(broken: House) -> None:
    broken.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    with pytest.raises(Conflict, match="still running"):
        broken.do("undo", incident="INC-1", confirm="back")
    broken.wait(seconds=40)
    broken.do("undo", incident="INC-1", confirm="back")
    broken.wait(seconds=10)
    assert broken.lever.pulled[-1] == {"argv": ["restore"]}


def test_when_metrics_were_away_in_the_window_it_is_watched_longer_before_it_is_judged(broken: House) -> None:
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.settle()
    del broken.gauge.values["errors"]
    broken.wait(seconds=35)
    assert any("whether it helped: 'error rate' was measured too seldom" in said for said in broken.sentences()[-3:])
    (run,) = broken.record().runs.values()
    assert run.outcome is None
    broken.gauge.values["errors"] = 0.001
    broken.wait(seconds=30)
    (run,) = broken.record().runs.values()
    assert run.outcome == "helped"


def test_once_it_helped_and_the_criteria_hold_nothing_more_is_to_be_tried(broken: House) -> None:  # R23, R41
    broken.lever.then = lambda: broken.gauge.values.update(errors=0.0)
    assert not stopped(broken.record())
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.wait(seconds=45)
    assert stopped(broken.record())
    with TestClient(create_app(broken.stanch)) as client:
        client.headers.update(broken.bearer("ada"))
        room = client.get("/incidents/INC-1", headers={"Accept": "text/html"}).text
    assert 'id="ranking-meanwhile"' in room and 'data-live="first_move"></section>' in room
    broken.gauge.values["errors"] = 0.3
    broken.wait(seconds=30)
    assert not stopped(broken.record())


def test_when_metrics_stay_away_it_says_at_last_that_it_cannot_tell(broken: House) -> None:
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.settle()
    del broken.gauge.values["errors"]
    broken.wait(seconds=100)
    (run,) = broken.record().runs.values()
    assert run.outcome == "unknown"
    assert "measured too seldom" in run.reason
    assert sum("Watching until" in sentence for sentence in broken.sentences()) == 2


def test_a_worse_outcome_is_called_worse(broken: House) -> None:
    broken.lever.then = lambda: broken.gauge.values.update(errors=0.9)
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.wait(seconds=40)
    assert next(iter(broken.record().runs.values())).outcome == "worse"


def test_a_failing_adapter_is_on_record_with_its_words(broken: House) -> None:
    broken.lever.answer = Failed("exit code 1: no such release", again=False)
    broken.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    broken.wait(seconds=5)
    (run,) = broken.record().runs.values()
    assert run.ok is False
    assert "no such release" in run.output


def test_the_second_incident_knows_what_the_first_one_measured(broken: House) -> None:
    broken.lever.then = lambda: broken.gauge.values.update(errors=0.0)
    broken.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    broken.wait(seconds=40)
    broken.do("declare", title="Again", service="shop")
    drain = next(m for m in broken.do("mitigations", incident="INC-2") if m["name"] == "drain-b")
    assert drain["measured_runs"] == 1
    assert any(reason.startswith("helped in 1 of 1 earlier run (") for reason in drain["reasons"])


def test_an_ic_who_starts_typing_is_told(broken: House) -> None:
    broken.do("role", incident="INC-1", role="incident_commander")
    with pytest.raises(Invalid, match="has vacated the role"):
        broken.do("mitigate", incident="INC-1", mitigation="rollback")


def test_whoever_acts_soon_after_the_declaration_is_told_whether_it_helped(house: House) -> None:  # R23
    house.gauge.values["errors"] = 0.3
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(seconds=16, step=1)
    house.lever.then = lambda: house.gauge.values.update(errors=0.0)
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.wait(seconds=45)
    (run,) = house.record().runs.values()
    assert (run.outcome, run.reason) == ("helped", "'error rate' went from 0.3 to 0, inside its bound")


@pytest.mark.parametrize("speed", [1, 3, 20])
def test_the_demo_measures_often_enough_for_a_verdict_on_whoever_acts_at_once(speed: float, tmp_path: Path) -> None:
    shop = SimpleNamespace(state=tmp_path, load_url="http://127.0.0.1:1")
    policy = configuration(tmp_path, port=1, shop=shop, phone="x", speed=speed)["policy"]
    assert policy["criteria_every"] * FEWEST <= 5, "within five seconds after the incident has arrived"
    assert policy["criteria_every"] * FEWEST <= policy["services"]["shop"]["mitigations"][0]["observe_seconds"] / 2
