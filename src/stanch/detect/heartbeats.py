"""Heartbeats: calls that must arrive regularly; a missing one raises an alert (R13). Prometheus' Watchdog is one of them.

A heartbeat is inactive until its first beat. While stanch itself was down no beat could arrive, so after a pause each one
gets a full interval before its silence counts.
"""

from collections.abc import Sequence
from typing import Any

from stanch.detect import ahead, signals
from stanch.kernel.clock import MINUTE, SECOND, spell
from stanch.kernel.policy import Heartbeat
from stanch.ports import Alert, Beat, Received
from stanch.timeline.unit_of_work import Application, UnitOfWork

INTAKE = "heartbeats"
# A timer that runs this late means that this process was suspended or stopped, not that the senders failed.
ASLEEP = MINUTE
_DUE = "deadline <= :now AND enabled = 1 AND silent = 0"


def seed(uow: UnitOfWork) -> None:
    """At start, and when the configuration changed: the configured ones are known, others that it made are forgotten."""
    configured = uow.policy.heartbeats
    for name, heartbeat in configured.items():
        define(uow, name, heartbeat, configured=True)
    for row in uow.tx.all("SELECT name FROM heartbeats WHERE configured = 1"):
        if row["name"] not in configured:
            remove(uow, row["name"])
    set_timer(uow)


def after_absence(uow: UnitOfWork) -> None:
    """At start: each has its full interval before its silence counts."""
    _grant(uow, "deadline IS NOT NULL")
    set_timer(uow)


def define(uow: UnitOfWork, name: str, heartbeat: Heartbeat, *, configured: bool = False) -> None:
    """Create or change one; its last beat is kept."""
    uow.tx.execute(
        "INSERT INTO heartbeats (name, every, grace, service, severity, summary, enabled, configured, last_beat, silent, deadline) "
        "VALUES (:name, :every, :grace, :service, :severity, :summary, 1, :configured, NULL, 0, NULL) ON CONFLICT (name) DO UPDATE SET "
        "every = excluded.every, grace = excluded.grace, service = excluded.service, severity = excluded.severity, "
        "summary = excluded.summary, configured = excluded.configured",
        name=name,
        every=heartbeat.every,
        grace=heartbeat.grace,
        service=heartbeat.service,
        severity=heartbeat.severity,
        summary=heartbeat.text,
        configured=int(configured),
    )


def remove(uow: UnitOfWork, name: str) -> None:
    """Forget one. If it was silent, its alert ends."""
    row = find(uow, name)
    if row and row["silent"]:
        _tell(uow, row, firing=False, why="the heartbeat was removed")
    uow.tx.execute("DELETE FROM heartbeats WHERE name = :name", name=name)
    set_timer(uow)


def enable(uow: UnitOfWork, name: str, enabled: bool) -> None:
    """Enable or disable one; once enabled it is inactive until its next beat."""
    row = find(uow, name)
    if row and row["silent"]:
        _tell(uow, row, firing=False, why="the heartbeat was switched off")
    uow.tx.execute(
        "UPDATE heartbeats SET enabled = :enabled, deadline = NULL, silent = 0 WHERE name = :name",
        name=name,
        enabled=int(enabled),
    )
    set_timer(uow)


def hear(uow: UnitOfWork, beat: Beat) -> bool:
    """A beat came. Answers whether there is such a heartbeat."""
    row = find(uow, beat.heartbeat)
    if row is None:
        return False
    if not row["enabled"]:
        return True
    uow.tx.execute(
        "UPDATE heartbeats SET last_beat = :now, deadline = :deadline, silent = :silent WHERE name = :name",
        name=row["name"],
        now=uow.now,
        deadline=uow.now + _patience(row),
        silent=int(beat.failed),
    )
    if beat.failed:
        _tell(uow, row, firing=True, why=_failed(beat))
    elif row["silent"]:
        _tell(uow, row, firing=False, why="is heard again")
    set_timer(uow)
    return True


def failures(application: Application, received: Sequence[Received]) -> list[Alert]:
    """What ``hear`` will tell of beats that say that something failed."""
    failed = [beat for beat in received if isinstance(beat, Beat) and beat.failed]
    rows = application.database.select("SELECT * FROM heartbeats WHERE enabled = 1") if failed else ()
    by_name, now = {row["name"]: row for row in rows}, application.clock.now()
    return [
        _alert(by_name[beat.heartbeat], now, firing=True, why=_failed(beat))
        for beat in failed
        if beat.heartbeat in by_name
    ]


