"""Pushes to the browsers and phones that people have added themselves (RFC 8030, 8188, 8291, 8292; formats/14)."""

import hashlib
import re
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from stanch.kernel.base64url import packed
from stanch.kernel.clock import HOUR, SECOND, SystemClock
from stanch.ports import Failed, Gone, Message, Notifier, Posted
from stanch.ports.address import names_inside
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable
from stanch.ports.web_push import NOTIFIER, Browser, Devices
from stanch.ports.web_service import HttpResponse, WebService

# Some services take less than the 4,096 bytes of the standard; encrypting adds 103.
PAYLOAD_BYTES, MOST_BYTES = 2000, 3993
TITLE_CHARACTERS = 120
# Seconds that a service keeps what it cannot deliver: a page that is older is noise, the escalation has moved on.
TTL_PAGE, TTL_OTHER = 600, 3600
# The push services of Chrome (and most browsers that are like it), Firefox, Edge and Safari.
SERVICES = (".fcm.googleapis.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
# Two readers of addresses may disagree where a host ends, so anything but these letters is none.
_HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]", re.I)
HINTS = {
    401: "the push service does not take our signature",
    403: "the device was registered with another key, or 'contact' is none that the service takes: add the device again",
    413: "the message is too long for this service",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    contact: Annotated[
        str,
        msgspec.Meta(
            description="Whom a push service may write to: mailto:ops@example.org, or https:// and a host; by default the host of public_url."
        ),
    ] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0
    private_addresses: Annotated[
        bool, msgspec.Meta(description="Whether a push service may be inside your own network.")
    ] = False


class WebPush:
    """The address is the id of a device; who that is, ``devices`` knows."""

    name: str = NOTIFIER

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.devices: Devices | None = None

    def send(self, address: str, message: Message) -> str:
        """Push it; answers with what the service said, which is no proof that anybody saw it.

        Raises ``Failed``: ``again`` for 408, 425, 429, 5xx and the network; and ``Gone`` for a device that is no more.
        """
        tag = _tag(message.topic or message.key)
        said = {"tag": tag, "kind": _kind(message)}
        return Posted(self._push(address, tag, message, said), f"{address} {message.topic or message.key}")

    def edit(self, reference: str, message: Message) -> str:
        """Put another notification in the place of one that was pushed, without a sound. Raises ``Failed``."""
        address, _, topic = reference.partition(" ")
        return self._push(address, _tag(topic), message, {"tag": _tag(topic), "kind": "over"})

    def push(self, browser: Browser, message: Message, said: dict[str, str]) -> str:
        """Push to a browser that is nobody's device, with more for its worker. Raises ``Failed`` and ``Gone``."""
        tag = _tag(message.topic or message.key)
        return self._to(browser, tag, message, {"tag": tag, **said})

    def refuses(self, endpoint: str, *, stranger: bool = False) -> str:
        """Why nothing is sent to such an address, as a sentence."""
        try:
            parts = urlsplit(endpoint)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port, parts = "", None, urlsplit("")
        plain = _HOST.fullmatch(parts.netloc.rpartition(":")[0] if port is not None else parts.netloc)
        if (
            not host
            or not plain
            or "\\" in endpoint
            or len(endpoint) > 2048
            or not endpoint.isascii()
            or not endpoint.isprintable()
            or parts.username
        ):
            return "That is no address of a push service."
        local = self.settings.private_addresses
        if names_inside(host) and not local:
            return "That is an address inside a network."
        if stranger and not local and not (port in (None, 443) and f".{host.lower()}".endswith(SERVICES)):
            return "That is the address of no browser's push service."
        return "" if parts.scheme == "https" or (local and parts.scheme == "http") else "A push service is asked over https only."  # fmt: skip

    def _push(self, device: str, tag: str, message: Message, said: dict[str, str]) -> str:
        if self.devices is None:
            raise Failed("no devices are known here", again=False)
        browser = self.devices.browser(device)
        if browser is None:
            raise Failed("this device is not registered any more", again=False)
        if not browser.current:
            raise Failed("this device was registered with an earlier key; open your profile on it", again=False)
        return self._to(browser, tag, message, said)

    def _to(self, browser: Browser, tag: str, message: Message, said: dict[str, str]) -> str:
        if self.devices is None:
            raise Failed("no devices are known here", again=False)
        if why := self.refuses(browser.endpoint):
            raise Failed(why, again=False)
        answer = self._post(browser, payload(message, said, self.devices.url), tag, urgent=message.urgent)
        if answer.status == 413:
            short = msgspec.structs.replace(message, text="")
            answer = self._post(browser, payload(short, said, self.devices.url), tag, urgent=message.urgent)
        return _judge(answer)

    def _post(self, browser: Browser, content: bytes, tag: str, *, urgent: bool) -> HttpResponse:
        parts = urlsplit(browser.endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers = {
            "TTL": str(TTL_PAGE if urgent else TTL_OTHER), "Urgency": "high" if urgent else "normal", "Topic": tag,
            "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", **self._signed(origin.lower()),
        }  # fmt: skip
        service = _service(origin, self.settings.timeout, not self.settings.private_addresses)
        return service.ask("POST", browser.endpoint[len(origin) :] or "/", headers, encrypted(content, browser))

    def _signed(self, audience: str) -> dict[str, str]:
        from py_vapid import Vapid02, VapidException

        assert self.devices is not None
        host = urlsplit(self.devices.url)
        contact = self.settings.contact or (
            f"https://{host.hostname}" if host.scheme == "https" else "mailto:stanch@localhost"
        )
        expires = (SystemClock().now() + 12 * HOUR) // SECOND
        try:
            signer = Vapid02.from_raw(packed(self.devices.key()[0]).encode())
            signed: dict[str, str] = signer.sign({"aud": audience, "exp": expires, "sub": contact})
        except VapidException as error:
            raise Failed(f"webpush contact '{contact}' is not taken: {error}", again=False) from error
        return signed


def build(settings: Settings) -> Notifier:
    """For the scanner in main."""
    return WebPush(settings)


def encrypted(content: bytes, browser: Browser) -> bytes:
    """One record by RFC 8188 and 8291, with a key pair and a salt of its own. Raises ``Failed`` for a key that is none."""
    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        pair = ec.generate_private_key(ec.SECP256R1())
        sealed: bytes = http_ece.encrypt(content, private_key=pair, dh=browser.point, auth_secret=browser.auth)
    except ValueError as error:
        raise Failed("the keys of this device are not valid; add it again", again=False) from error
    return sealed


def payload(message: Message, said: dict[str, str], base: str) -> bytes:
    """What the service worker reads. The text is cut where all would be too long; links are paths, and stay whole."""
    ours = {"open": message.url, "ack": message.acknowledge_url, "arrived": message.arrived_url}
    links = {name: url.removeprefix(base) for name, url in ours.items() if url}
    title = cut(one_line(message.title), TITLE_CHARACTERS) or "stanch"
    fixed: dict[str, Any] = {"v": 1, **said, "title": title, **links}
    # The link stands in the notification itself.
    text = "\n".join(
        line for line in printable(message.text).splitlines() if not (message.url and line.endswith(message.url))
    )
    room = PAYLOAD_BYTES - len(msgspec.json.encode(fixed | {"body": ""}))
    content = msgspec.json.encode(fixed | {"body": _fitting(text, max(0, room))})
    if len(content) > MOST_BYTES:
        raise Failed("the links alone are too long for a push message", again=False)
    return content


def _fitting(text: str, room: int) -> str:
    """As much of a text as takes so many bytes in JSON."""
    if len(msgspec.json.encode(text)) - 2 <= room:
        return text
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len(msgspec.json.encode(text[:middle] + "…")) - 2 <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low] + "…" if low else ""


def _kind(message: Message) -> str:
    if message.acknowledge_url:
        return "page"
    return "test" if message.arrived_url else "message"


def _tag(topic: str) -> str:
    """At most 32 characters that a Topic may have; the same for the same topic."""
    return hashlib.sha256(topic.encode("utf-8", "replace")).hexdigest()[:24]


@lru_cache(maxsize=64)
def _service(origin: str, timeout: float, outside: bool) -> WebService:
    """Connections are used again."""
    return WebService(origin, timeout, outside=outside)


def _judge(answer: HttpResponse) -> str:
    said = f"{answer.status} {HINTS.get(answer.status) or answer.beginning()[:200]}".strip()
    if 200 <= answer.status < 300:
        return f"{answer.status} taken by the push service"
    if answer.status in (404, 410):
        raise Gone(f"{answer.status}: the push service knows this device no more")
    if 300 <= answer.status < 400:
        raise Failed(f"{answer.status}: redirects are not followed", again=False)
    raise Failed(said, again=answer.passing(), after=answer.after)


INTEGRATION = Integration("Web Push (browsers and phones)", "notifiers", Settings, build)
