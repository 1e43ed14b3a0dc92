"""The official clients of other tools, unmodified but for the address, against a running stanch (issue 3)."""

import hmac
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import urllib3

from stanch.detect import heartbeats
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.filling import fill
from stanch.kernel.policy import Heartbeat
from stanch.web.intake.heartbeats import token_of
from tests.browser.house import House, running
from tests.components.haproxy import HAProxy
from tests.components.process import find_program, wait_until

KEY = "for-tests-only-for-tests-only-32"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with running(tmp_path / "house", keys={"ci": KEY}) as house:
        yield house


def ask(house: House, name: str, **values: Any) -> Any:
    command = REGISTRY[name]
    with house.stanch.application.reading(Actor("ada", admin=True)) as uow:
        return msgspec.to_builtins(command.handle(uow, fill(command, values)))


def signal(house: House, fingerprint: str, **wanted: Any) -> dict[str, Any]:
    """The signal, once it is as wanted."""

    def found() -> dict[str, Any] | None:
        rows = [s for s in ask(house, "signals") if s["fingerprint"] == fingerprint]
        return rows[0] if rows and all(rows[0][k] == v for k, v in wanted.items()) else None

    wait_until(lambda: found() is not None, 10, lambda: f"{fingerprint} {wanted}: {ask(house, 'signals')}")
    row = found()
    assert row is not None
    return row


def test_pdpyras_triggers_acknowledges_and_resolves(house: House) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it announces its own deprecation
        import pdpyras

        events = pdpyras.EventsAPISession(KEY)
        events.url = f"{house.url}/hooks/pagerduty"
        changes = pdpyras.ChangeEventsAPISession(KEY)
        changes.url = f"{house.url}/hooks/pagerduty"
        key = events.trigger("checkout down", "prom", severity="critical", payload={"component": "shop"})
        assert signal(house, f"ci/{key}", state="firing")["service"] == "shop"
        assert events.acknowledge(key) == key
        assert signal(house, f"ci/{key}", acknowledged_by="somebody in ci")
        assert events.resolve(key) == key
        assert signal(house, f"ci/{key}", state="resolved")["disposition"] == "noise"
        assert events.resolve("never heard of") == "never heard of"
        changes.submit("deploy 42", "ci", custom_details={"service": "shop", "version": "v42"})
    wait_until(lambda: deploys(house) == [("shop", "v42")], 10)


def deploys(house: House) -> list[tuple[str, str]]:
    with house.stanch.application.reading() as uow:
        return [(row["service"], row["release"]) for row in uow.tx.all("SELECT service, release FROM deploys")]


@pytest.mark.needs("haproxy")
def test_the_pagerduty_library_sends_over_tls(house: House, tmp_path: Path) -> None:
    import pagerduty

    with Tls(tmp_path, house.url.removeprefix("http://")) as tls:
        client = pagerduty.EventsApiV2Client(
            KEY,
            base_url=f"https://localhost:{tls.port}/hooks/pagerduty/",
            verify=ssl.create_default_context(cafile=str(tls.ca)),
        )
        key = client.trigger("checkout down", "prom", severity="critical", dedup_key="k2")
        signal(house, f"ci/{key}", state="firing")
        client.acknowledge("k2")
        signal(house, "ci/k2", acknowledged_by="somebody in ci")
        client.resolve("k2")
        signal(house, "ci/k2", state="resolved")
        client.submit(
            "deploy 43", "ci", custom_details={"service": "shop", "version": "v43"}, timestamp="2026-11-23T03:29:10Z"
        )
        client.close()
    wait_until(lambda: ("shop", "v43") in deploys(house), 10)


class Tls(HAProxy):
    """HAProxy as what stands before stanch in production: it ends TLS."""

    def __init__(self, folder: Path, backend: str) -> None:
        super().__init__(folder / "tls", servers={"stanch": backend})
        self.ca = folder / "tls" / "cert.pem"
        key = folder / "tls" / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(self.ca)],
            check=True, capture_output=True,
        )  # fmt: skip
        both = folder / "tls" / "both.pem"
        both.write_text(self.ca.read_text() + key.read_text())
        bind = f"bind 127.0.0.1:{self.port}"
        self.config.write_text(self.config.read_text().replace(bind, f"{bind} ssl crt {both}"))


