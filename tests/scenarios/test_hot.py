"""The catalog changes while something is under way (R2, P2): nobody is left unpaged, and what was begun is brought to its end."""

import copy
from typing import Any

from stanch.kernel.policy import Policy
from stanch.prepare.yaml_file import convert
from tests.scenarios.house import POLICY, House

GONE: dict[str, Any] = {"escalation": {}, "contacts": {}, "services": {}, "schedules": {}}


def change(house: House, **parts: Any) -> None:
    """Somebody saves the catalog's files."""
    values = copy.deepcopy(POLICY) | parts
    house.stanch.catalog._policy = convert(values, Policy, "test")
    house.stanch.seed()


def paged(house: House) -> list[str]:
    return [address for address, _ in house.pager.sent]


def test_a_policy_that_is_deleted_while_it_pages_ends_with_someone_being_reached(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.settle()
    change(house, escalation={})
    house.wait(minutes=40, step=30)
    assert len(set(paged(house))) > 1
    assert house.record().live()


def test_a_contact_that_is_removed_is_passed_over(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    change(house, contacts={"ben": POLICY["contacts"]["ben"]})
    house.wait(minutes=40, step=30)
    assert "ben" in paged(house)


def test_with_nobody_left_it_says_so_and_begins_when_there_is_someone_again(house: House) -> None:
    change(house, contacts={})
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(minutes=10, step=15)
    assert paged(house) == []
    assert any("nobody" in sentence.lower() or "could not" in sentence.lower() for sentence in house.sentences()), (
        house.sentences()
    )
    change(house)
    house.wait(minutes=40, step=30)
    assert paged(house), "somebody can be reached again, and nobody is told"


def test_a_schedule_that_is_gone_does_not_stop_the_steps_after_it(house: House) -> None:
    primary = {"layers": [{"people": ["ada"], "start": "2025-01-01"}]}
    steps = [{"notify": ["schedule:primary"], "wait": 60}, {"notify": ["ben"], "wait": 60}]
    change(house, schedules={"primary": primary}, escalation={"default": {"steps": steps}})
    house.do("declare", title="Checkout fails", service="shop")
    house.settle()
    change(house, escalation={"default": {"steps": steps}})
    house.wait(minutes=10, step=15)
    assert {"ada", "ben"} <= set(paged(house))


def test_a_policy_that_became_shorter_still_reaches_its_last_person(house: House) -> None:
    steps = [{"notify": [name], "wait": 60} for name in ("ada", "ben", "grace")]
    change(house, escalation={"default": {"steps": steps, "repeat": 0}})
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(seconds=65)
    change(house, escalation={"default": {"steps": steps[:1], "repeat": 0}})
    house.wait(minutes=10, step=15)
    assert paged(house) == ["ada", "ben"]
    assert house.record().live()


def test_a_hold_whose_service_is_gone_still_becomes_an_incident(house: House) -> None:
    change(house, hold=60)
    house.alert(severity="page")
    change(house, hold=60, services={})
    house.wait(minutes=10, step=15)
    assert paged(house)[0] == "ada"


def test_what_was_started_is_judged_and_can_be_undone_after_its_declaration_is_gone(house: House) -> None:
    house.gauge.values["errors"] = 0.3
    house.do("declare", title="Checkout fails", service="shop")
    house.do("ack", incident="INC-1")
    house.do("criteria", incident="INC-1", propose=True)
    house.wait(seconds=30)
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    change(house, **GONE)
    house.gauge.values["errors"] = 0.001
    house.wait(seconds=60)
    (run,) = house.record().runs.values()
    assert (run.ok, run.outcome) == (True, "helped")
    house.do("undo", incident="INC-1", confirm="back")
    house.wait(seconds=10)
    assert house.lever.pulled == [{"argv": ["back"]}, {"argv": ["forward"]}]


def test_criteria_and_time_boxes_go_on_without_a_catalog(house: House) -> None:
    house.gauge.values["errors"] = 0.001
    house.do("declare", title="Checkout fails", service="shop")
    house.do("ack", incident="INC-1")
    house.do("criteria", incident="INC-1", propose=True)
    house.do(
        "timebox",
        incident="INC-1",
        question="Is it the deploy?",
        minutes=5,
        fallback="roll back",
        mitigation="rollback",
    )
    change(house, **GONE)
    house.wait(minutes=10, step=15)
    assert any("criteria" in sentence.lower() and "held" in sentence.lower() for sentence in house.sentences()), (
        house.sentences()
    )
    assert any(prompt["key"].startswith("timebox:") for prompt in house.do("show", incident="INC-1")["prompts"])
    house.do("resolve", incident="INC-1")
