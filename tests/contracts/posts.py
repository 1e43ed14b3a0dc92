"""Posts for the tests of sources: recorded requests of real clients, and what nobody should send."""

import json
from pathlib import Path

from hypothesis import strategies as st

from stanch.kernel.clock import parse_moment
from stanch.ports import Alert, Post, Received, Source

CLIENTS = Path(__file__).parent.parent / "data" / "clients"
NOW = parse_moment("2026-11-23T04:00:00Z")


def recorded(name: str, prefix: str = "") -> Post:
    """A request as the client sent it; ``prefix`` is what a proxy or ``base_url`` puts before its path."""
    (path,) = CLIENTS.glob(f"{name}-*")
    head, _, body = path.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
    first, *headers = head.decode().split("\n")
    method, target, _ = first.split(" ")
    lines = [f"{name.lower()}: {value}" for name, _, value in (line.partition(": ") for line in headers)]
    return Post(body.rstrip(b"\n"), NOW, "ci", "\n".join([f"{method} {prefix}{target}", *lines]))


def posted(body: object, about: str = "") -> Post:
    """A JSON body that was received at ``NOW``."""
    return Post(json.dumps(body).encode(), NOW, "ci", about)


def only(source: Source, post: Post) -> Received:
    """The one thing that a post holds, without a complaint."""
    received, errors = source.read(post)
    assert not errors and len(received) == 1
    return received[0]


def alert(source: Source, post: Post) -> Alert:
    """The one alert that a post holds."""
    found = only(source, post)
    assert isinstance(found, Alert)
    return found


def keepable(received: list[Received], errors: list[str]) -> None:
    """Everything may be written to PostgreSQL: no NUL, no lone surrogate, moments that a bigint holds."""
    assert "\x00" not in "".join(errors)
    for each in received:
        _strings_are_fine([getattr(each, field) for field in each.__struct_fields__])
    "".join(errors).encode()


def _strings_are_fine(value: object) -> None:
    if isinstance(value, str):
        assert "\x00" not in value
        value.encode()
    elif isinstance(value, dict):
        _strings_are_fine([*value, *value.values()])
    elif isinstance(value, list):
        for inner in value:
            _strings_are_fine(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        assert abs(value) < 2**63


def survives(source: Source, body: bytes, about: str = "") -> None:
    """Whatever comes in: something that can be kept, or a ``ValueError`` whose sentence can be kept."""
    try:
        received, errors = source.read(Post(body, NOW, "ci", about))
    except ValueError as error:
        received, errors = [], [str(error)]
    keepable(received, errors)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "trigger",
            "resolve",
            "firing",
            "resolved",
            "\x00",
            "\ud800",
            "https://\x00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-14:00",
            "2026-11-23T03:00:00+00:00Z",
            1763870400,
            1e300,
        ]
    )
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def bodies(*keys: str) -> st.SearchStrategy[bytes]:
    """Bytes, JSON of any shape, and objects with these keys and any values, two deep."""
    some = st.sampled_from(keys)
    inner = st.dictionaries(some, anything, max_size=8)
    outer = st.dictionaries(some, anything | inner | st.lists(inner, max_size=3), max_size=10)
    return st.binary(max_size=40) | (anything | outer | st.lists(outer, max_size=3)).map(
        lambda v: json.dumps(v).encode()
    )
