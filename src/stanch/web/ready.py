"""Whether this process may be sent work: what it needs is there, and what it was told to do is understood."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stanch.kernel.errors import Unavailable

if TYPE_CHECKING:
    from stanch.main import Stanch

# What a probe of the disk writes, and what should be left for the journal of a bad hour.
PROBE_BYTES = 256_000


def check(stanch: "Stanch") -> dict[str, str]:
    """What is fine, by name. Raises ``Unavailable`` with the first thing that is not, and what to do."""
    with stanch.application.database.reading() as tx:
        tx.one("SELECT MAX(version) AS version FROM schema_version")
    if not stanch.engine.healthy():
        raise Unavailable("A part of the engine does not move.", hint="The log says more; restart the server.")
    if trouble := disk(stanch.settings.data):
        raise Unavailable(trouble, hint="Make room on the disk; posts and entries cannot be kept.")
    lost = stanch.catalog.trouble
    if lost and lost.whole:
        raise Unavailable(
            f"The configuration was not taken: {' '.join(lost.sentences)}", hint="What was last good stays in force."
        )
    return {"database": "ok", "engine": "ok", "disk": "ok", "configuration": "ok"}


def disk(folder: Path) -> str:
    """What is wrong with the disk of a folder, tried by writing; an empty text when nothing is."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0" * PROBE_BYTES)
            file.flush()
    except OSError as error:
        return f"Nothing can be written to {folder}: {error.strerror}."
    return ""
