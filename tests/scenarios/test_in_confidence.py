"""Contributions without an author (R44), and worksheets that only their facilitators read (R45)."""

import re
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import pytest

from stanch.identity import credentials, people
from stanch.kernel.actor import Actor
from stanch.kernel.errors import Denied, Invalid, NotFound, Problem
from stanch.learn import export
from stanch.learn.confidential.commands import Contribute, contribute
from stanch.learn.just_culture.commands import Worksheets, worksheets
from stanch.learn.just_culture.rules import Worksheet, conduct, names_in
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TOLD = "The alarm had been silenced for weeks"
DAY = 86400 * 1_000_000


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Any:
    yield from prepared(database_url, tmp_path)


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Any:
    """For what is the same on both databases."""
    yield from prepared(sqlite_url, tmp_path)


def prepared(database_url: str, tmp_path: Path) -> Any:
    policy = {
        **POLICY,
        "just_culture": ["grace"],
        "contacts": {**POLICY["contacts"], "dora": {"name": "Dora Lane", "roles": ["safety"]}},
    }
    for house in opened(database_url, tmp_path, policy):
        for name in ("ada", "ben", "grace", "mallory"):
            people.add(house.application.database, name, house.clock.now())
        house.do("declare", "ada", title="Orders vanish", service="shop")
        for person in ("ada", "ben", "grace"):
            house.do("say", person, incident="INC-1", text="I am here")
        house.do("resolve", "ada", incident="INC-1", override=True, reason="It is over")
        house.do("close", "ada", incident="INC-1")
        house.do("plan", "ada", incident="INC-1", facilitator="grace")
        house.settle()
        yield house


def test_what_is_told_is_read_by_who_leads_the_postmortem_from_the_next_day_on(house: House) -> None:
    before = house.record("INC-1").entries
    house.do("contribute", "ben", incident="INC-1", text=TOLD)
    house.do("contribute", "ben", incident="INC-1", text=TOLD)
    house.do("contribute", "ada", incident="INC-1", text="Nobody dared to say so")
    assert house.record("INC-1").entries == before, "nothing of it is in the timeline"
    assert house.do("contributions", "grace", incident="INC-1") == [], "today's would tell who was there"
    house.clock.moment += DAY
    house.settle()
    found = house.do("contributions", "grace", incident="INC-1")
    assert {c["text"] for c in found} == {TOLD, "Nobody dared to say so"} and all(
        set(c) == {"day", "text"} for c in found
    )
    for person in ("ada", "ben", "mallory"):
        with pytest.raises(Problem, match="Only who leads"):
            house.do("contributions", person, incident="INC-1")


def test_only_who_took_part_tells_and_only_where_nobody_can_guess_who(desk: House) -> None:
    with pytest.raises(Problem, match="Only who took part"):
        desk.do("contribute", "mallory", incident="INC-1", text=TOLD)
    with pytest.raises(Problem, match="nothing to tell"):
        desk.do("contribute", "ada", incident="INC-1", text="   ")
    desk.do("declare", "ben", title="Small", severity="SEV-4")
    with pytest.raises(Problem, match="Only one person took part in INC-2"):
        desk.do("contribute", "ben", incident="INC-2", text=TOLD)
    with desk.application.uow(Actor("ben"), "chat") as uow, pytest.raises(Problem, match="shows who wrote it"):
        contribute(uow, Contribute("INC-1", TOLD))


def rows(house: House) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with house.application.database.reading() as tx:
        if tx.dialect == "sqlite":
            names = [
                r["name"]
                for r in tx.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words%'")
            ]
        else:
            names = [
                r["name"]
                for r in tx.all(
                    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()"
                )
            ]
        return {name: [dict(row) for row in tx.all(f"SELECT * FROM {name}")] for name in names}


