"""Action items and their tickets: filed once, followed both ways, nothing overwritten and nothing lost (R47, R48)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Invalid
from stanch.learn import export
from stanch.tickets.reading import heard, troubles
from tests.scenarios.desk import Desk, open_desk
from tests.scenarios.house import House, opened


def closed(house: House, **more: Any) -> None:
    house.do("declare", title="Checkout fails", service="shop", **more)
    house.do("resolve", incident="INC-1", override=True, reason="rolled back", cause_known=True)
    house.do("close", incident="INC-1")
    house.settle()


def add(house: House, title: str = "Add a canary", owner: str = "ben") -> None:
    house.do(
        "action", incident="INC-1", title=title, owner=owner, due="2030-06-04", test="A broken release stops there"
    )
    house.settle()


def item(house: House, name: str = "A1") -> Any:
    return house.record().action_items[name]


def told(house: House, words: str) -> list[str]:
    return [address for address, message in house.pager.told if words in message.title]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """What differs between the databases is tried on both in ``test_trackers_year``."""
    yield from opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path)


@pytest.fixture
def desk(house: House) -> Desk:
    found = open_desk(house)
    closed(house)
    add(house)
    return found


def test_an_item_is_filed_with_its_owner_date_and_link(house: House, desk: Desk) -> None:
    (ticket,) = desk.tickets.values()
    assert (ticket.title, ticket.owner, ticket.due) == ("Add a canary", "ben-at-desk", "2030-06-04")
    assert desk.texts["1"] == "Action item, kept in stanch.", (
        "of an address that only this machine can open nothing is said"
    )
    found = item(house).ticket
    assert (found.tracker, found.key, found.url) == ("Desk", "DESK-1", "https://desk.example/1")
    assert "A1 is filed as DESK-1 in Desk" in house.sentences()
    (row,) = house.do("tickets")
    assert (row["key"], row["state"], row["there"], row["problem"]) == ("DESK-1", "filed", "To do", "")
    with pytest.raises(Conflict, match="filed already"):
        house.do("file-item", incident="INC-1", item="A1")


@pytest.mark.parametrize("crash", ["answer lost", "killed"])
def test_a_crash_between_creating_and_recording_makes_no_second_one(house: House, crash: str) -> None:
    desk = open_desk(house)
    closed(house)
    house.do("action", incident="INC-1", title="Add a canary", owner="ben")
    if crash == "answer lost":
        desk.lost = True
        house.settle()
    else:
        (effect,) = [each for each in house.outbox.lease(10) if each.kind == "item_ticket"]
        house.outbox.handlers["item_ticket"].perform(effect)
    assert len(desk.tickets) == 1 and item(house).ticket.key == ""
    house.do("action", incident="INC-1", item="A1", title="Add two canaries")
    house.crash()
    house.wait(minutes=5, step=30)
    assert [each.title for each in desk.tickets.values()] == ["Add two canaries"]
    assert item(house).ticket.key == "DESK-1"


def test_what_is_changed_here_is_told_and_what_is_changed_there_is_taken(house: House, desk: Desk) -> None:
    house.do("action", incident="INC-1", item="A1", title="Add a canary step", owner="ada", due="2030-07-01")
    house.wait(seconds=5)
    ticket = desk.tickets["1"]
    assert (ticket.title, ticket.owner, ticket.due) == ("Add a canary step", "ada-at-desk", "2030-07-01")
    desk.edit("1", title="Canary step in CI", owner="ben-at-desk", due="2030-08-01")
    house.wait(minutes=6, step=120)
    assert (item(house).title, item(house).owner) == ("Canary step in CI", "ben")
    changed = [each for each in house.sentences() if "changed in Desk" in each]
    assert len(changed) == 3 and any("due 2030-08-01" in each for each in changed)
    house.wait(days=2, step=43200)
    assert len([each for each in house.sentences() if each.startswith("Action item A1 changed")]) == 4, "nothing echoes"


def test_closed_there_asks_for_what_shows_it_and_the_item_stays_open(house: House, desk: Desk) -> None:
    """R48: a ticket that was closed is no evidence."""
    desk.edit("1", state="done")
    house.wait(minutes=6, step=120)
    assert item(house).done_at is None and item(house).ticket.closed == "done"
    assert "DESK-1 was closed in Desk as done (Done): A1, what shows it is still to be said here" in house.sentences()
    assert told(house, "What shows that A1 is done?") == ["ben"]
    with pytest.raises(Conflict, match="still to be said"):
        house.do("settle-ticket", incident="INC-1", item="A1", field="state", keep="theirs")
    house.do("action", "ben", incident="INC-1", item="A1", done=True, evidence="build 812 stopped there")
    house.wait(seconds=5)
    assert item(house).done_at and desk.tickets["1"].state == "done" and desk.notes == []


def test_closed_there_and_not_done_is_reopened_there(house: House, desk: Desk) -> None:
    desk.edit("1", state="done")
    house.wait(minutes=6, step=120)
    house.do("settle-ticket", incident="INC-1", item="A1", field="state", keep="ours")
    house.wait(seconds=5)
    assert desk.tickets["1"].state == "open" and item(house).ticket.closed == "" and item(house).done_at is None


def test_not_to_be_done_there_is_a_proposal_to_drop_it_here(house: House, desk: Desk) -> None:
    """R48: dropping needs a reason and the lead's yes."""
    desk.edit("1", state="dropped")
    house.wait(minutes=6, step=120)
    assert item(house).drop.value == "DESK-1 was closed in Desk: Won't do" and item(house).done_at is None
    assert told(house, "May A1 be dropped?") == ["grace"]
    house.do("action", "grace", incident="INC-1", item="A1", dropped=True)
    house.wait(seconds=5)
    assert item(house).dropped and desk.tickets["1"].state == "dropped"


