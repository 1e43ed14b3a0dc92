"""Gives a signal its one disposition, and finds or opens the incident that it belongs to (R1)."""

from typing import Any

import msgspec

from stanch.detect.ahead import storm_title, title_of
from stanch.detect.rules import SignalDecision
from stanch.detect.signal_tickets import follow_signal
from stanch.kernel.clock import MINUTE, SECOND, spell
from stanch.kernel.policy import Policy
from stanch.timeline.facts.detect import Declared, SignalAttached, SignalDetached
from stanch.timeline.facts.paging import Acknowledged
from stanch.timeline.facts.recover import Reopened
from stanch.timeline.incident_rows import OF_SERVICE
from stanch.timeline.unit_of_work import UnitOfWork

STORM_WINDOW = 5 * MINUTE
LIVE = "('open', 'mitigated')"


def dispose(uow: UnitOfWork, row: dict[str, Any], decision: SignalDecision, decided_by: str) -> str:
    """Give a signal its disposition; an incident is found or opened for it. Answers with the incident or ''."""
    incident = str(row["incident"] or "")
    if decision.disposition == "incident":
        incident = incident or _open_for(uow, row) or _back(uow, row) or _storm(uow) or _declare(uow, row, decision)
        attach(uow, incident, row)
    elif incident:
        detach(uow, incident, row, decision.reason)
        incident = ""
    uow.tx.execute(
        "UPDATE signals SET disposition = :disposition, reason = :reason, decided_by = :by, incident = :incident, hold_until = NULL "
        "WHERE fingerprint = :fingerprint",
        disposition=decision.disposition,
        reason=decision.reason,
        by=decided_by,
        incident=incident,
        fingerprint=row["fingerprint"],
    )
    follow_signal(uow, str(row["fingerprint"]))
    return incident


