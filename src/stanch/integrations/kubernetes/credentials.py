"""Who we are at an API server, kept for a minute, and what is needed to reach it."""

import ssl
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from stanch.ports import Failed

# A service account's token rotates; kubelet renews the file well before it ends. Plugins' credentials are kept as long.
KEPT_SECONDS = 60.0


Stamp = tuple[int, int, int] | None


def stamp_of(file: Path) -> Stamp:
    """Another value once a file is replaced or written, as mounted certificates and kubeconfigs are; None when it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


class Credentials(msgspec.Struct, frozen=True):
    """Who we are: the value of the header ``Authorization``, and a file of a certificate with its key, as PEM."""

    authorization: str = ""
    certificate: bytes = b""


class CachedCredentials:
    """Credentials for a minute, then fresh ones; at once after ``forget``. ``fresh`` raises ``Failed``."""

    def __init__(self, fresh: Callable[[], Credentials]) -> None:
        self._fresh, self._found, self._until = fresh, Credentials(), 0.0

    def __call__(self) -> Credentials:
        if time.monotonic() > self._until:
            self._found, self._until = self._fresh(), time.monotonic() + KEPT_SECONDS
        return self._found

    def forget(self) -> None:
        """The server does not accept them; fetch new ones."""
        self._until = 0.0


class Access(msgspec.Struct):
    """``tls`` makes a context for given credentials, None without TLS; ``headers``: whom we act as (impersonation)."""

    server: str
    tls: Callable[[Credentials], ssl.SSLContext | None]
    credentials: CachedCredentials
    server_name: str = ""
    proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def bearer(token: str) -> Credentials:
    """Credentials by a token; anonymous without one."""
    return Credentials(f"Bearer {token}" if token else "")


def read_token(file: Path) -> Credentials:
    """Raises ``Failed``."""
    try:
        return bearer(file.read_text().strip())
    except OSError as error:
        raise Failed(f"the token's file {file} cannot be read: {error.strerror}", again=False) from None
