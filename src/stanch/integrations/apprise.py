"""Notifiers for about a hundred further services through Apprise, each by its own kind of URL.

Apprise is slow to import, so that happens with the first message and not with ``stanch --help``.
"""

import os
import re
from typing import Annotated, Any

import msgspec

from stanch.ports import Failed, Message, Notifier
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    urls: Annotated[
        dict[str, str],
        msgspec.Meta(description="URLs by name, ${VARIABLE} for each secret; contacts say apprise:NAME."),
    ] = msgspec.field(default_factory=dict)
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 30.0


class AppriseUrls:
    """The address is the name of a URL in the settings, or a plain Apprise URL."""

    name: str = "apprise"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def send(self, address: str, message: Message) -> str:
        """Hand it to the service; answers with the service's name.

        Apprise says little about failures. Raises ``Failed``: final for an address that is none and for an HTTP 4xx that
        Apprise mentions, ``again`` for everything else; no part of the URL but its kind is in the text.
        """
        url, hidden = self._resolve(address)
        service = _service(url, "overflow=" in url)
        if service is None:
            raise Failed(f"{_shown(address)} is no URL that Apprise can read", again=False)
        box = _apprise().Apprise()
        box.add(service)
        kind = "failure" if message.urgent else "info"
        said = box.notify(
            body=_body(message),
            title=one_line(message.title) or "stanch",
            notify_type=kind,
            body_format="text",
            timeout=self.settings.timeout,
        )
        if said:
            return f"handed to {service.service_name}"
        reason = _clean("; ".join(dict.fromkeys(str(entry.message) for entry in said.logs())), hidden)
        raise Failed(f"{service.service_name}: {reason or 'it did not accept the message'}", again=not _final(reason))

    def check_address(self, address: str) -> None:
        """Raises ``Failed`` (final) for what is neither a name in the settings nor a URL."""
        if "://" not in self.settings.urls.get(address, address):
            known = ", ".join(sorted(self.settings.urls)) or "none yet"
            raise Failed(
                f"'{address}' is no name in 'urls' of apprise (known: {known}) and no Apprise URL", again=False
            )

    def _resolve(self, address: str) -> tuple[str, list[str]]:
        """The URL with its variables, and every part of it that must not be shown."""
        url = self.settings.urls.get(address, address)
        self.check_address(address)
        hidden = []
        if address in self.settings.urls:
            for variable in re.findall(r"\$\{([^}]*)\}", url):
                value = os.environ.get(variable, "").strip()
                if not value:
                    raise Failed(f"set the environment variable '{variable}' (apprise urls '{address}')", again=False)
                url = url.replace(f"${{{variable}}}", value)
                hidden.append(value)
        hidden += [part for part in re.split(r"[/:@?&=,+#]+", url.partition("://")[2]) if len(part) > 3]
        return url, sorted({url, *hidden}, key=len, reverse=True)


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return AppriseUrls(settings)


def _apprise() -> Any:
    """The library with its logging disabled, since its log lines contain parts of URLs."""
    import logging

    import apprise

    logging.getLogger("apprise").propagate = False
    return apprise


def _service(url: str, decided: bool) -> Any:
    """The service of a URL, or None. A text that is too long for it is cut, unless the URL says otherwise."""
    apprise = _apprise()
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is not None and not decided:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    return service


def _body(message: Message) -> str:
    """Links first, since services cut long texts at the end."""
    parts = []
    if message.acknowledge_url:
        parts.append(f"Acknowledge: {message.acknowledge_url}")
    if message.url and message.url not in message.text:
        parts.append(f"Open: {message.url}")
    return "\n".join([*parts, printable(message.text)])


def _clean(text: str, hidden: list[str]) -> str:
    for part in hidden:
        text = text.replace(part, "***")
    return cut(one_line(text), 250)


def _final(reason: str) -> bool:
    codes = [int(code) for code in re.findall(r"error=(\d{3})\b", reason)]
    return bool(codes) and all(400 <= code < 500 and code not in (408, 425, 429) for code in codes)


def _shown(address: str) -> str:
    scheme, mark, _ = address.partition("://")
    return f"the {scheme[:20]}:// address" if mark else f"'{cut(address, 40)}'"


INTEGRATION = Integration("Apprise", "notifiers", Settings, build)
