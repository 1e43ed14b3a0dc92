"""Six incidents, one for each shape of R6, with the evidence that each would leave: what an expert would do first is first.

All six have the same toolkit of eleven mitigations, so that the evidence alone makes the difference. The table in
``docs/explanation/ranking.md`` is written by this test: ``STANCH_WRITE_DOCS=1 pytest tests/scenarios/test_six_shapes.py``.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stanch.kernel.clock import MINUTE
from tests.scenarios.house import POLICY, House

PAGE = Path(__file__).parents[2] / "docs/explanation/ranking.md"
TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- /table -->)", re.DOTALL)


def tool(name: str, title: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "title": title, "kind": kind, "adapter": "lever", "target": more.pop("target", "shop"),
        "run": {"argv": [name]}, "undo": {"argv": [f"un-{name}"]}, **more,
    }  # fmt: skip


TOOLKIT = [
    tool("rollback", "Roll the shop back to the release before", "rollback", effect_seconds=90, undo_seconds=90),
    tool("pause-rollout", "Pause the rollout", "cluster", reversibility="instant", helps=["crash-on-deploy"], effect_seconds=5, undo_seconds=5),
    tool("flag-off", "Switch the new checkout off", "feature_flag", reversibility="instant", blast_radius="component",
         feature="new-checkout", users_lose="the new checkout",
         effect_seconds=15, undo_seconds=15),
    tool("drain-zone-a", "Move all traffic away from zone-a", "traffic_shift", reversibility="instant", blast_radius="zone", zone="zone-a",
         effect_seconds=5, undo_seconds=5),
    tool("drain-zone-b", "Move all traffic away from zone-b", "traffic_shift", reversibility="instant", blast_radius="zone", zone="zone-b",
         effect_seconds=5, undo_seconds=5),
    tool("scale-out", "Add half as many instances", "scale", effect_seconds=120, undo_seconds=60, risk="more instances ask more of what they depend on"),
    tool("queue-payments", "Take orders, collect the money later", "degrade", reversibility="instant",
         users_lose="the immediate confirmation of their payment",
         helps=["rate-limits"], effect_seconds=10, undo_seconds=10),
    tool("pause-batch", "Pause the batch workers", "custom", reversibility="instant", blast_radius="component",
         helps=["database-connections"], effect_seconds=10, undo_seconds=10),
    tool("renew-certificate", "Put the newest certificate in place and reload", "custom", blast_radius="component", helps=["expired-certificate"], effect_seconds=60),
    tool("restore-rules", "Put the firewall's rules back as they were this morning", "custom", blast_radius="zone", helps=["firewall-rule"], effect_seconds=30),
    tool("restart", "Restart all instances", "cluster", reversibility="none", effect_seconds=120, destroys=["what the processes know"]),
]  # fmt: skip
SERVICE = {
    **POLICY["services"]["shop"],
    "mitigations": TOOLKIT,
    "probes": [{"name": "certificate", "url": "shop.example.org:443", "kind": "tls", "every": 3600}],
    "breakdowns": [
        {"label": "zone", "source": "gauge", "query": "by zone"},
        {"label": "version", "source": "gauge", "query": "by version"},
    ],
    "saturation": [
        {"name": "database connections in use", "source": "gauge", "query": "pool", "below": 90, "unit": " %"}
    ],
}
SIX = {**POLICY, "hold": 0, "services": {"shop": SERVICE}}
EVEN = {"zone-a": 0.21, "zone-b": 0.2}


class Shape(msgspec.Struct):
    """A scripted incident. ``evidence``: in words, for the table. ``play``: what the world shows."""

    title: str
    evidence: str
    play: Callable[[House], None]
    first: str
    because: str


def measured(
    house: House, zones: dict[str, float] = EVEN, versions: dict[str, float] | None = None, pool: float = 40
) -> None:
    house.gauge.spreads = {"by zone": zones, "by version": versions or {"v141": 0.2}}
    house.gauge.values.update(errors=0.2, pool=pool)


def deploy(house: House, release: str, minutes: int, **more: Any) -> None:
    house.clock.moment -= minutes * MINUTE
    house.do("deploy", service="shop", release=release, **more)
    house.clock.moment += minutes * MINUTE


def crash(house: House) -> None:
    deploy(house, "v142", 11, previous="v141")
    measured(house, versions={"v142": 0.95, "v141": 0.002})
    house.alert(name="Crashing", summary="back-off restarting failed container")


def certificate(house: House) -> None:
    deploy(house, "v141", 50)
    measured(house)
    house.alert(name="Probe certificate", summary="the certificate ended 3 min ago", probe="certificate")


def rate_limits(house: House) -> None:
    measured(house)
    house.alert(name="PaymentsFailing", summary="the bank answers 429 Too Many Requests")


def firewall(house: House) -> None:
    deploy(house, "v142", 45, previous="v141")
    measured(house, versions={"v142": 0.2, "v141": 0.19})
    house.alert(name="PartnerUnreachable", summary="no route to host since the firewall change")


def connections(house: House) -> None:
    measured(house, pool=99)
    house.alert(name="DatabaseRefuses", summary="FATAL: sorry, too many clients already")


def zone_power(house: House) -> None:
    deploy(house, "v142", 55, previous="v141")
    measured(house, zones={"zone-a": 0.002, "zone-b": 0.9}, versions={"v142": 0.45, "v141": 0.44})
    house.alert(fingerprint="a", name="InstancesGone", summary="half of the instances do not answer", zone="zone-b")
    house.alert(fingerprint="b", name="DiskArrayGone", summary="power loss reported", zone="zone-b")


SHAPES = [
    Shape("A crash on deploy", "v142 went out 11 min before; almost all errors are in v142", crash, "rollback",
          "shop v142 went out 11 min before onset"),
    Shape("An expired certificate", "the TLS probe fails; v141 went out 50 min before; errors everywhere alike", certificate, "renew-certificate",
          "a TLS probe fails, and this is a first move for that"),
    Shape("A third party's rate limits", "the bank answers 429; no deploy; capacity left", rate_limits, "queue-payments",
          "429 Too Many Requests”, and this is a first move for that"),
    Shape("A firewall rule", "no route to a partner; v142 went out 45 min before, and v141 fails as well", firewall, "restore-rules",
          "and this is a first move for that"),
    Shape("Database connections", "too many clients; the pool is at 99 %; no deploy", connections, "pause-batch",
          "too many clients already”, and this is a first move for that"),
    Shape("A zone's power", "nearly all errors in zone-b, both releases alike; v142 went out 55 min before", zone_power, "drain-zone-b",
          "over 99% of the errors are in zone-b"),
]  # fmt: skip


@pytest.fixture
def six(database_url: str, tmp_path: Path) -> Any:
    from tests.scenarios.house import opened

    yield from opened(database_url, tmp_path, SIX)


def ranked(house: House, shape: Shape) -> list[dict[str, Any]]:
    shape.play(house)
    house.wait(seconds=40)
    found: list[dict[str, Any]] = house.do("mitigations", incident="INC-1")
    assert len(found) == len(TOOLKIT)
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.title)
def test_the_experts_first_choice_is_ranked_first_with_the_right_reason(six: House, shape: Shape) -> None:
    lines = ranked(six, shape)
    assert lines[0]["name"] == shape.first, [(line["name"], line["why"]) for line in lines[:3]]
    assert shape.because.lower() in lines[0]["why"].lower()
    assert all(line["why"].endswith(".") and line["would_move"].endswith(".") for line in lines)
    if shape.first != "pause-batch":
        assert "no saturation" in next(line["why"] for line in lines if line["name"] == "scale-out").lower()


def test_a_release_that_cannot_be_rolled_back_cleanly_is_flagged_before_anyone_does(six: House) -> None:
    deploy(six, "v142", 11, previous="v141", irreversible=True, reason="it dropped the column 'coupon'")
    measured(six)
    six.alert()
    six.wait(seconds=40)
    lines = six.do("mitigations", incident="INC-1")
    back = next(line for line in lines if line["name"] == "rollback")
    assert back["place"] > 3
    assert "v142 cannot be rolled back cleanly: it dropped the column 'coupon'" in back["cautions"]


def test_a_database_out_of_connections_is_no_reason_to_scale(six: House) -> None:
    lines = ranked(six, SHAPES[4])
    scale = next(line for line in lines if line["name"] == "scale-out")
    assert scale["place"] > 5
    assert "each new instance brings connections of its own" in scale["why"]


def test_the_table_in_the_documentation_is_what_the_ranking_says(tmp_path: Path) -> None:
    from tests.scenarios.house import opened

    rows = ["| shape | evidence | first, and why | second | scaling stands at |", "|---|---|---|---|---|"]
    for number, shape in enumerate(SHAPES):
        folder = tmp_path / str(number)
        folder.mkdir()
        for house in opened(f"sqlite:///{folder}/stanch.db", folder, SIX):
            lines = ranked(house, shape)
        first, second = lines[0], lines[1]
        scale = next(line["place"] for line in lines if line["name"] == "scale-out")
        rows.append(
            f"| {shape.title} | {shape.evidence} | **{first['title']}.** {first['why']} | {second['title']} | {scale} of {len(lines)} |"
        )
    table = "\n".join(rows) + "\n"
    page = PAGE.read_text()
    if os.environ.get("STANCH_WRITE_DOCS"):
        PAGE.write_text(TABLE.sub(lambda m: m[1] + table + m[2], page))
        return
    found = TABLE.search(page)
    assert found and found[0] == f"<!-- table -->\n{table}<!-- /table -->", "STANCH_WRITE_DOCS=1 writes it"
