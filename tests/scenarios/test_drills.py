"""Drills (R40): scripted incidents that reach nobody outside, touch nothing real, and are scored on the practice."""

import re
import warnings
from typing import Any

import pytest

from stanch.kernel.actor import Actor
from stanch.kernel.errors import Problem
from stanch.learn import export
from stanch.ports import Message
from stanch.web.app import create_app, routes_of
from tests.scenarios.hall import Hall
from tests.scenarios.house import POLICY, House, opened

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PEOPLE = {
    name: {"name": name.capitalize(), "reach": [f"pager:{name}", f"smtp:{name}@x"]}
    for name in ("ada", "ben", "cyd", "eve")
} | {"dora": {"name": "Dora", "reach": ["pager:dora", "smtp:dora@x"], "roles": ["leadership"]}}
ESCALATION = {"default": {"steps": [{"notify": ["eve"], "wait": 60}, {"notify": ["dora"], "wait": 60}], "repeat": 3}}
DRILL = "INC-1"


class Mail:
    """What people read when they look; it wakes nobody."""

    name = "smtp"

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []

    def send(self, address: str, message: Message) -> str:
        self.sent.append((address, message))
        return "250 ok"


class Board:
    """What everybody of the company reads."""

    name = "board"

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def announce(self, announcement: Any) -> str:
        self.heard.append(announcement)
        return "1"


@pytest.fixture
def house(database_url: str, tmp_path: Any) -> Any:
    yield from prepared(database_url, tmp_path)


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Any) -> Any:
    """For what is the same on both databases."""
    yield from prepared(sqlite_url, tmp_path)


def prepared(database_url: str, tmp_path: Any, **more: Any) -> Any:
    for house in opened(database_url, tmp_path, {**POLICY, "contacts": PEOPLE, "escalation": ESCALATION, **more}):
        house.mail, house.board, house.hall = Mail(), Board(), Hall()  # type: ignore[attr-defined]
        house.application.world.notifiers |= {"smtp": house.mail}  # type: ignore[attr-defined]
        house.application.world.announcers |= {"board": house.board}  # type: ignore[attr-defined]
        yield house


def begin(house: House, script: str = "crash-on-deploy", **more: Any) -> str:
    done = house.do("drill", "ada", script=script, **more)
    house.settle()
    return str(done.incident)


def standings(house: House, drill: str = DRILL) -> dict[str, str]:
    return {point["key"]: point["standing"] for point in house.do("debrief", "ada", incident=drill)["points"]}


def good_team(house: House, drill: str = DRILL) -> None:
    """As the practice asks for it."""
    for person in ("ben", "cyd"):
        house.do("join-drill", person, incident=drill)
    house.wait(seconds=40)
    house.do("declare", "ada", title="Checkout fails", investigation=drill, severity="SEV-2", incident_commander="me")
    house.do("role", "ben", incident=drill, role="operations_lead")
    house.do("role", "cyd", incident=drill, role="communications_lead")
    house.wait(minutes=1, step=20)
    house.do("impact", "cyd", incident=drill, text="One in eight customers cannot pay")
    house.do("status", "cyd", incident=drill, state="investigating", text="Some payments fail. We are looking into it.")
    house.do("criteria", "ada", incident=drill, propose=True)
    house.do("hypothesis", "ben", incident=drill, text="Release v2 broke checkout")
    house.do("for", "ben", incident=drill, hypothesis="H1", text="It went out four minutes before")
    house.do("hypothesis", "ada", incident=drill, text="The database is full", standing="open")
    house.do("against", "ada", incident=drill, hypothesis="H2", text="Queries are as quick as yesterday")
    house.wait(seconds=30)
    house.do("mitigate", "ben", incident=drill, mitigation="rollback", confirm="back")
    house.wait(minutes=6, step=20)
    house.do("update", "cyd", incident=drill, text="Rolled back; errors are gone. We watch it for two more minutes.")
    house.wait(minutes=1, step=20)
    house.do("resolve", "ada", incident=drill)
    house.do("close", "ada", incident=drill)
    house.settle()


