"""Comments, suggestions and mentions on a postmortem (R46)."""

import warnings

import pytest

from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.learn import export
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

SUMMARY = "Release v2 failed three of ten checkouts for ten minutes."


@pytest.fixture
def written(house: House) -> House:
    house.do("declare", title="Checkout fails", severity="SEV-3")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    house.do("postmortem", incident="INC-1", summary=SUMMARY)
    house.pager.told.clear()
    return house


def test_a_suggestion_changes_the_part_or_stays_where_its_words_are_gone(written: House) -> None:
    do = written.do
    do(
        "comment",
        "ben",
        incident="INC-1",
        part="summary",
        quote="ten minutes",
        suggestion="twelve minutes",
        text="From the graph",
    )
    do("comment", "ben", incident="INC-1", part="summary", quote="Release v2", suggestion="Build 812", text="")
    assert do("settle-comment", incident="INC-1", comment="c1", how="accepted").message == "C1 is accepted."
    assert written.record().parts["summary"] == SUMMARY.replace("ten minutes", "twelve minutes")
    do("postmortem", incident="INC-1", summary="A release failed three of ten checkouts.")
    with pytest.raises(Conflict, match=r"C2 would replace do not stand once .*: Release v2"):
        do("settle-comment", incident="INC-1", comment="2", how="accepted")
    assert written.record().comments["C2"].state == "open" and do("comments", incident="INC-1")[0]["moved"]
    with pytest.raises(Invalid, match="reason"):
        do("settle-comment", incident="INC-1", comment="C2", how="declined")
    do("settle-comment", incident="INC-1", comment="C2", how="declined", note="It is named above")
    assert written.sentences()[-1] == "C2 declined: It is named above"
    with pytest.raises(Conflict, match="C2 is declined already, by ada"):
        do("settle-comment", incident="INC-1", comment="C2", how="accepted")
    assert do("comments", incident="INC-1") == [] and len(do("comments", incident="INC-1", state="all")) == 2


def test_who_is_mentioned_is_told_once_and_asked_on_now_until_it_is_settled(written: House) -> None:
    said = written.do("comment", incident="INC-1", part="summary", text="@Ben, @ada: mail ops@example.org?").message
    assert said == "Comment C1 on the summary. ben is told."
    written.wait(minutes=5)
    told = [(to, message.text) for to, message in written.pager.told]
    assert told == [
        ("ben", "ada mentions you on the summary of the postmortem (C1): @Ben, @ada: mail ops@example.org?")
    ]
    written.wait(days=2, step=3600 * 6)
    assert [to for to, message in written.pager.told if "C1" in message.text] == ["ben"]
    with pytest.raises(Invalid, match="nobody-known"):
        written.do("comment", incident="INC-1", part="summary", text="@nobody-known?")
    written.do("settle-comment", "ben", incident="INC-1", comment="C1", how="resolved")
    assert written.record().comments["C1"].settled_by == "ben"


def test_nobody_outside_a_private_incident_is_told(house: House) -> None:
    """P6."""
    secret = house.do("declare", title="Somebody is in our network", severity="SEV-3", private=True).incident
    said = house.do("comment", incident=secret, part="summary", text="@ben what do you think?").message
    assert said == "Comment C1 on the summary. Not told: ben may not see this private incident."
    house.wait(minutes=30)
    assert [to for to, message in house.pager.told if "C1" in message.text] == []


def test_what_cannot_be_said_is_refused_with_the_reason(written: House) -> None:
    for wrong, why in (
        ({"text": ""}, "empty"),
        ({"suggestion": "x"}, "words that it replaces"),
        ({"text": "x", "quote": "five of ten"}, "do not stand"),
        ({"text": "x", "quote": "ten"}, "stand 2 times"),
        ({"text": " ".join(f"@p{n}" for n in range(21))}, "More than 20"),
    ):
        with pytest.raises(Invalid, match=why):
            written.do("comment", incident="INC-1", part="summary", **wrong)
    with pytest.raises(NotFound, match="no comment C9"):
        written.do("settle-comment", incident="INC-1", comment="C9", how="resolved")
    written.do("comment", incident="INC-1", part="summary", text="x" * 5_000)
    with pytest.raises(Invalid, match="is a comment"):
        written.do("settle-comment", incident="INC-1", comment="C1", how="accepted")


def test_page_api_and_markdown_show_them(written: House) -> None:
    """The page works without JavaScript; blame is pointed at in comments, too (R44)."""
    with TestClient(create_app(written.stanch), follow_redirects=False) as client:
        client.headers.update({**written.bearer("ben"), "Origin": "http://testserver"})
        form = {
            "incident": "INC-1",
            "part": "summary",
            "quote": "three of ten",
            "suggestion": "30 %",
            "text": "Ada should have checked the <b>graph</b>",
        }
        assert client.post("/do/comment", data=form).status_code == 303
        page = client.get("/incidents/INC-1/postmortem").text
        assert "checked the &lt;b&gt;graph" in page and "“should have" in page and "<q>30 %</q>" in page
        assert client.get("/api/v1/incidents/1/comments").json()[0]["suggestion"] == "30 %"
        without = client.get("/api/v1/incidents/1/export?format=md").text
        both = client.get("/api/v1/incidents/1/export?format=md&comments=yes").text
        assert "## Comments" not in without and "- C1, ben, Summary, on “three of ten”: Ada should have" in both
        assert client.get("/api/v1/incidents/1/export?format=json&comments=yes").status_code == 422
        html = [client.get(f"/api/v1/incidents/1/export?format=html{more}").text for more in ("", "&comments=yes")]
        assert (
            "<h2>Comments</h2>" not in html[0] and "<li>C1, Ben, Summary, on “three of ten”: Ada should have" in html[1]
        )
        assert client.get("/api/v1/incidents/1/export?format=pdf&comments=yes").content.startswith(b"%PDF-")
        accept = {"incident": "INC-1", "comment": "C1", "how": "accepted"}
        assert client.post("/do/settle-comment", data=accept).status_code == 303
    assert written.record().parts["summary"] == "Release v2 failed 30 % checkouts for ten minutes."
    with written.application.reading() as uow:
        made = export.prepare(uow, "INC-1", "md", "roles", "yes").content().decode()
    assert "ben" not in made and "Ada" not in made
