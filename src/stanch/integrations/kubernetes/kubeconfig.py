"""A kubeconfig as kubectl reads it: tokens, certificates, credential plugins, impersonation, a proxy. What is not understood is refused."""

import base64
import json
import os
import ssl
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from stanch.integrations.kubernetes.credentials import (
    Access,
    CachedCredentials,
    Credentials,
    Stamp,
    bearer,
    read_token,
    stamp_of,
)
from stanch.ports import Failed

CLUSTER = {
    "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data",
    "proxy-url", "disable-compression", "extensions",
}  # fmt: skip
USER = {
    "token", "tokenFile", "client-certificate", "client-certificate-data", "client-key", "client-key-data", "username",
    "password", "exec", "as", "as-uid", "as-groups", "as-user-extra", "extensions",
}  # fmt: skip
PLUGIN_SECONDS = 20
# What ``KUBERNETES_EXEC_INFO`` says of the cluster, for plugins that ask for it (provideClusterInfo).
TOLD_TO_PLUGINS = (
    "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url", "disable-compression"
)  # fmt: skip


def read_kubeconfig(path: Path, wanted: str) -> Access:
    """Raises ``Failed``, never with a line of the file: it may be a token."""
    try:
        config = yaml.safe_load(path.read_text()) or {}
        context = _named(config, "contexts", wanted or config.get("current-context", ""), "context")
        cluster = _named(config, "clusters", context.get("cluster", ""), "cluster")
        user = _named(config, "users", context.get("user", ""), "user") if context.get("user") else {}
    except OSError as error:
        raise Failed(f"the kubeconfig {path} cannot be read: {error.strerror}", again=False) from None
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark else ""
        raise Failed(f"the kubeconfig {path}{where} is not what a kubeconfig is", again=False) from None
    for what, found, known in (("cluster", cluster, CLUSTER), ("user", user, USER)):
        if odd := sorted(set(map(str, found)) - known):
            raise Failed(f"the {what} of the kubeconfig {path} has '{odd[0]}', which stanch cannot use", again=False)
    server = str(cluster.get("server", "")).rstrip("/")
    tls = _tls(cluster, path.parent) if server.startswith("https") else lambda _: None
    return Access(
        server, tls, CachedCredentials(_credentials(cluster, user, path.parent)), str(cluster.get("tls-server-name") or ""),
        _proxy(cluster), tuple(_impersonated(user)),
    )  # fmt: skip


def _named(config: dict[str, Any], many: str, name: str, one: str) -> dict[str, Any]:
    for each in config.get(many) or []:
        if each.get("name") == name:
            return dict(each.get(one) or {})
    raise Failed(f"the kubeconfig has no {one} '{name}'", again=False)


def _proxy(cluster: dict[str, Any]) -> str:
    proxy = str(cluster.get("proxy-url") or "")
    if proxy and (urlsplit(proxy).scheme not in ("http", "https") or not urlsplit(proxy).hostname):
        raise Failed(
            "the kubeconfig's proxy-url is not an http or https proxy, which are those that can be used", again=False
        )
    return proxy


def _impersonated(user: dict[str, Any]) -> list[tuple[str, str]]:
    """``kubectl --as``: every request is authorised as that user."""
    if not user.get("as"):
        if any(user.get(key) for key in ("as-uid", "as-groups", "as-user-extra")):
            raise Failed("the kubeconfig has groups or a uid to act as, and no user ('as')", again=False)
        return []
    found = [("Impersonate-User", str(user["as"]))]
    found += [("Impersonate-Uid", str(user["as-uid"]))] if user.get("as-uid") else []
    found += [("Impersonate-Group", str(group)) for group in user.get("as-groups") or []]
    for key, values in (user.get("as-user-extra") or {}).items():
        found += [(f"Impersonate-Extra-{_header_key(str(key))}", str(value)) for value in values]
    return found


def _header_key(key: str) -> str:
    """Percent-encoded where a header's name cannot have it, as client-go does."""
    legal = "!#$&'*+-.^_`|~"
    return "".join(
        c if c.isascii() and (c.isalnum() or c in legal) else "".join(f"%{b:02X}" for b in c.encode()) for c in key
    )


