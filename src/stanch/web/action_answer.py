"""The answer about an action item, from the link in a message: signed for one person and one item (R48).

A GET changes nothing, since mail scanners open links; it shows the choices. The POST answers, as often as the item is open,
until a month after the last message about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Conflict, Denied, NotFound, Problem
from stanch.kernel.filling import fill
from stanch.learn.action_items.answer_link import answer_code
from stanch.learn.action_items.asking import approver_of_drop
from stanch.learn.action_items.rules import LINK_DAYS, link_ends
from stanch.learn.action_items.ticket_views import of_incident
from stanch.ports.signature import is_code
from stanch.prepare.called import called_by
from stanch.prepare.known_people import same_person
from stanch.respond.recipients import may_be_told
from stanch.timeline.record import ActionItem, Record
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web.bodies import form_of, read_body
from stanch.web.pages.render import page

if TYPE_CHECKING:
    from stanch.main import Stanch

PATH = "/answer/{incident}/{item}/{person:path}/{code}"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
# The answers that the form offers; a link can change nothing else about an item.
FIELDS = ("answer", "due", "done", "evidence", "dropped", "keep", "note")


class Link(msgspec.Struct, frozen=True):
    """Which item of which incident, and who was asked."""

    incident: str
    item: str
    person: str


def routes(stanch: Stanch) -> list[Route]:
    """The one route of the link."""

    async def answer(request: Request) -> Response:
        link = _checked(stanch, request)
        typed = form_of(await read_body(request)).last() if request.method == "POST" else {}
        return await run_in_threadpool(_answer, stanch, request, link, typed)

    return [Route(PATH, answer, methods=["GET", "POST"])]


def _checked(stanch: Stanch, request: Request) -> Link:
    link = Link(*(str(request.path_params[name]) for name in ("incident", "item", "person")))
    expected = answer_code(stanch.settings.secret_key, link.incident, link.item, link.person)
    if not is_code(expected, str(request.path_params["code"])):
        raise _not_ours()
    return link


def _found(uow: UnitOfWork, link: Link) -> tuple[Record, ActionItem]:
    """The item of a link. Raises ``Denied`` where it is over, or for who may not see a private incident any more (P6)."""
    record = uow.record(link.incident)
    if not may_be_told(uow, record, link.person):
        raise _not_ours()
    item = record.action_items.get(link.item)
    if item is None:
        raise NotFound(f"{link.incident} has no action item {link.item}.")
    if uow.now > link_ends(item):
        raise Denied(
            f"This link is over: it was good for {LINK_DAYS} days after the last message about {link.item}.",
            hint="Sign in and answer on the page of action items.",
        )
    return record, item


def _not_ours() -> Denied:
    return Denied("This link is not one of ours.", hint="Sign in and answer on the page of action items.")


def _answer(stanch: Stanch, request: Request, link: Link, typed: dict[str, str]) -> Response:
    said, problem, status = "", None, 200
    if request.method == "POST":
        given = {name: typed[name] for name in FIELDS if typed.get(name)}
        try:
            with stanch.application.uow(Actor(link.person, admin=True), "link") as uow:
                _, item = _found(uow, link)
                if item.done_at is not None:
                    raise Conflict(
                        f"{item.item} is {'dropped' if item.dropped else 'done'} already: this link changes nothing."
                    )
                wanted = {"incident": link.incident, "item": link.item, **given}
                said = str(REGISTRY["action"].handle(uow, fill(REGISTRY["action"], wanted)).message)
        except Problem as error:
            problem, status = error, error.status
    with stanch.application.reading(Actor(link.person, admin=True)) as uow:
        shown = _shown(uow, link)
    response = page(
        request, "action_answer.html", status=status, said=said, typed=typed, trouble=problem, link=link, **shown
    )
    response.headers.update(HEADERS)
    return response


def _shown(uow: UnitOfWork, link: Link) -> dict[str, Any]:
    record, item = _found(uow, link)
    lead = approver_of_drop(uow, record, item)
    ticket = of_incident(uow, record.id).get(item.item)
    return {
        "called": called_by(uow.policy),
        "ticket": ticket,
        "record": record,
        "item": item,
        "decides": bool(item.drop and lead and same_person(uow, link.person, lead)),
    }
