"""What becomes of a signal (R1)."""

from pathlib import Path

import pytest

from stanch.kernel.errors import Conflict, NotFound
from tests.scenarios.house import POLICY, House, belongs, opened


def test_a_spike_that_resolves_within_the_hold_is_noise_and_pages_nobody(house: House) -> None:
    house.alert()
    house.wait(seconds=40)
    house.alert(firing=False)
    house.wait(minutes=5)
    assert house.do("incidents") == []
    assert house.pager.sent == []
    (signal,) = house.do("signals")
    assert signal["disposition"] == "noise"
    assert "resolved by itself after 40 s" in signal["reason"]


def test_a_warning_becomes_a_ticket_and_a_person_can_make_it_an_incident(house: House) -> None:
    house.alert(severity="warning")
    house.wait(seconds=61)
    assert house.do("signals")[0]["disposition"] == "ticket"
    assert house.pager.sent == []
    house.do("triage", fingerprint="f1", disposition="incident", reason="customers wrote in")
    house.settle()
    assert house.do("signals")[0]["incident"] == "INC-1"
    assert len(house.pager.sent) == 1


def test_a_second_alert_of_the_same_service_joins_the_open_incident(house: House) -> None:
    house.alert(fingerprint="f1")
    house.wait(seconds=61)
    house.alert(fingerprint="f2")
    house.wait(seconds=61)
    assert len(house.do("incidents")) == 1
    assert set(house.record().signals) == {"f1", "f2"}


def test_two_thousand_alerts_at_once_open_one_incident_and_wake_one_person_once(house: House) -> None:
    from stanch.detect import signals
    from stanch.ports import Alert

    now = house.clock.now()
    labels = {"alertname": "Down", "service": "shop", "severity": "page"}
    storm = [Alert(f"s{i}", "Down", True, now, None, {**labels, "instance": str(i)}, {}) for i in range(2000)]
    with house.application.uow(source="alert") as uow:
        signals.fold(uow, storm, "prometheus")
    house.wait(seconds=65, step=65)
    assert len(house.do("incidents")) == 1
    assert len(house.record().signals) == 2000
    assert [address for address, _ in house.pager.sent] == ["ada"]


def test_the_same_alert_delivered_ten_times_is_one_signal(house: House) -> None:
    for _ in range(10):
        house.alert()
    (signal,) = house.do("signals")
    assert signal["repeats"] == 10


def test_a_storm_over_many_services_opens_ten_incidents_and_gathers_the_rest_in_one(house: House) -> None:
    for i in range(60):
        house.alert(fingerprint=f"s{i}", service=f"service-{i}")
    house.wait(seconds=65, step=65)
    incidents = house.do("incidents")
    assert len(incidents) == 11
    assert incidents[0]["title"].startswith("Alert storm: alerts opened 10 incidents")
    assert len(house.record("INC-11").signals) == 50
    assert len(house.pager.sent) == 11


def test_an_incident_that_people_call_a_storm_gathers_no_alerts(house: House) -> None:
    house.do("declare", title="Alert storm: so it looks", service="elsewhere")
    for i in range(12):
        house.alert(fingerprint=f"s{i}", service=f"service-{i}")
    house.wait(seconds=65, step=65)
    assert not house.record("INC-1").signals
    assert sum(1 for incident in house.do("incidents") if incident["title"].startswith("Alert storm")) == 2


def test_an_alert_of_a_dependency_joins_the_incident_of_the_service_that_needs_it(
    database_url: str, tmp_path: Path
) -> None:
    policy = {
        **POLICY,
        "services": {"shop": {"name": "shop", "depends_on": ["api"]}, "api": {"name": "api", "depends_on": ["db"]}},
    }
    for house in opened(database_url, tmp_path, policy):
        house.alert(fingerprint="f1", service="shop")
        house.wait(seconds=61)
        house.alert(fingerprint="f2", service="db")
        house.alert(fingerprint="f3", service="mail")
        house.wait(seconds=61)
        assert [i["service"] for i in house.do("incidents")] == ["mail", "shop"]
        assert set(house.record("INC-1").signals) == {"f1", "f2"}


def test_what_the_sender_grouped_stays_together(house: House) -> None:
    house.alert(fingerprint="f1", service="a", group="g")
    house.wait(seconds=61)
    house.alert(fingerprint="f2", service="b", group="g")
    house.alert(fingerprint="f3", service="c", group="other")
    house.wait(seconds=61)
    assert set(house.record("INC-1").signals) == {"f1", "f2"}
    assert set(house.record("INC-2").signals) == {"f3"}


