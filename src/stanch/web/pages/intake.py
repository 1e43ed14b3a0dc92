"""An integration key's own page: what came by it, what became of each, how to point a sender at it, a mapping to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.detect import digest
from stanch.kernel.errors import NotFound
from stanch.ports import Alert, Beat, Change, MappedSource, Post, Received
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

NEWEST, LOOK_AT, SHOWN_OF_ONE, BODY = 30, 5000, 3, 2000


def routes(stanch: Stanch) -> list[Route]:
    """``/signals/keys/<name>``."""

    def key(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in stanch.settings.intake_keys:
            raise NotFound(f"There is no integration key '{name}'.", hint="The settings page lists them.")
        with stanch.application.reading(auth.require(request)) as uow:
            events = [_event(uow, stanch, row) for row in _rows(uow, name)]
            now = uow.now
        query = request.query_params
        tried = _tried(stanch, events, query.get("mapping", ""), query.get("event", ""), now)
        return page(
            request, "intake_key.html", name=name, events=events, url=stanch.settings.url(), now=now, tried=tried,
            mapping=query.get("mapping", ""), event=query.get("event", ""),
        )  # fmt: skip

    return [signed_in("/signals/keys/{name}", key)]


def _rows(uow: UnitOfWork, name: str) -> list[Any]:
    return uow.tx.all(
        "SELECT id, format, received_at, body, about, state, note, intake_key FROM intake WHERE intake_key = :name AND id > "
        f"(SELECT COALESCE(MAX(id), 0) FROM intake) - {LOOK_AT} ORDER BY id DESC LIMIT {NEWEST}",
        name=name,
    )


def _event(uow: UnitOfWork, stanch: Stanch, row: Any) -> dict[str, Any]:
    """One post, and what each thing in it became. Read again from the raw body, which is the truth."""
    post = Post(bytes(row["body"]), row["received_at"], row["intake_key"], row["about"])
    received = digest.read(stanch.world.sources, row["format"], post)[0] if row["state"] != "unparsable" else []
    became = [_became(uow, each) for each in received[:SHOWN_OF_ONE]]
    shown = [text for text in became if text]
    hidden = len(became) - len(shown)
    return {
        "id": row["id"], "format": row["format"], "at": row["received_at"], "state": row["state"], "note": row["note"],
        "became": shown, "more": len(received) - len(became), "bytes": len(post.body),
        # What belongs to a private incident is not shown to the uninvited, its body neither (P6).
        "body": "" if hidden else post.body[:BODY].decode("utf-8", "replace"), "raw": post.body,
    }  # fmt: skip


def _became(uow: UnitOfWork, each: Received) -> dict[str, str] | None:
    if isinstance(each, Beat):
        return {
            "name": f"Heartbeat {each.heartbeat}",
            "what": "failed" if each.failed else "heard",
            "why": "",
            "incident": "",
        }
    if isinstance(each, Change):
        return {"name": f"{each.service} {each.release}", "what": "recorded as a deploy", "why": "", "incident": ""}
    row = uow.tx.one(
        "SELECT s.*, COALESCE(i.private, 0) AS private FROM signals s LEFT JOIN incidents i ON i.id = s.incident "
        "WHERE s.fingerprint = :fingerprint", fingerprint=each.fingerprint,
    )  # fmt: skip
    name = each.name if isinstance(each, Alert) else "acknowledgement"
    if row is None:
        return {"name": name or "a key", "what": "nothing", "why": "no alert of that key is known", "incident": ""}
    if not uow.may_see(row["incident"], bool(row["private"])):
        return None
    how = "" if isinstance(each, Alert) and each.firing else "ended" if isinstance(each, Alert) else "acknowledged"
    return {
        "name": row["name"], "what": f"{row['disposition'] or 'held'}{', ' + how if how else ''}", "why": row["reason"],
        "incident": row["incident"],
    }  # fmt: skip


def _tried(stanch: Stanch, events: list[dict[str, Any]], mapping: str, event: str, now: int) -> dict[str, Any] | None:
    """What a mapping makes of a recent body; nothing is stored."""
    chosen = next((e for e in events if str(e["id"]) == event and e["body"]), None)
    if not mapping.strip() or chosen is None:
        return None
    source = cast(MappedSource, stanch.world.sources["generic"])
    rows, errors = source.try_mapping(mapping[:20_000], chosen["raw"], now)
    return {"rows": rows[:20], "errors": errors[:20], "more": max(0, len(rows) - 20)}
