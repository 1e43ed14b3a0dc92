"""What is learned from many incidents: completion first, times, cadence, factors that return (R47-R49, P6)."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from stanch.kernel.clock import DAY, MINUTE, iso, parse_moment
from stanch.kernel.errors import Invalid, NotFound
from stanch.learn.figures.commands import AskLearning, learning
from stanch.web.app import create_app
from tests.scenarios.house import House


def ended(house: House, minutes: int, *factors: str, private: bool = False) -> str:
    """An incident of the shop that took so long, closed with a part of its postmortem."""
    incident = str(
        house.do("declare", title=f"Took {minutes} min", service="shop", severity="SEV-3", private=private).incident
    )
    house.do("role", incident=incident, role="incident_commander")
    house.clock.moment += minutes * MINUTE
    house.do("resolve", incident=incident, override=True, reason="it works again")
    house.do("close", incident=incident, reason="nothing else is open")
    if factors:
        house.do("postmortem", incident=incident, factors=list(factors))
    return incident


def test_nothing_is_summed_up_before_there_is_anything(house: House) -> None:
    found = house.do("learning")
    assert found["completion"] is None and found["times"] == [] and found["incidents"] == 0
    assert house.do("action-items") == [] and house.do("postmortems") == []


def test_times_say_how_many_and_percentiles_only_of_five(house: House) -> None:
    """R49."""
    for minutes in (10, 20, 30, 40):
        ended(house, minutes)
    resolve = next(t for t in house.do("learning")["times"] if t["figure"] == "resolve")
    assert (resolve["n"], resolve["median"], resolve["p90"]) == (4, None, None)
    ended(house, 90)
    resolve = next(t for t in house.do("learning")["times"] if t["figure"] == "resolve")
    assert (resolve["n"], resolve["median"], resolve["p90"]) == (5, 30 * MINUTE, 90 * MINUTE)
    behind = house.do("figure", figure="resolve")
    assert [row["incident"] for row in behind] == ["INC-5", "INC-4", "INC-3", "INC-2", "INC-1"]
    assert behind[0]["value"] == "1 h 30 min"
    with pytest.raises(NotFound, match="no figure 'speed'"):
        house.do("figure", figure="speed")


def test_what_ended_is_counted_by_month_and_timed_by_quarter_with_the_empty_ones_between(house: House) -> None:  # R49
    house.clock.moment = parse_moment("2026-01-10T00:00")
    for minutes in (10, 20, 30, 40, 50):
        ended(house, minutes)
    house.clock.moment = parse_moment("2026-07-10T00:00")
    ended(house, 10)
    found = house.do("learning")
    assert [(m["name"], m["incidents"]) for m in found["months"]] == [
        ("2026-01", 5), *((f"2026-{month:02d}", 0) for month in range(2, 7)), ("2026-07", 1),
    ]  # fmt: skip
    quarters = found["quarters"]
    assert [(q["name"], q["n"]) for q in quarters] == [("2026-Q1", 5), ("2026-Q2", 0), ("2026-Q3", 1)]
    assert quarters[0]["resolved"] == 30 * MINUTE and quarters[2]["resolved"] is None, (
        "of fewer than five nothing is summed up"
    )
    assert house.do("learning", service="nothing-like-it")["months"] == []


def test_an_incident_that_goes_on_counts_no_more_until_it_ends_again(house: House) -> None:
    ended(house, 10)
    assert house.do("learning")["incidents"] == 1
    house.do("reopen", incident="INC-1", reason="it is back")
    assert house.do("learning")["incidents"] == 0 and house.do("figure", figure="resolve") == []


def test_completion_is_by_team_kind_age_and_owner(house: House) -> None:
    """R47, R49: a dropped item counts as not completed."""
    incident = ended(house, 10)
    for title, owner, purpose in (
        ("Add a canary", "ben", "prevent"),
        ("Alert on errors", "ben", "detect"),
        ("Train", "ada", ""),
    ):
        house.do("action", incident=incident, title=title, owner=owner, test="A broken release stops", purpose=purpose)
    house.do("action", incident=incident, item="A1", done=True, evidence="https://ci/1")
    house.do("action", incident=incident, item="A3", dropped=True, note="nobody is left to train", actor="grace")
    found = house.do("learning")
    assert (found["items_done"], found["items_total"], round(found["completion"], 2)) == (1, 3, 0.33)
    assert {t["name"]: (t["done"], t["total"]) for t in found["by_owner"]} == {"ada": (0, 1), "ben": (1, 2)}
    assert {t["name"]: t["total"] for t in found["by_purpose"]} == {"prevent": 1, "detect": 1, "not set": 1}
    assert [t["name"] for t in found["by_team"]] == ["no team"]
    assert [(a["name"], a["open"], a["overdue"]) for a in found["by_age"]] == [("under two weeks", 1, 0)]
    house.clock.moment += 20 * DAY
    assert [(a["name"], a["open"], a["overdue"]) for a in house.do("learning")["by_age"]] == [
        ("two to six weeks", 1, 1)
    ]
    assert [i["item"] for i in house.do("action-items", state="overdue", owner="Ben")] == ["A2"]
    assert house.do("action-items", owner="ada") == []
    dropped = house.do("action-items", state="dropped")
    assert [(i["state"], i["drop_reason"]) for i in dropped] == [("dropped", "nobody is left to train")]
    with pytest.raises(Invalid, match="Nobody known is called 'zoe'"):
        house.do("action-items", owner="zoe")
    with pytest.raises(NotFound, match="No service belongs to a team 'sales'"):
        house.do("learning", team="sales")


def test_cadence_counts_what_was_promised_and_kept(house: House) -> None:
    """R31, R49: of three promised updates one came in time, one late, one never."""
    house.do("declare", title="Slow", service="shop", severity="SEV-2")
    for wait in (10, 45, 5):
        house.do("update", incident="INC-1", text="We look into it", next_in=20)
        house.clock.moment += wait * MINUTE
    house.clock.moment += 60 * MINUTE
    house.do("resolve", incident="INC-1", override=True, reason="it works again")
    cadence = next(s for s in house.do("learning")["shares"] if s["figure"] == "updates_promised")
    assert (cadence["good"], cadence["total"]) == (1, 3)


def test_a_kind_of_factor_that_returns_is_seen(house: House) -> None:
    """R46, R50: the word after ``#``; a new word is a new kind."""
    ended(house, 10, "No canary #change", "Nobody was woken #detection")
    second = ended(house, 10, "The migration ran at once #change", "Two crows on the line #crows")
    found = {f["kind"]: (f["incidents"], f["last"], f["title"]) for f in house.do("learning")["factors"]}
    assert found["change"] == (2, second, "A change without a step that could have stopped it")
    assert found["crows"] == (1, second, "Crows") and found["detection"][0] == 1
    assert [row["incident"] for row in house.do("figure", figure="#change")] == [second, "INC-1"]
    house.do("postmortem", incident=second, factors=["The migration ran at once", "Two crows on the line"])
    assert {f["kind"]: f["incidents"] for f in house.do("learning")["factors"]} == {"change": 1, "detection": 1}


