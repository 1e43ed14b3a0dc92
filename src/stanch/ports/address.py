"""``host:port`` as people write it in a probe."""


def host_port(text: str) -> tuple[str, int]:
    """``db.example.org:5432``, ``[::1]:443``. Raises ``ValueError`` saying what is missing."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"'{text}' is no address with a port; write it like db.example.org:5432")
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1], int(port)
    if ":" in host or "/" in host:
        raise ValueError(f"'{text}' is no host and port; an IPv6 address stands in brackets, like [::1]:443")
    return host, int(port)
