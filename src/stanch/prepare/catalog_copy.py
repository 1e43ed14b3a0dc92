"""Keeps a copy of the last valid policy in the data directory, so that a restart with a broken file still knows whom to page."""

import os
from pathlib import Path

import msgspec

from stanch.kernel.policy import Policy

NAME = "catalog.good.json"


def keep(data: Path, policy: Policy) -> None:
    """Write it, readable by its owner only: it contains addresses of people."""
    path = data / f"{NAME}.new"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(policy))
    path.replace(data / NAME)


def last_good(data: Path) -> Policy | None:
    """The kept policy; None where there is none, or another release wrote it."""
    try:
        return msgspec.json.decode((data / NAME).read_bytes(), type=Policy)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
