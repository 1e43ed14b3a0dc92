"""A post that cannot be digested costs only itself: those before, beside and behind it arrive (P8)."""

import json
from typing import Any

import pytest

from stanch.detect.digest import digest
from stanch.integrations import alertmanager, generic, grafana, opsgenie, pagerduty, prometheus_alerts
from stanch.ports import Alert, Post
from tests.scenarios.house import House

SOURCES = {
    module.__name__.rpartition(".")[2]: module for module in (alertmanager, generic, grafana, opsgenie, pagerduty, prometheus_alerts)
}  # fmt: skip


class Exploding:
    """A source with a bug that its author did not foresee."""

    name = "exploding"

    def read(self, post: Post) -> Any:
        if b"boom" in post.body:
            raise KeyError("groupLabels")
        labels = {"alertname": "Fine", "service": "shop", "severity": "page"}
        return [Alert(post.body.decode(), "Fine", True, post.received_at, None, labels, {})], []


def put(house: House, body: bytes, form: str = "alertmanager") -> None:
    with house.application.uow() as uow:
        uow.tx.execute(
            "INSERT INTO intake (intake_key, format, received_at, body, state, note, about, request) "
            "VALUES ('k', :form, :now, :body, 'new', '', '', '')",
            form=form,
            now=uow.now,
            body=body,
        )


def states(house: House) -> list[tuple[str, str]]:
    with house.application.reading() as uow:
        return [(row["state"], row["note"]) for row in uow.tx.all("SELECT state, note FROM intake ORDER BY id")]


def alertmanager_post(labels: dict[str, Any], **alert: Any) -> bytes:
    one = {
        "status": "firing", "labels": labels, "annotations": {"summary": labels.get("summary", "x")}, "startsAt": "2026-11-23T10:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": "f0", **alert,
    }  # fmt: skip
    body = {"version": "4", "groupKey": "g", "status": "firing", "receiver": "r", "groupLabels": {}, "commonLabels": {},
            "commonAnnotations": {}, "externalURL": "", "truncatedAlerts": 0, "alerts": [one]}  # fmt: skip
    return json.dumps(body).encode()


GOOD = {"alertname": "Good", "service": "shop", "severity": "page"}
POISON = {
    "a fingerprint of a megabyte": alertmanager_post(GOOD, fingerprint="f" * 1_000_000),
    "a name of a megabyte": alertmanager_post({**GOOD, "alertname": "n" * 1_000_000}, fingerprint="p1"),
    "a service of a megabyte": alertmanager_post({**GOOD, "service": "s" * 1_000_000}, fingerprint="p2"),
    "a NUL in everything": alertmanager_post(
        {"alertname": "a\x00b", "service": "s\x00", "severity": "page\x00"}, fingerprint="f\x00"
    ),
    "lone surrogates": b'{"alerts":[{"status":"firing","labels":{"alertname":"\\ud800"},"fingerprint":"p3","startsAt":"2026-11-23T10:00:00Z"}]}',
    "ten thousand labels": alertmanager_post({**GOOD, **{f"l{n}": "v" for n in range(10_000)}}, fingerprint="p4"),
    "the year 1": alertmanager_post(GOOD, startsAt="0001-01-01T00:00:00Z", fingerprint="p5"),
    "the year 9999": alertmanager_post(
        GOOD, startsAt="9999-12-31T23:59:59.999999Z", endsAt="9999-12-31T23:59:59Z", fingerprint="p6"
    ),
    "a group key of a megabyte": alertmanager_post(GOOD, fingerprint="p7").replace(
        b'"g"', b'"' + b"g" * 1_000_000 + b'"'
    ),
}


@pytest.mark.parametrize("what", POISON)
def test_a_strange_alert_costs_only_itself(house: House, what: str) -> None:
    sources = {"alertmanager": alertmanager.build(alertmanager.Settings())}
    put(house, alertmanager_post({**GOOD, "alertname": "Before"}, fingerprint="before"))
    put(house, POISON[what])
    put(house, alertmanager_post({**GOOD, "alertname": "After"}, fingerprint="after"))
    for _ in range(3):
        digest(house.application, sources)
    house.wait(minutes=2)
    names = {signal["name"] for signal in house.do("signals")}
    assert {"Before", "After"} <= names
    before, poison, after = states(house)
    assert before[0] == after[0] == "digested"
    assert poison[0] in ("digested", "unparsable", "partly"), "it is never tried for ever"
    assert house.do("incidents"), "the good ones opened an incident"


def test_a_bug_in_a_source_leaves_the_raw_body_with_what_went_wrong(house: House) -> None:
    sources: Any = {"exploding": Exploding()}
    for body in (b"one", b"boom", b"two"):
        put(house, body, "exploding")
    digest(house.application, sources)
    found = states(house)
    assert [state for state, _ in found] == ["digested", "unparsable", "digested"]
    assert found[1][1] == "This could not be read: 'groupLabels'."
    assert {signal["fingerprint"] for signal in house.do("signals")} == {"k/one", "k/two"}
