"""Tickets as issues of GitHub, on github.com and on a server of one's own (formats/12, 12.1; formats/19)."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from stanch.kernel.clock import MINUTE, iso
from stanch.ports import Failed, Gone, tracker
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable
from stanch.ports.signature import github_signature_ok
from stanch.ports.tracker_service import (
    MOST_PAGES,
    PAGE,
    PAUSE_SECONDS,
    TrackerService,
    hidden,
    moment_of,
    object_of,
    part,
    parts,
    rows,
    until,
)
from stanch.ports.web_service import HttpResponse, secret_of

TITLE_CHARACTERS, BODY_CHARACTERS = 250, 60_000
HINTS = {
    401: "check the token",
    403: "the token needs Issues: read and write for this repository",
    404: "the repository is not there, or the token may not see it",
    410: "issues are switched off in this repository",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    token_env: Annotated[
        str, msgspec.Meta(description="The environment variable that holds the token (Issues: read and write).")
    ]
    base_url: Annotated[
        str, msgspec.Meta(description="The base address of the API; a server of your own has https://HOST/api/v3.")
    ] = "https://api.github.com"
    webhook_secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable with the webhook's secret; without it webhooks are refused."
        ),
    ] = ""
    labels: Annotated[list[str], msgspec.Meta(description="Labels that each new issue gets.")] = []
    dropped_reasons: Annotated[
        list[str], msgspec.Meta(description="Reasons of closing that mean that it will not be done.")
    ] = msgspec.field(default_factory=lambda: ["not_planned", "duplicate"])
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class GithubIssues:
    """A project is ``owner/repository``. There are no dates: a date that moves is said in a comment."""

    title, prefix, by_mail = "GitHub", "github", False

    def __init__(self, settings: Settings) -> None:
        self.name = "github_issues"
        self.settings = settings
        self.service = TrackerService(
            self.title, settings.base_url, settings.timeout, self._headers, pause, writes_every=1.0
        )
        self._etags: dict[str, str] = {}
        self._login: str | None = None

    def _headers(self) -> Mapping[str, str]:
        token = secret_of(self.settings.token_env, "github_issues token_env")
        return {
            "Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28",
        }  # fmt: skip

    def create(self, wanted: tracker.NewTicket) -> tracker.Ticket:
        if wanted.tried_at and (found := self._ours(wanted)):
            return found
        due = f"\n\nDue {wanted.due}." if wanted.due else ""
        body: dict[str, Any] = {
            "title": cut(one_line(wanted.title), TITLE_CHARACTERS),
            "body": f"{cut(printable(wanted.text), BODY_CHARACTERS)}{due}\n\n{hidden(wanted.mark)}",
            "labels": self.settings.labels,
            "assignees": [wanted.owner] if wanted.owner else [],
        }
        made = self._issue(self._sent("POST", f"/repos/{_place(wanted.place)}/issues", body, 201))
        return self._assigned(made, wanted.owner)

    def _sent(self, method: str, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        """The created issue; when the assignee is refused, it is created without one."""
        answer = self.service.ask(method, path, body)
        if answer.status == 422 and any(each.get("field") == "assignees" for each in parts(answer.json(), "errors")):
            answer = self.service.ask(
                method, path, {name: value for name, value in body.items() if name != "assignees"}
            )
        return self._good(answer, status).json()

    @staticmethod
    def _assigned(ticket: tracker.Ticket, owner: str | None) -> tracker.Ticket:
        """GitHub silently ignores people whom it cannot assign; the ticket then says so."""
        if not owner or ticket.owner.casefold() == owner.casefold():
            return ticket
        return msgspec.structs.replace(ticket, dropped=(f"{owner} cannot be assigned there",))

    def _ours(self, wanted: tracker.NewTicket) -> tracker.Ticket | None:
        """The issue of an earlier attempt, by our mark in its text: listing is exact, where the search lags."""
        query = {"state": "all", "since": iso(wanted.since - MINUTE), "per_page": str(PAGE)}
        if login := self._me():
            query["creator"] = login
        for each in self._pages(f"/repos/{_place(wanted.place)}/issues?{urlencode(query)}"):
            if hidden(wanted.mark) in str(each.get("body") or ""):
                return msgspec.structs.replace(self._issue(each), found=True)
        return None

    def _me(self) -> str:
        """Our login; empty for an app's token, which has none."""
        if self._login is None:
            answer = self.service.ask("GET", "/user")
            found = answer if answer.status == 403 else self._good(answer, 200)
            self._login = str(found.json().get("login", ""))
        return self._login

    def read(self, reference: tracker.TicketReference) -> tracker.Ticket:
        path = self._path(reference)
        for _ in range(3):
            answer = self.service.ask("GET", path)
            if answer.status not in (301, 302, 307, 308):
                break
            path = self.service.path_of(answer.headers.get("location", ""))
        if answer.status in (404, 410):
            raise Gone("the issue was deleted, or moved to where the token cannot look")
        return self._issue(self._good(answer, 200).json())

    def change(self, reference: tracker.TicketReference, change: tracker.TicketChange) -> tracker.Ticket:
        now = self.read(reference)
        fields: dict[str, Any] = {}
        if change.title is not None:
            fields["title"] = cut(one_line(change.title), TITLE_CHARACTERS)
        if change.owner is not None:
            fields["assignees"] = [change.owner] if change.owner else []
        if change.state is not None and change.state != now.state:
            reason = {"done": "completed", "dropped": "not_planned", "open": "reopened"}[change.state]
            fields |= {"state": "open" if change.state == "open" else "closed", "state_reason": reason}
        path = self._path(now.reference())
        if fields.get("state") == "closed" and now.state != "open":
            # The reason is read only where the state changes.
            self._sent("PATCH", path, {"state": "open"}, 200)
        if fields:
            now = self._issue(self._sent("PATCH", path, fields, 200))
        said = [change.note, f"Due {change.due}." if change.due else ""]
        if text := "\n\n".join(each for each in said if each):
            self._good(
                self.service.ask("POST", f"{path}/comments", {"body": cut(printable(text), BODY_CHARACTERS)}), 201
            )
            now = self.read(now.reference())
        return self._assigned(now, change.owner)

    def changed(self, place: str, since: int) -> list[tracker.Ticket]:
        query = {"state": "all", "since": iso(since), "sort": "updated", "direction": "asc", "per_page": str(PAGE)}
        found = self._pages(f"/repos/{_place(place)}/issues?{urlencode(query)}", conditional=True)
        return [self._issue(each) for each in found if "pull_request" not in each]

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> tracker.Delivery:
        secret = secret_of(self.settings.webhook_secret_env, "github_issues webhook_secret_env")
        if not github_signature_ok(secret, body, headers.get("x-hub-signature-256", "")):
            raise tracker.Unsigned("X-Hub-Signature-256 is not that of the body with our secret")
        issue = part(object_of(body), "issue")
        about = headers.get("x-github-event") in ("issues", "issue_comment") and "pull_request" not in issue
        identity = str(issue.get("node_id") or "")
        return tracker.Delivery(headers.get("x-github-delivery", ""), (identity,) if about and identity else ())

    def check(self, places: list[str]) -> str:
        said = [f"answers as {self._me() or 'an app'}"]
        for place in places:
            found = self._good(self.service.ask("GET", f"/repos/{_place(place)}"), 200).json()
            if not found.get("has_issues", True):
                raise Failed(f"{place}: {HINTS[410]}", again=False)
            said.append(f"sees {place}")
        return ", ".join(said)

    def _pages(self, path: str, *, conditional: bool = False) -> Iterator[dict[str, Any]]:
        """Every page. ``conditional``: with the last ETag, since 304 does not count against the rate limit."""
        first = path
        for _ in range(MOST_PAGES):
            tag = self._etags.get(path, "") if conditional and path == first else ""
            answer = self.service.ask("GET", path, headers={"If-None-Match": tag} if tag else None)
            if answer.status == 304:
                return
            yield from rows(self._good(answer, 200))
            following = re.search(r'<([^>]+)>;\s*rel="next"', answer.headers.get("link", ""))
            if conditional and path == first and not following:
                self._etags = {first: answer.headers.get("etag", "")}
            if not following:
                return
            path = self.service.path_of(following[1])

    def _good(self, answer: HttpResponse, status: int) -> HttpResponse:
        if answer.status != status:
            raise self.service.refused(answer, HINTS)
        return answer

    def _path(self, reference: tracker.TicketReference) -> str:
        return f"/repos/{_place(reference.place)}/issues/{_number(reference.key)}"

    def _issue(self, said: Mapping[str, Any]) -> tracker.Ticket:
        place = re.search(r"/repos/([^/]+/[^/]+)/issues/", str(said.get("url", "")))
        where, number = place[1] if place else "", said.get("number", 0)
        reason = str(said.get("state_reason") or "")
        state: tracker.TicketState = "open"
        if said.get("state") == "closed":
            state = "dropped" if reason in self.settings.dropped_reasons else "done"
        words = f"closed as {reason.replace('_', ' ') or 'completed'}" if state != "open" else "open"
        people = [str(each.get("login", "")) for each in parts(said, "assignees")]
        return tracker.Ticket(
            str(said.get("node_id") or said.get("id") or ""), f"{where}#{number}", where, str(said.get("html_url", "")),
            str(said.get("title", "")), state, moment_of(said.get("updated_at")), people[0] if people else "", words=words,
        )  # fmt: skip


def pause(answer: HttpResponse, now: float) -> float | None:
    """A 403 or 429 is a limit when it says so; only else it is a lost permission."""
    if answer.status not in (403, 429):
        return None
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    if answer.status == 429 or answer.after is not None or spent or b"rate limit" in answer.body[:2000].lower():
        reset = until(answer.headers.get("x-ratelimit-reset"), now) if spent else None
        return answer.after if answer.after is not None else reset or PAUSE_SECONDS
    return None


def _place(place: str) -> str:
    """Raises ``Failed`` for what is no ``owner/repository``: it would be another path of the API."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", place) or ".." in place:
        raise Failed(f"'{place}' is no repository; write owner/repository", again=False)
    return place


def _number(key: str) -> str:
    return key.rpartition("#")[2]


def build(settings: Settings) -> tracker.Tracker:
    """For the scanner in main."""
    return GithubIssues(settings)


INTEGRATION = Integration("GitHub Issues", "trackers", Settings, build)
