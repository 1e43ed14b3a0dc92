"""Stylesheet, script, icons and font: kept by the browser for good under an address that changes with the content."""

from __future__ import annotations

import os
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from stanch.web.pages.render import STATIC

FOREVER = "public, max-age=31536000, immutable"


class CachedFiles(StaticFiles):
    """A file that was asked for with its version never changes; without one it is asked about again."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """As of Starlette, with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = FOREVER
        return response


def mount() -> Mount:
    """``/static``. Text is compressed; the font is already."""
    app: Any = GZipMiddleware(CachedFiles(directory=STATIC), minimum_size=1000, compresslevel=6)
    return Mount("/static", app)
