"""What becomes of a signal (R1)."""

from tests.scenarios.house import House


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
    with house.office.desk(source="alert") as desk:
        signals.fold(desk, storm, "prometheus")
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
