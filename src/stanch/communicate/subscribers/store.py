"""The table of subscribers: requested, confirmed, unsubscribed. Links carry an HMAC, so no secret is stored (formats/18, 18.8)."""

import base64
import hashlib
import hmac
import secrets
from typing import Literal

import msgspec

from stanch.communicate.subscribers import limits
from stanch.db.transaction import Row
from stanch.kernel.clock import DAY
from stanch.kernel.errors import Conflict
from stanch.ports.signature import is_code
from stanch.timeline.unit_of_work import UnitOfWork

Kind = Literal["mail", "webhook", "slack", "teams", "push"]
# Those whose address somebody enters; a browser subscribes itself.
KINDS: tuple[Kind, ...] = ("mail", "webhook", "slack", "teams")
Purpose = Literal["confirm", "leave", "sign"]
# ``ASKED_MOST``: questions for one subscription.
PENDING_DAYS, ASKED_MOST = 7, 3
# Strangers decide how long an answer to a question takes: nothing else waits for it.
LANE = "subscribers"
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


def ask(
    uow: UnitOfWork,
    page: str,
    kind: Kind,
    address: str,
    components: list[str],
    *,
    sender: str = "",
    keys: tuple[str, str, str] | None = None,
) -> None:
    """Record an unconfirmed subscription and send the confirmation request; nothing is sent to a known address or after too many requests.

    The answer is always the same, so that nobody learns who subscribes. ``sender``: the network that asked, as ``limits.sender_of`` writes it.
    ``keys``: those of a browser; with others than before it is asked again.
    """
    uow.tx.execute(
        "DELETE FROM status_subscribers WHERE state = 'pending' AND created_at < :old", old=uow.now - PENDING_DAYS * DAY
    )
    row = uow.tx.one(
        "SELECT id, state, asked, push FROM status_subscribers WHERE page = :page AND kind = :kind AND address = :address",
        page=page, kind=kind, address=address,
    )  # fmt: skip
    told = {
        "components": msgspec.json.encode(components).decode(),
        "push": msgspec.json.encode(keys).decode() if keys else "",
    }
    if row and keys and row["push"] != told["push"]:
        leave(uow, row["id"])
        row = None
    if row is None:
        number, asked = _added(uow, page, kind, address, sender, told), 1
    elif row["state"] == "pending":
        number, asked = _again(uow, row, limits.target_of(kind, address)[0], told)
    else:
        number, asked = 0, 0
        if keys:  # nobody else knows the address of a browser
            _update(uow, row["id"], row["asked"], told)
    if number:
        key = f"subscriber-question:{number}:{asked}:{uow.now}"
        uow.effect(key, "subscriber_question", "", {"subscriber": number}, lane=LANE)


def _added(uow: UnitOfWork, page: str, kind: Kind, address: str, sender: str, told: dict[str, str]) -> int:
    """The number of a new one; 0 where there was too much of it."""
    target, host = limits.target_of(kind, address)
    if limits.asked_enough(uow, sender, target, host):
        return 0
    limits.make_room(uow)
    # A random number, so that none is reused: links of an earlier subscriber would be valid for the new one.
    number = 1 + secrets.randbelow(NUMBERS)
    uow.tx.execute(
        "INSERT INTO status_subscribers (id, page, kind, address, components, push, state, created_at, sender, target, host) "
        "VALUES (:id, :page, :kind, :address, :components, :push, 'pending', :now, :sender, :target, :host)",
        id=number, page=page, kind=kind, address=address, now=uow.now, sender=sender, target=target, host=host, **told,
    )  # fmt: skip
    return number


def _again(uow: UnitOfWork, row: Row, target: str, told: dict[str, str]) -> tuple[int, int]:
    """The number and the how manieth question; 0 where it was asked often enough."""
    if row["asked"] >= ASKED_MOST or limits.asked_enough(uow, "", target, ""):
        return 0, 0
    _update(uow, row["id"], int(row["asked"]) + 1, told)
    return int(row["id"]), int(row["asked"]) + 1


def _update(uow: UnitOfWork, number: int, asked: int, told: dict[str, str]) -> None:
    uow.tx.execute(
        "UPDATE status_subscribers SET asked = :asked, components = :components, push = :push WHERE id = :id",
        asked=asked, id=number, **told,
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
    """Confirm; whether there was something to confirm. Repeating it is harmless. Raises ``Conflict`` when the page is full."""
    row = uow.tx.one("SELECT state, sender, created_at FROM status_subscribers WHERE id = :id", id=number)
    if row is None or row["state"] == "active":
        return row is not None
    if row["created_at"] <= uow.now - PENDING_DAYS * DAY:
        return False
    if limits.full(uow, row["sender"]):
        raise Conflict("This page has as many followers as it takes.", hint="Its feeds have no limit.")
    uow.tx.execute(
        "UPDATE status_subscribers SET state = 'active', confirmed_at = :now WHERE id = :id", now=uow.now, id=number
    )
    return True


def page_of(uow: UnitOfWork, number: int) -> str:
    """The page that a subscriber follows; empty for one that is gone."""
    row = uow.tx.one("SELECT page FROM status_subscribers WHERE id = :id", id=number)
    return str(row["page"]) if row else ""


def found(uow: UnitOfWork, number: int) -> Subscriber | None:
    """A subscriber by number, confirmed or not; None for one that is gone."""
    row = uow.tx.one("SELECT * FROM status_subscribers WHERE id = :id", id=number)
    return subscriber_of(row) if row else None


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