def test_private_incidents_count_for_members_only(house: House) -> None:
    """P6."""
    incident = ended(house, 10, "No canary #change", private=True)
    house.do("action", incident=incident, title="Rotate the keys", owner="ada", test="Old keys are refused")
    seen = house.do("learning")
    assert seen["incidents"] == 1 and seen["open_total"] == 1
    hidden = house.do("learning", actor="ben")
    assert hidden["incidents"] == 0 and hidden["open_total"] == 0 and hidden["items_total"] == 0
    assert hidden["factors"] == [] and hidden["times"] == [] and hidden["by_age"] == [] and hidden["by_month"] == []
    for name, values in (
        ("figure", {"figure": "resolve"}),
        ("figure", {"figure": "#change"}),
        ("action-items", {}),
        ("postmortems", {}),
    ):
        assert house.do(name, actor="ben", **values) == [], name


def test_postmortems_are_listed_by_their_state(house: House) -> None:
    """R43."""
    first, second = ended(house, 10), ended(house, 10)
    house.do("plan", incident=second, facilitator="ben", due=iso(house.clock.now() + DAY))
    house.clock.moment += 2 * DAY
    assert [(r["incident"], r["state"], r["late"]) for r in house.do("postmortems")] == [
        (second, "draft", True),
        (first, "draft", False),
    ]
    assert [r["incident"] for r in house.do("postmortems", state="late")] == [second]
    assert [r["incident"] for r in house.do("postmortems", before=2)] == [first]
    house.do("postmortem", incident=first, override="nothing to learn here")
    assert [r["incident"] for r in house.do("postmortems", state="published")] == [first]


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        yield client


