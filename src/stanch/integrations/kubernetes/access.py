"""Where the API server is and who we are there: by the settings, by a kubeconfig, or as the pod that we run in."""

import os
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from stanch.integrations.kubernetes.settings import Settings
from stanch.ports import Failed

IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
# A service account's token rotates; kubelet renews the file well before it ends. Plugins' credentials are kept as long.
KEPT_SECONDS = 60.0


class Credentials(msgspec.Struct, frozen=True):
    """Who we are: the value of the header ``Authorization``, and a file of a certificate with its key, as PEM."""

    authorization: str = ""
    certificate: bytes = b""


class Kept:
    """Credentials for a minute, then fresh ones; at once after ``forget``. ``fresh`` raises ``Failed``."""

    def __init__(self, fresh: Callable[[], Credentials]) -> None:
        self._fresh, self._found, self._until = fresh, Credentials(), 0.0

    def __call__(self) -> Credentials:
        if time.monotonic() > self._until:
            self._found, self._until = self._fresh(), time.monotonic() + KEPT_SECONDS
        return self._found

    def forget(self) -> None:
        """The server does not accept them: perhaps they have ended early."""
        self._until = 0.0


class Access(msgspec.Struct):
    """``tls`` makes a context for given credentials, None without TLS; ``headers``: whom we act as (impersonation)."""

    server: str
    tls: Callable[[Credentials], ssl.SSLContext | None]
    credentials: Kept
    server_name: str = ""
    proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def bearer(token: str) -> Credentials:
    """By a token; without one, nobody."""
    return Credentials(f"Bearer {token}" if token else "")


def access_of(settings: Settings) -> Access:
    """Where and as whom, by the settings. Raises ``Failed`` with what is missing."""
    if settings.server:
        server = settings.server.rstrip("/")
        return Access(
            server, _trusting(server, settings.ca_file), Kept(_token(settings.token_env, settings.token_file))
        )
    if settings.kubeconfig:
        from stanch.integrations.kubernetes.kubeconfig import read_kubeconfig

        return read_kubeconfig(Path(settings.kubeconfig).expanduser(), settings.context)
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise Failed(
            "kubernetes is not configured: give a kubeconfig, or a server; stanch does not run in a cluster",
            again=False,
        )
    server = f"https://{f'[{host}]' if ':' in host else host}:{port}"
    return Access(server, _trusting(server, str(IN_CLUSTER / "ca.crt")), Kept(_token("", str(IN_CLUSTER / "token"))))


def read_token(file: Path) -> Credentials:
    """Raises ``Failed``."""
    try:
        return bearer(file.read_text().strip())
    except OSError as error:
        raise Failed(f"the token's file {file} cannot be read: {error.strerror}", again=False) from None


def _trusting(server: str, authority: str) -> Callable[[Credentials], ssl.SSLContext | None]:
    if not server.startswith("https"):
        return lambda _: None
    try:
        context = ssl.create_default_context(cafile=authority or None)
    except OSError as error:
        raise Failed(f"the certificate authority's file {authority} cannot be used: {error}", again=False) from None
    return lambda _: context


def _token(variable: str, file: str) -> Callable[[], Credentials]:
    def from_variable() -> Credentials:
        found = os.environ.get(variable, "").strip()
        if not found:
            raise Failed(f"set the environment variable '{variable}' (kubernetes token_env)", again=False)
        return bearer(found)

    return from_variable if variable else (lambda: read_token(Path(file))) if file else Credentials
