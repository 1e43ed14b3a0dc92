"""Hypotheses with evidence, doubts that are asked, concerns without a name, decisions with what was not taken (R36-R38)."""

import sqlite3
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound
from stanch.web.app import create_app
from tests.scenarios.house import House
from tests.scenarios.test_handoff import ON_CALL, PEOPLE, POLICY, Pager, Room

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Room]:
    room = Room(database_url, tmp_path, {**POLICY, "contacts": PEOPLE, "escalation": ON_CALL})
    room.mail = Pager()
    room.application.world.notifiers |= {"smtp": room.mail}
    room.do("declare", title="Checkout is down", service="shop", severity="SEV-2", incident_commander="me")
    room.do("ack", incident="INC-1")
    yield room
    room.application.database.close()


def asked(house: House, begin: str) -> list[dict[str, Any]]:
    return [p for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith(begin)]


def test_evidence_for_and_against_cites_entries(house: Room) -> None:
    # R36
    with pytest.raises(Conflict, match="No hypothesis leads"):
        house.do("for", incident="INC-1", text="x")
    house.do("hypothesis", incident="INC-1", text="Release v2")
    house.do("for", "ben", incident="INC-1", text="Errors began with it", cites="1, #3 3")
    house.do("against", "cyd", incident="INC-1", text="Zone-a runs v1 and fails too", hypothesis="h1", cites="2")
    (leading,) = house.record().hypotheses.values()
    assert [(e.stance, e.by, e.cites) for e in leading.evidence] == [("for", "ben", [1, 3]), ("against", "cyd", [2])]
    assert "For H1: Errors began with it (entries 1, 3)" in house.sentences()
    assert house.sentences()[-1] == "Against H1: Zone-a runs v1 and fails too (entry 2)"
    for cites in ("999", "x", "0", "-1"):
        with pytest.raises(Invalid) as refused:
            house.do("for", incident="INC-1", text="x", cites=cites)
        assert refused.value.field == "cites"
    with pytest.raises(NotFound):
        house.do("against", incident="INC-1", text="x", hypothesis="H9")
    for standing in ("rejected", "open", "leading", "confirmed"):
        house.do("hypothesis", incident="INC-1", hypothesis="H1", standing=standing, because="so it is")
        assert house.record().hypotheses["H1"].standing == standing
        assert len(house.record().hypotheses["H1"].evidence) == 2, "it keeps its evidence"
    assert house.sentences()[-1] == "Hypothesis (confirmed): Release v2 – so it is"


def test_are_we_sure_when_one_stands_alone_or_is_unchallenged(house: Room) -> None:
    # R36
    house.do("hypothesis", incident="INC-1", text="Release v2")
    house.wait(minutes=9)
    assert not asked(house, "alone:")
    house.wait(minutes=2)
    assert "ada" in house.told("Are we sure that it is “Release v2”?")
    assert not asked(house, "unchallenged:")
    house.wait(minutes=5)
    assert "ada" in house.told("“Release v2” leads, and for 15 min nothing was said against it.")
    house.do("hypothesis", incident="INC-1", text="The database", standing="open")
    assert not asked(house, "alone:") and not asked(house, "unchallenged:"), "another one was considered"
    house.wait(minutes=16)
    (doubt,) = asked(house, "unchallenged:")
    house.do("decline", incident="INC-1", key=doubt["key"], reason="the graphs fit")
    assert not asked(house, "unchallenged:")
    house.do("for", incident="INC-1", text="It fits again")
    assert asked(house, "unchallenged:"), "what it rests on has changed"
    house.do("against", incident="INC-1", text="Zone-a fails too")
    assert not asked(house, "unchallenged:")
    house.do("hypothesis", incident="INC-1", hypothesis="H2", standing="rejected")
    house.wait(minutes=11)
    assert asked(house, "alone:"), "alone again since the other one was rejected"
    house.do("hypothesis", incident="INC-1", hypothesis="H1", standing="confirmed")
    assert not asked(house, "alone:") and not asked(house, "unchallenged:")


