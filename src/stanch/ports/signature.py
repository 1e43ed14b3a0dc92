"""Signatures of senders that sign (formats/11, 11.6), and ours (11.5). Pure; compared in constant time; a missing one is wrong."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from stanch.kernel.clock import MINUTE, SECOND
from stanch.ports import Failed

TOLERANCE = 5 * MINUTE


def github_signature_ok(secret: str, body: bytes, header: str) -> bool:
    """Whether ``X-Hub-Signature-256`` (``sha256=<hex>``) is that of the raw body. An empty secret signs nothing."""
    return header.startswith("sha256=") and _is_of(secret, body, header.removeprefix("sha256="))


def grafana_signature_ok(
    secret: str, body: bytes, header: str, timestamp_header: str = "", now: int | None = None
) -> bool:
    """Whether ``X-Grafana-Alerting-Signature`` (hex) is that of the body, or of ``<timestamp>:`` and the body.

    With ``now`` (microseconds) a timestamp (Unix seconds) more than five minutes away is refused: it was recorded.
    """
    if not timestamp_header:
        return _is_of(secret, body, header)
    seconds = timestamp_header.strip()
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 16):
        return False
    if now is not None and abs(now - int(seconds) * SECOND) > TOLERANCE:
        return False
    return _is_of(secret, seconds.encode() + b":" + body, header)


def webhook_id(key: str) -> str:
    """A key as the header ``webhook-id`` takes it: in ASCII, whatever a person is called, and without the dots that a signature is joined by."""
    return key.replace(".", "_").encode("ascii", "backslashreplace").decode()


def sign(secret: str, identity: str, seconds: str, body: bytes) -> str:
    """``v1,<base64>``: HMAC-SHA256 over ``id.timestamp.body``. Raises ``Failed`` when the secret is not base64."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise Failed(
            "the webhook secret is not 'whsec_' and base64; create one with 24 to 64 random bytes",
            again=False,
        ) from None
    digest = hmac.new(key, f"{identity}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def hex_signature_ok(secret: str, body: bytes, header: str) -> bool:
    """Whether a bare hex signature (Linear's) is that of the raw body. An empty secret signs nothing."""
    return _is_of(secret, body, header)


def standard_signature_ok(secret: str, body: bytes, headers: Mapping[str, str], now: int) -> bool:
    """Whether one of the ``webhook-signature`` values (Standard Webhooks) is right, at most five minutes old. Raises ``Failed``."""
    seconds = headers.get("webhook-timestamp", "")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 16):
        return False
    if abs(now - int(seconds) * SECOND) > TOLERANCE:
        return False
    expected = sign(secret, headers.get("webhook-id", ""), seconds, body)
    return any(is_code(expected, given) for given in headers.get("webhook-signature", "").split())


def link_code(secret: str, *names: str) -> str:
    """What stands in an address that works without signing in: 160 bits, bound to everything that is named."""
    return hmac.new(secret.encode(), "\x1f".join(names).encode(), hashlib.sha256).hexdigest()[:40]


def is_code(expected: str, given: str) -> bool:
    """Whether a code that somebody sent is the expected one, in constant time."""
    # As bytes: compare_digest raises for text outside ASCII, and anybody may send that.
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def _is_of(secret: str, content: bytes, signature: str) -> bool:
    expected = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().encode()
    # As bytes: compare_digest raises for text outside ASCII, and anybody may send that.
    return bool(secret) and hmac.compare_digest(expected, signature.strip().lower().encode("utf-8", "replace"))
