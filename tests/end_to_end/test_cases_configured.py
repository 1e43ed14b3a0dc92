"""Folders 08 to 20 of tests/data/cases, which need a configuration of their own, through one real server (R1, R2, R6, R18, P8)."""

import http.server
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
import yaml

from stanch.demo.cli import Server
from stanch.identity import credentials
from stanch.main import open_stanch
from tests.components.haproxy import HAProxy
from tests.components.haproxy import find as find_haproxy
from tests.components.process import free_port, wait_until
from tests.end_to_end.phones import Phones

CASES = Path(__file__).parent.parent / "data" / "cases"
KEY = "key-of-the-cases"
CALENDARS = sorted(path for number in ("08", "09", "10") for path in CASES.glob(f"{number}-*/*.ics"))
# Chi's shifts in June, where a calendar has any, as (first start, last end) on Berlin's clock.
CHI = {
    "rrule-hourly-byhour": ("06-08T08:00", "06-09T00:00"), "rrule-spaces": ("06-08T09:00", "06-12T17:00"),
    "rrule-dateless-exdate-empty": ("06-08T09:00", "06-08T17:00"), "two-vcalendars": ("06-08T10:00", "06-15T00:00"),
    "same-uid-twice": ("06-02T10:00", "06-03T10:00"), "alarm-broken": ("06-08T10:00", "06-09T10:00"),
    "sequence-not-a-number": ("06-08T10:00", "06-09T10:00"), "two-summary": ("06-08T10:00", "06-09T10:00"),
}  # fmt: skip
LEFT_OUT = {"bad-until": "Chi", "no-dtstart": "Draft without a date", "bad-dtstart-value": "Chi"}