def test_a_signal_that_is_no_incident_after_all_leaves_its_timeline(house: House) -> None:
    house.alert()
    house.wait(seconds=61)
    house.do("triage", fingerprint="f1", disposition="noise", reason="a test of the sender")
    assert house.record().signals == {}
    assert house.sentences()[-1] == "Alert ErrorBudgetBurn is not part of this: a test of the sender"


def test_a_signal_that_fires_again_stands_as_firing_in_its_incident(house: House) -> None:
    house.alert()
    house.wait(seconds=61)
    house.alert(firing=False)
    assert not house.record().signals["f1"].firing
    house.wait(seconds=30)
    house.alert()
    house.wait(seconds=61)
    assert len(house.do("incidents")) == 1
    assert house.record().signals["f1"].firing


def test_two_incidents_become_one_and_the_pages_of_the_one_that_ends_stop(house: House) -> None:
    house.alert(fingerprint="f1", service="a")
    house.alert(fingerprint="f2", service="b")
    house.wait(seconds=61)
    house.do("ack", incident="INC-1")
    sent = len(house.pager.sent)
    house.do("merge", incident="INC-2", into="1", reason="one switch")
    house.wait(minutes=30, step=60)
    assert len(house.pager.sent) == sent
    assert set(house.record("INC-1").signals) == {"f1", "f2"}
    assert house.record("INC-2").status == "closed"
    assert house.sentences("INC-2")[-1] == "Merged into INC-1: one switch"
    house.alert(fingerprint="f2", service="b", firing=False)
    assert not house.record("INC-1").signals["f2"].firing
    with pytest.raises(Conflict, match="INC-2 is merged into INC-1"):
        house.do("merge", incident="INC-1", into="INC-2")


def test_a_signal_that_is_a_thing_of_its_own_is_split_off_and_pages(house: House) -> None:
    house.alert(fingerprint="f1")
    house.alert(fingerprint="f2")
    house.wait(seconds=61)
    house.do("ack", incident="INC-1")
    house.do("split", fingerprint="f2", reason="another disk")
    house.settle()
    assert set(house.record("INC-1").signals) == {"f1"}
    assert set(house.record("INC-2").signals) == {"f2"}
    assert house.pager.sent[-1][1].title.startswith("[INC-2]")
    assert "belongs to INC-2: another disk" in house.sentences("INC-1")[-1]


def test_a_signal_of_a_private_incident_is_nothing_to_the_uninvited(house: House) -> None:
    house.do("declare", title="Somebody reads our mail", service="shop", private=True)
    house.alert()
    belongs(house, "f1", "INC-1000001")
    assert set(house.record("INC-1000001").signals) == {"f1"}
    for command in ("triage", "split"):
        with pytest.raises(NotFound, match="There is no signal f1"):
            house.do(
                command, actor="eve", fingerprint="f1", **({"disposition": "noise"} if command == "triage" else {})
            )
    assert house.do("signals", actor="eve") == []


def test_what_flaps_becomes_work_instead_of_noise(house: House) -> None:
    for _ in range(4):
        house.alert()
        house.wait(seconds=30)
        house.alert(firing=False)
        house.wait(minutes=3, step=60)
    (signal,) = house.do("signals")
    assert signal["disposition"] == "ticket"
    assert signal["flapping"] is True
    assert house.do("incidents") == []


def test_whoever_acknowledged_in_the_other_tool_is_not_woken_here(house: House) -> None:
    from stanch.detect import signals
    from stanch.ports import Acknowledgement

    house.alert()
    with house.application.uow(source="alert") as uow:
        signals.acknowledge(uow, Acknowledgement("f1", "ben"), "pagerduty")
        signals.acknowledge(uow, Acknowledgement("unknown"), "pagerduty")
    house.wait(minutes=20, step=60)
    assert house.pager.sent == []
    assert house.record().acknowledged_at is not None
    assert "ben acknowledged the page" in house.sentences()


def test_an_alert_that_was_over_before_we_heard_of_it_is_noise(house: House) -> None:
    house.alert(firing=False)
    house.alert(firing=False)
    (signal,) = house.do("signals")
    assert (signal["state"], signal["disposition"]) == ("resolved", "noise")
    assert house.do("incidents") == []
