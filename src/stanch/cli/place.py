"""Runs a command in the local data directory, or on a server over its API."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from stanch.kernel.actor import Actor
from stanch.kernel.command import Command, Done
from stanch.kernel.errors import Conflict, Denied, Invalid, NotFound, Problem, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from stanch.main import Stanch

CLASSES: dict[int, type[Problem]] = {
    401: Unauthenticated, 403: Denied, 404: NotFound, 409: Conflict, 422: Invalid, 503: Unavailable,
}  # fmt: skip
TIMEOUT_SECONDS = 30.0


class Place:
    """Opened late: ``--help`` and wrong options never reach a database."""

    def __init__(self, config: str | None, as_name: str | None) -> None:
        self.config = Path(config) if config else None
        self.as_name = as_name
        self.url = os.environ.get("STANCH_URL", "").rstrip("/")
        self._token = os.environ.get("STANCH_TOKEN", "")
        self._stanch: Stanch | None = None
        self._warned = False

    @property
    def stanch(self) -> Stanch:
        """The local stanch. Raises ``Problem``."""
        if self._stanch is None:
            from stanch.main import open_stanch

            if self.config and not self.config.is_file():
                raise Invalid(f"There is no file {self.config}.", hint="Correct --config.")
            self._stanch = open_stanch(self.config)
        return self._stanch

    @property
    def actor(self) -> Actor:
        """Local commands act as an administrator: access to the data directory permits everything anyway."""
        return Actor(self.as_name or _os_user(), admin=True)

    def where(self) -> str:
        """Which stanch this is: the server's address, or the configuration."""
        return self.url or str((self.config or Path(os.environ.get("STANCH_CONFIG") or "stanch.yaml")).absolute())

    def local(self) -> Stanch:
        """For what has no route. Raises ``Invalid`` when a server is meant."""
        if self.url:
            raise Invalid("This works on the data directory, not through a server.", hint="Unset STANCH_URL.")
        self._warn()
        return self.stanch

    def _warn(self) -> None:
        """Once: what is answered here is not what the server would answer."""
        from stanch.prepare import served_at

        said = served_at.other_configuration(self.stanch.settings, self.stanch.catalog.config)
        if said and not self._warned:
            click.echo(said, err=True)
        self._warned = True

    def run(self, command: Command, given: dict[str, Any]) -> Any:
        """The command's answer. Raises ``Problem``."""
        from stanch.kernel.filling import fill
        from stanch.timeline import requests

        if self.url:
            if self.as_name:
                raise Invalid("--as works locally only.", hint="On a server the token says who you are.")
            # A copy: the incident goes into the address, and the caller still needs it.
            return self._ask(command, dict(given))
        asked = fill(command, given)
        self._warn()
        return requests.run(self.stanch.application, command, asked, self.actor, "cli").value

    def _ask(self, command: Command, given: dict[str, Any]) -> Any:
        from urllib.parse import quote, urlencode

        from stanch.kernel.filling import fill, incident_id

        fill(command, given)  # validate before anything is sent
        path = command.path
        if command.needs_incident:
            path = path.replace("{incident}", quote(incident_id(given.pop("incident")), safe=""))
        if command.reading:
            query = urlencode({k: str(v).lower() if isinstance(v, bool) else v for k, v in given.items()}, doseq=True)
            return msgspec.json.decode(self.fetch("GET", path + (f"?{query}" if query else "")), type=command.answer)
        return msgspec.json.decode(self.fetch("POST", path, msgspec.json.encode(given)), type=Done)

    def fetch(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """One request; the server's problem is raised as it would be here. A write is repeated with one key."""
        import secrets

        import urllib3

        headers = self.headers() | {"Idempotency-Key": secrets.token_hex(16)}
        retries = urllib3.Retry(
            int(os.environ.get("STANCH_RETRIES", "2")),
            status=0,
            redirect=0,
            allowed_methods=None,
            backoff_factor=0.1,
            backoff_max=1,
        )
        try:
            answer = urllib3.request(
                method, self.url + path, body=body, headers=headers, timeout=TIMEOUT_SECONDS, retries=retries
            )
        except urllib3.exceptions.HTTPError as error:
            reason = str(getattr(error, "reason", error)).rpartition(": ")[2]
            raise Unavailable(f"{self.url} does not answer: {reason}.", hint="Check STANCH_URL.") from None
        if answer.status >= 400:
            raise _problem(answer.status, answer.data)
        return answer.data

    def headers(self) -> dict[str, str]:
        """Of every request."""
        if not self._token:
            raise Unauthenticated("STANCH_TOKEN is not set.", hint="'stanch token create PERSON' makes one.")
        return {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": "stanch-cli",
        }


def _problem(status: int, body: bytes) -> Problem:
    try:
        members = msgspec.json.decode(body, type=dict[str, Any])
        detail, hint = str(members["detail"]), str(members.get("hint", ""))
        errors = members.get("errors") or [{}]
        field = str(errors[0].get("pointer", "")).removeprefix("#/")
        repeat = {str(name): str(text) for name, text in dict(members.get("repeat") or {}).items()}
    except (msgspec.DecodeError, KeyError, AttributeError, TypeError, ValueError):
        detail, hint = f"The server answered {status}.", "Does STANCH_URL point to stanch?"
        field, repeat = "", {}
    problem = CLASSES.get(status, Problem)(detail, field=field, hint=hint, repeat=repeat)
    problem.status = status
    return problem


def _os_user() -> str:
    try:
        return os.environ.get("USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"  # a user id without a name, as in containers
