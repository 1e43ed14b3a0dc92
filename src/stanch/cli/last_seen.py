"""What ``stanch mitigations`` showed last, so that ``stanch mitigate`` runs just that or is refused (R22, R23)."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from stanch.kernel.command import Command

MOST = 500


def remember(where: str, command: Command, given: dict[str, Any], answer: Any) -> None:
    """After a list: the fingerprint of each mitigation. Without a folder to keep it in nothing is remembered."""
    if command.name != "mitigations":
        return
    shown = {_key(where, given["incident"], row.name): row.seen for row in answer if row.seen}
    kept = {key: seen for key, seen in _read().items() if key not in shown}
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=_file().parent, delete=False) as file:
            json.dump(dict(list({**kept, **shown}.items())[-MOST:]), file)
        Path(file.name).replace(_file())
    except OSError:
        return


def recall(where: str, command: Command, given: dict[str, Any]) -> dict[str, Any]:
    """Before a run: what was listed of this mitigation, unless the caller says it."""
    if command.name != "mitigate" or given.get("seen"):
        return given
    seen = _read().get(_key(where, given["incident"], given["mitigation"]))
    return {**given, "seen": seen} if seen else given


def _key(where: str, incident: str, mitigation: str) -> str:
    number = incident.upper().removeprefix("INC-").strip()
    return hashlib.sha256("\x1f".join((where, number, mitigation)).encode()).hexdigest()[:20]


def _file() -> Path:
    # os.path answers with "~" itself where there is no home; then there is just no such folder.
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "stanch", "seen.json")


def _read() -> dict[str, str]:
    try:
        found = json.loads(_file().read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(seen) for key, seen in found.items()} if isinstance(found, dict) else {}
