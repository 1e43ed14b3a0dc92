"""Reading YAML files into structs, with errors that name the file, the place in it, and what was probably meant."""

import difflib
import os
import re
import stat
from pathlib import Path
from typing import Any

import msgspec

from stanch.kernel.errors import Invalid
from stanch.kernel.yaml_depth import too_deep

MOST_BYTES = 5_000_000


def read_yaml(path: Path, within: Path | None = None) -> dict[str, Any]:
    """A YAML mapping. Raises ``Invalid`` with the file and the line. ``within``: see ``read_plain``."""
    return parse_yaml(read_plain(path, within), str(path))


def read_plain(path: Path, within: Path | None = None) -> str:
    """The text of a plain file of a stated size at most. Raises ``Invalid``, also for what never ends (a FIFO, a device).

    ``within``: a folder that the file, its links followed, must not lead out of.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Invalid(f"{path} is no plain file, and is not read.")
            body = file.read(MOST_BYTES + 1)
        if within is not None and not path.resolve().is_relative_to(within.resolve()):
            raise Invalid(f"{path} leads out of {within}, and is not read.", hint="Copy the file there.")
        if len(body) > MOST_BYTES:
            raise Invalid(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
        return body.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def parse_yaml(text: str, where: str) -> dict[str, Any]:
    """A YAML mapping from text. Dates stay text, since moments are parsed in one place (``kernel/clock.py``)."""
    import yaml

    if why := too_deep(text):
        raise Invalid(f"{where} is not read: {why}.")

    class Loader(yaml.SafeLoader):
        """Reads dates as text."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        values = yaml.load(text, Loader) or {}  # noqa: S506 - derived from the safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(f"{where} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise Invalid(f"{where} must be a mapping of settings, not a {type(values).__name__}.")
    return values


def convert(values: Any, into: type[Any], where: str) -> Any:
    """Turn plain values into a struct; an unknown key is answered with the nearest known one."""
    try:
        return msgspec.convert(values, into, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        hint = ""
        found = re.search(r"unknown field `([^`]+)`", str(error))
        if found:
            known = sorted(_known_keys(into))
            near = difflib.get_close_matches(found[1], known, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known here and below: {', '.join(known)}."
        elif "at `key` in" in str(error):
            hint = "A name is text: put one that is a number, a date, yes or no in quotes."
        raise Invalid(f"{where}: {error}.", hint=hint) from None


def _known_keys(root: type[Any]) -> set[str]:
    keys: set[str] = set()
    pending, seen = [msgspec.inspect.type_info(root)], set()
    while pending:
        kind = pending.pop()
        if isinstance(kind, msgspec.inspect.StructType) and kind.cls not in seen:
            seen.add(kind.cls)
            keys.update(field.name for field in kind.fields)
            pending.extend(field.type for field in kind.fields)
        for name in ("item_type", "value_type"):
            if hasattr(kind, name):
                pending.append(getattr(kind, name))
        pending.extend(getattr(kind, "types", ()))
    return keys


def _path(kind: type[Any], value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(f"no reading of {kind}")
