"""``/sw.js``, ``/manifest.webmanifest``, ``/offline`` and ``/push/key`` (formats/14, 14.7 and 14.9)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stanch.identity.push_key import push_key
from stanch.web import auth
from stanch.web.pages.render import page, static_url

if TYPE_CHECKING:
    from stanch.main import Stanch

# Of the offline page; their addresses change with their content, and so does the worker then.
FILES = ("stanch.css", "stanch.svg")
ASKED_EACH_TIME = {"Cache-Control": "no-cache"}
LIGHT = "#f7f8f8"


def routes(stanch: Stanch) -> list[BaseRoute]:
    """Public but the key, which is of no use to others."""

    def key(request: Request) -> Response:
        auth.require(request)
        application = stanch.application
        found = push_key(application.database, application.installation.secret_key, application.clock.now())
        return Response(msgspec.json.encode({"key": found.public}), media_type="application/json")

    return [
        Route("/sw.js", lambda _: Response(worker(), 200, ASKED_EACH_TIME, "text/javascript")),
        Route(
            "/manifest.webmanifest", lambda _: Response(manifest(), 200, ASKED_EACH_TIME, "application/manifest+json")
        ),
        Route("/offline", _offline),
        Route("/push/key", key),
    ]


def _offline(request: Request) -> Response:
    """The same for everybody: it is kept on the device."""
    answer = page(request, "offline.html", me="", shell=None, first_look=False)
    answer.headers.update(ASKED_EACH_TIME)
    return answer


@cache
def worker() -> str:
    """The service worker, with the files that it keeps."""
    files = msgspec.json.encode([static_url(name) for name in FILES]).decode()
    return (Path(__file__).parent / "worker.js").read_text().replace("FILES_OF_THE_OFFLINE_PAGE", files)


@cache
def manifest() -> bytes:
    """What makes it an app to install."""
    icons: list[dict[str, Any]] = [
        {"src": static_url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    icons.append({"src": static_url("icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"})  # fmt: skip
    return msgspec.json.encode(
        {
            "id": "/", "name": "stanch", "short_name": "stanch", "description": "Incident response", "lang": "en",
            "start_url": "/", "scope": "/", "display": "standalone", "theme_color": LIGHT, "background_color": LIGHT,
            "icons": icons,
            "shortcuts": [{"name": "Declare an incident", "url": "/declare"}, {"name": "On call", "url": "/oncall"}],
        }
    )  # fmt: skip
