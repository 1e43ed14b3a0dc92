"""Has the texts of alerts read before the transaction that they are folded or judged in: all who write wait for that one.

What is read is bounded, so that the first of many is not kept waiting for the last.
"""

from collections.abc import Sequence
from math import inf
from typing import Any

from stanch.db.transaction import Row
from stanch.detect import rules, titles
from stanch.kernel.filling import incident_id
from stanch.kernel.policy import Policy
from stanch.ports import Alert, Received
from stanch.timeline.unit_of_work import Application

SERVICE_LABELS = ("service", "app", "job")
# So many characters are read for one transaction, about: half a second on a busy machine.
MOST = 100_000
_MOVED = (
    "SELECT name, summary, service FROM signals WHERE (fingerprint = :fingerprint OR incident IN (:incident, :into)) "
    "AND incident NOT IN (SELECT id FROM incidents WHERE private = 1)"
)


def service_of(alert: Alert, policy: Policy) -> str:
    """The service an alert is about: the first label that the catalog knows, else the ``service`` label as it is."""
    for label in SERVICE_LABELS:
        if alert.labels.get(label) in policy.services:
            return alert.labels[label]
    return alert.labels.get("service", "")


def summary_of(alert: Alert) -> str:
    """What the alert says of itself."""
    return alert.annotations.get("summary") or alert.annotations.get("description", "")


def title_of(policy: Policy, row: Row | dict[str, Any]) -> str:
    """The title of an incident that this signal opens."""
    service = policy.services.get(str(row["service"]))
    return titles.title(str(row["name"]), str(row["summary"]), service.label() if service else str(row["service"]))


def storm_title(policy: Policy) -> str:
    """The title of the incident that gathers the further alerts of a storm."""
    return f"Alert storm: alerts opened {policy.storm_after} incidents or more in five minutes, further ones are gathered here"


def read_alerts(application: Application, received: Sequence[Received]) -> int:
    """Read what of it may page at once, that is, is held by no hold. Answers with how many characters that were."""
    policy = application.policy()
    rows = [
        {"name": alert.name, "summary": summary_of(alert), "service": service}
        for alert in received
        if isinstance(alert, Alert) and _may_page(alert, service := service_of(alert, policy), policy)
    ]
    read_signals(application, rows)
    return sum(map(_length, rows))


def read_signals(application: Application, rows: Sequence[Row | dict[str, Any]]) -> None:
    """Read the texts of signals that are judged next."""
    policy = application.policy()
    for row in rows:
        for reader in application.alert_readers:
            reader(str(row["name"]), str(row["summary"]), title_of(policy, row))
            reader("", "", storm_title(policy))


def read_moved(application: Application, asked: Any) -> None:
    """Read the texts of the signal or of the incidents that a command names; what is private takes as long as nothing (P6)."""
    names = {name: getattr(asked, name, None) for name in ("fingerprint", "incident")}
    into = incident_id(getattr(asked, "into", "")) or None
    read_signals(application, together(application.database.select(_MOVED, **names, into=into)))


def together(rows: Sequence[Row]) -> Sequence[Row]:
    """The first of these signals that are judged in one transaction, by the length of their texts; always one."""
    length = 0
    for number, row in enumerate(rows, 1):
        length += _length(row)
        if length >= MOST:
            return rows[:number]
    return rows


def _length(row: Row | dict[str, Any]) -> int:
    return len(row["name"]) + len(row["summary"])


def _may_page(alert: Alert, service: str, policy: Policy) -> bool:
    """Whether it has no hold, whatever its service burns by now."""
    subjects = (rules.Subject(alert.labels, service, alert.labels.get("severity", ""), burn) for burn in (None, inf))
    return alert.firing and any(rules.hold_of(subject, policy) == 0 for subject in subjects)
