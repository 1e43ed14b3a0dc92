"""Mail addresses, ``host:port`` as people write it in a probe, and which addresses are inside a network: strangers must not make stanch call there."""

import ipaddress
import re
import socket

# Addresses in which a network behind a NAT64 hides those of IPv4 (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

# A mailbox as mail servers take it everywhere. No ``=?``: programs read what begins so as an encoded text, which may hold line breaks.
_MAILBOX = re.compile(
    r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)


def mail_address(text: str) -> bool:
    """Whether it is ``local@domain``, and nothing else."""
    return len(text) <= 320 and _MAILBOX.fullmatch(text) is not None


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


def inside(address: str) -> bool:
    """Whether an IP address is not one of the open internet, however it is written. Raises ``ValueError`` for what is none."""
    at = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(at, ipaddress.IPv6Address):
        carried = at.ipv4_mapped or at.sixtofour or (at.teredo and at.teredo[1])
        if at in _NAT64:
            carried = ipaddress.IPv4Address(int(at) & 0xFFFFFFFF)
        if carried:
            return inside(str(carried))
    return not at.is_global or at.is_multicast


def names_inside(host: str) -> bool:
    """Whether a host as it is written is inside: an address, in any form that a resolver reads, or the machine's own name. Nothing is looked up."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return inside(host)
    except ValueError:
        pass
    try:
        return inside(socket.inet_ntoa(socket.inet_aton(host)))  # 127.1, 0x7f000001, 2130706433
    except (OSError, UnicodeError):
        return False


def addresses(host: str, port: int) -> list[str]:
    """The IP addresses of a host, each once. Looks it up; raises ``OSError``, and ``UnicodeError`` for what is no host."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in answers))