def test_where_the_lead_says_that_it_stays_the_ticket_is_reopened(house: House, desk: Desk) -> None:
    desk.edit("1", state="dropped")
    house.wait(minutes=6, step=120)
    house.do("action", "grace", incident="INC-1", item="A1", keep=True, note="We need it")
    house.wait(seconds=5)
    assert desk.tickets["1"].state == "open" and item(house).ticket.closed == "" and item(house).drop is None


def test_its_key_stands_in_lists_and_documents(house: House, desk: Desk) -> None:
    """R47: wherever the item is shown."""
    (row,) = house.do("action-items")
    assert (row["ticket"], row["ticket_url"]) == ("DESK-1", "https://desk.example/1")
    with house.application.reading() as uow:
        for form in ("md", "html", "json"):
            assert b"DESK-1" in export.prepare(uow, "INC-1", form, "names").content(), form


def test_done_and_dropped_here_close_the_ticket_and_reopened_there_opens_the_item(house: House, desk: Desk) -> None:
    house.do("action", "ben", incident="INC-1", item="A1", done=True, evidence="build 812")
    house.wait(seconds=5)
    assert desk.tickets["1"].state == "done" and desk.notes == [("DESK-1", "Done in stanch.")]
    house.wait(days=30, step=30 * 86400)
    desk.edit("1", state="open")
    house.wait(minutes=6, step=120)
    assert (
        item(house).done_at is None and "Action item A1 is open again: DESK-1 was reopened in Desk" in house.sentences()
    )
    house.pager.told.clear()
    house.wait(days=21.1, step=86400)
    assert told(house, "Is A1 done?") == ["ben"], "the question is asked anew"
    house.do("action", "ben", incident="INC-1", item="A1", done=True)
    house.do("action", "ben", incident="INC-1", item="A1", reopen=True, note="It was another build")
    house.wait(seconds=5)
    assert desk.tickets["1"].state == "open" and item(house).done_at is None


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_what_both_changed_is_shown_and_a_person_decides(house: House, desk: Desk, keep: str) -> None:
    """R47: nothing is overwritten silently."""
    there, here = (
        {"title": "Canary B", "owner": "", "due": "2030-09-01"},
        {"title": "Canary A", "owner": "ada", "due": "2030-07-01"},
    )
    desk.edit("1", **there)
    house.do("action", incident="INC-1", item="A1", **here)
    house.wait(minutes=6, step=120)
    ticket = desk.tickets["1"]
    assert {name: getattr(ticket, name) for name in there} == there, "nothing is overwritten"
    conflicts = item(house).ticket.conflicts
    assert {name: each.theirs for name, each in conflicts.items()} == there | {
        "owner": "it is assigned to nobody there"
    }
    assert {name: each.ours for name, each in conflicts.items()} == here
    assert [row["differs"] for row in house.do("tickets", problems=True)] == [["due", "owner", "title"]]
    house.crash()
    house.wait(days=1, step=43200)
    assert len([each for each in house.sentences() if "Which one holds?" in each]) == 3, "each is said once"
    for about in there:
        if (about, keep) == ("owner", "theirs"):
            with pytest.raises(Invalid):
                house.do("settle-ticket", incident="INC-1", item="A1", field=about, keep=keep)
        else:
            house.do("settle-ticket", incident="INC-1", item="A1", field=about, keep=keep)
    house.wait(seconds=5)
    ticket = desk.tickets["1"]
    assert item(house).ticket.conflicts.keys() == ({"owner"} if keep == "theirs" else set())
    assert (ticket.title, ticket.due, ticket.owner) == (
        ("Canary B", "2030-09-01", "") if keep == "theirs" else ("Canary A", "2030-07-01", "ada-at-desk")
    )
    assert item(house).title == ticket.title


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_done_here_and_not_to_be_done_there_is_decided_by_a_person(house: House, desk: Desk, keep: str) -> None:
    desk.edit("1", state="dropped")
    house.do("action", incident="INC-1", item="A1", done=True, evidence="build 812")
    house.wait(minutes=6, step=120)
    assert set(item(house).ticket.conflicts) == {"state"} and desk.tickets["1"].state == "dropped"
    house.do("settle-ticket", incident="INC-1", item="A1", field="state", keep=keep)
    house.wait(seconds=5)
    assert item(house).ticket.conflicts == {}
    assert (desk.tickets["1"].state, bool(item(house).done_at)) == (
        ("done", True) if keep == "ours" else ("dropped", False)
    )