def bad_team(house: House, drill: str = DRILL) -> None:
    """Diagnosis first, everything alone, told nobody."""
    house.do("join-drill", "ben", incident=drill)
    house.wait(minutes=12, step=20)
    house.do("declare", "ada", title="Checkout fails", investigation=drill, severity="SEV-1")
    house.wait(minutes=6, step=20)
    house.do("role", "ada", incident=drill, role="incident_commander")
    house.do("hypothesis", "ada", incident=drill, text="The database is full", standing="confirmed")
    house.do("mitigate", "ada", incident=drill, mitigation="scale-database", confirm="more")
    house.wait(seconds=40)
    house.do("mitigate", "ada", incident=drill, mitigation="rollback", confirm="back")
    house.wait(minutes=10, step=20)
    house.do("resolve", "ada", incident=drill, override=True, reason="It looks good")
    house.do("close", "ada", incident=drill)
    house.settle()


def outside(house: Any) -> list[Any]:
    """Everything that left for somebody who had not said yes, or that woke anybody at all."""
    taking = {"ada@x", "ben@x", "cyd@x"}
    return [
        *house.pager.sent,
        *house.pager.told,
        *house.board.heard,
        *house.lever.pulled,
        *(m for m in house.mail.sent if m[0] not in taking),
    ]


def test_a_good_and_a_bad_team_score_differently_for_the_right_reasons_and_nobody_outside_is_told(house: Any) -> None:
    begin(house)
    good_team(house)
    found = house.do("debrief", "ada", incident=DRILL)
    assert {
        key: standing for key, standing in standings(house).items() if standing not in ("kept", "not asked")
    } == {}, found
    assert found["percent"] == 100 and found["practise"] == []
    assert outside(house) == []
    assert house.do("drills", "eve")["runs"][0]["aborted"] is False

    begin(house)
    bad_team(house, "INC-2")
    judged = standings(house, "INC-2")
    missed = {key for key, standing in judged.items() if standing == "missed"}
    assert missed == {*judged} - {"impact", "handoff"}
    assert (judged["impact"], judged["handoff"]) == ("partly", "not asked")
    bad = house.do("debrief", "ada", incident="INC-2")
    assert bad["percent"] < 25 and bad["practise"] and bad["next_drills"]
    reasons = {p["key"]: p for p in bad["points"]}
    entries = {e["position"]: e for e in house.do("show", "ada", incident="INC-2")["timeline"]}
    assert [entries[n]["kind"] for n in reasons["mitigate"]["entries"]] == ["hypothesis_stated", "mitigation_started"]
    assert "the cause was confirmed first" in reasons["mitigate"]["reason"]
    assert reasons["verify"]["reason"] == "what made it worse was not taken back"
    said = " ".join(point["reason"] for point in bad["points"])
    assert not re.search(rf"\b({'|'.join(PEOPLE)})\b", said, re.IGNORECASE), "never a person"
    assert outside(house) == []


def test_it_is_marked_wherever_it_is_called_by_its_title(desk: Any) -> None:
    desk.chats["hall"] = desk.application.world.chats["hall"] = desk.hall
    begin(desk)
    good_team(desk)
    assert desk.record(DRILL).title.startswith("DRILL: ")
    assert desk.do("incidents", "ada")[0]["drill"] is True
    assert desk.mail.sent and all("DRILL: " in message.title for _, message in desk.mail.sent)
    assert desk.hall.topics and all("DRILL: " in topic for topic in desk.hall.topics.values())
    first = desk.sentences(DRILL)[1]
    assert first.startswith("This is a drill") and "nothing of it leaves for customers" in first


def test_it_is_counted_nowhere(house: Any) -> None:
    begin(house)
    good_team(house)
    assert house.do("learning", "ada")["incidents"] == 0
    assert house.record(DRILL).postmortem_form == "" and house.record(DRILL).postmortem_at is None
    house.do("declare", "eve", title="Checkout fails after a release", service="shop")
    assert house.do("similar", "eve", incident="INC-2") == []
    with pytest.raises(Problem, match="no postmortem and no action items"):
        house.do("action", "ada", incident=DRILL, title="Mend it", owner="eve", test="It stays mended")


