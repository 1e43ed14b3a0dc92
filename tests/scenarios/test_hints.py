"""The same refusal at a terminal, over the API and on a page: each names what its reader can do. And what comes next (R12, R31, R33)."""

from collections.abc import Iterator
from typing import Any

import pytest

from stanch.cli.place import _problem
from stanch.kernel.errors import Conflict, Invalid
from stanch.kernel.policy import Policy, Service
from stanch.respond.prompts import PROMPTS
from stanch.web.app import create_app
from tests.scenarios.house import House
from tests.scenarios.test_correcting import typed as typed_at_a_terminal
from tests.scenarios.test_true_sentences import TestClient

typed = typed_at_a_terminal
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(house: House) -> Iterator[Any]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver"})
        yield client


def test_a_blank_in_a_public_post(house: House, client: Any) -> None:
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-4")
    post = {"state": "investigating", "text": "Payments fail since […]."}
    with pytest.raises(Invalid) as refused:
        house.do("status", incident="INC-1", **post)
    assert "confirm with --unchecked" in refused.value.sentence()
    api = client.post("/api/v1/incidents/INC-1/status", json=post)
    assert api.status_code == 422 and "confirm with 'unchecked'" in api.json()["hint"]
    assert client.post("/api/v1/incidents/INC-1/status", json={**post, "unchecked": True}).status_code == 200
    remote = client.post("/api/v1/incidents/INC-1/status", json=post, headers={"User-Agent": "stanch-cli"})
    assert "confirm with --unchecked" in _problem(remote.status_code, remote.content).sentence()
    page = client.post("/do/status", data={**post, "incident": "INC-1"}, headers=HTML).text
    assert "--unchecked" not in page and "I mean it: post it as it stands" in page


def test_no_update_that_is_due(house: House, client: Any) -> None:
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-4")
    with pytest.raises(Conflict, match="No update is due by now") as refused:
        house.do("update", incident="INC-1", due=True)
    assert "with --to" in refused.value.hint
    api = client.post("/api/v1/incidents/INC-1/updates", json={"due": True}).json()
    assert "with 'to'" in api["hint"]
    page = client.post("/do/update", data={"incident": "INC-1", "due": "true"}, headers=HTML).text
    assert "with “To”" in page and "--to" not in page


def test_what_can_be_done_about_a_post_that_marks_nothing(house: House, client: Any) -> None:
    house.do("declare", title="Something is slow", severity="SEV-4")
    post = {"state": "investigating", "text": "Some pages are slow."}
    done = house.do("status", incident="INC-1", **post)
    assert done.hint == "'stanch service INC-1 NAME' adds it, or name a component: --components shop=partial_outage."
    api = client.post("/api/v1/incidents/INC-1/status", json=post).json()
    assert api["hint"] == (
        "POST /api/v1/incidents/INC-1/services with service adds it, or name a component: 'components' shop=partial_outage."
    )
    remote = client.post("/api/v1/incidents/INC-1/status", json=post, headers={"User-Agent": "stanch-cli"}).json()
    assert remote["hint"] == done.hint


def test_an_incident_that_is_not_there(house: House, client: Any) -> None:
    api = client.get("/api/v1/incidents/INC-9").json()
    assert api["hint"] == "GET /api/v1/incidents lists those you may see."
    page = client.get("/incidents/INC-9", headers=HTML).text
    assert "The page /incidents lists those you may see." in page and "stanch incidents" not in page


def nexts(text: str) -> list[str]:
    return [line.removeprefix("Next: ") for line in text.splitlines() if line.startswith("Next: ")]


def test_each_change_at_a_terminal_names_the_next_step_and_the_whole_incident_can_be_driven_by_it(
    house: House, typed: Any
) -> None:
    (first,) = nexts(typed("declare", "Checkout fails", "--service", "shop"))
    assert first.startswith("stanch ack INC-1 ") and first.endswith("  (Someone is being paged. Do you have it?)")
    assert nexts(typed("say", "INC-1", "We look")) == [], "narration is not interrupted"
    house.wait(minutes=6)
    seen = []
    for _ in range(12):
        shown = house.do("next", incident="INC-1")
        if not shown["do"] or shown["later"]:
            break
        name, incident, *words = shown["do"].split(" ", 1)[1].split(" ")
        given = [{"TEXT": "Customers cannot pay", "REASON": "as seen"}.get(word, word) for word in words]
        assert incident == "INC-1"
        if name == "severity" and given == ["SEVERITY"]:
            given = ["SEV-3"]
        seen.append(name)
        output = typed(name, incident, *given)
        assert len(nexts(output)) <= 1
    assert {"ack", "role", "impact"} <= set(seen), seen
    typed("resolve", "INC-1", "--override", "it went away by itself")
    assert house.do("next", incident="INC-1")["do"] == "stanch close INC-1"
    (after,) = nexts(typed("close", "INC-1")) or [""]
    assert "stanch sections INC-1" in after or not after


def test_json_and_what_a_program_reads_hold_no_next_step(house: House, typed: Any) -> None:
    assert "Next:" not in typed("declare", "Checkout fails", "--json")
    assert house.do("next", incident="INC-1")["do"].startswith("stanch ack INC-1")


def test_the_next_step_leaves_open_what_only_a_person_can_choose_and_offers_nothing_that_would_be_refused(
    house: House, typed: Any
) -> None:
    house.do("declare", title="Something is slow")
    house.do("ack", incident="INC-1")
    house.wait(minutes=1)
    asked = house.do("show", incident="INC-1")["prompts"]
    assert any(prompt["key"] == "severity" for prompt in asked)
    assert house.do("next", incident="INC-1")["do"] == "stanch severity INC-1 SEVERITY", "and not the worst one"
    with house.application.reading() as uow:
        record = uow.record("INC-1")
        nothing = Policy(services={"bare": Service("bare")})
        (bare,) = [p for rule in PROMPTS for p in rule(record, nothing) if p.key == "criteria"]
        (known,) = [p for rule in PROMPTS for p in rule(record, uow.policy) if p.key == "criteria"]
    assert (bare.actions[0].asks, known.actions[0].values) == ("criterion", {"propose": "true"})
