"""Commands that list probes and heartbeats (R13)."""

from typing import Any

import msgspec

from stanch.kernel.clock import SECOND, iso, spell
from stanch.kernel.command import command
from stanch.timeline.unit_of_work import UnitOfWork


class Probes(msgspec.Struct):
    """The built-in probes and what each saw last."""


@command("probes", Probes, group="detect", noun="probes", reading=True)
def list_probes(uow: UnitOfWork, _asked: Probes) -> list[dict[str, Any]]:
    """Probes (R13)."""
    return [
        {
            "probe": r["probe"],
            "service": r["service"],
            "ok": bool(r["ok"]),
            "failures": r["failures"],
            "detail": r["detail"],
            "checked_at": iso(r["checked_at"]),
            "took_ms": r["took_ms"],
        }
        for r in uow.tx.all("SELECT * FROM probe_results ORDER BY probe")
    ]


class Heartbeats(msgspec.Struct):
    """What must be heard of again and again, and when each was heard last."""


@command("heartbeats", Heartbeats, group="detect", noun="heartbeats", reading=True)
def list_heartbeats(uow: UnitOfWork, _asked: Heartbeats) -> list[dict[str, Any]]:
    """Heartbeats (R13). One that was never heard sleeps: its silence counts from the first beat on."""
    return [
        {
            "heartbeat": r["name"],
            "service": r["service"],
            "state": _state(r),
            "last_beat": iso(r["last_beat"]) if r["last_beat"] else None,
            "silent_at": iso(r["deadline"]) if r["deadline"] else None,
            "every": spell(int(r["every"] * SECOND)),
            "grace": spell(int(r["grace"] * SECOND)),
            "configured": bool(r["configured"]),
        }
        for r in uow.tx.all("SELECT * FROM heartbeats ORDER BY name")
    ]


def _state(row: Any) -> str:
    if not row["enabled"]:
        return "off"
    if row["silent"]:
        return "silent"
    return "heard" if row["last_beat"] else "waits for its first beat"
