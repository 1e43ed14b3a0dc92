"""A private incident is nothing to the uninvited (P6): every route that there is, every command, and what is sent out."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stanch.detect.digest import digest
from stanch.identity import people
from stanch.integrations import alertmanager
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY, Command
from stanch.kernel.errors import Problem
from stanch.web.app import create_app, routes_of
from stanch.web.metrics import exposition
from stanch.web.pages.intake import _event
from tests.scenarios.house import POLICY, House, belongs

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MARK = "Zebra"
# Numbers that no page has as an example.
SECRET, OPEN, NONE = "INC-1000001", "INC-4", "INC-1000009"
VALUES: dict[str, Any] = {
    "title": "x", "text": "x", "reason": "x", "question": "real", "name": "x", "fingerprint": "zebra", "disposition": "noise",
    "severity": "SEV-2", "phase": "resolve", "role": "scribe", "person": "mallory", "mitigation": "rollback", "into": OPEN,
    "run": "", "position": 1, "other": OPEN, "at": "2026-01-01", "confirm": "yes", "state": "resolved", "key": "severity", "part": "impact", "service": "shop", "post": 1,
    "source": "crash-on-deploy", "about": "change", "subject": "x", "schedule": "none", "end": "2030-01-01", "mine": "x", "theirs": "x", "heartbeat": "x", "url": "https://example.org",
    "entry": 1, "what": "needed", "figure": "resolve", "item": "A1", "field": "due", "keep": "ours", "comment": "C1", "how": "resolved",
}  # fmt: skip


@pytest.fixture
def told(house: House) -> House:
    """A private incident with everything that an incident can have, and one beside it that everybody sees."""
    house.gauge.values["errors"] = 0.3
    for _ in range(3):
        house.do("conclude", incident=house.do("investigate", title="Nothing").incident, text="It was nothing")
    house.do("declare", title=f"{MARK} breach", service="shop", private=True)
    house.alert(fingerprint="zebra", name=f"{MARK}Alert", summary=f"{MARK} is loose")
    belongs(house, "zebra", SECRET)
    house.settle()
    for name, more in {
        "ack": {}, "criteria": {"propose": True}, "severity": {"severity": "SEV-1", "reason": MARK},
        "impact": {"text": f"{MARK} data is gone"}, "hypothesis": {"text": f"The {MARK} did it"},
        "timebox": {"question": f"Is it the {MARK}?", "fallback": f"close the {MARK}", "minutes": 5},
        "mitigate": {"mitigation": "rollback", "confirm": MARK}, "update": {"text": f"The {MARK} is caught", "next_in": 30},
        "say": {"text": f"{MARK} seen"}, "role": {"role": "incident_commander", "person": "ben"},
    }.items():  # fmt: skip
        house.do(name, incident=SECRET, **more)
        house.settle()
    house.gauge.values["errors"] = 0.001
    house.wait(seconds=120)
    house.do("declare", title="Cart is slow", service="shop")
    house.do("resolve", incident=SECRET, override=True, reason=f"{MARK} is home")
    house.do("close", incident=SECRET)
    house.do("action", incident=SECRET, title=f"Mend the {MARK} fence", owner="ada", test=f"{MARK} stays")
    house.do("postmortem", incident=SECRET, part="impact", text=f"{MARK} was out")
    house.wait(seconds=60)
    return house


@pytest.fixture
def client(told: House) -> Iterator[TestClient]:
    with TestClient(create_app(told.stanch), follow_redirects=False) as client:
        client.headers.update(told.bearer("mallory"))
        yield client


def paths(house: House, incident: str) -> list[str]:
    """Every path that can be read, with the private incident's own names filled in."""
    with house.application.reading(Actor("admin", admin=True)) as uow:
        record = uow.record(SECRET)
        digest = str((uow.tx.one("SELECT digest FROM exhibits LIMIT 1") or {"digest": "0" * 64})["digest"])
    names = {
        "incident": incident, "id": incident, "page": next(iter(record.pages)), "run": next(iter(record.runs)),
        "test": "test-1", "figure": "resolve", "port": "notifiers", "comment": "C1",
        "person": "ada", "person:path": "ada", "item": "A1", "code": "0" * 40, "name": "rollback", "digest": digest, "schedule:path": "primary", "rest:path": "none",
    }  # fmt: skip
    readable = [route for route in routes_of(house.stanch) if "GET" in (getattr(route, "methods", None) or ())]
    found = [re.sub(r"\{([^}]+)\}", lambda match: names[match[1]], route.path) for route in readable]
    return [path for path in found if path != f"/api/v1/incidents/{OPEN}/events"]  # that one does not end


