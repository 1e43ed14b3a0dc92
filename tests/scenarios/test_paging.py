"""Pages leave, escalate, and stop at the acknowledgement (P2)."""

from tests.scenarios.house import House


def test_the_page_escalates_when_nobody_acknowledges_within_five_minutes(house: House) -> None:
    house.do("declare", title="Checkout is down")
    house.settle()
    house.wait(minutes=4, seconds=55)
    assert [a for a, _ in house.pager.sent] == ["ada"]
    house.wait(seconds=10)
    assert [a for a, _ in house.pager.sent] == ["ada", "ben"]


def test_nothing_leaves_after_the_acknowledgement(house: House) -> None:
    house.do("declare", title="Checkout is down")
    house.do("ack", actor="ada", incident="INC-1")
    house.wait(minutes=30, step=30)
    assert house.pager.sent == []
    assert house.record().acknowledged_at is not None


def test_a_page_is_tried_again_while_the_notifier_is_down_and_each_attempt_is_on_record(house: House) -> None:
    house.pager.down = True
    house.do("declare", title="Checkout is down")
    house.wait(seconds=3, step=1)
    house.pager.down = False
    house.wait(seconds=10, step=1)
    receipts = next(iter(house.record().pages.values())).receipts
    assert [r.ok for r in receipts][-1] is True
    assert [r.ok for r in receipts].count(False) >= 2
    assert len({key for _, m in house.pager.sent for key in [m.key]}) == 1


def test_a_crash_before_the_page_is_sent_loses_nothing(house: House) -> None:
    house.do("declare", title="Checkout is down")
    house.timers.run_due()
    house.outbox.lease(10)
    house.crash()
    house.settle()
    assert [a for a, _ in house.pager.sent] == ["ada"]


def test_a_severity_that_only_tracks_wakes_nobody(house: House) -> None:
    house.do("declare", title="The logo is blurred", severity="SEV-4")
    house.wait(minutes=20, step=30)
    assert house.pager.sent == []


def test_raising_the_severity_wakes_someone(house: House) -> None:
    house.do("declare", title="The logo is blurred", severity="SEV-4")
    house.do("severity", incident="INC-1", severity="SEV-1", reason="it is the login button")
    house.settle()
    assert [a for a, _ in house.pager.sent] == ["ada"]
