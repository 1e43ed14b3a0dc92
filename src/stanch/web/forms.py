"""Forms of the pages: ``POST /do/<command>`` runs the same handler as API, CLI and chat, and redirects back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stanch.kernel.command import REGISTRY, Command
from stanch.kernel.errors import Invalid, NotFound, Problem
from stanch.kernel.filling import fill, incident_id
from stanch.timeline import requests
from stanch.web import auth
from stanch.web.bodies import Form, form_of, plain_kinds, read_body
from stanch.web.hints import said_to
from stanch.web.pages.error_page import form_problem
from stanch.web.pages.room import room
from stanch.web.problems import problem_response, wants_page
from stanch.web.room import Refused, stands_in_a_panel

if TYPE_CHECKING:
    from stanch.main import Stanch

OURS = ("next", "once_key")
# ``also`` names a second command that the same button asks for; its fields begin so: what was typed in the first is kept.
# Behind a colon stands which of several it is about: ``action:A1``.
ALSO = "also"


def routes(stanch: Stanch) -> list[Route]:
    """One route for every writing command."""

    async def do(request: Request) -> Response:
        await run_in_threadpool(auth.require, request)
        body = await read_body(request)
        return await run_in_threadpool(_do, stanch, request, body)

    return [Route("/do/{command}", do, methods=["POST"])]


def _do(stanch: Stanch, request: Request, body: bytes) -> Response:
    actor = auth.require(request)
    form = form_of(body)
    second = form.pop(ALSO, [""])[-1]
    parts = [(request.path_params["command"], Form({k: v for k, v in form.items() if not k.startswith(f"{ALSO}.")}))]
    if second:
        parts.append((second.partition(":")[0], _fields_of(second, form)))
    where = "/"
    for name, own in parts:
        command = REGISTRY.get(name)
        if command is None or command.reading:
            raise NotFound("There is no such form.")
        try:
            asked = fill(command, values_of(command, own))
            key = own.get("once_key", [""])[-1]
            once = requests.once(requests.principal(actor, asked), f"/do/{name}", key, body) if key else None
            answer = requests.run(stanch.application, command, asked, actor, "page", key=once)
        except Problem as problem:
            if not wants_page(request):
                return problem_response(said_to(request, problem))
            return _refused(stanch, request, command, own, problem)
        incident = (answer.value or {}).get("incident") if isinstance(answer.value, dict) else answer.value.incident
        where = auth.same_site_path(own.get("next", [""])[-1], f"/incidents/{incident}" if incident else "/")
    return RedirectResponse(where, 303)


def _refused(stanch: Stanch, request: Request, command: Command, given: Form, problem: Problem) -> Response:
    """The form again with the typed values and the reason: in its panel of the war room, else on a page of its own."""
    incident = given.last().get("incident", "")
    if isinstance(problem, Invalid) and incident and stands_in_a_panel(command.name):
        said = said_to(request, problem, page=True)
        return room(stanch, request, incident_id(incident), Refused(command.name, given.last(), given, said))
    return form_problem(request, command, given, problem)


def _fields_of(second: str, form: Form) -> Form:
    start = f"{ALSO}.{second}."
    return Form({name.removeprefix(start): given for name, given in form.items() if name.startswith(start)})


def values_of(command: Command, form: dict[str, list[str]]) -> dict[str, Any]:
    """A form has text only: a ticked box is true, and an empty field that has a default is left out."""
    fields = {field.name: field for field in msgspec.structs.fields(command.struct)}
    values: dict[str, Any] = {}
    for name, given in form.items():
        if name in OURS and name not in fields:
            continue
        field = fields.get(name)
        if field is None:
            values[name] = given[-1]  # ``fill`` refuses it with a suggestion
        elif list in (kinds := plain_kinds(field.type)):
            values[name] = [text for text in given if text]
        elif bool in kinds and (given[-1] != "" or type(None) not in kinds):
            values[name] = given[-1] not in ("", "0", "false", "off")
        elif given[-1] != "" or field.required:
            values[name] = given[-1].replace("\r\n", "\n")
    return values
