"""One child process with its own group, log file and readiness check."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3

_running: set["Process"] = set()


def find_program(*names: str) -> str | None:
    """The first of these programs on PATH or in the places where Debian puts daemons."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    return None


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=1.0, retries=False).status == 200
    except (urllib3.exceptions.HTTPError, OSError):
        return False


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False


class Process:
    """Starts `command` on entry, waits until `ready()`, and ends the whole group on exit."""

    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, port: int | None) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.log = self.folder / f"{type(self).__name__.lower()}.log"
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._popen is not None, "not started"
        return self._popen.pid

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def ready(self) -> bool:
        raise NotImplementedError

    def start(self, patience: float = 30.0) -> Self:
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        _running.add(self)
        try:
            wait_until(self._up, patience, self._describe)
        except BaseException:
            self.stop()
            raise
        return self

    def _up(self) -> bool:
        assert self._popen is not None
        if self._popen.poll() is not None:
            raise RuntimeError(self._describe())
        return self.ready()

    def _describe(self) -> str:
        tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        return f"{type(self).__name__} on port {self.port} is not ready; its log ends:\n{tail}"

    def stop(self, patience: float = 5.0) -> None:
        _running.discard(self)
        popen, self._popen = self._popen, None
        if popen is None:
            return
        if popen.poll() is None:
            popen.send_signal(self.stop_signal)
            try:
                popen.wait(patience)
            except subprocess.TimeoutExpired:
                pass  # killed with its group below
        self._kill_group(popen.pid)
        popen.wait()

    def kill(self) -> None:
        """End it at once, as a crash does."""
        assert self._popen is not None, "not started"
        self._kill_group(self._popen.pid)
        self._popen.wait()
        self._popen = None
        _running.discard(self)

    @staticmethod
    def _kill_group(group: int) -> None:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # nobody left in it

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def wait_until(
    condition: Callable[[], object],
    patience: float = 10.0,
    otherwise: str | Callable[[], str] = "not in time",
) -> None:
    """Poll until `condition()` is true; TimeoutError with `otherwise` after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise if isinstance(otherwise, str) else otherwise())
        time.sleep(0.05)


@atexit.register
def _stop_all() -> None:
    for process in list(_running):
        process.stop(patience=1.0)
