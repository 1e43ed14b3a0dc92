"""The status page's answers at the level of the protocol: a plain GET of a public file is answered as it arrives (B4).

Only plain requests are answered here; all others go through the framework and get the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable

from stanch.web.status.served import Served

END = b"\r\n\r\n"
OK, UNCHANGED = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 304 Not Modified\r\n"
# Headers with which a request is not plain.
MORE = (
    b"\r\ncontent-length:",
    b"\r\ntransfer-encoding:",
    b"\r\nupgrade:",
    b"\r\nexpect:",
    b"\r\nconnection: close",
    b"\r\nconnection:close",
)
NONE_MATCH, HOST = b"\r\nif-none-match:", b"\r\nhost:"
# So many requests are known by their bytes, none longer than this: a few MB at most.
KEPT, KEPT_BYTES = 1000, 2000
Quick = Callable[[bytes], tuple[bytes, bytes] | None]


def quick(served: Served) -> Quick:
    """A function from what arrived on a connection to the status line and the rest of the answer, or None.

    Browsers of one kind send the same bytes, and so does each reader's every look: what was read once is known until the pages change.
    """
    read: dict[bytes, tuple[bytes, bytes]] = {}
    drawn = -1

    def find(data: bytes) -> tuple[bytes, bytes] | None:
        nonlocal drawn
        if served.stale:
            return None
        if served.drawn != drawn:
            read.clear()
            drawn = served.drawn
        found = read.get(data)
        if found is None and (found := _read(served, data)) is not None and len(data) <= KEPT_BYTES:
            if len(read) >= KEPT:
                read.clear()
            read[data] = found
        return found

    return find


def _read(served: Served, data: bytes) -> tuple[bytes, bytes] | None:
    """The answer to one whole request."""
    if data[:5] != b"GET /" or data[-4:] != END or data.find(END) != len(data) - 4:
        return None
    line_end = data.find(b"\r\n")
    target, _, version = data[4:line_end].partition(b" ")
    if version != b"HTTP/1.1":
        return None
    if not served.by_host and target not in served.by_target:
        return None
    head = data[line_end:].lower()
    if any(mark in head for mark in MORE):
        return None
    host = _value(head, HOST)
    if host is None:
        return None
    answers = served.by_host.get(host) or served.by_host.get(host.rsplit(b":", 1)[0])
    if answers is None and _is_a_site(served, host):
        return None
    answer = (served.by_target if answers is None else answers).get(target)
    if answer is None:
        return None
    known = _value(head, NONE_MATCH)
    if known is not None and answer.matches(known.replace(b"w/", b"W/")):
        return UNCHANGED, answer.unchanged
    return OK, answer.full


def _is_a_site(served: Served, host: bytes) -> bool:
    """Whether a page that is not public has this host name; such requests are not answered here."""
    name = host.decode("latin-1")
    return bool(served.hosts) and (name in served.hosts or name.rsplit(":", 1)[0] in served.hosts)


def _value(head: bytes, name: bytes) -> bytes | None:
    """The one value of a header in lower case; None where there is none or more than one."""
    start = head.find(name)
    if start < 0 or head.find(name, start + 1) >= 0:
        return None
    start += len(name)
    return head[start : head.find(b"\r\n", start)].strip()
