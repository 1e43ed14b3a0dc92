"""Everybody, and inviting somebody; and the checklist of a new stanch with what to paste where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Problem
from stanch.kernel.filling import fill
from stanch.prepare.profile.first_run import ShowFirstRun, first_run
from stanch.prepare.profile.people_commands import ShowPeople, show_people
from stanch.timeline import requests
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.bodies import form_of, read_body
from stanch.web.hints import said_to
from stanch.web.pages.render import page, signed_in
from stanch.web.problems import problem_response, wants_page

if TYPE_CHECKING:
    from stanch.main import Stanch


def routes(stanch: Stanch) -> list[Route]:
    """``/people``, ``/people/invitations`` and ``/first-run``."""

    def checklist(request: Request) -> Response:
        with stanch.application.reading(auth.require(request)) as uow:
            context = checklist_of(stanch, uow)
        return page(request, "first_run.html", **context)

    async def invite(request: Request) -> Response:
        await run_in_threadpool(auth.require, request)
        form = form_of(await read_body(request)).last()
        return await run_in_threadpool(_invite, stanch, request, form)

    return [
        signed_in("/people", lambda request: _people(stanch, request)),
        Route("/people/invitations", invite, methods=["POST"]),
        signed_in("/first-run", checklist),
    ]


def checklist_of(stanch: Stanch, uow: UnitOfWork) -> dict[str, Any]:
    """The steps, and what to paste for them; keys are for administrators."""
    keys = stanch.settings.intake_keys
    key = keys[sorted(keys)[0]] if uow.actor.admin and keys else ""
    return {
        "first": first_run(uow, ShowFirstRun()), "url": stanch.settings.url(), "key": key,
        "catalog": str(stanch.settings.catalog or ""), "admin": uow.actor.admin,
    }  # fmt: skip


def _people(stanch: Stanch, request: Request, status: int = 200, **more: Any) -> Response:
    with stanch.application.reading(auth.require(request)) as uow:
        rows, now, admin = show_people(uow, ShowPeople()), uow.now, uow.actor.admin
    context = {"link": "", "invited": "", "error": "", "typed": "", **more}
    return page(request, "people.html", status=status, rows=rows, now=now, admin=admin, **context)


def _invite(stanch: Stanch, request: Request, form: dict[str, str]) -> Response:
    """The link is shown once, to whoever invites; only its digest is stored."""
    actor, command = auth.require(request), REGISTRY["invite-person"]
    values = {"name": form.get("name", ""), "admin": form.get("admin", "") == "true"}
    try:
        answer = requests.run(stanch.application, command, fill(command, values), actor, "page")
    except Problem as problem:
        if not wants_page(request):
            return problem_response(said_to(request, problem))
        return _people(
            stanch, request, problem.status, error=said_to(request, problem, page=True).sentence(), typed=values["name"]
        )
    return _people(stanch, request, link=answer.value.id, invited=values["name"])