def test_an_outcome_that_contradicts_lowers_the_hypothesis_and_asks(house: Room) -> None:
    # R23, R36
    house.gauge.values["errors"] = 0.5
    house.do("criteria", incident="INC-1", propose=True)
    house.do("hypothesis", incident="INC-1", text="Release v2")
    house.do("hypothesis", incident="INC-1", text="Zone-b", standing="open")
    house.wait(minutes=2, step=5)
    house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go", hypothesis="H2")
    house.wait(minutes=1, step=5)
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="back")
    assert [run.hypothesis for run in house.record().runs.values()] == ["H2", "H1"], "named, else the leading one"
    house.wait(minutes=2, step=5)
    assert house.record().hypotheses["H1"].standing == "open" and house.record().leading() is None
    assert "ada" in house.told("Does that speak against “Release v2”?")


def test_a_concern_stays_open_until_the_ic_answers_it(house: Room) -> None:
    # R38
    house.do("concern", "cyd", incident="INC-1", text="Nobody has looked at the backups")
    house.wait(seconds=20)
    assert house.told("A concern of cyd: “Nobody has looked at the backups” What is your answer?") == ["ada"]
    with pytest.raises(Conflict, match="cannot be declined"):
        house.do("decline", incident="INC-1", key="concern:C1")
    with pytest.raises(Denied):
        house.do("concern", "ben", incident="INC-1", concern="C1", answer="They are fine")
    house.wait(minutes=21)
    assert len(house.told("A concern of cyd")) >= 2, "it is asked again"
    house.do("concern", "ada", incident="INC-1", concern="c1", answer="Ben looks now")
    assert not asked(house, "concern:")
    house.wait(seconds=20)
    assert house.told("Your concern “Nobody has looked at the backups” is answered by ada: Ben looks now") == ["cyd"]
    with pytest.raises(Conflict):
        house.do("concern", incident="INC-1", concern="C1", answer="again")
    with pytest.raises(Invalid):
        house.do("concern", incident="INC-1", text="  ")


def test_who_is_not_named_is_stored_nowhere(tmp_path: Path, sqlite_url: str) -> None:
    # R38: not in entries, keys of repeated requests, the outbox, live events or what anybody is told
    room = Room(sqlite_url, tmp_path, {**POLICY, "contacts": PEOPLE, "escalation": ON_CALL})
    room.mail = Pager()
    room.application.world.notifiers |= {"smtp": room.mail}
    room.do("declare", title="Checkout is down", severity="SEV-2", incident_commander="me")
    headers = {**room.bearer("wilhelmina"), "Origin": "http://testserver"}
    room.settle()

    def everything() -> dict[str, list[Any]]:
        with sqlite3.connect(tmp_path / "stanch.db") as raw:
            tables = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {table: raw.execute(f"SELECT * FROM {table}").fetchall() for table in tables}

    before = everything()
    with TestClient(create_app(room.stanch), follow_redirects=False) as client:
        path, body = "/api/v1/incidents/INC-1/concerns", {"text": "The backups are old", "unnamed": True}
        first, second = (client.post(path, json=body, headers={**headers, "Idempotency-Key": "k1"}) for _ in range(2))
        assert first.json() == second.json() and second.headers["idempotency-replayed"] == "true"
        form = {"incident": "INC-1", "text": "Nobody tests them", "unnamed": "true", "once_key": "k2"}
        assert client.post("/do/concern", data=form, headers=headers).status_code == 303
        in_chat = client.post("/api/v1/incidents/INC-1/chat", json={"text": "/concern unnamed x"}, headers=headers)
        assert in_chat.status_code == 422
        shown = client.get("/api/v1/incidents/INC-1", headers=headers).text
    room.wait(minutes=1)
    import hashlib

    digests = {
        hashlib.sha256("\x1f".join(("wilhelmina", route, key)).encode()).hexdigest()
        for route, key in (("POST " + path, "k1"), ("/do/concern", "k2"))
    }
    for table, rows in everything().items():
        fresh = [row for row in rows if row not in before[table]]
        if table in ("tokens", "sessions"):
            continue  # the sign-in itself, which was there before
        assert not any("wilhelmina" in str(row) or digests & set(map(str, row)) for row in fresh), table
    assert "wilhelmina" not in shown and len(room.record().concerns) == 2
    assert all("wilhelmina" not in m.text for _, m in room.mail.told)
    assert {
        entry["author"] for entry in room.do("show", incident="INC-1")["timeline"] if entry["kind"] == "concern_raised"
    } == {"unnamed"}
    room.application.database.close()


