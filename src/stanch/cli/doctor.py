"""``stanch doctor``: checks configuration, database, catalog and integrations."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from stanch.cli.place import Place
from stanch.db.connection import Database
from stanch.kernel.clock import SECOND, SystemClock
from stanch.kernel.errors import Problem
from stanch.ports.integration import PORTS

if TYPE_CHECKING:
    from stanch.ports import Mitigator

# Tolerated difference of the machine's clock in seconds.
MOST_SKEW = 5.0
Finding = tuple[bool, str]


@click.command(epilog="Example: stanch doctor")
@click.pass_obj
def doctor(place: Place) -> None:
    """Check database, configuration, data directory and integrations. Exit code 1 when something is wrong."""
    try:
        findings = list(_look(place))
    except Problem as problem:
        findings = [(False, problem.sentence())]
    for well, text in findings:
        click.echo(f"{'ok     ' if well else 'WRONG  '} {text}")
    if not all(well for well, _ in findings):
        raise click.exceptions.Exit(1)


def _look(place: Place) -> Iterator[Finding]:
    stanch = place.local()
    settings = stanch.settings
    yield True, "the configuration reads well"
    data = settings.data
    writable = os.access(data, os.W_OK)
    yield writable, f"the data directory {data} is {'' if writable else 'not '}writable"
    with stanch.application.database.transaction() as tx:
        row = tx.one("SELECT MAX(version) AS version FROM schema_version")
    yield True, f"the database ({stanch.application.database.dialect}) answers, schema {row['version'] if row else '?'}"
    yield _clock(stanch.application.database)
    if said := stanch.seals.other_key():
        yield False, f"{said}."
    for port, title in PORTS.items():
        yield True, f"{title.lower()}: {', '.join(sorted(getattr(stanch.world, port))) or 'none'}"
    yield from _secrets(place)
    yield from _references(place)
    yield from _people(place)
    yield from _systems(place)
    yield from _chats(place)
    yield from _trackers(place)


def _chats(place: Place) -> Iterator[Finding]:
    """Each chat is asked who we are there; whether it is heard is what the running server last noted."""
    from stanch.chat.reader import heeds
    from stanch.communicate import announcing

    stanch = place.stanch
    for name, chat in sorted(stanch.world.chats.items()):
        yield _asked(name, chat.check)
    for heed in heeds(stanch.application):
        if heed.problem:
            yield False, f"{heed.chat} is not heard: {heed.problem}"
        yield from ((False, f"{heed.chat}, {trouble}") for trouble in heed.troubles)
    with stanch.application.reading() as uow:
        yield from ((False, f"not announced: {trouble}") for trouble in announcing.troubles(uow))


def _trackers(place: Place) -> Iterator[Finding]:
    """Each tracker is asked who we are there, and for the projects that the policy files into; then what waits or failed."""
    from stanch.tickets import reading

    world, filing = place.stanch.world, place.stanch.settings.policy.filing
    for name, tracker in sorted(world.trackers.items()):
        places = sorted({rule.place for rule in filing if rule.tracker == name})
        yield _asked(name, partial(tracker.check, places))
    for rule in filing:
        if rule.tracker not in world.trackers:
            yield False, f"filing into {rule.place} needs the integration '{rule.tracker}', which is not configured"
    with place.stanch.application.reading() as uow:
        yield from ((False, f"not filed or followed: {trouble}") for trouble in reading.troubles(uow))


def _systems(place: Place) -> Iterator[Finding]:
    """Each real system is asked something: whether it answers, who we are there, and whether what is bound is there."""
    from stanch.detect import releases
    from stanch.ports import Checkable

    stanch = place.stanch
    policy, mitigators = stanch.settings.policy, stanch.world.mitigators
    bound = [(s.name, address) for s in policy.services.values() for address in s.runs_on]
    used = {address.partition(":")[0] for _, address in bound}
    used |= {m.adapter for s in policy.services.values() for m in s.mitigations} | set(stanch.settings.integrations)
    for name in sorted(used & set(mitigators)):
        mitigator = mitigators[name]
        if isinstance(mitigator, Checkable):
            yield _asked(name, mitigator.check)
    for service, address in bound:
        adapter, _, place_there = address.partition(":")
        if adapter in mitigators:
            yield _asked(f"{service}: {address}", partial(_offered, mitigators[adapter], place_there))
    with stanch.application.reading() as uow:
        yield from ((False, sentence) for sentence in releases.troubles(uow))


def _offered(mitigator: "Mitigator", address: str) -> str:
    count = len(mitigator.offers(address))
    return f"it is there, and offers {count} mitigation{'' if count == 1 else 's'}"


def _asked(name: str, ask: Callable[[], str]) -> Finding:
    from stanch.ports import Failed

    try:
        return True, f"{name}: {ask()}"
    except Failed as failed:
        return False, f"{name}: {failed.detail}"


def _secrets(place: Place) -> Iterator[Finding]:
    """Environment variables with secrets of integrations must be set."""
    for key, integration in place.stanch.integrations().items():
        values = place.stanch.settings.integrations[key]
        for field in integration.fields():
            variable = str(values.get(field.name, "")) if field.name.endswith("_env") else ""
            if variable and variable not in os.environ:
                yield False, f"{integration.title}: {variable} is not set ({key}.{field.name}: {field.help})"


def _clock(database: Database) -> Finding:
    """Leases and what is due go by the database's clock on PostgreSQL; a machine that differs is worth a look."""
    shared = database.shared_now()
    if shared is None:
        return True, "the machine's own clock counts: one process has the database to itself"
    skew = (SystemClock().now() - shared) / SECOND
    said = (
        f"this machine's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} the database's, which counts"
    )
    return abs(skew) < MOST_SKEW, said


def _references(place: Place) -> Iterator[Finding]:
    """References in the policy must exist."""
    stanch = place.stanch
    policy, world = stanch.settings.policy, stanch.world
    for service in policy.services.values():
        for mitigation in service.mitigations:
            if mitigation.adapter not in world.mitigators:
                yield False, f"{service.name}: '{mitigation.name}' needs the integration '{mitigation.adapter}'"
        for address in service.runs_on:
            if address.partition(":")[0] not in world.mitigators:
                yield False, f"{service.name}: it runs on '{address}', and no such integration is configured"
        for criterion in service.criteria:
            if criterion.source not in world.metrics:
                yield False, f"{service.name}: criterion '{criterion.name}' needs the integration '{criterion.source}'"
    from stanch.prepare.reachability import shown
    from stanch.prepare.sending import not_an_address

    for contact in stanch.application.whole_policy().contacts.values():
        for address in [method.to for method in contact.methods()]:
            if address.partition(":")[0] not in world.notifiers:
                yield False, f"{contact.name} is reached by '{shown(address)}', and no such notifier is configured"
            elif why := not_an_address(world.notifiers, address):
                yield False, f"nothing ever arrives at {contact.name} by {address.partition(':')[0]}: {why}"
    if stanch.catalog.trouble:
        yield from ((False, sentence) for sentence in stanch.catalog.trouble.sentences)


def _people(place: Place) -> Iterator[Finding]:
    """Whether a page would wake somebody, and what of the schedules does not count."""
    from stanch.prepare.reachability import nobody

    application = place.stanch.application
    said = nobody(application.whole_policy(), frozenset(application.world.notifiers))
    yield not said, said or "at least one contact has a contact method that a configured notifier serves"
    yield from ((False, text) for text in application.calendars.problems().values())
