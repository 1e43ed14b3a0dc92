"""An action keeps what came of it when another service of the incident changes its name (R16, R23)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Denied
from stanch.mitigate.commands import to_undo, undoing
from stanch.mitigate.history import own_runs
from stanch.mitigate.survey import newest, tools
from stanch.ports import Preview
from tests.scenarios.house import POLICY, House, opened

SHOP = POLICY["services"]["shop"]
DRAIN = SHOP["mitigations"][1]
OF_CATALOG = {**DRAIN, "target": "catalog in zone-b", "run": {"argv": ["drain", "catalog"]}, "allowed": ["grace"]}
TWO: dict[str, Any] = {
    **POLICY,
    "services": {"shop": SHOP, "catalog": {"name": "catalog", "title": "Catalog", "mitigations": [OF_CATALOG]}},
}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The shop's drain was run and changed nothing; then the catalog, which has one of the same name, comes first."""
    for house in opened(database_url, tmp_path, TWO):
        house.gauge.values["errors"] = 0.3
        house.lever.seen = Preview("would drain", pinned={"argv": ["drain", "as looked at"]})
        house.do("declare", title="Checkout fails", service="shop")
        house.do("ack", incident="INC-1")
        house.do("criteria", incident="INC-1", propose=True)
        house.wait(seconds=60)
        house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="go")
        house.wait(seconds=60)
        yield house


def rename(house: House) -> None:
    house.do("service", incident="INC-1", service="catalog")
    house.do("service", incident="INC-1", service="shop", remove=True)
    house.do("service", incident="INC-1", service="shop")


def lines(house: House) -> dict[str, Any]:
    return {line["name"]: line for line in house.do("mitigations", incident="INC-1")}


def test_what_changed_nothing_stays_so_under_its_new_name_and_only_there(house: House) -> None:
    assert "tried in this incident already" in " ".join(lines(house)["drain-b"]["reasons"])
    house.do("say", incident="INC-1", text="zone-b errors are as before")
    rename(house)
    found = lines(house)
    assert "tried in this incident already: it changed nothing" in " ".join(found["shop:drain-b"]["reasons"])
    assert "tried in this incident" not in " ".join(found["drain-b"]["reasons"]), "the catalog's own was never run"
    assert found["shop:drain-b"]["standing"] != "supported"
    assert "zone-b errors" not in " ".join(found["shop:drain-b"]["reasons"]), "said after it was run"


def test_what_was_taken_back_may_be_tried_again_under_its_new_name(house: House) -> None:
    house.do("undo", incident="INC-1", confirm="back")
    house.wait(seconds=10)
    rename(house)
    assert "tried in this incident" not in " ".join(lines(house)["shop:drain-b"]["reasons"])


def test_the_dry_run_of_one_service_is_never_that_of_another(house: House) -> None:
    with house.application.reading() as uow:
        at_hand = {
            tool.mitigation.name: tool.mitigation.run
            for tool in tools(uow.record("INC-1"), uow.policy, newest(uow, "INC-1"))
        }
    assert at_hand["drain-b"] == {"argv": ["drain", "as looked at"]}
    rename(house)
    with house.application.reading() as uow:
        at_hand = {
            tool.mitigation.name: tool.mitigation.run
            for tool in tools(uow.record("INC-1"), uow.policy, newest(uow, "INC-1"))
        }
    assert at_hand["drain-b"] == {"argv": ["drain", "catalog"]}, "nobody has looked at the catalog's yet"
    assert at_hand["shop:drain-b"] == {"argv": ["drain", "as looked at"]}


def test_who_may_undo_is_what_its_own_service_says(house: House) -> None:
    rename(house)
    with house.application.reading() as uow:
        record = uow.record("INC-1")
        run = to_undo(record, "")
        tool, arguments = undoing(uow, record, run)
        runs = own_runs(uow, record, tools(record, uow.policy, newest(uow, "INC-1")))
    assert (tool.service, tool.mitigation.allowed, arguments) == ("shop", [], {"argv": ["restore"]})
    assert list(runs) == ["shop:drain-b"] and runs["shop:drain-b"] == [run]
    with pytest.raises(Denied):
        house.do("mitigate", incident="INC-1", mitigation="drain-b", confirm="the catalog's is guarded")
    house.do("undo", incident="INC-1", confirm="back")
