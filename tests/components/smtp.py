"""An SMTP server that keeps every mail in a folder."""

import email
import email.policy
import importlib.util
import sys
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from tests.components.process import Process, listens


def find() -> str | None:
    return sys.executable if importlib.util.find_spec("aiosmtpd") else None


class SMTP(Process):
    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder, port)
        self.mailbox = self.folder / "mailbox"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return [
            *(sys.executable, "-W", "ignore", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}"),
            *("-c", "aiosmtpd.handlers.Mailbox", str(self.mailbox)),
        ]

    def ready(self) -> bool:
        return listens(self.port)

    def mails(self) -> list[EmailMessage]:
        """Every mail so far, oldest first."""
        files = sorted((self.mailbox / "new").glob("*"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
