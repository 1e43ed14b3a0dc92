"""Pushes to Gotify: the example of a notifier."""

from typing import Annotated

import msgspec

from stanch.ports import Failed, Message, Notifier
from stanch.ports.integration import Integration
from stanch.ports.message_text import one_line, printable
from stanch.ports.web_service import WebService, secret_of


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    base_url: Annotated[str, msgspec.Meta(description="The address of the server.")]
    token_env: Annotated[str, msgspec.Meta(description="The environment variable with the application's token.")]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Gotify:
    """The address is the priority, from 0 to 10."""

    name: str = "gotify"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = WebService(settings.base_url, settings.timeout)

    def send(self, address: str, message: Message) -> str:
        """Push it. Raises ``Failed``."""
        body = {"title": one_line(message.title), "message": printable(message.text), "priority": int(address)}
        headers = {
            "X-Gotify-Key": secret_of(self.settings.token_env, "gotify token_env"),
            "Content-Type": "application/json",
        }
        answer = self.service.ask("POST", "/message", headers, msgspec.json.encode(body))
        if answer.status != 200:
            raise Failed(f"Gotify answers {answer.status}: {answer.beginning()}", again=answer.passing())
        return f"pushed as {answer.json().get('id')}"


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return Gotify(settings)


INTEGRATION = Integration("Gotify", "notifiers", Settings, build)
