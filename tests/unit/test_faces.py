"""The faces over HTTP and the command line, against a whole stanch on SQLite."""

import base64
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from stanch.cli import stanch as command_line
from stanch.cli.place import Place
from stanch.identity import credentials, people
from stanch.kernel import filling
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Slo
from stanch.ports import Failed
from stanch.prepare.settings import Settings
from stanch.timeline import store
from stanch.web.app import create_app
from tests.scenarios.house import House, Lever

with warnings.catch_warnings():
    # Starlette warns about its own choice of client library.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

MINE = {"Origin": "http://testserver"}
HOOK = "/hooks/prometheus/api/v2/alerts"


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    house = House(sqlite_url, tmp_path)
    settings: Settings = house.stanch.settings
    settings.intake_keys = {"prometheus": "key-of-prometheus"}
    yield house
    house.application.database.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        yield client


@pytest.fixture
def token(house: House) -> dict[str, str]:
    return house.bearer("ada")


def rows(house: House, sql: str) -> list[Any]:
    with house.application.database.reading() as tx:
        return tx.all(sql)


def test_every_route_denies_strangers(house: House, client: TestClient) -> None:
    for command in REGISTRY.values():
        path = command.path.replace("{incident}", "INC-1")
        answer = client.get(path) if command.reading else client.post(path, json={})
        assert answer.status_code == 401, path
    for path in ("/api/v1/incidents/INC-1/events", "/api/v1/verify", "/api/v1/incidents/INC-1/export"):
        assert client.get(path).status_code == 401
    assert client.post("/do/declare", data={"title": "x"}, headers=MINE).status_code == 401


def test_command_round_trip(client: TestClient, token: dict[str, str]) -> None:
    done = client.post("/api/v1/incidents", json={"title": "Checkout fails"}, headers=token)
    assert done.json()["incident"] == "INC-1"
    shown = client.get("/api/v1/incidents/1?last=1", headers=token)
    assert shown.json()["title"] == "Checkout fails" and shown.headers["etag"].startswith('"v')
    stale = client.post("/api/v1/incidents/1/notes", json={"text": "x"}, headers={**token, "If-Match": '"v999"'})
    assert stale.status_code == 412
    listed = client.get("/api/v1/incidents", headers=token)
    again = client.get("/api/v1/incidents", headers={**token, "If-None-Match": listed.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/api/v1/verify", headers=token).json()[0]["wrong"] is None


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"{", 400, None), (b"[]", 422, None), (b"\xff", 400, None), (b"[" * 100_000, 400, None),
        (b'{"titel": "x"}', 422, "#/titel"), (b"{}", 422, "#/title"), (b'{"title": 1}', 422, "#/title"),
        (b'{"title": "a\\u0000b"}', 422, "#/title"), (b'{"title": "x", "severity": "SEV-9"}', 422, "#/severity"),
        (b'{"title": "' + b"x" * 1_000_001 + b'"}', 413, None),
    ],
)  # fmt: skip
def test_wrong_input_is_a_problem_that_says_where(
    client: TestClient, token: dict[str, str], body: bytes, status: int, pointer: str | None
) -> None:
    answer = client.post("/api/v1/incidents", content=body, headers=token)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["errors"][0]["pointer"] if pointer else None) == pointer


def test_suggestions_and_numbers() -> None:
    with pytest.raises(Invalid, match="titel") as wrong:
        filling.fill(REGISTRY["declare"], {"titel": "x"})
    assert wrong.value.hint == "Did you mean 'title'?"
    for value in ("nan", "inf", "1e999"):
        with pytest.raises(Invalid):
            filling.fill(REGISTRY["update"], {"incident": "1", "next_in": value})
    assert [filling.incident_id(text) for text in ("1", "inc-07", "INC-2", "x")] == ["INC-1", "INC-7", "INC-2", "x"]


def test_idempotency_key(house: House, client: TestClient, token: dict[str, str]) -> None:
    headers = {**token, "Idempotency-Key": '"one"'}
    first = client.post("/api/v1/incidents", json={"title": "x"}, headers=headers)
    second = client.post("/api/v1/incidents", json={"title": "x"}, headers={**token, "Idempotency-Key": "one"})
    assert second.content == first.content and second.headers["idempotency-replayed"] == "true"
    assert client.post("/api/v1/incidents", json={"title": "y"}, headers=headers).status_code == 422
    assert len(rows(house, "SELECT id FROM incidents")) == 1


