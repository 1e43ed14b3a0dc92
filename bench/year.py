"""``python -m bench year``: an idle server and pages at once, from an empty folder and from a year of data, on both databases in one run."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench.page_at_once import Sink, measure
from bench.year_of_data import fill
from stanch.db.connection import Database
from stanch.db.migrate import migrate
from tests.components.postgres import Postgres


def run(seconds: int, samples: int) -> str:
    """The table, in Markdown: ``seconds`` of idling and ``samples`` pages of each."""
    lines = ["| | idle, share of a core | alert to notifier p50 | p99 |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as name, Postgres(Path(name) / "pg", durable=True) as cluster:
        for dialect in ("SQLite", "PostgreSQL"):
            for what in ("empty", "a year"):
                folder = Path(name) / f"{dialect}-{what.replace(' ', '-')}"
                (folder / "data").mkdir(parents=True)
                url = f"sqlite:///{folder}/data/stanch.db" if dialect == "SQLite" else cluster.create_database()
                idle, paged = _measured(folder, url, seconds, samples, full=what == "a year")
                lines.append(
                    f"| {dialect}, {what} | {idle:.2%} | {paged['p50_ms']:.1f} ms | {paged['p99_ms']:.1f} ms |"
                )
                print(lines[-1], flush=True)
    return "\n".join(lines)


def _measured(folder: Path, url: str, seconds: int, samples: int, *, full: bool) -> tuple[float, dict[str, float]]:
    from bench.__main__ import KEY, serve

    database = Database(url)
    migrate(database)
    if full:
        fill(database, time.time_ns() // 1000)
    database.close()
    sink = Sink()
    process, address = serve(folder, sink.url, {"database_url": url, "policy": {"keep_raw": 400 * 86400}})
    try:
        time.sleep(15)  # what has run its time is removed first, a few thousand rows a second
        idle = _share(process, seconds)
        hook = (f"{address}/hooks/prometheus/api/v2/alerts", KEY, sink)
        measure({"warm": hook}, 10)
        return idle, measure({"paged": hook}, samples)["paged"]
    finally:
        process.kill()
        process.wait()


def _share(process: subprocess.Popen[bytes], seconds: float) -> float:
    """CPU time of a process by time that passed."""
    before = _ticks(process.pid)
    time.sleep(seconds)
    return (_ticks(process.pid) - before) / os.sysconf("SC_CLK_TCK") / seconds


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