def absorb(uow: UnitOfWork, alerts: list[Alert]) -> list[Alert]:
    """Records alerts that match a heartbeat as its beats; returns the others."""
    watching = [(name, h.match) for name, h in uow.policy.heartbeats.items() if h.match]
    if not watching:
        return alerts
    rest = []
    for alert in alerts:
        names = [name for name, match in watching if match.items() <= alert.labels.items()]
        for name in names:
            if alert.firing:
                hear(uow, Beat(name))
        if not names:
            rest.append(alert)
    return rest


def run_due(uow: UnitOfWork) -> None:
    """Raise an alert for every heartbeat that is overdue."""
    earliest = uow.tx.one(f"SELECT MIN(deadline) AS at FROM heartbeats WHERE {_DUE}", now=uow.now)
    if earliest and earliest["at"] is not None and uow.now - earliest["at"] > ASLEEP:
        _grant(uow, _DUE)
    for row in uow.tx.all(f"SELECT * FROM heartbeats WHERE {_DUE}", now=uow.now):
        uow.tx.execute("UPDATE heartbeats SET silent = 1, deadline = NULL WHERE name = :name", name=row["name"])
        _tell(uow, row, firing=True, why=_unheard(row, uow.now))
    set_timer(uow)


def read_due(application: Application) -> None:
    """What ``run_due`` will tell is read before it: no lock is held meanwhile."""
    now = application.clock.now()
    rows = application.database.select(f"SELECT * FROM heartbeats WHERE {_DUE}", now=now)
    ahead.read_alerts(application, [_alert(row, now, firing=True, why=_unheard(row, now)) for row in rows])


def find(uow: UnitOfWork, name: str) -> Any:
    """Its row, or None."""
    return uow.tx.one("SELECT * FROM heartbeats WHERE name = :name", name=name)


def names(uow: UnitOfWork) -> list[str]:
    """Every heartbeat there is."""
    return [str(row["name"]) for row in uow.tx.all("SELECT name FROM heartbeats ORDER BY name")]


def set_timer(uow: UnitOfWork) -> None:
    """The one timer of all heartbeats: the earliest deadline."""
    row = uow.tx.one("SELECT MIN(deadline) AS at FROM heartbeats WHERE enabled = 1 AND silent = 0")
    uow.timer("heartbeats", int(row["at"]) if row and row["at"] is not None else None)


def _patience(row: Any) -> int:
    return int((row["every"] + row["grace"]) * SECOND)


def _grant(uow: UnitOfWork, condition: str) -> None:
    for row in uow.tx.all(
        f"SELECT * FROM heartbeats WHERE {condition}", **({"now": uow.now} if ":now" in condition else {})
    ):
        deadline = max(row["deadline"], uow.now + _patience(row))
        uow.tx.execute("UPDATE heartbeats SET deadline = :at WHERE name = :name", name=row["name"], at=deadline)


def _failed(beat: Beat) -> str:
    return f"says that it failed{': ' + beat.text[:300] if beat.text else ''}"


def _unheard(row: Any, now: int) -> str:
    return f"has not been heard of for {spell(now - row['last_beat'] if row['last_beat'] else 0)}"


def _tell(uow: UnitOfWork, row: Any, *, firing: bool, why: str) -> None:
    signals.fold(uow, [_alert(row, uow.now, firing=firing, why=why)], INTAKE)


def _alert(row: Any, now: int, *, firing: bool, why: str) -> Alert:
    """Like any other. The grace period was its hold: no further hold is added (``rules.hold_of``)."""
    labels = {"alertname": f"Heartbeat {row['name']}", "heartbeat": row["name"], "severity": row["severity"]}
    if row["service"]:
        labels["service"] = row["service"]
    text = row["summary"] or f"{row['name']} {why}"
    return Alert(
        f"heartbeat/{row['name']}", labels["alertname"], firing, now, None if firing else now, labels,
        {"summary": text, "description": f"{row['name']} {why}"},
    )  # fmt: skip
