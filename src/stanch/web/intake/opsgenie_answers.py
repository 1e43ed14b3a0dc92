"""Signals, requests and heartbeats in the shapes of Opsgenie's answers (formats/03, 3.4 and 3.7)."""

from __future__ import annotations

import uuid
import zlib
from typing import Any

import msgspec

from stanch.detect.limits import identity as known_as
from stanch.kernel.clock import iso
from stanch.kernel.errors import NotFound
from stanch.timeline.unit_of_work import UnitOfWork

SPACE = uuid.UUID("6f0c2a2e-5d0f-4b7c-9a53-2f1f5f6f7a10")
PRIORITIES = frozenset({"P1", "P2", "P3", "P4", "P5"})


def alert_id(key: str, alias: str) -> str:
    """The id of the alert of an alias: the same alias is the same id, so nothing must be kept to find it again."""
    return str(uuid.uuid5(SPACE, f"{key}/{alias}"))


def tiny_id(key: str, alias: str) -> str:
    """The short one, a string of digits."""
    return str(zlib.crc32(f"{key}/{alias}".encode()) % 100_000)


def alias_of(uow: UnitOfWork, key: str, identifier: str) -> str:
    """The alias of the alert that has this id or tiny id, or the empty string."""
    for row in uow.tx.all(f"{_MINE} ORDER BY last_seen DESC LIMIT 10000", **_prefix(key)):
        alias = _alias(key, row)
        if identifier in (alert_id(key, alias), tiny_id(key, alias)):
            return alias
    return ""


def alerts(uow: UnitOfWork, key: str, offset: int, limit: int) -> list[dict[str, Any]]:
    """The newest alerts of a key, without the parts that only a single one has."""
    rows = uow.tx.all(
        f"{_MINE} ORDER BY last_seen DESC LIMIT :limit OFFSET :offset", **_prefix(key), limit=limit, offset=offset
    )
    return [_alert(key, row) for row in rows]


def count(uow: UnitOfWork, key: str) -> int:
    """How many alerts of a key there are."""
    row = uow.tx.one(_MINE.replace("SELECT *", "SELECT COUNT(*) AS n"), **_prefix(key))
    return int(row["n"]) if row else 0


def alert(uow: UnitOfWork, key: str, alias: str) -> dict[str, Any]:
    """One alert, whole. Raises ``NotFound``."""
    row = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=known_as(f"{key}/{alias}"))
    if row is None or not alias:
        raise NotFound("Alert does not exist.")
    labels = msgspec.json.decode(row["labels"], type=dict[str, str])
    annotations = msgspec.json.decode(row["annotations"], type=dict[str, str])
    description = annotations.get("description", "")
    return {
        **_alert(key, row),
        "actions": [],
        "entity": labels.get("entity", ""),
        "description": description,
        "details": labels,
    }


def request(uow: UnitOfWork, key: str, identity: str) -> dict[str, Any]:
    """What became of a request. Raises ``NotFound`` while it is not processed."""
    row = uow.tx.one("SELECT * FROM intake WHERE request = :identity", identity=identity)
    if row is None or row["intake_key"] != key or row["state"] == "new":
        raise NotFound("Request not found. It might not be processed, yet.")
    method, _, rest = row["about"].partition(" ")
    path = rest.partition("?")[0].split("/")
    alias = _named(row, path)
    found = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=known_as(f"{key}/{alias}"))
    action = "Create" if method == "POST" and len(path) <= 3 else (path[4] if len(path) > 4 else method).capitalize()
    ok = row["state"] == "digested" and found is not None
    return {
        "success": ok, "isSuccess": ok, "action": action, "processedAt": iso(row["received_at"]), "integrationId": key,
        "status": (f"{action}d alert" if ok else row["note"] or "Alert does not exist"), "alias": alias,
        "alertId": alert_id(key, alias) if found is not None else "",
    }  # fmt: skip


def heartbeats(uow: UnitOfWork) -> list[Any]:
    """Every heartbeat's row."""
    return uow.tx.all("SELECT * FROM heartbeats ORDER BY name")


def heartbeat(row: Any) -> dict[str, Any]:
    """One heartbeat."""
    minutes = max(1, round(row["every"] / 60))
    shape = {
        "name": row["name"], "description": "", "interval": minutes, "enabled": bool(row["enabled"]), "intervalUnit": "minutes",
        "expired": bool(row["silent"]), "alertTags": [], "alertPriority": "P3" if row["severity"] == "page" else "P4",
        "alertMessage": row["summary"] or f"{row['name']} is expired",
    }  # fmt: skip
    return {**shape, **({"lastPingTime": iso(row["last_beat"])} if row["last_beat"] else {})}


_MINE = "SELECT * FROM signals WHERE intake_key = :key AND fingerprint >= :low AND fingerprint < :high"


def _prefix(key: str) -> dict[str, str]:
    return {"key": key, "low": f"{key}/", "high": f"{key}0"}  # "0" follows "/"


def _alias(key: str, row: Any) -> str:
    return str(row["fingerprint"]).removeprefix(f"{key}/")


def _named(row: Any, path: list[str]) -> str:
    from urllib.parse import unquote

    if len(path) > 3:
        return unquote(path[3])
    try:
        return str(msgspec.json.decode(bytes(row["body"])).get("alias", ""))
    except (msgspec.DecodeError, AttributeError, UnicodeDecodeError):
        return ""


def _alert(key: str, row: Any) -> dict[str, Any]:
    alias = _alias(key, row)
    labels = msgspec.json.decode(row["labels"], type=dict[str, str])
    priority = labels.get("priority", "P3")
    tags = [tag for tag in labels.get("tags", "").split(",") if tag]
    return {
        "id": alert_id(key, alias), "tinyId": tiny_id(key, alias), "alias": alias, "message": row["summary"] or row["name"],
        "status": "open" if row["state"] == "firing" else "closed", "acknowledged": bool(row["acknowledged_by"]),
        "isSeen": bool(row["acknowledged_by"]), "tags": tags, "snoozed": False, "count": row["repeats"],
        "lastOccurredAt": iso(row["last_seen"]), "createdAt": iso(row["starts_at"]), "updatedAt": iso(row["last_seen"]),
        "source": labels.get("source", ""), "owner": row["acknowledged_by"],
        "priority": priority if priority in PRIORITIES else "P3", "responders": [],
        "integration": {"id": key, "name": key, "type": "API"},
    }  # fmt: skip