def test_a_tracker_that_is_away_loses_nothing_and_says_since_when(house: House) -> None:
    desk = open_desk(house)
    closed(house)
    desk.down = True
    add(house)
    house.wait(hours=2, step=300)
    (row,) = house.do("tickets")
    assert row["state"] == "to be filed" and row["problem"].startswith("Desk has not answered since ")
    with house.application.reading() as uow:
        assert any("Desk has not answered since" in each for each in troubles(uow))
    assert desk.asked < 60, "it is not asked all the time"
    house.crash()
    desk.down = False
    house.wait(minutes=10, step=60)
    assert item(house).ticket.key == "DESK-1" and house.do("tickets")[0]["problem"] == ""
    desk.down = True
    house.do("action", incident="INC-1", item="A1", title="Another")
    house.do("action", incident="INC-1", item="A1", title="Yet another")
    house.wait(hours=1, step=300)
    desk.down = False
    house.wait(minutes=10, step=60)
    assert desk.tickets["1"].title == "Yet another"


def test_what_is_refused_is_said_and_tried_again_by_hand(house: House) -> None:
    desk = open_desk(house)
    closed(house)
    desk.refuses = True
    add(house)
    (row,) = house.do("tickets")
    assert row["problem"] == "403: the token needs more"
    desk.refuses = False
    assert "asked again now" in house.do("file-item", incident="INC-1", item="A1").message
    house.settle()
    assert item(house).ticket.key == "DESK-1"


def test_a_deleted_ticket_leaves_the_item_open_and_can_be_filed_again(house: House, desk: Desk) -> None:
    del desk.tickets["1"]
    house.wait(days=1.1, step=43200)
    house.wait(minutes=6, step=120)
    assert item(house).done_at is None and item(house).ticket.gone
    assert "DESK-1 is gone from Desk: it was deleted. A1 stays here" in house.sentences()
    assert told(house, "The ticket of A1 is gone") == ["ben"]
    desk.tickets["0"] = desk.tickets.get("0") or another(desk)
    house.do("file-item", incident="INC-1", item="A1")
    house.wait(seconds=5)
    assert item(house).ticket.key == "DESK-2" and not item(house).ticket.gone


def another(desk: Desk) -> Any:
    from stanch.ports.tracker import Ticket

    return Ticket("0", "DESK-0", "OTHER", "", "somebody else's", "open", 0)


def test_a_project_that_we_may_not_see_any_more_is_no_deleted_ticket(house: House, desk: Desk) -> None:
    desk.blind = True
    house.do("action", incident="INC-1", item="A1", title="Another")
    house.wait(minutes=6, step=120)
    (row,) = house.do("tickets")
    assert (row["state"], row["problem"]) == ("filed", "the project is not there, or the token may not see it")
    desk.blind = False
    house.wait(hours=1.1, step=1200)
    assert desk.tickets["1"].title == "Another" and not item(house).ticket.gone


def test_a_moved_ticket_is_followed(house: House, desk: Desk) -> None:
    desk.edit("1", key="PLT-4", place="PLT", url="https://desk.example/PLT-4")
    house.wait(days=1.1, step=43200)
    house.wait(minutes=6, step=120)
    assert item(house).ticket.key == "PLT-4" and "DESK-1 was moved in Desk: A1 is PLT-4 now" in house.sentences()
    desk.edit("1", title="Found there")
    house.wait(minutes=11, step=120)
    assert item(house).title == "Found there", "its new project is read"