def test_a_real_alert_of_the_same_service_pages_and_is_never_part_of_the_drill(house: Any) -> None:
    begin(house)
    house.do("declare", "ada", title="Checkout fails", investigation=DRILL)
    house.alert(fingerprint="real")
    house.wait(minutes=1, seconds=5)
    assert [row["id"] for row in house.do("incidents", "eve")] == ["INC-2"]
    assert {address for address, _ in house.pager.sent} == {"eve"}
    assert "real" in house.record("INC-2").signals and "real" not in house.record(DRILL).signals
    house.alert(fingerprint="held", service="shelf")
    with pytest.raises(Problem, match="never part of a drill"):
        house.do("attach", "ada", incident=DRILL, fingerprint="held")


def test_every_kind_of_effect_stays_inside_unless_it_says_whom_it_reaches(house: Any) -> None:
    begin(house)
    house.do("join-drill", "ben", incident=DRILL)
    allowed = {kind: handler.in_drill for kind, handler in house.outbox.handlers.items() if handler.in_drill != "never"}
    assert allowed == {
        "page": "woken",
        "message": "told",
        "prompt": "told",
        "withdraw": "room",
        "chat": "room",
        "chat_answer": "room",
        "criteria": "room",
    }
    for person, reach in (("eve", "smtp:eve@x"), ("ben", "pager:ben"), ("ben", "smtp:ben@x"), ("", "")):
        with house.application.uow() as uow:
            for kind in house.outbox.handlers:
                payload = {"person": person, "reach": reach, "page": "p", "prompts": {}, "then": [], "chat": "none"}
                uow.effect(f"{kind}:{person}:{reach}", kind, DRILL, payload)
        house.outbox.lease(500)
        with house.application.reading() as uow:
            rows = uow.tx.all(
                "SELECT kind, state, last_error FROM outbox WHERE key LIKE :key", key=f"%:{person}:{reach}"
            )
        kept = {
            row["kind"]: row["last_error"]
            for row in rows
            if row["state"] == "dropped" and row["last_error"] != "no longer wanted"
        }
        may = {"chat", "chat_answer", "withdraw", "criteria"} | (
            {"message", "prompt"} if (person, reach) == ("ben", "smtp:ben@x") else set()
        )
        assert set(kept) == set(house.outbox.handlers) - may, (person, reach)
        assert all(kept.values())
    assert outside(house) == []


def test_only_who_agreed_is_paged_and_only_where_paging_is_practised(house: Any) -> None:
    begin(house)
    with pytest.raises(Problem, match="does not practise paging"):
        house.do("join-drill", "ben", incident=DRILL, paging=True)
    house.do("join-drill", "ben", incident=DRILL)
    house.do("declare", "ada", title="Checkout fails", investigation=DRILL)
    house.wait(minutes=10, step=20)
    assert "Nobody is paged by the drill: in earnest this would page Eve (declared)" in house.sentences(DRILL)
    for person in ("ben", "eve"):
        with pytest.raises(Problem, match="has not agreed to be paged"):
            house.do("page", "ada", incident=DRILL, person=person)
    assert house.do("page", "ada", incident=DRILL).message.startswith("This is a drill: nobody is paged")
    house.do("end-drill", "ben", incident=DRILL, reason="Lunch")

    begin(house, paging=True)
    house.do("join-drill", "ben", incident="INC-2")
    house.do("join-drill", "cyd", incident="INC-2", paging=True)
    house.do("declare", "ada", title="Checkout fails", investigation="INC-2")
    house.wait(minutes=1, step=20)
    assert {address for address, _ in house.pager.sent} == {"cyd"}
    house.do("ack", "cyd", incident="INC-2")
    assert {p["key"]: p["standing"] for p in house.do("debrief", "ada", incident="INC-2")["points"]}["taken"] in (
        "kept",
        "partly",
    )
    house.do("page", "ada", incident="INC-2", person="cyd")
    assert {a for a, _ in [*house.mail.sent, *house.pager.sent]} <= {"ada@x", "ben@x", "cyd@x", "cyd"}


