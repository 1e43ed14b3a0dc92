"""Reads deploys (R17): our own format, GitHub's ``deployment_status`` webhook, and what Argo CD's notifications send."""

import re
from typing import Annotated, Any

import msgspec

from stanch.ports import ChangeEvent, Post, Received, Source
from stanch.ports.integration import Integration
from stanch.ports.json_fields import UNREADABLE, kind, link, loose_moment, words
from stanch.ports.request_head import read_about

NAME = 200
SUMMARY = 1024
MOST = 1000
OWN = ("service", "release", "previous", "at", "reversible", "reason", "author", "link", "id", "summary", "kind")
KINDS = ("release", "flag", "config", "capacity", "other")
VERSION = re.compile(r"v?\d+(\.\d+)+([-+.\w]*)?|v\d+")
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
UNSET = "<no value>"  # what Go's templates write for something that is not there
WHAT = 'send {"service": "checkout", "release": "v42"}'


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    environments: Annotated[
        list[str],
        msgspec.Meta(description="GitHub's deployments to others are not recorded; empty takes all."),
    ] = msgspec.field(default_factory=list)


class Deploys:
    """The source of changes for ``/hooks/deploys``; formats are told apart by GitHub's header and by their keys."""

    name: str = "deploys"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def read(self, post: Post) -> tuple[list[Received], list[str]]:
        """The changes, and a sentence for each that cannot be read. Raises ``ValueError`` when nothing can.

        A deployment that has not succeeded (yet) is skipped without an error.
        """
        body = _decode(post.body)
        event = read_about(post.about).headers.get("x-github-event", "")
        errors: list[str] = []
        if isinstance(body, list):
            return _several(body, post)
        if event or "deployment_status" in body:
            return list(self._github(body, post, event, errors)), errors
        if "app" in body and "phase" in body:
            return list(_argocd(body, post, errors)), errors
        return [_own(body, post, errors)], errors

    def _github(self, body: dict[str, Any], post: Post, event: str, errors: list[str]) -> list[ChangeEvent]:
        if event not in ("", "deployment_status"):
            return []  # ping and deployment carry no result; other events come from hooks that send too much
        status, deployment, repository = (
            _object(body.get(key)) for key in ("deployment_status", "deployment", "repository")
        )
        environment = words(deployment.get("environment") or status.get("environment"), NAME)
        if status.get("state") != "success" or environment not in (self.settings.environments or [environment]):
            return []
        told = _object(_parsed(deployment.get("payload")))
        commit, ref = words(deployment.get("sha"), NAME), words(deployment.get("ref"), NAME)
        release = words(told.get("release") or told.get("version"), NAME) or _release(ref, commit)
        if not release or not repository.get("name"):
            raise ValueError("deployment.sha or repository.name is missing; send GitHub's webhook unchanged")
        return [
            ChangeEvent(
                service=words(told.get("service") or repository["name"], NAME),
                release=release,
                at=_at("updated_at", status.get("updated_at") or status.get("created_at"), post.received_at, errors),
                summary=f"{ref} to {environment}: {words(deployment.get('description'), SUMMARY)}".rstrip(": "),
                previous=words(told.get("previous"), NAME),
                reversible=told.get("reversible") is not False,
                reason=words(told.get("reason"), SUMMARY),
                author=words(_object(deployment.get("creator")).get("login"), NAME),
                link=link(status.get("log_url"), status.get("target_url"), repository.get("html_url")),
                identity=f"github/{words(repository.get('full_name'), NAME)}/{words(deployment.get('id'), 40)}",
            )
        ]


def build(settings: Settings) -> Source:
    """For the scanner in main."""
    return Deploys(settings)


def _decode(body: bytes) -> Any:
    try:
        read = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise ValueError(f"the body is not JSON ({error or 'nested too deeply'}); {WHAT}") from None
    if not isinstance(read, dict | list):
        raise ValueError(f"the body is {kind(read)}, not an object or an array of objects; {WHAT}")
    return read


def _several(body: list[Any], post: Post) -> tuple[list[Received], list[str]]:
    changes: list[Received] = []
    errors = [] if len(body) <= MOST else [f"{len(body)} deploys are too many for one body; {MOST} were read"]
    for position, each in enumerate(body[:MOST]):
        complaints: list[str] = []
        try:
            changes.append(_own(each, post, complaints))
        except ValueError as error:
            complaints.append(str(error))
        errors += [f"deploys[{position}]: {complaint}" for complaint in complaints]
    return changes, errors