def attach(uow: UnitOfWork, incident: str, row: dict[str, Any]) -> None:
    """Write a signal into the incident's timeline, unless it stands there firing already."""
    record = uow.record(incident)
    known = record.signals.get(str(row["fingerprint"]))
    if known is None or not known.firing:
        uow.append(
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
    if row["acknowledged_by"] and any(page.waiting() for page in record.pages.values()):
        uow.append(incident, Acknowledged(str(row["acknowledged_by"])), source="alert")


def detach(uow: UnitOfWork, incident: str, row: dict[str, Any], reason: str) -> None:
    """Say in the timeline that the signal is not part of this incident after all."""
    if str(row["fingerprint"]) in uow.record(incident).signals:
        uow.append(incident, SignalDetached(str(row["fingerprint"]), str(row["name"]), reason))


def neighbours(service: str, policy: Policy) -> set[str]:
    """The service, everything it depends on and everything that depends on it, over any number of steps."""
    found = {service}
    for step in (lambda name: policy.service(name).depends_on, policy.dependants):
        waiting, seen = [service], {service}
        while waiting:
            fresh = [name for name in step(waiting.pop()) if name not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        found |= seen
    return found


def _open_for(uow: UnitOfWork, row: dict[str, Any]) -> str:
    """A live incident that this signal belongs to: of its service, of its sender's group, else of a related service.

    A private incident gets no new alerts (P6): they page as if it did not exist. Its attached signals stay attached.
    """
    if own := _its_private_one(uow, str(row["fingerprint"])):
        return own
    service = str(row["service"])
    if service and (same := _of_the_service(uow, service)):
        return same
    if row["grouping"] and (grouped := _newest(uow, "s.grouping = :wanted", str(row["grouping"]))):
        return grouped
    if not service:
        return _of_the_same_rule(uow, row)
    live = uow.tx.all(f"SELECT id, service FROM incidents WHERE status IN {LIVE} AND private = 0 ORDER BY number DESC")
    related = neighbours(service, uow.policy)
    return next((str(each["id"]) for each in live if each["service"] in related), "")


def _of_the_service(uow: UnitOfWork, service: str) -> str:
    """The newest live incident that affects a service, before those that only affect it beside another one."""
    found = uow.tx.one(
        f"SELECT i.id FROM incidents i WHERE {OF_SERVICE} AND i.status IN {LIVE} AND i.private = 0 "
        "ORDER BY CASE WHEN i.service = :service THEN 0 ELSE 1 END, i.number DESC LIMIT 1",
        service=service,
    )
    return str(found["id"]) if found else ""


def _its_private_one(uow: UnitOfWork, fingerprint: str) -> str:
    """The live private incident that this signal has been part of: firing again it must not show outside."""
    found = uow.tx.one(
        f"SELECT i.id FROM incidents i WHERE i.private = 1 AND i.status IN {LIVE} AND EXISTS (SELECT 1 FROM entries e "
        "WHERE e.incident = i.id AND e.kind = 'signal_attached' AND e.facts LIKE :named) ORDER BY i.number DESC LIMIT 1",
        named=f'%"fingerprint":{_like(fingerprint)},%',
    )
    return str(found["id"]) if found and fingerprint in uow.record(str(found["id"])).signals else ""


def _of_the_same_rule(uow: UnitOfWork, row: dict[str, Any]) -> str:
    """An ``alertname`` names a rule that may fire for many things at once; an equal title alone is not enough."""
    if "alertname" not in msgspec.json.decode(str(row["labels"]), type=dict[str, str]):
        return ""
    same = "s.name = :wanted AND s.service = '' AND s.intake_key = :key"
    return _newest(uow, same, str(row["name"]), key=str(row["intake_key"]))


def _newest(uow: UnitOfWork, condition: str, wanted: str, **more: str) -> str:
    found = uow.tx.one(
        f"SELECT s.incident FROM signals s JOIN incidents i ON i.id = s.incident WHERE {condition} AND i.status IN {LIVE} AND i.private = 0 "
        "ORDER BY i.number DESC LIMIT 1",
        wanted=wanted,
        **more,
    )
    return str(found["incident"]) if found else ""


def _back(uow: UnitOfWork, row: dict[str, Any]) -> str:
    """R42: the same alert soon after its incident was resolved reopens that incident, which pages."""
    ended = _ended_alike(uow, row)
    if not ended or ended["status"] != "resolved":
        return ""
    ago = uow.now - ended["resolved_at"]
    if ago > uow.policy.reopen_within * SECOND:
        return ""
    why = f"{row['name']} fires again, {spell(ago)} after it was resolved"
    uow.append(str(ended["id"]), Reopened(why), source="alert")
    return str(ended["id"])


def _ended_alike(uow: UnitOfWork, row: dict[str, Any]) -> dict[str, Any] | None:
    """The newest ended incident of the same service that the same alert belonged to."""
    # Not OF_SERVICE: no index serves its OR where most incidents have ended, and this stands on the way to a page (P2).
    alike = (
        "i.private = 0 AND i.status IN ('resolved', 'closed') AND i.resolved_at > :since AND EXISTS (SELECT 1 FROM entries e "
        "WHERE e.incident = i.id AND e.kind = 'signal_attached' AND e.facts LIKE :named)"
    )
    found = uow.tx.one(
        "SELECT id, status, resolved_at FROM ("
        f"SELECT i.id, i.status, i.resolved_at, i.number FROM incidents i WHERE i.service = :service AND {alike} UNION ALL "
        "SELECT i.id, i.status, i.resolved_at, i.number FROM also_affected a JOIN incidents i ON i.id = a.incident "
        f"WHERE a.service = :service AND {alike}) AS ended ORDER BY number DESC LIMIT 1",
        service=str(row["service"]),
        since=uow.now - int(uow.policy.recurs_within * SECOND),
        named=f'%"name":{_like(str(row["name"]))},%',
    )
    return dict(found) if found else None


def _like(name: str) -> str:
    """An alert's name as JSON, with LIKE's wildcards escaped."""
    return msgspec.json.encode(name).decode().replace("%", "_").replace("\\", "_")


def _storm(uow: UnitOfWork) -> str:
    """Alert storm: when alerts have opened many incidents within minutes, further ones are collected in one incident."""
    since = uow.now - STORM_WINDOW
    opened = uow.tx.one(
        "SELECT COUNT(*) AS n FROM incidents i WHERE i.opened_at > :since AND EXISTS "
        "(SELECT 1 FROM signals s WHERE s.incident = i.id)",
        since=since,
    )
    if not opened or opened["n"] < uow.policy.storm_after:
        return ""
    storm = uow.tx.one(
        f"SELECT i.id FROM incidents i JOIN entries e ON e.incident = i.id AND e.position = 1 WHERE i.status IN {LIVE} "
        "AND i.private = 0 AND e.kind = 'declared' AND e.facts LIKE :storm ORDER BY i.number DESC LIMIT 1",
        storm='%"storm":true%',
    )
    if storm:
        return str(storm["id"])
    return uow.open(
        Declared(storm_title(uow.policy), "", uow.now, reason=f"more than {uow.policy.storm_after} at once", storm=True)
    )


def _declare(uow: UnitOfWork, row: dict[str, Any], decision: SignalDecision) -> str:
    ended = _ended_alike(uow, row)
    recurs = str(ended["id"]) if ended else ""
    reason = f"alert {row['name']}, {decision.reason}"
    # Noticed when the alert came, not when it had been held for long enough (R33). One that fires again came then.
    detected_at = min(uow.now, max(row.get("first_seen", uow.now), row["starts_at"]))
    return uow.open(
        Declared(
            title_of(uow.policy, row),
            str(row["service"]),
            row["starts_at"],
            reason=reason,
            recurs=recurs,
            detected_at=detected_at,
        )
    )
