"""Every tracker makes a ticket once, reads and changes it, finds what changed, and trusts no webhook (R47, formats/19, 19.9)."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from stanch.integrations.jira.markup import document, wiki
from stanch.kernel.clock import SECOND
from stanch.ports import Failed, Gone
from stanch.ports.tracker import NewTicket, Ticket, TicketChange, Tracker, Unsigned
from tests.contracts.github_town import GithubTown
from tests.contracts.gitlab_town import GitlabTown
from tests.contracts.jira_town import JiraDataCenterTown, JiraTown
from tests.contracts.linear_town import LinearTown
from tests.contracts.notifier_contract import NASTY, closed_port, serving
from tests.contracts.tracker_town import PAYLOADS, SECRET, SENT, TOKEN, Town, recorded

TOWNS = {town.name: town for town in (GithubTown, GitlabTown, JiraTown, JiraDataCenterTown, LinearTown)}
LIMITS = {
    "github": ["github_answer_primary_limit_403.json", "github_answer_secondary_limit_403.json"],
    "gitlab": ["gitlab_answer_429.json"],
    "jira": ["jira_answer_429.json"],
    "jira_dc": ["jira_answer_429.json"],
    "linear": ["linear_answer_ratelimited_400.json"],
}
SEEN_AT = 1_780_308_000 * SECOND
IDENTITY = {"github": "I_17", "gitlab": "30117", "jira": "10117", "linear": "a1b2c3d4-0000-4000-8000-000000000117"}
HOOKS = [name for name in SENT["headers"] if name != "jira_dc_issue_done.json"]


@pytest.fixture(params=TOWNS)
def town(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("TRACKER_TOKEN", TOKEN)
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    found = TOWNS[request.param]()
    with serving(found.answer) as service:
        found.url = service.url
        yield found


def tracker_of(town: Town, url: str = "", **more: Any) -> Tracker:
    """With the town's clock, on which nothing is waited for."""
    tracker = town.tracker(url or town.url, **more)
    tracker.service.clock, tracker.service.sleep = lambda: town.now, lambda seconds: None  # type: ignore[attr-defined]
    return tracker


@pytest.fixture
def tracker(town: Town) -> Tracker:
    return tracker_of(town)


def wanted(town: Town, **values: Any) -> NewTicket:
    about = {
        "mark": str(uuid.uuid4()),
        "place": town.place,
        "title": "Alert when payments fail",
        "text": "Kept in stanch: https://stanch.example/x",
    }
    return NewTicket(**about | {"since": int(town.now * SECOND)} | values)


def again(town: Town, first: NewTicket) -> NewTicket:
    """The same a while later, after an attempt whose answer nobody knows."""
    tried = int(town.now * SECOND)
    town.now += 120
    return msgspec.structs.replace(first, tried_at=tried)


def made(town: Town, tracker: Tracker, **values: Any) -> tuple[Ticket, NewTicket]:
    asked = wanted(town, **values)
    return tracker.create(asked), asked


def test_it_is_made_with_owner_and_date(town: Town, tracker: Tracker) -> None:
    who = next(iter(town.people))
    ticket, asked = made(town, tracker, owner=who, due="2026-06-15")
    assert (ticket.title, ticket.state, ticket.place, ticket.dropped) == (
        "Alert when payments fail",
        "open",
        town.place,
        (),
    )
    assert who in (ticket.owner, *ticket.known_as) and ticket.due == ("2026-06-15" if town.has_dates else None)
    assert ticket.url.startswith(("https://", town.url)) and ticket.key.endswith("17")
    (issue,) = town.issues
    assert "https://stanch.example/x" in issue.text and (town.has_dates or "2026-06-15" in issue.text)
    assert tracker.read(ticket.reference(asked.mark)) == msgspec.structs.replace(ticket, found=False)


@pytest.mark.parametrize("accident", ["called twice", "answer lost", "killed"])
def test_it_is_made_once_whatever_happens(town: Town, tracker: Tracker, accident: str) -> None:
    asked = wanted(town)
    town.lose = accident == "answer lost"
    if town.lose:
        with pytest.raises(Failed) as failed:
            tracker.create(asked)
        assert failed.value.again
    else:
        tracker.create(asked)
    second = tracker_of(town) if accident == "killed" else tracker
    ticket = second.create(again(town, asked))
    assert ticket.found and len(town.issues) == 1
    other = second.create(wanted(town))
    assert not other.found and len(town.issues) == 2


