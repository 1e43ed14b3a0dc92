"""HTTP requests to a web service; failures are classified as retryable or final."""

import os
import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from stanch.ports import Failed, Unsure
from stanch.ports.address import addresses, inside

BODY_BYTES = 1_000_000
# Errors before any byte of the request was sent.
NEVER_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
_OBJECT = re.compile(r"^(<[^>]*>|HTTPS?Connection(Pool)?\([^)]*\)): ")
_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


class HttpResponse(msgspec.Struct, frozen=True):
    """What came back. ``after``: the seconds of Retry-After, if it named any. ``headers`` by their names in lower case."""

    status: int
    body: bytes
    after: float | None = None
    headers: Mapping[str, str] = {}

    def json(self) -> dict[str, object]:
        """The body as a JSON object; empty when it is none."""
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def beginning(self) -> str:
        """The first characters of the body, for a receipt."""
        return " ".join(self.body[:300].decode("utf-8", "replace").split())

    def passing(self) -> bool:
        """Whether the same request may succeed later (408, 425, 429, 5xx)."""
        return self.status in (408, 425, 429) or self.status >= 500


class _Outside:
    """Looks a name up once and connects to what was checked: asked again, it could lead inside a network (DNS rebinding)."""

    _dns_host: str

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            found = addresses(name, self.port)  # type: ignore[attr-defined]
        except UnicodeError as error:
            raise urllib3.exceptions.LocationValueError(f"'{name}' is no host") from error
        if any(map(inside, found)):
            raise Failed(f"{name} is an address inside a network", again=False)
        failed: Exception = Failed(f"{name} cannot be found", again=True)
        for address in found:
            self._dns_host = address
            try:
                sock: socket.socket = super()._new_conn()  # type: ignore[misc]
                return sock
            except NEVER_SENT as error:
                failed = error
            finally:
                self._dns_host = name  # the certificate and the Host header are of the name
        raise failed


class _Plain(_Outside, HTTPConnection):
    pass


class _Secure(_Outside, HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


class WebService:
    """A base address and a pool of connections to it. ``timeout`` in seconds, for the whole exchange; ``most``: bytes of an answer.

    ``outside``: somebody else chose the address, so that nothing inside a network is called.
    """

    def __init__(self, base_url: str, timeout: float, *, outside: bool = False, most: int = BODY_BYTES) -> None:
        self.base_url, self.most = base_url.rstrip("/"), most
        pool: Any = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=timeout))
        if outside:
            pool.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        self.pool: urllib3.PoolManager = pool

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | Iterator[bytes] = b"",
        *,
        once: bool = False,
    ) -> HttpResponse:
        """Send one request; redirects are not followed, since they would carry the credentials elsewhere.

        ``once``: it changes something that must not be changed twice. Then ``Unsure`` is raised when it was sent and no
        answer came. A body in pieces is asked for when it is to be sent, and needs a ``Content-Length``.

        Raises ``Failed``: ``again`` when the service cannot be reached, final when its address cannot be meant, or leads
        where a stranger's must not. The text
        names the base address only: paths and headers may hold secrets.
        """
        if not self.base_url.lower().startswith(("http://", "https://")):
            raise Failed(f"'{self.base_url}' is not a web address; write it like https://example.org", again=False)
        try:
            response = self.pool.request(
                method,
                self.base_url + path,
                body=body or None,
                headers={"User-Agent": "stanch", **headers},
                redirect=False,
                preload_content=False,
            )
            content = response.read(self.most)
            response.close()
        except urllib3.exceptions.LocationValueError as error:
            raise Failed(f"{self.base_url} is not a web address", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            if once and not isinstance(error, NEVER_SENT):
                raise Unsure(f"{self.base_url} was asked to, and its answer never came: {reason(error)}") from error
            raise Failed(f"{self.base_url} cannot be reached: {reason(error)}", again=True) from error
        except ValueError as error:
            raise Failed(f"{self.base_url} cannot be asked: the request is not valid HTTP", again=False) from error
        named = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status, content, _seconds(named.get("retry-after")), named)


def secret_of(variable: str, setting: str) -> str:
    """The secret in an environment variable. Raises ``Failed`` (final) that names the variable, never the secret."""
    found = os.environ.get(variable, "").strip()
    if not found:
        raise Failed(f"set the environment variable '{variable}' ({setting})", again=False)
    if not (found.isascii() and found.isprintable()):
        raise Failed(
            f"the environment variable '{variable}' ({setting}) holds more than one line of ASCII", again=False
        )
    return found


def reason(error: Exception) -> str:
    """What a person needs of an error of the network: urllib3 puts its own object in front, and the system its number."""
    said = _OBJECT.sub("", str(error)).removeprefix("Failed to establish a new connection: ")
    return _NUMBER.sub("", said) or type(error).__name__


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.strip().isascii() and text.strip().isdecimal() else None
