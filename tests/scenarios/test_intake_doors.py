"""What other people's clients post over HTTP, on both databases: an answer that helps, never a 5xx (P8)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from stanch.detect import heartbeats
from stanch.detect.digest import digest
from stanch.kernel.clock import SteppedClock
from stanch.kernel.policy import Heartbeat, Policy
from stanch.main import Stanch, load_world, open_stanch
from stanch.prepare.settings import Settings
from stanch.web.app import create_app

KEY = "for-tests-only-for-tests-only-32"
BEATS = "/hooks/opsgenie/v2/heartbeats"


@pytest.fixture
def stanch(database_url: str, tmp_path: Path) -> Iterator[Stanch]:
    policy = Policy(heartbeats={"backup": Heartbeat(every=3600)})
    settings = Settings(
        data=tmp_path, database_url=database_url, secret_key="k" * 32, policy=policy, intake_keys={"ci": KEY}
    )
    stanch = open_stanch(settings=settings, clock=SteppedClock(), world=load_world({}))
    stanch.seed()
    yield stanch
    stanch.application.database.close()


@pytest.fixture
def client(stanch: Stanch) -> Iterator[TestClient]:
    with TestClient(create_app(stanch), headers={"Authorization": f"GenieKey {KEY}"}) as client:
        yield client


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"name": "n" * 9000, "interval": 1}, "at most 200 characters"),
        ({"name": {"a": 1}, "interval": 1}, "a heartbeat needs one"),
        ({"name": "x", "interval": 1, "intervalUnit": ["minutes"]}, "a whole number"),
        ({"name": "x", "interval": 10**17}, "at most 3660 days"),
        ({"name": "x", "interval": 1, "alertPriority": {}}, "P1 to P5"),
        ({"name": "backup", "interval": 1}, "configured in stanch.yaml"),
    ],
)
def test_a_heartbeat_that_cannot_be_made_is_refused_with_the_reason(
    client: TestClient, values: dict[str, Any], says: str
) -> None:
    answer = client.post(BEATS, json=values)
    assert answer.status_code == 422
    assert says in answer.json()["message"]


@pytest.mark.parametrize("name", ["a%00b", "%ff", "%ed%a0%80", "n" * 5000])
def test_an_odd_name_in_the_address_is_unknown_and_breaks_nothing(
    stanch: Stanch, client: TestClient, name: str
) -> None:
    assert client.get(f"{BEATS}/{name}").status_code == 404
    assert client.delete(f"{BEATS}/{name}").status_code == 404
    assert client.get(f"/hooks/heartbeats/{name}").status_code == 404
    assert client.get(f"/hooks/opsgenie/v2/alerts/{name}?identifierType=alias").status_code == 404
    assert client.post(f"{BEATS}/{name}/ping").status_code == 202
    assert digest(stanch.application, stanch.world.sources) == 1
    assert digest(stanch.application, stanch.world.sources) == 0


def test_a_name_that_could_never_be_heard_is_refused(stanch: Stanch, client: TestClient) -> None:
    assert client.post(BEATS, json={"name": "night\x00ly", "interval": 1, "alertMessage": "x"}).status_code == 422
    assert client.post(BEATS, json={"name": "nightly", "interval": 1, "alertMessage": "\x00"}).status_code == 201
    with stanch.application.reading() as uow:
        assert set(heartbeats.names(uow)) == {"backup", "nightly"}


def test_an_alert_with_the_longest_alias_is_found_again_by_it(stanch: Stanch, client: TestClient) -> None:
    alias = "a" * 512
    asked = client.post("/hooks/opsgenie/v2/alerts", json={"message": "down", "alias": alias}).json()["requestId"]
    digest(stanch.application, stanch.world.sources)
    assert client.get(f"/hooks/opsgenie/v2/alerts/requests/{asked}").json()["data"]["success"]
    assert client.get(f"/hooks/opsgenie/v2/alerts/{alias}?identifierType=alias").json()["data"]["status"] == "open"
    client.post(f"/hooks/opsgenie/v2/alerts/{alias}/close?identifierType=alias")
    digest(stanch.application, stanch.world.sources)
    assert client.get(f"/hooks/opsgenie/v2/alerts/{alias}?identifierType=alias").json()["data"]["status"] == "closed"
