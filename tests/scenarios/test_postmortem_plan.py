"""The decision on a postmortem can be argued; it has a leader, a date, a state and a meeting that moves (R42, R43)."""

import re
import warnings
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar

from stanch.integrations.smtp import _compose
from stanch.kernel.clock import DAY, SECOND, iso
from stanch.kernel.errors import Conflict, Invalid
from stanch.web.app import create_app
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def closed(house: House) -> House:
    """A closed incident of which a short review is enough."""
    house.do("declare", title="Checkout is slow", severity="SEV-4")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    house.pager.told.clear()
    assert house.record().postmortem_form == "review"
    return house


def test_the_form_is_argued_up_and_down_with_reasons_that_stay(closed: House) -> None:
    with pytest.raises(Invalid, match="needs a reason"):
        closed.do("plan", incident="INC-1", form="postmortem")
    with pytest.raises(Conflict, match="already"):
        closed.do("plan", incident="INC-1", form="review", reason="x")
    closed.do("plan", incident="INC-1", form="postmortem", reason="It is the third this month")
    assert closed.record().postmortem_form == "postmortem"
    closed.do("plan", "ben", incident="INC-1", form="review", reason="The other two are written")
    assert closed.record().postmortem_form == "review"
    assert closed.record().postmortem_reasons[-2:] == [
        "ada: It is the third this month",
        "ben: The other two are written",
    ]


def test_who_leads_it_is_told_when_it_is_late(house: House) -> None:
    house.do("declare", title="Checkout is slow", severity="SEV-2")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    closed = house
    closed.pager.told.clear()
    due = iso(closed.clock.now() + 5 * DAY)
    closed.do("plan", incident="INC-1", facilitator="Grace", due=due)
    closed.wait(days=4.9, step=86400)
    assert closed.pager.told == []
    closed.wait(days=0.3, step=3600)
    assert [(to, message.text) for to, message in closed.pager.told] == [
        ("grace", "The postmortem is not published yet.")
    ]
    for wrong in ({"facilitator": "nobody-known"}, {"due": "2020-01-01"}, {"due": "soon"}, {}):
        with pytest.raises(Invalid):
            closed.do("plan", incident="INC-1", **wrong)


def test_the_state_goes_from_draft_to_review_to_published_and_back(closed: House) -> None:
    closed.do("plan", incident="INC-1", stage="in_review")
    assert closed.record().postmortem_stage == "in_review"
    closed.do("postmortem", incident="INC-1", summary="Checkout was slow for ten minutes", publish=True)
    assert closed.record().published_at
    said = closed.do("plan", incident="INC-1", stage="draft").message
    assert said == "Postmortem of INC-1: reopened." and closed.record().published_at is None
    assert closed.sentences()[-1] == "Postmortem reopened; it is a draft again"


def test_who_took_part_is_told_of_the_meeting_and_of_its_new_date(closed: House) -> None:
    """R42: by the method they chose, once for each date; whoever moves it knows."""
    closed.do("say", "ben", incident="INC-1", text="I looked")
    first, then = iso(closed.clock.now() + 2 * DAY)[:16] + "Z", iso(closed.clock.now() + 3 * DAY)[:16] + "Z"
    said = closed.do("plan", incident="INC-1", meeting=first).message
    assert said.endswith("UTC, told: ben.")
    closed.do("plan", "ben", incident="INC-1", meeting=then)
    closed.wait(minutes=5)
    assert [to for to, message in closed.pager.told if "the meeting is on" in message.text] == ["ben", "ada"]


