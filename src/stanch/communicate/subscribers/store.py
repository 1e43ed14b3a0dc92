"""The table of subscribers: requested, confirmed, unsubscribed. Links carry an HMAC, so no secret is stored (formats/18, 18.8)."""

import base64
import hashlib
import hmac
import secrets
from typing import Literal

import msgspec

from stanch.db.transaction import Row
from stanch.kernel.clock import DAY
from stanch.kernel.errors import Conflict
from stanch.ports.signature import is_code
from stanch.timeline.unit_of_work import UnitOfWork

Kind = Literal["mail", "webhook", "slack", "teams", "push"]
# Those whose address somebody enters; a browser subscribes itself.
KINDS: tuple[Kind, ...] = ("mail", "webhook", "slack", "teams")
Purpose = Literal["confirm", "leave", "sign"]
PENDING_DAYS, ASKED_MOST, MOST = 7, 3, 200_000
NUMBERS = 10**15 - 1


class Subscriber(msgspec.Struct, frozen=True):
    """One address that follows one page. ``components``: ids; empty for all. ``push``: the browser's point and secret, and our key."""

    id: int
    page: str
    kind: Kind
    address: str
    components: list[str]
    failing_since: int | None = None
    unsure_at: int | None = None
    push: tuple[str, str, str] | None = None


def subscriber_of(row: Row) -> Subscriber:
    """From its row."""
    push = msgspec.json.decode(row["push"], type=tuple[str, str, str]) if row["push"] else None
    return Subscriber(
        row["id"], row["page"], row["kind"], row["address"], msgspec.json.decode(row["components"], type=list[str]), row["failing_since"], row["unsure_at"], push
    )  # fmt: skip


def ask(uow: UnitOfWork, page: str, kind: Kind, address: str, components: list[str]) -> None:
    """Record an unconfirmed subscription and send the confirmation request; nothing changes for a known address or after too many requests.

    The answer is always the same, so that nobody learns who subscribes.
    """
    uow.tx.execute(
        "DELETE FROM status_subscribers WHERE state = 'pending' AND created_at < :old", old=uow.now - PENDING_DAYS * DAY
    )
    row = uow.tx.one(
        "SELECT id, state, asked FROM status_subscribers WHERE page = :page AND kind = :kind AND address = :address",
        page=page, kind=kind, address=address,
    )  # fmt: skip
    if row is None:
        count = uow.tx.one("SELECT COUNT(*) AS n FROM status_subscribers")
        assert count is not None
        if count["n"] >= MOST:
            return
        # A random number, so that none is reused: links of an earlier subscriber would be valid for the new one.
        number, asked = 1 + secrets.randbelow(NUMBERS), 1
        uow.tx.execute(
            "INSERT INTO status_subscribers (id, page, kind, address, components, state, created_at) "
            "VALUES (:id, :page, :kind, :address, :components, 'pending', :now)",
            id=number, page=page, kind=kind, address=address, components=msgspec.json.encode(components).decode(), now=uow.now,
        )  # fmt: skip
    elif row["state"] == "pending" and row["asked"] < ASKED_MOST:
        number, asked = int(row["id"]), int(row["asked"]) + 1
        uow.tx.execute(
            "UPDATE status_subscribers SET asked = :asked, components = :components WHERE id = :id",
            asked=asked, components=msgspec.json.encode(components).decode(), id=number,
        )  # fmt: skip
    else:
        return
    uow.effect(f"subscriber-question:{number}:{asked}:{uow.now}", "subscriber_question", "", {"subscriber": number})


def follow(uow: UnitOfWork, page: str, endpoint: str, keys: tuple[str, str, str], components: list[str]) -> None:
    """A browser follows a page from now on: it asked its owner itself. Known by its address, it is brought up to date."""
    count = uow.tx.one("SELECT COUNT(*) AS n FROM status_subscribers")
    if count and count["n"] >= MOST:
        raise Conflict("This page has as many followers as it takes.", hint="Its feeds have no limit.")
    uow.tx.execute(
        "INSERT INTO status_subscribers (id, page, kind, address, components, state, created_at, confirmed_at, push) "
        "VALUES (:id, :page, 'push', :address, :components, 'active', :now, :now, :push) ON CONFLICT (page, kind, address) DO UPDATE "
        "SET components = excluded.components, push = excluded.push, failing_since = NULL, error = ''",
        id=1 + secrets.randbelow(NUMBERS), page=page, address=endpoint, components=msgspec.json.encode(components).decode(),
        push=msgspec.json.encode(keys).decode(), now=uow.now,
    )  # fmt: skip


def follower(uow: UnitOfWork, page: str, endpoint: str) -> int:
    """The number of a browser that follows a page; 0 for none."""
    row = uow.tx.one(
        "SELECT id FROM status_subscribers WHERE page = :page AND kind = 'push' AND address = :address",
        page=page, address=endpoint,
    )  # fmt: skip
    return int(row["id"]) if row else 0


def forget(uow: UnitOfWork, page: str, endpoint: str) -> None:
    """A browser follows a page no more; nobody else knows its address."""
    if number := follower(uow, page, endpoint):
        leave(uow, number)


def confirm(uow: UnitOfWork, number: int) -> bool:
    """Confirm; whether there was something to confirm. Repeating it is harmless."""
    return bool(
        uow.tx.execute(
            "UPDATE status_subscribers SET state = 'active', confirmed_at = COALESCE(confirmed_at, :now) WHERE id = :id AND created_at > :old",
            now=uow.now, id=number, old=uow.now - PENDING_DAYS * DAY,
        )
        or uow.tx.one("SELECT 1 AS yes FROM status_subscribers WHERE id = :id AND state = 'active'", id=number)
    )  # fmt: skip


def page_of(uow: UnitOfWork, number: int) -> str:
    """The page that a subscriber follows; empty for one that is gone."""
    row = uow.tx.one("SELECT page FROM status_subscribers WHERE id = :id", id=number)
    return str(row["page"]) if row else ""


def leave(uow: UnitOfWork, number: int) -> None:
    """Delete a subscription and everything known of it. Repeating it is harmless."""
    uow.tx.execute("DELETE FROM status_subscribers WHERE id = :id", id=number)
    uow.tx.execute("DELETE FROM status_deliveries WHERE subscriber = :id AND state = 'queued'", id=number)


def proof(secret: str, purpose: Purpose, number: int) -> str:
    """``17.k3Jd...``: the number and its HMAC, short enough for an unfolded mail header."""
    digest = hmac.new(secret.encode(), f"status subscriber {purpose} {number}".encode(), hashlib.sha256).digest()
    return f"{number}.{base64.urlsafe_b64encode(digest[:16]).decode().rstrip('=')}"


def proven(secret: str, purpose: Purpose, text: str) -> int | None:
    """The subscriber's number, if the proof is valid; else None."""
    number = text.partition(".")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        return None
    right = proof(secret, purpose, int(number))
    return int(number) if is_code(right, text) else None


def signing_secret(secret: str, number: int) -> str:
    """What a webhook of this subscriber is signed with (Standard Webhooks)."""
    digest = hmac.new(secret.encode(), f"status webhook {number}".encode(), hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(digest).decode()
