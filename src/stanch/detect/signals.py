"""Folds alerts into signals (one row for each fingerprint), holds them, disposes of them, attaches them to incidents."""

from typing import Any

import msgspec

from stanch.detect import rules
from stanch.kernel.clock import MINUTE
from stanch.kernel.policy import Policy
from stanch.ports import Alert
from stanch.timeline.desk import Desk
from stanch.timeline.entries import Declared, SignalAttached, SignalCleared

SERVICE_LABELS = ("service", "app", "job")
STORM_WINDOW = 5 * MINUTE
_CHUNK = 400


def service_of(alert: Alert, policy: Policy) -> str:
    """The service an alert is about: the first label that the catalog knows, else the ``service`` label as it is."""
    for label in SERVICE_LABELS:
        if alert.labels.get(label) in policy.services:
            return alert.labels[label]
    return alert.labels.get("service", "")


def fold(desk: Desk, alerts: list[Alert], intake_key: str) -> None:
    """Fold alerts in. The same alert twice, or late, or in another order, ends in the same state (R1)."""
    newest: dict[str, Alert] = {}
    repeats: dict[str, int] = {}
    for alert in alerts:
        newest[alert.fingerprint] = alert
        repeats[alert.fingerprint] = repeats.get(alert.fingerprint, 0) + 1
    known = _known(desk, list(newest))
    unchanged = []
    for fingerprint, alert in newest.items():
        row = known.get(fingerprint)
        if alert.firing and (row is None or row["state"] == "resolved"):
            if row is None or row["ends_at"] is None or alert.starts_at >= row["ends_at"] or desk.now > row["ends_at"]:
                _begin(desk, alert, intake_key)
        elif alert.firing:
            unchanged.append(
                {"fingerprint": fingerprint, "now": desk.now, "more": repeats[fingerprint], "lease": alert.lease_until}
            )
        elif row is not None and row["state"] == "firing" and (alert.ends_at or desk.now) >= row["starts_at"]:
            _end(desk, dict(row), alert.ends_at or desk.now, "resolved")
    desk.tx.many(
        "UPDATE signals SET last_seen = :now, repeats = repeats + :more, lease_until = :lease WHERE fingerprint = :fingerprint",
        unchanged,
    )
    set_timer(desk)


def run_due(desk: Desk) -> None:
    """Dispose of signals whose hold is over, and end those whose sender stopped renewing them."""
    for row in desk.tx.all(
        "SELECT * FROM signals WHERE hold_until <= :now AND state = 'firing' ORDER BY hold_until LIMIT 500",
        now=desk.now,
    ):
        held = desk.now - row["first_seen"]
        verdict = rules.still_firing(msgspec.json.decode(row["labels"]), row["severity"], held, desk.policy)
        dispose(desk, dict(row), verdict, "rule")
    for row in desk.tx.all(
        "SELECT * FROM signals WHERE lease_until <= :now AND state = 'firing' LIMIT 500", now=desk.now
    ):
        _end(desk, dict(row), desk.now, "no longer renewed by its sender")
    set_timer(desk)


def dispose(desk: Desk, row: dict[str, Any], verdict: rules.Verdict, decided_by: str) -> str:
    """Give a signal its disposition; an incident is found or opened for it. Answers with the incident or ''."""
    incident = ""
    if verdict.disposition == "incident":
        incident = str(row["incident"] or "") or _open_for(desk, row) or _storm(desk) or _declare(desk, row, verdict)
        record = desk.record(incident)
        if str(row["fingerprint"]) not in record.signals:
            _attach(desk, incident, row)
    desk.tx.execute(
        "UPDATE signals SET disposition = :disposition, reason = :reason, decided_by = :by, incident = :incident, hold_until = NULL "
        "WHERE fingerprint = :fingerprint",
        disposition=verdict.disposition,
        reason=verdict.reason,
        by=decided_by,
        incident=incident,
        fingerprint=row["fingerprint"],
    )
    return incident


def set_timer(desk: Desk) -> None:
    """The one timer of all signals: the earliest end of a hold or of a lease."""
    row = desk.tx.one(
        "SELECT MIN(at) AS at FROM (SELECT MIN(hold_until) AS at FROM signals WHERE hold_until IS NOT NULL UNION ALL "
        "SELECT MIN(lease_until) FROM signals WHERE state = 'firing' AND lease_until IS NOT NULL) AS moments"
    )
    desk.timer("signals", int(row["at"]) if row and row["at"] is not None else None)


def _known(desk: Desk, fingerprints: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(fingerprints), _CHUNK):
        chunk = fingerprints[start : start + _CHUNK]
        names = {f"f{i}": fingerprint for i, fingerprint in enumerate(chunk)}
        marks = ", ".join(f":{name}" for name in names)
        for row in desk.tx.all(f"SELECT * FROM signals WHERE fingerprint IN ({marks})", **names):
            found[row["fingerprint"]] = dict(row)
    return found


