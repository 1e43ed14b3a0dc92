"""The postmortem's parts: saved together, as lists, confirmed by a person, and published only when they say something (R46, R44)."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Invalid
from stanch.learn.completeness.why_leaf import ends_at_person
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PAGE = "/incidents/INC-1/postmortem"


@pytest.fixture
def closed(house: House) -> House:
    """An incident that asks for a full postmortem, closed after 25 minutes."""
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
    house.wait(minutes=25, step=60)
    house.do("impact", incident="INC-1", text="Three of ten payments failed")
    house.do("resolve", incident="INC-1", override=True, reason="rolled back")
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "postmortem"
    return house


@pytest.fixture
def client(closed: House) -> Iterator[TestClient]:
    with TestClient(create_app(closed.stanch), follow_redirects=False) as client:
        client.headers.update({**closed.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        yield client


def gaps(house: House) -> str:
    return str(house.do("postmortem", incident="INC-1").message)


def drafts(house: House) -> dict[str, str]:
    from stanch.learn.postmortem import draft

    with house.application.reading() as uow:
        return dict(draft(uow.record("INC-1"), uow.entries("INC-1"), uow.policy))


def test_saving_one_part_saves_what_was_typed_in_the_others_and_no_draft(closed: House, client: TestClient) -> None:
    """R46: one form; a draft that nobody touched stays a draft."""
    drafted = drafts(closed)
    page = client.get(PAGE).text
    assert page.count('form id="pm"') == 1 and page.count("It is right as drafted") == 2
    form = {
        "incident": "INC-1", "summary": drafted["summary"].replace("\n", "\r\n"), "impact": drafted["impact"].replace("\n", "\r\n"),
        "seen": [drafted["summary"], drafted["impact"]], "factors": ["One release to both zones", "", "No canary"],
        "whys": ["", "", ""], "lessons": "The rollback was quick",
    }  # fmt: skip
    assert client.post("/do/postmortem", data=form).status_code == 303
    assert closed.record().parts.keys() == {"factors", "lessons"}
    assert closed.record().lists["factors"] == ["One release to both zones", "No canary"]
    page = client.get(PAGE).text
    assert (
        "One release to both zones\nNo canary</textarea>" in page
        and "The rollback was quick" in page
        and "the summary is empty" in page
    )
    again = {**form, "seen": [*form["seen"], "- One release to both zones - No canary", "The rollback was quick"]}
    closed.do("postmortem", incident="INC-1", lessons="Ben wrote more meanwhile")
    entries = closed.record().entries
    assert client.post("/do/postmortem", data=again).status_code == 303
    assert closed.record().entries == entries and closed.record().parts["lessons"] == "Ben wrote more meanwhile"


def test_a_draft_counts_once_a_person_confirms_it(closed: House, client: TestClient) -> None:
    """R46."""
    assert "the summary is empty" in gaps(closed) and "the impact has no number" in gaps(closed)
    assert client.post("/do/postmortem", data={"incident": "INC-1", "confirm": "impact"}).status_code == 303
    assert closed.sentences()[-1] == "Postmortem, impact: confirmed as drafted"
    closed.do("postmortem", incident="INC-1", part="summary", confirm=["summary"])
    assert "summary" not in gaps(closed) and "impact" not in gaps(closed)
    for part in ("factors", "lessons"):
        with pytest.raises(Invalid):
            closed.do("postmortem", incident="INC-1", confirm=[part])


def test_a_draft_that_still_asks_is_not_confirmed(house: House) -> None:
    """R46."""
    house.do("declare", title="Checkout fails", severity="SEV-1")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    with pytest.raises(Conflict, match="still asks of the customers"):
        house.do("postmortem", incident="INC-1", confirm=["impact"])
    house.do("postmortem", incident="INC-1", part="impact", text="5 min\n- Customers: how many, and what did they see?")
    assert "still asks" in gaps(house)


def test_factors_and_whys_are_lists_on_the_api_and_older_text_is_read(closed: House, client: TestClient) -> None:
    """R46."""
    sent = client.post(
        "/api/v1/incidents/INC-1/postmortem", json={"factors": ["No canary", " ", "One\nzone"], "whys": ["A", "B"]}
    )
    assert sent.status_code == 200 and sent.json()["message"].endswith("factors, whys saved.")
    assert closed.record().lists == {"factors": ["No canary", "One zone"], "whys": ["A", "B"]}
    closed.do(
        "postmortem", incident="INC-1", part="whys", text="1. It failed\n2) There is no canary\n\n- 3 zones at once"
    )
    assert closed.record().lists["whys"] == ["It failed", "There is no canary", "3 zones at once"]
    assert (
        client.post("/do/postmortem", data={"incident": "INC-1", "factors": ["No canary", "", ""]}).status_code == 303
    )
    assert closed.record().lists["factors"] == ["No canary"]
    for wrong in (
        {"factors": "one"},
        {"factors": [1]},
        {"whys": ["x" * 2001]},
        {"confirm": ["all"]},
        {"summary": " "},
        {"part": "whys"},
    ):
        assert client.post("/api/v1/incidents/INC-1/postmortem", json=wrong).status_code == 422, wrong


@pytest.mark.parametrize("nothing", [".", "…", "- ", "1.", "x", "???", "n/a", "TBD", "none", "42"])
def test_what_has_no_words_opens_no_gate(closed: House, nothing: str) -> None:
    """R46."""
    before = gaps(closed)
    closed.do(
        "postmortem",
        incident="INC-1",
        summary=nothing,
        impact=nothing,
        factors=[nothing, f"{nothing} "],
        whys=[nothing, nothing + "!"],
    )
    closed.do("action", incident="INC-1", title="Add a canary", test=nothing)
    after = gaps(closed)
    for gap in ("the summary is empty", "the impact has no number", "name at least two", "the why-chain is too short"):
        assert gap in before and gap in after, gap
    assert "A1 has no test" in after
    with pytest.raises(Conflict, match="Not complete"):
        closed.do("postmortem", incident="INC-1", publish=True)


def test_the_same_factor_twice_is_one(closed: House) -> None:
    """R46."""
    closed.do("postmortem", incident="INC-1", factors=["No canary", "no canary"])
    assert "name at least two" in gaps(closed)


PERSONS = [
    "an engineer made a mistake", "Human error", "Because the operator typed the wrong host", "someone forgot the flag", "It was a mistake.",
    "He was tired", "The on-call engineer misread the dashboard", "carelessness", "The new developer pushed to main", "Ada did not check", "operator error",
    "The engineer was new", "the vendor's technician pulled the wrong cable", "Dave forgot to run the script", "nobody paid attention",
]  # fmt: skip
STRUCTURES = [
    "the system allowed this mistake", "The deploy tool let an engineer's mistake reach all zones", "No check stands between a mistake and production",
    "There is no canary step", "The release tool does not offer one", "The review process does not catch this mistake", "Nothing warns before the disk is full",
    "The engineer had no way to see the load", "The runbook has no step for it", "The interface accepts any host name", "The schedule has no second person",
    "the on-call rotation has too few people", "the button to delete looks like the button to save",
]  # fmt: skip


@pytest.mark.parametrize("why", PERSONS)
def test_a_person_ends_no_why_chain(why: str) -> None:
    """R44, R46."""
    assert ends_at_person(why)


@pytest.mark.parametrize("why", STRUCTURES)
def test_a_structure_may_end_it(why: str) -> None:
    """R44, R46."""
    assert not ends_at_person(why)


def test_a_complete_one_is_published(closed: House) -> None:
    """R46, R44."""
    more: dict[str, Any] = {"factors": ["One release to both zones", "No canary"], "confirm": ["summary", "impact"]}
    closed.do("postmortem", incident="INC-1", whys=["v2 was broken", "an engineer made a mistake"], **more)
    closed.do("action", incident="INC-1", title="Add a canary", test="A broken release stops there")
    assert gaps(closed) == (
        "INC-1: missing: the why-chain ends at a person: ask why the system allowed it "
        "(people will slip again; only what the system allows can be changed)."
    )
    closed.do("postmortem", incident="INC-1", whys=["v2 was broken", "the system allowed this mistake"])
    closed.do("postmortem", incident="INC-1", publish=True)
    assert closed.record().published_at


def test_an_incomplete_one_is_published_with_a_reason_that_is_kept(closed: House, client: TestClient) -> None:
    """R46: the reason and what was missing stay on record and on the page."""
    with pytest.raises(Conflict, match="Not complete"):
        closed.do("postmortem", incident="INC-1", publish=True)
    assert (
        client.post("/do/postmortem", data={"incident": "INC-1", "override": "The regulator asked today"}).status_code
        == 303
    )
    assert closed.record().published_at
    assert closed.sentences()[-1].startswith("Postmortem published although the summary is empty;")
    assert closed.sentences()[-1].endswith(": The regulator asked today")


def test_whys_branch_where_lines_are_indented(closed: House, client: TestClient) -> None:
    """R46: each branch must end at a structure; the indentation survives saving, and the export nests."""
    typed = "v2 failed every payment\r\n\tThe migration ran too late\r\n\t\tNo step checks the schema first\r\n\tBen approved it"
    assert client.post("/do/postmortem", data={"incident": "INC-1", "whys": typed}).status_code == 303
    assert closed.record().lists["whys"] == [
        "v2 failed every payment", "  The migration ran too late", "    No step checks the schema first", "  Ben approved it",
    ]  # fmt: skip
    assert "the branch 'Ben approved it' ends at a person" in gaps(closed)
    assert "    - No step checks the schema first" in closed.record().parts["whys"]
    assert ">  The migration ran too late" not in client.get(PAGE).text
    assert "\n  The migration ran too late" in client.get(PAGE).text


def test_owner_and_date_are_asked_for(closed: House) -> None:
    """R46: a date that has passed keeps it back; an item that is dropped does not."""
    closed.do("action", incident="INC-1", title="Add a canary", test="A broken release stops there", due="2020-01-01")
    assert "A1 is due on 2020-01-01, which is past" in gaps(closed)
    closed.do("action", "grace", incident="INC-1", item="A1", dropped=True, note="Replaced")
    assert "A1" not in gaps(closed) and "there is no action item" in gaps(closed)


def test_adding_an_action_item_saves_what_was_typed_in_the_parts(closed: House, client: TestClient) -> None:
    """R46, R47: also without JavaScript; what is wrong with the item costs none of the parts."""
    page = client.get(PAGE).text
    assert 'name="also" value="action"' in page and "/do/action" not in page
    typed = {
        "incident": "INC-1",
        "lessons": "The rollback was quick",
        "factors": ["No canary", ""],
        "next": PAGE,
        "also": "action",
    }
    item = {
        "incident": "INC-1",
        "title": "Add a canary",
        "owner": "nobody-known",
        "test": "a drill",
        "next": f"{PAGE}#actions",
        "once_key": "k1",
    }
    fields = {f"also.action.{name}": text for name, text in item.items()}
    refused = client.post("/do/postmortem", data={**typed, **fields})
    assert refused.status_code == 422 and "Add a canary" in refused.text and "Nobody known is called" in refused.text
    assert closed.record().parts["lessons"] == "The rollback was quick" and not closed.record().action_items
    fields["also.action.owner"] = "ben"
    for _ in range(2):
        added = client.post("/do/postmortem", data={**typed, **fields, "also.action.once_key": "k2"})
        assert added.status_code == 303 and added.headers["location"] == f"{PAGE}#actions"
    assert [i.title for i in closed.record().action_items.values()] == ["Add a canary"], "sent twice, added once"
    saved = client.post("/do/postmortem", data={**typed, "also": "", **fields, "lessons": "And well rehearsed"})
    assert saved.headers["location"] == PAGE and len(closed.record().action_items) == 1
    assert closed.record().parts["lessons"] == "And well rehearsed"
    assert client.post("/do/postmortem", data={**typed, "also": "learning"}).status_code == 404


def test_changing_an_action_item_saves_what_was_typed_in_the_parts(closed: House, client: TestClient) -> None:
    """R46, R47: also without JavaScript, for the one of several whose button was pressed."""
    for title in ("Add a canary", "Add a probe"):
        closed.do("action", incident="INC-1", title=title, test="A broken release stops there")
    page = client.get(PAGE).text
    assert 'value="action:A2"' in page and "/do/action" not in page, "no form of its own, which would lose the rest"
    form = {"incident": "INC-1", "next": PAGE, "lessons": "The rollback was quick", "also": "action:A2"}
    fields = {
        f"also.action:{item}.{name}": text
        for item, title in (("A1", "Not this one"), ("A2", "Add two probes"))
        for name, text in {"incident": "INC-1", "item": item, "title": title, "next": f"{PAGE}#actions"}.items()
    }
    saved = client.post("/do/postmortem", data={**form, **fields})
    assert saved.status_code == 303 and saved.headers["location"] == f"{PAGE}#actions"
    record = closed.record()
    assert [i.title for i in record.action_items.values()] == ["Add a canary", "Add two probes"]
    assert record.parts["lessons"] == "The rollback was quick"
    wrong = client.post(
        "/do/postmortem", data={**form, **fields, "also.action:A2.owner": "nobody-known", "lessons": "More"}
    )
    assert wrong.status_code == 422 and "Add two probes" in wrong.text and closed.record().parts["lessons"] == "More"


def test_words_of_blame_are_pointed_at_in_every_part_and_block_nothing(closed: House, client: TestClient) -> None:
    """R44: parts, lists and action items; with a reason and, where there is one, a better wording."""
    assert closed.do("review", incident="INC-1")["wording"] == []
    closed.do(
        "postmortem",
        incident="INC-1",
        summary="The on-call engineer should have rolled back at once.",
        factors=["Ben carelessly deleted the table", "No canary"],
    )
    closed.do("action", incident="INC-1", title="Engineers must be more careful", test="A broken release stops there")
    found = {(hint["part"], hint["text"].casefold()) for hint in closed.do("review", incident="INC-1")["wording"]}
    assert {part for part, _ in found} == {"summary", "factors", "actions"}
    assert ("summary", "should have rolled") in found and ("actions", "be more careful") in found
    page = client.get(PAGE).text
    assert page.count("blocks nothing") >= 2 and "“should have rolled”" in page
    answer = client.get("/api/v1/incidents/INC-1/review")
    assert answer.status_code == 200 and answer.json()["gaps"][0]["part"] == "impact"
