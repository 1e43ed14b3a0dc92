"""First moves are steps that are ticked or passed with a word; each is an entry, and the next one is offered (R6, R7)."""

import warnings
from collections.abc import Iterator

import pytest

from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.prepare.runbooks import steps
from stanch.web.app import create_app
from tests.scenarios.house import POLICY, House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

RUNBOOK = "# Shop\n\n## Roll back\nRead this.\n\n1. Pause the rollout\n2. `shopctl back`\n   and wait\n\n## Who to escalate to\nThe bank.\n"
BOOK, FLAG = "crash-on-deploy", "switch off its feature flag"


@pytest.fixture
def failing(house: House) -> House:
    """An incident a minute after a release, of a service with a runbook."""
    shop = {**POLICY["services"]["shop"], "runbook": RUNBOOK}
    house.policy = {**POLICY, "services": {"shop": shop}}
    house.crash()
    house.do("deploy", service="shop", release="v42")
    house.wait(minutes=1)
    house.do("declare", title="Checkout crashes", service="shop")
    return house


@pytest.fixture
def client(failing: House) -> Iterator[TestClient]:
    with TestClient(create_app(failing.stanch), follow_redirects=False) as client:
        client.headers.update({**failing.bearer("ada"), "Origin": "http://testserver", "Accept": "text/html"})
        yield client


def states(house: House, source: str) -> list[str]:
    return [
        s["state"] for found in house.do("moves", incident="INC-1") if found["source"] == source for s in found["steps"]
    ]


def offered(house: House) -> list[str]:
    return [p["text"] for p in house.do("show", incident="INC-1")["prompts"] if p["key"].startswith("move:")]


def test_a_step_is_ticked_and_the_next_one_is_offered(failing: House) -> None:
    """R6."""
    assert states(failing, BOOK) == ["open", "open"] and not offered(failing)
    done = failing.do("move", incident="INC-1", source=BOOK)
    assert (
        done.message.startswith("Done: Pause the rollout") and "Next, 2 of 2: " in done.message and FLAG in done.message
    )
    assert failing.sentences()[-1].startswith("First move done (Crash on deploy, 1): Pause the rollout")
    (asked,) = offered(failing)
    assert FLAG in asked
    with pytest.raises(Invalid, match="takes a word"):
        failing.do("move", incident="INC-1", source=BOOK, passed=True)
    passed = failing.do("move", actor="ben", incident="INC-1", source=BOOK, passed=True, word="it has no flag")
    assert passed.message.endswith("That was the last one.")
    assert "First move passed" in failing.sentences()[-1] and failing.sentences()[-1].endswith("it has no flag")
    assert states(failing, BOOK) == ["done", "passed"] and not offered(failing)


def test_odd_steps_are_refused_and_change_nothing(failing: House) -> None:
    """R6, P8."""
    failing.do("move", incident="INC-1", source=BOOK, step=1)
    entries = failing.record().entries
    with pytest.raises(Conflict, match="is done already, by ada"):
        failing.do("move", incident="INC-1", source=BOOK, step=1)
    with pytest.raises(Invalid, match="has 2 steps"):
        failing.do("move", incident="INC-1", source=BOOK, step=3)
    with pytest.raises(NotFound) as unknown:
        failing.do("move", incident="INC-1", source="meteor")
    assert (BOOK in unknown.value.hint and "runbook/rollback" in unknown.value.hint) or BOOK in unknown.value.hint
    with pytest.raises(Conflict, match="reads otherwise now"):
        failing.do("move", incident="INC-1", source=BOOK, step=2, seen="Another step")
    assert failing.record().entries == entries
    failing.do("move", incident="INC-1", source=BOOK, step=2, passed=True, word="later")
    with pytest.raises(Conflict, match="passed already"):
        failing.do("move", incident="INC-1", source=BOOK, step=2, passed=True, word="later")
    with pytest.raises(Conflict, match="Every step"):
        failing.do("move", incident="INC-1", source=BOOK)
    failing.do("move", incident="INC-1", source=BOOK, step=2)
    assert states(failing, BOOK) == ["done", "done"], "what was passed may still be done"
    failing.do("close", incident="INC-1", reason="over")
    with pytest.raises(Conflict, match="closed"):
        failing.do("move", incident="INC-1", source="zone-power")


def test_a_playbook_that_nothing_suggests_may_be_begun(failing: House) -> None:
    """R6."""
    failing.do("move", incident="INC-1", source="zone-power")
    assert states(failing, "zone-power")[0] == "done"


def test_a_runbooks_list_is_steps_too(failing: House) -> None:
    """R7."""
    failing.do("phase", incident="INC-1", phase="mitigate")
    assert states(failing, "runbook/rollback") == ["open", "open"]
    failing.do("chat", incident="INC-1", text="/move runbook/rollback 1 it is paused")
    assert failing.sentences()[-1] == "First move done (Runbook: Roll back, 1): Pause the rollout \u2013 it is paused"
    failing.do("phase", incident="INC-1", phase="triage")
    assert states(failing, "runbook/rollback") == ["done", "open"], "what was begun stays in sight"
    assert any("`shopctl back` and wait" in text for text in offered(failing))


def test_page_and_api(failing: House, client: TestClient) -> None:
    """R6, R7."""
    page = client.get("/incidents/INC-1").text
    assert "It may be" in page and 'action="/do/move"' in page and "Pass it" in page
    assert client.post("/do/move", data={"incident": "INC-1", "source": BOOK, "step": "1"}).status_code == 303
    empty = client.post("/do/move", data={"incident": "INC-1", "source": BOOK, "passed": "true", "word": ""})
    assert empty.status_code == 422 and "takes a word" in empty.text
    sent = client.post("/api/v1/incidents/INC-1/moves", json={"source": BOOK, "passed": True, "word": "no flag"})
    assert sent.status_code == 200
    (found,) = [x for x in client.get("/api/v1/incidents/INC-1/moves").json() if x["source"] == BOOK]
    assert [(s["state"], s["by"]) for s in found["steps"]] == [("done", "ada"), ("passed", "ada")]
    page = client.get("/incidents/INC-1").text
    assert "no flag" in page and "First move passed" in page
    for wrong in ({}, {"source": ""}, {"source": BOOK, "step": -1}, {"source": BOOK, "step": "x"}):
        assert client.post("/api/v1/incidents/INC-1/moves", json=wrong).status_code == 422, wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []), ("Only prose.", []), ("- a\n- [ ] b\n* c", ["a", "b", "c"]), ("1. a\n   more\n2) b", ["a more", "b"]), ("-\n- ", []),
        ("- a\n\nProse after.", ["a"]),
    ],
)  # fmt: skip
def test_the_steps_of_a_section(text: str, found: list[str]) -> None:
    """R7."""
    assert steps(text) == found
