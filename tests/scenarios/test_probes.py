"""What a probe sees becomes a signal, as urgent as it is (R6, R13)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy
from stanch.ports import ProbeAnswer
from stanch.prepare.catalog import mistakes
from stanch.prepare.yaml_file import convert
from tests.scenarios.house import POLICY, House, opened

SHOP = {
    **POLICY["services"]["shop"],
    "probes": [{"name": "certificate", "url": "shop.example.org:443", "every": 3600, "failures": 2}],
}


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    for house in opened(database_url, tmp_path, {**POLICY, "services": {"shop": SHOP}}):
        house.stanch.seed()
        yield house


def sees(house: House, ok: bool, detail: str = "", urgent: bool = True) -> None:
    house.door.check = lambda probe: ProbeAnswer(ok, detail, 1.0, urgent=urgent)  # type: ignore[method-assign]


def test_a_certificate_that_ends_in_ten_days_is_a_ticket_and_wakes_nobody_until_it_is_renewed(house: House) -> None:
    sees(house, False, "the certificate ends in 10 days", urgent=False)
    house.wait(hours=5, step=600)
    (signal,) = house.do("signals")
    assert (signal["disposition"], signal["state"]) == ("ticket", "firing")
    assert "the certificate ends in 10 days" in signal["summary"]
    assert house.pager.sent == [] and house.do("incidents") == []
    sees(house, True, "the certificate ends in 90 days")
    house.wait(hours=2, step=600)
    assert [s["state"] for s in house.do("signals")] == ["resolved"]


def test_when_it_comes_to_a_head_somebody_is_woken_and_one_slip_before_that_wakes_nobody(house: House) -> None:
    sees(house, False, "the certificate ends in 4 days", urgent=False)
    house.wait(hours=5, step=600)
    sees(house, False, "no connection: refused")
    house.wait(hours=1, step=600)
    assert house.do("incidents") == []
    sees(house, False, "the certificate ends in 3 days", urgent=False)
    house.wait(hours=1, step=600)
    sees(house, False, "the certificate ends in 2 days")
    house.wait(hours=3, step=600)
    assert [i["id"] for i in house.do("incidents")] == ["INC-1"]
    assert {(s["state"], s["disposition"]) for s in house.do("signals")} == {
        ("firing", "incident"),
        ("resolved", "ticket"),
    }


@pytest.mark.parametrize(
    ("kind", "url", "says"),
    [
        ("tcp", "db.example.org", "no address with a port"),
        ("tls", "https://shop.example.org", "no address with a port"),
        ("http", "shop.example.org:80", "is not a web address"),
        ("dns", "https://shop.example.org", "is no name"),
    ],
)
def test_an_address_that_does_not_fit_its_kind_is_said_when_the_catalog_is_read(kind: str, url: str, says: str) -> None:
    shop = {"name": "shop", "probes": [{"name": "door", "url": url, "kind": kind}]}
    (found,) = mistakes(convert({"services": {"shop": shop}}, Policy, "test"))
    assert found.startswith(f"shop: the {kind} probe 'door'") and says in found


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match="kind"):
        convert(
            {"services": {"s": {"name": "s", "probes": [{"name": "d", "url": "x", "kind": "smtp"}]}}}, Policy, "test"
        )
