"""Fills a database with what a year of use leaves behind, quickly and by SQL alone: both databases take the same statements."""

import re
from typing import Any

from stanch.db.connection import Database
from stanch.kernel.clock import DAY, HOUR, MINUTE, SECOND

POSTS, SIGNALS, INCIDENTS, ENTRIES = 400_000, 50_000, 2_000, 60
BODY = (
    '[{"labels":{"alertname":"ErrorBudgetBurn","service":"checkout","severity":"page"},"annotations":{"summary":"checkout burns"},'
    '"startsAt":"2026-01-01T03:00:17Z","generatorURL":"http://prometheus:9090/graph?g0.expr=up"}]'
)
SAID = '{"kind":"said","text":"looked at the pods of zone-b, nothing new there"}'
DECLARED = '{"kind":"declared","title":"checkout burns","service":"checkout","began_at":1779000000000000}'
POSTED = '{"kind":"update_posted","audience":"public","text":"We are looking into it.","state":"investigating"}'
ATTACHED = '{"kind":"signal_attached","fingerprint":"old","name":"Burn","origin":"prometheus"}'


def _numbers(most: int, first: int = 1) -> str:
    return f"WITH RECURSIVE n(i) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {most}) "


def _statements(blob: str, share: int) -> list[str]:
    """Each takes ``:now``; row ``i`` of ``most`` happened ``most - i`` steps ago. ``share``: 1 for all, 10 for a tenth."""
    posts, signals, incidents = POSTS // share, SIGNALS // share, INCIDENTS // share
    step, each = 365 * DAY // posts, 365 * DAY // incidents
    began = f"(:now - ({incidents} - i) * {each} - {DAY})"
    return [
        (
            f"INSERT INTO intake (intake_key, format, received_at, body, state, note, about, request) {_numbers(posts)}"
            f"SELECT 'old', 'prometheus', :now - ({posts} - i) * {step} - {MINUTE}, {blob}, 'digested', '', '', '' FROM n"
        ),
        (
            "INSERT INTO incidents (number, id, title, service, status, severity, phase, private, opened_at, resolved_at, changed_at, position) "
            f"{_numbers(incidents)}SELECT i, 'INC-' || i, 'checkout burns', 'service-' || (i % 20), "
            f"CASE WHEN i % 5 = 0 THEN 'resolved' ELSE 'closed' END, 'SEV-2', 'learn', 0, {began}, {began} + {HOUR}, {began} + {HOUR}, {ENTRIES} FROM n"
        ),
        f"INSERT INTO entries (incident, position, kind, happened_at, recorded_at, author, source, facts, hash) {_numbers(incidents)}"
        ", p(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM p WHERE j < " + str(ENTRIES) + ") "
        "SELECT 'INC-' || i, j, CASE j WHEN 1 THEN 'declared' WHEN 2 THEN 'signal_attached' WHEN 3 THEN 'update_posted' ELSE 'said' END, "
        f"{began} + j * {SECOND}, {began} + j * {SECOND}, 'ada', 'page', "
        f"CASE j WHEN 1 THEN '{DECLARED}' WHEN 2 THEN '{ATTACHED}' WHEN 3 THEN '{POSTED}' ELSE '{SAID}' END, 'hash' FROM n, p",
        (
            "INSERT INTO signals (fingerprint, intake_key, name, service, severity, summary, labels, annotations, link, state, starts_at, "
            "first_seen, last_seen, repeats, disposition, reason, decided_by, incident, hold_until, lease_until) "
            f"{_numbers(signals)}SELECT 'old-' || i, 'old', 'Burn', 'service-' || (i % 20), 'page', 'burns', '{{}}', '{{}}', '', "
            f"CASE WHEN i > {signals} - 50 THEN 'firing' ELSE 'resolved' END, :now - ({signals} - i) * 60000000, :now - ({signals} - i) * 60000000, "
            f":now - ({signals} - i) * 60000000, 3, CASE WHEN i % 3 = 0 THEN 'noise' ELSE 'incident' END, 'rule', 'rule', "
            f"'INC-' || (i % {incidents} + 1), NULL, NULL FROM n"
        ),
        (
            "INSERT INTO outbox (key, kind, incident, payload, state, due_at, attempts, leased_until, last_error, created_at, done_at) "
            f"{_numbers(signals)}SELECT 'page:old:' || i, 'page', 'INC-' || (i % {incidents} + 1), '{{}}', 'done', "
            f":now - i * {MINUTE // 2}, 1, 0, '', :now - i * {MINUTE // 2}, :now - i * {MINUTE // 2} FROM n"
        ),
        (
            f"INSERT INTO deploys (id, service, release, previous, deployed_at, reversible, reason, author) {_numbers(signals // 5)}"
            f"SELECT 'd' || i, 'service-' || (i % 20), 'v' || i, '', :now - i * {HOUR} / 2, 1, '', 'ci' FROM n"
        ),
        (
            f"INSERT INTO answers (key, fingerprint, status, body, created_at) {_numbers(signals // 5)}"
            f"SELECT 'k' || i, 'f', 200, '{{}}', :now - i * {SECOND} FROM n"
        ),
        (
            f"INSERT INTO measurements (incident, name, at, value) {_numbers(signals * 2)}"
            f"SELECT 'INC-' || (i % {incidents} + 1), 'error rate', :now - i * {5 * SECOND}, 0.5 FROM n"
        ),
        (
            f"INSERT INTO surveys (incident, taken_at, content) {_numbers(incidents)}"
            f"SELECT 'INC-' || i, {began} + {HOUR}, '{{}}' FROM n"
        ),
        (
            "INSERT INTO mitigation_runs (run, incident, service, mitigation, started_at, effect_seconds, outcome, confirmation) "
            f"{_numbers(incidents)}SELECT 'r' || i, 'INC-' || i, 'service-' || (i % 20), 'rollback', {began}, 30, 'helped', 'c' || i FROM n"
        ),
        (
            f"INSERT INTO timers (key, due_at, leased_until) {_numbers(incidents // 20)}"
            f"SELECT 'wake:INC-' || i, :now + i * {HOUR}, 0 FROM n"
        ),
    ]


def fill(database: Database, now: int, share: int = 1) -> dict[str, int]:
    """A year (or a share of one) that ended a minute before ``now``, as the planner of the database knows it; counts by table."""
    blob = f"convert_to('{BODY}', 'UTF8')" if database.dialect == "postgresql" else f"CAST('{BODY}' AS BLOB)"
    with database.transaction() as tx:
        for statement in _statements(blob, share):
            tx.execute(_escaped(statement), now=now)
    with database.transaction() as tx:
        if tx.dialect == "postgresql":  # where autovacuum does it; nobody does on SQLite
            tx.driver("ANALYZE")
        tables = ("intake", "signals", "incidents", "entries", "outbox", "deploys", "measurements")
        counted: list[Any] = [(table, tx.one(f"SELECT COUNT(*) AS n FROM {table}")) for table in tables]
    return {table: int(row["n"]) for table, row in counted}


def _escaped(statement: str) -> str:
    """Colons within the JSON are no parameters."""
    return re.sub(r"(?<![\\:\w]):(?!now\b)(?=\w)", r"\:", statement)
