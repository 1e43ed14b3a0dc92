"""Passwords, kept as argon2 hashes."""

import threading
from functools import lru_cache

import argon2

from stanch.db.connection import Database
from stanch.kernel.errors import Invalid, TooMany, Unauthenticated

SHORTEST, LONGEST = 10, 1000
_hasher = argon2.PasswordHasher()
# One verification takes 64 MB and a core on purpose: the most at once, and the most that wait; further ones get 429.
AT_ONCE, WAITING = 2, 6
_verifying = threading.BoundedSemaphore(AT_ONCE)
_waiting = threading.BoundedSemaphore(AT_ONCE + WAITING)


def hashed(password: str) -> str:
    """The argon2 hash. Raises ``Invalid`` for a password that is too short or too long."""
    if len(password) < SHORTEST:
        raise Invalid(f"The password is shorter than {SHORTEST} characters.", field="password")
    if len(password) > LONGEST:
        raise Invalid(f"The password is longer than {LONGEST} characters.", field="password")
    return _hasher.hash(password)


def check(database: Database, name: str, password: str) -> str:
    """The person of a name and password. Raises ``Unauthenticated``; an unknown name takes as long as a wrong password."""
    with database.reading() as tx:
        row = tx.one("SELECT password FROM people WHERE name = :name", name=name)
    known = row["password"] if row else ""
    if not _waiting.acquire(blocking=False):
        raise TooMany("Very many are signing in at the moment.", hint="Try again in a few seconds.")
    try:
        with _verifying:
            _hasher.verify(known or _hash_of_nobody(), password[:LONGEST])
        right = bool(known)
    except argon2.exceptions.Argon2Error:
        right = False
    finally:
        _waiting.release()
    if not right:
        raise Unauthenticated("Name or password is wrong.")
    return name


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")
