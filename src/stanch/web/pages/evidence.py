"""Evidence as it was captured: one piece, or everything with its manifest (R24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.errors import Conflict, NotFound
from stanch.kernel.filling import incident_id
from stanch.mitigate.evidence import store as evidence_store
from stanch.mitigate.evidence.bundle import bundle
from stanch.web import auth
from stanch.web.pages.render import signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

# Captured content is foreign: it is shown as text and never executed.
SHOWN_AS = {"image/svg+xml": "image/svg+xml", "image/png": "image/png"}
LOCKED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1/evidence.zip`` (the same under ``/api/v1``) and ``/incidents/INC-1/evidence/<digest>``."""

    def whole(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            content = bundle(uow, incident)
        name = f'attachment; filename="{incident}-evidence.zip"'
        return Response(content, media_type="application/zip", headers={"Content-Disposition": name})

    def piece(request: Request) -> Response:
        incident, digest = incident_id(request.path_params["incident"]), request.path_params["digest"]
        with stanch.application.reading(auth.require(request)) as uow:
            uow.record(incident)
            found = evidence_store.content(uow, incident, digest)
            kinds = {row["digest"]: row["media_type"] for row in evidence_store.of(uow, incident)}
        if found is None:
            raise NotFound(f"{incident} has no evidence with that digest.")
        if found == evidence_store.REDACTED:
            raise NotFound("That piece of evidence was redacted.", hint="The timeline says by whom, when and why.")
        if not evidence_store.intact(found, digest):
            raise Conflict(
                "That piece is not what was captured any more.", hint="Run 'stanch verify', restore a backup."
            )
        shown = SHOWN_AS.get(kinds[digest], "text/plain; charset=utf-8")
        return Response(found, media_type=shown, headers={"Content-Security-Policy": LOCKED})

    return [
        signed_in("/incidents/{incident}/evidence.zip", whole),
        signed_in("/api/v1/incidents/{incident}/evidence.zip", whole),
        signed_in("/incidents/{incident}/evidence/{digest}", piece),
    ]
