"""Tickets as issues of Linear, by GraphQL (formats/19, 19.6). We choose the identity of a new one, so that it is never made twice."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from stanch.integrations.linear import queries
from stanch.kernel.clock import iso
from stanch.ports import Failed, Gone
from stanch.ports.integration import Integration
from stanch.ports.message_text import cut, one_line, printable
from stanch.ports.signature import TOLERANCE, hex_signature_ok
from stanch.ports.tracker import (
    Delivery,
    NewTicket,
    Ticket,
    TicketChange,
    TicketReference,
    TicketState,
    Tracker,
    Unsigned,
)
from stanch.ports.tracker_service import (
    MOST_PAGES,
    PAUSE_SECONDS,
    TrackerService,
    moment_of,
    nobody,
    object_of,
    part,
    parts,
    until,
    words_of,
)
from stanch.ports.web_service import HttpResponse, secret_of

TITLE_CHARACTERS, TEXT_CHARACTERS = 250, 60_000


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    token_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable that holds the personal API key, or an OAuth token (lin_oauth_...)."
        ),
    ]
    base_url: Annotated[str, msgspec.Meta(description="The base address of Linear's API.")] = "https://api.linear.app"
    webhook_secret_env: Annotated[
        str,
        msgspec.Meta(
            description="The environment variable with the webhook's signing secret; without it webhooks are refused."
        ),
    ] = ""
    done_state: Annotated[
        str, msgspec.Meta(description="The state to move to when done, by name; the first completed one by default.")
    ] = ""
    dropped_state: Annotated[
        str, msgspec.Meta(description="The state to move to when dropped, by name; the first canceled one by default.")
    ] = ""
    open_state: Annotated[
        str,
        msgspec.Meta(description="The state to move to when reopened, by name; the first unstarted one by default."),
    ] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class Linear:
    """A project is the key of a team. Accounts are e-mail addresses."""

    title, prefix, by_mail = "Linear", "linear", True

    def __init__(self, settings: Settings) -> None:
        self.name = "linear"
        self.settings = settings
        self.service = TrackerService(self.title, settings.base_url, settings.timeout, self._headers, pause)
        self._teams: dict[str, str] = {}
        self._states: dict[tuple[str, TicketState], str] = {}
        self._people: dict[str, str] = {}

    def _headers(self) -> Mapping[str, str]:
        token = secret_of(self.settings.token_env, "linear token_env")
        return {"Authorization": f"Bearer {token}" if token.startswith("lin_oauth") else token}

    def _query(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data. Raises ``Gone`` for an entity that is not there, ``Failed`` for every other error: they come with 200 too."""
        answer = self.service.ask("POST", "/graphql", {"query": query, "variables": variables})
        said = answer.json()
        errors = parts(said, "errors")
        if not errors and answer.status == 200:
            return part(said, "data")
        about = [part(each, "extensions") for each in errors]
        words = "; ".join(str(each.get("userPresentableMessage") or "") for each in about).strip("; ") or words_of(
            answer
        )
        about_one = query in (queries.READ, queries.UPDATE, queries.COMMENT)
        if about_one and any("not found" in str(each.get("message", "")).casefold() for each in errors):
            raise Gone("the issue was deleted, or the key may not see it any more")
        hint = (
            "; check the key"
            if answer.status in (401, 403) or any(each.get("code") == "AUTHENTICATION_ERROR" for each in about)
            else ""
        )
        raise Failed(f"Linear refuses: {cut(one_line(words), 200)}{hint}", again=False)

    def create(self, wanted: NewTicket) -> Ticket:
        if wanted.tried_at and (found := self._ours(wanted)):
            return found
        given: dict[str, Any] = {
            "id": wanted.mark, "teamId": self._team(wanted.place), "title": cut(one_line(wanted.title), TITLE_CHARACTERS),
            "description": cut(printable(wanted.text), TEXT_CHARACTERS),
        }  # fmt: skip
        if wanted.due:
            given["dueDate"] = wanted.due
        person = self._person(wanted.owner) if wanted.owner else ""
        if person:
            given["assigneeId"] = person
        try:
            said = self._query(queries.CREATE, input=given)
        except Failed as failed:
            # A refused duplicate id means that an earlier attempt has created it.
            if not failed.again and (found := self._ours(wanted)):
                return found
            raise
        return nobody(_issue(part(said, "issueCreate", "issue")), wanted.owner, person)

    def _ours(self, wanted: NewTicket) -> Ticket | None:
        try:
            return msgspec.structs.replace(self.read(TicketReference(wanted.mark, "", wanted.place)), found=True)
        except Gone:
            return None

    def read(self, reference: TicketReference) -> Ticket:
        said = part(self._query(queries.READ, id=reference.id), "issue")
        if not said or said.get("trashed"):
            raise Gone("the issue was deleted")
        return _issue(said)

    def change(self, reference: TicketReference, change: TicketChange) -> Ticket:
        given: dict[str, Any] = {}
        if change.title is not None:
            given["title"] = cut(one_line(change.title), TITLE_CHARACTERS)
        if change.due is not None:
            given["dueDate"] = change.due or None
        if change.owner is not None:
            given["assigneeId"] = self._person(change.owner) or None if change.owner else None
        now = self.read(reference)
        if change.state is not None and change.state != now.state:
            given["stateId"] = self._state(now.place, change.state)
        if given:
            now = _issue(part(self._query(queries.UPDATE, id=now.id, input=given), "issueUpdate", "issue"))
        if change.note:
            self._query(
                queries.COMMENT, input={"issueId": now.id, "body": cut(printable(change.note), TEXT_CHARACTERS)}
            )
            now = self.read(reference)
        return nobody(now, change.owner, change.owner and self._person(change.owner))

    def changed(self, place: str, since: int) -> list[Ticket]:
        found: list[Ticket] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            said = part(self._query(queries.CHANGED, team=self._team(place), since=iso(since), after=after), "issues")
            found += [_issue(each) for each in parts(said, "nodes") if not each.get("trashed")]
            page = part(said, "pageInfo")
            after = str(page.get("endCursor") or "")
            if not page.get("hasNextPage") or not after:
                break
        return sorted(found, key=lambda each: each.updated_at)

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> Delivery:
        secret = secret_of(self.settings.webhook_secret_env, "linear webhook_secret_env")
        said = object_of(body)
        if not hex_signature_ok(secret, body, headers.get("linear-signature", "")):
            raise Unsigned("Linear-Signature is not that of the body with our secret")
        sent = said.get("webhookTimestamp")
        if not isinstance(sent, int) or abs(now - sent * 1000) > TOLERANCE:
            raise Unsigned("it was signed more than five minutes ago")
        data = part(said, "data")
        identity = {"Issue": data.get("id"), "Comment": data.get("issueId")}.get(str(said.get("type")))
        return Delivery(headers.get("linear-delivery", ""), (str(identity),) if identity else ())

    def check(self, places: list[str]) -> str:
        who = part(self._query(queries.VIEWER), "viewer").get("name", "unknown")
        for place in places:
            self._teams.pop(place, None)
            self._team(place)
        return ", ".join([f"answers as {who}", *(f"sees {place}" for place in places)])

    def _team(self, place: str) -> str:
        if place not in self._teams:
            if not re.fullmatch(r"[A-Za-z0-9]{1,20}", place):
                raise Failed(f"'{place}' is no team of Linear; write its key, such as OPS", again=False)
            found = parts(part(self._query(queries.TEAM, key=place), "teams"), "nodes")
            if not found:
                raise Failed(f"there is no team {place}, or the key may not see it", again=False)
            self._teams[place] = str(found[0].get("id", ""))
        return self._teams[place]

    def _state(self, place: str, wanted: TicketState) -> str:
        if (place, wanted) not in self._states:
            named = {
                "done": self.settings.done_state,
                "dropped": self.settings.dropped_state,
                "open": self.settings.open_state,
            }
            found = queries.state_for(self._query(queries.STATES, id=self._team(place)), wanted, named[wanted])
            if not found:
                raise Failed(f"the team {place} has no state that means '{wanted}'", again=False)
            self._states[place, wanted] = found
        return self._states[place, wanted]

    def _person(self, email: str) -> str:
        """The identity of a user; empty for nobody."""
        if email not in self._people:
            found = parts(part(self._query(queries.USER, email=email), "users"), "nodes")
            if not found:
                return ""
            self._people[email] = str(found[0].get("id", ""))
        return self._people[email]


