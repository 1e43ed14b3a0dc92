"""Commands that list probes and heartbeats (R13)."""

from typing import Any

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.clock import SECOND, spell
from stanch.kernel.command import command
from stanch.timeline.unit_of_work import UnitOfWork


class Probes(msgspec.Struct):
    """The built-in probes and what each saw last."""


class ProbeRow(msgspec.Struct, frozen=True):
    """A probe's newest answer. ``failures``: how many in a row."""

    probe: str
    service: str
    ok: bool
    failures: int
    detail: str
    checked_at: Moment
    took_ms: float

    def line(self) -> str:
        """For chat."""
        return f"{self.probe}: {'ok' if self.ok else 'fails'} · {self.detail}"


@command("probes", Probes, reading=True, example="stanch probes")
def list_probes(uow: UnitOfWork, _asked: Probes) -> list[ProbeRow]:
    """Probes (R13)."""
    return [
        ProbeRow(r["probe"], r["service"], bool(r["ok"]), r["failures"], r["detail"], r["checked_at"], r["took_ms"])
        for r in uow.tx.all("SELECT * FROM probe_results ORDER BY probe")
    ]


class Heartbeats(msgspec.Struct):
    """What must be heard of again and again, and when each was heard last."""


class HeartbeatRow(msgspec.Struct, frozen=True):
    """A heartbeat. ``silent_at``: from when on its silence is an alert."""

    heartbeat: str
    service: str
    state: str
    last_beat: Moment | None
    silent_at: Moment | None
    every: str
    grace: str
    configured: bool

    def line(self) -> str:
        """For chat."""
        return f"{self.heartbeat}: {self.state} · every {self.every}"


@command("heartbeats", Heartbeats, reading=True, example="stanch heartbeats")
def list_heartbeats(uow: UnitOfWork, _asked: Heartbeats) -> list[HeartbeatRow]:
    """Heartbeats (R13). One without a beat yet is inactive."""
    return [
        HeartbeatRow(
            r["name"], r["service"], _state(r), r["last_beat"] or None, r["deadline"] or None,
            spell(int(r["every"] * SECOND)), spell(int(r["grace"] * SECOND)), bool(r["configured"]),
        )
        for r in uow.tx.all("SELECT * FROM heartbeats ORDER BY name")
    ]  # fmt: skip


def _state(row: Any) -> str:
    if not row["enabled"]:
        return "off"
    if row["silent"]:
        return "silent"
    return "heard" if row["last_beat"] else "waits for its first beat"
