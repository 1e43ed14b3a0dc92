"""``make bench``: runs B1 and B3 against a real Alertmanager, B4 against nginx, B5 to subscribers, and writes what it measured to ``docs/benchmarks.md``."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bench import intake, page_at_once, status_page, subscribers
from stanch.demo.monitoring import wait_for
from stanch.demo.shop.ports import free_port
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.main import open_stanch
from tests.components.alertmanager import Alertmanager

ROOT = Path(__file__).parent.parent
KEY = "bench-key"


def serve(folder: Path, sink: str, extra: dict[str, Any] | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """A stanch on a fresh SQLite file (or as ``extra`` has it), with a rule that pages at once."""
    port = free_port()
    values: dict[str, Any] = {
        "data": str(folder / "data"), "port": port, "intake_keys": {"bench": KEY}, "integrations": {"webhook": {}},
        "policy": {
            "storm_after": 1_000_000,  # each sample is an incident of its own, on purpose
            "rules": [{"match": {"at_once": "yes"}, "at_once": True, "name": "at once"}],
            "escalation": {"default": {"steps": [{"notify": ["ada"], "wait": 3600}], "repeat": 0}},
            "contacts": {"ada": {"name": "Ada", "reach": [f"webhook:{sink}"]}},
        },
    }  # fmt: skip
    for name, value in (extra or {}).items():
        values[name] = {**values[name], **value} if isinstance(values.get(name), dict) else value
    (folder / "stanch.yaml").write_text(yaml.safe_dump(values))
    environment = {**os.environ, "STANCH_CONFIG": str(folder / "stanch.yaml")}
    process = subprocess.Popen([sys.executable, "-m", "stanch", "serve"], env=environment, stdout=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/readyz", 20)
    return process, f"http://127.0.0.1:{port}"


def public_page(folder: Path, rounds: int) -> list[dict[str, Any]]:
    """B4, with a stanch of its own: a service that customers know, and as many incidents as asked for, three of them open."""
    folder = folder / "b4"
    folder.mkdir()
    shop = {"name": "shop", "public_name": "Checkout"}
    process, url = serve(folder, "http://127.0.0.1:9/", {"policy": {"services": {"shop": shop}, "contacts": {"ada": {"name": "Ada"}}}})  # fmt: skip
    beside = open_stanch(folder / "stanch.yaml")
    made = 0

    def do(name: str, **values: Any) -> None:
        with beside.application.uow(Actor("ada"), "cli") as uow:
            REGISTRY[name].handle(uow, msgspec.convert(values, REGISTRY[name].struct))

    def post(count: int) -> None:
        nonlocal made
        while made < count:
            made += 1
            do("declare", title=f"Incident {made}", service="shop", severity="SEV-4")
            do("status", incident=f"INC-{made}", state="investigating", text="Some payments fail.")
            if made > 3:
                do("status", incident=f"INC-{made}", state="resolved", text="All payments work again.")

    try:
        return status_page.measure(url, post, folder, rounds)
    finally:
        process.kill()
        process.wait()
        beside.application.database.close()


def main(rounds: int, samples: int) -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, theirs = page_at_once.Sink(), page_at_once.Sink()
        process, url = serve(folder, ours.url)
        try:
            with Alertmanager(folder / "am", webhook=theirs.url, group_wait="0s", group_by=("...",)) as am:
                paged = page_at_once.measure(
                    {
                        "stanch": (f"{url}/hooks/prometheus/api/v2/alerts", KEY, ours),
                        "alertmanager": (f"{am.url}/api/v2/alerts", "", theirs),
                    },
                    samples,
                )
                hook = f"{url}/hooks/prometheus/api/v2/alerts"
                with page_at_once.Beside(hook, KEY, 50):
                    beside = page_at_once.measure({"stanch, 50 alerts/s beside it": (hook, KEY, ours)}, samples)
                paged |= beside
                rows = intake.measure(url, KEY, am.url, folder, rounds)
        finally:
            process.kill()
            process.wait()
        pages = public_page(folder, rounds)
        (folder / "b5").mkdir()
        followed = subscribers.measure(folder / "b5", serve, KEY, 10_000)
    sections = [*status_page.table(pages, rounds), *subscribers.table(followed)]
    text = page(rows, paged, rounds, samples) + "\n".join(sections) + "\n"
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "benchmarks.md").write_text(text)
    (ROOT / "bench" / "last.json").write_text(
        json.dumps({"B1": rows, "B3": paged, "B4": pages, "B5": followed}, indent=2) + "\n"
    )
    print(text)


def page(rows: list[dict[str, Any]], paged: dict[str, dict[str, float]], rounds: int, samples: int) -> str:
    """The page, in Markdown."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite.",
        "",
        "## B1: intake accepted, durable",
        "",
        f"The same posts to both in one run, medians of {rounds} interleaved rounds of {intake.SECONDS} s by `wrk`. stanch answers when the body is on disk;",
        "Alertmanager keeps alerts in memory. Goal: 1.0 at batch 1, 2 at 10, 4 at 100.",
        "",
        "| batch x connections | stanch alerts/s | Alertmanager alerts/s | ratio | stanch p99 | Alertmanager p99 | refused |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['batch']} x {r['connections']} | {r['stanch_alerts_per_second']:,.0f} | {r['alertmanager_alerts_per_second']:,.0f} | "
        f"**{r['ratio']:.2f}** | {r['stanch_p99_ms']:.1f} ms | {r['alertmanager_p99_ms']:.1f} ms | {r['stanch_errors']:.0f} |"
        for r in rows
    ]
    lines += [
        "",
        "## B3: alert posted to notifier called, page at once",
        "",
        f"{samples} samples each, interleaved; Alertmanager with `group_wait: 0s`. Goal: p50 under 10 ms, p99 under 50 ms.",
        "",
        "| | p50 | p99 | worst |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {v['p50_ms']:.1f} ms | {v['p99_ms']:.1f} ms | {v['max_ms']:.1f} ms |" for name, v in paged.items()
    ]
    return "\n".join(lines) + "\n"


