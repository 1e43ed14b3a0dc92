"""What every source needs to read other people's JSON: text that can be kept, moments, links, values as words."""

import json
import re
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import msgspec

from stanch.kernel.clock import SECOND, parse_moment

NUL = "\x00"
ZERO_YEAR = "0001-"  # Go's zero time: "not set"
CUT = 500
MOST = 50
DEEPEST = 4
LONGEST_TIME = 64
UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_parse = lru_cache(maxsize=4096)(parse_moment)
# Go's Time.String(): 2026-11-26 22:00:00.123456789 +0000 UTC m=+0.001
_GO_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d):?(\d\d)( [A-Z+\-\d]+)?( m=[+-][\d.]+)?"
)


def clean(text: str) -> str:
    """Without NUL characters and lone surrogates: PostgreSQL cannot keep them, and one text must not stop a batch."""
    if NUL in text:
        text = text.replace(NUL, "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def clean_all(texts: dict[str, str]) -> dict[str, str]:
    """Names and values as ``clean`` leaves them. Takes what msgspec decoded: lone surrogates it has refused already."""
    if any(NUL in key or NUL in value for key, value in texts.items()):
        return {key.replace(NUL, ""): value.replace(NUL, "") for key, value in texts.items()}
    return texts


def moment(text: str | None) -> int | None:
    """A moment in microseconds; None when missing or Go's zero time. Raises ``ValueError`` with what to write."""
    if not text or text.startswith(ZERO_YEAR):
        return None
    try:
        return _parse(clean(text[:LONGEST_TIME]))
    except OverflowError:
        raise ValueError(f"{text!r} is out of range; write a time like 2026-05-14T14:07:00Z") from None


def loose_moment(value: object) -> int | None:
    """A moment from whatever senders write: ``moment``'s texts, ``+00:00Z``, Unix seconds, milli- or nanoseconds, Go's and mail's.

    None when there is none. Raises ``ValueError`` with what to write.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal() and len(value.strip()) >= 9:
        value = float(value)
    if isinstance(value, int | float):
        return _from_number(value)
    if not isinstance(value, str):
        raise ValueError(f"{words(value, 40)} is not a time; write it like 2026-05-14T14:07:00Z")
    text = value.strip()
    doubled = text[-1:] in "Zz" and len(text) > 7 and text[-7] in "+-" and text[-4] == ":"
    return moment(text[:-1]) if doubled else _from_text(text[: LONGEST_TIME + 1])


def _from_text(text: str) -> int | None:
    if text.startswith(ZERO_YEAR):
        return None
    if go := _GO_TIME.fullmatch(text):
        return moment(f"{go[1]}{go[2]}:{go[3]}")
    if text[:3].isalpha() and text[3:4] == ",":
        try:
            return _from_number(parsedate_to_datetime(clean(text)).timestamp())
        except (ValueError, OverflowError):
            pass  # named below
    if text[4:5] == "/" == text[7:8]:
        text = text.replace("/", "-", 2)
    return moment(text.removesuffix(" UTC") + "Z" if text.endswith(" UTC") else text)


def _from_number(number: float) -> int:
    for top, unit in ((1e11, SECOND), (1e14, SECOND // 1000), (1e17, 1), (1e20, 0.001)):
        if 3.2e7 < number < top:
            return int(number * unit)
    raise ValueError(f"{number} is not a time; write Unix seconds, or a time like 2026-05-14T14:07:00Z")


def link(*candidates: object) -> str:
    """The first http(s) address, else the empty string, so that no link is ``javascript:``."""
    for candidate in candidates:
        if isinstance(candidate, str) and candidate.lower().startswith(("http://", "https://")):
            return clean(candidate)
    return ""


def words(value: object, cut: int = CUT) -> str:
    """A JSON value as text of at most ``cut`` characters; objects and lists as JSON. None is the empty string."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    else:
        try:
            text = msgspec.json.encode(value).decode()
        except (TypeError, ValueError, OverflowError, RecursionError):
            text = "(nested too deeply)"
    text = clean(text)
    return text if len(text) <= cut else text[: cut - 1] + "…"


def flatten(value: object, name: str = "details") -> dict[str, str]:
    """Any JSON as flat pairs (``a.b``), at most ``MOST``, values cut at ``CUT``; what is no object goes under ``name``."""
    if not isinstance(value, dict):
        text = words(value)
        return {name: text} if text else {}
    pairs: dict[str, str] = {}
    _flatten(value, "", pairs, DEEPEST)
    return pairs


def _flatten(value: dict[Any, Any], prefix: str, pairs: dict[str, str], depth: int) -> None:
    for key, inner in value.items():
        if len(pairs) >= MOST:
            return
        name = f"{prefix}{words(key, 100)}"
        if isinstance(inner, dict) and depth > 1:
            _flatten(inner, f"{name}.", pairs, depth - 1)
        elif (text := words(inner)) and name:
            pairs[name] = text


def read_json(body: bytes, what: str) -> tuple[Any, list[str]]:
    """The body, and a sentence if it was only nearly JSON: a byte that is no UTF-8 or a NaN must not cost an alert.

    Raises ``ValueError`` naming ``what`` should have been sent.
    """
    try:
        return msgspec.json.decode(body), []
    except UNREADABLE as error:
        why = f"{error or 'nested too deeply'}"
    try:
        text = body.decode(json.detect_encoding(body), "replace")
        return json.loads(text, strict=False, parse_constant=str), [
            f"the body is not quite JSON ({why}); it was read as far as it goes"
        ]
    except (ValueError, RecursionError):
        raise ValueError(f"the body is not JSON ({why}); send {what}") from None


def json_object(body: bytes, what: str) -> dict[str, Any]:
    """The body as a JSON object. Raises ``ValueError`` naming ``what`` should have been sent."""
    read, _ = read_json(body, what)
    if not isinstance(read, dict):
        raise ValueError(f"the body is {kind(read)}, not an object; send {what}")
    return read


def kind(value: object) -> str:
    """What a JSON value is, for people."""
    names: dict[type, str] = {bool: "true or false", dict: "an object", list: "an array", str: "a text"}
    return "null" if value is None else names.get(type(value), "a number")
