"""Limits of what is stored of a sender's post. Longer texts are cut and longer identities hashed: nothing is refused (P8)."""

import hashlib

import msgspec

from stanch.kernel.clock import DAY
from stanch.ports import Acknowledgement, Alert, ChangeEvent, Received

# PostgreSQL indexes at most about 2,700 bytes; real identities are far shorter.
IDENTITY, NAME, LABELS, TEXT = 400, 300, 200, 20_000


def within(received: Received, received_at: int) -> Received:
    """The same within the limits, and without a start that has yet to come (microseconds).

    A start in the far future (a wrong clock, a placeholder) would never be before its end, and the alert would fire for ever.
    """
    if isinstance(received, Alert):
        return msgspec.structs.replace(
            received,
            starts_at=received_at if received.starts_at > received_at + DAY else received.starts_at,
            fingerprint=identity(received.fingerprint),
            group=identity(received.group),
            name=cut(received.name, NAME),
            labels=_few(received.labels, NAME),
            annotations=_few(received.annotations, TEXT),
            link=cut(received.link, 2 * NAME * 10),
        )
    if isinstance(received, Acknowledgement):
        return msgspec.structs.replace(received, fingerprint=identity(received.fingerprint))
    if isinstance(received, ChangeEvent):
        return msgspec.structs.replace(
            received,
            service=cut(received.service, NAME),
            release=cut(received.release, NAME),
            previous=cut(received.previous, NAME),
            identity=identity(received.identity),
        )
    return received


def identity(text: str) -> str:
    """Two that differ stay different, however long they are."""
    if len(text) <= IDENTITY:
        return text
    return f"{text[:100]}…{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def cut(text: str, most: int) -> str:
    """The beginning, and a sign that there was more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _few(values: dict[str, str], most: int) -> dict[str, str]:
    if len(values) <= LABELS and all(len(k) <= NAME and len(v) <= most for k, v in values.items()):
        return values
    return {cut(k, NAME): cut(v, most) for k, v in list(values.items())[:LABELS]}
