"""Similar incidents while one is live: thirty cases, privacy, outcomes, redaction, what an older release left (R50, P6)."""

from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import yaml

from stanch.kernel.clock import MINUTE, iso
from stanch.kernel.errors import NotFound
from stanch.learn import backfill
from stanch.learn.memory.rules import Helped, Remembered, likeness, outcome
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.ranking_cases import empty_database
from tests.scenarios.test_room_safety import TestClient

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[1] / "data/similar/cases.yaml").read_text())
CATALOG = {
    **POLICY,
    "hold": 0,
    "services": {
        **POLICY["services"],
        "search": {"name": "search"},
        "mail": {"name": "mail"},
        "auth": {"name": "auth"},
        "ingest": {"name": "ingest"},
    },
}


def begin(house: House, told: dict[str, Any]) -> str:
    """One incident through the public interface; answers with its id."""
    now, service = house.clock.now(), told.get("service", "")
    if "release" in told:
        house.do(
            "deploy", service=service, release=told["release"], kind="release", at=iso(now - told["before"] * MINUTE)
        )
    found: str = house.do("declare", title=told["title"], service=service, private=told.get("private", False)).incident
    for number, alert in enumerate(told.get("alerts", [])):
        _attach(house, found, f"{found}-{number}", alert)
    if "impact" in told:
        house.do("impact", incident=found, text=told["impact"])
    for text in told.get("hypotheses", []):
        house.do("hypothesis", incident=found, text=text)
    if "factors" in told:
        house.do("postmortem", incident=found, factors=told["factors"])
    return found


def _attach(house: House, incident: str, fingerprint: str, alert: dict[str, str]) -> None:
    from stanch.timeline.facts.detect import SignalAttached

    labels = {key: text for key, text in alert.items() if key not in ("name", "summary")}
    with house.application.uow() as uow:
        uow.append(incident, SignalAttached(fingerprint, alert["name"], "prometheus", alert["summary"], labels=labels))


def end(house: House, incident: str, told: dict[str, Any]) -> None:
    if told.get("false_alarm"):
        house.do("close", incident=incident, false_alarm=True)
    elif told.get("close", True):
        house.do("close", incident=incident, reason="over")
    house.clock.forward(minutes=90)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_database(tmp_path_factory.mktemp("empty"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_one_that_an_old_hand_would_remember_is_told_first(
    case: dict[str, Any], tmp_path: Path, empty: Path
) -> None:
    assert len(CASES) >= 20
    copyfile(empty, tmp_path / "stanch.db")
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path, CATALOG):
        ids = {}
        for key, told in case["past"].items():
            ids[key] = begin(house, told)
            end(house, ids[key], told)
        now = begin(house, case["now"])
        found = house.do("similar", actor="grace", incident=now)
        if case["expect"] == "none":
            assert found == [], found
            continue
        assert found and found[0]["incident"] == ids[case["expect"]], found
        for words in case.get("why", []):
            assert words.lower() in found[0]["why"].lower(), found[0]["why"]
        for words in case.get("not", []):
            assert words not in found[0]["why"], found[0]["why"]


ALERT = {"name": "CheckoutErrors", "summary": "deadlock on orders"}


def test_what_helped_then_is_told_in_the_room_by_api_and_by_name(house: House) -> None:
    """R50, R16: with the time that it took."""
    house.gauge.values["errors"] = 0.3
    first = begin(house, {"title": "Checkout errors", "service": "shop", "alerts": [ALERT]})
    house.do("criteria", incident=first, propose=True)
    house.wait(seconds=60)
    house.do("mitigate", incident=first, mitigation="rollback", confirm="go")
    house.wait(seconds=10)
    house.gauge.values["errors"] = 0.0
    house.wait(seconds=300, step=10)
    assert [run.outcome for run in house.record(first).runs.values()] == ["helped"]
    house.do("close", incident=first, reason="over")
    now = begin(house, {"title": "Checkout errors", "service": "shop", "alerts": [ALERT]})
    (found,) = house.do("similar", incident=now)
    assert "“Roll back the shop” helped in" in found["why"] and found["helped"] == ["Roll back the shop"]
    with TestClient(create_app(house.stanch)) as client:
        client.headers.update(house.bearer("ada"))
        assert client.get(f"/api/v1/incidents/{now}/similar").json() == [found]
        room = client.get(f"/incidents/{now}", headers={"Accept": "text/html"}).text
        assert "Similar incidents" in room and f'href="/incidents/{first}"' in room and "helped in" in room
        assert "Similar incidents" not in client.get(f"/incidents/{first}", headers={"Accept": "text/html"}).text


def test_a_private_one_is_for_its_members_only(house: House) -> None:
    """P6: in the answer, in the room, and as the one that is asked about."""
    told = {"title": "Token stolen", "service": "shop", "alerts": [ALERT]}
    private, public = begin(house, {**told, "private": True}), begin(house, told)
    assert house.do("similar", actor="grace", incident=public) == []
    assert [row["incident"] for row in house.do("similar", actor="ada", incident=public)] == [private]
    assert [row["incident"] for row in house.do("similar", actor="ada", incident=private)] == [public]
    with pytest.raises(NotFound):
        house.do("similar", actor="grace", incident=private)
    house.bearer("grace")
    house.do("invite", actor="ada", incident=private, person="grace")
    assert [row["incident"] for row in house.do("similar", actor="grace", incident=public)] == [private]


def test_what_an_older_release_left_is_remembered_at_the_next_start_bit_by_bit(house: House) -> None:
    told = {"title": "Checkout errors", "service": "shop", "alerts": [ALERT]}
    before, now = begin(house, told), begin(house, told)
    with house.application.database.transaction() as tx:
        tx.execute("DELETE FROM remembered")
        tx.execute("DELETE FROM remembered_terms")
    assert house.do("similar", incident=now) == []
    house.crash()
    with house.application.uow() as uow:
        backfill.begin(uow)
    house.settle()
    assert [row["incident"] for row in house.do("similar", incident=now)] == [before]


def test_words_that_were_taken_back_find_nothing_any_more(house: House) -> None:
    """R50, P5: the projection follows the record, also when a text is redacted or an alarm was none."""
    told = {"title": "Odd", "service": "shop", "impact": "acquirer tokens rejected, settlement frozen, chargebacks"}
    before = begin(house, told)
    now = begin(house, {**told, "title": "Strange"})
    assert [row["incident"] for row in house.do("similar", incident=now)] == [before]
    house.do("close", incident=before, false_alarm=True)
    assert house.do("similar", incident=now) == []
    with house.application.reading() as uow:
        left = uow.tx.one(
            "SELECT COUNT(*) AS n FROM remembered_terms t JOIN remembered r ON r.number = t.number WHERE r.incident = :i",
            i=before,
        )
        assert left and left["n"] == 0


def test_outcomes_are_told_truly_with_none_one_and_many() -> None:
    then = Remembered("INC-1", began_at=0, ended_at=40 * MINUTE)
    assert outcome(then) == "no mitigation is on record; it took 40 min"
    assert outcome(Remembered("INC-1")) == "it is still open"
    assert outcome(Remembered("INC-1", in_vain=("Restart",))) == "“Restart” did not help"
    both = Remembered("INC-1", helped=(Helped("Roll back", 240.0), Helped("Drain")), in_vain=("Restart",))
    assert outcome(both) == "“Roll back” helped in 4 min and “Drain” helped"
    assert likeness(Remembered("a"), Remembered("b")) is None
