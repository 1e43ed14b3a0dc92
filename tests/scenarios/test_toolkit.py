"""The toolkit in the hand: what the real systems offer and object to, who may, progress, undo, time-boxes (R16, R22, R23, R39)."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.actor import Actor
from stanch.kernel.clock import MINUTE, iso
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound, Problem
from stanch.kernel.policy import Mitigation
from stanch.mitigate.evidence.bundle import bundle
from stanch.ports import EvidenceItem, Extent, Failed, Preview, Unsure
from tests.scenarios.house import POLICY, House, opened

SHOP = POLICY["services"]["shop"]
GUARDED = {**SHOP["mitigations"][1], "name": "guarded", "title": "Fail over", "allowed": ["operations_lead", "grace"]}
LIVING: dict[str, Any] = {
    **POLICY,
    "services": {"shop": {**SHOP, "mitigations": [*SHOP["mitigations"], GUARDED], "runs_on": ["lever:shop/web"]}},
}
OFFER = Mitigation(
    "web-restart", "Restart web", "cluster", "lever", "shop/web", {"verb": "restart"}, reversibility="none", destroys=["logs of the old pods"]
)  # fmt: skip


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, LIVING):
        house.gauge.values["errors"] = 0.3
        house.lever.offered = [OFFER]
        house.do("declare", title="Checkout fails", service="shop")
        house.do("ack", incident="INC-1")
        house.do("criteria", incident="INC-1", propose=True)
        house.wait(seconds=60)
        yield house


def names(house: House) -> list[str]:
    return [line["name"] for line in house.do("mitigations", incident="INC-1")]


def run_of(house: House, incident: str = "INC-1") -> Any:
    return list(house.record(incident).runs.values())[-1]


def test_what_it_runs_on_offers_mitigations_of_its_own(house: House) -> None:
    restart = next(line for line in house.do("mitigations", incident="INC-1") if line["name"] == "web-restart")
    assert restart["offered_by"] == "lever:shop/web" and restart["destroys"] == ["logs of the old pods"]
    assert not restart["reversible_by_stanch"]
    house.do("mitigate", incident="INC-1", mitigation="web-restart", confirm="go")
    house.wait(seconds=5)
    assert house.lever.pulled == [{"verb": "restart"}]


def test_an_offer_that_goes_away_is_no_longer_listed(house: House) -> None:
    assert "web-restart" in names(house)
    house.lever.offered = []
    house.wait(seconds=40)
    assert "web-restart" not in names(house)


def test_how_far_it_reaches_is_counted_and_what_would_be_refused_falls_to_the_end(house: House) -> None:
    house.lever.seen = Preview("would drain", Extent(2, 2, "server", 1.0), ["no active server would be left"])
    house.wait(seconds=40)
    last = house.do("mitigations", incident="INC-1")[-1]
    assert last["reach"] == "touches 2 of 2 servers, 100% of the traffic"
    assert "no active server would be left" in last["cautions"]
    tried = house.do("dry-run", incident="INC-1", mitigation="drain-b")
    assert (tried["would"], tried["objections"]) == ("would drain", ["no active server would be left"])
    assert house.lever.pulled == []


def test_a_real_system_that_does_not_answer_is_said_and_hides_nothing(house: House) -> None:
    def away(address: str) -> list[Mitigation]:
        raise Failed("the cluster cannot be reached", again=True)

    house.lever.offers = away  # type: ignore[method-assign]
    house.wait(seconds=40)
    from stanch.mitigate.survey import newest

    with house.application.reading() as uow:
        survey = newest(uow, "INC-1")
    assert survey and survey.troubles == ["offers of lever:shop/web: the cluster cannot be reached"]
    assert "rollback" in names(house)


def test_only_those_who_are_named_may_start_what_the_catalog_guards(house: House) -> None:
    with pytest.raises(Denied, match=r"'Fail over' may be started by operations lead \(nobody yet\), grace"):
        house.do("mitigate", incident="INC-1", mitigation="guarded", confirm="go")
    house.do("role", incident="INC-1", role="operations_lead", person="ben")
    house.do("mitigate", actor="ben", incident="INC-1", mitigation="guarded", confirm="go")
    house.wait(seconds=5)
    assert len(house.lever.pulled) == 1


def test_two_people_with_two_confirmations_are_one_run_while_it_runs(house: House) -> None:
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="mine")
    with pytest.raises(Conflict, match="is being run already: ada started it"):
        house.do("mitigate", actor="ben", incident="INC-1", mitigation="rollback", confirm="theirs")
    house.wait(seconds=5)
    assert len(house.lever.pulled) == 1


def test_what_runs_is_what_was_confirmed_though_the_catalog_changes_in_between(house: House) -> None:
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    changed = json.loads(json.dumps(LIVING))
    changed["services"]["shop"]["mitigations"] = []
    house.policy = changed
    house.application.database.close()
    house.open()
    house.settle()
    assert house.lever.pulled == [{"argv": ["back"]}]
    house.wait(seconds=5)
    house.do("undo", incident="INC-1", confirm="back")
    house.settle()
    assert house.lever.pulled[-1] == {"argv": ["forward"]}, "what was declared when it was started still undoes it"


def test_undo_puts_back_what_was_found_and_not_what_was_declared(house: House) -> None:
    house.lever.undo = {"action": "restore", "states": ["ready 3"]}
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    house.wait(seconds=5)
    assert run_of(house).undo == "action=restore states=ready 3"
    house.lever.undo = {}
    house.do("undo", incident="INC-1", confirm="back")
    house.wait(seconds=5)
    assert house.lever.pulled[-1] == {"action": "restore", "states": ["ready 3"]}


def test_an_undo_that_fails_leaves_it_in_place_to_be_undone_again(house: House) -> None:
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    house.wait(seconds=5)
    house.lever.answer = Failed("permission denied", again=False)
    house.do("undo", incident="INC-1", confirm="back")
    house.wait(seconds=5)
    house.lever.answer = "done"
    house.do("undo", incident="INC-1", confirm="back again")
    house.wait(seconds=5)
    assert house.lever.pulled[-1] == {"argv": ["restore"]}
    with pytest.raises(NotFound, match="no such mitigation to undo"):
        house.do("undo", incident="INC-1", confirm="once more")


def test_when_the_answer_never_came_a_person_is_asked_and_nothing_is_repeated(house: House) -> None:
    house.lever.answer = Unsure("the connection broke after it was sent")
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.wait(minutes=3)
    assert len(house.lever.pulled) == 1
    assert run_of(house).outcome == "unknown" and run_of(house).ok is None
    assert any(p["key"].startswith("unknown:") for p in house.do("show", incident="INC-1")["prompts"])


def test_what_helped_and_did_not_help_weighs_on_the_hypothesis_behind_it(house: House) -> None:
    house.do("hypothesis", incident="INC-1", text="the release")
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.wait(seconds=60)
    assert run_of(house).outcome == "no_change"
    (release,) = house.record().hypotheses.values()
    assert release.standing == "open"
    asked = {p["key"]: p["text"] for p in house.do("show", incident="INC-1")["prompts"]}
    assert asked[f"contradicted:{run_of(house).run}"].endswith("Does that speak against “the release”?")
    house.do("hypothesis", incident="INC-1", text="the zone", standing="open")
    house.lever.then = lambda: house.gauge.values.update(errors=0.0)
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go too", hypothesis="H2")
    house.wait(seconds=60)
    assert house.record().hypotheses["H2"].standing == "leading"


def test_the_outcome_says_how_sure_it_is_and_what_each_criterion_did(house: House) -> None:
    house.do("criteria", incident="INC-1", criterion="queue: gauge queue < 10")
    house.gauge.values["queue"] = 5.0
    house.wait(seconds=60)

    def helps() -> None:
        house.gauge.values.update(errors=0.0, queue=6.0)

    house.lever.then = helps
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    house.wait(seconds=60)
    run = run_of(house)
    assert run.outcome == "helped" and run.confidence > 0.9
    assert run.others == ["'queue' went from 5 to 6: no change to speak of"]
    assert any("(confidence " in sentence for sentence in house.sentences())


def test_the_next_incident_knows_how_long_it_took_and_how_long_the_undo_took(house: House) -> None:
    house.alert(zone="zone-b")
    house.wait(minutes=2)
    house.lever.then = lambda: house.gauge.values.update(errors=0.0)
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
    house.wait(seconds=60)
    house.lever.then = None
    house.do("undo", incident="INC-1", confirm="back")
    house.wait(seconds=60)
    house.do("resolve", incident="INC-1", override=True, reason="it holds")
    house.gauge.values["errors"] = 0.3
    house.alert(firing=False, zone="zone-b")
    house.do("declare", title="Again", service="shop")
    with house.application.uow() as uow:
        uow.tx.execute("UPDATE mitigation_runs SET undo_seconds = 7 WHERE undo_seconds IS NOT NULL")
    drain = next(line for line in house.do("mitigations", incident="INC-2") if line["name"] == "drain-b")
    assert drain["measured_runs"] == 1 and 0 < drain["effect_seconds"] <= 15
    assert (drain["measured_undos"], drain["undo_seconds"]) == (1, 7)


def test_a_time_box_ends_in_a_decision_and_falling_back_is_one_action(house: House) -> None:
    house.do("timebox", incident="INC-1", question="Is it the database?", minutes=10, owner="ben", mitigation="drain-b")
    house.wait(minutes=9)
    assert not [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("timebox:")]
    house.wait(minutes=1, seconds=5)
    with house.application.reading() as uow:
        prompt = next(p for p in uow.prompts(uow.record("INC-1")) if "timebox:" in p.key and p.due <= uow.now)
    assert prompt.text.startswith("Time is up for ben: Is it the database?")
    fall_back = prompt.actions[0]
    assert fall_back.command == "mitigate"
    house.do("mitigate", incident="INC-1", **fall_back.values)
    house.do("mitigate", incident="INC-1", **fall_back.values)
    house.wait(seconds=5)
    assert house.lever.pulled == [{"argv": ["drain"]}]
    assert not [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("timebox:")]
    assert "Started: Drain zone-b on zone-b, as the time-box said" in house.sentences()


def test_a_time_box_is_extended_with_a_reason_or_answered(house: House) -> None:
    box = house.do("timebox", incident="INC-1", question="Which query?", minutes=5, fallback="we call the vendor").id
    house.do("timebox", incident="INC-1", timebox=box, extend="the log is being copied", minutes=5)
    house.wait(minutes=6)
    assert not [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("timebox:")]
    house.do("timebox", incident="INC-1", timebox=box, answer="the nightly report")
    assert house.record().timeboxes[box].answer == "the nightly report"
    with pytest.raises(Conflict, match="has ended"):
        house.do("timebox", incident="INC-1", timebox=box, answer="no, another")
    with pytest.raises(Invalid, match="no answer"):
        house.do("timebox", incident="INC-1", question="And now?")


def test_evidence_is_one_bundle_with_a_manifest_and_what_could_not_be_had_is_listed(house: House) -> None:
    long_log = EvidenceItem("previous log of web-1", "panic: out of memory\n")

    def describe(arguments: Any) -> list[EvidenceItem]:
        return [EvidenceItem("describe deployment/web", "replicas 3 of 3"), long_log]

    house.lever.describe = describe  # type: ignore[method-assign]
    house.do("criteria", incident="INC-1", criterion="lost: elsewhere thing < 10")
    house.do("criteria", incident="INC-1", criterion="gone: gauge gone < 10")
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.wait(seconds=5)
    with house.application.reading(Actor("ada")) as uow:
        content = bundle(uow, "INC-1")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        files = {piece["name"]: archive.read(piece["file"]).decode() for piece in manifest["pieces"]}
    assert all(piece["intact"] for piece in manifest["pieces"])
    assert files["previous log of web-1"] == "panic: out of memory\n"
    assert {"alerts", "deploys", "ranking", "describe deployment/web"} <= set(files)
    assert "<svg" in files["graph of error rate"]
    assert [line["place"] for line in json.loads(files["ranking"])["ranking"]] == [1, 2, 3, 4]
    (missing,) = manifest["missing"].values()
    assert sorted(missing) == [
        "measurements of gone: no data for gone",
        "measurements of lost: no metrics source 'elsewhere' is configured",
    ]


def test_evidence_cannot_be_altered_unnoticed_or_at_all_through_the_database(house: House) -> None:
    from sqlalchemy.exc import DBAPIError

    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.wait(seconds=5)
    for statement in (
        "UPDATE exhibits SET content = content",
        "DELETE FROM evidence",
        "UPDATE evidence SET name = 'x'",
    ):
        with pytest.raises((DBAPIError, Problem), match="evidence is kept as it is"), house.application.uow() as uow:
            uow.tx.execute(statement)
    assert all(piece["intact"] for piece in house.do("evidence", incident="INC-1"))


def test_after_a_rollback_the_bad_release_is_not_offered_as_the_way_back(house: House) -> None:
    """R17: whoever watches the cluster records the rollback as a release of its own."""
    now = house.clock.now()
    for release, before in (("v1", 9000), ("v2", 12), ("v1", 0)):
        house.do("deploy", service="shop", release=release, at=iso(now - before * MINUTE))
    house.do("finding", incident="INC-1", about="change", subject="nothing else", at=iso(now - 9000 * MINUTE))
    rollback = next(line for line in house.do("mitigations", incident="INC-1") if line["name"] == "rollback")
    assert rollback["standing"] == "unsupported" and rollback["score"] < 0
    assert "shop v2 was left for v1 since the onset; going back from there would bring it back" in rollback["cautions"]
    with pytest.raises(Invalid, match="Caution: shop v2 was left"):
        house.do("mitigate", incident="INC-1", mitigation="rollback")


def test_the_wait_of_the_alerts_own_rule_dates_the_onset(house: House) -> None:
    """R17: asked of the source where it keeps rules."""
    house.do("close", incident="INC-1", reason="false alarm")
    house.do("deploy", service="shop", release="v2", at=iso(house.clock.now() - 50 * MINUTE))
    house.alert(fingerprint="late", summary="errors")
    house.wait(seconds=120)

    def rollback() -> Any:
        return next(line for line in house.do("mitigations", incident="INC-2") if line["name"] == "rollback")

    before = rollback()
    house.gauge.waits = lambda names: {"ErrorBudgetBurn": 2700.0}  # type: ignore[attr-defined]
    house.wait(seconds=40)
    assert rollback()["score"] > before["score"] + 2 and "waits 45 min before it fires" in rollback()["why"]
