"""One tap does no damage, and the room says only what is so (R12, R25, R42, R43; P8)."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Invalid
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        yield client


def room(client: TestClient, path: str = "") -> str:
    answer = client.get(f"/incidents/INC-1{path}")
    assert answer.status_code == 200
    return answer.text


def test_a_phase_is_moved_by_a_sheet_and_moved_back_as_if_it_had_not_been(house: House, client: TestClient) -> None:
    """R12, R15."""
    house.do("declare", title="Checkout fails", service="shop")
    before = house.record()
    shown = room(client)
    assert '<details id="move-resolve">' in shown and "Yes, the harm is stopped" in shown
    assert "Move back to" not in shown, "nobody has moved it yet"
    house.wait(minutes=1)
    elsewhere = {"mitigated": "true", "reason": "The vendor failed over"}
    client.post("/do/phase", data={"incident": "INC-1", "phase": "resolve", **elsewhere})
    assert (house.record().phase, house.record().status) == ("resolve", "mitigated")
    assert "Move back to Triage" in room(client) or f"Move back to {before.phase.capitalize()}" in room(client)
    house.wait(minutes=1)
    assert client.post("/do/phase", data={"incident": "INC-1", "undo": "true"}).status_code == 303
    after = house.record()
    assert (after.phase, after.status, after.mitigated_at) == (before.phase, "open", None)
    assert [span.phase for span in after.spells] == [span.phase for span in before.spells]
    assert after.spells[-1].until is None and "Move back to" not in room(client)
    assert house.sentences()[-1].startswith("Moved back to")


def test_a_move_that_has_stood_is_not_taken_back(house: House) -> None:
    """R12."""
    house.do("declare", title="Checkout fails")
    with pytest.raises(Conflict, match="has not moved"):
        house.do("phase", incident="INC-1", undo=True)
    with pytest.raises(Invalid, match="Say which phase"):
        house.do("phase", incident="INC-1")
    house.do("phase", incident="INC-1", phase="mitigate")
    with pytest.raises(Conflict, match="came from"):
        house.do("phase", incident="INC-1", phase="learn", undo=True)
    house.wait(minutes=16, step=60)
    with pytest.raises(Conflict, match="has not moved within"):
        house.do("phase", incident="INC-1", undo=True)
    house.do("chat", incident="INC-1", text="/phase resolve")
    house.do("chat", incident="INC-1", text="/phase undo")
    assert house.record().phase == "mitigate"


def test_a_role_is_not_taken_from_its_holder_unasked(house: House, client: TestClient) -> None:
    """R25."""
    house.do("declare", title="Checkout fails")
    assert 'aria-label="I&#39;ll take it: Incident Commander"' in room(client), "a free role is one tap"
    house.do("role", actor="ben", incident="INC-1", role="incident_commander")
    with pytest.raises(Conflict, match="ben is Incident Commander") as refused:
        house.do("role", actor="ada", incident="INC-1", role="incident_commander")
    assert refused.value.field == "instead_of" and "ben" in refused.value.hint
    with pytest.raises(Conflict):
        house.do("role", actor="ada", incident="INC-1", role="incident_commander", instead_of="grace")
    assert "Ask Ben for it" in room(client)
    api = client.post("/api/v1/incidents/INC-1/roles", json={"role": "incident_commander"})
    assert api.status_code == 409 and "instead_of" in api.text
    house.do("role", actor="ada", incident="INC-1", role="incident_commander", instead_of="Ben")
    assert house.record().holder("incident_commander") == "ben", "it is asked for"
    house.wait(minutes=4, step=20)
    house.do("role", actor="ada", incident="INC-1", role="incident_commander", instead_of="Ben")
    assert house.record().holder("incident_commander") == "ada"
    house.do("role", actor="ada", incident="INC-1", role="incident_commander", person="grace")
    assert house.record().holder("incident_commander") == "ada", (
        "one's own role is offered with a word, and stays until then"
    )
    house.do("handoff", actor="grace", incident="INC-1", acknowledge=True)
    assert house.record().holder("incident_commander") == "grace"


@pytest.mark.parametrize(
    ("command", "field", "more"),
    [
        ("role", "person", {"role": "scribe"}), ("timebox", "owner", {"question": "Is it the database?", "fallback": "roll back"}),
        ("action", "owner", {"title": "Add a canary", "test": "a drill"}), ("investigate", "owner", {"title": "Odd"}),
    ],
)  # fmt: skip
def test_nobody_unknown_owns_anything(house: House, command: str, field: str, more: dict[str, str]) -> None:
    """R25, R39, R46."""
    house.policy = {**POLICY, "contacts": {**POLICY["contacts"], "sam1": {"name": "Sam", "names": ["boss@example.org"]}, "sam2": {"name": "sam"}}}  # fmt: skip
    house.crash()
    house.bearer("Zoë")
    house.do("declare", title="Checkout fails")
    given: dict[str, Any] = more if command == "investigate" else {"incident": "INC-1", **more}
    entries = house.record().entries
    with pytest.raises(Invalid, match="Nobody known is called 'mallory'") as refused:
        house.do(command, **given, **{field: "mallory"})
    assert refused.value.field == field and refused.value.hint
    with pytest.raises(Invalid, match=r"Several are called 'SAM': sam1, sam2"):
        house.do(command, **given, **{field: " SAM "})
    assert house.record().entries == entries
    for typed, meant in (("Boss@Example.org", "sam1"), ("GRACE", "grace"), ("zoë", "Zoë"), ("  ", "ada")):
        if command == "role" and house.record().holder("scribe"):
            given["instead_of"] = house.record().holder("scribe")
        assert meant in house.do(command, **given, **{field: typed}).message


def test_a_closed_incident_is_missing_nothing(house: House, client: TestClient) -> None:
    """R10, R42."""
    house.do("declare", title="Checkout fails")
    assert "Missing." in room(client)
    house.do("close", incident="INC-1", reason="a small one")
    shown = room(client)
    assert "Missing" not in shown and "Not recorded" in shown
    assert not any(fact["missing"] for fact in house.do("show", incident="INC-1")["facts"])


def test_the_checklist_says_done_of_nothing_that_was_not_done(house: House, client: TestClient) -> None:
    """R42."""
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-4")
    shown = room(client)
    for never in ("Final public post", "Every page was acknowledged", "The outcome of every mitigation"):
        assert never not in shown
    house.do("impact", incident="INC-1", text="Customers cannot pay")
    assert "To do:</span> Final public post" in room(client)
    house.do(
        "status",
        incident="INC-1",
        state="investigating",
        text="Checkout fails for some customers. Next update at 15:00 UTC.",
    )
    assert "To do:</span> Final public post" in room(client)
    house.do("status", incident="INC-1", state="resolved", text="Checkout works again for all customers.")
    assert "Done:</span> Final public post" in room(client)


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_ended_while_alerts_fire_says_that_they_wake_nobody(house: House, count: int) -> None:
    """R42."""
    for number in range(count):
        house.alert(fingerprint=f"a{number}", name=f"Burn{number}")
    house.wait(seconds=65)
    words = "An alert still fires (Burn0), and wakes" if count == 1 else "2 alerts still fire (Burn0, Burn1), and wake"
    assert words in house.do("resolve", incident="INC-1", reason="it looks fine", override=True).message
    assert words in house.do("close", incident="INC-1").message


@pytest.mark.parametrize("severity", ["", "SEV-1"])
def test_a_false_alarm_closes_in_one_action_and_owes_nothing(house: House, client: TestClient, severity: str) -> None:
    """R42, R43, R48."""
    house.do("declare", title="Checkout fails", service="shop", **({"severity": severity} if severity else {}))
    house.do("impact", incident="INC-1", text="Data may be wrong", data_at_risk=True)
    assert "Close as a false alarm" in room(client)
    closed = client.post(
        "/do/close", data={"incident": "INC-1", "false_alarm": "true", "reason": "a test of the probe"}
    )
    assert closed.status_code == 303
    record = house.record()
    assert (record.status, record.postmortem_form, record.postmortem_at, record.action_items) == (
        "closed",
        "",
        None,
        {},
    )
    assert house.sentences()[-1] == "Closed as a false alarm: a test of the probe"
    assert "To do" not in room(client) and "postmortem" not in room(client).split('id="closing"')[1].split(
        "</section>"
    )[0].replace("no postmortem", "")
    sent = len(house.pager.sent)
    house.wait(days=30, step=86400)
    assert len(house.pager.sent) == sent and not house.do("show", incident="INC-1")["prompts"]
    house.do("reopen", incident="INC-1", reason="it was real")
    assert not house.record().false_alarm
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("close", incident="INC-1")
    assert house.record().postmortem_form == "postmortem"


def test_data_at_risk_asks_for_a_postmortem_also_when_it_was_saved(house: House) -> None:
    """R43."""
    house.do("declare", title="Orders twice", severity="SEV-4")
    house.do("impact", incident="INC-1", text="Orders may be doubled", data_at_risk=True)
    house.do("impact", incident="INC-1", text="No order was doubled", data_at_risk=False)
    house.do("close", incident="INC-1", reason="a small one")
    assert house.record().postmortem_form == "postmortem"
    assert "data was at risk" in house.record().postmortem_reasons


@pytest.mark.parametrize(("percent", "said"), [(None, "nobody has counted"), (0.5, "0.5 % of users"), (70, "70 % of users"), (0, "0 % of users")])  # fmt: skip
def test_how_few_were_hit_is_said_only_when_it_was_counted(house: House, percent: float | None, said: str) -> None:
    """R43, P8."""
    house.do("declare", title="Slow", severity="SEV-4")
    if percent is not None:
        house.do("impact", incident="INC-1", text="Slow pages", users_percent=percent)
    house.do("close", incident="INC-1", reason="a small one")
    (reason,) = house.record().postmortem_reasons
    assert said in reason and "hardly" not in reason and "in time" not in reason


def test_every_prompt_that_moves_the_incident_opens_a_sheet_first(house: House, client: TestClient) -> None:
    """R12: the same move by a prompt and by the bar; an undo follows."""
    house.do("declare", title="Checkout fails", service="shop")
    house.wait(minutes=20, step=60)
    shown = room(client)
    assert "Move to Mitigate?" in shown and "Yes: Move to Mitigate" in shown
    for form in shown.split("<form")[1:]:
        if 'action="/do/phase"' in form:
            assert 'name="reason"' in form or "Move back" in form, form[:300]
    client.post("/do/phase", data={"incident": "INC-1", "phase": "mitigate", "reason": ""})
    assert "Move back to Triage" in room(client)


def test_a_refused_public_post_comes_back_in_the_room_with_what_was_typed(house: House, client: TestClient) -> None:
    # R33: each rewording is a line of its own, beside the form as it was filled.
    house.do("declare", title="Checkout fails", service="shop")
    typed = {
        "incident": "INC-1", "state": "identified", "text": "Ask Ada about db-2.internal: […] & <b>", "title": "Trouble with pay",
        "components": ["", "shop=partial_outage"], "next": "/incidents/INC-1#updates",
    }  # fmt: skip
    answer = client.post("/do/status", data=typed)
    shown = answer.text
    assert answer.status_code == 422 and 'data-room="INC-1"' in shown and "The input is not valid" not in shown
    assert shown.count("<li>", shown.index("Customers would read this:"), shown.index("Reword it below")) >= 2
    assert (
        "Ask Ada about db-2.internal: […] &amp; &lt;b&gt;</textarea>" in shown and 'value="Trouble with pay"' in shown
    )
    assert 'value="shop=partial_outage" selected' in shown and "selected>identified<" in shown
    assert 'class="tab first" id="tab-updates"' in shown, "its tab is open"
    assert client.post("/do/status", data={**typed, "unchecked": "true"}).status_code == 303, "said twice it is posted"

    late = client.post("/do/status", data={**typed, "text": "Payments fail.", "began": "never"})
    assert late.status_code == 422 and "Not posted yet." in late.text and 'value="never"' in late.text
    inside = client.post("/do/update", data={"incident": "INC-1", "text": "We look.", "next_in": "a while"})
    assert inside.status_code == 422 and ">We look.</textarea>" in inside.text and 'value="a while"' in inside.text
    api = client.post("/api/v1/incidents/INC-1/status", json={"state": "identified", "text": typed["text"]})
    assert len(api.json()["errors"]) >= 2 and {each["pointer"] for each in api.json()["errors"]} == {"#/text"}
    gone = client.post("/do/status", data={**typed, "incident": "INC-99"})
    assert gone.status_code == 404 and 'data-room="' not in gone.text
