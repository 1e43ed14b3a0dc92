"""Plays incidents with every kind of entry and writes the database down: ``python -m tests.scenarios.write_database NAME``.

A database that was written is never written again: it is what an earlier release left behind.
"""

import itertools
import secrets
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec

from stanch.kernel.clock import DAY
from stanch.ports import Failed
from tests.scenarios.house import POLICY, House

FOLDER = Path(__file__).parents[1] / "data/databases"
WATCHED: dict[str, Any] = {**POLICY, "public_approval": ["communications_lead", "grace"]}


def whole_incident(house: House) -> None:
    """INC-1: from the first alert to the answer of the three-week question."""
    house.do("deploy", service="shop", release="v2", previous="v1")
    house.wait(minutes=4)
    house.gauge.values["errors"] = 0.3
    house.alert(region="eu", link="https://prometheus.example.org/graph")
    house.wait(seconds=70)
    house.alert(fingerprint="f2", name="Latency", summary="p99 is 4 s")
    house.wait(seconds=70)
    do = _for(house, "INC-1")
    do("answer", question="real", text="Yes, two people saw it")
    do("impact", text="3 of 10 checkouts fail", core_function_down="true", users_percent="30", data_at_risk=True)
    house.wait(minutes=6, step=20)
    do("ack", actor="ben")
    do("severity", severity="SEV-2", reason="others can still pay")
    do("role", role="incident_commander")
    do("role", role="scribe", person="ben")
    do("hypothesis", text="v2 broke the cart")
    do("hypothesis", text="The database is slow", standing="open")
    do("say", text="Zone a looks bad")
    do("say", text="Zone b looks bad", corrects=house.record("INC-1").entries)
    do("decline", key="impact", reason="asked twice")
    do("criteria", propose=True)
    _mitigate_inc_1(house, do)
    _recover_inc_1(house, do)
    _learn_inc_1(house, do)


def _mitigate_inc_1(house: House, do: Callable[..., Any]) -> None:
    do("phase", phase="mitigate", reason="users cannot pay")
    do("timebox", question="Does a restart help?", minutes=5, owner="ben", fallback="Drain zone-b")
    do("timebox", timebox="TB1", minutes=5, extend="the restart runs")
    do("timebox", timebox="TB1", answer="No")
    do("timebox", question="Is it zone b?", minutes=5, fallback="Drain it", mitigation="drain-b")
    do("mitigate", mitigation="drain-b", timebox="TB2", confirm="timebox TB2", hypothesis="H2")
    house.wait(seconds=40)
    do("undo", run=next(iter(house.record("INC-1").runs)), confirm="yes")
    house.wait(seconds=40)
    house.lever.answer = Failed("the load balancer said no", again=False)
    do("mitigate", mitigation="drain-b", confirm="again")
    house.wait(seconds=20)
    house.lever.answer = "done"
    do("timebox", question="Will it end by itself?", minutes=5, fallback="Roll back")
    do("timebox", timebox="TB3", fall_back=True)
    house.lever.then = lambda: house.gauge.values.pop("errors", None)
    started = do("mitigate", actor="ben", mitigation="rollback", confirm="roll back", hypothesis="H1")
    assert started.message.startswith("Started"), started
    house.wait(seconds=35)
    house.gauge.values["errors"] = 0.001
    house.lever.then = None
    house.wait(seconds=60)


def _recover_inc_1(house: House, do: Callable[..., Any]) -> None:
    do("update", text="v2 is rolled back", next_in="30")
    do("status", actor="ben", state="monitoring", text="Paying works again for most of you.")
    do("status", actor="grace", state="monitoring", proposal="P1")
    do("phase", phase="resolve", reason="rollback helped")
    house.wait(seconds=20)
    house.gauge.values["errors"] = 0.2
    house.wait(seconds=20)
    house.gauge.values["errors"] = 0.001
    house.wait(seconds=90)
    house.alert(firing=False)
    house.wait(minutes=10, step=20)
    do("resolve", cause_unknown=True, reason="stable")
    do("reopen", reason="it came back")
    do("resolve", override=True, reason="a false alarm")
    do("status", actor="grace", state="resolved", text="Paying works again.")
    do("close", reason="nothing is urgent")


def _learn_inc_1(house: House, do: Callable[..., Any]) -> None:
    do("postmortem", request="it cost us money")
    for part in ("summary", "impact", "factors", "whys", "lessons"):
        text = "\n".join(f"- {n}. {part}: 30% of buyers for {n} minutes; the canary was too short" for n in range(1, 6))
        do("postmortem", part=part, text=text)
    do("action", title="Canary every release", owner="ben", test="A broken release stops in the canary")
    do("action", title="Buy a bigger database", owner="ada", test="none")
    do("action", item="A2", dropped=True, note="it was not the database")
    do("postmortem", publish=True)
    house.wait(days=26, step=86400)
    do("action", actor="ben", item="A1", answer="half of the services have it")
    do("action", actor="ben", item="A1", done=True)


def other_incidents(house: House) -> None:
    """INC-2 concluded, INC-3 private, INC-4 waits for working hours, INC-5 merged into it, INC-6 with an unknown run."""
    house.clock.moment += DAY // 2
    house.do("investigate", title="Odd log lines", service="shop", owner="ben")
    house.wait(minutes=61, step=120)
    house.do("decline", actor="ben", incident="INC-2", key="investigation:1", reason="five more minutes")
    house.do("conclude", actor="ben", incident="INC-2", text="A test left them")
    house.do("declare", title="A leak of addresses", private=True, severity="SEV-1", impact="addresses are readable")
    house.wait(minutes=1)
    house.do("ack", incident="INC-3")
    house.do("declare", title="Slow search", service="shop", severity="SEV-3")
    house.wait(minutes=1)
    house.do("declare", title="Search times out", service="shop")
    house.do("merge", incident="INC-5", into="INC-4", reason="one cause")
    house.do("declare", title="The cart forgets", service="shop", severity="SEV-2")
    house.alert(fingerprint="f6", name="CartEmpty", group="cart")
    house.do("triage", fingerprint="f6", disposition="incident", reason="seen by people")
    house.do("triage", fingerprint="f6", disposition="noise", reason="a rehearsal")
    house.lever.then = _lost
    house.do("mitigate", incident="INC-6", mitigation="rollback", confirm="yes")
    try:
        house.settle()
    except KeyboardInterrupt:
        house.lever.then = None
        house.crash()
    house.wait(minutes=12, step=30)


def _lost() -> None:
    raise KeyboardInterrupt


def _for(house: House, incident: str) -> Callable[..., Any]:
    return lambda name, **values: house.do(name, incident=incident, **values)


def main(name: str) -> None:
    """Write ``NAME.sql`` and the policy and moment it was read under; refuses to replace one."""
    target = FOLDER / f"{name}.sql"
    if target.exists():
        sys.exit(f"{target} is there: choose another name")
    count = itertools.count(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(secrets, "token_hex", side_effect=lambda _n: f"{next(count):010x}"),
    ):
        path = Path(folder) / "stanch.db"
        house = House(f"sqlite:///{path}", Path(folder), WATCHED)
        whole_incident(house)
        other_incidents(house)
        house.application.database.close()
        with sqlite3.connect(path) as raw:
            target.write_text("\n".join(raw.iterdump()) + "\n")
    about = {"read_at": house.clock.moment + 60_000_000, "policy": WATCHED}
    (FOLDER / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(about)) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
