"""The acknowledge link of a page: signed for one person and one page, so that it works without signing in.

A GET changes nothing, since mail scanners open links; it says what the incident is and offers three answers. A POST without a form,
as phones send it from a notification's button, acknowledges, once or again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.kernel.actor import Actor
from stanch.kernel.clock import HOUR
from stanch.kernel.errors import Denied, Invalid, NotFound
from stanch.ports.signature import is_code
from stanch.prepare.called import called_by
from stanch.respond.facts import six_facts
from stanch.respond.page_effect import acknowledge_code
from stanch.respond.passing_on import Offer, hand, offers, refuse
from stanch.respond.recipients import may_be_told
from stanch.timeline.facts.paging import Acknowledged
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web.bodies import form_of, read_body
from stanch.web.pages.render import page as rendered
from stanch.web.problems import wants_page

if TYPE_CHECKING:
    from stanch.main import Stanch
    from stanch.timeline.page import Page
    from stanch.timeline.record import Record

GOOD_FOR = 24 * HOUR
PATH = "/ack/{incident}/{page}/{person:path}/{code}"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
BODY_LIMIT = 50_000
NOTES_SHOWN = 3


class Link(msgspec.Struct, frozen=True):
    """Which page of which incident, and who was paged."""

    incident: str
    page: str
    person: str


class FormResult(msgspec.Struct, frozen=True):
    """What an answer on the page led to. ``wrong``: nothing was changed, and why."""

    heading: str = ""
    wrong: str = ""


def routes(stanch: Stanch) -> list[Route]:
    """The one route of the link."""

    async def answer(request: Request) -> Response:
        link = checked(stanch, request)
        form = form_of(await read_body(request, BODY_LIMIT)).last() if request.method == "POST" else None
        return await run_in_threadpool(_answered, stanch, request, link, form)

    return [Route(PATH, answer, methods=["GET", "POST"])]


def checked(stanch: Stanch, request: Request) -> Link:
    """The link of a request whose code is valid. Raises ``Denied``."""
    link = Link(*(str(request.path_params[name]) for name in ("incident", "page", "person")))
    expected = acknowledge_code(stanch.settings.secret_key, link.incident, link.page, link.person)
    if not is_code(expected, str(request.path_params["code"])):
        raise _not_ours()
    return link


def acknowledge(stanch: Stanch, link: Link) -> tuple[Record, str]:
    """Acknowledge the page; why there was nothing to acknowledge, or an empty text. Raises ``Denied`` for an old link."""
    with stanch.application.uow(Actor(link.person, admin=True), "link") as uow:
        record, page = _found(uow, link)
        if not page.waiting():
            return record, _over(uow, record, page)
        uow.append(record.id, Acknowledged(link.person, page.page))
    return record, ""


def _answered(stanch: Stanch, request: Request, link: Link, form: dict[str, str] | None) -> Response:
    choice = "" if form is None else form.get("choice") or "have"
    if choice == "have":
        record, over = acknowledge(stanch, link)
        return _shown(stanch, request, link, FormResult(over or f"Thank you. {_name(stanch, link)} has {record.id}."))
    if form is None:
        return _shown(stanch, request, link, FormResult())
    return _shown(stanch, request, link, _passed_on(stanch, link, choice, form))


def _passed_on(stanch: Stanch, link: Link, choice: str, form: dict[str, str]) -> FormResult:
    """*I cannot* and *ask somebody instead*, with the same rules as the commands."""
    reason = form.get("reason", "")[:2000]
    with stanch.application.uow(Actor(link.person, admin=True), "link") as uow:
        record, page = _found(uow, link)
        if not page.waiting():
            return FormResult(_over(uow, record, page))
        if choice == "cannot":
            return FormResult(refuse(uow, record, page, link.person, reason))
        if choice != "ask":
            raise Invalid("There is no such answer.", field="choice", hint="It is one of: have, cannot, ask.")
        found = next((o for o in _askable(uow, record, page, link) if o.person == form.get("person")), None)
        if found is None or found.problem:
            who = f"{found.name} {found.problem}" if found else "Nobody who can be asked is called so"
            return FormResult(wrong=f"{who}. Nobody was asked; choose somebody else.")
        return FormResult(hand(uow, record, page, found.person, reason))


def _askable(uow: UnitOfWork, record: Record, page: Page, link: Link) -> list[Offer]:
    """Of a private incident only those who may see it already: a link alone lets nobody else in (P6)."""
    return [o for o in offers(uow, record, page, asker=link.person) if may_be_told(uow, record, o.person)]


def _shown(stanch: Stanch, request: Request, link: Link, said: FormResult) -> Response:
    if said.heading and not wants_page(request) and "application/json" in request.headers.get("accept", ""):
        return Response(msgspec.json.encode({"said": said.heading}), 200, HEADERS, "application/json")
    with stanch.application.reading() as uow:
        record, page = _found(uow, link)
        every = _askable(uow, record, page, link)
        context: dict[str, Any] = {
            "record": record, "page": page, "paged_at": page.paged_at(link.person), "now": uow.now, "said": said, "known": _known(uow, record),
            "over": "" if page.waiting() else _over(uow, record, page), "person": called_by(uow.policy)(link.person),
            "refused": link.person in page.refused, "askable": [o for o in every if not o.problem],
            "unable": [o for o in every if o.problem], "service": uow.policy.service(record.service).label(),
        }  # fmt: skip
    answer = rendered(request, "acknowledge.html", **context)
    answer.headers.update(HEADERS)
    return answer


def _known(uow: UnitOfWork, record: Record) -> list[tuple[str, str]]:
    """A summary for a person who was just paged: firing alerts, the stated facts, the newest notes."""
    alerts = [f"{s.name}: {s.summary}" if s.summary else s.name for s in record.signals.values() if s.firing]
    found = [("Alert", text) for text in alerts[:NOTES_SHOWN]]
    if len(alerts) > NOTES_SHOWN:
        found.append(("Alert", f"and {len(alerts) - NOTES_SHOWN} more"))
    facts = six_facts(record, uow.policy, uow.now)
    called = called_by(uow.policy)
    found += [
        (fact.label, called(fact.value) if fact.key == "incident_commander" else fact.value)
        for fact in facts
        if fact.value and fact.key != "severity"
    ]
    return found + [("Noted", note) for note in record.notes[-NOTES_SHOWN:]]


def _name(stanch: Stanch, link: Link) -> str:
    return called_by(stanch.application.whole_policy())(link.person)


def _over(uow: UnitOfWork, record: Record, page: Page) -> str:
    if page.acknowledged_at is not None:
        by = ", ".join(called_by(uow.policy).each(page.acknowledgers))
        return f"{by} {'have' if len(page.acknowledgers) > 1 else 'has'} {record.id} already."
    return f"{record.id} is over. There is nothing to do."


def _found(uow: UnitOfWork, link: Link) -> tuple[Record, Page]:
    """The page of a link. Raises ``Denied`` where it is too old, or for who may not see a private incident any more (P6)."""
    record = uow.record(link.incident)
    if not may_be_told(uow, record, link.person):
        raise _not_ours()
    found = record.pages.get(link.page)
    if found is None:
        raise NotFound("There is no such page.")
    if uow.now - found.paged_at(link.person) > GOOD_FOR:
        raise Denied(
            f"This page is too old: its link was good for {GOOD_FOR // HOUR} hours.",
            hint="Open the incident and acknowledge there.",
        )
    return record, found


def _not_ours() -> Denied:
    return Denied("This link is not one of ours.", hint="Open the incident and acknowledge there.")
