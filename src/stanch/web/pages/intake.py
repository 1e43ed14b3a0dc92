"""The page of an integration key: its posts and their results, how to configure a sender, and trying a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.detect import digest
from stanch.kernel.errors import NotFound
from stanch.ports import Acknowledgement, Alert, Beat, ChangeEvent, MappedSource, Post, Received, Source
from stanch.timeline.unit_of_work import UnitOfWork
from stanch.web import auth
from stanch.web.pages.render import page, signed_in

if TYPE_CHECKING:
    from stanch.main import Stanch

NEWEST, LOOK_AT, SHOWN_OF_ONE, BODY, CHUNK = 30, 5000, 3, 2000, 400


def routes(stanch: Stanch) -> list[Route]:
    """``/signals/keys/<name>``."""

    def key(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in stanch.settings.intake_keys:
            raise NotFound(f"There is no integration key '{name}'.", hint="The settings page lists them.")
        with stanch.application.reading(auth.require(request)) as uow:
            events = [event for row in _rows(uow, name) if (event := _event(uow, stanch, row))]
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


def read_again(sources: dict[str, Source], row: Any) -> list[Received]:
    """The content of a kept post, read again from its raw body."""
    post = Post(bytes(row["body"]), row["received_at"], row["intake_key"], row["about"])
    return digest.read(sources, row["format"], post)[0]


def may_see_post(uow: UnitOfWork, received: list[Received]) -> bool:
    """Whether nothing in a post belongs to a private incident that one may not see (P6), however far down it stands."""
    fingerprints = [each.fingerprint for each in received if isinstance(each, Alert | Acknowledgement)]
    for start in range(0, len(fingerprints), CHUNK):
        names = {f"f{i}": each for i, each in enumerate(fingerprints[start : start + CHUNK])}
        marks = ", ".join(f":{name}" for name in names)
        rows = uow.tx.all(
            "SELECT s.incident FROM signals s JOIN incidents i ON i.id = s.incident WHERE i.private = 1 "
            f"AND s.fingerprint IN ({marks})", **names,
        )  # fmt: skip
        if not all(uow.may_see(row["incident"], True) for row in rows):
            return False
    return True


def _event(uow: UnitOfWork, stanch: Stanch, row: Any) -> dict[str, Any] | None:
    """One post, and the result of each item in it. None where an item belongs to a private incident."""
    received = read_again(stanch.world.sources, row) if row["state"] != "unparsable" else []
    if not may_see_post(uow, received):
        return None
    body = bytes(row["body"])
    return {
        "id": row["id"], "format": row["format"], "at": row["received_at"], "state": row["state"], "note": row["note"],
        "became": [_became(uow, each) for each in received[:SHOWN_OF_ONE]], "more": len(received) - SHOWN_OF_ONE,
        "bytes": len(body), "body": body[:BODY].decode("utf-8", "replace"), "raw": body,
    }  # fmt: skip


def _became(uow: UnitOfWork, each: Received) -> dict[str, str]:
    if isinstance(each, Beat):
        return {
            "name": f"Heartbeat {each.heartbeat}",
            "what": "failed" if each.failed else "heard",
            "why": "",
            "incident": "",
        }
    if isinstance(each, ChangeEvent):
        return {"name": f"{each.service} {each.release}", "what": "recorded as a deploy", "why": "", "incident": ""}
    row = uow.tx.one("SELECT * FROM signals WHERE fingerprint = :fingerprint", fingerprint=each.fingerprint)
    name = each.name if isinstance(each, Alert) else "acknowledgement"
    if row is None:
        return {"name": name or "a key", "what": "nothing", "why": "no alert of that key is known", "incident": ""}
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
