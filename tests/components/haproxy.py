"""HAProxy in front of named servers, with its runtime API on a unix socket."""

import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.components.process import Process, find_program, listens


def find() -> str | None:
    return find_program("haproxy")


class HAProxy(Process):
    """`servers` maps a server's name to "127.0.0.1:port"; all of them are in backend `backend`."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        servers: Mapping[str, str],
        backend: str = "app",
        check: bool = False,
    ) -> None:
        super().__init__(folder, port)
        self.backend = backend
        # A unix socket's path has at most 107 bytes; pytest's folders may be longer.
        self._short = Path(tempfile.mkdtemp(prefix="stanch-hap-"))
        self.socket = self._short / "admin.sock"
        lines = [
            "global",
            f"  stats socket {self.socket} mode 600 level admin",
            "  stats timeout 30s",
            "defaults",
            "  mode http",
            "  timeout connect 1s",
            "  timeout client 10s",
            "  timeout server 10s",
            "frontend front",
            f"  bind 127.0.0.1:{self.port}",
            f"  default_backend {backend}",
            f"backend {backend}",
            "  balance roundrobin",
            *(f"  server {name} {address}{' check inter 500ms' if check else ''}" for name, address in servers.items()),
            "",
        ]
        self.config = self.folder / "haproxy.cfg"
        self.config.write_text("\n".join(lines))

    def command(self) -> Sequence[str]:
        program = find()
        assert program, "haproxy is not installed"
        return [program, "-W", "-db", "-f", str(self.config)]

    def ready(self) -> bool:
        return listens(self.port) and self.socket.exists()

    def stop(self, patience: float = 5.0) -> None:
        super().stop(patience)
        shutil.rmtree(self._short, ignore_errors=True)

    def ask(self, command: str) -> str:
        """One command of the runtime API and its answer."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(5.0)
            sock.connect(str(self.socket))
            sock.sendall(command.encode() + b"\n")
            answer = b""
            while part := sock.recv(65536):
                answer += part
        return answer.decode()
