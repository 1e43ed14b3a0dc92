"""Pages leave, escalate, and stop at the acknowledgement (P2)."""

from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.clock import parse_moment
from stanch.kernel.errors import Conflict
from tests.scenarios.house import POLICY, House, opened


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


def at(house: House, text: str) -> None:
    house.clock.moment = parse_moment(text)


def with_steps(database_url: str, folder: Path, *steps: dict[str, Any], **more: Any) -> Any:
    policy = {**POLICY, "escalation": {"default": {"steps": list(steps), "repeat": 0}}, **more}
    return opened(database_url, folder, policy)


def test_a_sev_3_at_night_waits_for_working_hours(house: House) -> None:
    at(house, "2026-11-23T23:00:00Z")
    house.do("declare", title="Exports are slow", severity="SEV-3")
    house.wait(hours=9, minutes=59, step=600)
    assert house.pager.sent == []
    assert "Page put off until 2026-11-24 09:00 UTC: SEV-3 waits for working hours" in house.sentences()
    house.wait(minutes=2, step=30)
    assert [address for address, _ in house.pager.sent] == ["ada"]


def test_raising_a_sev_3_at_night_pages_at_once(house: House) -> None:
    at(house, "2026-11-23T23:00:00Z")
    house.do("declare", title="Exports are slow", severity="SEV-3")
    house.do("severity", incident="INC-1", severity="SEV-1", reason="orders are lost")
    house.settle()
    assert [address for address, _ in house.pager.sent] == ["ada"]


def test_lowering_to_sev_3_at_night_lets_the_next_person_sleep(house: House) -> None:
    at(house, "2026-11-23T23:00:00Z")
    house.do("declare", title="Checkout is down")
    house.settle()
    house.do("severity", incident="INC-1", severity="SEV-3")
    house.wait(hours=1, step=60)
    assert [address for address, _ in house.pager.sent] == ["ada"]


def test_when_all_must_acknowledge_one_is_not_enough(database_url: str, tmp_path: Path) -> None:
    both = {"notify": ["ada", "ben"], "wait": 300, "acknowledge": "all"}
    for house in with_steps(database_url, tmp_path, both, {"notify": ["grace"]}):
        house.do("declare", title="Checkout is down")
        house.settle()
        assert "Page step 1: ada, ben (all must acknowledge)" in house.sentences()
        done = house.do("ack", actor="ada", incident="INC-1")
        assert done.message == "Noted. All must acknowledge: ben still to come."
        house.wait(minutes=6)
        assert [address for address, _ in house.pager.sent] == ["ada", "ben", "grace"]


def test_when_all_have_acknowledged_nobody_else_is_woken(database_url: str, tmp_path: Path) -> None:
    both = {"notify": ["ada", "ben"], "wait": 300, "acknowledge": "all"}
    for house in with_steps(database_url, tmp_path, both, {"notify": ["grace"]}):
        house.do("declare", title="Checkout is down")
        house.settle()
        house.do("ack", actor="ada", incident="INC-1")
        house.do("ack", actor="Ben", incident="INC-1")
        house.wait(minutes=30, step=30)
        assert [address for address, _ in house.pager.sent] == ["ada", "ben"]
        assert next(iter(house.record().pages.values())).acknowledged_by == "ada, ben"


def test_a_person_is_reached_by_one_way_after_the_other_until_they_answer(database_url: str, tmp_path: Path) -> None:
    methods = ["pager:push", {"to": "pager:sms", "after": 60}, {"to": "pager:voice", "after": 120}]
    contacts = {"ada": {"name": "Ada", "reach": methods}}
    for house in with_steps(database_url, tmp_path, {"notify": ["ada"]}, contacts=contacts):
        house.do("declare", title="Checkout is down")
        house.wait(seconds=65)
        assert [address for address, _ in house.pager.sent] == ["push", "sms"]
        house.do("ack", incident="INC-1")
        house.wait(minutes=5)
        assert [address for address, _ in house.pager.sent] == ["push", "sms"]


def test_a_policy_that_reaches_nobody_pages_everybody_and_says_why(database_url: str, tmp_path: Path) -> None:
    for house in with_steps(database_url, tmp_path, {"notify": ["zoe"]}, {"notify": ["schedule:none"]}):
        house.do("declare", title="Checkout is down")
        house.settle()
        assert [address for address, _ in house.pager.sent] == ["ada", "ben", "grace"]
        said = next(s for s in house.sentences() if s.startswith("Page step 1"))
        assert "'zoe' is not in the contacts" in said
        assert "everybody is paged" in said


def test_paging_for_what_is_over_is_refused_instead_of_waking_nobody(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.do("resolve", incident="INC-1", override=True, reason="false alarm")
    with pytest.raises(Conflict, match="is resolved"):
        house.do("page", incident="INC-1")


def test_resolved_by_mistake_before_anybody_had_it_and_opened_again_pages_from_the_first_step(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.do("resolve", incident="INC-1", override=True, reason="wrong button")
    house.settle()
    assert house.pager.sent == []
    house.wait(minutes=20)
    house.do("reopen", incident="INC-1", reason="wrong button")
    house.wait(minutes=6)
    assert [address for address, _ in house.pager.sent] == ["ada", "ben"]


def test_opened_again_by_someone_who_had_it_wakes_nobody(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.do("ack", incident="INC-1")
    house.do("resolve", incident="INC-1", override=True, reason="it looked fine")
    house.do("reopen", incident="INC-1", reason="it was not")
    house.wait(minutes=20)
    assert house.pager.sent == []


def test_a_way_that_is_away_for_hours_is_tried_until_somebody_has_it(house: House) -> None:
    house.pager.down = True
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(hours=3, step=30)
    failed = [receipt for page in house.record().pages.values() for receipt in page.receipts]
    assert len(failed) < 60, "the timeline is not filled with attempts"
    house.pager.down = False
    house.wait(minutes=6)
    assert {address for address, _ in house.pager.sent} == {"ada", "ben"}


def test_once_it_is_acknowledged_a_way_that_was_away_is_not_tried_again(house: House) -> None:
    house.pager.down = True
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(minutes=30, step=30)
    house.do("ack", incident="INC-1")
    house.pager.down = False
    house.wait(minutes=10)
    assert house.pager.sent == []


def test_nobody_new_is_woken_for_what_has_cleared(house: House) -> None:
    """Case 19, R2: the record says so; when it fires again the escalation goes on where it was."""
    house.alert()
    house.wait(seconds=61)
    house.alert(firing=False)
    house.wait(minutes=30, step=60)
    assert [address for address, _ in house.pager.sent] == ["ada"]
    (said,) = [line for line in house.sentences() if "nobody else is woken" in line]
    assert house.record().live() and said.startswith("Every alert has cleared")
    house.alert()
    house.wait(seconds=65)
    assert [address for address, _ in house.pager.sent] == ["ada", "ben"]


def test_of_two_alerts_the_one_that_still_fires_goes_on_waking(house: House) -> None:
    house.alert(fingerprint="f1")
    house.alert(fingerprint="f2")
    house.wait(seconds=61)
    house.alert(fingerprint="f1", firing=False)
    house.wait(seconds=305)
    assert [address for address, _ in house.pager.sent] == ["ada", "ben"]
    assert not any("nobody else is woken" in line for line in house.sentences())


def test_a_page_that_a_person_asked_for_goes_on_whatever_alerts_do(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.alert()
    house.wait(seconds=61)
    house.alert(firing=False)
    house.wait(seconds=301)
    assert [address for address, _ in house.pager.sent] == ["ada", "ben"]
