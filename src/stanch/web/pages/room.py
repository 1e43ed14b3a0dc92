"""The war room: six facts, phases, what needs you now, narration, timeline, and the panels beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stanch.communicate.rules import BLANK, draft_internal, draft_public, suggestions, wording
from stanch.identity.people import names
from stanch.kernel.clock import parse_moment
from stanch.kernel.errors import Invalid
from stanch.kernel.filling import incident_id
from stanch.kernel.policy import PHASES
from stanch.learn.rules import missing
from stanch.mitigate.evidence import store as evidence_store
from stanch.mitigate.measurements import all_series
from stanch.mitigate.survey import newest
from stanch.mitigate.toolkit import ranked_for
from stanch.prepare.playbooks.evidence import suggested
from stanch.prepare.runbooks import age_problem, for_phase
from stanch.recover.rules import checklist, proposed, standing
from stanch.respond.facts import six_facts
from stanch.respond.prompts import prompts
from stanch.timeline.entries import TRIAGE_QUESTIONS, Amended, Entry
from stanch.timeline.record import Record, fold
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth, pictures
from stanch.web.pages.render import exact, page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

SHOWN = 200
TRIAGE_HINTS = {
    "real": "I see it myself; it is no fault of the measurement",
    "bad": "Who is hit, how many, and since when",
    "who": "The database people, the bank",
}
QUIET = frozenset({"page_stepped", "criterion_turned", "prompted"})


def routes(stanch: Stanch) -> list[Route]:
    """``/incidents/INC-1``."""

    def war_room(request: Request) -> Response:
        incident = incident_id(request.path_params["incident"])
        query = request.query_params
        with stanch.application.reading(auth.require(request)) as uow:
            entries = uow.entries(incident)
            step = _number(query.get("entry", ""))
            if 0 < step < len(entries):
                return RedirectResponse(f"/incidents/{incident}?at={exact(entries[step - 1].recorded_at)}", 303)
            at = moment(uow, query.get("at", ""))
            context = room(uow, incident, entries, at)
        before = _number(query.get("before", ""))
        correct = _number(query.get("correct", ""))
        context |= older(context["timeline"], before)
        return page(request, "room.html", **context, correct=correct if 0 < correct <= len(entries) else 0)

    return [signed_in("/incidents/{incident}", war_room)]


def moment(uow: UnitOfWork, text: str) -> int | None:
    """The past moment that is asked for. Raises ``Invalid``."""
    if not text:
        return None
    try:
        at = parse_moment(text)
    except ValueError as error:
        raise Invalid(str(error), field="at") from None
    if at > uow.now:
        raise Invalid("That moment lies in the future.", field="at", hint="Choose an earlier one.")
    return at


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def room(uow: UnitOfWork, incident: str, entries: list[Entry], at: int | None) -> dict[str, Any]:
    """Everything the template shows, as of a moment or now."""
    record = uow.record(incident, at=at)
    known = [x for x in entries if at is None or x.recorded_at <= at]
    now = uow.now if at is None else at
    asked = prompts(record, uow.policy)
    return {
        "record": record, "now": now, "at": at, "total": len(entries), "first": entries[0].recorded_at,
        "facts": six_facts(record, uow.policy, now),
        "prompts": [p for p in asked if p.due <= now], "later": [p for p in asked if p.due > now][:4],
        "timeline": known[::-1], "amended": {x.facts.position: x.position for x in known if isinstance(x.facts, Amended)},
        "phases": phase_times(record, now), "bar": pictures.phase_bar(record.spells, now),
        "moments": key_moments(entries), "policy": uow.policy, "people": people(uow),
        "service": uow.policy.service(record.service) if record.service else None,
        **_panels(uow, record, now),
    }  # fmt: skip


def _panels(uow: UnitOfWork, record: Record, now: int) -> dict[str, Any]:
    public = draft_public(record, uow.policy)
    internal = draft_internal(record, uow.policy, now)
    service = uow.policy.service(record.service)
    return {
        "ranked": ranked_for(uow, record), "survey": newest(uow, record.id), "progress": _progress(uow, record),
        "standing": standing(record, uow.policy, now),
        "proposed": proposed(record, uow.policy)[0],
        "sparklines": sparklines(uow, record, now),
        "runbook_now": for_phase(service.runbook, record.phase), "runbook_age": age_problem(service, now),
        "questions": TRIAGE_QUESTIONS, "hints": TRIAGE_HINTS,
        "playbooks": suggested(uow, record),
        "internal": internal, "internal_now": internal.replace(BLANK, "not known yet"), "public": public,
        "objections": suggestions(wording(public, uow.policy)),
        "checklist": checklist(record), "gaps": missing(record),
        "evidence": evidence_store.of(uow, record.id, now),
    }  # fmt: skip


def _progress(uow: UnitOfWork, record: Record) -> dict[str, str]:
    """What each run that has not answered yet said last."""
    if all(run.answered for run in record.runs.values()):
        return {}
    rows = uow.tx.all("SELECT run, progress FROM mitigation_runs WHERE incident = :id", id=record.id)
    return {row["run"]: row["progress"] for row in rows if row["progress"]}


def sparklines(uow: UnitOfWork, record: Record, now: int) -> dict[str, Any]:
    """One picture for each criterion that has been measured."""
    series = all_series(uow, record.id)
    marks = [(run.applied_at, run.title) for run in record.runs.values() if run.applied_at]
    return {
        name: pictures.sparkline(points, state.criterion, marks)
        for name, state in record.criteria.items()
        if len(points := [p for p in series.get(name, []) if p[0] <= now]) > 1
    }


def phase_times(record: Record, now: int) -> list[tuple[str, int, bool]]:
    """(phase, time spent, whether it is the present one) for each of the five."""
    spent: dict[str, int] = {}
    for spell in record.spells:
        spent[spell.phase] = spent.get(spell.phase, 0) + (spell.until or now) - spell.since
    return [(phase, spent.get(phase, 0), phase == record.phase) for phase in PHASES]


def key_moments(entries: list[Entry]) -> list[tuple[int, str]]:
    """Moments worth a look back: phases, mitigations and the end."""
    kinds = {"declared", "phase_shifted", "mitigation_started", "outcome_measured", "resolved", "closed", "reopened"}
    found = [(x.recorded_at, x.facts.sentence()) for x in entries if x.kind in kinds]
    return found[-12:]


def older(timeline: list[Entry], before: int) -> dict[str, Any]:
    """The entries of one page, newest first."""
    rest = [x for x in timeline if not before or x.position < before]
    shown = rest[:SHOWN]
    more = shown[-1].position if len(rest) > SHOWN else 0
    return {"timeline": shown, "more": more, "before": before, "quiet": QUIET}


def people(uow: UnitOfWork) -> list[str]:
    """Names to offer where a person is asked for."""
    return sorted(names(uow.tx) | set(uow.policy.contacts))


def record_of(uow: UnitOfWork, incident: str) -> tuple[Record, list[Entry]]:
    """The record and its entries, read once."""
    entries = uow.entries(incident)
    return fold(entries), entries