def pause(answer: HttpResponse, now: float) -> float | None:
    """Its limit is a 400 with a code, or a 429; the moment that it names is in milliseconds."""
    codes = (
        [part(each, "extensions").get("code") for each in parts(answer.json(), "errors")]
        if answer.status == 400
        else []
    )
    if answer.status != 429 and "RATELIMITED" not in codes:
        return None
    resets = [until(answer.headers.get(f"x-ratelimit-{kind}-reset"), now, 1000) for kind in ("requests", "complexity")]
    named = [each for each in resets if each is not None]
    return answer.after or (min(named) if named else PAUSE_SECONDS)


def _issue(said: Mapping[str, Any]) -> Ticket:
    state, person = part(said, "state"), part(said, "assignee")
    return Ticket(
        str(said.get("id", "")), str(said.get("identifier", "")), str(part(said, "team").get("key", "")), str(said.get("url", "")),
        str(said.get("title", "")), queries.meaning(str(state.get("type", ""))), moment_of(said.get("updatedAt")),
        str(person.get("email") or person.get("id") or ""), (), str(said.get("dueDate") or ""), str(state.get("name", "")),
    )  # fmt: skip


def build(settings: Settings) -> Tracker:
    """For the scanner in main."""
    return Linear(settings)


INTEGRATION = Integration("Linear", "trackers", Settings, build)