class Answers(http.server.BaseHTTPRequestHandler):
    """The two pages of case 15, and the calendar of case 11."""

    def do_GET(self) -> None:
        pages = {
            "/long": ("text/html", ("<html>" + " " * 9000 + "<p>All systems ready</p></html>").encode()),
            "/latin1": ("text/html; charset=iso-8859-1", "<p>Bestellung möglich</p>".encode("latin-1")),
            "/calendar.ics": ("text/calendar", (CASES / "11-ical-restart" / "calendar.ics").read_bytes()),
        }
        kind, body = pages[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


# An import leaves out what is past, so the folder's December is next year's.
NEXT_YEAR = time.gmtime().tm_year + 1


def _ahead(folder: Path) -> Path:
    """The folder of case 12, which was written in 2026."""
    theirs = folder / "oncall"
    theirs.mkdir()
    for path in (CASES / "12-oncall-override-zone").iterdir():
        (theirs / path.name).write_text(path.read_text().replace("2026-12", f"{NEXT_YEAR}-12"))
    return theirs


class Configured:
    """A running server with the catalog that the folders ask for."""

    def __init__(
        self, folder: Path, phones: Phones, web: http.server.ThreadingHTTPServer, haproxy: Path | None
    ) -> None:
        self.phones, self.web, self.folder, port = phones, web, folder, free_port()
        self.world = f"http://127.0.0.1:{self.web.server_port}"
        config = folder / "stanch.yaml"
        values = {**self._values(haproxy), "data": str(folder / "data"), "port": port}
        config.write_text(yaml.safe_dump(values))
        self.server = Server(config, port)
        self.server.local("import", "grafana-oncall", str(_ahead(folder)), "--into", str(folder / "imported"))
        (imported,) = (folder / "imported").rglob("*.yaml")
        values["policy"]["schedules"] |= yaml.safe_load(imported.read_text())["schedules"]
        config.write_text(yaml.safe_dump(values))
        self.server.start()
        self.reading = open_stanch(config)
        self.server.local("user", "add", "ada")
        self.token = credentials.create_token(self.reading.application.database, "ada", int(time.time() * 1e6), "test")

    def _values(self, haproxy: Path | None) -> dict[str, Any]:
        def policy(case: str) -> dict[str, Any]:
            (folder,) = CASES.glob(f"{case}-*")
            found: dict[str, Any] = yaml.safe_load((folder / "stanch.yaml").read_text())["policy"]
            return found

        probes = yaml.safe_load((CASES / "15-probe-body" / "service.yaml").read_text())
        for probe in probes["probes"]:
            probe["url"] = probe["url"].replace("http://127.0.0.1:22100", self.world)
            probe["every"] = 1
        contacts = {**policy("20")["contacts"], **policy("19")["contacts"], **policy("17")["contacts"]}
        contacts = {
            name: {"name": each["name"], "reach": [f"webhook:{self.phones.url}/{name}"]}
            for name, each in contacts.items()
        }
        contacts["ada"] |= {"name": "Ada Lovelace", "names": ["ada@example.org"]}
        contacts["bmuell"] = {"name": "Ben Müller", "reach": [f"webhook:{self.phones.url}/bmuell"]}
        schedules = {**policy("20")["schedules"], **policy("19")["schedules"], **policy("17")["schedules"]}
        schedules |= {path.stem: {"time_zone": "Europe/Berlin", "ical": str(path)} for path in CALENDARS}
        schedules["cal"] = {"time_zone": "Europe/Berlin", "ical": f"{self.world}/calendar.ics"}
        drain = {
            "title": "Drain", "kind": "traffic_shift", "adapter": "haproxy", "reversibility": "instant",
        }  # fmt: skip
        services = {
            "probed": {"name": "probed", **probes},
            "shop": {
                "name": "shop",
                "mitigations": [
                    {**drain, "name": "ready-green", "target": "green", "run": {"action": "ready", "backend": "shop", "servers": ["green"]}},
                    {**drain, "name": "drain-blue", "target": "blue", "run": {"action": "drain", "backend": "shop", "servers": ["blue"]}},
                    {**drain, "name": "drain-main", "target": "main", "run": {"action": "drain", "backend": "sp", "servers": ["main"]}},
                ] if haproxy else [],
            },
        }  # fmt: skip
        integrations: dict[str, Any] = {"webhook": {}}
        if haproxy:
            integrations["haproxy"] = {"socket": str(haproxy)}
        return {
            "intake_keys": {"cases": KEY}, "integrations": integrations,
            "policy": {
                "hold": 1, "contacts": contacts, "schedules": schedules, "services": services,
                "escalation": {"default": {"steps": [
                    {"notify": ["schedule:empty"], "wait": 30}, {"notify": ["schedule:prim", "schedule:sec", "ada"], "wait": 4},
                    {"notify": ["ben"], "wait": 4}], "repeat": 1}},
                "heartbeats": policy("18")["heartbeats"],
            },
        }  # fmt: skip

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = urllib3.request(
            method, f"{self.server.url}{path}?{urlencode(query)}", headers={"Authorization": f"Bearer {self.token}"},
            body=None if body is None else json.dumps(body).encode(),
        )  # fmt: skip
        assert answer.status < 300, answer.data
        return answer.json()

    def hook(self, path: str, body: bytes = b"{}") -> int:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        return urllib3.request("POST", f"{self.server.url}/hooks/{path}", body=body, headers=headers).status

    def shifts(self, schedule: str, start: str, days: int) -> list[dict[str, Any]]:
        return self.ask("GET", "/api/v1/schedules", schedule=schedule, start=start, days=days)  # type: ignore[no-any-return]

    def people(self, schedule: str, start: str, days: int) -> list[tuple[str, str, str]]:
        return [
            (x["person"], x["start"][5:16], x["end"][5:16]) for x in self.shifts(schedule, start, days) if x["person"]
        ]


def proxied(folder: Path, port: int) -> HAProxy:
    """The configuration of case 13 on ports of our own."""
    proxy = HAProxy(folder, servers={})
    text = (CASES / "13-haproxy-configured-maint" / "haproxy.cfg").read_text()
    for theirs, ours in {"haproxy.sock": str(proxy.socket), "22201": str(proxy.port), "22100": str(port)}.items():
        text = text.replace(theirs, ours)
    proxy.config.write_text(text)
    return proxy.start()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configured]:
    folder, phones = tmp_path_factory.mktemp("configured"), Phones()
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    proxy = proxied(folder / "haproxy", web.server_port) if find_haproxy() else None
    house = Configured(folder, phones, web, proxy.socket if proxy else None)
    yield house
    house.reading.application.database.close()
    house.server.stop()
    web.shutdown()
    phones.stop()
    if proxy:
        proxy.stop()


@pytest.mark.slow
def test_one_bad_event_costs_only_itself(house: Configured) -> None:
    """Cases 08, 09, 10: Ada is on call in each; what cannot be read is named on the page of on-call."""
    page = urllib3.request(
        "GET", f"{house.server.url}/oncall", headers={"Authorization": f"Bearer {house.token}"}
    ).data.decode()
    for path in CALENDARS:
        found = house.people(path.stem, "2026-06-01", 14)
        assert found[0][0] == "ada", path.stem
        chi = [shift for shift in found if "chi" in shift[0]]
        assert ((chi[0][1], chi[-1][2]) if chi else None) == CHI.get(path.stem), path.stem
        assert path.stem not in LEFT_OUT or LEFT_OUT[path.stem] in page


@pytest.mark.slow
def test_an_override_of_oncall_is_in_its_own_zone(house: Configured) -> None:
    """Case 12: 15:00 to 17:00 UTC is midnight to two in Tokyo."""
    overrides = [x for x in house.shifts("tokyo", f"{NEXT_YEAR}-12-24", 2) if x["override"]]
    christmas = f"{NEXT_YEAR}-12-25"
    assert [(x["start"][:16], x["end"][:16]) for x in overrides] == [(f"{christmas}T00:00", f"{christmas}T02:00")]


@pytest.mark.slow
def test_both_probes_are_green(house: Configured) -> None:
    """Case 15: the text stands after 9,000 bytes, and in the page's own charset."""

    def probes() -> dict[str, bool]:
        return {row["probe"]: row["ok"] for row in house.ask("GET", "/api/v1/probes")}

    wait_until(
        lambda: len(probes()) == 2 and all(probes().values()), 20, lambda: str(house.ask("GET", "/api/v1/probes"))
    )


