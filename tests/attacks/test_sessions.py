"""Nobody in who should not be: streams end with the right to read, keys are not kept with bodies, links fit any name."""

import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import urllib3
from starlette.testclient import TestClient

from bench.page_at_once import sample
from stanch.identity import credentials, people
from stanch.kernel.errors import Conflict, NotFound
from stanch.web.app import create_app
from stanch.web.intake.keys import Keys
from tests.attacks.running import KEY, long_incident, running, sign_in
from tests.scenarios.house import POLICY, House


def test_removing_a_person_or_uninviting_them_ends_their_streams(tmp_path: Path) -> None:  # P6
    with running(tmp_path) as there:
        open_one, private = long_incident(there.database, 3), long_incident(there.database, 3, private=True)
        sign_in(there.database, "ben", "ben-token", admin=False)
        sign_in(there.database, "eve", "eve-token", admin=False)
        with there.database.transaction() as tx:
            tx.execute("INSERT INTO members (incident, person) VALUES (:i, 'ben')", i=private)
        pool = urllib3.PoolManager(retries=False, timeout=20)

        def stream(incident: str, token: str) -> urllib3.BaseHTTPResponse:
            got = pool.request("GET", f"{there.url}/api/v1/incidents/{incident}/events?after=3",
                               headers={"Authorization": f"Bearer {token}"}, preload_content=False)  # fmt: skip
            assert got.status == 200
            return got

        bens, eves = stream(private, "ben-token"), stream(open_one, "eve-token")
        assert pool.request("GET", f"{there.url}/api/v1/incidents/{private}/events",
                            headers={"Authorization": "Bearer eve-token"}).status == 404  # fmt: skip
        with there.database.transaction() as tx:
            tx.execute("DELETE FROM members WHERE person = 'ben'")
            tx.execute("DELETE FROM people WHERE name = 'eve'")
        began = time.monotonic()
        for ending in (bens, eves):
            assert b"connected" in ending.read()
        assert time.monotonic() - began < 5
        pool.clear()
        assert sample(there.hook, KEY, there.sink, "sample-after") < 2000


def test_people_are_invited_and_uninvited(house: House) -> None:  # P6
    secret = house.do("declare", title="leak", service="shop", private=True).incident
    with house.application.uow() as uow:
        uow.tx.execute("INSERT INTO people (name, password, admin, created_at) VALUES ('eve', '', 0, 0)")
    with pytest.raises(NotFound):
        house.do("show", "eve", incident=secret)
    house.do("invite", incident=secret, person="eve")
    assert house.do("show", "eve", incident=secret)["id"] == secret
    house.do("uninvite", incident=secret, person="eve")
    with pytest.raises(NotFound):
        house.do("show", "eve", incident=secret)
    with pytest.raises(NotFound):
        house.do("uninvite", incident=secret, person="eve")
    # Somebody who gets the name of somebody who has left is invited to nothing by it.
    house.do("invite", incident=secret, person="eve")
    people.remove(house.application.database, "eve")
    people.add(house.application.database, "eve", house.clock.now())
    with pytest.raises(NotFound):
        house.do("show", "eve", incident=secret)
    public = house.do("declare", title="public", service="").incident
    with pytest.raises(Conflict):
        house.do("invite", incident=public, person="eve")


def test_an_integration_key_is_not_kept_with_the_body_that_carries_it() -> None:  # P2
    keys = Keys({"pagerduty": "R0UTING0KEY0R0UTING0KEY0", "short": "ab"})
    assert (
        keys.without(b'{"routing_key":"R0UTING0KEY0R0UTING0KEY0","x":"ab"}')
        == b'{"routing_key":"[integration key]","x":"ab"}'
    )


def test_integration_keys_are_shown_to_administrators_only(house: House) -> None:  # P6
    house.stanch.settings.intake_keys = {"prometheus": "R0UTING0KEY0"}
    member, root = house.bearer("mallory"), house.bearer("root")
    with house.application.database.transaction() as tx:
        tx.execute("UPDATE people SET admin = 1 WHERE name = 'root'")
    with TestClient(create_app(house.stanch)) as client:
        paths = ("/", "/first-run", "/settings", "/signals", "/signals/keys/prometheus", "/people")
        shown = {who: "".join(client.get(path, headers=who_is).text for path in paths)
                 for who, who_is in (("member", member), ("admin", root))}  # fmt: skip
    assert "R0UTING0KEY0" in shown["admin"] and "R0UTING0KEY0" not in shown["member"]


@pytest.mark.parametrize("name", ["ada/../x", "Ada Lovelace?", "é#%2F", "a&b"])
def test_the_acknowledge_link_of_any_name_is_one_address(database_url: str, tmp_path: Path, name: str) -> None:  # P2
    policy = {**POLICY, "contacts": {name: {"name": "Odd", "reach": ["pager:odd"]}},
              "escalation": {"default": {"steps": [{"notify": [name], "wait": 60}]}}}  # fmt: skip
    house = House(database_url, tmp_path, policy)
    try:
        house.do("declare", title="down", service="shop")
        house.settle()
        link = urlsplit(house.pager.sent[0][1].acknowledge_url)
        assert len(link.path.split("/")) == 6 and not link.query and not link.fragment
        assert link.path.split("/")[4] == quote(name, safe="")
    finally:
        house.application.database.close()


HERE = {"Sec-Fetch-Site": "same-origin"}
RIGHT = {"name": "ben", "password": "a long password"}


def test_a_strangers_wrong_passwords_keep_nobody_out(house: House) -> None:  # P2
    database = house.application.database
    people.add(database, "ben", house.clock.now(), password=RIGHT["password"])
    people.add(database, "mallory", house.clock.now(), password=RIGHT["password"])
    app = create_app(house.stanch)
    with TestClient(app, follow_redirects=False, headers=HERE) as ben, TestClient(app, headers=HERE) as stranger:
        assert ben.post("/login", data=RIGHT).status_code == 303
        assert stranger.post("/login", data=RIGHT | {"name": "mallory"}, follow_redirects=False).status_code == 303
        for known in [name for name in stranger.cookies if name.startswith("stanch_known_")]:
            mark = stranger.cookies[known]
            stranger.cookies.set(
                next(name for name in ben.cookies if name.startswith("stanch_known_")), mark, path="/login"
            )
        wrong = [stranger.post("/login", data={"name": "ben", "password": "guess"}).status_code for _ in range(11)]
        assert wrong == [401] * 10 + [429], "another's mark counts for nothing"
        assert stranger.post("/login", data=RIGHT).status_code == 429
        assert ben.post("/login", data=RIGHT).status_code == 303, (
            "from the same address, in a browser that ben used before"
        )
        code = credentials.create_link(database, "ben", house.clock.now())
        assert stranger.post("/login", data={"once": "guess"}).status_code == 429
        assert stranger.post("/login", data={"once": code}, follow_redirects=False).status_code == 303


def test_signing_in_again_ends_the_session_that_the_browser_had(house: House) -> None:  # P6
    people.add(house.application.database, "ben", house.clock.now(), password=RIGHT["password"])
    with TestClient(create_app(house.stanch), follow_redirects=False, headers=HERE) as client:
        client.post("/login", data=RIGHT)
        before = client.cookies["stanch_session"]
        client.post("/login", data=RIGHT)
        assert client.get("/api/v1/incidents").status_code == 200
        assert client.cookies["stanch_session"] != before
        client.cookies.clear()
        client.cookies.set("stanch_session", before)
        assert client.get("/api/v1/incidents").status_code == 401
