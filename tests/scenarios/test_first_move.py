"""The list of what could be done, as a person meets it in an incident (R16, R23)."""

from pathlib import Path
from typing import Any

import pytest

from stanch.kernel.errors import Invalid
from tests.scenarios.house import POLICY, House, opened


def tool(name: str, kind: str = "custom", **more: Any) -> dict[str, Any]:
    return {"name": name, "title": name.replace("-", " ").capitalize(), "kind": kind, "adapter": "lever", "target": name,
            "run": {"argv": [name]}, "undo": {"argv": [f"un-{name}"]}, **more}  # fmt: skip


CHAIN = {
    "shop": {"name": "shop", "depends_on": ["auth"], "mitigations": [tool("guest-checkout", "degrade")]},
    "auth": {"name": "auth", "depends_on": ["db"], "mitigations": [tool("rollback", "rollback")]},
    "db": {"name": "db", "mitigations": [tool("kill-queries"), tool("rollback", "rollback")]},
    "blog": {"name": "blog", "mitigations": [tool("no-comments", "degrade")]},
}


@pytest.mark.parametrize("order", [["auth", "db"], ["db", "auth"]])
def test_the_toolkit_is_that_of_all_services_that_alert_and_of_their_dependants(
    order: list[str], tmp_path: Path
) -> None:
    for house in opened(f"sqlite:///{tmp_path}/stanch.db", tmp_path, {**POLICY, "hold": 0, "services": CHAIN}):
        for number, service in enumerate(order):
            house.alert(fingerprint=str(number), service=service, group="g")
        house.wait(seconds=5)
        lines = house.do("mitigations", incident="INC-1")
        assert {(line["service"], line["name"].rpartition(":")[2]) for line in lines} == {
            ("shop", "guest-checkout"), ("auth", "rollback"), ("db", "kill-queries"), ("db", "rollback"),
        }  # fmt: skip
        assert len({line["name"] for line in lines}) == 4, "each has a name of its own"


def test_while_a_run_is_watched_the_list_says_until_when_to_wait(house: House) -> None:
    house.alert()
    house.wait(seconds=65)
    house.gauge.values["errors"] = 0.2
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.settle()
    first, *others = house.do("mitigations", incident="INC-1")
    assert first["name"] == "wait" and first["title"].startswith("Wait until ") and first["wait_until"]
    assert "'Roll back the shop' was started at" in first["why"] and [line["place"] for line in others] == [2, 3]
    house.wait(minutes=5)
    assert house.do("mitigations", incident="INC-1")[0]["name"] != "wait"


def test_findings_have_their_place_in_the_record(house: House) -> None:
    house.do("declare", title="Checkout fails", service="shop")
    house.do("finding", incident="INC-1", about="spread", subject="zone-b", label="zone", percent=93)
    house.do("finding", incident="INC-1", about="dependency", subject="bank", state="down", text="their page says so")
    house.do("finding", incident="INC-1", about="change", subject="new-cart on", kind="flag", service="shop")
    house.do("finding", incident="INC-1", about="saturation", subject="broker disk", percent=97, service="broker")
    said = house.sentences()
    assert "93% of the errors are in zone zone-b" in said
    assert "Dependency bank is down: their page says so" in said
    assert "broker disk of broker is at 97% of its limit" in said
    assert house.do("mitigations", incident="INC-1")[0]["name"] == "drain-b"
    with pytest.raises(Invalid, match="label and the share"):
        house.do("finding", incident="INC-1", about="spread", subject="zone-b")


def test_a_flag_that_was_turned_is_recorded_as_such(house: House) -> None:
    house.do("deploy", service="shop", release="feature flag new-cart on")
    house.do("deploy", service="shop", release="v142", summary="fix the parsing of the configuration")
    house.do("deploy", service="shop", release="three nodes", kind="capacity")
    with house.application.reading() as uow:
        kinds = {row["release"]: row["kind"] for row in uow.tx.all("SELECT release, kind FROM deploys")}
    assert kinds == {"feature flag new-cart on": "flag", "v142": "release", "three nodes": "capacity"}


def test_what_got_better_and_is_not_good_yet_helped_in_part(house: House) -> None:
    house.alert()
    house.gauge.values["errors"] = 0.5
    house.wait(minutes=3)
    house.lever.then = lambda: house.gauge.values.update(errors=0.1)
    house.do("mitigate", incident="INC-1", mitigation="rollback", confirm="go")
    house.wait(minutes=2)
    run = next(iter(house.record().runs.values()))
    assert run.outcome == "helped" and run.partly
    assert any(
        line.startswith("It helped in part: ") and "still outside its bound" in line for line in house.sentences()
    )