def test_a_webhook_is_only_a_hint_and_a_repeated_one_is_heard_once(house: House, desk: Desk) -> None:
    desk.edit("1", title="Told by a webhook")
    for expected in (True, False):
        with house.application.uow() as uow:
            assert heard(uow, "desk", "delivery-1", ("1", "unknown")) is expected
    house.settle()
    assert item(house).title == "Told by a webhook"
    assert len([each for each in house.sentences() if "Told by a webhook" in each]) == 1


def test_an_owner_without_an_account_is_said_and_an_unknown_one_there_changes_nothing(house: House, desk: Desk) -> None:
    add(house, "Write it down", "grace")
    assert (
        "A2 is filed as DESK-2 in Desk; it is assigned to nobody: grace has no account 'desk:...' in the contacts"
        in house.sentences()
    )
    desk.edit("1", owner="stranger")
    house.wait(minutes=6, step=120)
    assert item(house).owner == "ben" and desk.tickets["1"].owner == "stranger"
    assert (
        "DESK-1 (A1) in Desk: it is assigned to stranger there, whom no contact names; owner stays as it is here"
        in house.sentences()
    )


def test_items_of_private_incidents_are_filed_only_where_the_policy_says_so(house: House) -> None:
    """P6: by default nowhere, and where they are, the ticket holds nothing else."""
    desk = open_desk(house, details=True)
    incident = house.do("declare", title="Breach at Example", service="shop", private=True).incident
    house.do("action", incident=incident, title="Turn keys", owner="ada", test="None of the stolen ones works")
    house.settle()
    assert desk.tickets == {} and house.do("tickets") == []
    for more in ({}, {"tracker": "desk", "place": "OPS"}):
        with pytest.raises(Conflict, match="private"):
            house.do("file-item", incident=incident, item="A1", **more)
    house.policy["filing"][0]["private"] = True
    house.crash()
    house.do("file-item", incident=incident, item="A1")
    house.settle()
    assert len(desk.tickets) == 1 and "Breach" not in desk.texts["1"] and "stolen" not in desk.texts["1"]
    house.do("action", incident=incident, item="A1", done=True, evidence="the vault of Example is empty")
    house.wait(seconds=5)
    assert desk.notes == [("DESK-1", "Done in stanch.")]
    assert len(house.do("tickets", "ada")) == 1 and house.do("tickets", "mallory") == []


def test_when_published_or_asked_decides(house: House) -> None:
    desk = open_desk(house, when="published")
    closed(house)
    add(house)
    assert desk.tickets == {}
    house.do("postmortem", incident="INC-1", override="enough for us")
    house.settle()
    assert len(desk.tickets) == 1
    house.policy["filing"][0]["when"] = "asked"
    house.crash()
    add(house, "A second one")
    assert len(desk.tickets) == 1
    assert (
        "its ticket follows in Desk (ELSE)" in house.do("file-item", incident="INC-1", item="A2", place="ELSE").message
    )
    house.settle()
    assert desk.tickets["2"].place == "ELSE"


def test_without_a_tracker_nothing_speaks_of_tickets(house: House) -> None:
    closed(house)
    add(house)
    assert not any("ticket" in each.lower() for each in house.sentences()) and house.do("tickets") == []
    with pytest.raises(Conflict, match="No tracker is configured"):
        house.do("file-item", incident="INC-1", item="A1")
    house.alert(severity="ticket", fingerprint="slow")
    house.wait(seconds=65)
    assert [row["ticket"] for row in house.do("signals")] == ["filed in no tracker"]
    assert (
        house.do("triage", fingerprint="slow", disposition="ticket").message
        == "ErrorBudgetBurn is normal work now: filed in no tracker."
    )


def test_signals_that_are_normal_work_are_filed_and_closed_as_the_policy_says(house: House) -> None:
    """R1: one ticket for a signal, however often it fires; closed when it clears, and when it turns out to be none."""
    desk = open_desk(house, signals=True, close_signals=True)
    house.alert(severity="ticket", fingerprint="slow", summary="Disk fills up")
    house.wait(seconds=65)
    assert [each.title for each in desk.tickets.values()] == ["Disk fills up"]
    assert house.do("signals")[0]["ticket"] == "DESK-1 in Desk, To do"
    house.alert(severity="ticket", fingerprint="slow", firing=False)
    house.settle()
    house.wait(seconds=5)
    assert desk.tickets["1"].state == "done" and desk.notes == [("DESK-1", "The signal cleared.")]
    house.alert(severity="ticket", fingerprint="slow")
    house.wait(seconds=70)
    assert desk.tickets["1"].state == "open" and len(desk.tickets) == 1
    house.do("triage", fingerprint="slow", disposition="noise")
    house.wait(seconds=5)
    assert desk.tickets["1"].state == "dropped"
