"""Tickets as issues of GitLab, on gitlab.com and self-managed (formats/12, 12.2; formats/19)."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec

from stanch.kernel.clock import MINUTE, iso
from stanch.ports import Failed, Gone, tracker
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable
from stanch.ports.signature import is_code, standard_signature_ok
from stanch.ports.tracker_service import (
    MOST_PAGES,
    PAGE,
    PAUSE_SECONDS,
    TrackerService,
    hidden,
    moment_of,
    nobody,
    object_of,
    part,
    parts,
    rows,
)
from stanch.ports.web_service import HttpResponse, secret_of

TITLE_CHARACTERS, BODY_CHARACTERS = 250, 900_000
HINTS = {
    401: "check the token",
    403: "the token needs the scope api, and the role Reporter or above in this project",
    404: "the project is not there, or the token may not see it",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    token_env: Annotated[
        str,
        msgspec.Meta(description="The environment variable that holds a token (scope api, role Reporter)."),
    ]
    base_url: Annotated[str, msgspec.Meta(description="The address of GitLab.")] = "https://gitlab.com"
    webhook_secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable with the webhook's secret token; without it webhooks are refused."
        ),
    ] = ""
    signing_token_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable with the signing token (whsec_...); once set, each webhook must be signed."
        ),
    ] = ""
    labels: Annotated[list[str], msgspec.Meta(description="Labels that each new issue gets.")] = []
    dropped_label: Annotated[str, msgspec.Meta(description="The label of a closed issue that will not be done.")] = (
        "wontfix"
    )
    confidential: Annotated[bool, msgspec.Meta(description="Whether new issues are confidential.")] = False
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class GitlabIssues:
    """A project is its path (``group/project``) or its number."""

    title, prefix, by_mail = "GitLab", "gitlab", False

    def __init__(self, settings: Settings) -> None:
        self.name = "gitlab_issues"
        self.settings = settings
        base = settings.base_url.rstrip("/").removesuffix("/api/v4") + "/api/v4"
        self.service = TrackerService(self.title, base, settings.timeout, self._headers, pause)
        self._people: dict[str, int] = {}

    def _headers(self) -> Mapping[str, str]:
        return {"PRIVATE-TOKEN": secret_of(self.settings.token_env, "gitlab_issues token_env")}

    def create(self, wanted: tracker.NewTicket) -> tracker.Ticket:
        if wanted.tried_at and (found := self._ours(wanted)):
            return found
        body: dict[str, Any] = {
            "title": cut(one_line(wanted.title), TITLE_CHARACTERS),
            "description": f"{cut(printable(wanted.text), BODY_CHARACTERS)}\n\n{hidden(wanted.mark)}",
            "confidential": self.settings.confidential,
        }
        if self.settings.labels:
            body["labels"] = ",".join(self.settings.labels)
        if wanted.due:
            body["due_date"] = wanted.due
        number = self._person(wanted.owner) if wanted.owner else 0
        if number:
            body["assignee_ids"] = [number]
        answer = self.service.ask("POST", f"/projects/{_place(wanted.place)}/issues", body)
        return nobody(self._issue(self._good(answer, 201).json()), wanted.owner, number)

    def _ours(self, wanted: tracker.NewTicket) -> tracker.Ticket | None:
        """The issue of an earlier attempt, by our mark in its text."""
        query = {
            "search": wanted.mark,
            "in": "description",
            "created_after": iso(wanted.since - MINUTE),
            "scope": "all",
            "state": "all",
        }
        for each in self._pages(f"/projects/{_place(wanted.place)}/issues", query):
            if hidden(wanted.mark) in str(each.get("description") or ""):
                return msgspec.structs.replace(self._issue(each), found=True)
        return None

    def _person(self, account: str) -> int:
        """The number of a user; 0 for none. Answers are remembered."""
        if account not in self._people:
            found = rows(self._good(self.service.ask("GET", f"/users?{urlencode({'username': account})}"), 200))
            same = [each for each in found if str(each.get("username", "")).casefold() == account.casefold()]
            if not same:
                return 0
            self._people[account] = int(same[0].get("id", 0))
        return self._people[account]

    def read(self, reference: tracker.TicketReference) -> tracker.Ticket:
        answer = self.service.ask("GET", _path(reference))
        if answer.status in (404, 410):
            raise Gone("the issue was deleted, or the token cannot see it any more")
        said = self._good(answer, 200).json()
        if moved := said.get("moved_to_id"):
            return self._moved(reference, str(moved))
        return self._issue(said)

    def _moved(self, reference: tracker.TicketReference, identity: str) -> tracker.Ticket:
        """A moved issue keeps its text, and so our mark; by its number alone only administrators may read it."""
        query = {"search": reference.mark, "in": "description", "scope": "all", "state": "all"}
        for each in self._pages("/issues", query) if reference.mark else ():
            if str(each.get("id")) == identity:
                return self._issue(each)
        raise Gone("the issue was moved to a project that the token cannot see")

    def change(self, reference: tracker.TicketReference, change: tracker.TicketChange) -> tracker.Ticket:
        now = self.read(reference)
        fields = self._fields(now, change)
        path = _path(now.reference())
        if fields:
            answer = self.service.ask("PUT", path, fields)
            now = self.read(now.reference()) if answer.status == 304 else self._issue(self._good(answer, 200).json())
        if change.note:
            note = {"body": cut(printable(change.note), BODY_CHARACTERS)}
            self._good(self.service.ask("POST", f"{path}/notes", note), 201)
            now = self.read(now.reference())
        return nobody(now, change.owner, change.owner and self._person(change.owner))

    def _fields(self, now: tracker.Ticket, change: tracker.TicketChange) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if change.title is not None:
            fields["title"] = cut(one_line(change.title), TITLE_CHARACTERS)
        if change.owner is not None:
            number = self._person(change.owner) if change.owner else 0
            fields["assignee_ids"] = [number] if number else []
        if change.due is not None:
            fields["due_date"] = change.due
        if change.state is not None and change.state != now.state:
            label = "add_labels" if change.state == "dropped" else "remove_labels"
            if change.state == "dropped" or now.state == "dropped":
                fields[label] = self.settings.dropped_label
            if (change.state == "open") != (now.state == "open"):
                fields["state_event"] = "reopen" if change.state == "open" else "close"
        return fields

    def changed(self, place: str, since: int) -> list[tracker.Ticket]:
        query = {"scope": "all", "state": "all", "updated_after": iso(since), "order_by": "updated_at", "sort": "asc"}
        return [
            self._issue(each)
            for each in self._pages(f"/projects/{_place(place)}/issues", query)
            if not each.get("moved_to_id")
        ]

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> tracker.Delivery:
        if self.settings.signing_token_env:
            token = secret_of(self.settings.signing_token_env, "gitlab_issues signing_token_env")
            if not standard_signature_ok(token, body, headers, now):
                raise tracker.Unsigned(
                    "webhook-signature is not that of the body with our signing token, or is older than five minutes"
                )
        else:
            secret = secret_of(self.settings.webhook_secret_env, "gitlab_issues webhook_secret_env")
            if not is_code(secret, headers.get("x-gitlab-token", "")):
                raise tracker.Unsigned("X-Gitlab-Token is not our secret")
        said = object_of(body)
        about = part(said, "object_attributes") if said.get("object_kind") == "issue" else part(said, "issue")
        names = ("webhook-id", "idempotency-key", "x-gitlab-event-uuid")
        identity = next((headers[name] for name in names if headers.get(name)), "")
        return tracker.Delivery(identity, (str(about["id"]),) if about.get("id") else ())

    def check(self, places: list[str]) -> str:
        who = self._good(self.service.ask("GET", "/user"), 200).json().get("username", "unknown")
        for place in places:
            found = self._good(self.service.ask("GET", f"/projects/{_place(place)}"), 200).json()
            if found.get("issues_access_level") == "disabled" or found.get("issues_enabled") is False:
                raise Failed(f"{place}: issues are switched off in this project", again=False)
        return ", ".join([f"answers as {who}", *(f"sees {place}" for place in places)])

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        number = "1"
        for _ in range(MOST_PAGES):
            asked = {**query, "per_page": str(PAGE), "page": number}
            answer = self._good(self.service.ask("GET", f"{path}?{urlencode(asked)}"), 200)
            yield from rows(answer)
            number = answer.headers.get("x-next-page", "").strip()
            if not number.isdecimal():
                return

    def _good(self, answer: HttpResponse, status: int) -> HttpResponse:
        if answer.status != status:
            raise self.service.refused(answer, HINTS)
        return answer

    def _issue(self, said: Mapping[str, Any]) -> tracker.Ticket:
        full = str(part(said, "references").get("full", ""))
        where = full.rpartition("#")[0] or str(said.get("project_id", ""))
        labels = {str(each).casefold() for each in said.get("labels") or []}
        duplicate = said.get("duplicated_to_id") or part(said, "_links").get("closed_as_duplicate_of")
        state: tracker.TicketState = "open"
        if said.get("state") == "closed":
            state = "dropped" if self.settings.dropped_label.casefold() in labels or duplicate else "done"
        words = {
            "open": "open",
            "done": "closed",
            "dropped": "closed as a duplicate" if duplicate else f"closed as {self.settings.dropped_label}",
        }
        people = [str(each.get("username", "")) for each in parts(said, "assignees")]
        return tracker.Ticket(
            str(said.get("id", "")), full or f"{where}#{said.get('iid', 0)}", where, str(said.get("web_url", "")),
            str(said.get("title", "")), state, moment_of(said.get("updated_at")), people[0] if people else "",
            due=str(said.get("due_date") or ""), words=words[state],
        )  # fmt: skip


def pause(answer: HttpResponse, now: float) -> float | None:
    """A limit is a 429, with or without the seconds."""
    return (answer.after if answer.after is not None else PAUSE_SECONDS) if answer.status == 429 else None


def _place(place: str) -> str:
    """Raises ``Failed`` for what is no path of a project."""
    if not re.fullmatch(r"[\w.+-]+(/[\w.+-]+)*", place) or ".." in place:
        raise Failed(f"'{place}' is no project; write group/project", again=False)
    return quote(place, safe="")


def _path(reference: tracker.TicketReference) -> str:
    return f"/projects/{_place(reference.place)}/issues/{reference.key.rpartition('#')[2]}"


def build(settings: Settings) -> tracker.Tracker:
    """For the scanner in main."""
    return GitlabIssues(settings)


INTEGRATION = Integration("GitLab Issues", "trackers", Settings, build)
