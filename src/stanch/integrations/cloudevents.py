"""Reads CloudEvents (formats/11, 11.7): alerts, and deploys by the types of CDEvents and others."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec

from stanch.ports import Alert, ChangeEvent, Post, Received, Source
from stanch.ports.cloudevent import Event, read_events
from stanch.ports.guess_fields import guess, guess_severity, guess_title
from stanch.ports.guess_identity import guess_identity, guess_key
from stanch.ports.integration import Integration
from stanch.ports.json_fields import flatten, link, loose_moment, words
from stanch.ports.state_words import is_firing

NAME = 200
SUMMARY = 1024
KEY = 500
ENDING = re.compile(r"(\.v?\d+)+(-[a-z]+)?$")  # dev.cdevents.service.deployed.0.3.0-draft, com.example.alert.firing.v1
FIRING = frozenset(["firing", "fired", "alerting", "triggered", "detected", "reported"])
OVER = frozenset(["resolved", "recovered", "cleared"])
DEPLOYED = ("dev.cdevents.service.deployed", "dev.cdevents.service.upgraded", "dev.cdevents.service.rolledback")
_UNFINISHED = (
    "queued pending created requested started running progressing paused waiting "
    "failed failure error aborted cancelled canceled rejected removed deleted"
)
UNFINISHED = frozenset(_UNFINISHED.split())
RELEASE_KEYS = ("release", "version", "revision", "tag", "artifactId", "image", "sha", "commit")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing to set: an event says itself what it is."""


class CloudEvents:
    """The source for ``/hooks/cloudevents``.

    A type that ends in ``.firing`` or ``.resolved``, or ``status`` in the data, makes an alert. Any other event is kept
    with severity ``info``, unless it has one: most events tell of no problem.
    """

    name: str = "cloudevents"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """One item for each event. A deploy that did not succeed is skipped. Raises ``ValueError``."""
        events, errors = read_events(post)
        received: list[Received] = []
        for event in events:
            kind = ENDING.sub("", event.get("type").lower())
            if _is_deploy(kind):
                received += _changes(event, kind, post, errors)
            else:
                received.append(_alert(event, kind, post.received_at, errors))
        return received, errors


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return CloudEvents(settings)


def _is_deploy(kind: str) -> bool:
    return kind.rpartition(".")[2] not in FIRING | OVER and (kind in DEPLOYED or ".deployment." in f"{kind}.")


def _alert(event: Event, kind: str, now: int, errors: list[str]) -> Alert:
    data, content = _object(event.data), _content(event)
    said = _status(kind, data)
    severity = words(event.get("severity") or event.get("severitytext") or guess_severity(data), NAME).lower()
    at = _at(event, now, errors)
    labels = {
        "severity": severity or ("info" if said is None else ""),
        "service": event.get("service") or words(guess(data, "service"), NAME) or _last(_id(content.get("service"))),
        "type": event.get("type"),
        "source": event.get("source"),
        "subject": event.get("subject"),
    }
    name = guess_title(data) or " ".join(filter(None, [event.get("type"), event.get("subject")]))[:NAME]
    summary = guess(data, "summary") or content.get("description")
    if not data and isinstance(event.data, str):
        summary = event.data
    return Alert(
        fingerprint=_fingerprint(event, kind, data, said),
        name=name,
        firing=said is not False,
        starts_at=at,
        ends_at=at if said is False else None,
        labels={label: words(text, NAME) for label, text in labels.items() if text},
        annotations=flatten(event.data, "data")
        | {"summary": words(summary, SUMMARY) or name, "event_id": event.get("id")},
        link=link(guess(data, "link"), event.get("source")),
    )


def _status(kind: str, data: dict[str, Any]) -> bool | None:
    """Whether it fires: the type's last word says so, else the data's status; None when neither does."""
    word = kind.rpartition(".")[2]
    if word in FIRING or word in OVER:
        return word in FIRING
    said = (is_firing(data.get(key)) for key in ("status", "state") if isinstance(data.get(key), str | bool))
    return next((each for each in said if each is not None), None)


def _fingerprint(event: Event, kind: str, data: dict[str, Any], said: bool | None) -> str:
    """An event's id is unique to it, so an alert's end is matched by the data's key, the subject, or the type."""
    stem = kind.rpartition(".")[0] if kind.rpartition(".")[2] in FIRING | OVER else kind
    key = guess_key(data) or event.get("subject") or _id(data.get("subject"))
    if not key and data and said is not None:
        key = guess_identity(data, guess_title(data))
    if not key and said is None:
        return f"{event.get('source')}#{event.get('id')}"[:KEY]
    return f"{event.get('source')}#{stem}#{words(key, NAME)}"[:KEY]


def _changes(event: Event, kind: str, post: Post, errors: list[str]) -> list[ChangeEvent]:
    data, content = _object(event.data), _content(event)
    outcome = words(
        content.get("outcome") or data.get("outcome") or data.get("status") or data.get("state"), 40
    ).lower()
    if kind.rpartition(".")[2] in UNFINISHED or outcome in UNFINISHED:
        return []
    release = next((words(each[key], NAME) for each in (data, content) for key in RELEASE_KEYS if each.get(key)), "")
    service = words(guess(data, "service"), NAME) or _id(content.get("service")) or _id(data.get("subject"))
    environment = _id(content.get("environment") or data.get("environment"))
    return [
        ChangeEvent(
            service=_last(service or event.get("subject") or event.get("source"))[:NAME],
            release=_version(release) or words(event.get("id"), NAME),
            at=_at(event, post.received_at, errors),
            summary=words(guess(data, "summary"), SUMMARY)
            or " to ".join(filter(None, [event.get("type"), environment])),
            previous=words(data.get("previous"), NAME),
            reversible=data.get("reversible") is not False,
            reason=words(data.get("reason"), SUMMARY),
            author=words(data.get("author"), NAME),
            link=link(guess(data, "link"), event.get("source")),
            identity=f"cloudevents/{post.intake_key}/{event.get('source')}#{event.get('id')}",
        )
    ]


def _version(release: str) -> str:
    """Of a package URL (``pkg:oci/app@sha256%3A0b31``) and of an image what follows the @."""
    return unquote(release.partition("?")[0].rpartition("@")[2]) if release.startswith("pkg:") else release


def _at(event: Event, now: int, errors: list[str]) -> int:
    try:
        at = loose_moment(event.get("time"))
    except ValueError as error:
        errors.append(f"time: {error}; the moment of receipt was taken")
        at = None
    return now if at is None else min(at, now)


def _content(event: Event) -> dict[str, Any]:
    """Where CDEvents keep what they tell: ``subject.content`` of the data."""
    return _object(_object(_object(event.data).get("subject")).get("content"))


def _id(value: object) -> str:
    """An id, or that of an object."""
    return words(value.get("id") if isinstance(value, dict) else value, NAME)


def _last(path: str) -> str:
    """``service/myapp`` is myapp."""
    return path.rstrip("/").rpartition("/")[2] or path


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


INTEGRATION = Integration("CloudEvents", "sources", Settings, build)
