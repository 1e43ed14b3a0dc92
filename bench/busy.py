"""A busy evening of the example organisation: an open incident of so many entries, and others open beside it."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from stanch.demo.year.full import play, playing
from stanch.demo.year.organisation import values
from stanch.demo.year.playing import Player
from stanch.kernel.clock import MINUTE, SystemClock
from stanch.kernel.policy import Mitigation
from stanch.mitigate.survey import CapacityReading, Offer, Survey
from stanch.ports import Extent, Preview

EARLIER, OTHERS = 4, 6
SAID = (
    "The error rate of {service} is {n} % in zone-b and half of that in zone-a.",
    "Looked at the pods of {service}: two of six restart every four minutes, out of memory.",
    "The queue of {service} has grown to {n}00 messages; consumers time out after 30 s.",
    "Support has {n} tickets by now: customers see 'try again later' when they pay.",
    "Payments by invoice work, cards of one provider do not. Its status page says nothing.",
    "Compared the settings of v213 and v214: the timeout to the payments API went from 10 s to 3 s.",
    "Database connections are at {n} of 100; the slow query log has nothing new.",
)
SPEAKERS = ("ada", "ben", "grace", "mei", "jonas", "tomas", "lena")


def write(folder: Path, port: int, database_url: str) -> Path:
    """The configuration: that of the example organisation, on this database, with systems that offer mitigations."""
    folder.mkdir(parents=True, exist_ok=True)
    nowhere = "http://127.0.0.1:9/"
    found = values(folder, port=port, phone=nowhere, meter=nowhere) | {"database_url": database_url}
    for name in ("checkout", "payments-api", "queue"):
        found["policy"]["services"][name]["runs_on"] = [f"kubernetes:shop/deployment/{name}"]
    path = folder / "stanch.yaml"
    path.write_text(yaml.safe_dump(found, sort_keys=False))
    return path


def fill(config: Path, entries: int) -> str:
    """A few incidents of the past and those of today; answers with the id of the busy one."""
    ends = SystemClock().now()
    incident = play(config, ends=ends - 50 * MINUTE, newest=EARLIER)
    with playing(config, ends - 50 * MINUTE) as player:
        player.meters.fails("checkout", 0.27, "nothing yet")
        for number in range(OTHERS):
            _other(player, number)
        _discussed(player, incident)
        said = 0
        while player.record(incident).entries < entries - 1:
            say_one(player, incident, said)
            said += 1
        _surveyed(player, incident)
        player.until(ends)
    return incident


def say_one(player: Player, incident: str, number: int) -> None:
    """A line that somebody says."""
    text = SAID[number % len(SAID)].format(service=("checkout", "payments-api", "queue")[number % 3], n=number % 40 + 3)
    player.do("say", SPEAKERS[number % len(SPEAKERS)], incident=incident, text=text)
    player.clock.moment += 8_000_000


def _other(player: Player, number: int) -> None:
    """Another incident that is open, with a commander and what is due in it."""
    service = ("search", "catalog", "accounts", "web", "edge", "ledger")[number % 6]
    player.do("declare", "omar", title=f"{service} is slow for some customers", service=service, severity="SEV-3")
    incident = player.newest()
    player.do("role", "omar", incident=incident, role="incident_commander")
    player.do("impact", "omar", incident=incident, text="One in ten requests takes three seconds.", users_percent=10)
    player.do("criteria", "omar", incident=incident, propose=True)
    for line in range(20):
        say_one(player, incident, number + line)


def _discussed(player: Player, incident: str) -> None:
    """What people found out, decided, doubted and told all audiences."""
    player.alert("more-api", "PaymentsTimeout", "payments-api", "The Payments API answers after 9 s")
    player.alert("more-queue", "QueueGrows", "queue", "1,900 messages wait")
    for kind, subject, values_ in (
        ("change", "v214", {"kind": "release", "text": "The timeout went from 10 s to 3 s"}), ("spread", "zone-b", {"label": "zone", "percent": 66}),
        ("saturation", "connections", {"percent": 93, "service": "payments-api"}), ("dependency", "payments-api", {"state": "degraded", "text": "9 s"}),
    ):  # fmt: skip
        player.do("finding", "mei", incident=incident, about=kind, subject=subject, **values_)
    for question, text in (
        ("real", "Yes: support sees it too"),
        ("bad", "A third of all"),
        ("who", "Payments, platform"),
    ):
        player.do("answer", "grace", incident=incident, question=question, text=text)
    for number in range(5):
        text = f"Guess {number + 1}: the pool of connections of checkout is exhausted by retries to the payments API"
        done = player.do("hypothesis", "ben", incident=incident, text=text, standing="open")
        name = f"H{number + 3}"
        player.do("for", "mei", incident=incident, text="The pool is full since 14:07", hypothesis=name)
        player.do("against", "jonas", incident=incident, text="Search shares the pool and is well", hypothesis=name)
        assert done
    for number in range(3):
        player.do(
            "decide",
            "grace",
            incident=incident,
            text=f"Step {number + 1} of the rollback",
            rejected=["Wait"],
            because="It is quick",
        )
        player.do("concern", "tomas", incident=incident, text=f"Has somebody looked at the backups of shard {number}?")
    for _ in range(4):
        player.do("update", "grace", incident=incident, text="Still one in three. The rollback is next.", leadership="We lose about 4,000 EUR a minute.",
                  support="Paying by invoice works.", next_in=20, unchecked=True)  # fmt: skip
        player.do(
            "status",
            "lena",
            incident=incident,
            state="identified",
            text="Some payments by card still fail. Paying by invoice works.",
            unchecked=True,
        )
        player.wait(4)


def _surveyed(player: Player, incident: str) -> None:
    """What Kubernetes would have answered: offers for three workloads, how far each would reach, where the errors are."""
    offers, previews = [], {}
    for service in ("checkout", "payments-api", "queue"):
        own = [_offer(service, *each) for each in OFFERED]
        offers.append(Offer(service, f"kubernetes:shop/deployment/{service}", own))
        previews |= {m.name: Preview(f"would change {service}", Extent(6, 6, "pod", 0.5)) for m in own}
    survey = Survey(
        player.clock.now(), offers, previews, {"zone": {"zone-a": 0.1, "zone-b": 0.27}, "version": {"v213": 0.0, "v214": 0.3}},
        [CapacityReading(True, "connections of payments-api are at 93 of 100", "payments-api", False, 0.93)], [], {"CheckoutErrorRateHigh": 60},
    )  # fmt: skip
    values_: dict[str, Any] = {"id": incident, "at": survey.taken_at, "content": msgspec.json.encode(survey).decode()}
    with player.application.database.transaction() as tx:
        tx.execute("DELETE FROM surveys WHERE incident = :id", id=incident)
        tx.execute("INSERT INTO surveys (incident, taken_at, content) VALUES (:id, :at, :content)", **values_)


OFFERED = (
    ("back", "Roll {} back to the revision before", "rollback"), ("restart", "Restart the pods of {}", "custom"),
    ("grow", "Run twice as many pods of {}", "scale"), ("cordon", "Take node-7 out of {}", "cluster"),
)  # fmt: skip


def _offer(service: str, name: str, title: str, kind: Any) -> Mitigation:
    return Mitigation(
        f"k8s-{service}-{name}",
        title.format(service),
        kind,
        "kubernetes",
        f"shop/{service}",
        {"op": name, "workload": service},
    )
