"""Features switched off and on again, seen by real clients: Unleash on PostgreSQL, and a flagd definition file (R18)."""

import json
import logging
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from stanch.integrations import flagd_file, http_call, openfeature, unleash
from stanch.ports import Arguments, Failed, Unsure
from tests.components.unleash import ADMIN, CLIENT
from tests.components.unleash import Unleash as Server

logging.getLogger("UnleashClient").setLevel(logging.CRITICAL)


def quiet(line: str) -> None:
    assert line


def until(look: Callable[[], Any], seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


@pytest.fixture(scope="module")
def server(postgres_cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from tests.components.unleash import find

    if find() is None:
        if os.environ.get("CI"):
            pytest.fail("needs unleash, and CI must have it", pytrace=False)
        pytest.skip("needs unleash")
    url = postgres_cluster.create_database()
    with Server(tmp_path_factory.mktemp("unleash"), url) as running:
        yield running
    postgres_cluster.drop_database(url)


@pytest.fixture
def flags(server: Server, monkeypatch: pytest.MonkeyPatch) -> unleash.Unleash:
    monkeypatch.setenv("UNLEASH_ADMIN_TOKEN", ADMIN)
    return unleash.Unleash(unleash.Settings(server.url, environment="development"))


def feature(server: Server, name: str, rollout: str = "100") -> dict[str, str | list[str]]:
    """A feature that is on in the environment ``development``."""
    server.admin("POST", "/projects/default/features", {"name": name, "type": "kill-switch"})
    where = f"/projects/default/features/{name}/environments/development"
    parameters = {"rollout": rollout, "stickiness": "default", "groupId": name}
    server.admin("POST", f"{where}/strategies", {"name": "flexibleRollout", "parameters": parameters})
    server.admin("POST", f"{where}/on")
    return {"action": "off", "feature": name}


def test_a_real_client_sees_the_feature_go_off_and_come_back(server: Server, flags: unleash.Unleash) -> None:
    from UnleashClient import UnleashClient

    off = feature(server, "new-checkout")
    client = UnleashClient(
        url=f"{server.url}/api", app_name="shop", custom_headers={"Authorization": CLIENT}, refresh_interval=1,
        disable_metrics=True, disable_registration=True,
    )  # fmt: skip
    client.initialize_client()
    try:
        until(lambda: client.is_enabled("new-checkout"))
        assert flags.preview(off).text.endswith("is on, by flexibleRollout 100 %; it would be off")
        applied = flags.run(off, quiet)
        assert (
            applied.output
            == "new-checkout in development: on, by flexibleRollout 100 % -> off, by flexibleRollout 100 %"
        )
        until(lambda: not client.is_enabled("new-checkout"))
        flags.run(applied.undo, quiet)
        until(lambda: client.is_enabled("new-checkout"))
    finally:
        client.destroy()


def test_undo_leaves_off_what_was_off_and_takes_away_what_switching_on_has_added(
    server: Server, flags: unleash.Unleash
) -> None:
    server.admin("POST", "/projects/default/features", {"name": "bare", "type": "release"})
    on: Arguments = {"action": "on", "feature": "bare"}
    assert "for everybody" in flags.preview(on).objections[0]
    applied = flags.run(on, quiet)
    assert len(applied.undo["added"]) == 1
    flags.run(applied.undo, quiet)
    state = server.admin("GET", "/projects/default/features/bare/environments/development")
    assert (state["enabled"], state["strategies"]) == (False, [])
    again = flags.run({"action": "off", "feature": "bare"}, quiet)
    assert again.undo["enabled"] == "false"


def test_a_feature_offers_to_be_switched_off_and_unleashs_own_words_are_passed_on(
    server: Server, flags: unleash.Unleash
) -> None:
    feature(server, "search")
    (offer,) = flags.offers("default/search")
    assert (offer.name, offer.feature, offer.kind, offer.own_undo) == ("search-off", "search", "feature_flag", True)
    assert json.loads(flags.describe(offer.run)[0].text)["name"] == "search"
    with pytest.raises(Failed, match="no such feature"):
        flags.offers("nothing")
    with pytest.raises(Failed, match="letters, digits"):
        flags.offers("a/b c")


def test_a_client_token_is_refused_with_a_hint(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNLEASH_ADMIN_TOKEN", "*:development.wrong")
    wrong = unleash.Unleash(unleash.Settings(server.url, environment="development"))
    with pytest.raises(Failed, match="token") as raised:
        wrong.offers("search")
    assert "wrong" not in raised.value.detail, "a token is never told"


class Scripted:
    """A server for what a real one will not do on demand: each answer is a status with a body, or a dropped connection."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.asked: list[tuple[str, str, bytes, dict[str, str]]] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                scripted.asked.append((self.command, self.path, body, dict(self.headers)))
                said = answers[f"{self.command} {self.path}"]
                said = said(len(scripted.asked)) if callable(said) else said
                if said is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, text = said
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", "7")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


ENVIRONMENT = "/api/admin/projects/default/features/f/environments/production"
ON, OFF = '{"enabled": true, "strategies": []}', '{"enabled": false, "strategies": []}'


@pytest.mark.parametrize(
    ("state", "answer", "says", "again"),
    [
        ((200, ON), (403, '{"message": "change request required"}'), "change request", False),
        ((200, ON), (429, ""), "too many", True),
        ((200, ON), (500, "oops"), "500", True),
        ((200, ON), (409, '{"message": "archived"}'), "archived", False),
    ],
)
def test_each_refusal_has_its_own_outcome(
    state: Any, answer: Any, says: str, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNLEASH_ADMIN_TOKEN", "secret-token")
    with (
        Scripted({f"GET {ENVIRONMENT}": state, f"POST {ENVIRONMENT}/off": answer}) as scripted,
        pytest.raises(Failed, match=says) as raised,
    ):
        unleash.Unleash(unleash.Settings(scripted.url)).run({"action": "off", "feature": "f"}, quiet)
    assert raised.value.again is again and "secret-token" not in raised.value.detail
    assert next(line for line in scripted.asked if line[0] == "POST")[3]["Authorization"] == "secret-token"


def test_an_answer_that_never_came_is_looked_up_and_else_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNLEASH_ADMIN_TOKEN", "t")
    off: Arguments = {"action": "off", "feature": "f"}
    happened = {f"GET {ENVIRONMENT}": lambda n: (200, ON if n == 1 else OFF), f"POST {ENVIRONMENT}/off": None}
    with Scripted(happened) as scripted:
        assert "-> off" in unleash.Unleash(unleash.Settings(scripted.url)).run(off, quiet).output
    with (
        Scripted({f"GET {ENVIRONMENT}": (200, ON), f"POST {ENVIRONMENT}/off": None}) as scripted,
        pytest.raises(Failed, match="is unchanged"),
    ):
        unleash.Unleash(unleash.Settings(scripted.url)).run(off, quiet)
    dark = {f"GET {ENVIRONMENT}": lambda n: (200, ON) if n == 1 else (502, ""), f"POST {ENVIRONMENT}/off": None}
    with Scripted(dark) as scripted, pytest.raises(Unsure):
        unleash.Unleash(unleash.Settings(scripted.url)).run(off, quiet)
    assert sum(line[0] == "POST" for line in scripted.asked) == 1, "never asked twice"


FLAGS = {
    "$schema": "https://flagd.dev/schema/v0/flags.json",
    "flags": {
        "new-checkout": {
            "state": "ENABLED", "variants": {"yes": True, "no": False}, "defaultVariant": "no",
            "targeting": {"if": [{"in": ["@", {"var": "email"}]}, "yes", "no"]}, "metadata": {"owner": "shop"},
        },
        "colour": {"state": "ENABLED", "variants": {"red": "#f00", "blue": "#00f"}, "defaultVariant": "red"},
    },
    "$evaluators": {"mine": {"==": [1, 1]}},
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(FLAGS))
    path.chmod(0o640)
    return path


def test_a_real_provider_sees_the_flag_go_off_and_come_back(file: Path) -> None:
    from openfeature import api
    from openfeature.contrib.provider.flagd import FlagdProvider
    from openfeature.contrib.provider.flagd.config import ResolverType
    from openfeature.evaluation_context import EvaluationContext

    api.set_provider(FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(file)))
    try:
        client, somebody = api.get_client(), EvaluationContext("1", {"email": "ada@example.org"})
        until(lambda: client.get_boolean_value("new-checkout", False, somebody))
        applied = flagd_file.FlagdFile(flagd_file.Settings([str(file)])).run(
            {"action": "off", "flag": "new-checkout"}, quiet
        )
        # The default in the code is True: a flag that is only DISABLED would stay on here.
        until(lambda: not client.get_boolean_value("new-checkout", True, somebody))
        flagd_file.FlagdFile(flagd_file.Settings([str(file)])).run(applied.undo, quiet)
        until(lambda: client.get_boolean_value("new-checkout", False, somebody))
    finally:
        api.shutdown()
    assert json.loads(file.read_text()) == FLAGS, "what was found is back, and nothing else was touched"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_which_variant_is_off_is_asked_where_it_cannot_be_told(file: Path) -> None:
    flagd = flagd_file.FlagdFile(flagd_file.Settings([str(file)]))
    with pytest.raises(Failed, match="It has red, blue"):
        flagd.run({"action": "off", "flag": "colour"}, quiet)
    flagd.run({"action": "variant", "flag": "colour", "variant": "blue"}, quiet)
    assert json.loads(file.read_text())["flags"]["colour"]["defaultVariant"] == "blue"
    assert [offer.feature for offer in flagd.offers("new-checkout")] == ["new-checkout"]


def test_only_named_files_are_touched_and_a_broken_one_is_left_as_it_is(tmp_path: Path, file: Path) -> None:
    flagd = flagd_file.FlagdFile(flagd_file.Settings([str(file)]))
    other = tmp_path / "other.json"
    other.write_text(json.dumps(FLAGS))
    with pytest.raises(Failed, match="not among the files"):
        flagd.run({"action": "off", "flag": "new-checkout", "file": str(other)}, quiet)
    file.write_text("{ this is no JSON")
    with pytest.raises(Failed, match="no definition file"):
        flagd.run({"action": "off", "flag": "new-checkout"}, quiet)
    assert file.read_text() == "{ this is no JSON"


def test_a_yaml_file_with_a_list_of_flags_works_too(tmp_path: Path) -> None:
    path = tmp_path / "flags.yaml"
    path.write_text(yaml.safe_dump({"flags": [{"key": k, **v} for k, v in FLAGS["flags"].items()]}))  # type: ignore[attr-defined]
    flagd = flagd_file.FlagdFile(flagd_file.Settings([str(path)]))
    undo = flagd.run({"action": "off", "flag": "new-checkout"}, quiet).undo
    assert "targeting" not in yaml.safe_load(path.read_text())["flags"][0]
    flagd.run(undo, quiet)
    assert yaml.safe_load(path.read_text())["flags"][0]["targeting"]


def test_two_changes_at_once_both_stay(file: Path) -> None:
    flagd = flagd_file.FlagdFile(flagd_file.Settings([str(file)]))
    names = ["new-checkout", "colour"] * 10
    variants = ["no", "blue"] * 10
    threads = [
        threading.Thread(target=flagd.run, args=({"action": "variant", "flag": name, "variant": variant}, quiet))
        for name, variant in zip(names, variants, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = json.loads(file.read_text())["flags"]
    assert (found["new-checkout"]["defaultVariant"], found["colour"]["defaultVariant"]) == ("no", "blue")
    assert not [path for path in file.parent.iterdir() if path != file], "nothing is left lying about"


def test_an_openfeature_webhook_is_verified_by_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAG_SECRET", "whsec_" + "a" * 32)
    values: dict[str, Any] = {"value": True}

    def change(_: int) -> tuple[int, str]:
        values["value"] = json.loads(scripted.asked[-1][2])["value"]
        return 204, ""

    answers = {
        "POST /switch": change,
        "POST /ofrep/v1/evaluate/flags/new": lambda _: (200, json.dumps({"key": "new", "reason": "STATIC", **values})),
    }
    with Scripted(answers) as scripted:
        port = openfeature.OpenFeature(openfeature.Settings(f"{scripted.url}/switch", scripted.url, "FLAG_SECRET"))
        applied = port.run({"flag": "new"}, quiet)
        assert applied.output == "new: true -> false" and values["value"] is False
        port.run(applied.undo, quiet)
        assert values["value"] is True
        signed = [headers for _, path, _, headers in scripted.asked if path == "/switch"]
        assert all(headers["webhook-signature"].startswith("v1,") for headers in signed)
        stubborn = openfeature.OpenFeature(openfeature.Settings(f"{scripted.url}/switch", scripted.url, within=0.3))
        monkeypatch.setitem(answers, "POST /switch", (204, ""))
        with pytest.raises(Unsure, match="still evaluated as true"):
            stubborn.run({"flag": "new"}, quiet)


def test_a_call_is_signed_sent_once_and_only_where_it_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALL_SECRET", "whsec_" + "a" * 32)
    answers = {
        "POST /degrade": (202, "queued"),
        "POST /broken": (500, "half done"),
        "POST /away": (503, ""),
        "POST /drops": None,
        "POST /no": (422, "no"),
    }
    with Scripted(answers) as scripted:
        call = http_call.HttpCall(http_call.Settings([scripted.url], "CALL_SECRET"))
        degrade: Arguments = {"url": f"{scripted.url}/degrade", "body": '{"mode": "read-only"}'}
        assert "would send POST" in call.preview(degrade).text and scripted.asked == []
        assert call.run(degrade, quiet).output == "202 queued"
        method, _, body, headers = scripted.asked[0]
        assert (method, json.loads(body)) == ("POST", {"mode": "read-only"}) and headers["webhook-signature"]
        for path, kind in (("/no", Failed), ("/away", Failed), ("/broken", Unsure), ("/drops", Unsure)):
            with pytest.raises(Failed) as raised:
                call.run({"url": scripted.url + path}, quiet)
            assert type(raised.value) is kind, path
        assert len(scripted.asked) == 5, "nothing is repeated"
        for elsewhere in (f"{scripted.url}.evil.example/x", "http://127.0.0.1:1/x"):
            with pytest.raises(Failed, match="not among the addresses"):
                call.run({"url": elsewhere}, quiet)
    for wrong in (
        {"url": "ftp://x"},
        {"url": "http://a:b@c/"},
        {"url": "http://a/", "method": "GET"},
        {"url": "http://a/", "body": "{"},
    ):
        with pytest.raises(Failed):
            http_call.HttpCall(http_call.Settings(["http://a"])).run(wrong, quiet)
