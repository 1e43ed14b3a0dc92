"""A person's own page as data: who they are, how they are reached and whether anybody may rely on it."""

import msgspec

from stanch.kernel.answers import Moment
from stanch.kernel.contacts import Contact
from stanch.prepare.own_contact_methods import OwnContactMethod, unconfirmed
from stanch.prepare.page_tests import attempts
from stanch.prepare.reachability import reach_problem, shown_apart
from stanch.timeline.unit_of_work import UnitOfWork


class MethodStatus(msgspec.Struct, frozen=True):
    """One contact method. ``method``: the id of one's own; empty for those of the catalog.

    ``state``: what is known of it. ``arrived_at``: when the person confirmed a test page; ``waits``: one was sent, and not confirmed.
    ``last_ok_at``: when something was last sent by it without an error. ``device``: the name of the phone or browser that it pushes
    to, and ``mark``, by which that browser knows itself; empty for others.
    """

    method: str
    to: str
    after_minutes: int
    prompts: bool
    state: str
    arrived_at: Moment | None
    waits: bool
    last_ok_at: Moment | None = None
    device: str = ""
    mark: str = ""


class EndedDevice(msgspec.Struct, frozen=True):
    """A device that no page reaches any more, and why, as the end of a sentence; kept for a month."""

    name: str
    ended_at: Moment
    why: str


class Token(msgspec.Struct, frozen=True):
    """A bearer token of a person, by name; the secret was shown once."""

    name: str
    created_at: Moment


class Me(msgspec.Struct, frozen=True):
    """``contact``: the key that pages go by; empty for who cannot be paged. ``reached``: whether they can be, as a sentence."""

    person: str
    name: str
    admin: bool
    contact: str
    reached: str
    relied_on: bool
    methods: list[MethodStatus]
    theme: str
    time_zone: str
    tokens: list[Token]
    ended_devices: list[EndedDevice] = []

    def line(self) -> str:
        """For chat."""
        methods = (
            "; ".join(f"{method.device or method.to} ({method.state})" for method in self.methods)
            or "no contact method"
        )
        return f"{self.name}: {self.reached} {methods}"


def standing(uow: UnitOfWork, key: str, name: str, contact: Contact | None) -> tuple[bool, str]:
    """Whether anybody may rely on reaching the contact ``key``, and the sentence that says so.

    One definition for all methods: a test page on one that works has been confirmed. Those of the catalog are paged without it.
    """
    from stanch.identity import profiles

    if contact is None or not contact.methods():
        return False, f"{name} has no contact method."
    notifiers = frozenset(uow.application.world.notifiers)
    if problem := reach_problem(contact, notifiers):
        return False, f"{name} {problem}."
    failed = {one.reach for one in attempts(uow) if one.person == key and not one.ok}
    working = {m.to for m in contact.methods() if m.to.partition(":")[0] in notifiers} - failed
    if not working:
        return False, f"{name} cannot be relied on to be reached: on every contact method the last attempt failed."
    tests = uow.once("confirmations", lambda: profiles.confirmations(uow.tx))
    if any(c.person == key and c.confirmed_at is not None and c.reach in working for c in tests):
        return True, f"{name} can be reached."
    return False, f"Whether a page reaches {name} is not known: no working contact method has a confirmed test page."


def methods_of(uow: UnitOfWork, key: str, person: str) -> list[MethodStatus]:
    """Every method of a contact: those of the catalog, then the person's own."""
    from stanch.identity import devices, profiles

    contact = uow.policy.contacts.get(key)
    if contact is None:
        return []
    pushed = {device.reach: device for device in devices.of(uow.tx, person, uow.now)}
    own = {kept.reach: kept for kept in profiles.methods(uow.tx) if kept.person == person}
    tests = {c.reach: c for c in profiles.confirmations(uow.tx) if c.person == key}
    tried = {one.reach: one for one in attempts(uow) if one.person == key}
    found, called = [], shown_apart(method.to for method in contact.methods())
    for method in contact.methods():
        test, last = tests.get(method.to), tried.get(method.to)
        arrived = test.confirmed_at if test else None
        waits = bool(test and (arrived is None or test.sent_at > arrived))
        state = _state(uow, method.to, arrived, waits, last.detail if last and not last.ok else "", unconfirmed(method))
        identity = own[method.to].id if isinstance(method, OwnContactMethod) and method.to in own else ""
        prompts = method.to in contact.prompts
        device, last_ok = pushed.get(method.to), last.last_ok_at if last else None
        named = (device.name, device.mark) if device else ("", "")
        after = int(method.after // 60)
        found.append(MethodStatus(identity, called[method.to], after, prompts, state, arrived, waits, last_ok, *named))
    return found


def ended_devices(uow: UnitOfWork, person: str) -> list[EndedDevice]:
    """Those of a person that the push service knows no more."""
    from stanch.identity import devices

    every = devices.of(uow.tx, person, uow.now)
    return [EndedDevice(each.name, each.ended_at, each.why) for each in every if each.ended_at is not None]


def _state(uow: UnitOfWork, to: str, arrived: int | None, waits: bool, failed: str, unsure: bool) -> str:
    kind = to.partition(":")[0]
    if kind not in uow.application.world.notifiers:
        return f"nothing is sent: '{kind}' is not configured"
    if failed:
        return f"the last attempt failed: {failed}"
    if waits:
        sent = "a test page was sent; it has arrived when you use its link or type its code"
        return (
            sent
            if arrived is None
            else f"a test page arrived; another one was sent{sent.removeprefix('a test page was sent')}"
        )
    if arrived is not None:
        return "a test page arrived"
    return "not confirmed yet: send a test page" if unsure else "from the catalog; no test page has been confirmed"