def test_nobody_is_brought_into_it_and_only_who_takes_part_acts(desk: Any) -> None:
    begin(desk)
    desk.do("join-drill", "ben", incident=DRILL)
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL, incident_commander="me")
    for name, more in {
        "role": {"role": "scribe", "person": "eve"},
        "invite": {"person": "eve"},
        "handoff": {"role": "incident_commander", "to": "eve"},
    }.items():
        with pytest.raises(Problem):
            desk.do(name, "ada", incident=DRILL, **more)
    with pytest.raises(Problem, match="no incident"):
        desk.do("say", "eve", incident=DRILL, text="What is this?")
    desk.do("join-drill", "eve", incident=DRILL)
    desk.do("say", "eve", incident=DRILL, text="I am in")
    desk.do("join-drill", "eve", incident=DRILL, leave=True)
    with pytest.raises(Problem, match="no incident"):
        desk.do("show", "eve", incident=DRILL)
    assert desk.do("drills", "eve")["runs"][0]["participants"] == ["ada", "ben"]


def test_who_takes_part_is_asked_whether_a_declaration_is_real(desk: Any) -> None:
    begin(desk)
    with pytest.raises(Problem, match="is this it, or is it real"):
        desk.do("declare", "ada", title="Checkout fails")
    desk.do("declare", "eve", title="The office burns")
    assert desk.do("declare", "ada", title="The office burns here, too", real=True).incident == "INC-3"


def test_a_restart_in_the_middle_keeps_its_clock_and_two_go_on_at_once(house: Any) -> None:
    begin(house)
    house.wait(minutes=2, step=20)
    begin(house, "security")
    assert [len(house.record(name).drill.given) for name in ("INC-1", "INC-2")] == [2, 1]
    house.do("declare", "ada", title="One", investigation="INC-1")
    house.crash()
    house.application.world.notifiers |= {"smtp": house.mail}
    house.clock.moment += 4 * 60 * 1_000_000
    house.settle()
    house.wait(seconds=5)
    assert [sorted(house.record(name).drill.given) for name in ("INC-1", "INC-2")] == [["0", "1", "2", "3"], ["0", "1"]]
    house.do("mitigate", "ada", incident="INC-1", mitigation="rollback", confirm="x")
    house.crash()
    house.application.world.notifiers |= {"smtp": house.mail}
    house.wait(minutes=3, step=20)
    (run,) = house.record("INC-1").runs.values()
    assert run.outcome == "helped" and "nothing real was touched" in run.output
    assert house.lever.pulled == []
    house.do("end-drill", "ada", incident="INC-1", reason="A real incident")
    given = len(house.record("INC-1").drill.given)
    house.wait(minutes=20, step=20)
    assert len(house.record("INC-1").drill.given) == given
    assert house.record("INC-2").status == "investigating"


def test_a_drill_that_is_broken_off_at_once_says_neither_kept_nor_missed_of_the_first_minutes(desk: Any) -> None:  # R40
    begin(desk)
    desk.wait(seconds=40)
    assert {standings(desk)[key] for key in ("taken", "declare")} == {"not asked"}
    desk.do("end-drill", "ada", incident=DRILL)
    assert {standings(desk)[key] for key in ("taken", "declare")} == {"not asked"}, "breaking off is no answer"


def test_a_running_drill_says_missed_of_nothing_that_can_still_be_done(desk: Any) -> None:  # R40
    begin(desk)
    desk.wait(seconds=40)
    assert "missed" not in standings(desk).values() and desk.do("debrief", "ada", incident=DRILL)["percent"] is None
    assert not [p for p in desk.do("debrief", "ada", incident=DRILL)["points"] if "never declared" in p["reason"]]
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL)
    now = standings(desk)
    assert (
        "missed" not in now.values() and now["declare"] == "kept" and now["public"] == now["challenge"] == "not asked"
    )
    desk.wait(minutes=25, step=60)
    late = standings(desk)
    assert late["public"] == late["impact"] == late["mitigate"] == "missed", "there the time is over"
    assert late["hypotheses"] == late["challenge"] == late["criteria"] == "not asked"


