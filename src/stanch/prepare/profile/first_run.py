"""The checklist of a new installation: each step is derived from the state, never ticked by hand."""

from typing import Literal

import msgspec

from stanch.kernel.command import Done, command
from stanch.prepare.called import called_by
from stanch.prepare.oncall.store import resolve
from stanch.prepare.profile.commands import ShowMe, show_me, signing_in
from stanch.timeline.unit_of_work import UnitOfWork

Step = Literal["you", "second", "oncall", "sender", "service", "status"]


class FirstRunStep(msgspec.Struct, frozen=True):
    """One line. ``says``: what happened, or what is missing. ``do``: what to do about it; empty for what is done."""

    key: Step
    title: str
    done: bool
    says: str
    do: str

    def line(self) -> str:
        """For chat."""
        return f"{'done' if self.done else 'to do'}: {self.title}. {self.says}"


class FirstRun(msgspec.Struct, frozen=True):
    """The whole list. ``done``: nothing is left. ``hidden``: whoever asks does not want to see it on the first page."""

    done: bool
    hidden: bool
    steps: list[FirstRunStep]

    def line(self) -> str:
        """For chat."""
        return "\n".join(step.line() for step in self.steps)


class ShowFirstRun(msgspec.Struct):
    """The checklist of a new stanch: what was done, and what is missing before a page wakes somebody."""


@command("first-run", ShowFirstRun, reading=True, example="stanch first-run")
def first_run(uow: UnitOfWork, _asked: ShowFirstRun) -> FirstRun:
    """Each step asks what is there now."""
    from stanch.identity.profiles import profile

    steps = [_you(uow), _second(uow), _on_call(uow), _sender(uow), _service(uow), _status(uow)]
    hidden = profile(uow.tx, uow.actor.name).checklist_hidden_at is not None
    return FirstRun(all(step.done for step in steps), hidden, steps)


class HideFirstRun(msgspec.Struct):
    """Take the checklist off your first page, or put it back; it stays under 'more'."""

    show: bool = False


@command("hide-first-run", HideFirstRun, example="stanch hide-first-run")
def hide_first_run(uow: UnitOfWork, asked: HideFirstRun) -> Done:
    """Each person for themselves; nothing of it counts as done by that."""
    from stanch.identity import profiles

    person = signing_in(uow)
    own = profiles.profile(uow.tx, person)
    at = None if asked.show else uow.now
    profiles.keep(uow.tx, msgspec.structs.replace(own, checklist_hidden_at=at))
    return Done("The checklist is back on your first page." if asked.show else "The checklist stays under 'more'.")


def _step(key: Step, title: str, done: bool, yes: str, no: str, do: str) -> FirstRunStep:
    return FirstRunStep(key, title, done, yes if done else no, "" if done else do)


def _you(uow: UnitOfWork) -> FirstRunStep:
    me = show_me(uow, ShowMe())
    arrived = [method for method in me.methods if method.arrived_at is not None]
    missing = (
        "A test page was sent, and nobody has said that it arrived." if any(w.waits for w in me.methods) else me.reached
    )
    return _step(
        "you", "Your name and a contact method that wakes you", bool(arrived), f"A test page reached {me.name}.", missing,
        "Add a contact method on your profile, or with 'stanch add-method', and confirm its test page by the link or the code in it.",
    )  # fmt: skip


def _second(uow: UnitOfWork) -> FirstRunStep:
    from stanch.identity import credentials, people

    came = credentials.came(uow.tx)
    others = [name for name in sorted(people.names(uow.tx)) if name != uow.actor.name]
    called = called_by(uow.policy)
    there, awaited = ([called(n) for n in others if n in came], [called(n) for n in others if n not in came])
    # An actor at the server's terminal is not a person who signs in.
    done = len(there) > (uow.actor.name not in people.names(uow.tx))
    beside = f"{listed(there)} {'has' if len(there) == 1 else 'have'} signed in." if there else "You are alone."
    waiting = f" {listed(awaited)} {'has' if len(awaited) == 1 else 'have'} not signed in yet." if awaited else ""
    return _step(
        "second", "A second person", done, beside, f"{beside}{waiting}",
        "Send them their link again." if awaited else "Invite somebody, so that one person is not the only one who can be paged.",
    )  # fmt: skip


def listed(names: list[str]) -> str:
    """The first few of several names."""
    more = [f"{len(names) - 3} more"] if len(names) > 3 else []
    shown = [*names[:3], *more]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _on_call(uow: UnitOfWork) -> FirstRunStep:
    names = [target for each in uow.policy.escalation.values() for step in each.steps for target in step.notify]
    found = resolve(uow, dict.fromkeys(names), uow.now)
    people = list(dict.fromkeys(person for target in found for person in target.people))
    shown = ", ".join(uow.policy.contacts[person].name for person in people[:5])
    missing = "No escalation policy says who is paged." if not names else f"{found[0].reason or 'Nobody is named.'}"
    return _step(
        "oncall", "Who is on call", bool(people), f"Escalation goes to {shown}.", missing,
        "Write who is paged into the catalog: a schedule, or people by name, in an escalation policy 'default'.",
    )  # fmt: skip


def _sender(uow: UnitOfWork) -> FirstRunStep:
    row = uow.tx.one(
        "SELECT s.intake_key, s.name FROM signals s WHERE s.intake_key NOT IN ('heartbeats', 'probes', 'slo') AND NOT EXISTS "
        "(SELECT 1 FROM incidents i WHERE i.id = s.incident AND i.private = 1) ORDER BY s.last_seen DESC LIMIT 1"
    )
    said = f"The newest alert came by the key '{row['intake_key']}': {row['name']}." if row else ""
    return _step(
        "sender", "A sender of alerts", row is not None, said, "Waiting for the first alert ...",
        f"Point Alertmanager at {uow.application.installation.url}/hooks/alertmanager, or another sender at its address there.",
    )  # fmt: skip


def _service(uow: UnitOfWork) -> FirstRunStep:
    names = sorted(uow.policy.services)
    said = f"{len(names)} {'service is' if len(names) == 1 else 'services are'} in the catalog: {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}."
    return _step(
        "service", "A first service", bool(names), said, "The catalog has no service.",
        "Write a file of its own for it into the catalog folder.",
    )  # fmt: skip


def _status(uow: UnitOfWork) -> FirstRunStep:
    titles = [page.title for page in uow.policy.status_pages.values() if page.title not in ("", "Status")]
    return _step(
        "status", "The status page's name", bool(titles), f"It is called {', '.join(titles)}.",
        "The status page has no name of its own: readers see 'Status'.", "Set 'title' of a page under 'status_pages'.",
    )  # fmt: skip
