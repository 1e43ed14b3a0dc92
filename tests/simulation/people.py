"""What people and monitors do, in no good order. Whoever got no answer asks again, with the same words."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec

from stanch.detect.folding import LATE
from stanch.kernel.actor import Actor
from stanch.kernel.clock import SECOND
from stanch.kernel.command import REGISTRY, Done
from stanch.kernel.errors import Problem, Unavailable
from tests.simulation.replica import Replica
from tests.simulation.town import Crash, Town

NAMES = ("ada", "ben", "grace")
FINGERPRINTS = ("aaaa", "bbbb", "cccc")
INSERT = (
    "INSERT INTO intake (intake_key, format, received_at, body, state, note, about, request) "
    "VALUES ('prom', 'alertmanager', :now, :body, 'new', '', '', '')"
)


class People:
    """``confirmed``: which run a confirmation was answered with. ``alerts``: the newest truth of each, and what still travels."""

    def __init__(self, chance: Random, town: Town) -> None:
        self.chance, self.town = chance, town
        self.confirmed: dict[tuple[str, str], str] = {}
        self.alerts: dict[str, tuple[int, bool]] = {}
        self.seen = 0
        self.travelling: list[tuple[int, dict[str, Any]]] = []
        self.accepted: set[str] = set()
        self.problems: list[str] = []

    def act(self, replica: Replica) -> str:
        """One person does one thing."""
        with replica.application.reading() as uow:
            names = [row["id"] for row in uow.tx.all("SELECT id FROM incidents ORDER BY number DESC LIMIT 4")]
            incident = self.chance.choice([*names, *names[:1]]) if names else ""
            record = uow.record(incident) if incident else None
        pool: list[tuple[str, dict[str, Any]]] = [
            ("declare", {"title": "Checkout fails", "service": "shop"}),
            ("investigate", {"title": "A little slow", "service": "shop"}),
            *self._sorting(names),
        ]
        if record is not None:
            pool = [
                *self._responding(incident),
                *self._responding(incident),
                *self._ending(incident, sorted(record.action_items)),
                *pool,
            ]
        name, values = self.chance.choice(pool)
        return self.command(replica, self.chance.choice(NAMES), name, values)

    def _sorting(self, names: list[str]) -> list[tuple[str, dict[str, Any]]]:
        fingerprint = self.chance.choice(FINGERPRINTS)
        sorting: list[tuple[str, dict[str, Any]]] = [
            ("split", {"fingerprint": fingerprint, "reason": "another thing"}),
            (
                "triage",
                {"fingerprint": fingerprint, "disposition": self.chance.choice(("incident", "ticket", "noise"))},
            ),
        ]
        if len(names) > 1:
            sorting.append(("merge", {"incident": names[0], "into": names[1], "reason": "the same"}))
        return [self.chance.choice(sorting)] + [
            ("conclude", {"incident": name, "text": "it was nothing"}) for name in names[:1]
        ]

    def _responding(self, incident: str) -> list[tuple[str, dict[str, Any]]]:
        word = self.chance.choice(("go", "now", "do it"))
        return [
            ("ack", {"incident": incident}),
            ("severity", {"incident": incident, "severity": self.chance.choice(("SEV-1", "SEV-2", "SEV-3"))}),
            ("role", {"incident": incident, "role": "incident_commander"}),
            ("criteria", {"incident": incident, "propose": True}),
            ("mitigate", {"incident": incident, "mitigation": "rollback", "confirm": word}),
            ("mitigate", {"incident": incident, "mitigation": "drain-b", "confirm": word + "!"}),
            ("undo", {"incident": incident, "confirm": "back " + word}),
            ("update", {"incident": incident, "text": "We are on it.", "next_in": 30}),
            ("say", {"incident": incident, "text": "Looking at the graphs"}),
            ("page", {"incident": incident, "reason": "more hands"}),
            ("timebox", {"incident": incident, "question": "Is it the deploy?", "minutes": 5, "fallback": "roll back"}),
        ]

    def _ending(self, incident: str, items: list[str]) -> list[tuple[str, dict[str, Any]]]:
        ending: list[tuple[str, dict[str, Any]]] = [
            ("resolve", {"incident": incident}),
            ("resolve", {"incident": incident, "override": True, "reason": "we saw it"}),
            ("reopen", {"incident": incident, "reason": "still there"}),
            ("close", {"incident": incident, "reason": "done"}),
            ("action", {"incident": incident, "title": "Test the rollback", "owner": "ada", "test": "a drill"}),
        ]
        return ending + [("action", {"incident": incident, "item": item, "done": True}) for item in items[:1]]

    def command(self, replica: Replica, actor: str, name: str, values: dict[str, Any]) -> str:
        """Give a command until it is answered; answers with what was said."""
        command = REGISTRY[name]
        for _ in range(3):
            try:
                with replica.application.uow(Actor(actor), "cli") as uow:
                    done = command.handle(uow, msgspec.convert(values, command.struct, strict=False))
            except Unavailable:
                continue
            except Problem as problem:
                self.problems.append(problem.sentence())
                return f"{actor}: {name} {values} -> {problem.sentence()}"
            except Crash:
                replica.die()
                return f"{actor}: {name} {values} -> no answer, {replica.name} died"
            assert isinstance(done, Done)
            self._remember(values, done)
            return f"{actor}: {name} {values} -> {done.message}"
        return f"{actor}: {name} {values} -> no answer"

    def _remember(self, values: dict[str, Any], done: Done) -> None:
        if "confirm" in values:
            key = (values["incident"], values["confirm"])
            assert self.confirmed.setdefault(key, done.id) == done.id, f"one confirmation, two runs: {key}"

    def alert(self) -> str:
        """A monitor sees something begin or end; its post sets out, perhaps twice."""
        fingerprint = self.chance.choice(FINGERPRINTS)
        # No two things begin or end at the same microsecond.
        self.seen += 1
        now = self.town.clock.now() + self.seen
        firing = not self.alerts.get(fingerprint, (0, False))[1]
        began = now if firing else self.alerts[fingerprint][0]
        self.alerts[fingerprint] = (began, firing)
        self.town.broken = self.town.broken or firing
        post = self._post(fingerprint, began, None if firing else now)
        self.travelling += [(now, post)] * self.chance.choice((1, 1, 2))
        return f"{fingerprint} {'fires' if firing else 'ends'}"

    def deliver(self, replica: Replica) -> str:
        """A post arrives, whichever; who gets no 2xx sends it again."""
        seen, post = self.travelling.pop(self.chance.randrange(len(self.travelling)))
        if self.town.clock.now() - seen > LATE:
            return "a sender gave up"
        try:
            with replica.application.database.transaction() as tx:
                tx.execute(INSERT, now=self.town.clock.now(), body=json.dumps(post).encode())
        except (Unavailable, Crash) as error:
            self.travelling.append((seen, post))
            if isinstance(error, Crash):
                replica.die()
            return "a post got no answer"
        self.accepted.add(post["alerts"][0]["fingerprint"])
        return f"a post is accepted: {post['alerts'][0]['fingerprint']} {post['status']} since {post['alerts'][0]['startsAt']}"

    def repeat(self) -> None:
        """A monitor tells all that it knows again, as they do every few minutes."""
        now = self.town.clock.now()
        for fingerprint, (began, firing) in self.alerts.items():
            self.travelling.append((now, self._post(fingerprint, began, None if firing else max(now, began + 1))))

    @staticmethod
    def _post(fingerprint: str, began: int, ended: int | None) -> dict[str, Any]:
        labels = {"alertname": f"Burn{fingerprint}", "service": "shop", "severity": "page"}
        alert = {
            "status": "resolved" if ended else "firing", "labels": labels, "annotations": {}, "generatorURL": "",
            "startsAt": _rfc3339(began), "endsAt": _rfc3339(ended) if ended else "0001-01-01T00:00:00Z",
            "fingerprint": fingerprint,
        }  # fmt: skip
        return {
            "version": "4", "groupKey": "{}:{}", "status": alert["status"], "receiver": "stanch", "truncatedAlerts": 0,
            "groupLabels": {}, "commonLabels": labels, "commonAnnotations": {}, "externalURL": "", "alerts": [alert],
        }  # fmt: skip


def _rfc3339(moment: int) -> str:
    return datetime.fromtimestamp(moment / SECOND, UTC).isoformat()
