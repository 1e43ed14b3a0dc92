"""The public page: what a post does to it, what never stands on it, and that it is drawn once for each change (R33, P6)."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from stanch.communicate.status_version import changed
from stanch.kernel.errors import Conflict, Invalid, Unavailable
from stanch.web.app import create_app
from stanch.web.status.quick import KEPT, quick
from stanch.web.status.served import Served
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_two_replicas import replica

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WORDS = "Some customers cannot pay. We will write again by 15:40."
SERVICES = {
    **POLICY["services"],
    "ledger-db": {"name": "ledger-db", "title": "Ledger"},
    "mails": {"name": "mails", "public_name": "Order mails", "public_group": "Mail"},
}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, {**POLICY, "services": SERVICES}):
        house.stanch.seed()
        house.do("declare", title="internal words of ledger-db", service="shop")
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        yield client


def summary(client: TestClient) -> Any:
    return client.get("/status/api/v2/summary.json").json()


def test_what_was_posted_is_what_is_read_next_with_its_components_and_since_when(
    house: House, client: TestClient
) -> None:
    assert summary(client)["status"]["indicator"] == "none"
    began = "2025-05-14T13:00:00Z"
    house.do("status", incident="INC-1", state="investigating", text=WORDS, components=["Checkout=partial outage", "mails=degraded_performance"],
             began=began, title="Payments are failing")  # fmt: skip
    (incident,) = summary(client)["incidents"]
    assert incident["name"] == "Payments are failing" and incident["started_at"] == "2025-05-14T13:00:00.000Z"
    assert {each["name"]: each["status"] for each in incident["components"]} == {
        "Checkout": "partial_outage",
        "Order mails": "degraded_performance",
    }
    page = client.get("/status/").text
    assert WORDS in page and "Payments are failing" in page and "ledger" not in page
    house.do("status", incident="INC-1", state="resolved", text="All payments work again.")
    assert summary(client)["incidents"] == [] and {each["status"] for each in summary(client)["components"]} == {
        "operational"
    }


def test_each_address_answers_with_a_tag_and_who_has_it_is_told_so(client: TestClient) -> None:
    for path in (
        "/status/",
        "/status/uptime.html",
        "/status/history.atom",
        "/status/api/v2/status.json",
        "/status/badge.svg",
        "/status/maintenance.ics",
    ):
        first = client.get(path)
        assert first.status_code == 200 and "stale-if-error" in first.headers["cache-control"], path
        for tag in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
            again = client.get(path, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"") and again.headers["etag"] == first.headers["etag"]
        assert client.head(path).content == b"" and client.head(path).headers["content-length"] == str(
            len(first.content)
        )
    assert client.get("/status").headers["location"] == "/status/"
    assert client.get("/status/api/v2/nothing.json").json() == {"error": "not found"}
    assert client.get("/status/incidents/INC-9").status_code == 404


def test_it_is_drawn_once_for_a_change_however_many_look(house: House, client: TestClient) -> None:
    served = served_of(house, client)
    before = served.drawn
    for _ in range(20):
        client.get("/status/")
    house.do("say", incident="INC-1", text="nothing public")
    client.get("/status/")
    assert served.drawn == before
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    for _ in range(5):
        client.get("/status/")
    assert served.drawn == before + 1


def served_of(house: House, client: TestClient) -> Any:
    """The pages in memory behind a client."""
    client.get("/status/")
    owners = [getattr(callback, "__self__", None) for callback in house.application._subscribers]
    return next(owner for owner in owners if isinstance(owner, Served))


def test_the_answer_at_the_level_of_the_protocol_is_the_same_bytes(house: House, client: TestClient) -> None:
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    slow = client.get("/status/")
    find = quick(served_of(house, client))
    status, rest = find(b"GET /status/ HTTP/1.1\r\nHost: a\r\n\r\n") or (b"", b"")
    head, _, body = rest.partition(b"\r\n\r\n")
    assert status == b"HTTP/1.1 200 OK\r\n" and body == slow.content
    assert dict(line.split(b": ", 1) for line in head.split(b"\r\n")) == {
        name.encode(): value.encode() for name, value in slow.headers.items()
    }
    tag = slow.headers["etag"].encode()
    assert (find(b"GET /status/ HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + tag + b"\r\n\r\n") or (b"",))[0].startswith(
        b"HTTP/1.1 304"
    )
    for other in (
        b"POST /status/ HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /status/ HTTP/1.0\r\nHost: a\r\n\r\n", b"GET /status/ HTTP/1.1\r\n\r\n",
        b"GET /status/ HTTP/1.1\r\nHost: a\r\n\r\nGET /status/ HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /incidents HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /status/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", b"GET /status/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /status/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"GET /status/ HTTP/1.1\r\nHost: a\r\n", b"\x00" * 5,
    ):  # fmt: skip
        assert find(other) is None
    house.do("status", incident="INC-1", state="identified", text="We know why.")
    assert find(b"GET /status/ HTTP/1.1\r\nHost: a\r\n\r\n") is None  # nobody reads what is not so any more
    served_of(house, client)
    now = find(b"GET /status/ HTTP/1.1\r\nHost: a\r\n\r\n")
    assert now and now[1] != rest and b"We know why." in now[1], "the same bytes are asked, others are answered"
    assert (find(b"GET /status/ HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + tag + b"\r\n\r\n") or (b"",))[0].startswith(
        b"HTTP/1.1 200"
    )
    for number in range(2 * KEPT):  # what readers send makes nothing grow
        assert find(b"GET /status/ HTTP/1.1\r\nHost: a\r\nX: %d\r\n\r\n" % number) == now


def test_nothing_private_and_nothing_without_approval_is_public(house: House, client: TestClient) -> None:
    secret = house.do("declare", title="A leak", private=True).incident
    with pytest.raises(Conflict):
        house.do("status", incident=secret, state="investigating", text=WORDS)
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    assert WORDS in client.get("/status/").text
    with house.application.uow() as uow:  # however it came about
        uow.tx.execute("UPDATE incidents SET private = 1 WHERE id = 'INC-1'")
        changed(uow)
    assert WORDS not in client.get("/status/").text and summary(client)["incidents"] == []


def test_words_and_names_that_cannot_be_public_are_refused_with_what_to_do(house: House) -> None:
    with pytest.raises(Invalid, match="not on the status page") as refused:
        house.do("status", incident="INC-1", state="investigating", text=WORDS, components=["ledger-db=major_outage"])
    assert "shop" in refused.value.hint and "ledger-db" not in refused.value.hint
    with pytest.raises(Invalid, match="says no state"):
        house.do("status", incident="INC-1", state="investigating", text=WORDS, components=["shop"])
    with pytest.raises(Invalid, match="no state of a component"):
        house.do("status", incident="INC-1", state="investigating", text=WORDS, components=["shop=broken"])
    with pytest.raises(Invalid, match="in the future"):
        house.do("status", incident="INC-1", state="investigating", text=WORDS, at="2099-01-01T00:00:00Z")
    with pytest.raises(Invalid, match="web address"):
        house.do("status", incident="INC-1", state="investigating", text=WORDS, link="javascript:alert(1)")


def test_the_proposal_keeps_everything_until_somebody_approves_it(database_url: str, tmp_path: Path) -> None:  # R8
    for house in opened(database_url, tmp_path, {**POLICY, "public_approval": ["grace"]}):
        house.do("declare", title="Checkout fails", service="shop")
        asked = {"text": WORDS, "components": ["shop=major_outage"], "impact": "critical", "title": "Payments fail"}
        proposed = house.do("status", actor="ben", incident="INC-1", state="investigating", **asked)
        with TestClient(create_app(house.stanch)) as client:
            assert summary(client)["incidents"] == []
            house.do("status", actor="grace", incident="INC-1", state="investigating", proposal=proposed.id)
            (incident,) = summary(client)["incidents"]
        assert (incident["impact"], incident["name"], incident["components"][0]["status"]) == (
            "critical",
            "Payments fail",
            "major_outage",
        )


def test_the_draft_follows_the_chosen_state_and_what_was_learned_comes_last(house: House, client: TestClient) -> None:
    house.do("status", incident="INC-1", state="investigating")
    assert "works normally again" in house.do("drafts", incident="INC-1", state="resolved")["customers"]["text"]
    assert "publish what we learned" in house.do("drafts", incident="INC-1", state="resolved")["customers"]["text"]
    with pytest.raises(Conflict, match="not published"):
        house.do("status", incident="INC-1", state="postmortem", text="A change went out too fast.")
    with house.application.uow() as uow:
        from stanch.timeline.facts.learn import PostmortemPublished

        uow.append("INC-1", PostmortemPublished())
    with pytest.raises(Conflict, match="not read yet that it is over"):
        house.do("status", incident="INC-1", state="postmortem", text="A change went out too fast.")
    house.do("status", incident="INC-1", state="resolved")
    asked = [each["key"] for each in house.do("show", incident="INC-1")["prompts"]]
    assert "public-postmortem" in asked
    house.do(
        "status",
        incident="INC-1",
        state="postmortem",
        text="A change went out too fast.",
        link="https://shop.example/review",
    )
    assert "https://shop.example/review" in client.get("/status/incidents/INC-1").text
    assert "public-postmortem" not in [each["key"] for each in house.do("show", incident="INC-1")["prompts"]]


def test_another_replica_draws_the_same_bytes(postgres_url: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = House(postgres_url, tmp_path / "a")
    second = replica(postgres_url, tmp_path / "b", first.clock)
    first.stanch.seed()
    first.do("declare", title="x", service="shop")
    with TestClient(create_app(first.stanch)) as one, TestClient(create_app(second.stanch)) as two:
        assert one.get("/status/").content == two.get("/status/").content
        first.do("status", incident="INC-1", state="investigating", text=WORDS)
        served_of(second, two).look()  # what its thread does twice a second
        assert (
            WORDS in two.get("/status/").text
            and one.get("/status/").headers["etag"] == two.get("/status/").headers["etag"]
        )
    for house in (first, second):
        house.application.database.close()


PAGES = {
    "public": {"title": "Shop", "services": ["shop"]},
    "mail": {"title": "Mail", "services": ["mails"], "hosts": ["mail.example"]},
    "team": {"title": "Team", "access": "members"},
    "partner": {"title": "Partner", "access": "token", "token_env": "PARTNER_TOKEN", "hosts": ["partner.example"]},
}


def test_several_pages_each_with_its_own_components_hosts_and_readers(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("PARTNER_TOKEN", "knock")
    for house in opened(database_url, tmp_path, {**POLICY, "services": SERVICES, "status_pages": PAGES}):
        house.stanch.seed()
        house.do("declare", title="x", service="mails")
        house.do("status", incident="INC-1", state="investigating", text="Mails come late.")
        with TestClient(create_app(house.stanch), follow_redirects=False) as client:
            assert "Mails come late" not in client.get("/status/").text and "Checkout" in client.get("/status/").text
            own = client.get("/", headers={"Host": "mail.example"})
            assert "Mails come late" in own.text and "Checkout" not in own.text
            assert (
                client.get("/api/v2/summary.json", headers={"Host": "mail.example:8080"}).json()["page"]["name"]
                == "Mail"
            )
            gone = client.get("/incidents/INC-9", headers={"Host": "mail.example", "Accept": "text/html"})
            assert (
                gone.status_code == 404
                and "There is no such page here" in gone.text
                and 'href="/index.html"' in gone.text
            )
            assert client.get("/api/v2/nothing.json", headers={"Host": "mail.example"}).json() == {"error": "not found"}
            assert client.get("/status/pages/team/").status_code == 404
            assert client.get("/status/pages/team/", headers=house.bearer("ada")).status_code == 200
            assert client.get("/status/pages/partner/?token=wrong").status_code == 404
            opened_once = client.get("/status/pages/partner/?token=knock")
            assert opened_once.status_code == 200 and "no-cache" in opened_once.headers["cache-control"]
            assert client.get("/status/pages/partner/api/v2/summary.json").status_code == 200  # by its cookie
            assert TestClient(client.app).get("/status/pages/partner/api/v2/summary.json").status_code == 404
            find = quick(served_of(house, client))
            assert find(b"GET / HTTP/1.1\r\nHost: mail.example\r\n\r\n") and not find(
                b"GET / HTTP/1.1\r\nHost: partner.example\r\n\r\n"
            )
            assert not find(b"GET /status/pages/team/ HTTP/1.1\r\nHost: a\r\n\r\n")


def test_the_watch_outlives_a_database_that_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """P7: the last bytes are served meanwhile, and what changed is seen when it is back."""
    pages = Served(house.stanch)
    pages.look()
    before = pages.drawn
    away = Mock(side_effect=Unavailable("The database did not answer."))
    with monkeypatch.context() as patched:
        patched.setattr(house.application.database, "select", away)
        pages.look()
    assert away.called and pages.sites and pages.drawn == before
    house.do("status", incident="INC-1", state="investigating", text=WORDS)
    pages.look()
    assert pages.drawn == before + 1
