"""Test pages (R2): what became of every attempt, and the report on both."""

from typing import Annotated

import msgspec

from stanch.kernel.clock import HOUR, SECOND, iso, minute_of
from stanch.kernel.command import Done, command
from stanch.kernel.errors import Denied, Invalid, NotFound, TooMany
from stanch.kernel.ids import new_id
from stanch.ports import Message
from stanch.prepare import confirming
from stanch.prepare.oncall.people import contact_key
from stanch.prepare.reachability import Finding, LastAttempt, nobody, reachability, shown, shown_apart, without_schedule
from stanch.prepare.sending import Sending, queue
from stanch.timeline.effects import Effect
from stanch.timeline.unit_of_work import UnitOfWork

# Test pages within an hour: to one method whoever asks, and by one person who is no administrator.
MOST_TO_ONE, MOST_BY_ONE = 10, 30
# Seconds between the attempts of one test page: who sent it is waiting for it.
RETRIES = (5, 30)


def attempts(uow: UnitOfWork) -> list[LastAttempt]:
    """The newest attempt on every method."""
    sql = "SELECT person, reach, at, ok, detail, kind, last_ok_at FROM reached"
    rows = uow.once("attempts", lambda: uow.tx.all(sql))
    return [msgspec.convert(dict(row), LastAttempt, strict=False) for row in rows]


def unwoken(uow: UnitOfWork) -> str:
    """Why no page would wake anybody, and what to do; empty when one would."""
    return nobody(uow.policy, frozenset(uow.application.world.notifiers))


def unscheduled(uow: UnitOfWork) -> str:
    """Whom a page goes to while there is no schedule; empty when there is one."""
    notifiers = frozenset(uow.application.world.notifiers)
    return "" if uow.policy.schedules else without_schedule(uow.policy, notifiers)


def report(uow: UnitOfWork) -> list[Finding]:
    """The reachability report at this moment."""
    rows = uow.tx.all(
        "SELECT schedule, person, end_at FROM overrides WHERE cancelled_at IS NULL AND end_at > :since",
        since=minute_of(uow.now),
    )
    overriding = [(row["schedule"], row["person"]) for row in rows if row["end_at"] > uow.now]
    return reachability(uow.policy, attempts(uow), frozenset(uow.application.world.notifiers), uow.now, overriding)


class TestPage(msgspec.Struct):
    """Send a test page on the methods of a contact: your own, unless you are an admin and name somebody."""

    person: Annotated[str, msgspec.Meta(max_length=200, description="A contact; yourself by default.")] = ""
    method: Annotated[
        str, msgspec.Meta(max_length=600, description="Only this method, such as smtp:ada@example.org; all by default.")
    ] = ""


@command("test-page", TestPage, noun="test-pages", positional=("person",), example="stanch test-page ben")
def test_page(uow: UnitOfWork, asked: TestPage) -> Done:
    """One effect for each method; the report shows what became of it, and the person confirms that it arrived by what it says."""
    own = contact_key(uow.policy.contacts, uow.actor.name)
    person = contact_key(uow.policy.contacts, asked.person) if asked.person else own
    if not person:
        known = ", ".join(sorted(uow.policy.contacts)) or "none yet"
        who = asked.person or uow.actor.name
        raise NotFound(f"There is no contact '{who}'.", hint=f"Contacts: {known}.")
    if person != own and not uow.actor.admin:
        raise Denied("Only admins send test pages to others.", hint="Leave the name out to reach yourself.")
    contact = uow.policy.contacts[person]
    methods = list(dict.fromkeys(method.to for method in contact.methods()))
    if not methods:
        raise Invalid(
            f"{contact.name} has no contact method.", field="person", hint=f"Add 'reach' to the contact '{person}'."
        )
    called = shown_apart(methods)
    if asked.method and asked.method not in {*methods, *called.values()}:
        known = ", ".join(called.values())
        raise NotFound(f"{contact.name} is not reached by that.", field="method", hint=f"Known: {known}.")
    methods = [reach for reach in methods if asked.method in ("", reach, called[reach])]
    _check_often(uow, methods)
    # Imported late: the help of a command needs no database.
    from stanch.identity import profiles

    identity = new_id("test")
    for number, reach in enumerate(methods):
        test = f"{identity}-{number}"
        profiles.sent(uow.tx, person, reach, test, uow.now)
        payload = {"person": person, "reach": reach, "by": uow.actor.name, "test": test}
        queue(uow, identity, "test_page", "", payload)
    listed = ", ".join(called[reach] for reach in methods)
    return Done(
        f"A test page for {contact.name} leaves on: {listed}. 'reachability' shows what became of it; it has arrived when "
        "the link or the code in it was used.",
        id=identity,
    )


def _check_often(uow: UnitOfWork, methods: list[str]) -> None:
    """Nobody is woken by the tests of others all night. Raises ``TooMany``."""
    rows = uow.tx.all(
        # By the key, which begins with what its id begins with: the outbox is long.
        "SELECT payload, created_at FROM outbox WHERE key > 'test' AND key < 'tesu' AND kind = 'test_page' "
        "AND created_at > :since ORDER BY created_at",
        since=uow.now - HOUR,
    )
    sent = [(int(row["created_at"]), msgspec.json.decode(row["payload"])) for row in rows]
    for reach in methods:
        _refuse([at for at, page in sent if page["reach"] == reach], MOST_TO_ONE, f"to {shown(reach)}", uow.now)
    if not uow.actor.admin:
        _refuse([at for at, page in sent if page["by"] == uow.actor.name], MOST_BY_ONE, "by you", uow.now)


def _refuse(moments: list[int], most: int, whose: str, now: int) -> None:
    if len(moments) >= most:
        seconds = max(1, (moments[-most] + HOUR - now) // SECOND)
        raise TooMany(
            f"{len(moments)} test pages left {whose} within the last hour.",
            field="method", hint=f"Try again in {max(1, seconds // 60)} min.", after=seconds,
        )  # fmt: skip


class Reachability(msgspec.Struct):
    """Whom a page would not reach, or perhaps not: who has no contact method, only one, a failing or an untried one."""


@command("reachability", Reachability, reading=True, example="stanch reachability")
def reachable(uow: UnitOfWork, _asked: Reachability) -> list[Finding]:
    """R2, R8: the report, the worst first; empty when everybody can be reached and it was tried lately."""
    return report(uow)


class TestPageHandler(Sending):
    """The effect ``test_page``: as urgent as a page, so that it shows whether a page would be noticed."""

    kind = "test_page"
    purpose = "test"

    def message(self, effect: Effect) -> Message:
        text = (
            f"{effect.payload['by']} asked for it at {iso(effect.due_at)}. Nothing is wrong and there is nothing to do: "
            "had this been an incident, this is how you would have learned of it."
        )
        installation, test = self.application.installation, effect.payload.get("test", "")
        if not test:  # queued by a release without codes
            return Message(effect.key, "Test page from stanch", text, f"{installation.url}/oncall", urgent=True)
        code = confirming.code_of(installation.secret_key, test)
        text += f"\nSay that it arrived: open the link, or type the code {confirming.typed(code)} on your profile."
        link = f"{installation.url}/confirm/{test}/{code}"
        return Message(effect.key, "Test page from stanch", text, link, urgent=True, arrived_url=link)

    def wait_seconds(self, attempts: int) -> float | None:
        return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
