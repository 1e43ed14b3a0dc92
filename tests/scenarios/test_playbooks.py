"""First moves beside the incident, with the reason why they may fit (R6)."""

import pytest

from stanch.kernel.errors import NotFound
from tests.scenarios.house import POLICY, House


def fitting(house: House, incident: str = "INC-1") -> list[tuple[str, str]]:
    return [(row["playbook"], row["reason"]) for row in house.do("playbooks", fits=incident)]


def test_a_release_just_before_the_alert_brings_up_the_first_moves_for_it(house: House) -> None:
    house.do("deploy", service="shop", release="v42")
    house.wait(minutes=5)
    house.alert()
    house.wait(seconds=61)
    assert fitting(house) == [("crash-on-deploy", "release v42 of shop went out 5 min before onset")]


def test_a_release_of_another_service_is_no_evidence(house: House) -> None:
    house.do("deploy", service="blog", release="v42")
    house.alert()
    house.wait(seconds=61)
    assert fitting(house) == []


def test_what_people_suspect_counts_until_it_is_rejected(house: House) -> None:
    house.do("declare", title="Checkout is slow", service="shop")
    house.do("hypothesis", incident="INC-1", text="the connection pool is exhausted")
    assert [name for name, _ in fitting(house)] == ["database-connections"]
    (hypothesis,) = house.record().hypotheses
    house.do("hypothesis", incident="INC-1", hypothesis=hypothesis, standing="rejected")
    assert fitting(house) == []


def test_a_tls_probe_that_fails_brings_up_the_certificate(house: House) -> None:
    shop = {**POLICY["services"]["shop"], "probes": [{"name": "edge", "kind": "tls", "url": "shop.example.org:443"}]}
    house.policy = {**POLICY, "services": {"shop": shop}}
    house.crash()
    house.alert(probe="edge")
    house.wait(seconds=61)
    assert fitting(house) == [("expired-certificate", "a TLS probe fails")]


def test_a_private_incident_does_not_show_through_its_playbooks(house: House) -> None:
    secret = house.do("declare", title="429 from the bank", private=True).incident
    assert fitting(house, secret), "who declared it sees them"
    with pytest.raises(NotFound):
        house.do("playbooks", actor="mallory", fits=secret)


def test_an_unknown_playbook_is_answered_with_the_known_ones(house: House) -> None:
    with pytest.raises(NotFound) as refused:
        house.do("playbooks", playbook="meteor")
    assert "zone-power" in refused.value.sentence()


def test_a_playbook_is_shown_whole(house: House) -> None:
    assert "Retry-After" in house.do("playbooks", playbook="rate-limits")["text"]
