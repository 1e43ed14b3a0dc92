"""``/stanch ...`` in Slack and the Acknowledge button: the chat face, by whoever the contacts say that this member is.

Slack waits three seconds, and shows a person nothing of an answer that is not 200: so every problem is a sentence, said
to the one who asked alone.
"""

from __future__ import annotations

import os
import re
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY, Done
from stanch.kernel.errors import Denied, Invalid, NotFound, Problem, Unauthenticated
from stanch.kernel.filling import fill
from stanch.respond.chat import parse
from stanch.respond.overview import Incidents, incidents
from stanch.web import requests
from stanch.web.bodies import form_of, read_body
from stanch.web.slack_requests import SlackCommand, command_of, presses_of, verify

if TYPE_CHECKING:
    from stanch.main import Stanch

BODY_LIMIT = 200_000
ROWS = 15
USAGE = "Write for example `/stanch incidents`, `/stanch ack INC-1` or `/stanch say INC-1 the deploy is rolled back`."
INCIDENT = re.compile(r"(?<!\S)inc-[1-9][0-9]*(?!\S)", re.IGNORECASE)


def routes(stanch: Stanch) -> list[Route]:
    """The two addresses of a Slack app: its slash command, and its interactivity."""

    async def command(request: Request) -> Response:
        form = await _verified(stanch, request)
        return await run_in_threadpool(_command, stanch, form)

    async def interactive(request: Request) -> Response:
        form = await _verified(stanch, request)
        return await run_in_threadpool(_interactive, stanch, form)

    return [
        Route("/hooks/slack/command", command, methods=["POST"]),
        Route("/hooks/slack/interactive", interactive, methods=["POST"]),
    ]


async def _verified(stanch: Stanch, request: Request) -> dict[str, str]:
    """The form, once Slack's signature of its raw bytes is found right."""
    variable = str(stanch.settings.integrations.get("slack", {}).get("signing_secret_env", ""))
    secret = os.environ.get(variable, "").strip() if variable else ""
    if not secret:
        raise NotFound(
            "Slack commands are not configured.",
            hint="Set 'signing_secret_env' of the integration slack, and the variable that it names.",
        )
    body = await read_body(request, BODY_LIMIT)
    given = request.headers.get("x-slack-request-timestamp", ""), request.headers.get("x-slack-signature", "")
    if not verify(secret, given[0], body, given[1], stanch.application.clock.now()):
        raise Unauthenticated(
            "This was not signed by Slack within the last five minutes.",
            hint="Compare the signing secret with the app's, and this machine's clock with the world's.",
        )
    return form_of(body).last()


def _command(stanch: Stanch, form: dict[str, str]) -> Response:
    if form.get("ssl_check"):
        return Response()
    asked = command_of(form)
    try:
        return _whisper(answer(stanch, asked) if asked.line else USAGE)
    except Problem as problem:
        return _whisper(escape(problem.sentence(), quote=False))


def _interactive(stanch: Stanch, form: dict[str, str]) -> Response:
    """The button opens the acknowledge link as well: whoever is not known here acknowledges there."""
    try:
        presses = presses_of(form)
    except ValueError:
        raise Invalid("The payload is not JSON.") from None
    for press in presses:
        if press.action == "acknowledge" and INCIDENT.fullmatch(press.value):
            try:
                answer(stanch, SlackCommand(press.member, f"/ack {press.value}"))
            except Problem:
                pass  # the page that the button opened says it
    return Response()


def answer(stanch: Stanch, asked: SlackCommand) -> str:
    """Carry the line out and answer in mrkdwn. Raises ``Problem``."""
    actor = member(stanch, asked.member)
    line = asked.line
    found = REGISTRY.get(line[1:].split(maxsplit=1)[0]) if line[1:].strip() else None
    incident = ""
    if found is not None and found.needs_incident:
        named = INCIDENT.search(line)
        incident = named[0].upper() if named else _only_live(stanch, actor)
        line = line if named is None else line[: named.start()] + line[named.end() :]
    chosen, values = parse(line, incident)
    done = requests.run(stanch.application, chosen, fill(chosen, values), actor, "chat").value
    text = escape(done.message if isinstance(done, Done) else _read(done), quote=False)
    about = done.incident if isinstance(done, Done) else incident
    return text + (f"\n<{stanch.settings.url()}/incidents/{about}|Open {about}>" if about else "")


def member(stanch: Stanch, identity: str) -> Actor:
    """The person whose contact names this Slack member. Raises ``Denied`` with what to add."""
    names = f"slack:{identity}"
    contacts = stanch.application.policy().contacts
    found = [
        key for key, c in contacts.items() if identity and (names in c.names or names in {way.to for way in c.ways()})
    ]
    if len(found) != 1:
        raise Denied(
            f"stanch does not know who you are{' (several contacts have this id)' if found else ''}.",
            hint=f"Ask for '{names}' under 'names' of your contact in the configuration.",
        )
    return people.actor(stanch.application.database, found[0])


def _only_live(stanch: Stanch, actor: Actor) -> str:
    with stanch.application.reading(actor) as uow:
        live = incidents(uow, Incidents(status="live", limit=10))
    if len(live) == 1:
        return str(live[0].id)
    listed = "; ".join(f"{row.id} {row.title}" for row in live) or "none is open"
    raise Invalid("Which incident?", hint=f"Name it, like INC-1. Open now: {listed}.")


def _read(value: Any) -> str:
    """What a reading command answers, in a few lines."""
    rows = value if isinstance(value, list) else [value]
    lines = [row.line() for row in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(f"and {len(rows) - ROWS} more")
    return "\n".join(lines) or "There is nothing to list."


def _whisper(text: str) -> Response:
    return JSONResponse({"response_type": "ephemeral", "text": text[:3000]}, headers={"Cache-Control": "no-store"})
