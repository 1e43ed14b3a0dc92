"""Updates for four audiences: what is posted for whom, who is told, and what is refused (R8, R9, R31, R32, P6)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Invalid
from stanch.web.app import create_app
from tests.reading_pages import as_read
from tests.scenarios.house import POLICY, House, Pager, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WORDS = "You cannot pay. We will post again by 18:00 UTC."
CONTACTS: dict[str, Any] = {
    "ada": {"name": "Ada", "reach": ["pager:ada"]},
    "dora": {"name": "Dora", "reach": ["slack:dora", "smtp:dora@x"], "roles": ["leadership"]},
    "emil": {"name": "Emil", "reach": ["pager:emil"], "roles": ["leadership"]},
    "grace": {"name": "Grace", "reach": ["pager:grace"]},
}
AUDIENCES: dict[str, Any] = {
    "leadership": {"every": {"SEV-1": 1800}, "to": ["role:leadership", "webhook:https://hooks.x/secret"]},
    "customers": {"to": ["smtp:partners@x"]},
}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, {**POLICY, "contacts": CONTACTS, "audiences": AUDIENCES}):
        ways(house)
        house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
        yield house


def ways(house: House) -> dict[str, Pager]:
    found = {"smtp": Pager(), "slack": Pager(), "webhook": Pager()}
    house.application.world.notifiers |= found
    return found


def told(house: House) -> list[str]:
    house.settle()
    return [s for s in house.sentences() if s.endswith("(update for leadership)")]


def post(house: House, text: str = "Nothing is needed.", **more: Any) -> str:
    return str(house.do("update", incident="INC-1", to=["leadership"], leadership=text, **more).message)


def test_everybody_of_an_audience_is_told_by_their_first_method_and_who_cannot_be_is_named(house: House) -> None:
    said = post(house)
    assert (
        "It goes to Dora by slack, hooks.x by webhook. Not to everybody: Emil can be reached only by what wakes people"
        in said
    )
    assert told(house) == [
        "Emil can be reached only by what wakes people, and now nobody is woken for this, and could not be told (update for leadership)",
        "Told Dora by slack (update for leadership)",
        "Told hooks.x by webhook (update for leadership)",
    ]
    assert "secret" not in str(house.sentences())
    assert not [message for _, message in house.pager.sent if "For leadership" in message.title], (
        "no update wakes anybody"
    )
    house.wait(minutes=20, step=60)
    assert len(told(house)) == 3, "what is known is not said again"


def test_the_next_method_is_taken_when_one_fails_and_each_message_has_one_key(house: House) -> None:
    found = ways(house)
    found["slack"].down = True
    post(house)
    house.wait(minutes=2)
    assert told(house)[-1] == "Told Dora by mail (update for leadership)"
    assert len(found["smtp"].told) == 1
    house.crash()
    house.application.world.notifiers |= found
    house.wait(minutes=2)
    assert len(found["smtp"].told) == 1, "told once, over a crash"


def test_a_blank_needs_a_second_yes_and_keeps_every_text_from_being_posted(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        house.do("update", incident="INC-1")
    assert refused.value.field == "text" and "it was not filled in" in refused.value.sentence()
    with pytest.raises(Invalid) as refused:
        house.do("update", incident="INC-1", text="We look", leadership="What we need: […].")
    assert refused.value.field == "leadership" and house.record().updates == []
    with pytest.raises(Invalid) as refused:
        house.do("update", incident="INC-1", text="We look", customers="db-01 is down.", state="investigating")
    assert "Customers would read this" in refused.value.sentence() and house.record().updates == []
    house.do("update", incident="INC-1", unchecked=True)
    assert "[…]" in house.record().updates[0][2].text


def test_a_promise_that_is_past_needs_a_second_yes(house: House) -> None:
    for name, values in {"update": {}, "status": {"state": "investigating"}}.items():
        with pytest.raises(Invalid, match="which is past"):
            house.do(name, incident="INC-1", text="You cannot pay. We will post again by 14:00 UTC.", **values)
    house.do("update", incident="INC-1", text="Next update by 14:00 UTC.", unchecked=True)
    assert house.record().last_update("internal")[2].promise == "", "then the cadence counts"


def test_only_what_is_due_is_posted_by_due(house: House) -> None:
    with pytest.raises(Conflict, match="No update is due"):
        house.do("update", incident="INC-1", due=True)
    house.wait(minutes=16, step=60)
    with pytest.raises(Invalid, match="for leadership, who would not be told"):
        house.do("update", incident="INC-1", due=True, text="We look", leadership="Not yet")
    house.do("update", incident="INC-1", due=True, text="We look")
    assert [update.audience for _, _, update in house.record().updates] == ["internal", "public"], (
        "and the first word to customers is"
    )


@pytest.mark.parametrize(("to", "more"), [("customers", {}), ("leadership", {"next_in": 5}), ("engineers", {})])
def test_words_that_were_written_are_never_replaced_by_a_draft(
    house: House, to: str, more: dict[str, Any]
) -> None:  # R32
    written = {"leadership": "We are sorry."} if to == "engineers" else {"text": "We are sorry."}
    with pytest.raises(Invalid, match=f"who would not be told; {to} would read a draft"):
        house.do("update", incident="INC-1", to=[to], **written, **more, unchecked=True)
    assert not house.record().updates


def test_leadership_reads_of_no_help_that_there_was_not(house: House) -> None:  # R15, R32
    house.do("phase", incident="INC-1", phase="resolve")
    assert house.record().mitigated_at is None
    read = house.do("drafts", incident="INC-1")["leadership"]["text"]
    assert "The phase is Resolve." in read and "What we tried: nothing yet." in read
    assert "stopped" not in read and "helped" not in read


def test_what_is_stated_stands_in_the_drafts_until_something_newer_is_started(house: House) -> None:
    house.do("fact", incident="INC-1", what="trying_next", text="Roll back to v41.")
    house.do("fact", incident="INC-1", what="needed", text="nothing")
    drafted = house.do("drafts", incident="INC-1")
    assert "Trying next: Roll back to v41." in drafted["engineers"]["text"]
    assert "What we need from you: nothing." in drafted["leadership"]["text"]
    assert "[…]" in drafted["support"]["text"] and "'[…]'" in " ".join(drafted["support"]["to_reword"])
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="yes")
    house.settle()
    assert "watching whether 'Roll back the shop' helps" in house.do("drafts", incident="INC-1")["engineers"]["text"]


def test_updates_of_a_private_incident_reach_its_members_only(house: House) -> None:  # P6
    secret = house.do("declare", title="A leak", private=True, severity="SEV-1").incident
    said = house.do("update", incident=secret, to=["leadership"], leadership="Between us.").message
    house.settle()
    assert "Nobody could be told: " in said and "Dora may not see this private incident" in said
    assert not [
        1
        for notifier in house.application.world.notifiers.values()
        for _, m in getattr(notifier, "told", [])
        if "Between us" in m.text
    ]
    with pytest.raises(Conflict, match="is private"):
        house.do("update", incident=secret, customers=WORDS, state="investigating")


def test_customers_told_by_mail_read_no_title_and_no_address_of_ours(house: House) -> None:
    found = ways(house)
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    house.settle()
    ((to, message),) = found["smtp"].told
    assert (to, message.title, message.text) == (
        "partners@x",
        "Checkout: update",
        WORDS,
    ) and "/incidents/" not in message.url


def test_an_approval_is_given_on_the_page_by_the_api_and_by_the_one_action(
    database_url: str, tmp_path: Path
) -> None:  # R8
    for house in opened(database_url, tmp_path, {**POLICY, "public_approval": ["grace"]}):
        house.do("declare", title="Checkout fails", service="shop")
        said = house.do(
            "update", actor="ben", incident="INC-1", text="We look.", customers=WORDS, state="investigating"
        ).message
        assert said == "Posted. The next is promised for 14:37 UTC. It waits for the word of Grace."
        with TestClient(create_app(house.stanch), follow_redirects=False) as client:
            ben, grace = house.bearer("ben"), house.bearer("grace")
            room = client.get("/incidents/INC-1", headers=grace).text
            assert 'name="proposal" value="P1"' in room and "Approve and post" in room
            asked = {"state": "investigating", "proposal": "P1"}
            denied = client.post("/api/v1/incidents/INC-1/status", headers=ben, json=asked)
            assert denied.status_code == 403 and house.record().last_update("public") is None
            form = {**asked, "incident": "INC-1"}
            origin = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
            assert client.post("/do/status", headers={**grace, **origin}, data=form).status_code == 303
            assert house.record().last_update("public")[2].promise == "18:00 UTC"
            house.do("status", actor="ben", incident="INC-1", state="identified", text=WORDS)
            again = client.post(
                "/api/v1/incidents/INC-1/status", headers=grace, json={"state": "identified", "proposal": "P2"}
            )
            assert again.status_code == 200 and house.record().last_update("public")[1] == "grace"


def test_the_war_room_shows_each_draft_with_its_clock_and_takes_all_that_are_due(house: House) -> None:
    house.wait(minutes=40, step=120)
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        ada = house.bearer("ada")
        room = client.get("/incidents/INC-1", headers=ada).text
        assert "Post all that are due" in room and "The first update is due at 14:22 UTC: overdue by 25 min" in room
        form = {"incident": "INC-1", "to": ["engineers", "leadership"], "text": "We look", "leadership": "Needed: […]"}
        origin = {**ada, "Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
        refused = client.post("/do/update", headers={**origin, "Accept": "text/html"}, data=form)
        assert refused.status_code == 422 and "Needed: […]" in refused.text and "Not posted yet" in refused.text
        assert client.post("/do/update", headers=origin, data={**form, "leadership": "Nothing"}).status_code == 303
        room = client.get("/incidents/INC-1", headers=ada).text
        assert "Post all that are due" not in room and "For leadership" in room
        house.settle()
        assert "Told Dora by slack at 14:47" in client.get("/incidents/INC-1", headers=ada).text
        assert "Who is kept informed" in (settings := client.get("/settings", headers=ada).text)
        assert (
            "SEV-1 every 30 min" in as_read(settings)
            and "secret" not in settings.partition("Who is kept informed")[2][:900]
        )


def test_the_five_minutes_to_the_first_word_count_from_the_first_signal(house: House) -> None:  # R33
    came = house.clock.now()
    house.alert(service="search")
    house.wait(seconds=70)
    assert house.record("INC-2").detected_at == came < house.record("INC-2").declared_at
    (asked,) = [prompt for prompt in prompts_of(house, "INC-2") if prompt.key == "public-post"]
    assert "due by 14:12 UTC" in asked.text and asked.late_at == came + 300_000_000


def prompts_of(house: House, incident: str) -> list[Any]:
    with house.application.reading() as uow:
        return uow.prompts(uow.record(incident))


def test_one_audience_has_a_bounded_number_of_recipients_and_the_rest_is_named(house: House) -> None:
    house.application.policy().audiences.leadership.to[:] = [f"smtp:{n}@x" for n in range(60)]
    assert "10 more are left out: one audience has 50 recipients at most" in post(house)
    assert len([s for s in told(house) if s.startswith("Told ")]) == 50
