"""A mark that a browser gets when somebody signs in with it: failed attempts there are counted apart (OWASP, device cookies).

It proves nobody's identity. It is bound to one account, so that nobody's own mark helps with another's.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from stanch.kernel.clock import DAY, SECOND
from stanch.kernel.ids import digest
from stanch.ports.signature import is_code, link_code

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

KEPT_SECONDS = 180 * DAY // SECOND


def known_browser(request: Request, secret: str, account: str) -> str:
    """Which one it is, if the account has signed in with it; else an empty text."""
    nonce, _, code = request.cookies.get(_name(account), "").partition(".")
    return nonce if account and is_code(link_code(secret, "browser", account, nonce), code) else ""


def mark_browser(response: Response, secret: str, account: str, *, https: bool) -> None:
    """A new mark at each sign-in."""
    nonce = secrets.token_urlsafe(12)
    response.set_cookie(
        _name(account), f"{nonce}.{link_code(secret, 'browser', account, nonce)}", max_age=KEPT_SECONDS,
        httponly=True, samesite="lax", path="/login", secure=https,
    )  # fmt: skip


def _name(account: str) -> str:
    """A cookie for each account, since several people may share a browser."""
    return f"stanch_known_{digest(account)[:12]}"
