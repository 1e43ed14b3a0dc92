"""What ``amtool`` and Prometheus' tools read of Alertmanager's API v2 before and after they post (formats/01, 1.2)."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch import __version__
from stanch.kernel.clock import iso
from stanch.kernel.errors import Problem
from stanch.web.intake.receiving import Receiving, native

NEVER = "0001-01-01T00:00:00.000Z"


def routes(receiving: Receiving) -> list[Route]:
    """Status, the firing alerts of this key, and the one receiver."""

    @native(_error)
    async def status(request: Request) -> Response:
        receiving.key_name(request)
        build = {
            "version": __version__,
            "revision": "",
            "branch": "",
            "buildUser": "",
            "buildDate": "",
            "goVersion": "",
        }
        return JSONResponse(
            {
                "cluster": {"status": "disabled", "peers": []},
                "versionInfo": build,
                "config": {"original": "# stanch takes alerts; its rules are in stanch.yaml\n"},
                "uptime": iso(receiving.now()),
            }
        )

    @native(_error)
    async def alerts(request: Request) -> Response:
        name = receiving.key_name(request)
        with receiving.stanch.application.reading() as uow:
            rows = uow.tx.all(
                "SELECT * FROM signals WHERE intake_key = :key AND state = 'firing' ORDER BY fingerprint LIMIT 5000",
                key=name,
            )
        return JSONResponse([_alert(row) for row in rows])

    @native(_error)
    async def receivers(request: Request) -> Response:
        receiving.key_name(request)
        return JSONResponse([{"name": "stanch"}])

    prefix = "/hooks/prometheus/api/v2"
    return [
        Route(f"{prefix}/status", status, methods=["GET"]),
        Route(f"{prefix}/alerts", alerts, methods=["GET"]),
        Route(f"{prefix}/receivers", receivers, methods=["GET"]),
    ]


def _alert(row: Any) -> dict[str, Any]:
    return {
        "labels": msgspec.json.decode(row["labels"]),
        "annotations": msgspec.json.decode(row["annotations"]),
        "generatorURL": row["link"],
        "fingerprint": row["fingerprint"],
        "receivers": [{"name": "stanch"}],
        "startsAt": iso(row["starts_at"]),
        "updatedAt": iso(row["last_seen"]),
        "endsAt": iso(row["lease_until"]) if row["lease_until"] else NEVER,
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
    }


def _error(problem: Problem) -> Response:
    headers = {"WWW-Authenticate": 'Basic realm="stanch hooks"'} if problem.status == 401 else None
    return JSONResponse(problem.sentence(), problem.status, headers)
