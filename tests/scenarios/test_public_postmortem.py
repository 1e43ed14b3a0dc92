"""The postmortem that customers read: published on purpose, checked first, and gone when it is reopened, redacted or taken back (R33, R44, P6)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from stanch.kernel.errors import Conflict, Denied, Invalid
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_status_copies import Shelf

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PAGE = "/status/incidents/INC-1/postmortem"


@pytest.fixture
def published(house: House) -> House:
    """Over, told to customers, and with a postmortem that is published inside and names people and systems."""
    return publish_inside(house)


def publish_inside(house: House, speaker: str = "ada") -> House:
    house.stanch.seed()
    house.do("declare", title="shop-db is full", service="shop", severity="SEV-1")
    house.do("role", incident="INC-1", role="incident_commander")
    house.do(
        "status",
        speaker,
        incident="INC-1",
        state="investigating",
        text="You cannot pay. We will post again by 15:40 UTC.",
    )
    house.wait(seconds=540)
    house.do("status", speaker, incident="INC-1", state="resolved", text="You can pay again.")
    house.do("resolve", incident="INC-1", override=True, reason="rolled back")
    house.do("close", incident="INC-1")
    house.do(
        "action",
        incident="INC-1",
        title="Stop a bad release in the first zone",
        owner="ben",
        test="A broken one stops there",
    )
    house.do(
        "postmortem", incident="INC-1", summary="For nine minutes three of ten payments failed. Ada rolled the release back.",
        impact="3 of 10 payments failed for 9 minutes", lessons="The old release was back quickly",
        factors=["One release went to both zones #change", "No payment was tried before it #test"],
        whys=["Payments failed", "  No step tries a payment first"], override="for the test",
    )  # fmt: skip
    return house


@pytest.fixture
def client(published: House) -> Iterator[TestClient]:
    with TestClient(create_app(published.stanch), follow_redirects=False) as client:
        yield client


def test_nothing_is_public_until_a_person_publishes_it_and_then_everywhere(
    published: House, client: TestClient
) -> None:
    """R33, R44: page, feeds and copy; people as roles, kinds of factors left out; and no script is needed."""
    shelf = published.application.world.publishers["shelf"] = Shelf()
    assert client.get(PAGE).status_code == 404
    assert "We will publish what we learned here." in client.get("/status/incidents/INC-1").text
    published.do("publish-postmortem", incident="INC-1")
    published.settle()
    text = client.get(PAGE).text
    assert "For nine minutes three of ten payments failed. The Incident Commander rolled the release back." in text
    assert "<li>One release went to both zones</li>" in text and "<li>Stop a bad release in the first zone</li>" in text
    assert "Ada" not in text and "ben" not in text and "#change" not in text and "shop-db" not in text
    assert len(client.get(PAGE).content) < 30_000 and client.get(f"{PAGE}.html").text == text
    assert 'href="INC-1/postmortem.html"' in client.get("/status/incidents/INC-1").text
    assert 'href="incidents/INC-1/postmortem.html"' in client.get("/status/").text
    for feed in ("history.atom", "history.rss", "updates.rss"):
        body = client.get(f"/status/{feed}").content
        assert ElementTree.fromstring(body) is not None and b"/incidents/INC-1/postmortem.html" in body
    assert shelf.files["incidents/INC-1/postmortem.html"] == client.get(PAGE).content
    published.do("hide-postmortem", incident="INC-1", reason="a figure was wrong")
    published.settle()
    assert client.get(PAGE).status_code == 404 and "incidents/INC-1/postmortem.html" not in shelf.files
    with pytest.raises(Conflict, match="No postmortem"):
        published.do("hide-postmortem", incident="INC-1", reason="again")


def test_what_the_wording_check_finds_is_shown_first_and_needs_a_yes(published: House, client: TestClient) -> None:
    bad = {
        "incident": "INC-1",
        "summary": "Ben Carter made a mistake on shop-api-v2. It fails with HTTP 503.",
        "only": True,
    }
    with pytest.raises(Invalid, match="HTTP 503") as refused:
        published.do("publish-postmortem", **bad)
    assert refused.value.field == "unchecked"
    assert client.get(PAGE).status_code == 404
    published.do("publish-postmortem", **bad, unchecked=True)
    text = client.get(PAGE).text
    assert "HTTP 503" in text and "Why it happened" not in text
    accepted = "Postmortem published on the status page: summary; what the wording check found was accepted"
    assert published.sentences("INC-1")[-1] == accepted


@pytest.mark.parametrize("end", ["reopen", "postmortem", "redact"])
def test_it_is_withdrawn_when_the_record_is_worked_on_again(published: House, client: TestClient, end: str) -> None:
    published.do("publish-postmortem", incident="INC-1")
    assert client.get(PAGE).status_code == 200
    if end == "reopen":
        published.do("reopen", incident="INC-1", reason="it came back")
    elif end == "postmortem":
        published.do("plan", incident="INC-1", stage="draft")
    else:
        position = published.record("INC-1").entries
        published.do("redact", incident="INC-1", position=position, reason="a secret")
    assert client.get(PAGE).status_code == 404
    assert published.record("INC-1").shown_at is None


def test_private_unfinished_and_untold_incidents_have_none(house: House) -> None:
    """P6: nothing of a private incident, nor of one that customers were not told of."""
    private = house.do("declare", title="x", private=True).incident
    open_one = house.do("declare", title="y", service="shop").incident
    for incident, said in ((private, "private"), (open_one, "not published")):
        with pytest.raises(Conflict, match=f"{incident}.* {said}"):
            house.do("publish-postmortem", incident=incident, summary="You could not pay.")
    house.do("resolve", incident=open_one, override=True, reason="over")
    house.do("close", incident=open_one)
    house.do("postmortem", incident=open_one, override="for the test")
    with pytest.raises(Conflict, match="Customers have read nothing"):
        house.do("publish-postmortem", incident=open_one, summary="You could not pay.")


def test_bad_input_is_refused_and_markup_is_text(published: House, client: TestClient) -> None:
    with pytest.raises(Invalid, match="summary is empty"):
        published.do("publish-postmortem", incident="INC-1", summary=" ")
    with pytest.raises(Invalid, match="at most 20,000"):
        published.do("publish-postmortem", incident="INC-1", lessons="&" * 6_000)
    published.do(
        "publish-postmortem", incident="INC-1", summary="You <script>alert(1)</script> could not pay.", unchecked=True
    )
    text = client.get(PAGE).text
    assert "alert(1)" not in text.replace("&lt;script&gt;alert(1)", "") and "<script>" not in text


def test_the_form_shows_the_draft_with_its_findings_and_publishes_what_was_typed(
    published: House, client: TestClient
) -> None:
    client.headers.update(published.bearer("ada"))
    page = client.get("/incidents/INC-1/postmortem/public").text
    assert "One release went to both zones" in page and "Publish it on the status page" in page
    form = {
        "incident": "INC-1",
        "only": "true",
        "summary": "You could not pay.\r\n\r\nWe are sorry.",
        "lessons": "",
        "next": "/",
    }
    answer = client.post("/do/publish-postmortem", data=form, headers={"Origin": "http://testserver"})
    assert answer.status_code == 303
    assert "We are sorry." in client.get(PAGE).text and "Why it happened" not in client.get(PAGE).text
    assert "Take it off the status page" in client.get("/incidents/INC-1/postmortem/public").text
    answer = client.get("/api/v1/incidents/INC-1/public-postmortem").json()
    assert answer["published_at"] and answer["address"].endswith("/status/incidents/INC-1/postmortem.html")


def test_whose_word_a_post_needs_publishes_it(database_url: str, tmp_path: Path) -> None:
    """R8: nobody passes the approval of public words by way of the postmortem."""
    for house in opened(database_url, tmp_path, {**POLICY, "public_approval": ["grace"]}):
        publish_inside(house, "grace")
        with pytest.raises(Denied, match="Grace"):
            house.do("publish-postmortem", incident="INC-1", summary="You could not pay.")
        assert house.record("INC-1").shown_at is None
        house.do("publish-postmortem", "grace", incident="INC-1", summary="You could not pay.")