def test_the_pages_show_the_same_and_answer_bad_addresses(house: House, client: TestClient) -> None:
    """R49: every figure leads to its incidents; CSV for a spreadsheet."""
    for path in ("/learning", "/actions", "/postmortems", "/learning.csv"):
        assert client.get(path).status_code == 200, path
    incident = ended(house, 10, "No canary #change")
    house.do("action", incident=incident, title="=1+1 canary", owner="ben", test="A broken release stops")
    page = client.get("/learning").text
    assert (
        'href="/learning/resolve?days=365"' in page and "too few to say" in page and "#change" in page and "0 %" in page
    )
    # One definition and one time, which each of them names.
    assert "0 of 1 added within a year" in client.get("/").text and "0 of 1 added within a year is done" in page
    assert "<strong>0 of 1</strong> added within a year is done" in client.get("/actions").text
    assert "0 of 1 added within 90 days is done" in client.get("/learning?days=90").text
    with house.application.reading() as uow:
        said = [learning(uow, AskLearning(days)).line() for days in (1, 90, 365, 1825)]
    assert [line.partition("within ")[2].partition(" is")[0] for line in said] == [
        "a day",
        "90 days",
        "a year",
        "5 years",
    ]
    assert incident in client.get("/learning/resolve").text and incident in client.get("/learning/kind-change").text
    assert (
        "=1+1 canary" in client.get("/actions?owner=ben").text
        and "Nothing of yours is open" in client.get("/actions?owner=me").text
    )
    assert "still missing" in client.get("/postmortems?state=due").text
    rows = client.get("/learning.csv").text.splitlines()
    assert rows[1] == "completion,all,1,0,,,0.0000" and any(row.startswith("factor,change,1") for row in rows)
    house.do("action", incident=incident, item="A1", dropped=True, note="The tool is replaced", actor="grace")
    for path in ("/actions?state=dropped", f"/incidents/{incident}/postmortem"):
        said = re.sub(r"<[^>]*>", "", client.get(path).text)
        assert re.search(r"· dropped(?: [^:<]*)?: The tool is replaced", said), path
    for bad in (
        "/learning?days=0",
        "/learning?team=nobody",
        "/learning/speed",
        "/actions?state=lost",
        "/postmortems?limit=0",
        "/learning?x=1",
    ):
        assert 400 <= client.get(bad).status_code < 500, bad


def test_metrics_count_action_items_of_public_incidents(house: House) -> None:
    """R49, P6: a scraper is no invited person."""
    from stanch.web.metrics import exposition

    for private in (False, True):
        incident = ended(house, 10, private=private)
        for title in ("Add a canary", "Alert on errors"):
            house.do("action", incident=incident, title=title, owner="ben", test="A broken release stops")
        house.do("action", incident=incident, item="A1", done=True)
    house.clock.moment += 20 * DAY
    told = exposition(house.stanch)[0].decode()
    counted = {
        state: f'stanch_action_items{{state="{state}"}} {n}.0' in told
        for state, n in (("done", 1), ("overdue", 1), ("open", 0), ("dropped", 0))
    }
    assert all(counted.values()), told


def test_review_proposes_a_kind_for_a_factor_without_one(house: House) -> None:
    """R46."""
    incident = ended(house, 10, "The release went to both zones", "A full pool #capacity", "It was a Tuesday")
    assert house.do("review", incident=incident)["kinds"] == [
        {"factor": "The release went to both zones", "kind": "#change"}
    ]
