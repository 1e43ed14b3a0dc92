"""Action items from being added to done or dropped: changed, reminded of, asked after, answered from the message (R46-R48)."""

import warnings
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from stanch.identity import people
from stanch.kernel.clock import DAY, parse_moment
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.learn.action_items.answer_link import answer_code
from stanch.learn.action_items.asking import told, unreached
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def closed(house: House) -> House:
    """A closed incident with one action item of ben, whose lead is grace."""
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
    house.do("resolve", incident="INC-1", override=True, reason="rolled back")
    house.do("close", incident="INC-1")
    house.do("action", incident="INC-1", title="Add a canary", owner="ben", test="A broken release stops there")
    house.pager.told.clear()
    return house


@pytest.fixture
def client(closed: House) -> Iterator[TestClient]:
    with TestClient(create_app(closed.stanch), follow_redirects=False) as client:
        client.headers["Origin"] = "http://testserver"
        yield client


def item(house: House, name: str = "A1"):  # type: ignore[no-untyped-def]
    return house.record().action_items[name]


def link(house: House, to: str) -> str:
    """The path of the answer link in the newest message to somebody."""
    text = [message.text for address, message in house.pager.told if address == to][-1]
    return urlsplit(text.rsplit("Answer here: ", 1)[1]).path


def test_an_item_is_changed_and_the_entry_says_what(closed: House) -> None:
    """R47: owner, date, test, priority and purpose; what is the same is no entry."""
    changed = closed.do(
        "action", incident="INC-1", item="a1", owner="Grace", due="2030-06-04", priority="high", purpose="prevent"
    )
    assert changed.message == "A1 of INC-1: due 2030-06-04, owner grace, priority high, purpose prevent."
    assert (
        closed.sentences()[-1] == "Action item A1 changed: due 2030-06-04, owner grace, priority high, purpose prevent"
    )
    # Not late on the day itself.
    assert item(closed).due_at == parse_moment("2030-06-04") + DAY - 1_000_000
    before = closed.record().entries
    assert (
        "nothing to change" in closed.do("action", incident="INC-1", item="A1", owner="grace", due="2030-06-04").message
    )
    assert closed.record().entries == before
    for wrong in ({"owner": "nobody-known"}, {"due": "soon"}, {}, {"done": True, "dropped": True, "note": "x"}):
        with pytest.raises(Invalid):
            closed.do("action", incident="INC-1", item="A1", **wrong)
    with pytest.raises(NotFound):
        closed.do("action", incident="INC-1", item="A9", done=True)


def test_the_owner_is_reminded_once_before_the_date_and_again_when_it_moves(closed: House) -> None:
    """R48."""
    closed.wait(days=11.9, step=86400)
    due = [title for title in titles(closed) if "due soon" in title]
    assert due == []
    closed.wait(days=1, step=3600)
    assert [title for title in titles(closed) if "due soon" in title] == ["[INC-1] A1 is due soon"]
    closed.do("action", incident="INC-1", item="A1", due="2030-01-01")
    closed.do("action", incident="INC-1", item="A1", done=True)
    closed.wait(days=3, step=86400)
    assert len([title for title in titles(closed) if "due soon" in title]) == 1


def titles(house: House) -> list[str]:
    return [message.title for _, message in house.pager.told]


def test_the_question_is_answered_from_the_message(closed: House, client: TestClient) -> None:
    """R48: opening the link changes nothing; one tap answers; the code is of this person and item only."""
    closed.wait(days=21.1, step=3600)
    path = link(closed, "ben")
    before = closed.record().entries
    page = client.get(path)
    assert page.status_code == 200 and "Add a canary" in page.text and closed.record().entries == before
    assert client.post(path, data={"answer": "The pipeline is half done", "due": "2030-01-02"}).status_code == 200
    assert item(closed).answers == ["The pipeline is half done"] and closed.sentences()[-1].startswith("Answer on A1")
    assert client.post(path, data={"done": "true", "evidence": "build 812 stopped in the canary"}).status_code == 200
    assert closed.sentences()[-1] == "Action item A1 done: shown by build 812 stopped in the canary"
    assert closed.record().last.author == "ben"
    assert "nothing more to answer" in client.get(path).text
    assert client.post(path, data={"done": "true"}).status_code == 409
    wrong = path[:-1] + ("0" if path[-1] != "0" else "1")
    for stolen in (wrong, path.replace("/ben/", "/grace/"), path.replace("/A1/", "/A2/")):
        assert client.get(stolen).status_code == 403


def test_what_was_typed_wrong_is_kept_and_other_fields_are_not_taken(closed: House, client: TestClient) -> None:
    closed.wait(days=21.1, step=3600)
    path = link(closed, "ben")
    answer = client.post(path, data={"answer": "Half done", "due": "soon", "owner": "grace"})
    assert answer.status_code == 422 and 'value="Half done"' in answer.text and "is not a time" in answer.text
    assert item(closed).owner == "ben" and item(closed).answers == []