def test_where_a_search_lags_nothing_is_made_before_it_can_have_seen_it(town: Town, tracker: Tracker) -> None:
    asked = wanted(town)
    tracker.create(asked)
    soon = msgspec.structs.replace(asked, tried_at=int(town.now * SECOND))
    if town.name == "jira":
        with pytest.raises(Failed) as failed:
            tracker.create(soon)
        assert failed.value.again and failed.value.after == 15
    else:
        assert tracker.create(soon).found
    assert len(town.issues) == 1


def test_a_limit_is_obeyed_and_the_ticket_made_once(town: Town) -> None:
    for answer in LIMITS[town.name]:
        tracker, before = tracker_of(town), len(town.issues)
        town.limits = [recorded(answer)]
        asked = wanted(town)
        with pytest.raises(Failed) as failed:
            tracker.create(asked)
        assert failed.value.again and (failed.value.after or 0) > 0, "a limit is no lost permission"
        sent = len(town.asked)
        with pytest.raises(Failed, match="asked for a pause"):
            tracker.create(again(town, asked) if failed.value.after and failed.value.after > 130 else asked)
        assert len(town.asked) == sent, "nothing is sent while it lasts"
        town.now += 3700
        tracker.create(again(town, asked))
        assert len(town.issues) == before + 1


def test_states_are_set_and_read_both_ways(town: Town, tracker: Tracker) -> None:
    ticket, asked = made(town, tracker)
    (issue,) = town.issues
    for state in ("done", "open", "dropped", "done", "dropped", "open"):
        changed = tracker.change(ticket.reference(asked.mark), TicketChange(state=state, note=f"It is {state}."))
        assert changed.state == state == ("open" if issue.state in ("open", "doing") else issue.state)
        assert f"It is {state}." in issue.comments[-1]
        assert tracker.change(ticket.reference(asked.mark), TicketChange(state=state)).state == state, "twice is once"
    for state in ("done", "dropped", "open"):
        town.touch(issue, state=state)
        found = tracker.read(ticket.reference(asked.mark))
        assert found.state == state and found.words and found.updated_at == int(issue.updated * SECOND)


def test_title_owner_and_date_are_changed_and_cleared(town: Town, tracker: Tracker) -> None:
    first, second = town.people
    ticket, asked = made(town, tracker, owner=first)
    change = TicketChange(title="Page when payments fail", owner=second, due="2026-07-01")
    changed = tracker.change(ticket.reference(asked.mark), change)
    assert changed.title == "Page when payments fail" and second in (changed.owner, *changed.known_as)
    assert changed.due == ("2026-07-01" if town.has_dates else None)
    assert town.has_dates or town.issues[0].comments == ["Due 2026-07-01."]
    cleared = tracker.change(ticket.reference(asked.mark), TicketChange(owner=""))
    assert cleared.owner == "" and cleared.title == "Page when payments fail"


def test_an_owner_whom_it_does_not_know_loses_no_ticket_and_is_said(town: Town, tracker: Tracker) -> None:
    ticket, asked = made(town, tracker, owner="nobody@example.org" if "@" in next(iter(town.people)) else "nobody")
    assert ticket.owner == "" and len(town.issues) == 1 and ticket.dropped
    changed = tracker.change(ticket.reference(asked.mark), TicketChange(title="Another"))
    assert changed.title == "Another" and not changed.dropped


def test_deleted_and_moved(town: Town, tracker: Tracker) -> None:
    ticket, asked = made(town, tracker)
    town.move(town.issues[0])
    moved = tracker.read(ticket.reference(asked.mark))
    assert moved.place == town.elsewhere and moved.key != ticket.key and moved.state == "open", "moved is not done"
    changed = tracker.change(moved.reference(asked.mark), TicketChange(state="done"))
    assert changed.state == "done" and changed.key == moved.key
    other, mark = made(town, tracker)
    town.touch(town.issues[-1], deleted=True)
    for what in (
        lambda: tracker.read(other.reference(mark.mark)),
        lambda: tracker.change(other.reference(mark.mark), TicketChange(title="x")),
    ):
        with pytest.raises(Gone):
            what()


