"""Which services an incident affects, said after it was declared (R14, R16): added, and taken out again where it was a mistake."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from stanch.kernel.command import Done, command
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.names import folded
from stanch.kernel.policy import Policy
from stanch.prepare.oncall.people import meant, shown_name
from stanch.respond.commands import IncidentId
from stanch.respond.escalation import policy_of
from stanch.respond.reactions import request_page
from stanch.timeline.entries import Entry
from stanch.timeline.facts.respond import ServiceAdded, ServiceRemoved
from stanch.timeline.kept import Update
from stanch.timeline.record import Record
from stanch.timeline.unit_of_work import UnitOfWork


class AffectedService(msgspec.Struct):
    """Say that an incident affects a service, too, or several, or that it does not after all."""

    incident: IncidentId
    service: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=200,
            description="The service, as the catalog has it; several with a blank between them.",
        ),
    ]
    remove: Annotated[bool, msgspec.Meta(description="It is not affected after all.")] = False


@command(
    "service",
    AffectedService,
    noun="services",
    positional=("service",),
    example="stanch service INC-1 checkout",
)
def affected_service(uow: UnitOfWork, asked: AffectedService) -> Done:
    """R16, R2: its mitigations, criteria and SLOs count from now on, and whoever is on call for it is paged where the severity pages."""
    record = uow.record(asked.incident)
    if record.merged_into:
        raise Conflict(f"{record.id} is merged into {record.merged_into}.", hint="Say it there.")
    if asked.remove:
        return _remove(uow, record, asked.service.strip())
    names = _known_services(uow.policy, asked.service)
    for name in names:
        if name in record.services():
            raise Conflict(f"{record.id} affects {name} already.", field="service")
    said, hints = [], []
    for name in names:
        uow.append(record.id, ServiceAdded(name))
        paged, call = _paged(uow, record, name)
        shown, post = _on_status_page(uow.policy, record, name)
        said += [f"{record.id} affects {name}.", paged, shown]
        hints += [call, post]
    return Done(" ".join(filter(None, said)), record.id, ", ".join(names), " ".join(filter(None, hints)))


def _remove(uow: UnitOfWork, record: Record, text: str) -> Done:
    there = record.services()
    names, rest = _read({folded(each): each for each in there} | _any_names(uow.policy, there), text)
    if rest or not names:
        hint = f"It affects: {', '.join(there) or 'none'}."
        raise NotFound(f"{record.id} does not affect '{rest}'.", field="service", hint=hint)
    for name in names:
        uow.append(record.id, ServiceRemoved(name))
    paged = any(page.waiting() for page in record.pages.values())
    still = " Whoever was paged is still paged until somebody has it." if paged else ""
    return Done(f"{record.id} does not affect {' or '.join(names)} any more.{still}", record.id, ", ".join(names))


def _known_services(policy: Policy, text: str) -> list[str]:
    """The services that are meant, one or several. Raises ``Invalid`` for the first that the catalog does not have."""
    names, rest = _read(_any_names(policy, policy.services), text)
    return [*names, known_service(policy, rest)] if rest or not names else names


def _read(names: dict[str, str], text: str) -> tuple[list[str], str]:
    """The services that a text names, each once, from left to right and by the longest name that fits; and what names none."""
    words = text.split() if folded(text) not in names else [text]
    found: list[str] = []
    while words:
        ends = (n for n in range(len(words), 0, -1) if folded(" ".join(words[:n]).rstrip(",")) in names)
        end = next(ends, 0)
        if not end:
            return found, " ".join(words[:1] if found or _names_any(names, words) else words).rstrip(",")
        found.append(names[folded(" ".join(words[:end]).rstrip(","))])
        words = words[end:]
    return list(dict.fromkeys(found)), ""


def _names_any(names: dict[str, str], words: list[str]) -> bool:
    return any(folded(word.rstrip(",")) in names for word in words)


def _any_names(policy: Policy, services: Iterable[str]) -> dict[str, str]:
    """Services by their names, titles and public names; where two have the same, the first counts."""
    found: dict[str, str] = {}
    for name in services:
        service = policy.services.get(name)
        for each in (name, service.title, service.public_name) if service else (name,):
            found.setdefault(folded(each), name)
    found.pop("", None)
    return found


def known_service(policy: Policy, text: str) -> str:
    """The service that is meant, by its name, title or public name. Raises ``Invalid`` for one that the catalog does not have."""
    wanted = text.strip()
    if not wanted:
        raise Invalid("Which service?", field="service", hint="Name one of the catalog.")
    found = _any_names(policy, policy.services).get(folded(wanted))
    if not found:
        known = ", ".join(sorted(policy.services)[:20]) or "none yet"
        hint = meant(wanted, list(policy.services)) or f"It has: {known}."
        raise Invalid(f"The catalog has no service '{wanted}'.", field="service", hint=hint)
    return found


def _paged(uow: UnitOfWork, record: Record, name: str) -> tuple[str, str]:
    """Who is woken for it, or why nobody is and what would."""
    if not record.live():
        return "", ""
    policy, by = uow.policy, policy_of(uow.policy, uow.policy.service(name).escalation)
    for page in record.pages.values():
        if not page.person and policy_of(policy, page.escalation) == by and page.ended_at is None:
            return "Nobody more is paged: its on-call was paged already.", ""
    if not policy.severity(record.severity_name()).pages:
        called = f"--escalation {by}" if by else "PERSON"
        return (
            f"{policy.counted(record.severity_name())} pages nobody.",
            f"'stanch page {record.id} {called}' pages them all the same.",
        )
    identity = request_page(uow, record, f"{name} is affected", by)
    if not identity:
        return "This is a drill: nobody is paged.", ""
    page = record.pages[identity]
    who = ", ".join(shown_name(policy.contacts, person) for person in page.people)
    return (
        f"Paging {who}, by '{by or 'everybody'}'." if who else "Nobody can be reached for it now; it is tried again.",
        "",
    )


def _on_status_page(policy: Policy, record: Record, name: str) -> tuple[str, str]:
    """What customers see of it: a component counts as degraded by itself only where no post has named any."""
    public, posts = policy.service(name).public_name, [u for _, _, u in record.updates if u.audience == "public"]
    if not public or not posts or record.private or record.drill is not None or not record.live():
        return "", ""
    if state := _said_state(policy, posts, public):
        return f"The status page shows '{public}' as {state.replace('_', ' ')}, as it was posted.", ""
    if any(post.components for post in posts):
        return f"The status page says nothing of '{public}' yet.", f"Post with --components {name}=partial_outage."
    return f"The status page shows '{public}' as degraded from the first post on.", ""


def _said_state(policy: Policy, posts: list[Update], public: str) -> str:
    """The state of a component by the posts that named it, empty where none did; once it is over it works again (``page/posts.fold``)."""
    state = ""
    for post in posts:
        named = [each for key, each in post.components.items() if policy.service(key).public_name == public]
        if post.state != "postmortem":
            state = named[-1] if named else "operational" if post.state == "resolved" and state else state
    return state


def index_services(uow: UnitOfWork, _entry: Entry, record: Record) -> None:
    """A reaction: by which services an incident is found beside its main one."""
    uow.tx.execute("DELETE FROM also_affected WHERE incident = :incident", incident=record.id)
    for name in record.also:
        uow.tx.execute(
            "INSERT INTO also_affected (incident, service) VALUES (:incident, :name)", incident=record.id, name=name
        )
