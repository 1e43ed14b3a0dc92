"""What limits who asks for updates on behalf of others: by mailbox, by host and by the network that asks (R33; formats/18, 18.8)."""

import hashlib
import hmac
from urllib.parse import urlsplit

from stanch.timeline.unit_of_work import UnitOfWork

# ``TARGET_MOST``: questions to one mailbox or address, however it is written, for all pages together; ``OPEN_MOST``: open ones of one
# network at one host; ``PENDING_MOST`` and ``MOST``: all unconfirmed, and all confirmed ones.
TARGET_MOST, OPEN_MOST, PENDING_MOST, MOST = 5, 100, 20_000, 200_000
# Mail services that read no dots in a name.
UNDOTTED = ("gmail.com", "googlemail.com")


def target_of(kind: str, address: str) -> tuple[str, str]:
    """Whose mailbox or address it is, however it is written (``maria+shop@``), and at which host."""
    if kind != "mail":
        return address, (urlsplit(address).hostname or "").lower()
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    return f"{local.replace('.', '') if domain in UNDOTTED else local}@{domain}", domain


def sender_of(secret: str, network: str) -> str:
    """The network that asked, so that it cannot be read from the database."""
    return hmac.new(secret.encode(), f"status sender {network}".encode(), hashlib.sha256).hexdigest()[:16]


def asked_enough(uow: UnitOfWork, sender: str, target: str, host: str) -> bool:
    """Whether a mailbox or address was asked often enough without an answer, or one network has that many open questions at a host."""
    row = uow.tx.one(
        "SELECT COALESCE(SUM(asked), 0) AS n FROM status_subscribers WHERE target = :target AND state = 'pending'",
        target=target,
    )
    if row and int(row["n"]) >= TARGET_MOST:
        return True
    return bool(host) and count(uow, "pending", sender, host) >= OPEN_MOST


def make_room(uow: UnitOfWork) -> None:
    """Where too many are unconfirmed, the oldest of the network that has most of them goes: it can push out nobody else's."""
    while count(uow, "pending") >= PENDING_MOST:
        uow.tx.execute(
            "DELETE FROM status_subscribers WHERE id = (SELECT id FROM status_subscribers WHERE state = 'pending' AND sender = "
            "(SELECT sender FROM status_subscribers WHERE state = 'pending' GROUP BY sender ORDER BY COUNT(*) DESC, MIN(created_at) LIMIT 1) "
            "ORDER BY created_at, id LIMIT 1)"
        )


def count(uow: UnitOfWork, state: str, sender: str | None = None, host: str | None = None) -> int:
    which = ("" if sender is None else " AND sender = :sender") + ("" if host is None else " AND host = :host")
    named = {"sender": sender, "host": host}
    row = uow.tx.one(
        f"SELECT COUNT(*) AS n FROM status_subscribers WHERE state = :state{which}",
        state=state, **{name: value for name, value in named.items() if value is not None},
    )  # fmt: skip
    return int(row["n"]) if row else 0


def full(uow: UnitOfWork, sender: str) -> bool:
    """Whether nobody more can follow, or none of this network: from half of all on, one network may have a hundredth of them."""
    there = count(uow, "active")
    return there >= MOST or (there >= MOST // 2 and count(uow, "active", sender) >= MOST // 100)
