"""The key pair that push services know this stanch by (RFC 8292): made once, kept in the database, so that all replicas share it.

The private key is encrypted with the secret key, so that a copy of the database is not enough to push. Browsers are bound to the public key.
"""

import base64
import os
from typing import TYPE_CHECKING

import msgspec

from stanch.kernel.base64url import packed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from stanch.db.connection import Database


class PushKey(msgspec.Struct, frozen=True):
    """``private``: 32 bytes of P-256. ``public``: the uncompressed point, base64url without padding."""

    private: bytes
    public: str


def push_key(database: "Database", secret: str, now: int) -> PushKey:
    """The key, made where there is none yet, or none that this secret key opens."""
    found, public = _read(database, secret)
    while found is None:
        _make(database, secret, public, now)
        found, public = _read(database, secret)
    return found


def _read(database: "Database", secret: str) -> tuple[PushKey | None, str]:
    from cryptography.exceptions import InvalidTag

    with database.reading() as tx:
        row = tx.one("SELECT sealed, public FROM push_keys WHERE id = 1")
    if row is None:
        return None, ""
    sealed = base64.b64decode(row["sealed"])
    try:
        return PushKey(_cipher(secret).decrypt(sealed[:12], sealed[12:], None), row["public"]), row["public"]
    except InvalidTag:
        return None, row["public"]


def _make(database: "Database", secret: str, instead_of: str, now: int) -> None:
    """Whichever replica is first; the others use its key."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pair = ec.generate_private_key(ec.SECP256R1())
    private = pair.private_numbers().private_value.to_bytes(32, "big")
    public = packed(pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    nonce = os.urandom(12)
    sealed = base64.b64encode(nonce + _cipher(secret).encrypt(nonce, private, None)).decode()
    with database.transaction() as tx:
        tx.execute(
            "INSERT INTO push_keys (id, sealed, public, made_at) VALUES (1, :sealed, :public, :now) ON CONFLICT (id) DO UPDATE "
            "SET sealed = excluded.sealed, public = excluded.public, made_at = excluded.made_at WHERE push_keys.public = :old",
            sealed=sealed, public=public, now=now, old=instead_of,
        )  # fmt: skip


def _cipher(secret: str) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, None, b"stanch push key").derive(secret.encode()))
