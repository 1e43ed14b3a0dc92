"""``stanch demo --auto``: three people drive the incident to its end through the public commands, and what they saw is reported.

Nothing here knows the product's inside: it reads what ``stanch show`` says, and measures the shop itself.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stanch.demo.people import Person, StageFailed, until


class Drive:
    """One run. ``error_rate(seconds)`` asks the shop's own load generator, not stanch."""

    def __init__(
        self,
        people: dict[str, Person],
        local: Callable[..., object],
        error_rate: Callable[[float], float],
        speed: float,
        say: Callable[[str], None],
    ) -> None:
        self.ada, self.ben, self.grace = people["ada"], people["ben"], people["grace"]
        self.local = local
        self.error_rate = error_rate
        self.speed = speed
        self.say = say
        self.incident = ""
        self.measured: dict[str, float] = {}
        self.ranking: list[dict[str, Any]] = []

    def show(self) -> dict[str, Any]:
        """The record as anyone sees it."""
        found = self.ada.run("show", self.incident)
        assert isinstance(found, dict)
        return found

    def detect(self) -> None:
        """The incident arrives by itself, and someone is woken."""
        until("the shop to fail", 20, lambda: self.error_rate(3))
        found = until("the incident", 60 + 120 / self.speed, lambda: self.ada.run("incidents", "--status", "live"))
        self.incident = found[0]["id"]
        self.say(f"{self.incident} arrived: {found[0]['title']}")
        until("the page to be sent", 15, lambda: [r for p in self.show()["pages"] for r in p["receipts"] if r["ok"]])
        self.say("Ada's phone rang")

    def respond(self) -> None:
        """Acknowledge, take roles, say how bad it is, tell people."""
        inc = self.incident
        self.ada.run("ack", inc)
        self.ada.run("role", inc, "incident_commander")
        self.ben.run("role", inc, "operations_lead")
        self.grace.run("role", inc, "communications_lead")
        self.ada.run("severity", inc, "SEV-2", "--reason", "core function, part of the customers")
        self.ada.run("impact", inc, "About three of ten checkouts fail; trying again often works.")
        self.ada.run("criteria", inc, "--propose")
        self.grace.run("status", inc, "investigating")
        self.ben.run("say", inc, "Errors began right after v2 went out, in both zones.")
        self.ben.run("hypothesis", inc, "Release v2 breaks part of the checkouts")
        self.ben.run("fact", inc, "trying_next", "Put the release before it back, zone by zone")
        self.grace.run("update", inc)

    def mitigate(self) -> None:
        """Take the first of the ranked list and watch whether it helps."""
        self.ranking = self.ben.run("mitigations", self.incident)
        first = self.ranking[0]
        self.say(f"first choice: {first['title']}, since {first['reasons'][0]}")
        until("measurements before the action", 30, self._measured)
        time.sleep(2)
        self.measured["before"] = self.error_rate(3)
        judged = self._act(first["name"], "demo")
        while judged["outcome"] == "unknown" and judged["ok"] is None:
            # stanch stopped in the middle of it, and asks for a person: Ben looks at the shop himself.
            self.say(f"nobody knows whether it ran: {judged['reason']}; Ben looks")
            self.ben.run("decline", self.incident, f"unknown:{judged['run']}", "--reason", "looked at the shop")
            if self.error_rate(2) < 0.01:
                self.say("it did run: the shop is well")
                return
            judged = self._act(first["name"], judged["run"])
        if judged["outcome"] != "helped":
            raise StageFailed(f"the mitigation did not help: {judged['outcome']}, {judged['reason']}")
        until("the evidence", 30, lambda: [r for r in self.show()["runs"] if r["evidence"]])
        self.say(f"it helped: {judged['reason']}")

    def _measured(self) -> bool:
        return any(c["value"] is not None for c in self.show()["criteria"])

    def _act(self, name: str, word: str) -> dict[str, Any]:
        """Start a mitigation and wait until its outcome is known."""
        run = self.ben.run("mitigate", self.incident, name, "--confirm", word)["id"]
        self.measured["during"] = self.error_rate(3)

        def outcome() -> Any:
            return next((r for r in self.show()["runs"] if r["run"] == run and r["outcome"]), None)

        found = until("the outcome of the mitigation", 60 + 120 / self.speed, outcome)
        assert isinstance(found, dict)
        return found

    def recover(self) -> None:
        """Wait for the criteria to hold, say so outside, resolve, close."""
        inc = self.incident
        self.ada.run("phase", inc, "resolve", "--reason", "the rollback helped")
        self.grace.run("status", inc, "monitoring")
        until(
            "the criteria to hold",
            60 + 600 / self.speed,
            lambda: any(p["key"].startswith("resolve:") for p in self.show()["prompts"]),
        )
        self.measured["after"] = self.error_rate(3)
        if self.measured["after"] >= 0.01:
            raise StageFailed(f"stanch says it is over, and the shop still fails: {self.measured['after']:.1%}")
        self.grace.run("status", inc, "resolved")
        self.ada.run("resolve", inc)
        self.ada.run("close", inc)
        self.say("resolved by its criteria, and closed")

    def learn(self, folder: Path) -> Path:
        """Write the postmortem, one action item, publish, export, verify."""
        inc = self.incident
        written = {
            "summary": "A broken release of the shop failed about three of ten checkouts in both zones until it was rolled back.",
            "impact": f"{self.measured['before']:.1%} of checkouts failed until the rollback; {self.measured['after']:.1%} after it.",
            "factors": "The release went to both zones at once\nNo canary compares a new release with the old one",
            "whys": "Checkouts failed because v2 was broken\nv2 reached all customers because rollouts have no canary step\n"
            "Rollouts have no canary step because the release tool does not offer one",
            "lessons": "The rollback was one command, and took effect in seconds. An alert on failed checkouts noticed it, and no complaint.",
        }
        for part, text in written.items():
            self.ada.run("postmortem", inc, part, text)
        self.ada.run(
            "action",
            inc,
            "Add a canary step to the release tool",
            "--owner",
            "ben",
            "--test",
            "A broken release is stopped before it reaches the second zone",
        )
        self.ada.run("postmortem", inc, "--publish")
        path = folder / f"{inc}-postmortem.md"
        for form in ("md", "html", *(["pdf"] if find_spec("typst") else [])):
            self.local("export", inc, "--format", form, "--output", str(path.with_suffix(f".{form}")))
        if "Add a canary step" not in path.read_text():
            raise StageFailed("the exported postmortem lacks its action item")
        self.local("verify", inc)
        return path


def report(drive: Drive, postmortem: Path) -> str:
    """What really happened, as read back from the record and measured at the shop."""
    shown = drive.show()
    lines = ["", f"{shown['id']}  {shown['title']}  ({shown['status']})", "", "phase       seconds"]
    lines += [f"{p['phase']:<10} {p['seconds']:8.1f}" for p in shown["phases"]]
    lines += ["", "error rate measured at the shop"]
    lines += [f"{name:<10} {value:8.1%}" for name, value in drive.measured.items()]
    lines += ["", "criteria"] + [
        f"{c['name']}: {'holds' if c['holds'] else 'is breached'} ({c['detail']})" for c in shown["criteria"]
    ]
    due = {i["item"]: time.strftime("%Y-%m-%d", time.gmtime(i["due_at"] / 1e6)) for i in shown["action_items"]}
    lines += [
        "",
        f"action items due: {due}; each is asked about three weeks after closing",
        f"postmortem: {postmortem}, and beside it as html{' and pdf' if postmortem.with_suffix('.pdf').exists() else ''}",
        f"timeline: {shown['entries']} entries, hash chain verified",
    ]
    return "\n".join(lines)
