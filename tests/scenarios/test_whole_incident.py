"""One incident from the first alert to the three-week check, with the clock in hand."""

from stanch.kernel.clock import DAY
from tests.scenarios.house import House


def test_an_incident_from_the_first_alert_to_the_three_week_question(house: House) -> None:
    # Detect (R1): held for 60 s, then it pages.
    house.do("deploy", service="shop", release="v2", previous="v1")
    house.wait(minutes=4)
    house.gauge.values["errors"] = 0.3
    house.alert()
    house.wait(seconds=55)
    assert house.do("incidents") == []
    house.wait(seconds=10)
    assert [i["id"] for i in house.do("incidents")] == ["INC-1"]
    assert [address for address, _ in house.pager.sent] == ["ada"]

    # Respond (R10, R25): six facts, roles announced.
    house.do("ack", incident="INC-1")
    house.do("role", incident="INC-1", role="incident_commander")
    house.do("severity", incident="INC-1", severity="SEV-2")
    house.do("impact", incident="INC-1", text="3 of 10 checkouts fail")
    house.do("criteria", incident="INC-1", propose=True)
    house.wait(seconds=20)
    assert "ada is acting as IC" in house.sentences()

    # Mitigate (R16, R17, R23): the deploy shortly before onset puts rollback first; it helps.
    ranked = house.do("mitigations", incident="INC-1")
    assert ranked[0]["name"] == "rollback"
    assert "shop v2 went out" in ranked[0]["reasons"][0]
    house.lever.then = lambda: house.gauge.values.update(errors=0.0)
    house.do("mitigate", actor="ben", incident="INC-1", mitigation="rollback", confirm="yes")
    house.wait(seconds=40)
    run = next(iter(house.record().runs.values()))
    assert run.outcome == "helped"
    assert run.evidence

    # Recover (R41): the hold ends, resolve is offered.
    house.do("phase", incident="INC-1", phase="resolve", reason="rollback helped")
    house.wait(seconds=60)
    assert house.record().criteria_held_at is not None
    house.do("status", incident="INC-1", state="resolved")
    house.do("resolve", incident="INC-1")

    # Learn (R43, R46, R48): decided, written, asked after three weeks, then the owner's lead.
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "postmortem"
    house.do(
        "action",
        incident="INC-1",
        title="Canary every release for ten minutes",
        owner="ben",
        test="A broken release stops in the canary",
    )
    house.pager.told.clear()
    house.wait(days=20, step=86400)
    # The postmortem that is not published yet, and the item two days before its date.
    assert [message.title for _, message in house.pager.told] == [
        "[INC-1] burning",
        "[INC-1] A1 is due soon",
    ]
    house.pager.told.clear()
    house.wait(days=1.1, step=3600)
    assert [address for address, _ in house.pager.told] == ["ben"]
    house.wait(days=3.1, step=3600)
    assert [address for address, _ in house.pager.told] == ["ben", "grace"]
    house.do("action", actor="ben", incident="INC-1", item="A1", done=True)
    assert house.do("learning")["completion"] == 1.0
    house.wait(days=30, step=86400)
    assert len(house.pager.told) == 2
    assert house.record().action_items["A1"].done_at > house.record().closed_at + 20 * DAY
