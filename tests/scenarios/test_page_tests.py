"""Test pages, and what is known of every method afterwards."""

from typing import Any

import pytest

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Denied, Invalid, NotFound, TooMany
from stanch.prepare import page_tests
from stanch.prepare.sending import note
from tests.scenarios.house import House


def _report(house: House) -> dict[str, str]:
    return {row["person"]: row["worry"] for row in house.do("reachability") if row["method"]}


def test_a_test_page_reaches_oneself_and_is_remembered(house: House) -> None:
    assert _report(house) == {"ada": "untested", "ben": "untested"}
    done = house.do("test-page")
    assert "pager:ada" in done.message
    house.settle()
    ((address, message),) = house.pager.sent
    assert address == "ada" and message.urgent and "Nothing is wrong" in message.text and not message.acknowledge_url
    assert _report(house) == {"ben": "untested"}
    house.wait(days=31, step=86400)
    assert _report(house) == {"ada": "untested", "ben": "untested"}


def test_a_second_test_page_is_sent_again(house: House) -> None:
    for _ in range(2):
        house.do("test-page")
        house.settle()
    assert len(house.pager.sent) == 2 and len({message.key for _, message in house.pager.sent}) == 2


def test_a_test_page_that_fails_is_tried_three_times_and_reported(house: House) -> None:
    house.do("test-page")
    house.settle()
    house.wait(hours=1, step=1800)
    house.pager.down = True
    house.do("test-page")
    house.wait(minutes=5)
    (row,) = [row for row in house.do("reachability") if row["worry"] == "failing"]
    assert "the pager does not answer" in row["text"] and "last worked 1 h" in row["text"]
    with house.application.database.reading() as tx:
        rows = tx.all("SELECT state, attempts FROM outbox WHERE kind = 'test_page' ORDER BY attempts")
    assert [(r["state"], r["attempts"]) for r in rows] == [("done", 1), ("failed", 3)]
    house.pager.down = False
    house.do("test-page")
    house.settle()
    assert "failing" not in _report(house).values()


def test_a_person_is_found_by_every_name_they_have(house: House) -> None:
    assert "for Ada" in house.do("test-page", actor="ADA").message
    with pytest.raises(NotFound, match="mallory"):
        house.do("test-page", actor="mallory")


def _as(house: House, actor: Actor, **values: Any) -> Any:
    command = REGISTRY["test-page"]
    with house.application.uow(actor, "cli") as uow:
        return command.handle(uow, command.struct(**values))


def test_only_an_admin_pages_somebody_else_for_a_test(house: House) -> None:
    with pytest.raises(Denied):
        _as(house, Actor("ada"), person="ben")
    assert "for Ben" in _as(house, Actor("root", admin=True), person="ben").message
    with pytest.raises(NotFound, match="nobody"):
        _as(house, Actor("root", admin=True), person="nobody")


def test_who_has_no_way_is_told_what_to_add(house: House) -> None:
    house.policy = {**house.policy, "contacts": {**house.policy["contacts"], "ada": {"name": "Ada"}}}
    house.crash()
    with pytest.raises(Invalid, match="no contact method"):
        house.do("test-page")


def test_a_notifier_that_is_not_there_fails_at_once(house: House) -> None:
    house.policy = {**house.policy, "contacts": {"ada": {"name": "Ada", "reach": ["pigeon:roof"]}}}
    house.crash()
    house.do("test-page")
    house.settle()
    found = [row["text"] for row in house.do("reachability") if row["method"] == "pigeon:roof"]
    assert found == ["needs the notifier 'pigeon', which is not configured"]


def test_the_newest_attempt_counts_and_the_last_success_is_kept(house: House) -> None:
    with house.application.uow() as uow:
        note(uow, "ada", "pager:ada", True, "250 ok", "page")
    house.clock.forward(hours=2)
    with house.application.uow() as uow:
        note(uow, "ada", "pager:ada", False, "x" * 1000, "message")
    with house.application.database.reading() as tx:
        (row,) = tx.all("SELECT * FROM reached")
    assert row["kind"] == "message" and row["at"] - row["last_ok_at"] == 7200 * 1_000_000 and len(row["detail"]) == 300


def test_the_report_is_a_section_of_a_page(house: House) -> None:
    from stanch.prepare.page_tests import report
    from stanch.web.pages.render import ENVIRONMENT

    with house.application.reading() as uow:
        findings = report(uow)
    text = ENVIRONMENT.get_template("_reachability.html").render(findings=findings)
    assert "Untested:" in text and "<code>pager:ada</code>" in text and 'action="/do/test-page"' in text
    assert "Everybody" in ENVIRONMENT.get_template("_reachability.html").render(findings=[])


def test_test_pages_are_limited_by_target_and_by_person(house: House) -> None:
    """R2: nobody is woken by the tests of others all night."""
    for _ in range(10):
        house.do("test-page", "ada")
    with pytest.raises(TooMany, match="10 test pages left to") as raised:
        house.do("test-page", "ada")
    assert 0 < raised.value.after <= 3600
    with pytest.raises(TooMany), house.application.uow(Actor("root", admin=True)) as uow:
        page_tests.test_page(uow, page_tests.TestPage("ada"))
    house.clock.forward(hours=1)
    house.do("test-page", "ada")