def test_a_calendar_keeps_up_with_a_meeting_that_moves_and_is_cancelled(closed: House) -> None:
    """R42: one event, the same on every face and in mail, under a greater number each time (RFC 5545, RFC 5546)."""
    closed.do("say", "ben", incident="INC-1", text="I looked")
    first, then = closed.clock.now() + 2 * DAY, closed.clock.now() + 3 * DAY
    files = []
    with TestClient(create_app(closed.stanch)) as client:
        client.headers.update(closed.bearer("ada"))
        for change in (
            {"meeting": iso(first)},
            {"meeting": iso(then)},
            {"meeting": iso(first)},
            {"cancel_meeting": True},
        ):
            closed.do("plan", incident="INC-1", **change)
            answer = client.get("/api/v1/incidents/INC-1/meeting.ics")
            assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
            assert answer.content == client.get("/incidents/INC-1/postmortem.ics").content
            files.append(Calendar.from_ical(answer.content))
    closed.wait(minutes=5)
    told = [message for to, message in closed.pager.told if to == "ben"]
    assert [message.calendar for message in told] == [file.to_ical().decode() for file in files]
    assert told[-1].text.startswith("The postmortem of INC-1: the meeting on ") and "is cancelled" in told[-1].text
    events = [file.events[0] for file in files]
    assert len({event["uid"] for event in events}) == 1
    numbers = [int(event["sequence"]) for event in events]
    assert numbers == sorted(set(numbers))
    assert [event.start.timestamp() for event in events] == [at // SECOND for at in (first, then, first, first)]
    assert [str(file["method"]) for file in files] == ["PUBLISH"] * 3 + ["CANCEL"]
    assert [str(event["status"]) for event in events] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    mail = message_from_bytes(
        _compose("stanch@example.org", "ben@example.org", "stanch@example.org", told[-1]).as_bytes(), policy=default
    )
    attached = next(iter(mail.iter_attachments()))  # type: ignore[attr-defined]
    assert attached.get_content_type() == "text/calendar" and attached["content-type"].params["method"] == "CANCEL"
    assert Calendar.from_ical(attached.get_content()).events[0]["uid"] == events[0]["uid"]
    with pytest.raises(Conflict, match="no meeting that could be cancelled"):
        closed.do("plan", incident="INC-1", cancel_meeting=True)
    with pytest.raises(Invalid, match="not both"):
        closed.do("plan", incident="INC-1", meeting=iso(then), cancel_meeting=True)
    assert closed.do("plan", incident="INC-1", meeting=iso(then)) and closed.record().meeting_cancelled is None


def test_without_java_script_a_whole_postmortem_is_written_and_published(house: House) -> None:
    """R46: every step is a form of the page that a browser without scripts sends."""
    house.do("declare", title="Checkout fails", severity="SEV-1")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    page = "/incidents/INC-1/postmortem"
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})

        def send(command: str, **form: object) -> None:
            answer = client.post(f"/do/{command}", data={"incident": "INC-1", "next": page, **form})
            assert (answer.status_code, answer.headers["location"]) == (303, page), answer.text

        shown = client.get(page).text
        for name in (
            "summary",
            "impact",
            "factors",
            "whys",
            "lessons",
            "facilitator",
            "meeting",
            "text",
            "also.action.title",
            "override",
        ):
            assert f'name="{name}"' in shown
        send("plan", facilitator="ben", meeting=iso(house.clock.now() + DAY)[:16])
        seen = re.findall(r'name="seen" value="([^"]*)"', shown)
        parts = {
            "summary": "Release v2 failed three of ten checkouts for ten minutes; going back to v1 helped.",
            "impact": "30 % of checkouts failed for ten minutes, 1,200 customers",
            "factors": "No canary step #change\r\nAlerts look at one zone only #detection\r\n",
            "whys": "Checkouts failed\r\n  v2 could not read the old schema\r\n    structure: no step of the pipeline checks a migration",
            "lessons": "The rollback was quick",
        }
        item = {
            "title": "Add a canary step",
            "owner": "ben",
            "due": iso(house.clock.now() + 30 * DAY)[:10],
            "test": "A broken release stops in zone-a",
        }
        extra = {f"also.action.{name}": value for name, value in {"incident": "INC-1", "next": page, **item}.items()}
        send("postmortem", seen=seen, **parts, also="action", **extra)
        send("comment", part="impact", quote="1,200 customers", suggestion="1,250 customers")
        send("settle-comment", comment="C1", how="accepted")
        send("plan", stage="in_review")
        assert "Everything is there." in client.get(page).text
        send("postmortem", publish="true")
        read = client.get(f"{page}/read").text
    assert house.record().published_at
    for text in (
        "1,250 customers",
        "No canary step",
        "Add a canary step",
        "no step of the pipeline checks a migration",
    ):
        assert text in read


def test_the_meeting_moves(closed: House) -> None:
    closed.do("plan", incident="INC-1", meeting=iso(closed.clock.now() + 2 * DAY))
    assert closed.record().postmortem_at == closed.clock.now() // 1000 * 1000 + 2 * DAY
    with pytest.raises(Invalid, match="passed"):
        closed.do("plan", incident="INC-1", meeting=iso(closed.clock.now() - DAY))


def test_an_open_incident_and_one_that_no_alert_saw(house: House) -> None:
    """R43: a monitoring failure is a trigger."""
    house.do("declare", title="Customers cannot pay", severity="SEV-4")
    with pytest.raises(Conflict, match="INC-1 is open"):
        house.do("plan", incident="INC-1", stage="in_review")
    house.do("status", incident="INC-1", state="investigating", text="Customers cannot pay at the moment.")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "postmortem"
    assert any(reason.startswith("monitoring failed") for reason in house.record().postmortem_reasons)


def test_what_was_asked_for_before_it_is_closed_is_not_forgotten(house: House) -> None:
    """R43: a request counts whenever it is made, and after a reopening; arguing it down counts, too."""
    house.do("declare", title="Checkout is slow", severity="SEV-4")
    house.do("postmortem", incident="INC-1", request="It is the third this month")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "postmortem"
    assert house.record().postmortem_reasons == ["ada asked: It is the third this month"]
    house.do("plan", incident="INC-1", form="review", reason="The other two are written")
    house.do("reopen", incident="INC-1", reason="it is back")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "review", "what was argued down is not asked for any more"


def test_customers_who_were_hit_count_although_nobody_told_them(house: House) -> None:
    """R43: harm past a limit that somebody has stated is seen by users, whether or not there was a public word."""
    house.do("declare", title="Checkout is slow", severity="SEV-4")
    house.do("impact", incident="INC-1", text="A tenth of them", users_percent=10)
    house.wait(minutes=10)
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    assert "customers were affected for 10 min" in house.record().postmortem_reasons