def _tls(cluster: dict[str, Any], folder: Path) -> Callable[[Credentials], ssl.SSLContext]:
    """A context for given credentials; the newest one is kept."""
    made: dict[tuple[bytes, Stamp], ssl.SSLContext] = {}
    authority = cluster.get("certificate-authority")

    def context_for(credentials: Credentials) -> ssl.SSLContext:
        key = (credentials.certificate, stamp_of(folder / authority) if authority else None)
        if key not in made:
            context = _context(cluster, folder, credentials.certificate)
            made.clear()
            made[key] = context
        return made[key]

    return context_for


def _context(cluster: dict[str, Any], folder: Path, certificate: bytes) -> ssl.SSLContext:
    try:
        authority = cluster.get("certificate-authority-data")
        context = ssl.create_default_context(
            cadata=base64.b64decode(authority).decode() if authority else None,
            cafile=str(folder / cluster["certificate-authority"]) if cluster.get("certificate-authority") else None,
        )
        if cluster.get("insecure-skip-tls-verify"):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if certificate:
            # The ssl module reads files only, so a temporary file is written and deleted at once.
            with tempfile.NamedTemporaryFile(suffix=".pem") as both:
                both.write(certificate)
                both.flush()
                context.load_cert_chain(both.name)
    except (OSError, ValueError) as error:
        raise Failed(f"the kubeconfig's certificates cannot be used: {error}", again=False) from None
    return context


def _credentials(cluster: dict[str, Any], user: dict[str, Any], folder: Path) -> Callable[[], Credentials]:
    if plugin := user.get("exec"):
        return lambda: _by_plugin(plugin, cluster, folder)

    def read() -> Credentials:
        try:
            certificate, key = (_pem(user, each, folder) for each in ("client-certificate", "client-key"))
        except (OSError, ValueError) as error:
            raise Failed(f"the kubeconfig's certificates cannot be used: {error}", again=False) from None
        if bool(certificate) != bool(key):
            raise Failed("the kubeconfig's user has a certificate without its key, or a key without one", again=False)
        found = bearer(str(user.get("token") or ""))
        if user.get("tokenFile"):
            found = read_token(folder / user["tokenFile"])
        if not found.authorization and user.get("username"):
            both = f"{user['username']}:{user.get('password', '')}".encode()
            found = Credentials(f"Basic {base64.b64encode(both).decode()}")
        return Credentials(found.authorization, certificate + b"\n" + key if certificate else b"")

    return read


def _pem(user: dict[str, Any], name: str, folder: Path) -> bytes:
    if data := user.get(f"{name}-data"):
        return base64.b64decode(data)
    return (folder / user[name]).read_bytes() if user.get(name) else b""


def _by_plugin(plugin: dict[str, Any], cluster: dict[str, Any], folder: Path) -> Credentials:
    """What a credential plugin (client.authentication.k8s.io) gives: a token, a certificate with its key, or both."""
    if plugin.get("interactiveMode") == "Always":
        raise Failed("the kubeconfig's credential plugin wants a person at a terminal (interactiveMode)", again=False)
    command = str(plugin.get("command", ""))
    # As kubectl does: a relative path begins at the kubeconfig's folder, a bare name is looked for in PATH.
    argv = [str(folder / command) if "/" in command else command, *map(str, plugin.get("args") or [])]
    own = {str(each["name"]): str(each["value"]) for each in plugin.get("env") or []}
    spec: dict[str, Any] = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = _told(cluster, folder)
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    environment = {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    try:
        done = subprocess.run(
            argv, env=environment, capture_output=True, timeout=PLUGIN_SECONDS, check=True, stdin=subprocess.DEVNULL
        )
        status = json.loads(done.stdout)["status"]
        certificate, key = status.get("clientCertificateData") or "", status.get("clientKeyData") or ""
        token = str(status.get("token") or "")
        if not token and not (certificate and key):
            raise KeyError
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed(
            f"the credential plugin {argv[0]} gave no credentials: {type(error).__name__}", again=True
        ) from None
    return Credentials(bearer(token).authorization, f"{certificate}\n{key}".encode() if certificate else b"")


def _told(cluster: dict[str, Any], folder: Path) -> dict[str, Any]:
    told = {key: cluster[key] for key in TOLD_TO_PLUGINS if key in cluster}
    if file := cluster.get("certificate-authority"):
        try:
            told["certificate-authority-data"] = base64.b64encode((folder / file).read_bytes()).decode()
        except OSError as error:
            raise Failed(f"the kubeconfig's certificates cannot be used: {error}", again=False) from None
    for each in cluster.get("extensions") or []:
        if each.get("name") == "client.authentication.k8s.io/exec":
            told["config"] = each.get("extension")
    return told
