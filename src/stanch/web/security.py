"""The headers that every answer carries."""

CSP = (
    "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
SECURITY = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


def security_headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """The headers of this installation; with https also Strict-Transport-Security."""
    return [*SECURITY, *([(b"strict-transport-security", b"max-age=31536000")] if https else [])]
