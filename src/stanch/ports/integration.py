"""How an integration describes itself: the loader, ``stanch doctor``, the settings page and the reference derive from it."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

Port = Literal[
    "sources",
    "notifiers",
    "mitigators",
    "metrics",
    "probers",
    "screenshotters",
    "chats",
    "announcers",
    "publishers",
    "trackers",
]
Capability = Literal["answers", "mapping", "offers", "history", "labels"]
# Each port is the field of this name in ``World``.
PORTS: dict[Port, str] = {
    "sources": "Alert sources",
    "notifiers": "Notifiers",
    "mitigators": "Mitigations",
    "metrics": "Metrics",
    "probers": "Probes",
    "screenshotters": "Pictures",
    "chats": "Chat",
    "announcers": "Announcements",
    "publishers": "Copies of the status page",
    "trackers": "Ticket trackers",
}
CAPABILITIES: dict[Capability, str] = {
    "answers": "answers its senders as the original tool does",
    "mapping": "reads what a mapping describes, which can be tried before it is configured",
    "offers": "says itself what can be done",
    "history": "keeps a history",
    "labels": "breaks a number down by a label",
}


class Field(msgspec.Struct, frozen=True):
    """One setting. ``default`` as it is written in YAML; empty for a required one."""

    name: str
    label: str
    help: str
    required: bool
    default: str


class Integration(msgspec.Struct, frozen=True):
    """One kind of system. ``build`` makes of the settings one adapter, or several with names of their own."""

    title: str
    port: Port
    settings: type[msgspec.Struct]
    build: Callable[[Any], Any]
    capabilities: tuple[Capability, ...] = ()

    def fields(self) -> list[Field]:
        """What can be set, from the settings themselves."""
        described = msgspec.inspect.type_info(self.settings)
        assert isinstance(described, msgspec.inspect.StructType)
        return [_field(each) for each in described.fields]

    def needs_settings(self) -> bool:
        """Whether there is none without being configured."""
        return any(field.required for field in self.fields())


def _field(field: msgspec.inspect.Field) -> Field:
    schema = (field.type.extra_json_schema or {}) if isinstance(field.type, msgspec.inspect.Metadata) else {}
    label = field.name.removesuffix("_env").replace("_", " ").capitalize()
    default = "" if field.required else msgspec.json.encode(_default(field)).decode()
    return Field(field.name, label, str(schema.get("description", "")), field.required, default)


def _default(field: msgspec.inspect.Field) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