def processed(alerts: Any, request: str) -> Any:
    """What became of a request: 404 until it is processed."""
    import opsgenie_sdk

    found: list[Any] = []

    def look() -> bool:
        try:
            found.append(alerts.get_request_status(request_id=request).data)
        except opsgenie_sdk.exceptions.ApiException as error:
            if error.status != 404:
                raise
        return bool(found)

    wait_until(look, 10)
    return found[0]


def test_the_opsgenie_sdk_creates_acknowledges_reads_and_closes(house: House) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its regular expressions are of another time
        import opsgenie_sdk

    configuration = opsgenie_sdk.Configuration()
    configuration.host = f"{house.url}/hooks/opsgenie"
    configuration.api_key = {"Authorization": KEY}
    configuration.api_key_prefix = {"Authorization": "GenieKey"}
    client = opsgenie_sdk.ApiClient(configuration=configuration)
    alerts = opsgenie_sdk.AlertApi(api_client=client)
    created = alerts.create_alert(
        create_alert_payload=opsgenie_sdk.CreateAlertPayload(
            message="checkout down", alias="k/1", priority="P1", details={"service": "shop"}, tags=["x"]
        )
    )
    assert created.result == "Request will be processed"
    signal(house, "ci/k/1", state="firing", service="shop")
    done = processed(alerts, created.request_id)
    assert done.is_success and done.alias == "k/1"
    alert = alerts.get_alert(identifier="k/1", identifier_type="alias").data
    assert (alert.status, alert.priority, alert.acknowledged) == ("open", "P1", False)
    alerts.acknowledge_alert(
        identifier=alert.id, acknowledge_alert_payload=opsgenie_sdk.AcknowledgeAlertPayload(user="ic")
    )
    signal(house, "ci/k/1", acknowledged_by="ic")
    assert alerts.list_alerts().data[0].acknowledged
    closed = alerts.close_alert(identifier="k/1", identifier_type="alias")
    signal(house, "ci/k/1", state="resolved")
    assert processed(alerts, closed.request_id).action == "Close"
    missing = alerts.close_alert(identifier="nobody", identifier_type="alias")
    assert not processed(alerts, missing.request_id).is_success
    with pytest.raises(opsgenie_sdk.exceptions.ConfigurationException) as raised:
        alerts.create_alert(create_alert_payload=opsgenie_sdk.CreateAlertPayload(message="x" * 131))
    assert raised.value.status == 422
    beats = opsgenie_sdk.HeartbeatApi(api_client=client)
    with house.stanch.application.uow() as uow:
        heartbeats.define(uow, "nightly backup", Heartbeat(every=3600))
    assert beats.ping("nightly backup").result == "PONG - Heartbeat received"
    wait_until(lambda: ask(house, "heartbeats")[0]["state"] == "heard", 10)
    assert beats.ping("unknown").result == "PONG - Heartbeat received"
    assert beats.get_heartbeat("nightly backup").data.expired is False


