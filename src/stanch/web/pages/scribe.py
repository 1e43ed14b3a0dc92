"""The Scribe's view: one input, a key for each kind of line, the last entries and their quick correction (R28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from stanch.kernel.filling import incident_id
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from starlette.routing import Route

    from stanch.main import Stanch

SHOWN = 12
# The command behind each button, its key, and what it says. "Say" is the default of the Enter key.
LINES = (
    ("say", "s", "Say"), ("decide", "d", "Decision"), ("hypothesis", "h", "Hypothesis"), ("for", "f", "Evidence for it"),
    ("against", "a", "Evidence against it"), ("impact", "i", "Impact"), ("concern", "c", "Concern"),
)  # fmt: skip


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1/scribe``."""

    def scribe(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        with stanch.application.reading(auth.require(request)) as uow:
            record, entries = uow.record(incident), uow.entries(incident)
        newest = [x for x in reversed(entries) if x.source not in ("machine", "alert")][:SHOWN]
        return page(
            request, "scribe.html", record=record, entries=newest, lines=LINES, leading=record.leading(), now=uow.now
        )

    return [signed_in("/incidents/{incident}/scribe", scribe)]