def test_neither_the_database_nor_the_logs_nor_the_events_tell_who_wrote_it(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    bearers = {person: _bearer(house, person) for person in ("ada", "ben")}
    before = rows(house)
    told: list[str] = []
    house.application.subscribe(told.append)
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        for person, text in (("ben", TOLD), ("ben", "And it was never right"), ("ada", "I was afraid to ask")):
            headers = bearers[person]
            body = {"text": text}
            answer = client.post(
                "/api/v1/incidents/INC-1/contributions",
                json=body,
                headers={**headers, "Idempotency-Key": f"k-{text[:5]}"},
            )
            assert answer.status_code == 200, answer.text
        form = {"incident": "INC-1", "text": "By the page", "once_key": "k9", "next": "/"}
        assert (
            client.post(
                "/do/contribute", data=form, headers={**bearers["ben"], "Origin": "http://testserver"}
            ).status_code
            == 303
        )
    after = rows(house)
    changed = {table for table in after if after[table] != before.get(table)}
    assert changed == {"contributions", "timers"}, "no answer, key, entry, effect or look is kept"
    assert told == [], "no event is sent"
    for row in after["contributions"]:
        assert set(row) == {"id", "incident", "day", "text", "settled"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["day"]), "of the moment only the day"
    ids = [row["id"] for row in after["contributions"]]
    assert all(re.fullmatch(r"told-[0-9a-f]{10}", key) for key in ids) and len({*ids}) == 4, (
        "random: nothing links two of one person"
    )
    timer = next(row for row in after["timers"] if row["key"] == "contributions")
    assert timer["due_at"] % DAY == 0
    said = capfd.readouterr()
    assert TOLD not in said.out + said.err and "contribut" not in said.out + said.err
    with house.application.reading(Actor("grace")) as uow:
        assert TOLD.encode() not in export.as_json(uow, "INC-1")


def _bearer(house: House, person: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {credentials.create_token(house.application.database, person, house.clock.now(), 'test')}"
    }


def test_where_each_was_stored_says_nothing_after_its_day(house: House) -> None:
    for number in range(8):
        house.do("contribute", ("ada", "ben")[number % 2], incident="INC-1", text=f"Told {number}")
    house.clock.moment += DAY
    house.settle()
    with house.application.database.reading() as tx:
        stored = (
            tx.all("SELECT id, settled FROM contributions")
            if tx.dialect == "sqlite"
            else tx.all("SELECT id, settled, xmin::text AS tx FROM contributions ORDER BY ctid")
        )
    assert [row["id"] for row in stored] == sorted(row["id"] for row in stored)
    assert (
        all(row["settled"] for row in stored)
        and len({row.get("tx", "") if isinstance(row, dict) else "" for row in stored}) == 1
    )
    assert not any(row["key"] == "contributions" for row in rows(house)["timers"])


def test_the_file_itself_holds_no_name_near_the_words(sqlite_url: str, tmp_path: Path) -> None:
    for house in opened(sqlite_url, tmp_path, {**POLICY, "just_culture": []}):
        house.do("declare", "ada", title="Orders vanish")
        for person in ("ada", "ben", "grace"):
            house.do("say", person, incident="INC-1", text="I am here")
        house.do("contribute", "ben", incident="INC-1", text=TOLD)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = sqlite3.connect(path)
    (sql,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'contributions'").fetchone()
    assert "WITHOUT ROWID" in sql, "no number tells the order in which they came"
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    whole = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))
    at = whole.index(TOLD.encode())
    page = whole[at // 4096 * 4096 : at // 4096 * 4096 + 4096]
    assert not re.search(rb"\b(ada|ben|grace)\b", page, re.IGNORECASE)


def fill(house: House, person: str = "grace", **more: Any) -> str:
    answers = {"deviated": "yes", "workable": "no", "perceived": "no", "knowingly": "no", "substitution": "yes"}
    values = {"about": "The restore was started on the wrong database", **answers, **more}
    return str(house.do("worksheet", person, incident="INC-1", **values).id)


def test_a_worksheet_is_read_by_its_facilitators_only_and_is_nowhere_else(house: House) -> None:
    before = house.record("INC-1").entries
    sheet = fill(house, pushed="The agreed way takes forty minutes")
    (found,) = house.do("worksheets", "grace", incident="INC-1")
    assert (found["conduct"], found["missing"]) == ("at_risk", ["What does the system change?"])
    for actor in (Actor("ada"), Actor("ben"), Actor("root", admin=True)):
        with house.application.reading(actor) as uow, pytest.raises(Problem, match="Only the facilitators"):
            worksheets(uow, Worksheets("INC-1"))
        with pytest.raises(Problem, match="Only the facilitators"):
            house.do("worksheet", actor.name, incident="INC-1", worksheet=sheet, about="x")
    assert house.record("INC-1").entries == before
    everywhere = {table: str(content) for table, content in rows(house).items() if table != "worksheets"}
    assert [
        table for table, content in everywhere.items() if "wrong database" in content or "forty minutes" in content
    ] == []
    with house.application.reading(Actor("grace")) as uow:
        assert b"wrong database" not in export.as_json(uow, "INC-1")


def test_it_ends_in_what_the_system_changes_and_items_are_made_of_it_without_names(desk: House) -> None:
    sheet = fill(desk, pushed="The agreed way takes forty minutes")
    with pytest.raises(Problem, match="not complete"):
        desk.do("worksheet", "grace", incident="INC-1", worksheet=sheet, finish=True)
    for named in ("Tell ben to be careful", "Ben follows the runbook", "Coaching for Dora Lane", "Talk to ADA."):
        with pytest.raises(Problem, match="is a person"):
            desk.do("worksheet", "grace", incident="INC-1", worksheet=sheet, action=named)
    desk.do("worksheet", "grace", incident="INC-1", worksheet=sheet, action="A restore names its target and asks twice")
    desk.do("worksheet", "grace", incident="INC-1", worksheet=sheet, finish=True)
    with pytest.raises(Problem, match="finished"):
        desk.do("worksheet", "grace", incident="INC-1", worksheet=sheet, about="Another")
    desk.do(
        "worksheet",
        "grace",
        incident="INC-1",
        worksheet=sheet,
        item=1,
        owner="ada",
        test="A restore on production asks twice",
    )
    with pytest.raises(Problem, match="already"):
        desk.do("worksheet", "grace", incident="INC-1", worksheet=sheet, item=1, owner="ada", test="x")
    (item,) = desk.record("INC-1").action_items.values()
    assert (item.title, item.owner) == ("A restore names its target and asks twice", "ada")
    assert sheet not in str(desk.sentences("INC-1"))


def test_what_the_answers_point_to() -> None:
    def of(**answers: Any) -> str:
        return conduct(Worksheet(answers=answers))

    assert of() == "open"
    assert of(deviated="no") == "human_error"
    assert of(deviated="yes", perceived="no") == "at_risk"
    assert of(deviated="yes", perceived="yes", knowingly="yes", substitution="no") == "reckless"
    assert of(deviated="yes", perceived="yes", knowingly="yes", substitution="yes") == "at_risk", (
        "others would have, too"
    )
    assert of(deviated="yes", perceived="no", knowingly="yes", substitution="no") == "at_risk", (
        "what is not seen is not knowingly taken"
    )
    assert names_in("The pipeline will refuse it, and may mark it", ["will", "mark", "May"]) == []
    assert names_in("Will refuses it", ["will"]) == ["will"]


def test_its_pages(desk: House) -> None:
    fill(desk)
    desk.do("contribute", "ben", incident="INC-1", text=f"{TOLD} <b>now</b>")
    desk.clock.moment += DAY
    desk.settle()
    with TestClient(create_app(desk.stanch), follow_redirects=False) as client:
        shown = client.get("/incidents/INC-1/postmortem", headers=_bearer(desk, "grace")).text
        assert f"{TOLD} &lt;b&gt;now" in shown and "/incidents/INC-1/just-culture" in shown
        other = client.get("/incidents/INC-1/postmortem", headers=_bearer(desk, "ada")).text
        assert "Tell something without being known" in other and TOLD not in other and "just-culture" not in other
        sheets = client.get("/incidents/INC-1/just-culture", headers=_bearer(desk, "grace"))
        assert sheets.status_code == 200 and "At-risk behaviour" in sheets.text
        assert client.get("/incidents/INC-1/just-culture", headers=_bearer(desk, "ada")).status_code == 403


def test_the_lead_is_passed_on_and_not_taken(desk: House) -> None:
    """R44: who leads reads what was told in confidence."""
    for other in ("mallory", "ada"):
        with pytest.raises(Denied, match="grace leads the postmortem of INC-1"):
            desk.do("plan", other, incident="INC-1", facilitator=other)
    desk.do("plan", "ada", incident="INC-1", due="2100-01-01")
    desk.do("plan", "grace", incident="INC-1", facilitator="ada")
    assert desk.record("INC-1").facilitator == "ada"
    desk.do("declare", "ada", title="Slow", service="shop", severity="SEV-3")
    desk.do("role", "ben", incident="INC-2", role="incident_commander")
    desk.do("resolve", "ada", incident="INC-2", override=True, reason="it works again")
    desk.do("close", "ada", incident="INC-2")
    with pytest.raises(Denied, match="Only who took part"):
        desk.do("plan", "mallory", incident="INC-2", facilitator="mallory")
    desk.do("plan", "ada", incident="INC-2", facilitator="grace")
    desk.do("plan", "ben", incident="INC-2", facilitator="ada")
    assert desk.record("INC-2").facilitator == "ada"


def test_a_number_means_the_action_item_and_is_no_title(desk: House) -> None:
    """R47."""
    desk.do("declare", title="Slow", service="shop")
    desk.do("action", incident="INC-2", title="Add a canary", owner="ada", test="A broken release stops")
    with pytest.raises(Invalid, match="'a1' is the number of an action item") as refused:
        desk.do("action", incident="INC-2", title=" a1", done=True)
    assert "--item A1" in str(refused.value.hint)
    desk.do("action", incident="INC-2", item="1", done=True)
    with pytest.raises(NotFound, match="no action item 7"):
        desk.do("action", incident="INC-2", item="7", done=True)