def test_what_changed_is_found_over_all_pages_the_last_change_last(town: Town, tracker: Tracker) -> None:
    town.now += 100
    for number in range(101):
        asked = wanted(town, title=f"Ticket {number}")
        town.make(
            title=asked.title, text="", uuid=asked.mark, labels=["stanch"] if "jira" in town.name else [], place=town.place,
        )  # fmt: skip
        town.now += 1
    town.now += 120
    start = int((town.issues[0].updated - 1) * SECOND)
    found = tracker.changed(town.place, start)
    assert [each.title for each in found] == [f"Ticket {number}" for number in range(101)], (
        "all of them, and no pull request"
    )
    town.touch(town.issues[40], state="done")
    newest = tracker.changed(town.place, int((town.now - 1) * SECOND))
    assert newest[-1].title == "Ticket 40" and newest[-1].state == "done"
    with pytest.raises(Failed):
        tracker.changed("../../user", 0)


def test_nothing_new_costs_nothing_of_the_limit() -> None:
    town = GithubTown()
    with serving(town.answer) as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_TOKEN", TOKEN)
        town.url = service.url
        tracker = tracker_of(town)
        town.make(title="One", text="")
        assert len(tracker.changed(town.place, 0)) == 1
        assert tracker.changed(town.place, 0) == [], "304"
        town.touch(town.issues[0], title="Two")
        assert [each.title for each in tracker.changed(town.place, 0)] == ["Two"]


@pytest.mark.parametrize("kind", NASTY)
def test_no_text_keeps_a_ticket_from_being_made(town: Town, tracker: Tracker, kind: str) -> None:
    title, text = NASTY[kind]
    tracker.create(wanted(town, title=title or "x", text=text + "\n\nhttps://stanch.example/a?b=c\n" + "ü" * 200_000))
    assert len(town.issues) == 1


def test_who_we_are_and_whether_the_project_is_there(town: Town, tracker: Tracker) -> None:
    assert "stanch" in tracker.check([town.place]) and town.place in tracker.check([town.place])
    with pytest.raises(Failed) as failed:
        tracker.check(["NOPE" if "/" not in town.place else "example/nope"])
    assert not failed.value.again


def test_a_wrong_token_is_said_without_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TOKEN", "wrong-token")
    with pytest.raises(Failed, match="check the") as failed:
        tracker_of(town).check([])
    assert not failed.value.again and "wrong-token" not in str(failed.value)
    monkeypatch.delenv("TRACKER_TOKEN")
    with pytest.raises(Failed, match="TRACKER_TOKEN"):
        tracker_of(town).create(wanted(town))


def test_what_does_not_answer_is_tried_again(town: Town) -> None:
    with pytest.raises(Failed) as failed:
        tracker_of(town, f"http://127.0.0.1:{closed_port()}").create(wanted(town))
    assert failed.value.again and TOKEN not in str(failed.value)


def hook(name: str, **more: Any) -> tuple[Tracker, dict[str, str], bytes]:
    town = TOWNS[name.partition("_")[0]]()
    headers = {key.lower(): value for key, value in SENT["headers"][name].items()}
    return town.tracker("http://127.0.0.1:1", **more), headers, (PAYLOADS / name).read_bytes()