def chosen(argv: list[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser("python -m bench", description="Measure, and say what was measured.")
    parser.add_argument(
        "what", nargs="?", default="all", choices=("all", "pages", "status", "subscribers", "year"),
        help="all: B1 and B3 to B5, written to docs/benchmarks.md (the default); status: B4 alone; subscribers: B5 alone; "
        "pages: the first page and a busy war room, on SQLite and, with its address, PostgreSQL; "
        "year: idle and pages, from an empty folder and from a year of data, on both databases",
    )  # fmt: skip
    parser.add_argument("database", nargs="?", default="", help="pages: postgresql://... of an empty database")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds of B1 and B4 [3]")
    parser.add_argument("--samples", type=int, default=200, help="pages that are timed [200]")
    parser.add_argument("--subscribers", type=int, default=10_000, help="who follow the status page in B5 [10000]")
    parser.add_argument("--idle", type=int, default=20, help="seconds that an idle server is watched [20]")
    return parser.parse_args(argv)


if __name__ == "__main__":
    asked = chosen(sys.argv[1:])
    if asked.what == "status":
        with tempfile.TemporaryDirectory() as name:
            print("\n".join(status_page.table(public_page(Path(name), asked.rounds), asked.rounds)))
    elif asked.what == "subscribers":
        with tempfile.TemporaryDirectory() as name:
            print("\n".join(subscribers.table(subscribers.measure(Path(name), serve, KEY, asked.subscribers))))
    elif asked.what == "pages":
        from bench import pages

        print("\n".join(pages.run(asked.database, asked.samples, paints=9)))
    elif asked.what == "year":
        from bench.year import run

        run(asked.idle, asked.samples)
    else:
        main(asked.rounds, asked.samples)
