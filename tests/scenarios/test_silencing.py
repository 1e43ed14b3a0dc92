"""A signal that somebody has acknowledged or silenced wakes nobody, and is judged anew at the end of it (R1, R2)."""

import re
import warnings
from typing import Any

import pytest

from stanch.kernel.clock import iso
from stanch.kernel.errors import Conflict, Invalid
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WHY = "the disk is being replaced"


def signal(house: House, fingerprint: str = "f1") -> Any:
    return next(row for row in house.do("signals") if row["fingerprint"] == fingerprint)


def woken(house: House) -> list[str]:
    return [address for address, _ in house.pager.sent]


@pytest.mark.parametrize("how", ["silence", "ack-signal"])
def test_until_a_moment_it_wakes_nobody_and_then_pages_as_new(house: House, how: str) -> None:
    house.alert()
    until = iso(house.clock.now() + 7_200_000_000)
    word = "silenced" if how == "silence" else "acknowledged"
    said = house.do(how, "ben", fingerprint="f1", reason=WHY, until=until).message
    assert said == f"ErrorBudgetBurn is {word} by Ben until {until[:16].replace('T', ' ')} UTC: {WHY}."
    assert signal(house)["silence"] == said.removeprefix("ErrorBudgetBurn is ").rstrip(".")
    house.wait(hours=1, step=60)
    house.crash()
    house.wait(minutes=59, step=60)
    assert woken(house) == [] and house.do("incidents") == []
    house.wait(minutes=2, step=10)
    assert woken(house) == ["ada"]
    after = signal(house)
    assert after["silence"] == "" and after["incident"] == "INC-1" and "still firing when the " in after["reason"]


def test_until_it_clears_it_is_noise_and_a_recurrence_pages(house: House) -> None:
    house.alert()
    house.do("silence", fingerprint="f1", reason=WHY)
    house.wait(hours=5, step=300)
    house.alert(firing=False)
    house.settle()
    assert woken(house) == []
    assert signal(house)["disposition"] == "noise" and signal(house)["silence"] == ""
    assert signal(house)["reason"] == f"cleared while it was silenced by ada until it clears: {WHY}"
    house.wait(minutes=5, step=60)
    house.alert()
    house.wait(seconds=65)
    assert woken(house) == ["ada"]


def test_a_recurrence_within_a_silence_until_a_moment_waits_for_its_end(house: House) -> None:
    house.alert()
    house.do("silence", fingerprint="f1", reason=WHY, minutes=60)
    house.wait(minutes=10, step=60)
    house.alert(firing=False)
    house.wait(minutes=10, step=60)
    house.alert()
    house.wait(minutes=30, step=60)
    assert woken(house) == []
    house.wait(minutes=12, step=10)
    assert woken(house) == ["ada"]


def test_what_begins_just_before_the_end_still_has_its_hold(house: House) -> None:
    house.alert()
    house.do("silence", fingerprint="f1", reason=WHY, minutes=60)
    house.alert(firing=False)
    house.wait(minutes=59, seconds=55, step=60)
    house.alert()
    house.wait(seconds=30)
    assert woken(house) == []
    house.wait(seconds=40)
    assert woken(house) == ["ada"]


def test_a_silenced_alert_of_an_incident_lets_its_page_rest_and_pages_anew(house: House) -> None:
    house.alert()
    house.wait(seconds=65)
    house.do("silence", "ben", fingerprint="f1", reason=WHY, minutes=60)
    house.wait(minutes=50, step=30)
    assert woken(house) == ["ada"], "not even Ben, whose step was next"
    assert any(s.startswith("Every alert that still fires is acknowledged or silenced") for s in house.sentences())
    assert "every alert that still fires" in house.do("wake-next", "ada", incident="INC-1").message
    house.wait(minutes=11, step=10)
    assert woken(house) == ["ada", "ada"], "from the first step"
    waiting = [page for page in house.record().pages.values() if page.waiting()]
    assert len(waiting) == 1 and waiting[0].step == 0


def test_whoever_acknowledges_the_last_alert_has_the_page(house: House) -> None:
    house.alert()
    house.wait(seconds=65)
    house.alert(fingerprint="f2", name="Queue")
    house.wait(seconds=65)
    house.do("ack-signal", "ben", fingerprint="f1", reason="I restart it")
    assert next(iter(house.record().pages.values())).waiting(), "the other one still fires"
    house.do("ack-signal", "ben", fingerprint="f2", reason="I restart it")
    assert next(iter(house.record().pages.values())).acknowledged_by == "ben"


def test_another_alert_goes_on_waking_and_no_second_page_begins(house: House) -> None:
    house.alert()
    house.wait(seconds=65)
    house.alert(fingerprint="f2", name="Queue")
    house.wait(seconds=65)
    house.do("silence", fingerprint="f1", reason=WHY, minutes=10)
    house.wait(minutes=20, step=10)
    assert woken(house) == ["ada", "ben", "ada", "ben"]
    assert len(house.record().pages) == 1


def test_ended_by_hand_it_is_judged_at_once(house: House) -> None:
    house.alert()
    house.do("silence", fingerprint="f1", reason=WHY)
    house.wait(minutes=10, step=60)
    assert house.do("unsilence", "ben", fingerprint="f1").message.endswith("It is judged anew.")
    house.settle()
    assert woken(house) == ["ada"]
    with pytest.raises(Conflict, match="is not silenced"):
        house.do("unsilence", fingerprint="f1")


def test_a_decision_by_hand_stands_in_its_place(house: House) -> None:
    house.alert()
    house.do("silence", fingerprint="f1", reason=WHY, minutes=60)
    house.do("triage", fingerprint="f1", disposition="incident")
    house.settle()
    assert woken(house) == ["ada"] and signal(house)["silence"] == ""


def test_what_cannot_be_is_refused(house: House) -> None:
    house.alert()
    for wrong, field in [
        ({"reason": " "}, "reason"), ({"reason": WHY, "until": "soon"}, "until"),
        ({"reason": WHY, "until": "2020-01-01"}, "until"), ({"reason": WHY, "until": "2099-01-01"}, "until"),
        ({"reason": WHY, "until": "2099-01-01", "minutes": 5}, "until"),
    ]:  # fmt: skip
        with pytest.raises(Invalid) as raised:
            house.do("silence", fingerprint="f1", **wrong)
        assert raised.value.field == field
    house.alert(firing=False)
    with pytest.raises(Conflict, match="does not fire"):
        house.do("silence", fingerprint="f1", reason=WHY)


def test_api_and_page_say_who_why_and_until_when(house: House) -> None:
    house.alert()
    bearer = house.bearer("ben")
    with TestClient(create_app(house.stanch), follow_redirects=False) as browser:
        answered = browser.post("/api/v1/silences", headers=bearer, json={"fingerprint": "f1", "reason": WHY})
        assert answered.status_code == 200, answered.text
        shown = browser.get("/signals?disposition=silenced", headers=bearer).text
        assert f"silenced by Ben until it clears: {WHY}" in shown and "wakes nobody" in shown
        listed = browser.get("/api/v1/signals?disposition=silenced", headers=bearer).json()
        assert listed[0]["silence"] == f"silenced by Ben until it clears: {WHY}"
        # What waits stands in the live parts; the first-run list after them names the sender's first alert.
        waits = re.findall(r'data-live="(?:now|held)".*?</section>', browser.get("/", headers=bearer).text, re.DOTALL)
        assert len(waits) == 2 and not any("ErrorBudgetBurn" in part for part in waits)
        assert browser.post("/api/v1/ended-silences", headers=bearer, json={"fingerprint": "f1"}).status_code == 200
