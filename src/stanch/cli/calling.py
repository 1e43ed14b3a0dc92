"""Carries a command out: on the local data directory, or on the server that ``STANCH_URL`` names."""

import getpass
import os
from typing import Any

import msgspec

from stanch.kernel.actor import Actor
from stanch.kernel.command import Command
from stanch.kernel.errors import Invalid, Problem, Unavailable


def call(command: Command, asked: msgspec.Struct) -> Any:
    """The answer as plain values. Raises ``Problem``."""
    if os.environ.get("STANCH_URL"):
        return _remote(command, msgspec.to_builtins(asked))
    return _local(command, asked)


def operating_person() -> Actor:
    """Whoever can read the data directory administers it; their name is the operating system's."""
    return Actor(os.environ.get("STANCH_USER") or getpass.getuser(), admin=True)


def _local(command: Command, asked: msgspec.Struct) -> Any:
    from stanch.main import open_stanch

    stanch = open_stanch()
    try:
        if command.reading:
            with stanch.office.reading(operating_person()) as desk:
                answer = command.handle(desk, asked)
        else:
            with stanch.office.desk(operating_person(), "cli") as desk:
                answer = command.handle(desk, asked)
        return msgspec.to_builtins(answer)
    finally:
        stanch.office.database.close()


def exported(incident: str, form: str) -> str:
    """An incident as text, from the server or the local data."""
    if os.environ.get("STANCH_URL"):
        return fetch(f"/api/v1/incidents/{incident}/export?format={form}").decode()
    from stanch.learn import export
    from stanch.main import open_stanch

    stanch = open_stanch()
    with stanch.office.reading(operating_person()) as desk:
        return export.markdown(desk, incident) if form == "md" else export.as_json(desk, incident).decode()


def fetch(path: str) -> bytes:
    """GET a path of the server that ``STANCH_URL`` names. Raises ``Problem``."""
    return _request("GET", path, None, {}).data


def _remote(command: Command, values: dict[str, Any]) -> Any:
    path = command.path.replace("{incident}", str(values.pop("incident", "")))
    sent = {name: value for name, value in values.items() if value is not None}
    if command.reading:
        fields = {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in sent.items()
            if value != ""
        }
        return msgspec.json.decode(_request("GET", path, None, fields).data)
    return msgspec.json.decode(_request("POST", path, sent, {}).data)


def _request(method: str, path: str, body: Any, fields: dict[str, str]) -> Any:
    import urllib3

    url, token = os.environ["STANCH_URL"].rstrip("/"), os.environ.get("STANCH_TOKEN", "")
    if not token:
        raise Invalid(
            "STANCH_URL is set, and STANCH_TOKEN is not.",
            hint="Make one on the server with 'stanch token create NAME'.",
        )
    headers = {"Authorization": f"Bearer {token}", "X-Stanch-Source": "cli"}
    try:
        with urllib3.PoolManager(retries=False, timeout=30) as pool:
            answer = pool.request(
                method, url + path, headers=headers, **({"json": body} if body is not None else {"fields": fields})
            )
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(f"{url} does not answer ({type(error).__name__}).", hint="Is the server running?") from None
    if answer.status >= 400:
        try:
            said = msgspec.json.decode(answer.data)
        except msgspec.DecodeError:
            said = {}
        kind = Unavailable if answer.status >= 500 else Problem
        raise kind(str(said.get("detail", f"{url} answered {answer.status}.")), hint=str(said.get("hint", "")))
    return answer
