"""Precomputed HTTP responses for a file of the status page."""

from __future__ import annotations

import hashlib
import re

import msgspec

from stanch.communicate.page.snapshot import Document

CACHE = b"public, max-age=10, s-maxage=10, stale-while-revalidate=20, stale-if-error=3600"
FOR_EVER = b"public, max-age=31536000, immutable"
PRIVATE = b"private, no-cache"
HASHED = re.compile(r"(^|/)[\w-]+\.[0-9a-f]{8}\.\w+$")
Headers = list[tuple[bytes, bytes]]


class PreparedResponse(msgspec.Struct, frozen=True):
    """``full`` and ``unchanged``: what follows the status line and the date, for 200 and 304."""

    etag: bytes
    headers: Headers
    body: bytes
    full: bytes
    unchanged: bytes

    def matches(self, if_none_match: bytes) -> bool:
        """Whether the client has it already: a list of tags, weak ones too, or ``*``."""
        tags = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
        return self.etag in tags or b"*" in tags


def answer(name: str, document: Document, security: Headers, *, public: bool = True) -> PreparedResponse:
    """The ready answer for one file; ``security``: what every answer of stanch carries."""
    tag = b'"%s"' % hashlib.sha256(document.body).hexdigest()[:20].encode()
    cache = PRIVATE if not public else FOR_EVER if HASHED.search(name) else CACHE
    kept = [(b"etag", tag), (b"cache-control", cache)]
    if public:
        kept.append((b"access-control-allow-origin", b"*"))
    headers = [
        (b"content-type", document.media_type.encode()), (b"content-length", str(len(document.body)).encode()),
        *kept, *_policy(document, security),
    ]  # fmt: skip
    return PreparedResponse(tag, headers, document.body, _lines(headers) + document.body, _lines([*kept, *security]))


def _policy(document: Document, security: Headers) -> Headers:
    """The Content-Security-Policy: a stand-alone SVG may use inline styles, everything else may not."""
    if document.media_type != "image/svg+xml":
        return security
    strict = b"default-src 'none'; style-src 'unsafe-inline'"
    return [(name, strict if name == b"content-security-policy" else value) for name, value in security]


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%s: %s\r\n" % pair for pair in headers) + b"\r\n"
