"""Whatever is sent to a command, a form or a page: never a 5xx, always a sentence, and what is kept can still be shown (P8)."""

import json
import re
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stanch.kernel.command import REGISTRY
from stanch.timeline import store
from stanch.web.app import create_app, routes_of
from tests.scenarios.house import House

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TEXTS = [
    "", " ", "x", "INC-1", "INC-2", "INC-99", "inc-1", "1", "-1", "0", "shop", "rollback", "A1", "H1", "f1", "ada", "nobody", "SEV-1", "resolve",
    "true", "default", "incident_commander", "2026-13-45", "9999-12-31T23:59:59Z", "1960-01-01T00:00:00Z", "0001-01-01", "+10m", "14:30", "nan", "1e400",
    "\x00", "a\x00b", "\ud800", "\u202eevil", "<script>alert(1)</script>", "'; DROP TABLE incidents; --", "%s%n", "../../etc/passwd", "é" * 300,
    "x" * 100_000, "\n\n", "https://example.org/?a=b", "javascript:alert(1)", "9" * 400, "{{7*7}}", "${x}",
]  # fmt: skip
NUMBERS = [0, 1, -1, 5, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30, 0.5, -0.5, 1e300, 1e-300]
ODD = st.sampled_from([*TEXTS, *NUMBERS, True, False, None, [], {}, ["x"], {"x": "y"}, [None], [[]]])
USUAL: dict[str, list[Any]] = {
    "incident": ["INC-1", "INC-2"], "into": ["INC-1", "INC-2"], "service": ["shop"], "mitigation": ["rollback", "drain-b"], "fingerprint": ["f1"],
    "title": ["Checkout fails"], "text": ["Looking"], "reason": ["so"], "severity": ["SEV-1", "SEV-3"], "phase": ["resolve", "triage"], "confirm": ["go", "yes"],
    "role": ["incident_commander", "scribe"], "person": ["ada", "ben"], "minutes": [5], "next_in": [30], "item": ["A1"], "owner": ["ada"], "due": ["2030-01-01"],
    "test": ["a drill"], "propose": [True], "override": [True], "question": ["real", "Is it?"], "fallback": ["roll back"], "part": ["impact"], "done": [True],
    "disposition": ["incident", "noise"], "state": ["investigating", "resolved"], "end": ["2030-01-01T00:00:00Z"], "release": ["v2"],
}  # fmt: skip
WRITING = sorted(name for name, command in REGISTRY.items() if not command.reading)
SEVERAL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    house.gauge.values["errors"] = 0.3
    house.alert(fingerprint="f1")
    house.do("declare", title="Cart is slow", service="shop")
    house.wait(seconds=70)
    with TestClient(create_app(house.stanch), follow_redirects=False, raise_server_exceptions=True) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver"})
        yield client


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A command with some usual values, some odd ones, and now and then a field that it has not."""
    name = draw(st.sampled_from(WRITING))
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(REGISTRY[name].struct):
        usual = USUAL.get(field.name, ["x"])
        if field.required or draw(st.booleans()):
            values[field.name] = draw(ODD) if draw(st.integers(0, 3)) == 0 else draw(st.sampled_from(usual))
    if draw(st.integers(0, 20)) == 0:
        values["unknown"] = 1
    return name, values


@SEVERAL
@given(asked())
def test_a_command_with_odd_values_is_done_or_refused_with_a_sentence(
    house: House, client: TestClient, asked: tuple[str, dict[str, Any]]
) -> None:
    name, values = asked
    path = REGISTRY[name].path
    for parameter in re.findall(r"\{(\w+)\}", path):
        path = path.replace(
            f"{{{parameter}}}", quote(str(values.pop(parameter, "INC-1"))[:200].encode("utf-8", "replace"), safe="")
        )
    answer = client.post(path, content=json.dumps(values).encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, (path, values, answer.text)
    if answer.status_code >= 400:
        assert len(answer.json()["detail"]) > 5, answer.text
    else:
        still_shown(house, client)


@SEVERAL
@given(asked())
def test_a_form_with_odd_values_is_done_or_shown_again(
    house: House, client: TestClient, asked: tuple[str, dict[str, Any]]
) -> None:
    name, values = asked
    body = urlencode({key: str(value).encode("utf-8", "replace") for key, value in values.items()})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    answer = client.post(f"/do/{name}", content=body.encode(), headers=headers)
    assert answer.status_code < 500, (name, values, answer.text)
    assert answer.status_code == 303 or "<html" in answer.text
    assert "<script>alert" not in answer.text
    still_shown(house, client)


@SEVERAL
@given(st.data())
def test_a_path_and_a_query_with_odd_values_are_answered(house: House, client: TestClient, data: st.DataObject) -> None:
    readable = [
        r.path
        for r in routes_of(house.stanch)
        if "GET" in (getattr(r, "methods", None) or ()) and not r.path.endswith("/events")
    ]
    texts = st.sampled_from([text for text in TEXTS if len(text) < 500])
    path = data.draw(st.sampled_from(readable))
    for parameter in re.findall(r"\{([^}]+)\}", path):
        path = path.replace(f"{{{parameter}}}", quote(data.draw(texts).encode("utf-8", "replace"), safe="") or "x")
    names = st.sampled_from(
        [
            "at",
            "limit",
            "days",
            "q",
            "before",
            "status",
            "disposition",
            "service",
            "format",
            "dry",
            "phase",
            "key",
            "incident",
            "after",
            "x",
        ]
    )
    query = data.draw(st.dictionaries(names, texts, max_size=3))
    answer = client.get(f"{path}?{urlencode({k: v.encode('utf-8', 'replace') for k, v in query.items()})}")
    assert answer.status_code < 500, (path, query, answer.text)


def still_shown(house: House, client: TestClient) -> None:
    """Each incident has its page, its record and a whole timeline, and the engine comes to rest."""
    for incident in [row["id"] for row in client.get("/api/v1/incidents?limit=100").json()][:4]:
        assert client.get(f"/incidents/{incident}").status_code == 200
        assert client.get(f"/api/v1/incidents/{incident}").status_code == 200
    house.settle()
    with house.application.reading() as uow:
        assert [found for found in store.verify_all(uow.tx) if found["wrong"]] == []
