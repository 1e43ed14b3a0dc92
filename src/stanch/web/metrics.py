"""A few numbers for Prometheus. Counts only: no names, no titles, no secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from stanch.kernel.clock import SECOND

if TYPE_CHECKING:
    from stanch.db.transaction import Transaction
    from stanch.main import Stanch


# Private incidents count in no metric: a scraper is not a member (P6).
PUBLIC = "incident NOT IN (SELECT id FROM incidents WHERE private = 1)"


def exposition(stanch: Stanch) -> tuple[bytes, str]:
    """The text and its media type; read from the database at the moment of the scrape."""
    registry = CollectorRegistry()
    incidents = Gauge("stanch_incidents", "Incidents by status", ["status"], registry=registry)
    intake = Gauge("stanch_intake_posts", "Posts in the intake journal by state", ["state"], registry=registry)
    outbox = Gauge(
        "stanch_outbox_effects", "Effects in the outbox that are not done, by state", ["state"], registry=registry
    )
    signals = Gauge("stanch_signals_firing", "Signals that fire now", registry=registry)
    late = Gauge("stanch_timer_lag_seconds", "How late the oldest due timer is", registry=registry)
    with stanch.application.database.reading() as tx:
        for row in tx.all(
            "SELECT status AS label, COUNT(*) AS n FROM incidents WHERE private = 0 GROUP BY status ORDER BY status"
        ):
            incidents.labels(row["label"]).set(row["n"])
        # Finished rows are not counted: that would read both tables through.
        for state in ("waiting", "running", "failed", "lost"):
            left = tx.one(f"SELECT COUNT(*) AS n FROM outbox WHERE state = '{state}' AND {PUBLIC}")
            outbox.labels(state).set(left["n"] if left else 0)
        for state in ("new", "unparsable"):
            kept = tx.one(f"SELECT COUNT(*) AS n FROM intake WHERE state = '{state}'")
            intake.labels(state).set(kept["n"] if kept else 0)
        firing = tx.one(f"SELECT COUNT(*) AS n FROM signals WHERE state = 'firing' AND {PUBLIC}")
        signals.set(firing["n"] if firing else 0)
        first = tx.one("SELECT MIN(due_at) AS due FROM timers")
        due = first["due"] if first else None
        late.set(max(0, stanch.application.clock.now() - due) / SECOND if due is not None else 0)
        _action_items(tx, registry, stanch.application.clock.now())
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _action_items(tx: Transaction, registry: CollectorRegistry, now: int) -> None:
    """R49: completion is the first figure of maturity."""
    items = Gauge("stanch_action_items", "Action items by state", ["state"], registry=registry)
    added = tx.one("SELECT COUNT(*) AS n, SUM(completed) AS done FROM learning_items WHERE private = 0")
    late = "SUM(CASE WHEN due_at < :now THEN 1 ELSE 0 END)"
    left = tx.one(
        f"SELECT COUNT(*) AS n, {late} AS late FROM learning_items WHERE private = 0 AND done_at IS NULL", now=now
    )
    total, done = (int(added["n"]), int(added["done"] or 0)) if added else (0, 0)
    waiting, overdue = (int(left["n"]), int(left["late"] or 0)) if left else (0, 0)
    for state, n in (
        ("done", done),
        ("dropped", total - done - waiting),
        ("open", waiting - overdue),
        ("overdue", overdue),
    ):
        items.labels(state).set(n)
