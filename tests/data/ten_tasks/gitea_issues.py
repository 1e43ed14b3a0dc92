"""Tickets as issues of Gitea: the example of a tracker."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from stanch.kernel.clock import iso
from stanch.ports import Gone
from stanch.ports.integration import Integration
from stanch.ports.tracker import Delivery, NewTicket, Ticket, TicketChange, TicketReference, Tracker, Unsigned
from stanch.ports.tracker_service import TrackerService, hidden, moment_of, rows
from stanch.ports.web_service import secret_of


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    base_url: Annotated[str, msgspec.Meta(description="The address of Gitea.")]
    token_env: Annotated[str, msgspec.Meta(description="The environment variable that holds an access token.")]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 10.0


class GiteaIssues:
    """A project is ``owner/repository``."""

    name, title, prefix, by_mail = "gitea_issues", "Gitea", "gitea", False

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.service = TrackerService(
            self.title, settings.base_url + "/api/v1", settings.timeout, self._headers, lambda answer, now: None
        )

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"token {secret_of(self.settings.token_env, 'gitea_issues token_env')}"}

    def create(self, wanted: NewTicket) -> Ticket:
        """The issue of an earlier attempt, by our mark, else a new one."""
        if wanted.tried_at:
            for each in rows(self.service.ask("GET", f"/repos/{wanted.place}/issues?state=all&q={wanted.mark}")):
                return msgspec.structs.replace(self._issue(wanted.place, each), found=True)
        body = {"title": wanted.title, "body": f"{wanted.text}\n\n{hidden(wanted.mark)}"}
        return self._asked("POST", wanted.place, "", body)

    def read(self, reference: TicketReference) -> Ticket:
        """As it is now."""
        return self._asked("GET", reference.place, "/" + reference.key.rpartition("#")[2])

    def change(self, reference: TicketReference, change: TicketChange) -> Ticket:
        """Title and state; what Gitea does not have is left out."""
        fields: dict[str, Any] = {} if change.title is None else {"title": change.title}
        if change.state is not None:
            fields["state"] = "open" if change.state == "open" else "closed"
        return self._asked("PATCH", reference.place, "/" + reference.key.rpartition("#")[2], fields)

    def changed(self, place: str, since: int) -> list[Ticket]:
        """By the list's own filter."""
        answer = self.service.ask("GET", f"/repos/{place}/issues?state=all&since={iso(since)}")
        return [self._issue(place, each) for each in rows(answer)]

    def delivery(self, headers: Mapping[str, str], body: bytes, now: int) -> Delivery:
        """Webhooks are not read; changes are polled."""
        raise Unsigned("Gitea's webhooks are not read")

    def check(self, places: list[str]) -> str:
        """Who we are there."""
        return f"answers as {self.service.ask('GET', '/user').json().get('login', 'unknown')}"

    def _asked(self, method: str, place: str, rest: str, body: Any = None) -> Ticket:
        answer = self.service.ask(method, f"/repos/{place}/issues{rest}", body)
        if answer.status in (404, 410):
            raise Gone("the issue is not there any more")
        if answer.status not in (200, 201):
            raise self.service.refused(answer, {})
        return self._issue(place, answer.json())

    def _issue(self, place: str, said: Mapping[str, Any]) -> Ticket:
        number, state = said.get("number"), said.get("state")
        return Ticket(
            str(said.get("id")), f"{place}#{number}", place, str(said.get("html_url", "")), str(said.get("title", "")),
            "open" if state == "open" else "done", moment_of(said.get("updated_at")),
        )  # fmt: skip


def build(settings: Settings) -> Tracker:
    """For the scanner in main."""
    return GiteaIssues(settings)


INTEGRATION = Integration("Gitea Issues", "trackers", Settings, build)