def test_a_drill_can_stand_still_and_the_time_is_judged_nowhere(desk: Any) -> None:  # R40
    begin(desk)
    desk.do("join-drill", "ben", incident=DRILL)
    desk.wait(seconds=40)
    given = len(desk.record(DRILL).drill.given)
    with pytest.raises(Problem, match="ada leads"):
        desk.do("pause-drill", "ben", incident=DRILL)
    desk.do("pause-drill", "ada", incident=DRILL)
    with pytest.raises(Problem, match="stands still already"):
        desk.do("pause-drill", "ada", incident=DRILL)
    with pytest.raises(Problem, match="stands still"):
        desk.do("inject", "ada", incident=DRILL, text="x")
    desk.wait(minutes=30, step=120)
    assert len(desk.record(DRILL).drill.given) == given
    desk.do("pause-drill", "ada", incident=DRILL, resume=True)
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL)
    assert standings(desk)["declare"] == "kept", "half an hour of standing still is no delay"
    assert desk.do("debrief", "ada", incident=DRILL)["paused"] == 30 * 60 * 1_000_000
    desk.do("inject", "ada", incident=DRILL, text="The app store shows one-star reviews", sender="A journalist")
    assert desk.sentences(DRILL)[-1] == "A journalist: The app store shows one-star reviews"
    for given_so, said in (
        ({"text": "A journalist calls"}, "A journalist calls"),
        ({"text": "We cannot pay", "kind": "customer"}, "A customer: We cannot pay"),
        ({"text": "How long?", "kind": "manager", "sender": "Grace"}, "Grace: How long?"),
    ):
        assert desk.do("inject", "ada", incident=DRILL, **given_so).message == f"Given: {said}"
        assert desk.sentences(DRILL)[-1] == said, "it is from whom it is said to be from, or from nobody"
    desk.do("inject", "ada", incident=DRILL)
    assert len(desk.record(DRILL).drill.given) == given + 5
    desk.wait(minutes=40, step=60)
    numbers = list(desk.record(DRILL).drill.given)
    assert len(numbers) == len(set(numbers)), "what was given by hand does not come again"
    for form, start in (("md", b"# "), ("html", b"<!doctype html>"), ("pdf", b"%PDF-")):
        with desk.application.reading(Actor("ada")) as uow:
            read = export.prepare(uow, DRILL, form)
        assert read.content().startswith(start)


def test_one_person_leads_three_drills_at_most_and_a_drill_has_no_postmortem(desk: Any) -> None:  # R40
    for _ in range(3):
        desk.do("drill", "ada", script="crash-on-deploy")
    with pytest.raises(Problem, match="You lead 3 drills already: INC-1, INC-2, INC-3"):
        desk.do("drill", "ada", script="crash-on-deploy")
    desk.do("end-drill", "ada", incident="INC-1")
    desk.do("drill", "ada", script="crash-on-deploy")
    for command, values in (("plan", {"facilitator": "ada"}), ("postmortem", {"summary": "x"})):
        with pytest.raises(Problem, match="INC-1 is a drill: it has a debrief and no postmortem"):
            desk.do(command, "ada", incident="INC-1", **values)
    with pytest.raises(Problem, match="no postmortem to comment on"):
        desk.do("comment", "ada", incident="INC-2", part="summary", text="Nobody would read it")


def test_what_is_undone_works_no_more_and_the_metrics_follow_the_script(desk: Any) -> None:
    begin(desk)
    desk.do("join-drill", "ben", incident=DRILL)
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL)
    desk.do("criteria", "ada", incident=DRILL, criterion="mine: drill nothing < 3")
    desk.do("criteria", "ada", incident=DRILL, criterion="errors: drill error_rate < 1")
    desk.settle()
    states = desk.record(DRILL).criteria
    assert (states["errors"].value, states["errors"].holds) == (12, False)
    assert "a drill measures only what its script does" in states["mine"].detail
    desk.do("mitigate", "ada", incident=DRILL, mitigation="rollback", confirm="x")
    desk.wait(minutes=1, step=20)
    assert desk.record(DRILL).criteria["errors"].holds
    desk.do("undo", "ada", incident=DRILL, confirm="y")
    desk.wait(minutes=1, step=20)
    assert not desk.record(DRILL).criteria["errors"].holds
    assert desk.lever.pulled == []