def test_a_drop_needs_a_reason_and_the_leads_yes(closed: House, client: TestClient) -> None:
    """R48: the lead is told, decides from the message, and the item is open until then."""
    with pytest.raises(Invalid):
        closed.do("action", "ben", incident="INC-1", item="A1", dropped=True)
    with pytest.raises(Conflict):
        closed.do("action", "grace", incident="INC-1", item="A1", keep=True)
    said = closed.do("action", "ben", incident="INC-1", item="A1", dropped=True, note="The tool is replaced").message
    assert said == "A1 of INC-1: grace is told, and decides whether it may be dropped."
    assert item(closed).done_at is None and item(closed).drop is not None
    closed.settle()
    assert [address for address, _ in closed.pager.told] == ["grace"]
    path = link(closed, "grace")
    assert "Yes, drop it" in client.get(path).text
    assert client.post(path, data={"keep": "true", "note": "Until it is replaced we need it"}).status_code == 200
    assert closed.sentences()[-1] == "A1 is not dropped: Until it is replaced we need it" and item(closed).drop is None
    closed.do("action", "ben", incident="INC-1", item="A1", dropped=True, note="Replaced today")
    closed.do("action", "grace", incident="INC-1", item="A1", dropped=True)
    assert item(closed).dropped and closed.sentences()[-1] == "Action item A1 dropped: Replaced today"


def test_where_no_lead_is_named_the_answer_says_so(closed: House) -> None:
    closed.do("action", incident="INC-1", title="Write it down", owner="grace", test="The runbook has a step for it")
    said = closed.do("action", "grace", incident="INC-1", item="A2", dropped=True, note="Done elsewhere").message
    assert said == "A2 of INC-1: dropped; the owner has no lead who could be asked." and item(closed, "A2").dropped


def test_an_owner_who_cannot_be_told_is_named_and_the_lead_is_asked_next(house: House) -> None:
    """R48: the record never says that somebody was asked who could not be."""
    house.bearer("zoe")
    house.do("declare", title="Checkout fails")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    house.do("action", incident="INC-1", title="Add a canary", owner="zoe", test="A broken release stops there")
    house.pager.told.clear()
    house.wait(days=21.1, step=3600)
    assert house.pager.told == [] or all("A1" not in message.title for _, message in house.pager.told)
    asked = [sentence for sentence in house.sentences() if "three weeks on" in sentence]
    assert asked and asked[0].endswith("Nobody could be told: zoe has no contact method.")


def test_an_uninvited_owner_is_not_asked_and_their_link_is_over(house: House) -> None:
    """P6, R48: the link in an old message must not show or answer what its reader may not see any more."""
    incident = house.do("declare", "grace", title="Breach", service="shop", private=True).incident
    people.add(house.application.database, "ben", house.clock.now())
    house.do("invite", "grace", incident=incident, person="ben")
    house.do("action", "grace", incident=incident, title="Turn keys", owner="ben", test="None is old")
    code = answer_code(house.stanch.settings.secret_key, incident, "A1", "ben")
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        path = f"/answer/{incident}/A1/ben/{code}"
        assert "Turn keys" in client.get(path).text
        house.do("uninvite", "grace", incident=incident, person="ben")
        for answer in (client.get(path), client.post(path, data={"answer": "still open"})):
            assert answer.status_code == 403 and "Turn keys" not in answer.text
    with house.application.uow() as uow:
        record = uow.record(incident)
        assert record.action_items["A1"].answers == []
        assert not told(uow, record, "key", "ben", "title", "text", "A1")
        assert unreached(uow, record, "ben") == "ben may not see this private incident"


def test_the_answer_link_lives_for_a_month_after_the_last_message_and_while_the_item_is_open(house: House) -> None:
    """R48: an old message in a mailbox that somebody else reads is worth nothing."""
    house.do("declare", title="Checkout fails")
    house.do("action", incident="INC-1", title="Add a canary", owner="ben", test="A broken release stops there")
    path = f"/answer/INC-1/A1/ben/{answer_code(house.stanch.settings.secret_key, 'INC-1', 'A1', 'ben')}"
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        house.wait(days=15, step=86400)  # reminded: due in two weeks
        house.clock.forward(days=28)
        assert "Add a canary" in client.get(path).text
        house.clock.forward(days=2)
        for answer in (client.get(path), client.post(path, data={"done": "true"})):
            assert answer.status_code == 403 and "was good for 30 days" in answer.text and "canary" not in answer.text
        house.do("resolve", incident="INC-1", override=True, reason="over")
        house.do("close", incident="INC-1")
        house.wait(days=21.1, step=86400)  # asked again: the same link is good again
        assert any("for 30 days, while the item is open" in message.text for _, message in house.pager.told)
        assert client.post(path, data={"done": "true"}).status_code == 200
        late = client.post(path, data={"answer": "or not"})
        assert late.status_code == 409 and "done already" in late.text
        assert "nothing more to answer" in client.get(path).text
    with house.application.reading() as uow:
        assert uow.record("INC-1").action_items["A1"].answers == []


def test_a_lead_who_cannot_be_told_of_a_drop_is_named_with_the_reason(house: House) -> None:
    """R48."""
    house.do("declare", title="Checkout fails")
    house.do("action", incident="INC-1", title="Add a canary", owner="ada", test="A broken release stops there")
    house.application.world.notifiers.clear()
    said = house.do("action", "ada", incident="INC-1", item="A1", dropped=True, note="Done elsewhere").message
    assert said.endswith("but nobody could tell them: grace would be reached by pager, which is not configured.")
