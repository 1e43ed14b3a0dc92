"""Where the API server is and who we are there: by the settings, by a kubeconfig, or as the pod that we run in."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path

from stanch.integrations.kubernetes.credentials import (
    Access,
    CachedCredentials,
    Credentials,
    Stamp,
    bearer,
    read_token,
    stamp_of,
)
from stanch.integrations.kubernetes.kubeconfig import read_kubeconfig
from stanch.integrations.kubernetes.settings import Settings
from stanch.ports import Failed

IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def access_of(settings: Settings) -> Access:
    """Where and as whom, by the settings. Raises ``Failed`` with what is missing."""
    if settings.server:
        server = settings.server.rstrip("/")
        return Access(
            server,
            _trusting(server, settings.ca_file),
            CachedCredentials(_token(settings.token_env, settings.token_file)),
        )
    if settings.kubeconfig:
        return read_kubeconfig(Path(settings.kubeconfig).expanduser(), settings.context)
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise Failed(
            "kubernetes is not configured: give a kubeconfig, or a server; stanch does not run in a cluster",
            again=False,
        )
    server = f"https://{f'[{host}]' if ':' in host else host}:{port}"
    return Access(
        server, _trusting(server, str(IN_CLUSTER / "ca.crt")), CachedCredentials(_token("", str(IN_CLUSTER / "token")))
    )


def _trusting(server: str, authority: str) -> Callable[[Credentials], ssl.SSLContext | None]:
    """The file of the authority is read again when it is another one: authorities rotate, too."""
    if not server.startswith("https"):
        return lambda _: None
    made: dict[Stamp, ssl.SSLContext] = {}

    def context_for(_: Credentials) -> ssl.SSLContext:
        stamp = stamp_of(Path(authority)) if authority else None
        if stamp not in made:
            try:
                context = ssl.create_default_context(cafile=authority or None)
            except OSError as error:
                said = f"the certificate authority's file {authority} cannot be used: {error}"
                raise Failed(said, again=False) from None
            made.clear()
            made[stamp] = context
        return made[stamp]

    return context_for


def _token(variable: str, file: str) -> Callable[[], Credentials]:
    def from_variable() -> Credentials:
        found = os.environ.get(variable, "").strip()
        if not found:
            raise Failed(f"set the environment variable '{variable}' (kubernetes token_env)", again=False)
        return bearer(found)

    return from_variable if variable else (lambda: read_token(Path(file))) if file else Credentials
