"""Errors as RFC 9457 ``application/problem+json``. Never a traceback. ``pages/problem.py`` shows them to people."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from stanch.kernel.errors import NotFound, Problem, TooLarge, TooMany, Unauthenticated

MEDIA_TYPE = "application/problem+json"
PROGRAM_PATHS = ("/api/", "/hooks/", "/openapi.json", "/healthz", "/readyz", "/metrics")


class Failure(Problem, status=500, title="Something went wrong inside stanch"):
    """A fault of the product. The log has the details, the answer has none."""


def document(problem: Problem) -> dict[str, Any]:
    """The members of RFC 9457, and where the fault is as a JSON pointer."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(problem).__name__).lower()
    members: dict[str, Any] = {
        "type": f"urn:stanch:problem:{name}", "title": problem.title, "status": problem.status,
        "detail": problem.detail,
    }  # fmt: skip
    if problem.hint:
        members["hint"] = problem.hint
    if problem.repeat:
        members["repeat"] = problem.repeat
    if problem.field:
        found = problem.points or [problem.sentence()]
        members["errors"] = [{"detail": point, "pointer": f"#/{problem.field}"} for point in found]
    return members


def problem_response(problem: Problem) -> Response:
    """For programs."""
    return Response(msgspec.json.encode(document(problem)), problem.status, headers_of(problem), media_type=MEDIA_TYPE)


def headers_of(problem: Problem) -> dict[str, str]:
    """What a response about it must carry."""
    if isinstance(problem, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="stanch"'}
    return {"Retry-After": str(problem.after)} if isinstance(problem, TooMany) else {}


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks."""
    if request.url.path.startswith(PROGRAM_PATHS):
        return False
    return "text/html" in request.headers.get("accept", "")


def from_http(error: HTTPException) -> Problem:
    """Starlette's own refusals as problems."""
    if error.status_code == 404:
        return NotFound("There is nothing at this address.", hint="/docs lists the routes of the API.")
    if error.status_code == 413:
        return TooLarge("The body is larger than 1 MB.")
    problem = Problem(error.detail or HTTPStatus(error.status_code).phrase)
    problem.status = error.status_code
    problem.title = HTTPStatus(error.status_code).phrase
    return problem
