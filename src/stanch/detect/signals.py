"""Folds alerts into signals (one row for each fingerprint), holds them, and ends them."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from stanch.db.locks import Lock
from stanch.detect import ahead, folding, maintenance, rules, silencing
from stanch.detect.disposing import dispose
from stanch.detect.folding import AlertState
from stanch.detect.signal_tickets import follow_signal
from stanch.detect.slo.store import burn_of
from stanch.kernel.clock import HOUR, SECOND
from stanch.kernel.contained import contained
from stanch.ports import Acknowledgement, Alert
from stanch.timeline.facts.detect import SignalCleared
from stanch.timeline.facts.paging import Acknowledged
from stanch.timeline.unit_of_work import Application, UnitOfWork

AGAIN = 10 * SECOND
_CHUNK = 400
_SILENCED = "SELECT * FROM signals WHERE silenced_until <= :now ORDER BY silenced_until LIMIT 500"
_HELD = "SELECT * FROM signals WHERE hold_until <= :now AND state = 'firing' ORDER BY hold_until LIMIT 500"
_SAME = (
    "UPDATE signals SET last_seen = :now, repeats = repeats + :more, lease_until = :lease, newest_start = :start, "
    "told_end = :told WHERE fingerprint = :fingerprint"
)
_INSERT = (
    "INSERT INTO signals (fingerprint, intake_key, name, service, severity, summary, labels, annotations, link, state, starts_at, "
    "ends_at, first_seen, last_seen, repeats, disposition, reason, decided_by, incident, hold_until, lease_until, turns, turns_since, "
    "newest_start, told_end, grouping) VALUES (:fingerprint, :intake_key, :name, :service, :severity, :summary, :labels, :annotations, "
    ":link, 'firing', :starts_at, NULL, :now, :now, :repeats, '', '', '', '', :hold, :lease, :turns, :turns_since, :start, :told, "
    ":grouping) ON CONFLICT (fingerprint) DO UPDATE SET "
)
_COLUMNS = (
    "intake_key", "name", "service", "severity", "summary", "labels", "annotations", "link", "state", "starts_at", "ends_at",
    "first_seen", "last_seen", "repeats", "disposition", "reason", "decided_by", "incident", "hold_until", "lease_until", "turns",
    "turns_since", "newest_start", "told_end", "grouping",
)  # fmt: skip
_BEGIN = _INSERT + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS) + ", acknowledged_by = ''"


def fold(uow: UnitOfWork, alerts: list[Alert], intake_key: str) -> None:
    """Fold alerts in. The same alert twice, or late, or in another order, ends in the same state (R1)."""
    if not alerts:
        return
    uow.tx.one_at_a_time(Lock.FOLDING)
    copies: dict[str, list[Alert]] = {}
    for alert in alerts:
        copies.setdefault(alert.fingerprint, []).append(alert)
    rows = _rows(uow, list(copies))
    same = []
    for fingerprint, several in copies.items():
        row = rows.get(fingerprint)
        before = known = _known(row) if row else None
        for alert in several:
            known = folding.fold(known, alert, uow.now)
        assert known is not None
        if known.firing and before is not None and before.firing:
            same.append(_moved(fingerprint, known, len(several), uow.now))
        elif known.firing:
            _begin(uow, several, known, row, intake_key)
        elif before is not None and before.firing:
            _end(uow, row or {}, known.told_end or uow.now, "resolved", known)
        elif before is None:
            _over(uow, several, known, intake_key)
        elif known != before:
            uow.tx.execute(
                "UPDATE signals SET told_end = :told, ends_at = :told WHERE fingerprint = :fingerprint",
                told=known.told_end,
                fingerprint=fingerprint,
            )
    uow.tx.many(_SAME, same)
    set_timer(uow)


def acknowledge(uow: UnitOfWork, ack: Acknowledgement, intake_key: str) -> None:
    """It was acknowledged in the tool that sent it: the pages of its incident stop. An unknown fingerprint is ignored."""
    uow.tx.one_at_a_time(Lock.FOLDING)
    row = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=ack.fingerprint)
    if row is None or row["state"] != "firing" or row["acknowledged_by"]:
        return
    by = ack.by or f"somebody in {intake_key}"
    uow.tx.execute(
        "UPDATE signals SET acknowledged_by = :by WHERE fingerprint = :fingerprint", by=by, fingerprint=ack.fingerprint
    )
    if row["incident"]:
        record = uow.record(row["incident"])
        if record.live() and any(page.waiting() for page in record.pages.values()):
            uow.append(record.id, Acknowledged(by), source="alert")


def run_due(uow: UnitOfWork) -> None:
    """Judge signals whose silence or hold is over, and end those whose sender stopped renewing them."""
    uow.tx.one_at_a_time(Lock.FOLDING)
    _each(uow, ahead.together(uow.tx.all(_SILENCED, now=uow.now)), _unsilence)
    _each(uow, ahead.together(uow.tx.all(_HELD, now=uow.now)), _judge)
    leased = "SELECT * FROM signals WHERE lease_until <= :now AND state = 'firing' LIMIT 500"
    _each(uow, list(uow.tx.all(leased, now=uow.now)), _run_out)
    set_timer(uow)


def read_due(application: Application) -> None:
    """What ``run_due`` will judge is read before it: no lock is held meanwhile."""
    for sql in (_SILENCED, _HELD):
        ahead.read_signals(application, ahead.together(application.database.select(sql, now=application.clock.now())))


def _judge(uow: UnitOfWork, row: Any) -> None:
    if until := maintenance.held_until(uow, row["service"]):
        uow.tx.execute(
            "UPDATE signals SET hold_until = :until WHERE fingerprint = :f", until=until, f=row["fingerprint"]
        )
        return
    subject, held = subject_of(uow, row), uow.now - row["first_seen"]
    work = (
        maintenance.ended_since(uow, row["service"], row["first_seen"])
        if held > rules.hold_of(subject, uow.policy)
        else ""
    )
    verdict = rules.still_firing(subject, held, uow.policy, work and f"still firing when the planned work {work} ended")
    dispose(uow, dict(row), verdict, "rule")


def _unsilence(uow: UnitOfWork, row: Any) -> None:
    silencing.end(uow, dict(row), subject_of(uow, row), "its time is over")


def _run_out(uow: UnitOfWork, row: Any) -> None:
    _end(uow, dict(row), uow.now, "no longer renewed by its sender", _known(row))


def _each(uow: UnitOfWork, rows: Sequence[Any], what: Callable[[UnitOfWork, Any], None]) -> None:
    """All together; when that fails each alone, so that one that cannot be judged holds back no other (P8)."""
    with contained("a batch of signals was not judged; each is judged alone") as together, uow.attempt():
        for row in rows:
            what(uow, row)
    if together.error:
        for row in rows:
            _alone(uow, row, what)


def _alone(uow: UnitOfWork, row: Any, what: Callable[[UnitOfWork, Any], None]) -> None:
    sentence = "a signal could not be judged; it is tried again"
    with contained(sentence, fingerprint=row["fingerprint"]) as judging, uow.attempt():
        what(uow, row)
    if judging.error:
        uow.tx.execute(
            "UPDATE signals SET hold_until = CASE WHEN hold_until <= :now THEN :later ELSE hold_until END, "
            "lease_until = CASE WHEN lease_until <= :now THEN :later ELSE lease_until END, "
            "silenced_until = CASE WHEN silenced_until <= :now THEN :later ELSE silenced_until END WHERE fingerprint = :fingerprint",
            now=uow.now,
            later=uow.now + AGAIN,
            fingerprint=row["fingerprint"],
        )


def subject_of(uow: UnitOfWork, row: Any) -> rules.Subject:
    """What the rules look at, from a signal's row."""
    labels = msgspec.json.decode(row["labels"], type=dict[str, str])
    return _subject(uow, labels, row["service"], row["severity"])


