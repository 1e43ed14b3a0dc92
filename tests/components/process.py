"""One child process with its own group, log file and readiness check."""

import atexit
import os
import random
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


# Below the ports that Linux gives to outgoing connections (32768 and up), so that none of them takes a server's port before
# it starts or while it is restarted; drawn at random, so that test processes side by side seldom try the same one.
_ports = iter(random.SystemRandom().sample(range(20000, 32000), 12000))


def free_port() -> int:
    """A port of 127.0.0.1 that is free and was not given to this process before. StopIteration when all were given."""
    while True:
        port = next(_ports)
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def _living(group: int) -> list[int]:
    """The processes of a group that still run. One that has ended and waits for its parent to read that does not count."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = entry.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # it ended meanwhile
        if int(of_group) == group and state not in "ZX":
            found.append(int(entry.parent.name))
    return found


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
        """Kills what is left of a group. Returns when it is gone: until then a worker of a dead parent holds its port."""
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nobody left in it
        wait_until(lambda: not _living(group), 10.0, f"processes of group {group} outlived SIGKILL")

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
