"""A service is added to an incident that goes on, and taken out again: what follows from it (R2, R3, R14, R16, R33, R41, R50)."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.communicate.status_page import snapshots
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.learn import postmortem
from stanch.web.app import create_app
from tests.reading_pages import as_read
from tests.scenarios.house import POLICY, House, opened
from tests.scenarios.test_true_sentences import TestClient

SEARCH = {
    "name": "search", "title": "Search", "public_name": "Find", "escalation": "searchers",
    "criteria": [{"name": "answers", "source": "gauge", "query": "search", "below": 2}],
    "mitigations": [{"name": "reindex", "title": "Build the index anew", "kind": "custom", "adapter": "lever", "target": "search",
                     "run": {"argv": ["index"]}, "observe_seconds": 30}],
}  # fmt: skip
COMPANY: dict[str, Any] = {
    **copy.deepcopy(POLICY),
    "services": {
        **copy.deepcopy(POLICY["services"]),
        "search": SEARCH,
        "ledger": {"name": "ledger", "title": "Ledger"},
    },
    "escalation": {**POLICY["escalation"], "searchers": {"steps": [{"notify": ["grace"], "wait": 300}]}},
}
NONE_MARKED = "No component of the status page is marked: INC-1 names no service."


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    yield from opened(database_url, tmp_path, COMPANY)


def degraded(house: House) -> set[str]:
    """What customers see: the components that are not operational, by their names."""
    with house.application.reading() as uow:
        (page,) = snapshots(uow, "http://stanch.example.org")
    return {each.name for each in page.components if each.state != "operational"}


def woken(house: House) -> list[str]:
    house.settle()
    return [to for to, _ in house.pager.sent]


def tools(house: House) -> set[str]:
    return {each["name"] for each in house.do("mitigations", incident="INC-1")}


def summary(house: House) -> str:
    with house.application.reading() as uow:
        return postmortem.draft(uow.record("INC-1"), uow.entries("INC-1"), uow.policy)["summary"]


def test_a_post_that_marks_no_component_says_so_and_what_to_do(house: House) -> None:  # R33
    house.do("declare", title="Something is slow", severity="SEV-2")
    done = house.do("status", incident="INC-1", state="investigating", text="Some pages are slow.")
    assert NONE_MARKED in done.message and "'stanch service INC-1 NAME'" in done.hint and "--components" in done.hint
    assert degraded(house) == set()
    done = house.do("service", incident="INC-1", service="Find")
    assert "The status page shows 'Find' as degraded from the first post on." in done.message
    assert degraded(house) == {"Find"}
    assert "No component" not in house.do("status", incident="INC-1", state="identified", text="Still slow.").message
    house.do("service", incident="INC-1", service="shop")
    assert degraded(house) == {"Find", "Checkout"}
    house.do("status", incident="INC-1", state="resolved", text="All is well since 15:00 UTC.", unchecked=True)
    assert degraded(house) == set()
    house.do("declare", title="Books", service="ledger", severity="SEV-2")
    said = house.do("status", incident="INC-2", state="investigating", text="Some pages are slow.").message
    assert "No component of the status page is marked: ledger has no public name." in said
    named = house.do(
        "status", incident="INC-2", state="identified", text="Some pages are slow.", components=["shop=partial_outage"]
    )
    assert "No component" not in named.message and degraded(house) == {"Checkout"}


def test_what_follows_from_a_service_that_is_added(house: House) -> None:  # R2, R16, R41
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-1")
    assert woken(house) == ["ada"]
    assert tools(house) == {"rollback", "drain-b"}
    done = house.do("service", incident="INC-1", service="SEARCH")
    assert done.message == "INC-1 affects search. Paging Grace, by 'searchers'."
    assert woken(house) == ["ada", "grace"]
    assert tools(house) == {"rollback", "drain-b", "reindex"}
    house.do("criteria", incident="INC-1", propose=True)
    assert {c["name"] for c in house.do("show", incident="INC-1")["criteria"]} == {"error rate", "answers"}
    shown = house.do("show", incident="INC-1")
    assert (shown["service"], shown["services"]) == ("shop", ["shop", "search"])
    assert [row["id"] for row in house.do("similar", incident="INC-1")] == []
    # An alert on the service that was added belongs to the incident, and opens no other one.
    house.alert(fingerprint="s1", service="search", name="Slow")
    house.wait(minutes=2)
    assert [i["id"] for i in house.do("incidents")] == ["INC-1"] and "s1" in house.record().signals
    house.crash()
    assert house.record().services() == ["shop", "search"]
    done = house.do("service", incident="INC-1", service="ledger")
    assert "Nobody more is paged: its on-call was paged already." in done.message


def test_a_severity_that_pages_nobody_pages_nobody_and_says_so(house: House) -> None:  # R2
    house.do("declare", title="Checkout is slow", service="shop", severity="SEV-4")
    done = house.do("service", incident="INC-1", service="search")
    assert done.message == "INC-1 affects search. SEV-4 pages nobody."
    assert done.hint == "'stanch page INC-1 --escalation searchers' pages them all the same."
    assert woken(house) == []
    house.do("page", incident="INC-1", escalation="searchers")
    assert woken(house) == ["grace"]


def test_what_was_added_by_mistake_is_taken_out(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-4")
    house.do("status", incident="INC-1", state="investigating", text="Some customers cannot pay.")
    house.do("service", incident="INC-1", service="search")
    assert degraded(house) == {"Checkout", "Find"}
    assert house.do("service", incident="INC-1", service="search", remove=True).message.startswith(
        "INC-1 does not affect search any more."
    )
    assert degraded(house) == {"Checkout"} and "reindex" not in tools(house)
    house.do("service", incident="INC-1", service="search")
    house.do("service", incident="INC-1", service="shop", remove=True)
    record = house.record()
    assert (record.service, record.also) == ("search", []), "the next one is the main one now"
    assert [row["service"] for row in house.do("incidents")] == ["search"]
    house.do("service", incident="INC-1", service="search", remove=True)
    assert house.record().services() == [] and house.do("show", incident="INC-1")["service"] == ""
    assert house.sentences()[-2:] == ["shop is not affected after all", "search is not affected after all"]


def test_several_are_added_and_taken_out_at_once_or_none(house: House) -> None:  # R16
    house.do("declare", title="Checkout fails", severity="SEV-4")
    before = house.record().entries
    for text, unknown in (("search serch ledger", "serch"), ("zzz ledger", "zzz"), ("zzz yyy", "zzz yyy")):
        with pytest.raises(Invalid, match=f"no service '{unknown}'"):
            house.do("service", incident="INC-1", service=text)
    assert house.record().entries == before, "all or nothing"
    done = house.do("service", incident="INC-1", service="find, Checkout search")
    assert house.record().services() == ["search", "shop"] and done.message.count("INC-1 affects") == 2
    with pytest.raises(Conflict, match="affects shop already"):
        house.do("service", incident="INC-1", service="ledger shop")
    with pytest.raises(NotFound, match="does not affect 'ledger'"):
        house.do("service", incident="INC-1", service="shop ledger", remove=True)
    assert house.record().services() == ["search", "shop"]
    done = house.do("service", incident="INC-1", service="shop search", remove=True)
    assert done.message == "INC-1 does not affect shop or search any more." and house.record().services() == []


def test_what_cannot_be_added_or_taken_out_is_refused(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop", severity="SEV-4")
    before = house.record().entries
    with pytest.raises(Invalid, match="no service 'serch'") as refused:
        house.do("service", incident="INC-1", service="serch")
    assert refused.value.hint == "Did you mean 'search'?"
    with pytest.raises(Invalid, match="no service 'zzz'") as refused:
        house.do("service", incident="INC-1", service="zzz")
    assert refused.value.hint == "It has: ledger, search, shop."
    with pytest.raises(Conflict, match="affects shop already"):
        house.do("service", incident="INC-1", service="Shop")
    with pytest.raises(NotFound, match="does not affect 'search'") as absent:
        house.do("service", incident="INC-1", service="search", remove=True)
    assert absent.value.hint == "It affects: shop."
    with pytest.raises(NotFound):
        house.do("service", incident="INC-9", service="search")
    assert house.record().entries == before


def test_a_similar_incident_is_found_by_any_of_its_services(house: House) -> None:  # R50
    house.do(
        "declare",
        title="Elasticsearch queries for products are timing out everywhere",
        service="ledger",
        severity="SEV-4",
    )
    house.do("service", incident="INC-1", service="search")
    house.do("resolve", incident="INC-1", override=True, reason="over")
    house.do("declare", title="Elasticsearch queries for products are timing out", service="search", severity="SEV-4")
    (found,) = house.do("similar", incident="INC-2")
    assert found["incident"] == "INC-1" and "ame service (search)" in str(found)


def test_page_and_api_add_and_take_out(house: House) -> None:
    house.do("declare", title="Something is slow", severity="SEV-4")
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        client.headers.update({**house.bearer("ada"), "Origin": "http://testserver"})
        html = {"Accept": "text/html"}
        page = as_read(client.get("/incidents/INC-1", headers=html).text)
        assert "No service is named" in page and NONE_MARKED in page
        form = {"incident": "INC-1", "service": "search"}
        assert client.post("/do/service", data=form).status_code == 303
        page = as_read(client.get("/incidents/INC-1", headers=html).text)
        assert 'href="/services/search"' in page and NONE_MARKED not in page and "Not affected: Search" in page
        added = client.post("/api/v1/incidents/INC-1/services", json={"service": "ledger"})
        assert added.status_code == 200 and client.get("/api/v1/incidents/INC-1").json()["services"] == [
            "search", "ledger"
        ]  # fmt: skip
        refused = client.post("/api/v1/incidents/INC-1/services", json={"service": "nope"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/service")
        gone = client.post("/do/service", data={**form, "remove": "true"})
        assert gone.status_code == 303 and house.record().services() == ["ledger"]


def test_a_declared_service_that_the_catalog_does_not_have_is_said(house: House) -> None:
    said = house.do("declare", title="Search fails", service="serch", severity="SEV-4").message
    assert said == (
        "INC-1 declared: Search fails. The catalog has no service 'serch' (did you mean 'search'?), "
        "so nothing follows from its name."
    )
    house.do("service", incident="INC-1", service="search")
    house.do("service", incident="INC-1", service="serch", remove=True)
    assert house.record().services() == ["search"]
    assert "Search is affected: Search fails." in summary(house)
    house.do("service", incident="INC-1", service="shop")
    assert "Search and Shop are affected: Search fails." in summary(house)
