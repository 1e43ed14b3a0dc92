"""Byte for byte: the uninvited are answered as if the private incident were not in the data (P6), by every route and every reading command."""

import asyncio
import difflib
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.kernel.errors import Problem
from stanch.web.app import create_app, routes_of
from tests.attacks.test_private import MARK, SECRET, VALUES
from tests.scenarios.house import POLICY, House, belongs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PUBLIC = "INC-1"
# Ids and codes are random, and differ between any two databases.
RANDOM = re.compile(r"\b[a-z]+-[0-9a-f]{10}\b|\b[0-9a-f]{16,64}\b|[A-Za-z0-9_-]{30,}|nonce-\S+")


def lived(house: House, *, private: bool) -> House:
    """A week in which customers, on-call and everybody else see the same, with a private incident in it or without."""

    people.add(house.application.database, "ada", house.clock.now())
    house.gauge.values["errors"] = 0.3
    house.do("deploy", service="shop", release="v1")
    house.do("declare", title="Cart is slow", service="shop")
    if private:
        house.do("declare", title=f"{MARK} breach", service="shop", private=True, severity="SEV-1")
        house.alert(fingerprint="zebra", name=f"{MARK}Alert", summary=f"{MARK} is loose")
        belongs(house, "zebra", SECRET)
    house.settle()
    house.do("ack", incident=PUBLIC)
    if private:
        everything(house)
    house.do("mitigate", incident=PUBLIC, mitigation="drain-b", confirm="zone-b")
    house.wait(seconds=60, step=15)
    house.do("status", incident=PUBLIC, state="investigating", text="Some carts are slow.")
    house.do("say", incident=PUBLIC, text="It is the cache")
    house.gauge.values["errors"] = 0.001
    house.wait(minutes=3, step=15)
    for incident in (PUBLIC, *([SECRET] if private else [])):
        house.do("resolve", incident=incident, override=True, reason=f"{incident} is over")
    house.do("status", incident=PUBLIC, state="resolved", text="Carts are quick again.")
    for incident in (PUBLIC, *([SECRET] if private else [])):
        house.do("close", incident=incident)
        house.do(
            "action", incident=incident, title=f"Cache of {incident}", owner="ada", test="it holds", due="2030-01-01"
        )
        house.do("postmortem", incident=incident, part="impact", text=f"{incident} was slow")
        house.do("postmortem", incident=incident, part="summary", text=f"{incident} was slow")
    if private:
        everything(house)
    house.wait(minutes=2, step=30)
    house.do("declare", title="Search is slow", service="shop")
    if private:
        house.do("declare", title=f"{MARK} again", service="shop", private=True)
    house.wait(minutes=7, step=30)
    return house


FIRST = ("ack", "criteria", "impact", "hypothesis", "timebox", "mitigate", "update", "say", "role", "contribute")
GIVEN: dict[str, Any] = {
    **VALUES, "person": "ben", "text": f"{MARK} text", "reason": MARK, "title": f"{MARK} title", "question": f"{MARK}?", "fallback": MARK, "minutes": 5,
    "subject": MARK, "into": PUBLIC, "other": PUBLIC, "confirm": MARK, "word": MARK, "query": MARK,
}  # fmt: skip
DONE: set[str] = set()


def everything(house: House) -> None:
    """Every writing command that there is about the private incident; what cannot be done at the moment is refused."""
    for name in (*FIRST, *sorted(REGISTRY)):
        command = REGISTRY[name]
        fields = msgspec.structs.fields(command.struct)
        if (
            command.reading
            or "incident" not in command.struct.__struct_fields__
            or name in ("resolve", "close", "phase")
        ):
            continue
        required = {f.name: GIVEN.get(f.name, "x") for f in fields if f.required and f.name != "incident"}
        for values in (required, {f.name: GIVEN[f.name] for f in fields if f.name in GIVEN and f.name != "incident"}):
            with suppress(Problem, msgspec.ValidationError):
                house.do(name, incident=SECRET, **values)
                DONE.add(name)
    with house.application.reading(Actor("mallory")) as uow:
        assert not uow.may_see(SECRET, True)


def plain(text: str) -> str:
    # How long a run took is measured by the machine's clock; and which database it is, both may know.
    text = re.sub(
        r"/tmp/\S+|%2F(run|page)-\w+|sha256 \w+|Applied after [\d.]+ s|(?<=<dd>)(sqlite|postgresql)", "#", text
    )
    return RANDOM.sub("#", text).replace("\u200b", "")


