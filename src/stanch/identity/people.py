"""Who may sign in."""

import msgspec

from stanch.db.connection import Database
from stanch.db.transaction import Transaction
from stanch.identity import passwords, profiles
from stanch.kernel.actor import Actor
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.names import scripts


class Person(msgspec.Struct, frozen=True):
    """Someone who may sign in. ``password``: whether one is set."""

    name: str
    admin: bool
    password: bool


def add(database: Database, name: str, now: int, *, admin: bool = False, password: str = "") -> None:
    """Add a person. Raises ``Conflict`` when the name is taken, ``Invalid`` for a bad name or password."""
    name = checked(name)
    hashed = passwords.hashed(password) if password else ""
    with database.transaction() as tx:
        if not insert(tx, name, now, admin=admin, hashed=hashed):
            raise Conflict(f"There is a person '{name}' already.")


def checked(name: str) -> str:
    """A name without the blanks around it. Raises ``Invalid`` for one that cannot be shown, or that mixes scripts to look like another."""
    name = name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise Invalid("A person needs a printable name of at most 200 characters.", field="name")
    if mixed := scripts(name):
        raise Invalid(
            f"A name is written in one script, and this one mixes {' and '.join(script.capitalize() for script in mixed)}.",
            field="name", hint="Letters of one look like those of another; write all of it in one.",
        )  # fmt: skip
    return name


def insert(tx: Transaction, name: str, now: int, *, admin: bool, hashed: str = "") -> bool:
    """Write a person's row; False when there is one of this name. The name then belongs to the new person and is no other's display name."""
    added = tx.execute(
        "INSERT INTO people (name, password, admin, created_at) VALUES (:name, :password, :admin, :now) "
        "ON CONFLICT (name) DO NOTHING",
        name=name, password=hashed, admin=int(admin), now=now,
    )  # fmt: skip
    if added:
        profiles.release_name(tx, name)
    return bool(added)


def remove(database: Database, name: str) -> None:
    """Take a person's access away at once; what they wrote stays. Raises ``NotFound``."""
    with database.transaction() as tx:
        remove_in(tx, name)


def remove_in(tx: Transaction, name: str) -> None:
    """The same within a transaction that is open already. Raises ``NotFound``."""
    tx.execute("DELETE FROM credentials WHERE person = :name", name=name)
    # Somebody else may get the name later, and is invited to nothing by that (P6).
    tx.execute("DELETE FROM members WHERE person = :name", name=name)
    profiles.forget(tx, name)
    if not tx.execute("DELETE FROM people WHERE name = :name", name=name):
        raise unknown(name)


def set_admin(tx: Transaction, name: str, admin: bool) -> None:
    """Give or take the rights of an administrator."""
    tx.execute("UPDATE people SET admin = :admin WHERE name = :name", admin=int(admin), name=name)


def set_password(database: Database, name: str, password: str) -> None:
    """Change a person's password; their sessions end. Raises ``NotFound`` and ``Invalid``."""
    hashed = passwords.hashed(password)
    with database.transaction() as tx:
        if not tx.execute("UPDATE people SET password = :hashed WHERE name = :name", hashed=hashed, name=name):
            raise unknown(name)
        tx.execute("DELETE FROM credentials WHERE person = :name AND kind = 'session'", name=name)


def everybody(database: Database) -> list[Person]:
    """Everybody, by name."""
    with database.reading() as tx:
        return everybody_in(tx)


def everybody_in(tx: Transaction) -> list[Person]:
    """The same, in a transaction that is open already."""
    rows = tx.all("SELECT name, admin, password FROM people ORDER BY name")
    return [Person(row["name"], bool(row["admin"]), bool(row["password"])) for row in rows]


def names(tx: Transaction) -> set[str]:
    """The names of everybody, read in a transaction that is open already."""
    return {row["name"] for row in tx.all("SELECT name FROM people")}


def actor(database: Database, name: str) -> Actor:
    """The person as one who acts; a name that may not sign in acts without rights of an admin."""
    with database.reading() as tx:
        row = tx.one("SELECT admin FROM people WHERE name = :name", name=name)
    return Actor(name, admin=bool(row and row["admin"]))


def unknown(name: str) -> NotFound:
    """What to raise when there is no person of this name."""
    return NotFound(f"There is no person '{name}'.", hint="'stanch user list' shows who there is.")
