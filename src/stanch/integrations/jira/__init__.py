"""Tickets as issues of Jira, in the Cloud (REST v3) and in a Data Center (v2) (formats/12, 12.3; formats/19)."""

import base64
import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from stanch.integrations.jira.markup import document, wiki
from stanch.kernel.clock import MINUTE, SECOND
from stanch.ports import Failed, Gone, tracker
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line
from stanch.ports.signature import github_signature_ok, is_code
from stanch.ports.tracker_service import (
    MOST_PAGES,
    PAGE,
    PAUSE_SECONDS,
    TrackerService,
    moment_of,
    nobody,
    object_of,
    part,
    parts,
    rows,
)
from stanch.ports.web_service import HttpResponse, secret_of

SUMMARY_CHARACTERS, TEXT_CHARACTERS = 250, 30_000
# The search of the Cloud knows a new issue so many seconds later at most.
SEARCH_LAG = 90
LABEL = "stanch"
FIELDS = "summary,status,resolution,updated,assignee,duedate,project"
# What a project's screens may not have: left out, and said.
OPTIONAL = ("assignee", "duedate", "labels")
HINTS = {
    401: "check the address of the account and its token",
    403: "the account needs to browse the project and to create, edit, assign and move its issues",
    404: "the project or issue is not there, or the account may not see it",
}


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    base_url: Annotated[
        str, msgspec.Meta(description="The address of the site, such as https://example.atlassian.net.")
    ]
    token_env: Annotated[
        str,
        msgspec.Meta(description="The environment variable that holds the API token (Cloud) or personal access token."),
    ]
    email: Annotated[
        str, msgspec.Meta(description="The account's e-mail address in the Cloud; empty for a Data Center.")
    ] = ""
    issue_type: Annotated[str, msgspec.Meta(description="The type of new issues.")] = "Task"
    done_status: Annotated[
        str, msgspec.Meta(description="The status to move to when done, by name; any of the category done by default.")
    ] = ""
    open_status: Annotated[
        str, msgspec.Meta(description="The status to move to when reopened, by name; any that is not done by default.")
    ] = ""
    dropped_resolutions: Annotated[
        list[str],
        msgspec.Meta(
            description="Resolutions that mean that it will not be done; the first that a screen offers is set."
        ),
    ] = msgspec.field(default_factory=lambda: ["Won't Do", "Won't Fix", "Declined", "Duplicate", "Cannot Reproduce"])
    webhook_secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable with the webhook's secret; without it webhooks are refused."
        ),
    ] = ""
    webhook_key_env: Annotated[
        str,
        msgspec.Meta(
            description="For a Data Center that signs nothing: the variable with the key that its webhook's address ends in (?key=...)."
        ),
    ] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 15.0


