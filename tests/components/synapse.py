"""A Matrix homeserver (Synapse) on SQLite, in an environment of its own: its dependencies are not ours."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import urllib3
import yaml

from tests.components.process import Process, answers

SHARED_SECRET = "the tests register with this"


def find() -> str | None:
    """Python of the environment in STANCH_SYNAPSE_VENV, else in .synapse/ of the repository, if Synapse is in it."""
    folder = Path(os.environ.get("STANCH_SYNAPSE_VENV") or Path(__file__).parents[2] / ".synapse")
    there = next(folder.glob("lib/python3*/site-packages/synapse/app/homeserver.py"), None)
    return str(folder / "bin" / "python") if there else None


class Synapse(Process):
    """People are ``@name:localhost``; `register` makes them and answers with their access token."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder, port)
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (self.folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
        many = {"per_second": 1000, "burst_count": 1000}
        config = {
            "server_name": "localhost",
            "public_baseurl": self.url,
            "pid_file": str(self.folder / "synapse.pid"),
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "tls": False,
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "synapse.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "macaroon_secret_key": secrets.token_hex(16),
            "registration_shared_secret": SHARED_SECRET,
            "report_stats": False,
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "federation_domain_whitelist": [],
            "presence": {"enabled": False},
            "caches": {"sync_response_cache_duration": "0s"},
            "rc_message": many,
            "rc_registration": many,
            "rc_joins": {"local": many, "remote": many},
            "rc_invites": {"per_room": many, "per_user": many, "per_issuer": many},
            "rc_room_creation": many,
        }
        self.config = self.folder / "homeserver.yaml"
        self.config.write_text(yaml.safe_dump(config))

    def command(self) -> Sequence[str]:
        program = find()
        assert program, "synapse is not installed"
        return [program, "-m", "synapse.app.homeserver", "-c", str(self.config)]

    def ready(self) -> bool:
        return answers(f"{self.url}/health")

    def register(self, name: str) -> str:
        """A new person's access token."""
        nonce = self.ask("GET", "/_synapse/admin/v1/register")["nonce"]
        password = secrets.token_hex(8)
        signed = "\0".join([nonce, name, password, "notadmin"]).encode()
        mac = hmac.new(SHARED_SECRET.encode(), signed, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
        token: str = self.ask("POST", "/_synapse/admin/v1/register", body=body)["access_token"]
        return token

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """One request that must succeed."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else json.dumps(body)
        answer = urllib3.request(method, self.url + path, headers=headers, body=data, timeout=20.0, retries=False)
        assert answer.status == 200, answer.data
        return json.loads(answer.data)

    def client(self, method: str, path: str, token: str, body: Any = None) -> Any:
        """The same, below the client-server API's prefix."""
        return self.ask(method, f"/_matrix/client/v3{path}", token, body)

    def messages(self, room: str, token: str) -> list[dict[str, Any]]:
        """The room's messages, oldest first, as its members see them."""
        found = self.client("GET", f"/rooms/{quote(room, safe='')}/messages?dir=b&limit=100", token)
        return [event for event in reversed(found["chunk"]) if event["type"] == "m.room.message"]