def test_a_service_that_was_drilled_is_readier(desk: Any) -> None:
    def lacks() -> list[str]:
        return [lack["text"] for lack in desk.do("readiness", "eve", service="shop")["services"][0]["lacks"]]

    assert "nobody has ever drilled for it" in lacks()
    begin(desk)
    desk.do("end-drill", "ada", incident=DRILL)
    assert "nobody has ever drilled for it" in lacks(), "what was broken off is no drill"
    begin(desk)
    desk.do("declare", "ada", title="Nothing", investigation="INC-2")
    desk.do("close", "ada", incident="INC-2", false_alarm=True)
    assert "nobody has ever drilled for it" in lacks(), "nor is one that nobody played"
    begin(desk)
    good_team(desk, "INC-3")
    assert not any("drilled" in text for text in lacks())
    desk.clock.moment += 200 * 86400 * 1_000_000
    assert "it was last drilled 200 days ago" in lacks()


def test_only_who_takes_part_is_proposed_and_it_owes_no_post_and_no_postmortem(desk: Any) -> None:
    begin(desk)
    desk.do("join-drill", "ben", incident=DRILL)
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL, severity="SEV-2", incident_commander="me")
    for number in range(13):
        desk.do("say", "ada", incident=DRILL, text=f"Line {number}")
        desk.wait(seconds=5)
    told = [entry for entry in desk.sentences(DRILL) if "free" in entry]
    assert told and all("ben" in text and "eve" not in text.casefold() for text in told)
    desk.do("role", "ben", incident=DRILL, role="operations_lead")
    desk.do("resolve", "ada", incident=DRILL, override=True, reason="x")
    closed = desk.do("close", "ada", incident=DRILL)
    assert f"{closed.message} {closed.hint}" == (f"{DRILL} is closed. 'stanch debrief {DRILL}' says how the team did.")
    with pytest.raises(Problem, match="not reopened"):
        desk.do("reopen", "ada", incident=DRILL, reason="again")


def test_one_whose_script_another_release_wrote_can_be_ended(desk: Any) -> None:
    begin(desk)
    with desk.application.uow() as uow:
        uow.tx.execute("UPDATE drills SET content = '{\"title\": 7}'")
    desk.wait(minutes=2, step=20)
    with pytest.raises(Problem, match="cannot be read by this release"):
        desk.do("debrief", "ada", incident=DRILL)
    desk.do("end-drill", "ada", incident=DRILL)
    assert desk.record(DRILL).status == "closed"


def test_a_metric_of_a_small_system_is_really_measured(sqlite_url: str, tmp_path: Any) -> None:
    script = {
        "title": "The small system breaks", "shape": "own", "summary": "x", "hold": 30,
        "injects": [{"minute": 0, "kind": "signal", "text": "x", "sets": {"queue": 9}}],
        "metrics": {"errors": {"start": 0, "below": 0.01, "source": "gauge", "query": "small"}, "queue": {"start": 1, "below": 5}},
        "mitigations": [{"name": "fix", "title": "Fix", "kind": "custom", "result": "fixed", "outcome": "helped", "sets": {"queue": 0}}],
    }  # fmt: skip
    for house in prepared(sqlite_url, tmp_path, drills={"small": script}):
        house.gauge.values |= {"small": 0.4, "errors": 0.9}
        begin(house, "small")
        house.do("declare", "ada", title="It breaks", investigation=DRILL)
        house.do("criteria", "ada", incident=DRILL, propose=True)
        house.wait(seconds=10)
        states = house.record(DRILL).criteria
        assert (states["errors"].value, states["queue"].value) == (0.4, 9)
        house.do("mitigate", "ada", incident=DRILL, mitigation="fix", confirm="x")
        house.gauge.values["small"] = 0.001
        house.wait(minutes=2, step=10)
        assert house.record(DRILL).criteria_held_at is not None
        assert house.lever.pulled == []