@pytest.mark.needs("amtool")
def test_amtool_adds_lists_and_ends_an_alert(house: House) -> None:
    amtool = find_program("amtool")
    assert amtool
    address = f"{house.url.replace('http://', f'http://amtool:{KEY}@')}/hooks/prometheus"

    def run(*words: str) -> str:
        done = subprocess.run([amtool, f"--alertmanager.url={address}", *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("alert", "add", "Manual", "service=shop", "severity=page", "--annotation=summary=by hand")
    wait_until(lambda: [s["name"] for s in ask(house, "signals")] == ["Manual"], 10)
    assert "Manual" in run("alert", "query")
    run(
        "alert",
        "add",
        "Manual",
        "service=shop",
        "severity=page",
        "--end=2026-01-01T00:00:00Z",
        "--start=2025-12-31T00:00:00Z",
    )
    assert ask(house, "signals")[0]["state"] == "firing", "an end of another time ends nothing"


def test_curl_and_cron_beat_by_token_by_name_and_with_an_exit_code(house: House) -> None:
    with house.stanch.application.uow() as uow:
        heartbeats.define(uow, "backup", Heartbeat(every=3600, service="shop"))
    token = token_of(house.stanch.settings.secret_key, "backup")

    def beat(path: str, method: str = "GET", **headers: str) -> int:
        return urllib3.request(method, f"{house.url}/hooks/heartbeats/{path}", headers=headers).status

    assert beat(token) == 200
    assert beat(token, "HEAD") == 200
    assert beat("backup", "POST") == 401
    assert beat("backup?key=wrong") == 401
    assert beat(f"backup?key={KEY}") == 200
    assert beat("unknown", Authorization=f"Bearer {KEY}") == 404
    assert beat(f"{token}/sideways") == 400
    wait_until(lambda: ask(house, "heartbeats")[0]["state"] == "heard", 10)
    assert beat(f"{token}/1", "POST") == 200
    wait_until(lambda: ask(house, "heartbeats")[0]["state"] == "silent", 10)
    assert beat(f"{token}/0", "POST") == 200
    wait_until(lambda: ask(house, "heartbeats")[0]["state"] == "heard", 10)


def test_what_pagerduty_would_refuse_is_refused_in_its_words_and_kept(house: House) -> None:
    url = f"{house.url}/hooks/pagerduty/v2/enqueue"

    def post(values: Any) -> tuple[int, Any]:
        answer = urllib3.request("POST", url, json=values)
        return answer.status, answer.json()

    event = {"event_action": "trigger", "payload": {"summary": "s", "source": "x", "severity": "CRITICAL"}}
    short, wrong = {**event, "routing_key": "short"}, {**event, "routing_key": "w" * 32}
    assert post(short)[1]["errors"] == ["Length of 'routing_key' is incorrect (should be 32 characters)"]
    assert post(wrong)[1]["errors"] == ["Invalid routing key"]
    status, answer = post({**event, "routing_key": KEY})
    assert (status, answer["status"]) == (400, "invalid event")
    assert answer["errors"][0].startswith("'payload.severity' is invalid")
    assert post([])[1]["errors"] == ["JSON parse error"]
    with house.stanch.application.reading() as uow:
        (kept,) = uow.tx.all("SELECT * FROM intake")
    assert (kept["intake_key"], kept["state"]) == ("ci", "unparsable")
    assert b"CRITICAL" in bytes(kept["body"])


def test_the_key_stands_nowhere_in_what_is_kept_about_a_request(house: House) -> None:
    urllib3.request("GET", f"{house.url}/hooks/opsgenie/v2/heartbeats/x/ping?key={KEY}", headers={"Cookie": KEY})
    with house.stanch.application.reading() as uow:
        (kept,) = uow.tx.all("SELECT about FROM intake")
    assert KEY not in kept["about"]
    assert kept["about"].startswith("GET /hooks/opsgenie/v2/heartbeats/x/ping\n")


def test_a_key_whose_sender_signs_takes_nothing_unsigned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SECRET", "It's a Secret to Everybody")
    with running(tmp_path / "signed", keys={"github": KEY}, signing={"github": "GITHUB_SECRET"}) as house:
        url = f"{house.url}/hooks/deploys?key={KEY}"
        body = b'{"service": "shop", "release": "v42"}'
        right = hmac.new(b"It's a Secret to Everybody", body, "sha256").hexdigest()
        for signature, status in ((None, 403), ("sha256=" + "0" * 64, 403), (f"sha256={right}", 200)):
            headers = {"X-Hub-Signature-256": signature} if signature else {}
            assert urllib3.request("POST", url, body=body, headers=headers).status == status
        wait_until(lambda: deploys(house) == [("shop", "v42")], 10)