class Jira:
    """A project is its key. Accounts are account ids or e-mail addresses (Cloud), or user names (Data Center)."""

    title, prefix = "Jira", "jira"

    def __init__(self, settings: Settings) -> None:
        self.name = "jira"
        self.settings = settings
        self.cloud = self.by_mail = bool(settings.email)
        base = f"{settings.base_url.rstrip('/')}/rest/api/{3 if self.cloud else 2}"
        self.service = TrackerService(self.title, base, settings.timeout, self._headers, pause)
        self._accounts: dict[str, str] = {}

    def _headers(self) -> Mapping[str, str]:
        token = secret_of(self.settings.token_env, "jira token_env")
        basic = base64.b64encode(f"{self.settings.email}:{token}".encode()).decode()
        # Names of statuses in one language, whoever asks.
        return {
            "Authorization": f"Basic {basic}" if self.cloud else f"Bearer {token}",
            "Accept": "application/json",
            "Accept-Language": "en",
        }

    def create(self, wanted: tracker.NewTicket) -> tracker.Ticket:
        label = f"stanch-{wanted.mark}"
        if wanted.tried_at and (found := self._ours(wanted, label)):
            return found
        fields: dict[str, Any] = {
            "project": {"key": _project(wanted.place)},
            "issuetype": {"name": self.settings.issue_type},
            "summary": cut(one_line(wanted.title), SUMMARY_CHARACTERS),
            "description": self._text(wanted.text),
            "labels": [LABEL, label],
        }
        if wanted.due:
            fields["duedate"] = wanted.due
        account = self._account(wanted.owner) if wanted.owner else ""
        if account:
            fields["assignee"] = self._person(account)
        dropped: list[str] = []
        answer = self.service.ask("POST", "/issue", {"fields": fields})
        if answer.status == 400:
            answer, dropped = self._less(answer, fields)
        identity = str(self._good(answer, 201).json().get("id", ""))
        made = self.read(tracker.TicketReference(identity, "", wanted.place))
        return nobody(msgspec.structs.replace(made, dropped=tuple(dropped)), wanted.owner, account)

    def _ours(self, wanted: tracker.NewTicket, label: str) -> tracker.Ticket | None:
        """The issue of an earlier attempt, by its label. The search of the Cloud lags: until it cannot any more, nothing is made."""
        for each in self._search(f'labels = "{label}"'):
            return msgspec.structs.replace(self._issue(each), found=True)
        left = wanted.tried_at / SECOND + SEARCH_LAG - self.service.clock()
        if self.cloud and left > 0:
            raise Failed(
                "an earlier attempt is looked for; Jira's search knows new issues only a while later",
                again=True,
                after=min(left, 15),
            )
        return None

    def _less(self, answer: HttpResponse, fields: dict[str, Any]) -> tuple[HttpResponse, list[str]]:
        """Once more without the optional fields that were refused, and with the plainest text."""
        errors = part(answer.json(), "errors")
        refused = [name for name in OPTIONAL if name in errors and name in fields]
        if not refused and "description" not in errors:
            return answer, []
        left = {name: value for name, value in fields.items() if name not in refused}
        if "description" in errors:
            left.pop("description")
        said = [f"{name} was refused: {cut(one_line(str(errors[name])), 120)}" for name in refused]
        return self.service.ask("POST", "/issue", {"fields": left}), said

    def read(self, reference: tracker.TicketReference) -> tracker.Ticket:
        answer = self.service.ask("GET", f"/issue/{_id(reference)}?fields={FIELDS}")
        if answer.status in (404, 410):
            raise Gone("the issue was deleted, or the account cannot see it any more")
        return self._issue(self._good(answer, 200).json())

    def change(self, reference: tracker.TicketReference, change: tracker.TicketChange) -> tracker.Ticket:
        fields: dict[str, Any] = {}
        if change.title is not None:
            fields["summary"] = cut(one_line(change.title), SUMMARY_CHARACTERS)
        if change.due is not None:
            fields["duedate"] = change.due or None
        if change.owner is not None:
            account = self._account(change.owner) if change.owner else ""
            fields["assignee"] = self._person(account) if account else None
        path = f"/issue/{_id(reference)}"
        if fields:
            answer = self.service.ask("PUT", path, {"fields": fields})
            if answer.status == 404:
                raise Gone("the issue was deleted, or the account cannot see it any more")
            self._good(answer, 204)
        if change.state is not None:
            self._move(reference, change.state)
        if change.note:
            self._good(self.service.ask("POST", f"{path}/comment", {"body": self._text(change.note)}), 201)
        return nobody(self.read(reference), change.owner, change.owner and self._account(change.owner))

    def _move(self, reference: tracker.TicketReference, state: tracker.TicketState) -> None:
        """By the transitions that are open now, at most three: names and numbers of statuses are each team's own."""
        for _ in range(3):
            now = self.read(reference)
            if now.state == state:
                return
            path = f"/issue/{_id(reference)}/transitions"
            said = self._good(self.service.ask("GET", f"{path}?expand=transitions.fields"), 200).json()
            chosen = self._transition(parts(said, "transitions"), state, ended=now.state != "open")
            if chosen is None:
                break
            self._good(self.service.ask("POST", path, chosen), 204)
        if self.read(reference).state != state:
            raise Failed(f"Jira's workflow offers no way to a status that means '{state}'", again=False)

    def _transition(
        self, offered: list[dict[str, Any]], state: tracker.TicketState, *, ended: bool = False
    ) -> dict[str, Any] | None:
        """What to post: to the wanted category, the configured name first, then what needs no field. ``ended``: it is done already."""
        wanted = (self.settings.open_status if state == "open" else self.settings.done_status).casefold()
        able = [each for each in offered if each.get("isAvailable", True)]
        fits = [each for each in able if (_category(part(each, "to")) == "done") == (state != "open")]
        steps = ("indeterminate", "new") if ended else ("indeterminate",)
        if not fits and state != "open":
            fits = [each for each in able if _category(part(each, "to")) in steps]  # a step on the way
        fits.sort(key=lambda each: (str(part(each, "to").get("name", "")).casefold() != wanted, bool(_required(each))))
        if not fits:
            return None
        chosen: dict[str, Any] = {"transition": {"id": str(fits[0].get("id", ""))}}
        resolution = part(fits[0], "fields", "resolution")
        if resolution and _category(part(fits[0], "to")) == "done":
            chosen["fields"] = {"resolution": {"name": self._resolution(resolution, state)}}
        return chosen

    def _resolution(self, field: Mapping[str, Any], state: tracker.TicketState) -> str:
        names = [str(each.get("name", "")) for each in parts(field, "allowedValues")]
        dropped = [name for name in self.settings.dropped_resolutions if name in names]
        done = [name for name in ("Done", *names) if name in names and name not in self.settings.dropped_resolutions]
        return next(iter(dropped if state == "dropped" else done), "Done")

    def changed(self, place: str, since: int) -> list[tracker.Ticket]:
        """By relative minutes, since an absolute time would be read in the account's time zone."""
        minutes = max(1, math.ceil(self.service.clock() / 60 - since / MINUTE) + 1)
        jql = f'project = "{_project(place)}" AND labels = "{LABEL}" AND updated >= -{minutes}m ORDER BY updated ASC'
        return [self._issue(each) for each in self._search(jql)]

    def _search(self, jql: str) -> Iterator[dict[str, Any]]:
        token, start = "", 0
        for _ in range(MOST_PAGES):
            asked: dict[str, Any] = {"jql": jql, "fields": FIELDS.split(","), "maxResults": PAGE}
            if self.cloud:
                asked |= {"nextPageToken": token} if token else {}
            else:
                asked["startAt"] = start
            said = self._good(self.service.ask("POST", "/search/jql" if self.cloud else "/search", asked), 200).json()
            found = parts(said, "issues")
            yield from found
            token, start = str(said.get("nextPageToken") or ""), start + len(found)
            total = said.get("total")
            if not found or (self.cloud and not token) or (isinstance(total, int) and start >= total):
                return

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> tracker.Delivery:
        if self.settings.webhook_key_env and not self.settings.webhook_secret_env:
            key = secret_of(self.settings.webhook_key_env, "jira webhook_key_env")
            if not is_code(key, headers.get("x-stanch-key", "")):
                raise tracker.Unsigned("the address ends in no key of ours")
        else:
            secret = secret_of(self.settings.webhook_secret_env, "jira webhook_secret_env")
            if not github_signature_ok(secret, body, headers.get("x-hub-signature", "")):
                raise tracker.Unsigned("X-Hub-Signature is not that of the body with our secret")
        said = object_of(body)
        identity = str(part(said, "issue").get("id") or "")
        repeated = f"{identity}:{said.get('timestamp', '')}" if identity else ""
        return tracker.Delivery(
            headers.get("x-atlassian-webhook-identifier") or repeated, (identity,) if identity else ()
        )

    def check(self, places: list[str]) -> str:
        who = self._good(self.service.ask("GET", "/myself"), 200).json().get("displayName", "unknown")
        for place in places:
            self._good(self.service.ask("GET", f"/project/{_project(place)}"), 200)
        return ", ".join([f"answers as {who}", *(f"sees {place}" for place in places)])

    def _account(self, account: str) -> str:
        """What the API calls a person; empty for nobody. E-mail addresses are looked up in the Cloud."""
        if not self.cloud or "@" not in account:
            return account
        if account not in self._accounts:
            found = rows(self._good(self.service.ask("GET", f"/user/search?{urlencode({'query': account})}"), 200))
            if len(found) != 1:
                return ""
            self._accounts[account] = str(found[0].get("accountId", ""))
        return self._accounts[account]

    def _person(self, account: str) -> dict[str, str]:
        return {"accountId": account} if self.cloud else {"name": account}

    def _text(self, text: str) -> Any:
        text = cut(text, TEXT_CHARACTERS)
        return document(text) if self.cloud else wiki(text)

    def _good(self, answer: HttpResponse, status: int) -> HttpResponse:
        if answer.status != status:
            raise self.service.refused(answer, HINTS)
        return answer

    def _issue(self, said: Mapping[str, Any]) -> tracker.Ticket:
        fields, key = part(said, "fields"), str(said.get("key", ""))
        status, resolution = part(fields, "status"), str(part(fields, "resolution").get("name") or "")
        state: tracker.TicketState = "open"
        if _category(status) == "done":
            state = "dropped" if resolution in self.settings.dropped_resolutions else "done"
        person = part(fields, "assignee")
        owner = str(person.get("accountId" if self.cloud else "name") or "")
        known = tuple(account for account, identity in self._accounts.items() if identity == owner)
        also = tuple(str(person[name]) for name in ("emailAddress",) if person.get(name)) + known
        words = str(status.get("name", "")) + (f" ({resolution})" if resolution else "")
        return tracker.Ticket(
            str(said.get("id", "")), key, str(part(fields, "project").get("key") or key.rpartition("-")[0]),
            f"{self.settings.base_url.rstrip('/')}/browse/{key}", str(fields.get("summary", "")), state,
            moment_of(fields.get("updated")), owner, also, str(fields.get("duedate") or ""), words,
        )  # fmt: skip


def pause(answer: HttpResponse, now: float) -> float | None:
    """A limit is a 429; a 503 may name seconds too."""
    if answer.status == 429:
        return answer.after if answer.after is not None else PAUSE_SECONDS
    return answer.after if answer.status == 503 else None


def _category(status: Mapping[str, Any]) -> str:
    """``new``, ``indeterminate`` or ``done``: names are each team's own, and translated."""
    return str(part(status, "statusCategory").get("key", ""))


def _required(transition: Mapping[str, Any]) -> list[str]:
    return [name for name in part(transition, "fields") if part(transition, "fields", name).get("required")]


def _project(place: str) -> str:
    """Raises ``Failed`` for what is no key of a project."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", place):
        raise Failed(f"'{place}' is no project of Jira; write its key, such as OPS", again=False)
    return place


def _id(reference: tracker.TicketReference) -> str:
    return reference.id if reference.id.isdecimal() else "0"


def build(settings: Settings) -> tracker.Tracker:
    """For the scanner in main."""
    return Jira(settings)


INTEGRATION = Integration("Jira", "trackers", Settings, build)