def _subject(uow: UnitOfWork, labels: dict[str, str], service: str, severity: str) -> rules.Subject:
    asked = service and any(rule.burn_over is not None for rule in uow.policy.rules)
    return rules.Subject(labels, service, severity, burn_of(uow, service) if asked else None)


def set_timer(uow: UnitOfWork) -> None:
    """The one timer of all signals: the earliest end of a hold, of a lease or of a silence."""
    row = uow.tx.one(
        "SELECT MIN(at) AS at FROM (SELECT MIN(hold_until) AS at FROM signals WHERE hold_until IS NOT NULL UNION ALL "
        "SELECT MIN(silenced_until) FROM signals WHERE silenced_until IS NOT NULL UNION ALL "
        "SELECT MIN(lease_until) FROM signals WHERE state = 'firing' AND lease_until IS NOT NULL) AS moments"
    )
    uow.timer("signals", int(row["at"]) if row and row["at"] is not None else None)


def _rows(uow: UnitOfWork, fingerprints: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(fingerprints), _CHUNK):
        chunk = fingerprints[start : start + _CHUNK]
        names = {f"f{i}": fingerprint for i, fingerprint in enumerate(chunk)}
        marks = ", ".join(f":{name}" for name in names)
        for row in uow.tx.all(f"SELECT * FROM signals WHERE fingerprint IN ({marks})", **names):
            found[row["fingerprint"]] = dict(row)
    return found


