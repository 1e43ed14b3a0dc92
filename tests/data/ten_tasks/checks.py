"""Shows that each example does its work, in a copy of the product that has them all. Answers with a line of JSON."""

import json
import os
import sys
import threading
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
from click.testing import CliRunner

from stanch.cli.importing import import_
from stanch.communicate.page.render import render
from stanch.communicate.status_page import snapshots
from stanch.detect.slo import generate
from stanch.detect.slo import rules as slo_rules
from stanch.kernel.policy import Policy, Service, Slo
from stanch.learn.prompts import PROMPTS
from stanch.main import load_world
from stanch.ports import Message
from stanch.ports.tracker import NewTicket, TicketChange
from stanch.timeline.entries import Facts
from stanch.timeline.record import Record
from stanch.web.pages.render import ENVIRONMENT
from tests.scenarios.house import POLICY, House

FOLDER = Path(sys.argv[1])
SERVICES = {"shop": {**POLICY["services"]["shop"], "team": "Payments"}}
HOUSE = House(f"sqlite:///{FOLDER}/stanch.db", FOLDER, POLICY | {"services": SERVICES})
os.environ["EXAMPLE_TOKEN"] = "t" * 20
SETTINGS = {"token_env": "EXAMPLE_TOKEN"}


@contextmanager
def answering(answer):
    """The address of a server that gives everybody this answer, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, json.loads(body or b"null")))
            said = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_PATCH = do_POST

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def entry():
    """It is written by its command, shows in the timeline, changes the record, and its sample is read."""
    HOUSE.do("declare", title="Shop fails", service="shop")
    HOUSE.do("lesson", incident="INC-1", text="Alerts need owners")
    assert HOUSE.sentences()[-1] == "Lesson: Alerts need owners" and HOUSE.record().notes[-1] == "Alerts need owners"
    sample = (FOLDER / "tests/data/entries/lesson_noted.json").read_bytes()
    assert msgspec.json.decode(sample, type=Facts).sentence() == "Lesson: some text"


def notifier():
    """It is found by scanning, and sends."""
    with answering({"id": 7}) as (url, asked):
        sender = load_world({"gotify": {"base_url": url, **SETTINGS}}).notifiers["gotify"]
        assert sender.send("8", Message("key", "Shop fails", "now")) == "pushed as 7"
    assert asked == [("POST", "/message", {"title": "Shop fails", "message": "now", "priority": 8})]


def _asked(policy, **values):
    record = Record("INC-1", status="closed", closed_at=1, postmortem_form="postmortem", **values)
    return {prompt.key: prompt for rule in PROMPTS for prompt in rule(record, policy)}


def prompt():
    """It is asked where its rule says so, and nowhere else."""
    assert "lessons" in _asked(Policy()) and "lessons" not in _asked(Policy(), notes=["Alerts need owners"])


def policy_number():
    """The file's value reaches the rule."""
    policy = msgspec.convert({"postmortem_every": 600}, Policy)
    assert _asked(policy)["postmortem"].every == 600 and _asked(Policy())["postmortem"].every == 0


def blast_radius():
    """The preview counts."""
    flags = FOLDER / "flags.json"
    variants = {"variants": {"on": True, "off": False}, "defaultVariant": "on", "state": "ENABLED"}
    flags.write_text(json.dumps({"flags": {"new-checkout": variants, "old": variants}}))
    switch = load_world({"flagd_file": {"files": [str(flags)]}}).mitigators["flagd_file"]
    extent = switch.preview({"action": "off", "flag": "new-checkout"}).extent
    assert (extent.touched, extent.of, extent.unit) == (1, 2, "flag")


def list_column():
    """The API answers with it, and the list shows it."""
    rows = HOUSE.do("incidents")
    assert rows[0]["changed_at"] > 0
    with HOUSE.application.reading() as uow:
        from stanch.respond.overview import Incidents, incidents

        found = incidents(uow, Incidents())
    macros = ENVIRONMENT.get_template("_macros.html").module
    assert "last change" in macros.incident_list(found, HOUSE.clock.moment, ["SEV-1"])


def slo_window():
    """The live evaluation asks for it, and a Prometheus rule is written."""
    assert slo_rules.SPANS["12h"] == 12 * 3600
    slo = Slo("availability", 99.9, "sum(rate(all[{{.window}}]))", errors="sum(rate(bad[{{.window}}]))")
    assert "slo_error_ratio:12h" in generate.rule_file([Service("shop", slos=[slo])])


def status_field():
    """It is read from the catalog and stands on the page."""
    with HOUSE.application.reading() as uow:
        (snapshot,) = snapshots(uow, "http://stanch.example")
    assert b"run by Payments" in render(snapshot)["index.html"].body


def tracker():
    """It is found by scanning, and makes, reads and closes a ticket."""
    said = {"id": 70, "number": 7, "title": "Alert on it", "state": "open", "html_url": "https://git.example/7"}
    with answering(said) as (url, asked):
        gitea = load_world({"gitea_issues": {"base_url": url, **SETTINGS}}).trackers["gitea_issues"]
        made = gitea.create(NewTicket("mark", "ops/shop", "Alert on it", "A1 of INC-1", 0))
        assert (made.key, made.state) == ("ops/shop#7", "open")
        gitea.change(gitea.read(made.reference()).reference(), TicketChange(state="done"))
    assert [(method, path) for method, path, _ in asked] == [
        ("POST", "/api/v1/repos/ops/shop/issues"), ("GET", "/api/v1/repos/ops/shop/issues/7"),
        ("PATCH", "/api/v1/repos/ops/shop/issues/7"),
    ]  # fmt: skip


def importer():
    """The command line reads a dump with it."""
    dump = FOLDER / "dump.json"
    dump.write_text(json.dumps({"users": [{"username": "ada", "firstName": "Ada", "email": "ada@example.org"}]}))
    ran = CliRunner().invoke(import_, ["splunk-oncall", str(dump)], catch_exceptions=False)
    assert ran.exit_code == 0 and "smtp:ada@example.org" in ran.output, ran.output


CHECKS = (
    entry, notifier, prompt, policy_number, blast_radius, list_column, slo_window, status_field, tracker, importer,
)  # fmt: skip
results = {}
for check in CHECKS:
    try:
        check()
        results[check.__name__] = ""
    except Exception:  # reported by the test of the task
        results[check.__name__] = traceback.format_exc(limit=-3)
print(json.dumps(results))