def test_a_decision_keeps_what_was_not_taken(house: Room) -> None:
    # R37
    house.do("hypothesis", incident="INC-1", text="Zone-b")
    house.do(
        "decide",
        incident="INC-1",
        text="Drain zone-b",
        rejected=["Wait for the vendor", " "],
        because="it can be undone",
        hypothesis="H1",
    )
    (made,) = house.record().decisions.values()
    assert (made.option, made.rejected, made.reason, made.hypothesis) == (
        "Drain zone-b",
        ["Wait for the vendor"],
        "it can be undone",
        "H1",
    )
    assert house.sentences()[-1] == "Decision: Drain zone-b (not: Wait for the vendor), because it can be undone"
    assert "Next action: Drain zone-b" in house.do("handoff-draft", incident="INC-1")["summary"]
    for more, error in (({"text": " "}, Invalid), ({"text": "x", "hypothesis": "H9"}, NotFound)):
        with pytest.raises(error):
            house.do("decide", incident="INC-1", **more)
    house.do("chat", incident="INC-1", text="/decide Roll back")
    house.do("chat", incident="INC-1", text="/hypothesis The cache is full")
    leading = house.record().leading()
    assert leading is not None and leading.text == "The cache is full"
    house.do("chat", incident="INC-1", text="/against Its graph is flat cites=1")
    assert leading.hypothesis == "H2" and house.record().hypotheses["H2"].against()[0].cites == [1]
    assert [d.option for d in house.record().decisions.values()] == ["Drain zone-b", "Roll back"]


def test_the_page_has_all_of_it(house: Room) -> None:
    # R36-R38
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})

        def post(command: str, **data: Any) -> int:
            return client.post(f"/do/{command}", data={"incident": "INC-1", **data}).status_code

        assert post("hypothesis", text="Release v2") == 303
        assert post("against", hypothesis="H1", text="Zone-a fails too", cites="1") == 303
        assert post("against", hypothesis="H1", text="typed before", cites="99") == 422
        assert post("decide", text="Drain zone-b", rejected=["Wait", ""]) == 303
        assert post("concern", text="The backups", unnamed="true") == 303
        page = client.get("/incidents/INC-1").text
        for words in (
            "Zone-a fails too",
            "#e1",
            "Not taken: Wait",
            "The backups",
            "Open concern",
            "what was known then",
            "Without my name",
        ):
            assert words in page, words
        confirm = client.get("/incidents/INC-1/mitigate/rollback").text
        assert "It tests the hypothesis" in confirm and "Yes, start it now" in confirm
        assert post("concern", concern="C1", answer="Ben looks") == 303
        assert "Ada: Ben looks" in client.get("/incidents/INC-1").text


def test_the_scribe_writes_each_kind_with_a_key_and_corrects(house: Room) -> None:
    # R28
    house.do("hypothesis", incident="INC-1", text="Release v2")
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        assert "/incidents/INC-1/scribe" in client.get("/incidents/INC-1").text
        page = client.get("/incidents/INC-1/scribe").text
        for command in ("say", "decide", "hypothesis", "for", "against", "impact", "concern"):
            assert f'formaction="/do/{command}" accesskey="' in page
            data = {"incident": "INC-1", "text": f"by {command}", "next": "/incidents/INC-1/scribe"}
            done = client.post(f"/do/{command}", data=data)
            assert (done.status_code, done.headers["location"]) == (303, "/incidents/INC-1/scribe")
        page = client.get("/incidents/INC-1/scribe").text
        assert "Against H2: by against" in page and "Decision: by decide" in page
        said = next(x for x in house.do("show", incident="INC-1")["timeline"] if x["sentence"] == "by say")["position"]
        assert f'name="corrects" value="{said}"' in page
        client.post("/do/say", data={"incident": "INC-1", "corrects": str(said), "text": "better"})
        assert house.sentences()[-1] == f"Correction to entry {said}: better"
        assert client.get("/incidents/INC-9/scribe").status_code == 404
