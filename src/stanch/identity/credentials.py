"""Credentials: API tokens, browser sessions and one-time links, one table for the three kinds.

A secret has 256 random bits, is stored as its SHA-256 and found by it, so no comparison leaks anything about it.
"""

from typing import Literal

from stanch.db.connection import Database
from stanch.db.transaction import Transaction
from stanch.identity import people
from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY, MINUTE
from stanch.kernel.errors import Unauthenticated
from stanch.kernel.ids import digest, new_secret

Kind = Literal["token", "session", "once"]
SESSION_FOR, LINK_FOR, SETUP_FOR, INVITED_FOR = 14 * DAY, 10 * MINUTE, DAY, 7 * DAY


def person_of(database: Database, secret: str, kind: Kind, now: int) -> Actor | None:
    """The person whose valid credential this is."""
    with database.reading() as tx:
        row = tx.one(
            "SELECT p.name, p.admin FROM credentials c JOIN people p ON p.name = c.person "
            "WHERE c.digest = :digest AND c.kind = :kind AND (c.expires_at IS NULL OR c.expires_at > :now)",
            digest=stored(secret), kind=kind, now=now,
        )  # fmt: skip
    return Actor(row["name"], admin=bool(row["admin"])) if row else None


def still_valid(database: Database, digests: set[str], now: int) -> set[str]:
    """Those of the stored credentials that have not ended or run out, of people who are still there."""
    listed, found = sorted(digests), set()
    with database.reading() as tx:
        for start in range(0, len(listed), 200):
            names = {f"d{i}": one for i, one in enumerate(listed[start : start + 200])}
            rows = tx.all(
                f"SELECT c.digest FROM credentials c JOIN people p ON p.name = c.person "
                f"WHERE c.digest IN ({', '.join(f':{name}' for name in names)}) AND (c.expires_at IS NULL OR c.expires_at > :now)",
                now=now, **names,
            )  # fmt: skip
            found |= {str(row["digest"]) for row in rows}
    return found


def create_token(database: Database, person: str, now: int, name: str = "") -> str:
    """A bearer token, shown this once. Raises ``NotFound``."""
    return _issue(database, person, "token", now, None, name)


def revoke_tokens(database: Database, person: str, name: str) -> int:
    """End a person's tokens of this name; answers with how many."""
    with database.transaction() as tx:
        return revoke_in(tx, person, name)


def revoke_in(tx: Transaction, person: str, name: str) -> int:
    """The same within a transaction that is open already."""
    return tx.execute(
        "DELETE FROM credentials WHERE person = :person AND kind = 'token' AND name = :name", person=person, name=name
    )


def tokens(tx: Transaction, person: str) -> list[tuple[str, int]]:
    """The names of a person's tokens, and when each was made; the newest first."""
    rows = tx.all(
        "SELECT name, created_at FROM credentials WHERE person = :person AND kind = 'token' ORDER BY created_at DESC",
        person=person,
    )
    return [(str(row["name"]), int(row["created_at"])) for row in rows]


def end_sessions(tx: Transaction, person: str) -> int:
    """End every session of a person; answers with how many."""
    return tx.execute("DELETE FROM credentials WHERE person = :person AND kind = 'session'", person=person)


def open_session(database: Database, person: str, now: int) -> str:
    """The secret of a new session, for the browser's cookie."""
    secret = _issue(database, person, "session", now, SESSION_FOR)
    with database.transaction() as tx:  # signing in ends the invitation
        tx.execute("DELETE FROM credentials WHERE kind = 'once' AND name = 'invite' AND person = :p", p=person)
        tx.execute("UPDATE people SET came_at = :now WHERE name = :p AND came_at IS NULL", p=person, now=now)
    return secret


def came(tx: Transaction) -> set[str]:
    """Who has signed in once; an invitation, or a link that was made on the server, is not that yet."""
    return {str(row["name"]) for row in tx.all("SELECT name FROM people WHERE came_at IS NOT NULL")}


