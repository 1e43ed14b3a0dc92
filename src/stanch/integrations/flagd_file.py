"""Switches features in a flagd definition file (formats/08, 8.1), which flagd and its providers read again by themselves (R18).

``state: DISABLED`` is not off: clients then use the default in their code. Off is an enabled flag whose default variant is the
off one and which no targeting rule overrules; what was there before is kept for the undo.
"""

import contextlib
import errno
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from stanch.kernel.policy import Mitigation
from stanch.ports import Applied, Arguments, EvidenceItem, Failed, Mitigator, Preview, Say
from stanch.ports.integration import Integration

KEPT = ("state", "defaultVariant", "targeting")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    files: Annotated[
        list[str],
        msgspec.Meta(description="The definition files that may be changed; the first is meant where none is named."),
    ]


class FlagdFile:
    """Arguments: ``action`` (off, variant, restore), ``flag``, ``file``; ``variant`` (for off: which one is off); ``before``."""

    name: str = "flagd_file"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def run(self, arguments: Arguments, say: Say) -> Applied:
        """Change one flag, atomically where the file system lets us. Raises ``Failed``; the file is then as it was."""
        path = self._path(arguments)
        with _locked(path):
            document = _read(path)
            flag = _flag(document, arguments)
            before = {key: flag[key] for key in KEPT if key in flag}
            changed = _changed(flag, arguments)
            flag.clear()
            flag.update(changed)
            say(f"writing {path.name}")
            _write(path, document)
        if _words(_flag(_read(path), arguments)) != _words(changed):
            raise Failed(f"{path} was written, and somebody else has changed it since", again=False)
        undo: dict[str, str | list[str]] = {
            "action": "restore", "flag": str(arguments["flag"]), "file": str(path), "before": json.dumps(before),
        }  # fmt: skip
        return Applied(f"{arguments['flag']}: {_words(before)} -> {_words(changed)}", undo)

    def preview(self, arguments: Arguments) -> Preview:
        """How the flag stands and how it would. Raises ``Failed``."""
        path = self._path(arguments)
        flag = _flag(_read(path), arguments)
        text = f"{arguments['flag']} in {path.name}: {_words(flag)} -> {_words(_changed(flag, arguments))}"
        return Preview(text, None, [] if os.access(path, os.W_OK) else [f"{path} may not be written by stanch"])

    def describe(self, arguments: Arguments) -> list[EvidenceItem]:
        """The flag as it is. Raises ``Failed``."""
        flag = _flag(_read(self._path(arguments)), arguments)
        return [EvidenceItem(f"flag {arguments['flag']}", json.dumps(flag, indent=2), "application/json")]

    def offers(self, address: str) -> list[Mitigation]:
        """A flag's key: to switch it off, where one of its variants is plainly off. Raises ``Failed``."""
        arguments: dict[str, str | list[str]] = {"action": "off", "flag": address}
        _changed(_flag(_read(self._path(arguments)), arguments), arguments)
        return [
            Mitigation(
                name=f"{address}-off", title=f"Switch {address} off", kind="feature_flag", adapter=self.name, target=address,
                run=arguments, reversibility="instant", blast_radius="component", effect_seconds=5, undo_seconds=5,
                feature=address, users_lose=address, own_undo=True,
            )
        ]  # fmt: skip

    def _path(self, arguments: Arguments) -> Path:
        wanted = arguments.get("file") or self.settings.files[0]
        allowed = {Path(each).resolve() for each in self.settings.files}
        path = Path(str(wanted)).resolve()
        if path not in allowed:
            raise Failed(f"{wanted} is not among the files of the setting flagd_file.files", again=False)
        return path


def build(settings: Settings) -> Mitigator:
    """For the scanner in main. Raises ``ValueError`` without a file."""
    if not settings.files:
        raise ValueError("integrations.flagd_file: name at least one file")
    return FlagdFile(settings)


def _changed(flag: dict[str, Any], arguments: Arguments) -> dict[str, Any]:
    """The flag as it would be. Unknown keys stay as they are."""
    action, variants = arguments.get("action"), flag.get("variants")
    if not isinstance(variants, dict) or not variants:
        raise Failed(f"the flag '{arguments.get('flag')}' has no variants", again=False)
    if action == "restore":
        before = msgspec.json.decode(str(arguments.get("before", "{}")))
        kept = {key: value for key, value in flag.items() if key not in KEPT}
        return {**kept, **{key: before[key] for key in KEPT if key in before}}
    if action not in ("off", "variant"):
        raise Failed(f"action is {action!r}; write off, variant or restore", again=False)
    variant = str(arguments.get("variant") or (_off(variants) if action == "off" else ""))
    if variant not in variants:
        known = ", ".join(map(str, variants))
        raise Failed(
            f"which variant of '{arguments.get('flag')}' is meant? It has {known}; name it as 'variant'", again=False
        )
    rest = {key: value for key, value in flag.items() if key != "targeting"}
    return {**rest, "state": "ENABLED", "defaultVariant": variant}


def _off(variants: dict[str, Any]) -> str:
    """The only variant whose value is false; else the variant named ``off``."""
    false = [name for name, value in variants.items() if value is False]
    return str(false[0]) if len(false) == 1 else "off"


def _words(flag: dict[str, Any]) -> str:
    targeting = "with targeting" if flag.get("targeting") else "for everybody"
    return f"{flag.get('state', '?')} {flag.get('defaultVariant', 'no default')} {targeting}"


def _flag(document: dict[str, Any], arguments: Arguments) -> dict[str, Any]:
    wanted, flags = arguments.get("flag"), document.get("flags")
    found = None
    if isinstance(flags, dict):
        found = flags.get(wanted)
    elif isinstance(flags, list):
        found = next((each for each in flags if isinstance(each, dict) and each.get("key") == wanted), None)
    if not isinstance(found, dict):
        raise Failed(f"there is no flag '{wanted}' in the file", again=False)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} cannot be read: {error}", again=False) from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise Failed(f"{path} is no definition file: {' '.join(str(error).split())[:200]}", again=False) from None
    if not isinstance(found, dict) or "flags" not in found:
        raise Failed(f"{path} is no definition file: it has no 'flags'", again=False)
    return found


def _write(path: Path, document: dict[str, Any]) -> None:
    """A new file in its place, with its mode and owner; a file that is mounted by itself is written where it stands."""
    text = (
        json.dumps(document, indent=2) + "\n" if path.suffix == ".json" else yaml.safe_dump(document, sort_keys=False)
    )
    try:
        known = path.stat()
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as fresh:
                fresh.write(text)
                fresh.flush()
                os.fsync(fresh.fileno())
            os.chmod(name, known.st_mode & 0o7777)
            with contextlib.suppress(PermissionError):
                os.chown(name, known.st_uid, known.st_gid)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EROFS) or not os.access(path, os.W_OK):
            raise Failed(f"{path} cannot be written: {error.strerror}", again=False) from None
        with path.open("r+", encoding="utf-8") as standing:
            standing.write(text)
            standing.truncate()
            standing.flush()
            os.fsync(standing.fileno())


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One change at a time over all processes of this machine: locks the folder, since the file itself is replaced."""
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise Failed(f"{path.parent} cannot be opened: {error.strerror}", again=False) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


INTEGRATION = Integration("flagd definition file", "mitigators", Settings, build, ("offers",))
