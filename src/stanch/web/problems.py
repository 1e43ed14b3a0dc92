"""Errors as RFC 9457 ``application/problem+json``, or as a page for people. Never a traceback."""

from __future__ import annotations

import html
import importlib
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stanch.kernel.errors import NotFound, Problem, TooLarge, Unauthenticated

MEDIA_TYPE = "application/problem+json"
PROGRAM_PATHS = ("/api/", "/hooks/", "/openapi.json", "/healthz", "/readyz", "/metrics")


class TooMany(Problem):
    """Too many attempts; ``hint`` says when to come back."""

    status = 429
    title = "Too many attempts"


class Failure(Problem):
    """A fault of the product. The log has the details, the answer has none."""

    status = 500
    title = "Something went wrong inside stanch"


def document(problem: Problem) -> dict[str, Any]:
    """The members of RFC 9457, and where the fault is as a JSON pointer."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(problem).__name__).lower()
    members: dict[str, Any] = {
        "type": f"urn:stanch:problem:{name}", "title": problem.title, "status": problem.status,
        "detail": problem.detail,
    }  # fmt: skip
    if problem.hint:
        members["hint"] = problem.hint
    if problem.field:
        members["errors"] = [{"detail": problem.sentence(), "pointer": f"#/{problem.field}"}]
    return members


def problem_response(problem: Problem) -> Response:
    """For programs."""
    return Response(msgspec.json.encode(document(problem)), problem.status, _headers(problem), media_type=MEDIA_TYPE)


def _headers(problem: Problem) -> dict[str, str]:
    if isinstance(problem, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="stanch"'}
    return {"Retry-After": "60"} if isinstance(problem, TooMany) else {}


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks."""
    if request.url.path.startswith(PROGRAM_PATHS):
        return False
    return "text/html" in request.headers.get("accept", "")


def respond(request: Request, problem: Problem) -> Response:
    """The error in the form that the caller reads; who is not signed in is led to the sign-in page."""
    if not wants_page(request):
        return problem_response(problem)
    if isinstance(problem, Unauthenticated) and request.method == "GET":
        from urllib.parse import urlencode

        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login?" + urlencode({"next": here}), 303)
    return error_page(request, problem)


def error_page(request: Request, problem: Problem) -> Response:
    """``error.html`` of the pages, and a plain page where there are none."""
    context = {
        "status": problem.status, "title": problem.title, "detail": problem.detail, "hint": problem.hint,
    }  # fmt: skip
    render = page_function("error")
    if render:
        return render(request, **context)
    lines = "".join(f"<p>{html.escape(text)}</p>" for text in (problem.detail, problem.hint) if text)
    title = html.escape(problem.title)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>{lines}'
        '<p><a href="/">Back to the start</a></p></html>',
        problem.status,
    )


def page_function(name: str) -> Callable[..., Response] | None:
    """A function of the pages, or None where there are no pages or no such function."""
    try:
        pages: Any = importlib.import_module("stanch.web.pages")
    except ModuleNotFoundError as error:
        if error.name != "stanch.web.pages":
            raise
        return None
    found: Callable[..., Response] | None = getattr(pages, name, None)
    return found


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
