"""Integration keys: who may send, and under which name. The key travels as the sender's format wants it (design, 3)."""

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from urllib.parse import parse_qs

from stanch.kernel.errors import Denied, Unauthenticated
from stanch.ports.signature import github_signature_ok, grafana_signature_ok

MISSING = "The integration key is missing or wrong."
# A short key may occur in a body by chance, so only longer ones are removed.
SHORTEST_SECRET = 8
HOW = "Send it as bearer token, as basic password, or as ?key=."


class Keys:
    """The configured keys, by name."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = [(name, key.encode()) for name, key in keys.items() if key]

    def name_of(self, given: bytes) -> str:
        """The name of a key, in constant time. Raises ``Unauthenticated``."""
        found = ""
        for name, key in self._keys:
            if hmac.compare_digest(given, key):
                found = name
        if not found:
            raise Unauthenticated(MISSING, hint=HOW)
        return found

    def without(self, body: bytes) -> bytes:
        """A body that may be kept: some formats carry the key in it, which must not be stored."""
        for _, key in self._keys:
            if len(key) >= SHORTEST_SECRET and key in body:
                body = body.replace(key, b"[integration key]")
        return body


class Signatures:
    """Which keys' senders sign, and with what. ``secrets``: key name -> environment variable."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def check(self, name: str, body: bytes, headers: Mapping[str, str], now: int) -> None:
        """Raises ``Denied`` when the key's sender should sign and this is not its signature."""
        variable = self._secrets.get(name)
        if variable is None:
            return
        secret = os.environ.get(variable, "")
        github, grafana = headers.get("x-hub-signature-256", ""), headers.get("x-grafana-alerting-signature", "")
        stamp = headers.get("x-grafana-alerting-timestamp", "")
        if github_signature_ok(secret, body, github) or grafana_signature_ok(secret, body, grafana, stamp, now):
            return
        hint = f"Sign with the secret in {variable}." if secret else f"On the server, {variable} is not set."
        raise Denied("What comes by this key must be signed, and this is not its signature.", hint=hint)


def given_key(authorization: bytes, query: bytes) -> bytes:
    """The key of a request: bearer, ``GenieKey``, ``Token token=``, basic password, or ``?key=``; empty without one."""
    scheme, _, rest = authorization.partition(b" ")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme in (b"bearer", b"geniekey"):
        return bytes(rest)
    if scheme == b"basic":
        try:
            return base64.b64decode(rest, validate=True).partition(b":")[2]
        except binascii.Error:
            return b""
    if b"key=" in query:
        found = parse_qs(query.decode("latin-1"), max_num_fields=None).get("key")
        return found[-1].encode() if found else b""
    return b""


def without_key(query: str) -> str:
    """A query that may be kept: the key is a secret."""
    return "&".join(part for part in query.split("&") if part and not part.startswith("key="))
