"""A drill on the demo's shop (R40): a small system that really breaks, is really measured, and is repaired as the team asks.

The product simulates the mitigation, as in every drill; whoever owns the small system, here the demo, does to it what the
team has asked for, and puts it right at the end.
"""

import time
from typing import Any

from stanch.demo.people import Person, until
from stanch.demo.shop.processes import Shop

SCRIPT = "shop-release"
# What the demo does to its shop when the drill says that the team has done it, and when it is taken back.
MENDS: dict[str, tuple[str, ...]] = {"rollback": ("release", "rollback"), "drain-zone-b": ("zone", "drain", "zone-b")}
BACK: dict[str, tuple[str, ...]] = {
    "rollback": ("release", "rollout", "v2", "--broken"),
    "drain-zone-b": ("zone", "restore", "zone-b"),
}


def shop_release(load_url: str, speed: float) -> dict[str, Any]:
    """The script, as a file of the catalog would say it. ``speed`` divides its moments."""
    moments: list[dict[str, Any]] = [
        {"minute": 0.2, "kind": "signal", "sender": "CheckoutFails", "text": "Checkouts began to fail a moment ago."},
        {"minute": 1, "kind": "teammate", "text": "Release v2 of the shop went out just before.", "while_failing": True},
        {"minute": 2, "kind": "customer", "sender": "Customer support", "text": "Customers see an error page when they pay."},
        {"minute": 5, "kind": "manager", "sender": "The head of sales", "text": "What do I tell a large customer?"},
    ]  # fmt: skip
    tried: dict[str, Any] = {
        "result": "the demo has done it to its shop",
        "seconds": 2,
        "observe_seconds": max(6.0, 60 / speed),
    }
    return {
        "title": "Checkout fails after a release", "shape": "crash-on-deploy", "service": "shop", "minutes": 15,
        "summary": "On the demo's shop, which really breaks: what you see is measured.", "hold": max(3.0, 120 / speed),
        "practises": ["declare", "taken", "commander", "roles", "mitigate", "public", "criteria"],
        "metrics": {
            "error_rate": {"start": 0, "below": 0.01, "source": "http_json", "query": f"{load_url}/window?seconds=5#error_rate"}
        },
        "injects": [{**each, "minute": each["minute"] / speed} for each in moments],
        "mitigations": [
            {"name": "rollback", "title": "Roll the shop back", "kind": "rollback", "target": "shop", "outcome": "helped", **tried},
            {"name": "drain-zone-b", "title": "Move all traffic away from zone-b", "kind": "traffic_shift", "target": "zone-b",
             "reversibility": "instant", "blast_radius": "zone", "outcome": "no_change", **tried},
        ],
        "debrief": ["What told you of the release?"],
    }  # fmt: skip


class World:
    """What happens to the shop while drills are played on it."""

    def __init__(self, shop: Shop, watching: Person) -> None:
        self.shop, self.watching = shop, watching
        self.drill, self.done = "", set[str]()

    def look(self) -> None:
        """Once: break it when a drill begins, do what the team has asked for, put it right when the drill is over."""
        running = [run for run in self.watching.run("drills", SCRIPT)["runs"] if run["ended_at"] is None]
        if not self.drill and running:
            self.drill, self.done = running[-1]["incident"], set()
            self.shop.rollout_broken()
        elif self.drill and self.drill not in [run["incident"] for run in running]:
            self.drill = ""
            self.shop.tool("release", "rollout", "v1")
            self.shop.tool("zone", "restore", "zone-b")
        elif self.drill:
            self._do_what_was_asked()

    def _do_what_was_asked(self) -> None:
        for run in self.watching.run("show", self.drill, "--last", "1")["runs"]:
            if run["answered"] and run["run"] not in self.done and run["mitigation"] in MENDS:
                self.done.add(run["run"])
                tool, *words = (BACK if run["undo_of"] else MENDS)[run["mitigation"]]
                self.shop.tool(tool, *words)

    def watch(self) -> None:
        """Until interrupted."""
        while True:
            self.look()
            time.sleep(1)


def play(people: dict[str, Person], world: World) -> dict[str, Any]:
    """Three people play the drill to its end on the shop; answers with the debrief. Raises ``StageFailed``."""
    ada, ben, grace = (people[name] for name in ("ada", "ben", "grace"))
    drill = str(ada.run("drill", SCRIPT)["incident"])
    for person in (ben, grace):
        person.run("join-drill", drill)
    world.look()
    until("customers to be hit", 60, lambda: world.shop.error_rate(3) > 0.05)
    ada.run("declare", "Checkout fails", "--investigation", drill, "--severity", "SEV-2", "--incident-commander", "me")
    ben.run("role", drill, "operations_lead")
    grace.run("role", drill, "communications_lead")
    grace.run("impact", drill, "A share of the checkouts fails")
    grace.run("status", drill, "investigating", "Some payments fail. We are looking into it.")
    ada.run("criteria", drill, "--propose")
    ben.run("hypothesis", drill, "Release v2 broke checkout")
    ben.run("mitigate", drill, "rollback", "--confirm", "back")

    def held() -> bool:
        world.look()
        return any(criterion["holds"] for criterion in ada.run("show", drill, "--last", "1")["criteria"])

    until("the shop to be measured as well again", 120, held)
    until("the criteria to have held", 300, lambda: "criteria_held" in str(ada.run("show", drill)["timeline"]))
    ada.run("resolve", drill)
    ada.run("close", drill)
    world.look()
    found: dict[str, Any] = ada.run("debrief", drill)
    return found
