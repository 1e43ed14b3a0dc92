"""Pushes to phones over ntfy (formats/10, 10.5): JSON to the server's root address, so that any text is allowed."""

import os
import re
from typing import Annotated, Literal

import msgspec
import urllib3

from stanch.ports import Failed, Message, Notifier
from stanch.ports.integration import Integration
from stanch.ports.message_text import one_line, printable
from stanch.ports.web_service import reason

MESSAGE_BYTES = 4096


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    server: Annotated[str, msgspec.Meta(description="The server's root address.")] = "https://ntfy.sh"
    token_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the access token.")] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0
    acknowledge: Annotated[
        Literal["http", "view"],
        msgspec.Meta(description="'http' posts to the acknowledge link, 'view' opens it in the browser."),
    ] = "http"


class Ntfy:
    """The address is the topic."""

    name: str = "ntfy"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=settings.timeout))

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what ntfy's server takes for no topic."""
        if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", address):
            raise Failed(
                f"'{address}' is no ntfy topic; write up to 64 letters, digits, dashes and underscores", again=False
            )

    def send(self, address: str, message: Message) -> str:
        """Publish to the topic; answers with what the server said.

        Raises ``Failed``: ``again`` for 429 (with Retry-After), 5xx and connection errors.
        """
        body = msgspec.json.encode(publication(address, message, self.settings.acknowledge))
        try:
            response = self.pool.request(
                "POST",
                self.settings.server.rstrip("/") + "/",
                body=body,
                headers=self._headers(),
                redirect=False,
                preload_content=False,
            )
            said = response.read1(500).decode("utf-8", "replace")
            response.close()
        except (urllib3.exceptions.LocationValueError, ValueError) as error:
            raise Failed(f"{self.settings.server}: {error}", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Failed(f"{self.settings.server} cannot be reached: {reason(error)}", again=True) from error
        return _judge(response.status, said, response.headers.get("Retry-After"))

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "stanch"}
        if self.settings.token_env:
            token = os.environ.get(self.settings.token_env)
            if not token:
                raise Failed(f"set the environment variable '{self.settings.token_env}' (ntfy token_env)", again=False)
            headers["Authorization"] = f"Bearer {token}"
        return headers


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return Ntfy(settings)


def publication(topic: str, message: Message, acknowledge: Literal["http", "view"]) -> dict[str, object]:
    """The JSON of one notification; a text over 4,096 bytes would become an attachment, so it is cut."""
    said: dict[str, object] = {
        "topic": topic,
        "title": one_line(message.title),
        "message": _cut(printable(message.text)),
        "priority": 5 if message.urgent else 3,
    }
    if message.url:
        said["click"] = message.url
    if message.acknowledge_url:
        action: dict[str, object] = {
            "action": acknowledge,
            "label": "Acknowledge",
            "url": message.acknowledge_url,
        }
        if acknowledge == "http":
            action |= {"method": "POST", "clear": True}
        said["actions"] = [action]
    return said


def _cut(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    if len(raw) <= MESSAGE_BYTES:
        return text
    return raw[: MESSAGE_BYTES - 3].decode("utf-8", "ignore") + "…"


def _judge(status: int, said: str, retry_after: str | None) -> str:
    if 200 <= status < 300:
        return f"{status} {said}".strip()
    again = status in (408, 425, 429) or status >= 500
    after = float(retry_after) if again and retry_after and retry_after.strip().isdecimal() else None
    raise Failed(f"{status} {said}".strip(), again=again, after=after)


INTEGRATION = Integration("ntfy", "notifiers", Settings, build)
