"""Who may sign in, and with what. Secrets are stored only as digests: argon2 for passwords, SHA-256 for random tokens."""

from stanch.db.transaction import Transaction
from stanch.kernel.actor import Actor
from stanch.kernel.clock import DAY
from stanch.kernel.errors import Conflict, Invalid, NotFound
from stanch.kernel.ids import digest, new_secret

LIFE = {"token": None, "session": 14 * DAY, "once": DAY}


def add_person(tx: Transaction, name: str, *, admin: bool, password: str, now: int) -> None:
    """Add a person. Raises ``Conflict`` when the name is taken."""
    if not name.strip() or len(name) > 100:
        raise Invalid("A name has 1 to 100 characters.", field="name")
    added = tx.execute(
        "INSERT INTO people (name, password, admin, created_at) VALUES (:name, :password, :admin, :now) ON CONFLICT (name) DO NOTHING",
        name=name.strip(), password=_hashed(password) if password else "", admin=int(admin), now=now,
    )  # fmt: skip
    if not added:
        raise Conflict(f"{name} is known already.")


def create_credential(tx: Transaction, person: str, kind: str, now: int, *, name: str = "") -> str:
    """A new token, session or one-time code of a person; the secret is answered once and not kept."""
    if tx.one("SELECT 1 AS yes FROM people WHERE name = :person", person=person) is None:
        raise NotFound(f"There is nobody called {person}.", hint=f"Add them with 'stanch user add {person}'.")
    secret, life = new_secret(), LIFE[kind]
    tx.execute(
        "INSERT INTO credentials (digest, person, kind, name, created_at, expires_at) VALUES (:digest, :person, :kind, :name, :now, :until)",
        digest=digest(secret), person=person, kind=kind, name=name, now=now, until=now + life if life else None,
    )  # fmt: skip
    return secret


def once_link(tx: Transaction, person: str, url: str, now: int) -> str:
    """A link that signs a person in once. The page behind it asks for a click: mail scanners fetch links too."""
    return f"{url}/login?once={create_credential(tx, person, 'once', now)}"


def holder(tx: Transaction, secret: str, kind: str, now: int) -> Actor | None:
    """Whose credential this is, or None. Looked up by digest: timing says nothing about the secret."""
    row = tx.one(
        "SELECT p.name, p.admin FROM credentials c JOIN people p ON p.name = c.person WHERE c.digest = :digest AND c.kind = :kind "
        "AND (c.expires_at IS NULL OR c.expires_at > :now)", digest=digest(secret), kind=kind, now=now,
    )  # fmt: skip
    return Actor(row["name"], admin=bool(row["admin"])) if row else None


def revoke(tx: Transaction, secret: str) -> bool:
    """Use up or sign out a credential; answers whether it was there (so that a one-time code works once)."""
    return tx.execute("DELETE FROM credentials WHERE digest = :digest", digest=digest(secret)) == 1


def password_right(tx: Transaction, name: str, password: str) -> bool:
    """Check a password in the same time whether or not the person exists."""
    import argon2

    row = tx.one("SELECT password FROM people WHERE name = :name", name=name)
    try:
        return argon2.PasswordHasher().verify(row["password"] if row and row["password"] else _NOBODY, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _hashed(password: str) -> str:
    import argon2

    if len(password) < 10:
        raise Invalid(
            "The password is shorter than 10 characters.", field="password", hint="A sentence is easy to keep in mind."
        )
    return argon2.PasswordHasher().hash(password)


# A hash that no password answers to: verifying against it takes as long as against a real one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