@pytest.mark.slow
def test_a_deploy_with_several_sources_is_one_of_the_shop(house: Configured) -> None:
    """Case 16."""
    for name in ("body.json", "body-with-revisions.json"):
        assert house.hook("deploys", (CASES / "16-argocd-multi-source" / name).read_bytes()) < 300
    with_releases = "SELECT service, release FROM deploys"

    def deploys() -> list[Any]:
        with house.reading.application.reading() as uow:
            return uow.tx.all(with_releases)

    wait_until(lambda: len(deploys()) == 2, 20)
    assert {row["service"] for row in deploys()} == {"shop"} and all("<no" not in row["release"] for row in deploys())


@pytest.mark.slow
def test_times_of_the_command_line_are_in_one_named_zone(house: Configured) -> None:
    """Case 17: --start 09:00 is nine on the schedule's clock, and so is what is shown."""
    shown = house.server.local("schedules", "week", "--start", "2026-11-30T09:00", "--days", "1")
    assert "09:00" in shown and "08:00" not in shown and "Europe/Berlin" in shown
    assert house.shifts("week", "2026-11-30T09:00", 1)[0]["start"].startswith("2026-11-30T09:00:00")


@pytest.mark.slow
def test_what_can_never_be_heard_or_on_call_is_named(house: Configured) -> None:
    """Cases 18 and 20: a heartbeat's name with a slash is refused, and whoever never has a turn is named."""
    assert house.hook("heartbeats/db%2Fbackup") == 400
    said = subprocess.run(
        [sys.executable, "-m", "stanch", "doctor"], env=house.server.environment, capture_output=True, text=True
    ).stdout  # it exits with 1
    assert "db/backup'' can never be heard" in said and "fay and gus never have a turn" in said
    assert {person for person, _, _ in house.people("wd", "2026-11-02", 56)} == {"ada", "ben", "chi", "dan", "eve"}


@pytest.mark.slow
def test_nobody_new_is_woken_for_what_has_cleared(house: Configured) -> None:
    """Case 19: the alert ends after the first page; the next step, four seconds later, is not taken."""
    body = {"alerts": [{"status": "firing", "labels": {"alertname": "Gone", "severity": "page"}, "annotations": {}}]}
    house.hook("alertmanager", json.dumps(body).encode())
    wait_until(lambda: any(page.to == "ada" for page in house.phones.pages), 20)
    body["alerts"][0]["status"] = "resolved"
    house.hook("alertmanager", json.dumps(body).encode())

    def cleared() -> bool:
        with house.reading.application.reading() as uow:
            return bool(uow.tx.one("SELECT 1 AS one FROM signals WHERE name = 'Gone' AND state = 'resolved'"))

    def woken() -> set[str]:
        return {page.to for page in house.phones.pages if page.data.get("urgent", True)}

    wait_until(cleared, 20)
    before = woken()
    time.sleep(5)  # the next step's wait, and a second
    assert woken() == before


@pytest.mark.slow
@pytest.mark.needs("haproxy")
def test_a_server_that_was_disabled_in_the_configuration_can_take_over(house: Configured) -> None:
    """Case 13: 'ready' for green, then 'drain' for blue runs; a backup that gets no traffic is no way out."""
    incident = house.ask(
        "POST", "/api/v1/incidents", {"title": "Blue is slow", "service": "shop", "severity": "SEV-4"}
    )["incident"]
    base = f"/api/v1/incidents/{incident}"
    for mitigation, target in (("ready-green", "green"), ("drain-blue", "blue")):
        house.ask("POST", f"{base}/mitigations", {"mitigation": mitigation, "confirm": target})
        wait_until(lambda m=mitigation: _ran(house, base, m), 20)
        time.sleep(1.2)  # HAProxy's own check of green
    would = house.ask("GET", f"{base}/dry-runs", mitigation="drain-main")
    assert (would["extent"]["touched"], would["extent"]["of"], would["extent"]["share"]) == (1, 1, 1.0), would


def _ran(house: Configured, base: str, mitigation: str) -> bool:
    with house.reading.application.reading() as uow:
        runs = [run for run in uow.record(base.split("/")[-1]).runs.values() if run.mitigation == mitigation]
    assert all(run.ok is not False for run in runs), [run.output for run in runs]
    return bool(runs) and all(run.ok for run in runs)


@pytest.mark.slow
def test_the_last_good_calendar_survives_a_restart(house: Configured) -> None:
    """Case 11, last: the calendar's server is gone when stanch starts again."""
    before = house.people("cal", "2026-11-02", 14)
    assert before and before[0][0] == "ada"
    house.server.stop()
    house.web.shutdown()
    house.web.server_close()
    house.server.start()
    assert house.people("cal", "2026-11-02", 14) == before
    oncall = house.ask("GET", "/api/v1/oncall")
    assert "cannot be reached" in json.dumps(oncall) or "last" in json.dumps(
        [x for x in oncall if x.get("schedule") == "cal"]
    )
