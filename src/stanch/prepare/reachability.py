"""Which contacts a page would not reach, and why (R2, R8). Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from stanch.kernel.clock import DAY, parse_moment, spell
from stanch.kernel.contacts import Contact, ContactMethod
from stanch.kernel.policy import Policy
from stanch.prepare.own_contact_methods import unconfirmed

# From the worst on: no method works; one fails; there is only one; one is untested.
Worry = Literal["unreachable", "failing", "weak", "untested"]
WORRIES: tuple[Worry, ...] = ("unreachable", "failing", "weak", "untested")
TRIED_WITHIN, NAMED_AT_MOST = 30 * DAY, 3
UNCONFIRMED = "no contact method has been confirmed yet"


class LastAttempt(msgspec.Struct, frozen=True):
    """The newest attempt on one method of a person, and when one last succeeded (microseconds)."""

    person: str
    reach: str
    at: int
    ok: bool
    detail: str
    kind: str
    last_ok_at: int | None


class Finding(msgspec.Struct, frozen=True):
    """One reason why a page may not arrive, and what to do. ``method`` is empty when it is about the person."""

    person: str
    name: str
    worry: Worry
    text: str
    do: str
    paged_by: list[str]
    method: str = ""

    def line(self) -> str:
        """For chat."""
        return f"{self.name}: {self.text} · {self.do}"


# The remedy that needs no access to the server's files.
ADD_A_METHOD = "Add a contact method on your profile, or"


def nobody(policy: Policy, notifiers: frozenset[str] | None) -> str:
    """Why no page would wake anybody, and what to do, as two sentences; empty when one would (R2)."""
    ours = [contact for contact in policy.contacts.values() if contact.kind != "vendor"]
    kinds = {method.to.partition(":")[0] for contact in ours for method in contact.methods()}
    if not ours:
        why, do = (
            "there is no contact",
            f"{ADD_A_METHOD} add people with 'reach' under 'policy: contacts:' in stanch.yaml",
        )
    elif not kinds:
        why, do = "no contact has a contact method", f"{ADD_A_METHOD} add 'reach' to the contacts in stanch.yaml"
    elif notifiers is not None and not kinds & notifiers:
        why, do = (
            "no contact has a contact method that a configured notifier serves",
            f"Configure one under 'integrations': {', '.join(sorted(kinds))}",
        )
    elif all(
        unconfirmed(method)
        for contact in ours
        for method in contact.methods()
        if notifiers is None or _kind(method) in notifiers
    ):
        return f"Perhaps nobody would be woken: {UNCONFIRMED}. Send a test page from your profile and confirm that it arrived."
    else:
        return ""
    return f"Nobody would be woken: {why}. {do}, then send a test page."


def reach_problem(contact: Contact, notifiers: frozenset[str], *, sure: bool = True) -> str:
    """Why nothing that is sent to a contact could arrive, as the end of a sentence; empty when something could (R2, R8).

    ``sure``: a method that the person has not confirmed yet does not count. A step of an escalation tries it all the same.
    """
    kinds = list(dict.fromkeys(_kind(method) for method in contact.methods()))
    if not kinds:
        return "has no contact method"
    if not notifiers & set(kinds):
        return f"would be reached by {' or '.join(kinds)}, which is not configured"
    if sure and all(unconfirmed(method) for method in contact.methods() if _kind(method) in notifiers):
        return f"cannot be relied on to be reached: {UNCONFIRMED}"
    return ""


def failing(person: str, contact: Contact, reached: Iterable[LastAttempt], notifiers: frozenset[str], now: int) -> str:
    """That what was sent last failed on each method of a contact, as the end of a sentence; empty where one worked, or nothing was sent."""
    newest = {one.reach: one for one in reached if one.person == person}
    tried = [newest.get(method.to) for method in contact.methods() if _kind(method) in notifiers]
    failed = [one for one in tried if one is not None and not one.ok]
    if not failed or len(failed) < len(tried):
        return ""
    last = max(failed, key=lambda one: one.at)
    if any(one.ok and one.at >= last.at for one in newest.values()):  # by a method for prompts alone
        return ""
    return f"could not be reached {spell(now - last.at)} ago, when something was last sent ({last.detail})"


def without_schedule(policy: Policy, notifiers: frozenset[str]) -> str:
    """Whom a page goes to while there is no schedule, as sentences."""
    default = policy.escalation.get("default")
    named = any(escalation.steps for escalation in policy.escalation.values())
    if default and default.steps:
        return "Escalation policies page whom they name."
    ours = [contact for contact in policy.contacts.values() if contact.kind != "vendor"]
    names = sorted(contact.name for contact in ours if not reach_problem(contact, notifiers, sure=False))
    whom = f"{len(names)} people" if len(names) > NAMED_AT_MOST else " and ".join(names)
    goes = f"a page goes at once to everybody in the contacts to whom something can be sent: {whom}."
    if not names:
        goes = "a page would wake nobody, since nothing can be sent to anybody in the contacts."
    if named:
        return f"Escalation policies page whom they name. Where a service has none of them, {goes}"
    return f"There is no escalation policy either: {goes}"


def _kind(method: ContactMethod) -> str:
    return method.to.partition(":")[0]


def pageable(policy: Policy, now: int, overriding: Iterable[tuple[str, str]] = ()) -> dict[str, list[str]]:
    """Everyone whom an escalation policy or a schedule can page, and by what.

    ``overriding``: (schedule, person) of overrides made at run time that have not ended. Whoever only a calendar names
    is not known here.
    """
    found: dict[str, list[str]] = {}

    def add(person: str, by: str) -> None:
        places = found.setdefault(person, [])
        if by not in places:
            places.append(by)

    for name, escalation in sorted(policy.escalation.items()):
        for step in escalation.steps:
            for target in step.notify:
                if not target.startswith("schedule:"):
                    add(target, f"escalation policy '{name}'")
    for name, schedule in sorted(policy.schedules.items()):
        for layer in schedule.layers:
            if not layer.end or _ends(layer.end) > now:
                for person in layer.people:
                    add(person, f"schedule '{name}'")
        for override in schedule.overrides:
            if _ends(override.end) > now:
                add(override.person, f"schedule '{name}'")
    for name, person in overriding:
        add(person, f"schedule '{name}'")
    everyone = sorted(name for name, contact in policy.contacts.items() if contact.kind != "vendor")
    if "default" not in policy.escalation:
        for person in everyone:
            add(person, "no escalation policy 'default': everyone is paged")
    elif not found:  # only calendars name people, or nothing does; where that reaches nobody, everyone is paged
        for person in everyone:
            add(person, "no step and no layer names anybody")
    return found


def reachability(
    policy: Policy,
    reached: Iterable[LastAttempt],
    notifiers: frozenset[str] | None,
    now: int,
    overriding: Iterable[tuple[str, str]] = (),
) -> list[Finding]:
    """Every worry, the worst first. ``notifiers``: the configured ones by name; None when that is not known here."""
    newest = {(one.person, one.reach): one for one in reached}
    findings: list[Finding] = []
    if said := nobody(policy, notifiers):
        sure, _, rest = said.partition(": ")
        why, _, do = rest.partition(". ")
        would = "would be woken" if sure.startswith("Nobody") else "is sure to be woken"
        findings.append(Finding("", "Nobody", "unreachable", f"{would} by a page: {why}", do.rstrip("."), []))
    for person, paged_by in pageable(policy, now, overriding).items():
        contact = policy.contacts.get(person)
        if contact is None:
            text = "is to be paged, and there is no such contact"
            do = f"add '{person}' to the contacts, or correct the name"
            findings.append(Finding(person, person, "unreachable", text, do, paged_by))
        else:
            findings += _of(person, contact, paged_by, newest, notifiers, now)
    return sorted(findings, key=lambda f: (WORRIES.index(f.worry), f.person, f.method))


def _of(
    person: str,
    contact: Contact,
    paged_by: list[str],
    newest: Mapping[tuple[str, str], LastAttempt],
    notifiers: frozenset[str] | None,
    now: int,
) -> list[Finding]:
    methods = contact.methods()
    findings = []

    def find(worry: Worry, text: str, do: str, method: str = "") -> None:
        findings.append(Finding(person, contact.name, worry, text, do, paged_by, method))

    if not methods:
        find("unreachable", "has no contact method", f"add 'reach' to the contact '{person}'")
    elif len({method.to for method in methods}) == 1:
        find("weak", "has only one contact method", "add another one over another service, so that one may fail")
    broken, called = 0, shown_apart(method.to for method in methods)
    for method in methods:
        worry = _problem_of(person, method, newest.get((person, method.to)), notifiers, now)
        if worry:
            broken += worry[0] == "failing"
            find(*worry, called[method.to])
    if methods and all(unconfirmed(method) for method in methods):
        find(
            "unreachable",
            f"cannot be relied on to be reached: {UNCONFIRMED}",
            "send a test page and confirm it on the profile",
        )
    if methods and broken == len(methods):
        find("unreachable", "has no contact method that works", "fix one of those below, then send a test page")
    return findings


def _problem_of(
    person: str, method: ContactMethod, last: LastAttempt | None, notifiers: frozenset[str] | None, now: int
) -> tuple[Worry, str, str] | None:
    kind, colon, address = method.to.partition(":")
    again = f"send a test page: 'stanch test-page {person}'"
    if not colon or not address:
        return (
            "failing",
            "is no address to page: it needs a notifier and an address",
            "write it like smtp:ada@example.org",
        )
    if notifiers is not None and kind not in notifiers:
        near = f"configure '{kind}' under 'integrations', or use one of: {', '.join(sorted(notifiers))}"
        return "failing", f"needs the notifier '{kind}', which is not configured", near
    if unconfirmed(method):
        return "untested", "was never confirmed to arrive", "send a test page and confirm it on the profile"
    if last is None:
        return "untested", "has never been tried", again
    if not last.ok:
        since = f"; it last worked {spell(now - last.last_ok_at)} ago" if last.last_ok_at else ""
        return "failing", f"failed {spell(now - last.at)} ago: {last.detail}{since}", f"mend it, then {again}"
    if now - last.at > TRIED_WITHIN:
        return "untested", f"was last tried {spell(now - last.at)} ago", again
    return None


def shown(reach: str) -> str:
    """A contact method as it is shown: of a URL, whose rest may be a secret, only its kind and, on the web, its host."""
    kind, _, address = reach.partition(":")
    scheme, mark, rest = address.partition("://")
    if not mark:
        return reach
    host = rest.split("/")[0].rpartition("@")[2] if scheme in ("http", "https") else ""
    return f"{kind}:{scheme}://{host}…" if rest else reach


def shown_apart(reaches: Iterable[str]) -> dict[str, str]:
    """How each contact method of a person is shown; those that would look the same are numbered in their order."""
    texts = {reach: shown(reach) for reach in reaches}
    alike, seen = Counter(texts.values()), Counter[str]()
    for reach, text in texts.items():
        if alike[text] > 1:
            seen[text] += 1
            texts[reach] = f"{text} ({seen[text]} of {alike[text]})"
    return texts


def _ends(text: str) -> int:
    """When something ends; what cannot be read (the schedule's own check says so) has not ended."""
    try:
        return parse_moment(text)
    except ValueError:
        return 1 << 62