def _own(body: Any, post: Post, errors: list[str]) -> ChangeEvent:
    """One deploy in our own words. Raises ``ValueError`` when service or release is missing."""
    if not isinstance(body, dict):
        raise ValueError(f"it is {kind(body)}, not an object; {WHAT}")
    for field in ("service", "release"):
        if not words(body.get(field)).strip():
            raise ValueError(f"{field} is missing; {WHAT}")
    reversible = body.get("reversible", True)
    if not isinstance(reversible, bool):
        errors.append(f"reversible is {kind(reversible)}; write true or false; it was taken as false")
    unknown = [words(key, 40) for key in body if key not in OWN]
    if unknown:
        errors.append(f"{unknown[0]!r} is no field of a deploy; known: {', '.join(OWN)}")
    what = words(body.get("kind"), NAME)
    if what and what not in KINDS:
        errors.append(f"kind is {what!r}; write one of {', '.join(KINDS)}; it was told from its words")
    identity = words(body.get("id"), NAME)
    return ChangeEvent(
        service=words(body["service"], NAME).strip(),
        release=words(body["release"], NAME).strip(),
        at=_at("at", body.get("at"), post.received_at, errors),
        summary=words(body.get("summary"), SUMMARY),
        previous=words(body.get("previous"), NAME),
        reversible=reversible is True,
        reason=words(body.get("reason"), SUMMARY),
        author=words(body.get("author"), NAME),
        link=link(body.get("link")),
        kind=what if what in KINDS else "",
        identity=f"deploys/{post.intake_key}/{identity}" if identity else "",
    )


def _argocd(body: dict[str, Any], post: Post, errors: list[str]) -> list[ChangeEvent]:
    """What the template of docs/how-to/senders.md sends; an operation that is running or failed changed nothing."""
    told = {key: _filled(value) for key, value in body.items()}
    if told.get("phase") != "Succeeded":
        return []
    if not told["app"]:
        raise ValueError("app is missing; use the template of docs/how-to/senders.md")
    finished = told.get("finishedAt", "")
    release = _argocd_release(told.get("revision", ""), body.get("revisions"))
    if not release:
        errors.append("it names no revision; an application with several sources needs 'revisions' in the template")
    named = release or finished
    return [
        ChangeEvent(
            service=(told.get("service") or told["app"])[:NAME],
            release=(release or f"sync {finished}".rstrip())[:NAME],
            at=_at("finishedAt", finished, post.received_at, errors),
            summary=told.get("message", ""),
            author=told.get("author", "")[:NAME],
            link=link(told.get("link")),
            identity=f"argocd/{post.intake_key}/{told['app']}/{named}/{finished}"[:600] if named else "",
        )
    ]


def _argocd_release(revision: str, revisions: object) -> str:
    """An application with several sources has no ``revision``: then it is all of ``revisions``, in their order."""
    several = [_filled(each) for each in revisions] if isinstance(revisions, list) else []
    return ", ".join(_release("", each) for each in ([revision] if revision else several) if each)


def _filled(value: object) -> str:
    """A value of the template; empty where the template could not fill it."""
    return "" if value == UNSET else words(value, SUMMARY).strip()


def _release(ref: str, commit: str) -> str:
    """The version where there is one; for a branch the short commit id."""
    if VERSION.fullmatch(ref):
        return ref
    return commit[:12] if COMMIT.fullmatch(commit) else commit or ref


def _at(field: str, value: object, now: int, errors: list[str]) -> int:
    """When it was; never after the receipt. A time that cannot be read is reported in a sentence; the change is kept."""
    try:
        at = loose_moment(value)
    except ValueError as error:
        errors.append(f"{field}: {error}; the moment of receipt was taken")
        at = None
    return now if at is None else min(at, now)


def _parsed(value: object) -> object:
    """GitHub passes the deployment's payload on as it was created: an object, or a text that often is JSON."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value.encode())
    except UNREADABLE:
        return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


INTEGRATION = Integration("Deploys (own format, GitHub, Argo CD)", "sources", Settings, build)