def test_a_failed_request_does_not_use_up_its_key(client: TestClient, token: dict[str, str]) -> None:
    headers = {**token, "Idempotency-Key": "k"}
    assert client.post("/api/v1/incidents/1/notes", json={"text": "x"}, headers=headers).status_code == 404
    client.post("/api/v1/incidents", json={"title": "x"}, headers=token)
    assert client.post("/api/v1/incidents/1/notes", json={"text": "x"}, headers=headers).status_code == 200


def test_words_stand_before_the_stylesheet_until_a_browser_has_it(client: TestClient, token: dict[str, str]) -> None:
    client.post("/api/v1/incidents", json={"title": "<b>Payments</b> fail"}, headers=token)

    def seen() -> tuple[bool, bool, str]:
        """Whether the stylesheet stands in the head, whether words stand before it, and the cookie."""
        answer = client.get("/incidents/INC-1", headers=token)
        before, _, _ = answer.text.partition('<link rel="stylesheet"')
        words = before.partition('class="first-look"')[2]
        assert answer.text.count('<link rel="stylesheet"') == 1 and "<b>Payments" not in answer.text
        return (
            "<body" not in before,
            "INC-1" in words and "&lt;b&gt;Payments" in words,
            answer.headers.get("set-cookie", ""),
        )

    in_head, words, cookie = seen()
    assert (in_head, words) == (False, True) and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert seen() == (True, False, "")
    client.cookies.clear()
    client.cookies.set("stanch_look", "of-an-older-release")
    assert seen()[:2] == (False, True)


@pytest.fixture
def password(house: House) -> str:
    """Ada's."""
    people.add(house.application.database, "ada", house.clock.now(), password="a long password")
    return "a long password"


def test_sign_in_forms_and_forged_requests(client: TestClient, password: str) -> None:
    wrong = client.post("/login", data={"name": "ada", "password": "no"}, headers=MINE)
    right = {"name": "ada", "password": password, "next": "//evil.example"}
    forged = client.post("/login", data=right, headers={"Origin": "http://evil.example"})
    signed = client.post("/login", data=right, headers=MINE)
    assert (wrong.status_code, forged.status_code, signed.status_code) == (401, 403, 303)
    assert signed.headers["location"] == "/"
    assert "httponly" in signed.headers["set-cookie"].lower() and "samesite=lax" in signed.headers["set-cookie"].lower()
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", **MINE}):
        assert client.post("/do/declare", data={"title": "x"}, headers=headers).status_code == 403
    done = client.post("/do/declare", data={"title": "x", "service": "", "private": "on"}, headers=MINE)
    assert (done.status_code, done.headers["location"]) == (303, "/incidents/INC-1000001")
    assert client.post("/logout", headers=MINE).status_code == 303
    assert client.get("/api/v1/incidents").status_code == 401


def test_a_link_works_once_and_only_in_time(house: House, client: TestClient, token: dict[str, str]) -> None:
    code = credentials.create_link(house.application.database, "ada", house.clock.now())
    assert client.post("/login", data={"once": code}, headers=MINE).status_code == 303
    assert client.post("/login", data={"once": code}, headers=MINE).status_code == 401
    late = credentials.create_link(house.application.database, "ada", house.clock.now())
    house.clock.forward(minutes=11)
    assert client.post("/login", data={"once": late}, headers=MINE).status_code == 401


def test_setup_link_makes_the_first_admin(house: House, client: TestClient) -> None:
    code = credentials.create_setup_link(house.application.database, house.clock.now())
    assert people.everybody(house.application.database) == []
    assert 'name="name"' in client.get("/login", params={"once": code}).text
    refused = client.post("/login", data={"once": code, "name": "a\u0007"}, headers={**MINE, "Accept": "text/html"})
    assert "printable name" in refused.text and 'name="once"' in refused.text
    assert client.post("/login", data={"once": code, "name": " Ada Lovelace "}, headers=MINE).status_code == 303
    assert people.everybody(house.application.database) == [people.Person("Ada Lovelace", admin=True, password=False)]
    later = credentials.create_link(house.application.database, "Ada Lovelace", house.clock.now())
    assert 'name="name"' not in client.get("/login", params={"once": later}).text
    assert client.post("/login", data={"once": later, "name": "mallory"}, headers=MINE).status_code == 303
    assert len(people.everybody(house.application.database)) == 1


