"""Reading a body without ever holding more than the limit."""

from starlette.requests import Request

from stanch.kernel.errors import TooLarge

BODY_LIMIT = 1_000_000


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body. Raises ``TooLarge`` as soon as it is known, without reading the rest."""
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
