"""``/hooks/<tracker>``: what a tracker says of its tickets, signed in its own way (R47, formats/19, 19.3).

Every signed request is answered with 200, also irrelevant ones: GitLab disables a webhook that is refused a few
times. Nothing of a body is believed: it only says which ticket to read again.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.kernel.errors import NotFound, Unauthenticated
from stanch.kernel.logs import log
from stanch.ports import Failed
from stanch.ports.tracker import Delivery, Tracker, Unsigned
from stanch.tickets.reading import heard
from stanch.web.bodies import read_body
from stanch.web.intake.keys import given_key
from stanch.web.intake.receiving import Receiving

BODY_LIMIT = 1_000_000


def routes(receiving: Receiving) -> list[Route]:
    """One address for each configured tracker."""
    said: set[str] = set()

    def route(tracker: Tracker) -> Route:
        async def take(request: Request) -> Response:
            body = await read_body(request, BODY_LIMIT)
            found = _read(tracker, _headers(request), body, receiving.now(), said)
            new = await run_in_threadpool(_heard, receiving, tracker, found)
            return JSONResponse({"status": "taken" if new else "known already"})

        return Route(f"/hooks/{tracker.name}", take, methods=["POST"])

    return [route(tracker) for tracker in receiving.stanch.world.trackers.values()]


def _headers(request: Request) -> Mapping[str, str]:
    """By name; with the key at the end of the address, for senders that can do no more."""
    authorization = request.headers.get("authorization", "").encode("latin-1")
    key = given_key(authorization, request.url.query.encode("latin-1", "replace"))
    return {**request.headers, "x-stanch-key": key.decode("latin-1")}


def _read(tracker: Tracker, headers: Mapping[str, str], body: bytes, now: int, said: set[str]) -> Delivery:
    """What it says. Why webhooks are not set up is for the operator: it is logged, once, and a stranger is not told."""
    try:
        return tracker.delivery(headers, body, now)
    except Unsigned as unsigned:
        raise Unauthenticated(
            f"This is not signed by {tracker.title}: {unsigned}.", hint="Compare the secrets and the clocks."
        ) from None
    except Failed as failed:
        if failed.detail not in said:
            said.add(failed.detail)
            log.warning("a webhook was refused, as it is not set up", tracker=tracker.name, error=failed.detail)
        hint = "The server's log says what is missing."
        raise NotFound(f"Webhooks of {tracker.title} are not set up here.", hint=hint) from None


def _heard(receiving: Receiving, tracker: Tracker, found: Delivery) -> bool:
    with receiving.stanch.application.uow() as uow:
        return heard(uow, tracker.name, found.id, found.tickets)
