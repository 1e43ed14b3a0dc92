"""The readiness check of this process: database, disk, engine and configuration."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stanch.kernel.errors import Unavailable

if TYPE_CHECKING:
    from stanch.main import Stanch

# Bytes that the disk check writes, and bytes that must stay free for the intake journal.
PROBE_BYTES = 256_000


def check(stanch: "Stanch") -> dict[str, str]:
    """The checks that passed, by name. Raises ``Unavailable`` with the first that failed, and what to do."""
    with stanch.application.database.reading() as tx:
        tx.one("SELECT MAX(version) AS version FROM schema_version")
    if not stanch.engine.healthy():
        raise Unavailable("A thread of the engine makes no progress.", hint="The log says more; restart the server.")
    if trouble := disk(stanch.settings.data):
        raise Unavailable(trouble, hint="Make room on the disk; posts and entries cannot be kept.")
    lost = stanch.catalog.trouble
    if lost and lost.whole:
        raise Unavailable(
            f"The configuration was not taken: {' '.join(lost.sentences)}", hint="What was last good stays in force."
        )
    return {"database": "ok", "engine": "ok", "disk": "ok", "configuration": "ok"}


def disk(folder: Path) -> str:
    """The problem of a folder's disk, tested by writing; empty when there is none."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0" * PROBE_BYTES)
            file.flush()
    except OSError as error:
        return f"Nothing can be written to {folder}: {error.strerror}."
    return ""
