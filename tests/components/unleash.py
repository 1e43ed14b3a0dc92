"""Unleash on PostgreSQL, from npm, in a folder of its own."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from tests.components.process import Process, answers

ADMIN, CLIENT = "*:*.for-the-tests-only-admin", "*:development.for-the-tests-only-client"
START = """
const unleash = await import('file://' + process.argv[2] + '/node_modules/unleash-server/dist/lib/server-impl.js');
const db = JSON.parse(process.argv[3]);
unleash.start({
  db: { ...db, ssl: false, pool: { min: 0, max: 4 } },
  server: { port: Number(process.argv[4]), host: '127.0.0.1' },
  authentication: { initApiTokens: [
    { environment: '*', projects: ['*'], secret: process.argv[5], type: 'admin', tokenName: 'admin' },
    { environment: 'development', projects: ['*'], secret: process.argv[6], type: 'client', tokenName: 'client' },
  ] },
  versionCheck: { enable: false }, telemetry: false, logLevel: 'error',
}).catch((error) => { console.error(error); process.exit(1); });
"""


def _home() -> Path:
    return Path(os.environ.get("STANCH_UNLEASH") or Path(__file__).parents[2] / ".unleash")


def find() -> str | None:
    """The folder of STANCH_UNLEASH, else .unleash/ of the repository, if unleash-server and node are there."""
    there = (_home() / "node_modules/unleash-server/package.json").exists()
    return str(_home()) if there and shutil.which("node") else None


class Unleash(Process):
    """Started on a database of the caller's."""

    def __init__(self, folder: Path, database_url: str, port: int | None = None) -> None:
        super().__init__(folder, port)
        parts = urlsplit(database_url)
        self.database = {
            "host": parts.hostname, "port": parts.port, "user": parts.username, "password": "", "database": parts.path[1:],
        }  # fmt: skip
        self.script = self.folder / "start.mjs"
        self.script.write_text(START)

    def command(self) -> Sequence[str]:
        home = find()
        assert home, "unleash-server is not installed"
        return ["node", str(self.script), home, json.dumps(self.database), str(self.port), ADMIN, CLIENT]

    def ready(self) -> bool:
        return answers(f"{self.url}/health")

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """One request of the admin API; answers with the decoded body."""
        answer = urllib3.request(
            method, f"{self.url}/api/admin{path}", headers={"Authorization": ADMIN}, json=body, timeout=10, retries=False
        )  # fmt: skip
        assert answer.status < 300, answer.data
        return json.loads(answer.data) if answer.data else None