def test_no_route_shows_anything_of_it(told: House, client: TestClient) -> None:
    general = [f"{path}?q={MARK}&limit=100&status=closed" for path in ("/incidents", "/api/v1/incidents", "/actions")]
    for path in ("/", "/incidents", "/api/v1/incidents"):
        assert OPEN in client.get(path).text
    for path in [*paths(told, OPEN), *general, "/incidents?q=", "/api/v1/signals?limit=100", "/learning?days=400"]:
        answer = client.get(path)
        assert answer.status_code < 500, path
        assert MARK.lower() not in answer.text.lower().replace(f"q={MARK.lower()}", "").replace(
            f'value="{MARK.lower()}"', ""
        ), path
        assert not re.search(rf"{SECRET}\b", answer.text), path


def test_what_is_asked_by_its_number_is_answered_as_what_does_not_exist(told: House, client: TestClient) -> None:
    for hidden, missing in zip(paths(told, SECRET), paths(told, NONE), strict=True):
        if hidden != missing:
            one, other = client.get(hidden), client.get(missing)
            assert one.status_code == other.status_code >= 400, hidden
            assert one.text.replace(SECRET, NONE) == other.text, hidden


def test_no_command_does_or_says_anything_of_it(told: House) -> None:
    before = told.sentences(SECRET)
    for command in REGISTRY.values():
        for field in ("incident", "investigation", "into", "fingerprint"):
            if field in command.struct.__struct_fields__:
                hidden, missing = said(told, command, field, SECRET, "zebra"), said(told, command, field, NONE, "none")
                assert hidden.replace(SECRET, NONE).replace("zebra", "none") == missing, (command.name, field)
                assert "raised" in missing, (command.name, field, missing)
    with told.application.reading(Actor("admin", admin=True)) as uow:
        assert [entry.facts.sentence() for entry in uow.entries(SECRET)] == before


def said(house: House, command: Command, field: str, incident: str, fingerprint: str) -> str:
    needed = [f.name for f in msgspec.structs.fields(command.struct) if f.required]
    values = {name: VALUES[name] for name in needed if name != "incident"}
    values |= {"incident": OPEN} if "incident" in needed else {}
    values[field] = fingerprint if field == "fingerprint" else incident
    try:
        return str(house.do(command.name, "mallory", **values))
    except Problem as problem:
        return f"raised {problem.status} {problem.sentence()}"


def test_what_was_measured_in_it_is_used_without_its_name(told: House) -> None:
    offered = msgspec.json.encode(told.do("mitigations", "mallory", incident=OPEN)).decode()
    assert "rollback" in offered
    assert SECRET not in offered


def test_whoever_is_paged_for_it_may_open_it(house: House) -> None:
    house.do("declare", "grace", title=f"{MARK} breach", service="shop", private=True)
    with pytest.raises(Problem, match="There is no incident"):
        house.do("show", "ben", incident=SECRET)
    house.wait(minutes=6)
    assert [address for address, _ in house.pager.sent] == ["ada", "ben"]
    assert house.do("show", "ben", incident=SECRET)["title"] == f"{MARK} breach"


