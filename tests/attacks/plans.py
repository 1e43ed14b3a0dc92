"""Which statements ran, and how the database goes about each of them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from stanch.db.connection import Database

LARGE = frozenset(
    {"intake", "signals", "incidents", "entries", "outbox", "deploys", "answers", "measurements", "mitigation_runs"}
)  # fmt: skip
# What one statement may cost: steps of SQLite's machine (a look-up by key takes about 40), units of PostgreSQL's planner.
MOST_STEPS, MOST_COST = 10_000, 300.0
Statements = dict[str, Any]


@contextmanager
def recorded(database: Database, steps: dict[str, int]) -> Iterator[Statements]:
    """The statements that run inside, each with the parameters of its first run; on SQLite with the steps of its longest."""
    seen: Statements = {}
    count = [0]

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.setdefault(statement, parameters[0] if many else parameters)
        count[0] = 0
        if database.dialect == "sqlite":
            connection.connection.driver_connection.set_progress_handler(
                lambda: count.__setitem__(0, count[0] + 100), 100
            )

    def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if database.dialect == "sqlite":
            connection.connection.driver_connection.set_progress_handler(None, 0)
        steps[statement] = max(steps.get(statement, 0), count[0])

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    yield seen
    event.remove(database.engine, "before_cursor_execute", before)
    event.remove(database.engine, "after_cursor_execute", after)


def complaints(database: Database, seen: Statements, steps: dict[str, int]) -> list[str]:
    """Statements that read a large table from end to end, or cost more than a look-up does."""
    found = []
    for statement, parameters in seen.items():
        if not re.match(r"\s*(SELECT|UPDATE|DELETE)", statement) or " AND pg_" in statement:
            continue
        names = _names(statement)
        if not LARGE & set(names.values()):
            continue
        how = _on_sqlite if database.dialect == "sqlite" else _on_postgresql
        wrong = how(database, statement, parameters, names)
        if steps.get(statement, 0) > MOST_STEPS and not _batch(statement):
            wrong.append(f"{steps[statement]} steps")
        found += [f"{each}: {statement}" for each in wrong]
    return found


def _batch(statement: str) -> bool:
    """Retention takes a few thousand rows at a time, on purpose."""
    return statement.startswith("DELETE") and " LIMIT " in statement


def _names(statement: str) -> dict[str, str]:
    """Alias (or name) to table."""
    found = re.findall(
        r"(?:FROM|JOIN|UPDATE) (\w+)(?: (?!WHERE|SET|ORDER|LIMIT|GROUP|ON|JOIN|LEFT|UNION|FOR)(\w+))?", statement
    )
    return {alias or table: table for table, alias in found}


def _on_sqlite(database: Database, statement: str, parameters: Any, names: dict[str, str]) -> list[str]:
    with database.engine.connect() as connection:
        plain = connection.connection.driver_connection
        assert plain is not None
        partial = {
            r[0] for r in plain.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        }
        rows = plain.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    found = []
    for detail in (row[3] for row in rows):
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", detail)
        if scan and names.get(scan[1], scan[1]) in LARGE and scan[2] not in partial:
            found.append(detail)
    return found


def _on_postgresql(database: Database, statement: str, parameters: Any, names: dict[str, str]) -> list[str]:
    with database.engine.connect() as connection:
        plain = connection.connection.driver_connection
        assert plain is not None
        answer = plain.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchone()[0]
        connection.rollback()
    tree = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    found = [f"Seq Scan on {node['Relation Name']}" for node in _nodes(tree)
             if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE]  # fmt: skip
    if tree["Total Cost"] > MOST_COST and not _batch(statement):
        found.append(f"cost {tree['Total Cost']:.0f}")
    return found


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
