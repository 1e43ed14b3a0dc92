"""Drafts for each audience, filled from one set of facts (R9, R31, R32). Pure. A missing fact is a blank to fill, never invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from stanch.communicate.wording.public import check_public
from stanch.communicate.wording.vocabulary import of_policy
from stanch.kernel.audiences import Audience
from stanch.kernel.clock import MINUTE, another_day, spell, utc_time
from stanch.kernel.names import folded
from stanch.kernel.policy import Policy
from stanch.kernel.zones import local, zone_of
from stanch.prepare.update_templates import ANY, PLACEHOLDERS, UNKNOWN, compiled
from stanch.respond.facts import standing
from stanch.timeline.audience_clock import OVER
from stanch.timeline.decisions import Timebox
from stanch.timeline.facts.communicate import PostState
from stanch.timeline.record import Record
from stanch.timeline.run import Run

if TYPE_CHECKING:
    from jinja2 import Template

BUILT_IN = Path(__file__).parent / "templates"
# What a public post promises where the policy has no cadence for customers.
USUAL_PROMISE = 30 * MINUTE
# Findings with which the stated impact is not used in a text for customers.
_NOT_FOR_CUSTOMERS = ("internal_name", "person_name", "status_code", "jargon", "blank", "speculation", "blame")

_WORD = re.compile(r"[\w-]+")
# Words that a question and an assertion about the same thing do not share.
_SAYS_LITTLE = frozenset(
    {"is", "it", "its", "was", "does", "do", "the", "a", "an", "of", "in", "because", "that", "there"}
)


def draft(
    record: Record,
    policy: Policy,
    now: int,
    audience: Audience,
    state: str = "",
    language: str = "",
    *,
    next_at: int | None = None,
) -> str:
    """The next update for an audience; ``state``: that of the public post, by default the one that the record suggests.

    ``next_at``: when its author promises the next one, one cadence from now by default.
    """
    phase = (state or suggested_state(record)) if audience == "customers" else record.phase
    nxt = next_promised(record, policy, now, audience, phase) if next_at is None else next_at
    facts = _facts(record, policy, now, audience, nxt)
    filled = {name: facts.get(name) or ("" if name in _MAY_LACK else UNKNOWN) for name in PLACEHOLDERS}
    text: str = template_of(policy, audience, phase, record.service, language).render(filled)
    return text.strip()


# These are nothing when they are missing: a template asks for them with "if".
_MAY_LACK = frozenset({"symptoms", "share", "under_way", "public_state", "public_post", "next_update"})


def suggested_state(record: Record) -> PostState:
    """The state that the next public post most likely has."""
    last = record.last_update("public")
    if last and last[2].state == "resolved" and record.published_at is not None:
        return "postmortem"
    if record.resolved_at or record.closed_at:
        return "resolved"
    if record.mitigated_at or record.phase == "resolve":
        return "monitoring"
    return "identified" if record.leading() and last else "investigating"


def template_of(policy: Policy, audience: Audience, phase: str, service: str, language: str) -> Template:
    """The most specific template that can be used: of the catalog, else the built-in one."""
    for key in candidates(audience, phase, service, language):
        if key in policy.templates:
            try:
                return compiled(policy.templates[key])
            except ValueError:
                continue  # reported by doctor and on the settings page; the next template is used
    built_in = _built_in(audience)
    return compiled(built_in.get(phase) or built_in[ANY])


def candidates(audience: str, phase: str, service: str, language: str) -> Iterator[str]:
    """Names of templates, the most specific first: a service weighs more than a phase, a phase more than a language."""
    for end in (f".{service}" if service else "", "") if service else ("",):
        for name in (phase, ANY):
            if language:
                yield f"{audience}/{name}{end}.{language}"
            yield f"{audience}/{name}{end}"


@cache
def _built_in(audience: str) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8").strip() for path in (BUILT_IN / audience).glob("*.md")}


def reader_zone(policy: Policy, audience: Audience) -> ZoneInfo:
    """The zone in which an audience reads a time without one: that of the status page for customers, else UTC."""
    page = next(iter(policy.status_pages.values()), None)
    try:
        return zone_of(page.time_zone if page and audience == "customers" else "UTC")
    except ValueError:
        return zone_of("UTC")


def said_time(at: int, zone: ZoneInfo, now: int) -> str:
    """``14:40 UTC``; a zone without an abbreviation as its distance, ``14:40 UTC+3``; with the date where another day is meant."""
    wall = local(at, zone)
    name = wall.replace(tzinfo=zone).tzname() or "UTC"
    if name[:1] in "+-":
        name = f"UTC{name[0]}{int(name[1:3])}" + (f":{name[3:]}" if name[3:] else "")
    return f"{wall:%Y-%m-%d %H:%M} {name}" if another_day(at, now) else f"{wall:%H:%M} {name}"


def next_promised(record: Record, policy: Policy, now: int, audience: Audience, state: str = "") -> int | None:
    """When the next update is promised by a draft: one cadence from now; None where nothing is owed after this one."""
    every = policy.update_every(audience, record.severity_name())
    if audience == "customers":
        return None if state in OVER else now + (every or USUAL_PROMISE)
    return now + every if every and record.live() else None


def public_name(record: Record, policy: Policy) -> str:
    """What customers call what is affected: of the first service that has a public name."""
    return next((name for each in record.services() if (name := policy.service(each).public_name)), "")


def _facts(record: Record, policy: Policy, now: int, audience: Audience, nxt: int | None) -> dict[str, str]:
    zone, public = reader_zone(policy, audience), record.last_update("public")
    stated = {about: fact.value for about, fact in record.stated.items()}
    impact, leading = record.impact.value if record.impact else "", record.leading()
    share, end = record.impact_facts.users_share, record.resolved_at or now
    runs = list(record.runs.values())
    inside = {
        "hypothesis": leading.text if leading else "none yet",
        "trying_next": trying_next(record, now),
        "business_impact": stated.get("business_impact") or impact,
        "needed": stated.get("needed", ""),
    }
    return {name: text.rstrip(" .") for name, text in inside.items()} | {
        "incident": record.id,
        "title": record.title,
        "severity": record.severity_name() or "No severity yet",
        "phase": record.phase.capitalize(),
        "service": ", ".join(policy.service(name).label() for name in record.services()),
        "public_name": public_name(record, policy),
        "impact": impact,
        "symptoms": _for_customers(impact, policy) if audience == "customers" else impact,
        "share": f"{share * 100:.3g} %" if share is not None else "",
        "since": said_time(record.onset(), zone, now),
        "lasting": spell(end - record.onset()),
        "commander": record.holder("incident_commander"),
        "tried": _tried(runs[-1]) if runs else "nothing yet",
        "under_way": watched.title if (watched := under_way(record)) else "",
        "known_answer": stated.get("known_answer", ""),
        "public_state": public[2].state if public else "",
        "public_post": public[2].text if public else "",
        "next_update": said_time(nxt, zone, now) if nxt else "",
    }


def _tried(run: Run) -> str:
    """A mitigation and what it did, in words for those who do not watch it."""
    return f"{run.title} ({'it is not known whether it helped' if run.outcome == 'unknown' else standing(run)})"


def under_way(record: Record) -> Run | None:
    """The newest mitigation that runs, or whose outcome is watched; not one that takes another back."""
    going = [run for run in record.runs.values() if run.outcome is None and run.ok is not False and not run.undo_of]
    return going[-1] if going and record.live() else None


def trying_next(record: Record, now: int) -> str:
    """What is tried next: the newest of what was stated or decided and not begun, what is watched, and what is looked for. Empty: nobody said."""
    began = max((run.started_at for run in record.runs.values()), default=0)
    found = []
    if (fact := record.stated.get("trying_next")) and fact.at > began:
        found.append((fact.at, fact.value))
    if record.live():
        found += [(each.at, each.option) for each in record.decisions.values() if each.at > began]
        found += [
            (box.opened_at, f"{box.question} ({box.owner}, until {utc_time(box.ends_at, now)})")
            for box in record.timeboxes.values()
            if box.running() and box.ends_at > now and not _rejected(record, box)
        ]
    if run := under_way(record):
        found.append((run.started_at, f"watching whether '{run.title}' helps"))
    return max(found, key=lambda each: each[0], default=(0, ""))[1]


def _rejected(record: Record, box: Timebox) -> bool:
    """Whether what a time-box asks after was rejected since it was opened: all telling words of one are among those of the other."""
    asked = _telling(box.question)
    said = [each.text for each in record.hypotheses.values() if not each.stands() and each.at >= box.opened_at]
    return any(asked and (words := _telling(text)) and (asked <= words or words <= asked) for text in said)


def _telling(text: str) -> set[str]:
    return set(_WORD.findall(folded(text))) - _SAYS_LITTLE


def _for_customers(impact: str, policy: Policy) -> str:
    """The stated impact as a sentence, if customers can read it as it stands."""
    found = {each.rule for each in check_public(impact, of_policy(policy))} if impact else set()
    if not impact or found.intersection(_NOT_FOR_CUSTOMERS):
        return ""
    return impact if impact[-1] in ".!?" else f"{impact}."
