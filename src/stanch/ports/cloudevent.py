"""CloudEvents 1.0.2 over HTTP: binary, structured and batched (formats/11, 11.7)."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote

import msgspec

from stanch.ports import Post
from stanch.ports.json_fields import UNREADABLE, clean, kind, words
from stanch.ports.request_head import RequestHead, read_about

REQUIRED = ("id", "source", "type")
DATA = ("data", "data_base64")
MOST = 1000
WHAT = "a CloudEvent 1.0 with id, source, specversion and type"


class Event(msgspec.Struct, frozen=True):
    """One event: its context attributes as text, and its data: JSON where it is JSON, else text."""

    attributes: dict[str, str]
    data: Any

    def get(self, name: str) -> str:
        """An attribute, or the empty string."""
        return self.attributes.get(name, "")


def read_events(post: Post) -> tuple[list[Event], list[str]]:
    """The events of a request, and a sentence for each that is none. Raises ``ValueError`` when there is no event."""
    asked = read_about(post.about)
    if "ce-specversion" in asked.headers:
        return [_checked(_binary(asked, post.body))], []
    try:
        read = msgspec.json.decode(post.body)
    except UNREADABLE as error:
        raise ValueError(f"the body is not JSON ({error or 'nested too deeply'}); send {WHAT}") from None
    if not isinstance(read, list):
        return [_checked(_structured(read))], []
    events = []
    errors = [] if len(read) <= MOST else [f"{len(read)} events are too many for one body; {MOST} were read"]
    for position, each in enumerate(read[:MOST]):
        try:
            events.append(_checked(_structured(each)))
        except ValueError as error:
            errors.append(f"events[{position}]: {error}")
    return events, errors


def _binary(asked: RequestHead, body: bytes) -> Event:
    """Attributes travel as ``ce-`` headers, with what headers cannot hold percent-encoded."""
    attributes = {
        name.removeprefix("ce-"): clean(unquote(value))
        for name, value in asked.headers.items()
        if name.startswith("ce-")
    }
    return Event(attributes, _data(body) if body.strip() else None)


def _structured(read: object) -> Event:
    if not isinstance(read, dict):
        raise ValueError(f"it is {kind(read)}, not an object; send {WHAT}")
    attributes = {words(name, 100): words(value, 2000) for name, value in read.items() if name not in DATA}
    data = read.get("data")
    packed = read.get("data_base64")
    if data is None and isinstance(packed, str):
        try:
            data = _data(base64.b64decode(packed, validate=True))
        except (binascii.Error, ValueError):
            raise ValueError("data_base64 is not base64; encode the data, or send it as data") from None
    return Event(attributes, data)


def _data(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except UNREADABLE:
        return clean(raw.decode("utf-8", "replace"))


def _checked(event: Event) -> Event:
    for name in REQUIRED:
        if not event.get(name).strip():
            raise ValueError(f"{name} is missing; send {WHAT}")
    version = event.get("specversion")
    if version != "1.0":
        raise ValueError(f"specversion is {words(version, 40)!r}, not '1.0'; send {WHAT}")
    return event