@pytest.mark.parametrize("name", HOOKS)
def test_a_recorded_webhook_says_which_ticket_to_read_and_nothing_is_believed_unsigned(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    tracker, headers, body = hook(name)
    found = tracker.delivery(headers, body, SEEN_AT)
    assert found.tickets == (() if name == "github_ping.json" else (IDENTITY[name.partition("_")[0]],))
    assert found.id.endswith(name and found.id[-12:]) and found.id == tracker.delivery(headers, body, SEEN_AT).id != ""
    changed = body.replace(b"Alert", b"Alarm") + b" "
    unsigned = {key: value for key, value in headers.items() if "signature" not in key and "token" not in key}
    tampered = unsigned if name.startswith("gitlab") else headers
    for wrong, said in (
        (unsigned, body),
        (tampered, changed),
        ({**headers, "x-gitlab-token": "x", "x-hub-signature-256": "sha256=é"}, changed),
    ):
        with pytest.raises(Unsigned):
            tracker.delivery(wrong, said, SEEN_AT)
    monkeypatch.delenv("TRACKER_SECRET")
    with pytest.raises(Failed):
        tracker.delivery(headers, body, SEEN_AT)


@pytest.mark.parametrize("name", [name for name in HOOKS if name.startswith("gitlab")])
def test_once_a_signing_token_is_set_gitlabs_plain_secret_is_not_enough(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNING", SENT["gitlab_signing_token"])
    tracker, headers, body = hook(name, signing_token_env="SIGNING")
    assert tracker.delivery(headers, body, SEEN_AT).tickets == ("30117",)
    for wrong, said, now in (
        (headers, body + b" ", SEEN_AT),
        (headers, body, SEEN_AT + 301 * SECOND),
        ({"x-gitlab-token": SECRET}, body, SEEN_AT),
    ):
        with pytest.raises(Unsigned):
            tracker.delivery(wrong, said, now)


def test_linears_old_webhooks_are_refused_and_a_data_center_may_send_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    tracker, headers, body = hook("linear_issue_done.json")
    with pytest.raises(Unsigned, match="five minutes"):
        tracker.delivery(headers, body, SEEN_AT + 302 * SECOND)
    monkeypatch.setenv("JIRA_KEY", "a-long-random-key")
    tracker, headers, body = hook("jira_dc_issue_done.json", webhook_secret_env="", webhook_key_env="JIRA_KEY")
    found = tracker.delivery({**headers, "x-stanch-key": "a-long-random-key"}, body, SEEN_AT)
    assert (found.id, found.tickets) == ("10117:1780308000123", ("10117",))
    with pytest.raises(Unsigned):
        tracker.delivery({**headers, "x-stanch-key": "a"}, body, SEEN_AT)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"issue": 1, "data": [], "object_attributes": null}', b"\xff", b"[" * 100_000]
)
def test_odd_bodies_are_about_nothing(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    tracker = GitlabTown().tracker("http://127.0.0.1:1")
    assert tracker.delivery({"x-gitlab-token": SECRET}, body, SEEN_AT).tickets == ()


def test_recorded_answers_are_read_as_they_are() -> None:
    """The shapes of real answers, with their states: translated names, a duplicate, a won't-do."""
    jira = JiraTown().tracker("https://jira.example")
    (issue,) = recorded_body("jira_answer_search_jql.json")["issues"]
    ticket = jira._issue(issue)  # type: ignore[attr-defined]
    assert (ticket.state, ticket.key, ticket.words, ticket.url) == (
        "done",
        "OPS-17",
        "Erledigt (Done)",
        "https://jira.example/browse/OPS-17",
    )
    wont = json.loads((PAYLOADS / "jira_cloud_issue_wont_do.json").read_text())["issue"]
    assert jira._issue(wont).state == "dropped"  # type: ignore[attr-defined]
    github = GithubTown().tracker("https://api.github.example")
    ticket = github._issue(recorded_body("github_answer_create_201.json"))  # type: ignore[attr-defined]
    assert (ticket.id, ticket.key, ticket.owner, ticket.place) == ("I_17", "example/shop#17", "ana", "example/shop")
    for name, state in (("closed", "done"), ("closed_not_planned", "dropped"), ("reopened", "open")):
        said = json.loads((PAYLOADS / f"github_issues_{name}.json").read_text())["issue"]
        assert github._issue(said).state == state  # type: ignore[attr-defined]
    gitlab = GitlabTown().tracker("https://gitlab.example")
    ticket = gitlab._issue(recorded_body("gitlab_answer_create_201.json"))  # type: ignore[attr-defined]
    assert (ticket.id, ticket.key, ticket.due, ticket.state) == ("30117", "example/shop#17", "2026-06-15", "open")
    chosen = jira._transition(recorded_body("jira_answer_transitions.json")["transitions"], "dropped")  # type: ignore[attr-defined]
    assert chosen == {"transition": {"id": "31"}, "fields": {"resolution": {"name": "Won't Do"}}}


def recorded_body(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())["body"]


def test_jiras_documents_have_no_empty_text_and_wiki_text_no_markup() -> None:
    assert document("") == {"type": "doc", "version": 1, "content": []}
    said = document("See https://a.example/x_y now\nand\n\n\nthen")
    assert said["content"][0]["content"][1]["marks"] == [{"type": "link", "attrs": {"href": "https://a.example/x_y"}}]
    assert '"text": ""' not in json.dumps(said)
    assert wiki("*bold* {code} https://a.example/x_y-z") == "\\*bold\\* \\{code\\} https://a.example/x_y-z"
