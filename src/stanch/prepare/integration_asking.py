"""How the other side of an integration is really asked, one way for each port (R8)."""

from collections.abc import Callable
from typing import Any

import msgspec

from stanch.kernel.policy import Policy
from stanch.ports import Checkable, Failed, Message, PublishedFile, World
from stanch.ports.announcing import Announcement
from stanch.ports.integration import Port
from stanch.prepare.sending import send


class NotAsked(Exception):
    """There is nothing that could be asked; the text says why, and what to do."""


class Question(msgspec.Struct, frozen=True):
    """Who asks, and with what. ``reach``: the asker's own contact methods. ``key``: the same for every attempt."""

    key: str
    by: str
    url: str
    reach: list[str]
    policy: Policy


# What is going to happen, before the button is pressed.
WILL: dict[Port, str] = {
    "sources": "It sends to stanch and cannot be asked. What came from it last stands below.",
    "notifiers": "A test message is sent to your own contact methods on it.",
    "mitigators": "It is asked whether it answers, and who stanch is there. Nothing is changed.",
    "metrics": "It is asked for a number that the catalog uses.",
    "probers": "The first probe of this kind in the catalog is run once.",
    "screenshotters": "A picture of the public status page is taken and thrown away.",
    "chats": "It is asked who stanch is there. Nothing is posted.",
    "announcers": "One line is posted to its channel, which says that it is a test.",
    "publishers": "A small file is written beside the copies, and deleted again.",
    "trackers": "It is asked who stanch is there, and for the projects that the policy files into.",
}
SAID = "Nothing is wrong and there is nothing to do: somebody has tried whether stanch can be heard here."


def ask(world: World, port: Port, name: str, question: Question) -> str:
    """What the other side said. Raises ``Failed``, and ``NotAsked`` where there is nothing to ask."""
    return ASK[port](getattr(world, port)[name], question)


def _source(_adapter: Any, _question: Question) -> str:
    raise NotAsked("It sends to stanch and cannot be asked.")


def _notifier(adapter: Any, question: Question) -> str:
    own = [reach for reach in question.reach if reach.partition(":")[0] == adapter.name]
    if not own:
        raise NotAsked(f"{question.by} has no contact method on it. Add one on the profile; then a test is sent there.")
    message = Message(question.key, "Test from stanch", SAID, question.url, urgent=False)
    said = [send({adapter.name: adapter}, reach, message) for reach in own]
    return f"{'A test message was' if len(own) == 1 else f'{len(own)} test messages were'} taken: {'; '.join(said)}"


def _checkable(adapter: Any, _question: Question) -> str:
    if not isinstance(adapter, Checkable):
        raise NotAsked("It has nothing to ask: it acts on this machine, or on an address that each mitigation names.")
    return adapter.check()


def _metrics(adapter: Any, question: Question) -> str:
    for service in question.policy.services.values():
        for criterion in service.criteria:
            if criterion.source == adapter.name:
                return f"{service.label()}, {criterion.name}: {adapter.value(criterion.query):g}{criterion.unit}"
    raise NotAsked("No criterion of the catalog uses it, so there is no number to ask for.")


def _prober(adapter: Any, question: Question) -> str:
    for service in question.policy.services.values():
        for probe in service.probes:
            if probe.kind == adapter.name:
                seen = adapter.check(probe)
                said = f"{service.label()}, {probe.name}: {seen.detail} ({seen.took_ms:.0f} ms)"
                if not seen.ok:
                    raise Failed(said, again=True)
                return said
    raise NotAsked("The catalog has no probe of this kind.")


def _picture(adapter: Any, question: Question) -> str:
    if not question.url:
        raise NotAsked("stanch has no address of its own to take a picture of: set public_url.")
    return f"A picture of {question.url}/status/ was taken, {len(adapter.picture(f'{question.url}/status/'))} bytes."


def _chat(adapter: Any, _question: Question) -> str:
    return str(adapter.check())


def _announcer(adapter: Any, question: Question) -> str:
    return str(
        adapter.announce(Announcement(question.key, 1, "TEST", "Test from stanch", "Test", SAID, url=question.url))
    )


def _publisher(adapter: Any, question: Question) -> str:
    adapter.publish([PublishedFile(f"{question.key}.txt", SAID.encode(), "text/plain", "no-store")], [])
    adapter.publish([], [f"{question.key}.txt"])
    return "A file was written and deleted again."


def _tracker(adapter: Any, question: Question) -> str:
    places = sorted({rule.place for rule in question.policy.filing if rule.tracker == adapter.name})
    return str(adapter.check(places))


ASK: dict[Port, Callable[[Any, Question], str]] = {
    "sources": _source, "notifiers": _notifier, "mitigators": _checkable, "metrics": _metrics, "probers": _prober, "screenshotters": _picture,
    "chats": _chat, "announcers": _announcer, "publishers": _publisher, "trackers": _tracker,
}  # fmt: skip
