"""Identifiers: short random ids for runs, pages and evidence, and secrets for tokens."""

import hashlib
import secrets


def new_id(prefix: str) -> str:
    """A readable unique id such as ``run-3f9a1c20b7`` (40 random bits: unique within an incident)."""
    return f"{prefix}-{secrets.token_hex(5)}"


def new_secret() -> str:
    """A URL-safe secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored instead of a high-entropy secret: its SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