def _known(row: Any) -> AlertState:
    return AlertState(
        row["state"] == "firing", row["newest_start"], row["told_end"], row["last_seen"], row["lease_until"]
    )


def _moved(fingerprint: str, known: AlertState, more: int, now: int) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint, "now": now, "more": more, "lease": known.lease_until, "start": known.newest_start,
        "told": known.told_end,
    }  # fmt: skip


def _begin(
    uow: UnitOfWork, copies: list[Alert], known: AlertState, before: dict[str, Any] | None, intake_key: str
) -> None:
    firing = [copy for copy in copies if copy.firing]
    alert = firing[-1]
    service, severity = ahead.service_of(alert, uow.policy), alert.labels.get("severity", "")
    subject = _subject(uow, alert.labels, service, severity)
    planned = maintenance.held_until(uow, service)
    hold = rules.hold_of(subject, uow.policy) if planned is None else planned - uow.now
    silenced = before is not None and bool(before["silence"])  # silenced until a moment: judged when that ends
    counting = before is not None and uow.now - before["turns_since"] < HOUR
    row = {
        "fingerprint": alert.fingerprint,
        "intake_key": intake_key,
        "name": alert.name,
        "service": service,
        "severity": severity,
        "link": alert.link,
        "starts_at": min(copy.starts_at for copy in firing),
        "summary": ahead.summary_of(alert),
        "labels": msgspec.json.encode(alert.labels).decode(),
        "annotations": msgspec.json.encode(alert.annotations).decode(),
        "repeats": len(copies),
        "now": uow.now,
        "hold": None if silenced else uow.now + hold,
        "lease": known.lease_until,
        "turns": before["turns"] + 1 if before and counting else 1,
        "turns_since": before["turns_since"] if before and counting else uow.now,
        "start": known.newest_start,
        "told": known.told_end,
        "grouping": alert.group,
    }
    uow.tx.execute(_BEGIN, **row)
    if hold == 0 and not silenced:
        fresh = dict(row, incident="", state="firing", acknowledged_by="")
        dispose(uow, fresh, rules.still_firing(subject, 0, uow.policy), "rule")


def _over(uow: UnitOfWork, copies: list[Alert], known: AlertState, intake_key: str) -> None:
    """It had ended before it was received; an alert that never fired here is recorded as noise, and pages nobody.

    With a rule that pages at once even the shortest alert begins, and then ends.
    """
    firing = [copy for copy in copies if copy.firing] or copies[-1:]
    if not firing[-1].labels:
        return  # a resolution of an unknown key without details is not worth a signal
    _begin(uow, [msgspec.structs.replace(copy, firing=True) for copy in firing], known, None, intake_key)
    row = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=copies[0].fingerprint)
    assert row is not None
    _end(uow, dict(row), known.told_end or uow.now, "resolved", known)


def _end(uow: UnitOfWork, row: dict[str, Any], at: int, how: str, known: AlertState) -> None:
    if not row["disposition"] and row["silence"]:
        dispose(uow, row, silencing.noise(row), row["silenced_by"])
    elif not row["disposition"] and (work := maintenance.running_for(uow, row["service"])):
        dispose(uow, row, rules.SignalDecision("noise", f"cleared while the planned work {work.id} ran"), "rule")
    elif not row["disposition"]:
        hold = rules.hold_of(subject_of(uow, row), uow.policy)
        verdict = rules.cleared_in_hold(uow.now - row["first_seen"], hold, row["turns"], uow.policy)
        dispose(uow, row, verdict, "rule")
    elif row["incident"]:
        uow.append(str(row["incident"]), SignalCleared(str(row["fingerprint"]), str(row["name"]), how), source="alert")
    silencing.cleared(uow, row)
    uow.tx.execute(
        "UPDATE signals SET state = 'resolved', ends_at = :at, last_seen = :now, hold_until = NULL, lease_until = NULL, "
        "told_end = :told WHERE fingerprint = :fingerprint",
        at=at,
        now=uow.now,
        told=known.told_end,
        fingerprint=row["fingerprint"],
    )
    if row["disposition"] == "ticket":
        follow_signal(uow, str(row["fingerprint"]))
