"""What is confirmed is what runs, undo goes where the run went, and what changed nothing or was undone is judged as that (R22, R23)."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stanch.kernel.errors import Conflict, NotFound
from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, Failed, Partly, Preview
from tests.scenarios.house import POLICY, House, Lever, opened

TWO: dict[str, Any] = copy.deepcopy(POLICY)
TWO["services"]["shop"]["runs_on"] = ["lever:shop/web", "lever@eu:shop/web"]
TWO["services"]["shop"]["depends_on"] = ["stock"]
TWO["services"]["stock"] = {
    "name": "stock",
    "mitigations": [
        {"name": "rollback", "title": "Roll back the stock", "kind": "rollback", "adapter": "lever", "target": "stock",
         "run": {"argv": ["back-stock"]}, "undo": {"argv": ["forward-stock"]}},
    ],
}  # fmt: skip


def offer(adapter: str, to: str) -> Mitigation:
    return Mitigation(
        f"web-undo-to-{to}", f"Roll web back to {to}", "rollback", adapter, "deployment shop/web", {"to": to},
        own_undo=True, runs_as="web-undo", observe_seconds=30,
    )  # fmt: skip


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, TWO):
        house.gauge.values["errors"] = 0.3
        for name, lever in (("lever", house.lever), ("lever@eu", Lever())):
            lever.offered, lever.undo = [offer(name, "3")], {"to": "4"}
            house.application.world.mitigators[name] = lever
        house.do("declare", title="Checkout fails", service="shop")
        house.do("ack", incident="INC-1")
        house.do("criteria", incident="INC-1", propose=True)
        house.wait(seconds=60)
        yield house


def eu(house: House) -> Any:
    return house.application.world.mitigators["lever@eu"]


def lines(house: House, incident: str = "INC-1") -> dict[str, dict[str, Any]]:
    return {line["name"]: line for line in house.do("mitigations", incident=incident)}


def newest(house: House) -> Any:
    return list(house.record().runs.values())[-1]


def test_two_clusters_with_equal_names_are_two_and_undo_goes_where_the_run_went(house: House) -> None:
    listed = lines(house)
    assert {"web-undo-to-3", "web-undo-to-3@eu"} <= set(listed)
    assert listed["web-undo-to-3@eu"]["target"] == "deployment shop/web (eu)"
    run = house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3@eu", confirm="go").id
    house.settle()
    assert (eu(house).pulled, house.lever.pulled) == ([{"to": "3"}], [])
    eu(house).offered = [offer("lever@eu", "2")]
    house.wait(seconds=40)
    house.do("undo", incident="INC-1", run=run, confirm="back")
    house.settle()
    assert (eu(house).pulled[-1], house.lever.pulled) == ({"to": "4"}, [])
    assert newest(house).title == "Undo: Roll web back to 3 (eu)"


def test_an_undo_goes_where_the_run_went_although_the_catalog_sends_that_name_elsewhere_by_now(house: House) -> None:
    house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3@eu", confirm="go")
    house.settle()
    shop = house.application.policy().services["shop"]
    shop.mitigations.append(
        msgspec.structs.replace(
            offer("lever", "9"), name="web-undo-to-3@eu", title="Something else", target="elsewhere"
        )
    )
    house.do("undo", incident="INC-1", confirm="back")
    house.settle()
    assert (eu(house).pulled[-1], house.lever.pulled) == ({"to": "4"}, [])
    assert (newest(house).title, newest(house).target) == ("Undo: Roll web back to 3 (eu)", "deployment shop/web (eu)")


def test_what_is_offered_no_longer_is_not_started_and_a_repeated_confirmation_is(house: House) -> None:
    seen = lines(house)["web-undo-to-3"]["seen"]
    house.lever.offered = [offer("lever", "5")]
    house.wait(seconds=40)
    with pytest.raises(NotFound, match="no mitigation 'web-undo-to-3'"):
        house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go")
    with pytest.raises(Conflict, match="is not what you saw: by now it does to=5"):
        house.do("mitigate", incident="INC-1", mitigation="web-undo-to-5", confirm="go", seen=seen)
    assert house.record().runs == {}
    first = house.do("mitigate", incident="INC-1", mitigation="web-undo-to-5", confirm="yes")
    house.lever.offered = []
    house.wait(seconds=40)
    again = house.do("mitigate", incident="INC-1", mitigation="web-undo-to-5", confirm="yes")
    assert (again.id, house.lever.pulled) == (first.id, [{"to": "5"}])


def test_what_the_dry_run_found_out_is_what_runs(house: House) -> None:
    house.lever.seen = Preview("4 -> 3", pinned={"argv": ["back"], "to": "3", "from": "4"})
    house.wait(seconds=40)
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.settle()
    assert house.lever.pulled == [{"argv": ["back"], "to": "3", "from": "4"}]


def test_a_dry_run_that_fails_is_an_objection_in_the_list(house: House) -> None:
    class Refusing(Lever):
        def preview(self, arguments: Arguments) -> Preview:
            raise Failed("it has no revision 3", again=False)

    refusing = Refusing()
    refusing.offered = [offer("lever@eu", "3")]
    house.application.world.mitigators["lever@eu"] = refusing
    house.wait(seconds=40)
    listed = lines(house)
    assert "its dry run failed: it has no revision 3" in listed["web-undo-to-3@eu"]["cautions"]
    assert listed["web-undo-to-3@eu"]["place"] > listed["web-undo-to-3"]["place"]


def test_a_failure_half_way_can_be_taken_back_and_says_how_long_it_took(house: House) -> None:
    house.lever.answer = Partly("3 of 9 pods evicted; the node stays cordoned", {"verb": "uncordon"})
    house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go")
    house.settle()
    run = newest(house)
    assert (run.ok, run.undo, run.applied_at) == (False, "verb=uncordon", None)
    assert any(sentence.startswith("Failed after") and "3 of 9" in sentence for sentence in house.sentences())
    house.lever.answer = "done"
    house.do("undo", incident="INC-1", confirm="back")
    house.settle()
    assert house.lever.pulled[-1] == {"verb": "uncordon"}


def test_a_failure_altogether_offers_no_undo(house: House) -> None:
    house.lever.answer = Failed("403: not allowed", again=False)
    house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go")
    house.settle()
    assert newest(house).undo == ""
    with pytest.raises(NotFound, match="no such mitigation to undo"):
        house.do("undo", incident="INC-1", confirm="back")


@pytest.mark.parametrize("name", ["web-undo-to-3", "rollback"])
def test_a_run_that_changed_nothing_offers_no_undo_and_is_not_judged(house: House, name: str) -> None:
    class Idle(Lever):
        def run(self, arguments: Arguments, say: Any) -> Applied:
            return Applied("it was so already", {}, changed=False)

    house.application.world.mitigators["lever"] = Idle()
    run = house.do("mitigate", incident="INC-1", mitigation=name, confirm="go").id
    house.gauge.values["errors"] = 0.0
    house.wait(minutes=3)
    found = newest(house)
    assert (found.ok, found.changed, found.undo, found.outcome) == (True, False, "", None)
    assert "wait" not in lines(house), "nothing to watch"
    with pytest.raises(Conflict, match="cannot be undone by stanch"):
        house.do("undo", incident="INC-1", run=run, confirm="back")
    with pytest.raises(NotFound):
        house.do("undo", incident="INC-1", confirm="back")


def test_what_nothing_takes_back_offers_no_undo_although_the_offer_promised_one(house: House) -> None:
    """A node that was cordoned before: draining it leaves nothing to put back."""
    house.lever.undo = {}
    house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go")
    house.settle()
    assert (newest(house).undo, newest(house).changed) == ("", True)


def test_a_run_undone_before_its_verdict_gets_none_from_the_time_after_its_undo(house: House) -> None:
    """The rollback broke it, its undo mended it: the rollback did not help."""
    run = house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go").id
    house.settle()
    house.wait(seconds=10)
    house.do("undo", incident="INC-1", confirm="back")
    house.settle()
    house.gauge.values["errors"] = 0.0
    house.wait(minutes=3)
    found = house.record().runs[run]
    assert (found.outcome, found.confidence, found.extended) == ("unknown", None, 0)
    assert found.reason == "it was undone after 10 s, before its effect could be told"


def test_what_was_seen_before_the_undo_counts(house: House) -> None:
    run = house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go").id
    house.settle()
    house.gauge.values["errors"] = 0.9
    house.wait(seconds=29)
    house.do("undo", incident="INC-1", confirm="back")
    house.settle()
    house.gauge.values["errors"] = 0.0
    house.wait(minutes=3)
    assert house.record().runs[run].outcome == "worse"


def test_an_undo_that_failed_leaves_the_run_to_be_watched(house: House) -> None:
    run = house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go").id
    house.settle()
    house.lever.answer = Failed("the server is away", again=True)
    house.do("undo", incident="INC-1", confirm="back")
    house.settle()
    house.gauge.values["errors"] = 0.0
    house.wait(minutes=3)
    found = house.record().runs[run]
    assert (found.outcome, found.undone_by) == ("helped", "")


def test_two_services_may_each_declare_a_rollback_and_each_starts_its_own(house: House) -> None:
    listed = lines(house)
    assert {"rollback", "stock:rollback"} <= set(listed) and listed["stock:rollback"]["service"] == "stock"
    house.do("mitigate", incident="INC-1", mitigation="stock:rollback", confirm="go")
    house.settle()
    assert house.lever.pulled == [{"argv": ["back-stock"]}]


def test_an_offer_whose_name_names_a_revision_is_remembered_all_the_same(house: House) -> None:
    house.lever.then = lambda: house.gauge.values.update(errors=0.0)
    house.do("mitigate", incident="INC-1", mitigation="web-undo-to-3", confirm="go")
    house.wait(seconds=60)
    house.lever.offered = [offer("lever", "7")]
    house.do("declare", title="Again", service="shop")
    house.wait(seconds=40)
    listed = lines(house, "INC-2")
    assert (listed["web-undo-to-7"]["measured_runs"], listed["web-undo-to-3@eu"]["measured_runs"]) == (1, 0)


def test_the_fallback_of_a_time_box_is_one_action_for_good_whatever_is_called_so_by_then(house: House) -> None:
    # R39: two services each have a 'rollback', and which of them has the short name may change
    with pytest.raises(NotFound, match="has no mitigation 'rollbak'"):
        house.do("timebox", incident="INC-1", question="Is it the cache?", mitigation="rollbak")
    for name in ("stock:rollback", "rollback"):
        house.do("timebox", incident="INC-1", question="Is it the cache?", minutes=1, mitigation=name)
    assert "Otherwise: we start 'Roll back the stock' on stock" in house.sentences()[-2]
    house.do("service", incident="INC-1", service="stock")
    house.do("service", incident="INC-1", service="shop", remove=True)
    house.wait(seconds=65)
    assert lines(house)["rollback"]["service"] == "stock"
    with house.application.reading() as uow:
        asked = [p.actions[0] for p in uow.prompts(uow.record("INC-1")) if p.key.startswith("timebox:")]
    stock, shop = (action.values for action in asked)
    house.do("mitigate", incident="INC-1", **stock)
    house.settle()
    assert house.lever.pulled == [{"argv": ["back-stock"]}] and newest(house).title == "Roll back the stock"
    house.do("mitigate", incident="INC-1", **shop)
    house.settle()
    assert len(house.lever.pulled) == 2 and house.lever.pulled[1] != {"argv": ["back-stock"]}, "shop's own, not stock's"


def time_is_up(house: House) -> Any:
    with house.application.reading() as uow:
        record = uow.record("INC-1")
        return next((p for p in uow.prompts(record) if p.key.startswith("timebox:") and p.due <= uow.now), None)


@pytest.mark.parametrize("offered", [[], ["other"]])
def test_a_fallback_that_would_do_something_else_by_then_is_refused_and_asked_about(
    house: House, offered: list[str]
) -> None:
    # R39, R23: what was agreed when the time-box was opened is what runs
    house.do("timebox", incident="INC-1", question="Is it the cache", minutes=1, mitigation="web-undo-to-3")
    house.lever.offered = [msgspec.structs.replace(offer("lever", "3"), run={"to": to}) for to in offered]
    house.wait(seconds=65)
    asked = time_is_up(house)
    assert asked.text.startswith(
        "Time is up for ada: Is it the cache. Without an answer: we start 'Roll web back to 3'"
    )
    assert asked.actions[0].label == "Fall back: Roll web back to 3"
    for _ in range(2):
        answer = house.do("mitigate", incident="INC-1", **asked.actions[0].values)
    why = "by now it would do to=other, and that is not what was agreed" if offered else "it is offered no longer"
    said = f"The fallback of TB1, 'Roll web back to 3', was not started: {why}"
    assert answer.message == f"{said}."
    assert house.sentences().count(said) == 1 and house.record().runs == {}
    house.settle()
    again = time_is_up(house)
    assert again.key in house.record().prompted and again.key != asked.key
    refused = f"The fallback 'Roll web back to 3' was not started: {why}."
    assert again.text == f"ada looks into: Is it the cache. {refused} What is done instead?"
    labels = ["The fallback was taken by hand", "It is answered", "5 minutes more, because"]
    assert [action.label for action in again.actions] == ["Start it as it is now: Roll web back to 3"] * len(
        offered
    ) + labels
    house.do(again.actions[0].command, incident="INC-1", **again.actions[0].values)
    house.settle()
    assert house.lever.pulled == [{"to": to} for to in offered] and time_is_up(house) is None


def test_the_button_of_a_time_box_that_was_answered_meanwhile_starts_nothing(house: House) -> None:
    # R39
    house.do("timebox", incident="INC-1", question="Is it the cache?", minutes=1, mitigation="web-undo-to-3")
    house.wait(seconds=65)
    asked = time_is_up(house).actions[0]
    house.do("timebox", incident="INC-1", timebox="TB1", answer="No, the network")
    with pytest.raises(Conflict, match="TB1 has ended: No, the network"):
        house.do("mitigate", incident="INC-1", **asked.values)
    assert house.record().runs == {}


def test_a_fallback_that_changes_again_is_refused_again_and_one_that_is_as_agreed_runs(house: House) -> None:
    # R39, R23
    house.do("timebox", incident="INC-1", question="Is it the cache?", minutes=1, mitigation="web-undo-to-3")
    for to in ("4", "5"):
        house.lever.offered = [msgspec.structs.replace(offer("lever", "3"), run={"to": to})]
        house.wait(seconds=65)
        house.do("mitigate", incident="INC-1", **time_is_up(house).actions[0].values)
    refused = [text for text in house.sentences() if text.startswith("The fallback of")]
    whys = (
        "by now it would do to=4, and that is not what was agreed",
        "by now it would do to=5, and that is not what was shown",
    )
    assert refused == [f"The fallback of TB1, 'Roll web back to 3', was not started: {why}" for why in whys]
    assert house.record().runs == {}
    house.do("timebox", incident="INC-1", timebox="TB1", extend="it is put back", minutes=2)
    house.lever.offered = [offer("lever", "3")]
    house.wait(seconds=125)
    house.do("mitigate", incident="INC-1", **time_is_up(house).actions[0].values)
    house.settle()
    assert house.lever.pulled == [{"to": "3"}]


def test_a_run_counts_for_the_service_it_ran_on(house: House) -> None:
    # R49, R50
    house.lever.then = lambda: house.gauge.values.update(errors=0.0)
    house.do("mitigate", incident="INC-1", mitigation="stock:rollback", confirm="go")
    house.wait(minutes=4)
    house.do("resolve", incident="INC-1", override=True, reason="it holds")
    house.settle()
    achieved = house.do("learning", "ada")["mitigations"]
    assert [(each["service"], each["mitigation"], each["runs"]) for each in achieved] == [
        ("stock", "Roll back the stock", 1)
    ]