def end_session(database: Database, secret: str) -> None:
    """End a session; an unknown one is none."""
    with database.transaction() as tx:
        tx.execute("DELETE FROM credentials WHERE digest = :d AND kind = 'session'", d=stored(secret))


def create_link(database: Database, person: str, now: int) -> str:
    """The code of a one-time sign-in link, good for ten minutes. Raises ``NotFound``."""
    return _issue(database, person, "once", now, LINK_FOR)


def invite(tx: Transaction, person: str, now: int) -> str:
    """The code of an invitation, good once within a week; it replaces the one before."""
    tx.execute("DELETE FROM credentials WHERE kind = 'once' AND name = 'invite' AND person = :person", person=person)
    return _write(tx, person, "once", now, INVITED_FOR, "invite")


def invitations(tx: Transaction) -> dict[str, int]:
    """Who is invited and has not come yet, and until when the link works; one that ran out is listed with that moment, too."""
    rows = tx.all("SELECT person, expires_at FROM credentials WHERE kind = 'once' AND name = 'invite'")
    return {str(row["person"]): int(row["expires_at"]) for row in rows}


def create_setup_link(database: Database, now: int) -> str:
    """The code of a link good for a day that makes the first admin, who says their name then; it replaces the one before."""
    with database.transaction() as tx:
        tx.execute("DELETE FROM credentials WHERE kind = 'once' AND name = 'setup'")
    return _issue(database, "admin", "once", now, SETUP_FOR, "setup", must_exist=False)


def makes_admin(database: Database, code: str, now: int) -> bool:
    """Whether this code is that of a setup link which still works."""
    with database.reading() as tx:
        row = tx.one(
            "SELECT name FROM credentials WHERE digest = :d AND kind = 'once' AND expires_at > :now",
            d=stored(code), now=now,
        )  # fmt: skip
    return row is not None and row["name"] == "setup"


def use_link(database: Database, code: str, now: int, name: str = "") -> str:
    """Use up a one-time code; answers with the person. ``name``: what the first admin wants to be called.

    Raises ``Unauthenticated``, and ``Invalid`` for a name that cannot be one; then the code still works.
    """
    wanted = people.checked(name) if name else ""
    with database.transaction() as tx:
        row = tx.one(
            "SELECT person, name FROM credentials WHERE digest = :d AND kind = 'once' AND expires_at > :now",
            d=stored(code), now=now,
        )  # fmt: skip
        # Deleting the row uses the link, so that two concurrent requests cannot both succeed.
        if row is None or not tx.execute("DELETE FROM credentials WHERE digest = :d", d=stored(code)):
            raise Unauthenticated("This link has been used or is too old.", hint="Ask for a new one.")
        if row["name"] == "setup":
            person = wanted or str(row["person"])
            people.insert(tx, person, now, admin=True)
            return person
    return str(row["person"])


def link_address(base: str, code: str) -> str:
    """The address to open, below the address of the product."""
    return f"{base}/login?once={code}"


def _issue(
    database: Database, person: str, kind: Kind, now: int, lasts: int | None, name: str = "", *, must_exist: bool = True
) -> str:
    with database.transaction() as tx:
        if must_exist and tx.one("SELECT 1 AS yes FROM people WHERE name = :person", person=person) is None:
            raise people.unknown(person)
        return _write(tx, person, kind, now, lasts, name)


def _write(tx: Transaction, person: str, kind: Kind, now: int, lasts: int | None, name: str) -> str:
    secret = new_secret()
    tx.execute("DELETE FROM credentials WHERE expires_at < :now AND name <> 'invite'", now=now)
    tx.execute(
        "INSERT INTO credentials (digest, person, kind, name, created_at, expires_at) "
        "VALUES (:digest, :person, :kind, :name, :now, :expires)",
        digest=stored(secret), person=person, kind=kind, name=name, now=now,
        expires=None if lasts is None else now + lasts,
    )  # fmt: skip
    return secret


def stored(secret: str) -> str:
    """What the database keeps of a secret."""
    # Headers are Latin-1: invalid characters must not raise here.
    return digest(secret.encode("utf-8", "replace").decode())
