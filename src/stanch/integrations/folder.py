"""Keeps the status page in a folder that any file server can serve (P7): each file is replaced whole, and is on disk before the next."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec

from stanch.ports import Failed, PublishedFile, Publisher
from stanch.ports.integration import Integration


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    path: Annotated[str, msgspec.Meta(description="The folder; it is made when it is not there.")]


class Folder:
    """Writes a temporary file, syncs and renames it, so that no reader sees a partial file, even after a power failure."""

    name: str = "folder"

    def __init__(self, settings: Settings) -> None:
        self.root = Path(settings.path).expanduser()

    def publish(self, files: list[PublishedFile], gone: list[str]) -> None:
        """Raises ``Failed`` with the file that could not be written."""
        for file in files:
            try:
                self._write(self._inside(file.path), file.body)
            except OSError as error:
                raise Failed(f"{self.root / file.path}: {error.strerror or error}", again=True) from error
        for path in gone:
            self._inside(path).unlink(missing_ok=True)

    def _inside(self, path: str) -> Path:
        """Raises ``Failed`` for a name that leads out of the folder."""
        found = self.root / path
        if ".." in Path(path).parts or Path(path).is_absolute():
            raise Failed(f"'{path}' leads out of {self.root}", again=False)
        return found

    @staticmethod
    def _write(path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)  # readable by other users: a file server runs under another account
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def build(settings: Settings) -> Publisher:
    """For the scanner in main."""
    return Folder(settings)


INTEGRATION = Integration("Folder", "publishers", Settings, build)
