"""Reading a body without ever holding more than the limit, and the form in it."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

from starlette.requests import Request

from stanch.kernel.errors import Invalid, TooLarge

BODY_LIMIT = 1_000_000
MOST_FIELDS = 1000


class Form(dict[str, list[str]]):
    """The values of each field of a form, in the order of the body."""

    def last(self) -> dict[str, str]:
        """The last value of each field."""
        return {name: values[-1] for name, values in self.items()}


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body. Raises ``TooLarge`` as soon as the limit is passed, without reading the rest."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise TooLarge(f"The body has {announced} bytes, and at most {limit} are taken.")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(f"The body has more than {limit} bytes.")
        parts.append(part)
    return b"".join(parts)


def form_of(body: bytes) -> Form:
    """The fields of an ``application/x-www-form-urlencoded`` body. Raises ``Invalid``."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Invalid("The form cannot be read.") from None
    form = Form()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def plain_kinds(declared: Any) -> set[Any]:
    """The plain types that a field accepts, without their descriptions: ``Annotated[list[str], ...] | None`` is list and None."""
    origin = get_origin(declared)
    if origin is Annotated:
        return plain_kinds(get_args(declared)[0])
    if origin in (Union, UnionType):
        return set().union(*map(plain_kinds, get_args(declared)))
    return {origin or declared}
