"""Signals are told apart by disposition, state, service, sender and reason (R1)."""

from starlette.testclient import TestClient

from stanch.web.app import create_app
from tests.scenarios.house import House


def test_each_facet_narrows_the_list_and_is_taken_off_again(house: House) -> None:
    house.alert(fingerprint="a", name="ShopDown", service="shop")
    house.alert(fingerprint="b", name="DiskFull", service="db", severity="info")
    house.alert(fingerprint="c", name="ShopSlow", service="shop", firing=False)
    house.wait(minutes=3, step=30)
    rows = house.do("signals")
    for name, column in (("service", "service"), ("disposition", "disposition"), ("state", "state"), ("why", "reason")):
        for value in {row[column] for row in rows if row[column]}:
            found = {row["fingerprint"] for row in house.do("signals", **{name: value})}
            assert found == {row["fingerprint"] for row in rows if row[column] == value}, (name, value)
    assert house.do("signals", origin="nobody") == [] and len(house.do("signals", origin="prometheus")) == 3
    client, headers = TestClient(create_app(house.stanch)), house.bearer("carl")
    page = client.get("/signals?service=shop&state=firing", headers=headers).text
    assert "ShopDown" in page and "DiskFull" not in page and "ShopSlow" not in page
    assert 'href="/signals?state=firing"' in page  # the chosen service is taken off
    assert "No signal is of this kind" in client.get("/signals?service=none", headers=headers).text
    assert client.get("/signals?disposition=x&state=y&service=%27%22%3E", headers=headers).status_code == 200
