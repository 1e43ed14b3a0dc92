"""Signatures of senders that sign (formats/11, 11.6). Pure; compared in constant time; a missing one is wrong."""

import hashlib
import hmac

from stanch.kernel.clock import MINUTE, SECOND

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


def _is_of(secret: str, content: bytes, signature: str) -> bool:
    expected = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().encode()
    # As bytes: compare_digest raises for text outside ASCII, and anybody may send that.
    return bool(secret) and hmac.compare_digest(expected, signature.strip().lower().encode("utf-8", "replace"))
