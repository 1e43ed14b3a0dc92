"""Error pages: the problem in a sentence, and the form with what was typed."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stanch.kernel.command import Command
from stanch.kernel.errors import Conflict, Problem, Unauthenticated
from stanch.kernel.filling import choices
from stanch.web.auth import same_site_path
from stanch.web.bodies import Form, plain_kinds
from stanch.web.hints import label, said_to
from stanch.web.pages.render import page
from stanch.web.problems import headers_of, problem_response, wants_page

HIDDEN = {
    "incident",
    "run",
    "confirm",
    "key",
    "hypothesis",
    "item",
    "fingerprint",
    "mitigation",
    "page",
    "corrects",
    "seen",
    "base",
}
LONG = {"text", "reason", "impact", "note", "answer", "test", "summary", "causes", "changes", "lessons"}


class Field(msgspec.Struct):
    """One field of a form made from a command's struct."""

    name: str
    label: str
    kind: str
    value: str
    values: list[str]
    options: list[str]
    required: bool
    wrong: bool


def respond(request: Request, problem: Problem) -> Response:
    """The error as the caller reads it: JSON or a page; unauthenticated browsers are redirected to sign-in."""
    problem = said_to(request, problem, page=wants_page(request))
    if not wants_page(request):
        return problem_response(problem)
    if isinstance(problem, Unauthenticated) and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login?" + urlencode({"next": here}), 303)
    answer = page(
        request, "error.html", status=problem.status, title=problem.title, detail=problem.detail, hint=problem.hint
    )
    answer.headers.update(headers_of(problem))
    return answer


def form_problem(request: Request, command: Command, given: Form, problem: Problem) -> Response:
    """The form again with what was typed, and what to do about it."""
    problem = said_to(request, problem, page=True)
    shown, form = _fields(command, given, problem), given.last()
    back = form.get("next") or (f"/incidents/{form['incident']}" if form.get("incident") else "/")
    answer = page(
        request, "problem.html", status=problem.status, problem=problem, command=command, fields=shown, back=same_site_path(back),
        onward=form.get("next", ""), incident=form.get("incident", ""), theirs=_there_now(problem).get("base", ""),
    )  # fmt: skip
    answer.headers.update(headers_of(problem))
    return answer


def _there_now(problem: Problem) -> dict[str, str]:
    """What somebody else has written meanwhile: whoever reads the form again has seen it."""
    return problem.repeat if isinstance(problem, Conflict) else {}


def _fields(command: Command, given: Form, problem: Problem) -> list[Field]:
    """Those that the form had; boxes too, since one that is not ticked is not sent."""
    found, form, seen = [], given.last(), _there_now(problem)
    for field in msgspec.structs.fields(command.struct):
        kind, options = _kind(field.name, field.type)
        wrong = problem.field.split("/")[0] == field.name
        if not (field.name in form or field.required or wrong or kind in ("hidden", "check")):
            continue
        now = [seen[field.name]] if field.name in seen else []
        found.append(
            Field(
                field.name,
                label(field.name),
                kind,
                form.get(field.name, ""),
                [*given.get(field.name, []), *now]
                if list in plain_kinds(field.type)
                else now or [form.get(field.name, "")],
                options,
                field.required,
                wrong,
            )
        )
    return found


def _kind(name: str, kind: Any) -> tuple[str, list[str]]:
    if name in HIDDEN:
        return "hidden", []
    if list in plain_kinds(kind):
        return "list", []
    if kind is bool or bool in get_args(kind):
        return "check", []
    options = choices(kind)
    if options:
        return "choice", options
    return ("long" if name in LONG else "line"), []