def test_a_private_incident_attracts_nothing_and_leaves_no_trace(house: House) -> None:
    """P6: its service's alerts page as if it were not there; numbers and metrics do not tell of it."""
    plain = [
        line for line in exposition(house.stanch)[0].decode().splitlines() if "incidents" in line or "firing" in line
    ]
    house.do("declare", "grace", title=f"{MARK} breach", service="shop", private=True)
    belongs_to_nobody = exposition(house.stanch)[0].decode().splitlines()
    assert [line for line in belongs_to_nobody if "incidents" in line or "firing" in line] == plain
    house.settle()
    paged = len(house.pager.sent)
    house.alert(group="g")
    house.alert(fingerprint="f2", service="", name="Other")
    house.wait(seconds=61)
    public = {row["id"]: row["service"] for row in house.do("incidents", "mallory")}
    assert public == {"INC-1": "shop", "INC-2": ""} and len(house.pager.sent) == paged + 2
    assert house.do("declare", "mallory", title="Next").incident == "INC-3"


def test_its_own_alert_that_fires_again_does_not_show_outside(house: House) -> None:
    house.do("declare", "grace", title=f"{MARK} breach", service="shop", private=True)
    house.alert(fingerprint="zebra", name=f"{MARK}Alert")
    belongs(house, "zebra", SECRET)
    house.alert(fingerprint="zebra", name=f"{MARK}Alert", firing=False)
    house.wait(seconds=300)
    house.alert(fingerprint="zebra", name=f"{MARK}Alert")
    house.wait(seconds=61)
    assert house.do("incidents", "mallory") == []


def test_the_three_week_question_goes_to_nobody_uninvited(house: House) -> None:
    """R48, P6: grace leads ben and is not invited; ben is asked again instead."""
    house.do("declare", "ada", title=f"{MARK} breach", private=True)
    house.do("role", "ada", incident=SECRET, role="incident_commander", person="ben")
    house.do("resolve", "ada", incident=SECRET, override=True, reason="home")
    house.do("close", "ada", incident=SECRET)
    house.do("action", "ada", incident=SECRET, title="Mend the fence", owner="ben", test="a drill")
    house.wait(days=40, step=86400)
    asked = [(to, message.title) for to, message in house.pager.told if "Is A1 done" in message.title]
    assert len(asked) >= 2 and {to for to, _ in asked} == {"ben"}


def test_the_page_of_a_key_shows_no_body_that_holds_something_private(house: House) -> None:
    """P6: however far down in the body it stands."""
    alerts = [
        {"status": "firing", "labels": {"alertname": f"{MARK}{n}", "severity": "info"}, "fingerprint": f"z{n}"}
        for n in range(6)
    ]
    with house.application.uow() as uow:
        uow.tx.execute(
            "INSERT INTO intake (intake_key, format, received_at, body, state, note, about, request) "
            "VALUES ('ci', 'alertmanager', :now, :body, 'new', '', '', '')",
            now=uow.now, body=msgspec.json.encode({"version": "4", "alerts": alerts}),
        )  # fmt: skip
    sources = {"alertmanager": alertmanager.build(alertmanager.Settings())}
    house.stanch.application.world.sources.update(sources)
    digest(house.application, sources)
    house.do("declare", "grace", title="Breach", private=True)
    belongs(house, "ci/z5", SECRET)
    with house.application.reading(Actor("mallory")) as uow:
        rows = uow.tx.all("SELECT * FROM intake")
        assert [_event(uow, house.stanch, row) for row in rows] == [None]
    with house.application.reading(Actor("grace")) as uow:
        shown = _event(uow, house.stanch, rows[0])
        assert shown is not None and MARK in shown["body"] and shown["more"] == 3


def test_without_a_policy_a_private_incident_wakes_members_and_administrators_only(tmp_path: Path) -> None:
    """P6: "everyone in the contacts" is no list of whom may hear of it."""
    policy = {key: value for key, value in POLICY.items() if key != "escalation"}
    house = House(f"sqlite:///{tmp_path}/private.db", tmp_path, policy)
    people.add(house.application.database, "grace", house.clock.now(), admin=True)
    house.do("declare", "ada", title=f"{MARK} breach", private=True, severity="SEV-1")
    house.wait(seconds=10)
    assert {address for address, _ in house.pager.sent} == {"ada", "grace"}
    house.do("declare", "ada", title="Checkout fails", severity="SEV-1")
    house.wait(seconds=10)
    assert {address for address, _ in house.pager.sent} == {"ada", "ben", "grace"}