def _begin(desk: Desk, alert: Alert, intake_key: str) -> None:
    service = service_of(alert, desk.policy)
    at_once = rules.pages_at_once(alert.labels, desk.policy)
    hold = 0 if at_once else desk.policy.hold_of(service)
    row = {
        "fingerprint": alert.fingerprint,
        "intake_key": intake_key,
        "name": alert.name,
        "service": service,
        "severity": alert.labels.get("severity", ""),
        "link": alert.link,
        "starts_at": alert.starts_at,
        "summary": alert.annotations.get("summary") or alert.annotations.get("description", ""),
        "labels": msgspec.json.encode(alert.labels).decode(),
        "annotations": msgspec.json.encode(alert.annotations).decode(),
        "now": desk.now,
        "hold": desk.now + hold,
        "lease": alert.lease_until,
    }
    desk.tx.execute(
        "INSERT INTO signals (fingerprint, intake_key, name, service, severity, summary, labels, annotations, link, state, starts_at, "
        "ends_at, first_seen, last_seen, repeats, disposition, reason, decided_by, incident, hold_until, lease_until) VALUES "
        "(:fingerprint, :intake_key, :name, :service, :severity, :summary, :labels, :annotations, :link, 'firing', :starts_at, "
        "NULL, :now, :now, 1, '', '', '', '', :hold, :lease) ON CONFLICT (fingerprint) DO UPDATE SET state = 'firing', "
        "starts_at = excluded.starts_at, ends_at = NULL, first_seen = excluded.first_seen, last_seen = excluded.last_seen, "
        "repeats = 1, disposition = '', reason = '', decided_by = '', incident = '', hold_until = excluded.hold_until, "
        "lease_until = excluded.lease_until, summary = excluded.summary, annotations = excluded.annotations, "
        "link = excluded.link, severity = excluded.severity, service = excluded.service, name = excluded.name, "
        "labels = excluded.labels, intake_key = excluded.intake_key",
        **row,
    )
    if hold == 0:
        fresh = dict(row, incident="")
        dispose(desk, fresh, rules.still_firing(alert.labels, str(row["severity"]), 0, desk.policy), "rule")


def _end(desk: Desk, row: dict[str, Any], at: int, how: str) -> None:
    if not row["disposition"]:
        first_seen = row["first_seen"]
        assert isinstance(first_seen, int)
        verdict = rules.cleared_in_hold(desk.now - row["first_seen"], desk.policy.hold_of(str(row["service"])))
        dispose(desk, row, verdict, "rule")
    elif row["incident"]:
        desk.append(str(row["incident"]), SignalCleared(str(row["fingerprint"]), str(row["name"]), how), source="alert")
    desk.tx.execute(
        "UPDATE signals SET state = 'resolved', ends_at = :at, last_seen = :now, hold_until = NULL, lease_until = NULL "
        "WHERE fingerprint = :fingerprint",
        at=at,
        now=desk.now,
        fingerprint=row["fingerprint"],
    )


def _open_for(desk: Desk, row: dict[str, Any]) -> str:
    """A live incident that this signal belongs to: the same service or one it depends on; without one, the same alert."""
    service = str(row["service"])
    if not service:
        found = desk.tx.one(
            "SELECT s.incident FROM signals s JOIN incidents i ON i.id = s.incident WHERE s.name = :name AND s.service = '' "
            "AND i.status IN ('open', 'mitigated') ORDER BY i.number DESC LIMIT 1",
            name=row["name"],
        )
        return str(found["incident"]) if found else ""
    wanted = {service, *desk.policy.service(service).depends_on}
    live = desk.tx.all("SELECT id, service FROM incidents WHERE status IN ('open', 'mitigated') ORDER BY number DESC")
    return next((str(each["id"]) for each in live if each["service"] in wanted), "")


def _storm(desk: Desk) -> str:
    """When alerts have opened many incidents just now, the rest are one: a flood of pages wakes people and tells them nothing."""
    since = desk.now - STORM_WINDOW
    opened = desk.tx.one(
        "SELECT COUNT(*) AS n FROM incidents WHERE opened_at > :since AND id IN (SELECT incident FROM signals WHERE incident <> '')",
        since=since,
    )
    if not opened or opened["n"] < desk.policy.storm_after:
        return ""
    storm = desk.tx.one(
        "SELECT id FROM incidents WHERE title LIKE 'Alert storm:%' AND status IN ('open', 'mitigated') AND private = 0 ORDER BY number DESC LIMIT 1"
    )
    if storm:
        return str(storm["id"])
    title = f"Alert storm: alerts opened {opened['n']} incidents in five minutes, further ones are gathered here"
    return desk.open(Declared(title, "", desk.now, reason=f"more than {desk.policy.storm_after} at once"))


def _declare(desk: Desk, row: dict[str, Any], verdict: rules.Verdict) -> str:
    title = str(row["summary"] or row["name"])[:200]
    return desk.open(
        Declared(title, str(row["service"]), row["starts_at"], reason=f"alert {row['name']}, {verdict.reason}")
    )


def _attach(desk: Desk, incident: str, row: dict[str, Any]) -> None:
    desk.append(
        incident,
        SignalAttached(
            str(row["fingerprint"]),
            str(row["name"]),
            str(row["intake_key"]),
            str(row["summary"]),
            row["starts_at"],
            str(row["link"]),
            msgspec.json.decode(str(row["labels"]), type=dict[str, str]),
        ),
        source="alert",
    )
