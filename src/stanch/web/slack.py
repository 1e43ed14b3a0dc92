"""``/stanch ...`` in Slack and the Acknowledge button: the chat face, by whoever the contacts say that this member is.

Slack waits three seconds and shows nothing of an answer other than 200, so every problem is answered as a sentence,
to the one who asked alone.
"""

from __future__ import annotations

import json
import os
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.chat.accounts import owner, unknown
from stanch.chat.inbound import InboundEvents, groups
from stanch.chat.rooms import by_room
from stanch.chat.run_line import INCIDENT, Reply, carry, understand
from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.command import Done
from stanch.kernel.errors import Invalid, NotFound, Problem, Unauthenticated
from stanch.kernel.filling import fill
from stanch.ports.chat import EventReceiver
from stanch.timeline import requests
from stanch.web.bodies import form_of, read_body
from stanch.web.slack_requests import SlackCommand, command_of, presses_of, verify

if TYPE_CHECKING:
    from stanch.main import Stanch

BODY_LIMIT = 200_000
USAGE = "Write for example `/stanch incidents`, `/stanch ack INC-1` or `/stanch say INC-1 the deploy is rolled back`."


def routes(stanch: Stanch) -> list[Route]:
    """The three addresses of a Slack app: its slash command, its events and its interactivity."""

    async def command(request: Request) -> Response:
        form = await _verified(stanch, request)
        return await run_in_threadpool(_command, stanch, form, request.headers["x-slack-signature"])

    async def events(request: Request) -> Response:
        body = await _signed(stanch, request)
        return await run_in_threadpool(_event, stanch, body)

    async def interactive(request: Request) -> Response:
        form = await _verified(stanch, request)
        return await run_in_threadpool(_interactive, stanch, form)

    return [
        Route("/hooks/slack/command", command, methods=["POST"]),
        Route("/hooks/slack/events", events, methods=["POST"]),
        Route("/hooks/slack/interactive", interactive, methods=["POST"]),
    ]


async def _verified(stanch: Stanch, request: Request) -> dict[str, str]:
    """The form, once Slack's signature of its raw bytes is found right."""
    return form_of(await _signed(stanch, request)).last()


async def _signed(stanch: Stanch, request: Request) -> bytes:
    """The raw bytes that Slack signed, with the secret of the notifier or of the chat."""
    named = [stanch.settings.integrations.get(key, {}).get("signing_secret_env") for key in ("slack", "slack_chat")]
    secrets = [secret for variable in named if variable and (secret := os.environ.get(str(variable), "").strip())]
    if not secrets:
        raise NotFound(
            "Slack commands are not configured.",
            hint="Set 'signing_secret_env' of the integration slack or slack_chat, and the variable that it names.",
        )
    body = await read_body(request, BODY_LIMIT)
    stamp, signature = (
        request.headers.get("x-slack-request-timestamp", ""),
        request.headers.get("x-slack-signature", ""),
    )
    now = stanch.application.clock.now()
    if not any(verify(secret, stamp, body, signature, now) for secret in secrets):
        raise Unauthenticated(
            "This was not signed by Slack within the last five minutes.",
            hint="Compare the signing secret with the app's, and this machine's clock with the world's.",
        )
    return body


def _event(stanch: Stanch, body: bytes) -> Response:
    """Stored before it is answered; when storing fails, Slack sends it again."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("The event is not JSON.") from None
    if not isinstance(said, dict):
        raise Invalid("The event is not an object.")
    if said.get("type") == "url_verification":
        return JSONResponse({"challenge": str(said.get("challenge", ""))[:1000]})
    _heard(stanch, said)
    return Response()


def _heard(stanch: Stanch, said: dict[str, Any]) -> None:
    """The events that the chat integration reads from it, if one is configured."""
    for chat in stanch.world.chats.values():
        if chat.prefix == "slack" and isinstance(chat, EventReceiver):
            hearer = InboundEvents(stanch.application, chat)
            for group in groups(chat.pushed(said)):
                hearer.ahead(group)
                with stanch.application.uow(source="chat") as uow:
                    hearer.take(uow, group)


def _command(stanch: Stanch, form: dict[str, str], signature: str) -> Response:
    if form.get("ssl_check"):
        return Response()
    asked = command_of(form)
    try:
        return _whisper(answer(stanch, asked, signature) if asked.line else USAGE)
    except Problem as problem:
        return _whisper(escape(problem.sentence(), quote=False))


def _interactive(stanch: Stanch, form: dict[str, str]) -> Response:
    """The button opens the acknowledge link as well: whoever is not known here acknowledges there."""
    try:
        presses = presses_of(form)
    except ValueError:
        raise Invalid("The payload is not JSON.") from None
    if any(press.action.startswith("choice") for press in presses):
        _heard(stanch, json.loads(form["payload"]))
    for press in presses:
        if press.action == "acknowledge" and INCIDENT.fullmatch(press.value):
            try:
                answer(stanch, SlackCommand(press.member, f"/ack {press.value}"))
            except Problem:
                pass  # the page that the button opened shows the problem
    return Response()


def answer(stanch: Stanch, asked: SlackCommand, signature: str = "") -> str:
    """Carry the line out and answer in mrkdwn. Raises ``Problem``.

    ``signature``: of the request; what was signed once is done once, whoever sends it again within the five minutes that it is good for.
    """
    application = stanch.application
    actor = member(stanch, asked.member)
    with application.reading(actor) as uow:
        room = by_room(uow, "slack", asked.channel) if asked.channel else None
        line = understand(uow, asked.line, room.incident if room else "")
    if line.command is None or line.command.reading:
        with application.reading(actor) as uow:
            reply = carry(uow, line)
    else:
        values = fill(line.command, line.values)
        body = asked.line.encode()
        key = (
            requests.once(requests.principal(actor, values), "/hooks/slack/command", signature, body)
            if signature
            else None
        )
        given = requests.run(application, line.command, values, actor, "chat", key=key)
        done = msgspec.json.decode(given.body, type=Done)
        reply = Reply(done.message, done.incident)
    text = escape(reply.text, quote=False)
    return text + (
        f"\n<{stanch.settings.url()}/incidents/{reply.incident}|Open {reply.incident}>" if reply.incident else ""
    )


def member(stanch: Stanch, identity: str) -> Actor:
    """The person whose contact names this Slack member. Raises ``Denied`` with what to add."""
    person = owner(stanch.application.whole_policy(), "slack", (identity,))
    if not person:
        raise unknown("slack", identity)
    return people.actor(stanch.application.database, person)


def _whisper(text: str) -> Response:
    return JSONResponse({"response_type": "ephemeral", "text": text[:3000]}, headers={"Cache-Control": "no-store"})