def test_guessing_is_slowed_down(client: TestClient) -> None:
    answers = [client.post("/login", data={"once": "x"}, headers=MINE).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_private_incidents_do_not_exist_for_others(house: House, client: TestClient) -> None:
    token = house.bearer("mallory")
    house.do("declare", "ben", title="secret", private=True)
    for path in ("", "/events", "/export"):
        private = client.get(f"/api/v1/incidents/INC-1{path}", headers=token)
        missing = client.get(f"/api/v1/incidents/INC-9{path}", headers=token)
        assert private.status_code == missing.status_code == 404
        assert private.text.replace("INC-1", "INC-9") == missing.text
    assert client.get("/api/v1/verify", headers=token).json() == []


@pytest.mark.parametrize("way", ["bearer", "basic", "query"])
def test_hooks_keep_before_they_answer(house: House, client: TestClient, way: str) -> None:
    basic = base64.b64encode(b"any:key-of-prometheus").decode()
    headers = {"bearer": {"Authorization": "Bearer key-of-prometheus"}, "basic": {"Authorization": f"Basic {basic}"}}
    path = HOOK + ("?key=key-of-prometheus" if way == "query" else "")
    answer = client.post(path, content=b"[]", headers=headers.get(way, {}))
    assert (answer.status_code, answer.content) == (200, b"")
    kept = rows(house, "SELECT intake_key, format, state, body FROM intake")
    assert [(r["intake_key"], r["format"], r["state"], bytes(r["body"])) for r in kept] == [
        ("prometheus", "prometheus", "new", b"[]")
    ]


def test_hooks_refuse_and_keep_what_cannot_be_read(house: House, client: TestClient) -> None:
    assert client.post(HOOK, content=b"[]").status_code == 401
    assert client.post(HOOK + "?key=", content=b"[]").status_code == 401
    assert client.delete(HOOK).status_code == 405
    assert client.post("/hooks/nothing", content=b"[]").status_code == 404
    assert rows(house, "SELECT id FROM intake") == []
    for body in (b"{x", b"{}", b"\xff\x00"):
        answer = client.post(HOOK + "?key=key-of-prometheus", content=body)
        assert answer.status_code == 400 and isinstance(answer.json(), str)
    kept = rows(house, "SELECT state, body FROM intake ORDER BY id")
    assert [(r["state"], bytes(r["body"])) for r in kept] == [("unparsable", b) for b in (b"{x", b"{}", b"\xff\x00")]


def test_hooks_say_503_when_nothing_could_be_written_and_recover(house: House, client: TestClient) -> None:
    with house.application.database.transaction() as tx:
        tx.execute("ALTER TABLE intake RENAME TO away")
    assert client.post(HOOK + "?key=key-of-prometheus", content=b"[]").status_code == 503
    with house.application.database.transaction() as tx:
        tx.execute("ALTER TABLE away RENAME TO intake")
    assert client.post(HOOK + "?key=key-of-prometheus", content=b"[]").status_code == 200


def test_what_machines_ask(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok\n" and client.get("/readyz").status_code == 200
    assert "stanch_incidents" in client.get("/metrics").text
    document = client.get("/openapi.json").json()
    assert set(document["paths"]["/api/v1/incidents"]) == {"get", "post"}
    page = client.get("/docs")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert client.get("/api/nothing").headers["content-type"] == "application/problem+json"


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("STANCH_URL", raising=False)
    monkeypatch.setattr(Place, "stanch", property(lambda _: house.stanch))
    return lambda *words: CliRunner().invoke(command_line, ["--as", "ada", *words])


def test_command_line(run: Any) -> None:
    assert run("declare", "Checkout", "fails", "--severity", "sev-2").stdout == "INC-1 declared: Checkout fails\n"
    assert run("say", "1", "two", "words").exit_code == 0
    shown = run("show", "1").output
    assert shown.index("Severity:") < shown.index("Timeline") < shown.index("two words")
    assert msgspec.json.decode(run("incidents", "--json").output)[0]["id"] == "INC-1"
    assert run("verify").exit_code == 0 and run("doctor").exit_code in (0, 1)
    assert isinstance(run("severity", "1", "SEV-9").exception, Invalid)
    assert "Did you mean 'show'" in run("sow").output


def test_doctor_asks_what_services_are_bound_to(house: House, run: Any) -> None:
    """R22: a cluster that does not answer is found before three in the morning."""

    class Cluster(Lever):
        def check(self) -> str:
            raise Failed("403: the credentials are not accepted", again=False)

    house.application.world.mitigators["lever"] = Cluster()
    shop = house.application.policy().services["shop"]
    shop.runs_on.extend(["lever:shop/deployment/web", "nowhere:x"])
    told = run("doctor")
    assert told.exit_code == 1 and "WRONG   lever: 403: the credentials are not accepted" in told.output
    assert "ok      shop: lever:shop/deployment/web: it is there, and offers 0 mitigations" in told.output
    assert "WRONG   shop: it runs on 'nowhere:x', and no such integration is configured" in told.output


def test_help_of_every_command(run: Any) -> None:
    assert "Respond:" in run("--help").output
    for name in command_line.list_commands(None):  # type: ignore[arg-type]
        assert run(name, "--help").exit_code == 0, name


def test_verify_names_the_first_wrong_entry(house: House, run: Any) -> None:
    run("declare", "x")
    with house.application.database.transaction() as tx:
        tx.execute("DROP TRIGGER entries_no_update")
        tx.execute("UPDATE entries SET author = 'mallory' WHERE position = 1")
    wrong = run("verify", "INC-1")
    assert wrong.exit_code == 1 and "INC-1 entry 1" in wrong.output


@pytest.mark.needs("postgresql")
def test_hooks_and_commands_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    house = House(postgres_url, tmp_path)
    house.stanch.settings.intake_keys = {"prometheus": "key-of-prometheus"}
    token = {**house.bearer("ada"), "Idempotency-Key": "k"}
    with TestClient(create_app(house.stanch)) as client:
        assert client.post(HOOK + "?key=key-of-prometheus", content=b"[]").status_code == 200
        answers = [client.post("/api/v1/incidents", json={"title": "x"}, headers=token) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert client.get("/metrics").status_code == 200
    assert len(rows(house, "SELECT id FROM intake")) == 1
    house.application.database.close()


def test_readiness_has_an_exit_code_for_ci(run: Any, house: House) -> None:
    answer = run("readiness", "--minimum", "90")
    assert answer.exit_code == 1
    assert "Below 90: shop" in answer.output
    assert run("readiness").exit_code == 0
    assert msgspec.json.decode(run("readiness", "shop", "--json").output)["services"][0]["service"] == "shop"
    assert run("readiness", "shpo").exit_code != 0


def test_verify_and_the_rules_of_slos_work_through_a_server(
    house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4, P9: with STANCH_URL the same words ask the server."""

    token = house.bearer("mallory")

    def fetch(_place: Place, method: str, path: str, body: bytes | None = None) -> bytes:
        answer = client.request(method, path, content=body, headers=token)
        if answer.status_code >= 400:
            raise Invalid(answer.json()["detail"])
        return answer.content

    def said(*words: str) -> Any:
        return CliRunner().invoke(command_line, list(words), catch_exceptions=True)

    house.do("declare", "ben", title="Down")
    house.do("declare", "ben", title="Quiet", private=True)
    monkeypatch.setenv("STANCH_URL", "http://testserver")
    monkeypatch.setattr(Place, "fetch", fetch)
    assert "entries of 1 incident are as they were recorded" in said("verify").output
    assert said("verify", "1").exit_code == 0 and isinstance(said("verify", "2").exception, Invalid)
    assert "No service of the catalog has an SLO" in str(said("slo", "rules").exception)
    errors = Slo("checkout", 99.9, total="sum(rate(all[{{.window}}]))", errors="sum(rate(bad[{{.window}}]))")
    policy = house.application.policy()
    shop = msgspec.structs.replace(policy.service("shop"), slos=[errors])
    changed = msgspec.structs.replace(policy, services={**policy.services, "shop": shop})
    monkeypatch.setattr(house.application, "policy", lambda: changed)
    assert "alert: SLOBurn" in said("slo", "rules", "shop").output
    assert "has no SLO" in str(said("slo", "rules", "elsewhere").exception)
    assert client.get("/api/v1/slo/rules").status_code == 401
    monkeypatch.setattr(store, "verify", lambda _tx, name: (1, f"entry 2 of {name} was changed"))
    broken = said("verify")
    assert broken.exit_code == 1 and "INC-1" in broken.output