def answers(house: House) -> dict[str, str]:
    """What mallory, who has an account, and what a stranger is answered everywhere."""
    found: dict[str, str] = {}
    with TestClient(create_app(house.stanch), follow_redirects=False) as client:
        bearer = house.bearer("mallory")
        for path in addresses(house):
            for who, headers in (("mallory", bearer), ("a stranger", {})):
                for accept in ("text/html",):
                    answer = client.get(path, headers={**headers, "Accept": accept})
                    kept = {k: v for k, v in answer.headers.items() if k not in ("date", "content-length", "etag")}
                    text = answer.text
                    if answer.headers.get("content-type") == "application/zip":
                        inside = zipfile.ZipFile(io.BytesIO(answer.content))
                        text = "\n".join(f"{name}: {inside.read(name)!r}" for name in inside.namelist())
                    found[f"GET {plain(path)} as {who} ({accept})"] = plain(
                        f"{answer.status_code} {sorted(kept.items())}\n{text}"
                    )
    for incident in (PUBLIC, "INC-2", SECRET):
        for who, headers in (("mallory", bearer), ("a stranger", {})):
            path = f"/api/v1/incidents/{incident}/events"
            found[f"{path} as {who}"] = plain(asyncio.run(streamed(create_app(house.stanch), path, headers)))
    for name, command in sorted(REGISTRY.items()):
        if command.reading:
            for incident in (PUBLIC,):
                needed = [f.name for f in msgspec.structs.fields(command.struct) if f.required]
                values = {field: ({"query": MARK, **VALUES}).get(field, "x") for field in needed if field != "incident"}
                values |= {"incident": incident} if "incident" in command.struct.__struct_fields__ else {}
                try:
                    said = msgspec.json.format(msgspec.json.encode(house.do(name, "mallory", **values))).decode()
                except (Problem, msgspec.ValidationError) as problem:
                    said = str(problem)
                found[f"{name} {values}"] = plain(said)
    return found


async def streamed(app: Any, path: str, headers: dict[str, str]) -> str:
    """The status and the body, of a stream what has happened so far: it does not end by itself."""
    got: list[Any] = []
    there = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict[str, Any]) -> None:
        got.append(message.get("status") or message["body"].decode())
        if len(got) == 3 or ("body" in message and not message.get("more_body", False)):
            there.set()

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http",
             "http_version": "1.1", "server": ("x", 80), "client": ("127.0.0.1", 1),
             "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()]}  # fmt: skip
    answering = asyncio.ensure_future(app(scope, receive, send))
    await asyncio.wait_for(there.wait(), 20)
    answering.cancel()
    with suppress(asyncio.CancelledError):
        await answering
    return "\n".join(map(str, got))


def addresses(house: House) -> Iterator[str]:
    with house.application.reading(Actor("admin", admin=True)) as uow:
        record = uow.record(PUBLIC)
    names = {
        "page": next(iter(record.pages)), "run": next(iter(record.runs)), "test": "test-1", "figure": "resolve", "port": "notifiers",
        "comment": "C1", "person": "ada", "person:path": "ada", "item": "A1", "code": "0" * 40, "name": "rollback", "digest": "0" * 64,
        "schedule:path": "primary", "rest:path": "none",
    }  # fmt: skip
    for route in routes_of(house.stanch):
        if "GET" in (getattr(route, "methods", None) or ()) and not route.path.endswith("/events"):
            incidents = (PUBLIC, "INC-2", SECRET) if re.search(r"\{(incident|id)\}", route.path) else ("",)
            for incident in incidents:
                filled = {**names, "incident": incident, "id": incident}
                yield re.sub(r"\{([^}]+)\}", lambda match: filled[match[1]], route.path)  # noqa: B023
    yield from ("/incidents?q=", f"/incidents?q={MARK}", "/incidents?status=closed", "/api/v1/incidents?limit=1", "/api/v1/signals?limit=100",
                "/learning?days=400", f"/find?q={MARK}", "/find?q=slow", "/find?q=1000001", "/actions?q=a")  # fmt: skip


def test_nothing_anywhere_differs(tmp_path: Path, postgres_url: str) -> None:
    """The one without is on SQLite and the one with it on PostgreSQL: the same is answered on both."""
    both = []
    for private in (False, True):
        folder = tmp_path / ("one", "two")[private]
        folder.mkdir()
        house = House(postgres_url if private else f"sqlite:///{folder}/stanch.db", folder, POLICY)
        both.append(answers(lived(house, private=private)))
        house.application.database.close()
    without, with_it = both
    assert len(DONE) > 25, sorted(DONE)
    assert without.keys() == with_it.keys()
    assert "event: entry" in without[f"/api/v1/incidents/{PUBLIC}/events as mallory"]
    differing = {
        what: [
            line[:400]
            for line in difflib.unified_diff(without[what].split("\n"), with_it[what].split("\n"), lineterm="", n=0)
        ][2:]
        for what in without
        if without[what] != with_it[what]
    }
    assert not differing, "\n".join(f"{what}\n  " + "\n  ".join(lines[:6]) for what, lines in differing.items())