def test_what_the_product_plays_is_held_and_can_be_taken(desk: Any) -> None:
    begin(desk, played=["scribe", "communications_lead"])
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL)
    desk.settle()
    assert desk.record(DRILL).holder("scribe") == "the drill"
    assert standings(desk)["public"] == "not asked"
    desk.do("role", "ada", incident=DRILL, role="scribe")
    assert desk.record(DRILL).holder("scribe") == "ada"


def test_no_route_of_a_drill_fails(desk: Any) -> None:
    begin(desk)
    desk.do("declare", "ada", title="Checkout fails", investigation=DRILL, severity="SEV-2", incident_commander="me")
    desk.do("criteria", "ada", incident=DRILL, propose=True)
    desk.do("mitigate", "ada", incident=DRILL, mitigation="rollback", confirm="x")
    desk.wait(minutes=2, step=20)
    (run,) = desk.record(DRILL).runs
    names = {"incident": DRILL, "run": run, "name": "rollback"}
    with TestClient(create_app(desk.stanch), follow_redirects=False) as client:
        headers = desk.bearer("ada")
        paths = [route.path for route in routes_of(desk.stanch) if "GET" in (getattr(route, "methods", None) or ())]
        for path in (path for path in paths if "{incident}" in path and not path.endswith("/events")):
            answer = client.get(re.sub(r"\{([^}]+)\}", lambda match: names.get(match[1], "x"), path), headers=headers)
            assert answer.status_code < 500, path
        assert client.get("/incidents/INC-1/postmortem", headers=headers).headers["location"] == "/drills/INC-1"
        asked = client.get("/api/v1/incidents/INC-1/dry-runs?mitigation=rollback", headers=headers)
        assert asked.status_code == 409 and "simulated" in asked.text


def test_its_pages_and_its_file(desk: Any) -> None:
    with TestClient(create_app(desk.stanch), follow_redirects=False) as client:
        ada, eve = desk.bearer("ada"), desk.bearer("eve")
        form = {"script": "crash-on-deploy", "played": ["scribe"], "next": "/drills"}
        assert client.post("/do/drill", data=form, headers={**ada, "Origin": "http://testserver"}).status_code == 303
        wrong = client.post(
            "/do/drill", data={"script": "crash", "service": "shelf"}, headers={**ada, "Origin": "http://testserver"}
        )
        assert wrong.status_code == 404 and "crash-on-deploy" in wrong.text
        desk.settle()
        assert " has looked into it for <time" in client.get("/incidents/INC-1", headers=ada).text
        shown = client.get("/drills", headers=ada).text
        assert shown.count("being played now") == 1
        assert shown.count("never played to its end") == len(desk.do("drills", "ada")["scripts"]) - 1
        desk.do("declare", "ada", title="Checkout <b>fails</b>", investigation=DRILL)
        for path, mark in {
            "/drills": "Start a drill",
            "/incidents": ">DRILL<",
            "/incidents/INC-1": "<strong>DRILL.</strong>",
            "/drills/INC-1": "The team is judged",
        }.items():
            assert mark in client.get(path, headers=ada).text, path
        shown = client.get("/drills", headers=eve)
        assert "I take part" in shown.text and "fails" not in shown.text.replace("Checkout fails after a release", "")
        assert (
            client.get("/drills/INC-1", headers=eve).status_code
            == client.get("/drills/INC-9", headers=eve).status_code
            == 404
        )
        text = client.get("/api/v1/incidents/INC-1/export?format=md", headers=ada).text
        assert text.startswith("# DRILL: Checkout") and "/incidents/INC-1#e" in text
        assert client.get("/api/v1/incidents/INC-1/export?format=pdf", headers=ada).content.startswith(b"%PDF-")
        assert client.post("/api/v1/drills", json={"script": "security"}, headers=eve).json()["incident"] == "INC-2"
        assert client.get("/api/v1/drills", headers=eve).json()["runs"][0]["mine"] is True
        assert DRILL not in client.get("/metrics", headers=ada).text
