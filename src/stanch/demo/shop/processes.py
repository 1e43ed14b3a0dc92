"""Starts and stops the whole shop as processes of its own."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from stanch.demo.shop.ports import free_port
from stanch.kernel.errors import Unavailable


class Shop:
    """Two zones, a front and customers, ready when the block begins and gone when it ends."""

    def __init__(self, state: Path, rate: float = 20, *, customers: bool = True) -> None:
        self.state = state
        state.mkdir(parents=True, exist_ok=True)
        self.ports = {name: free_port() for name in ("zone-a", "zone-b", "front", "load")}
        self.front_url = f"http://127.0.0.1:{self.ports['front']}"
        self.load_url = f"http://127.0.0.1:{self.ports['load']}"
        self.rate = rate
        self.customers = customers
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Shop":
        backends = ",".join(f"{zone}=127.0.0.1:{self.ports[zone]}" for zone in ("zone-a", "zone-b"))
        for zone in ("zone-a", "zone-b"):
            self._start("server", self.ports[zone], "--zone", zone)
        self._start("front", self.ports["front"], "--backends", backends)
        for name in ("zone-a", "zone-b", "front"):
            self._wait(f"http://127.0.0.1:{self.ports[name]}/healthz")
        if self.customers:
            self.send_customers(f"{self.front_url}/checkout")
        return self

    def send_customers(self, url: str) -> None:
        """Let customers buy at an address: the front's, or that of a load balancer before the zones."""
        self._start("load", self.ports["load"], "--url", url, "--rate", str(self.rate))
        self._wait(f"{self.load_url}/window")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(5)
            if process.stdin:
                process.stdin.close()

    def error_rate(self, seconds: float) -> float:
        """The share of checkouts that failed in the last seconds, as the customers met it."""
        with urllib.request.urlopen(f"{self.load_url}/window?seconds={seconds:g}", timeout=5) as answer:  # noqa: S310 - our own loopback address
            return float(json.load(answer)["error_rate"])

    def rollout_broken(self) -> None:
        """The newest release goes out, and it is broken."""
        self.tool("release", "rollout", "v2", "--broken")

    def tool(self, name: str, *words: str) -> str:
        """Run one of the shop's tools and answer with what it printed."""
        argv = [sys.executable, "-m", f"stanch.demo.shop.{name}", "--state", str(self.state), *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def _start(self, module: str, port: int, *words: str) -> None:
        argv = [
            sys.executable,
            "-m",
            f"stanch.demo.shop.{module}",
            "--port",
            str(port),
            "--state",
            str(self.state),
            *words,
        ]
        self._processes.append(
            subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
        )

    def _wait(self, url: str) -> None:
        end = time.monotonic() + 15
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                    return
            except OSError:
                time.sleep(0.03)
        raise Unavailable(f"The demo's shop did not start: {url} does not answer.")
