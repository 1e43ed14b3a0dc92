"""``stanch.yaml``, the catalog folder beside it, and ``STANCH_*`` variables. Unknown keys are errors with a suggestion."""

import difflib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy, Service


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How one stanch is set up. No setting is needed to start.

    ``watchdog_url``: called every ``watchdog_every`` seconds while the engine works, so that stanch is watched, too.
    ``signing_secrets``: integration key -> environment variable with the secret that its sender signs with.
    """

    data: Path
    database_url: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    intake_keys: dict[str, str] = msgspec.field(default_factory=dict)
    signing_secrets: dict[str, str] = msgspec.field(default_factory=dict)
    catalog: Path | None = None
    watchdog_url: str = ""
    watchdog_every: float = 60
    policy: Policy = msgspec.field(default_factory=Policy)
    integrations: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    static_status: Path | None = None

    def url(self) -> str:
        """The address people use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ``Invalid`` with the file, the place in it and what to write instead."""
    environment = os.environ if environment is None else environment
    path = path or (Path(environment["STANCH_CONFIG"]) if environment.get("STANCH_CONFIG") else None)
    if path is None and Path("stanch.yaml").is_file():
        path = Path("stanch.yaml")
    values = read_yaml(path) if path else {}
    _from_environment(values, environment)
    values.setdefault("data", environment.get("STANCH_DATA") or _default_data(environment))
    settings: Settings = convert(values, Settings, str(path or "the environment"))
    folder = path.parent if path else Path.cwd()
    settings.data = (folder / settings.data).expanduser()
    settings.catalog = folder / settings.catalog if settings.catalog else None
    settings.static_status = folder / settings.static_status if settings.static_status else None
    if settings.catalog:
        settings.policy = with_catalog(settings.policy, settings.catalog)
    settings.database_url = settings.database_url or f"sqlite:///{settings.data.resolve()}/stanch.db"
    settings.secret_key = settings.secret_key or _kept_secret(settings.data)
    if not settings.intake_keys:
        settings.intake_keys = {"default": _kept_secret(settings.data, "intake.key")}
    return settings


def with_catalog(policy: Policy, folder: Path) -> Policy:
    """The policy with the services of a catalog folder: one YAML file each, a runbook of the same name in Markdown."""
    if not folder.is_dir():
        raise Invalid(f"The catalog folder {folder} does not exist.", hint="Create it, or correct 'catalog:'.")
    services = dict(policy.services)
    for path in sorted(folder.glob("*.y*ml")):
        values = read_yaml(path)
        values.setdefault("name", path.stem)
        runbook = path.with_suffix(".md")
        if runbook.is_file() and "runbook" not in values:
            values["runbook"] = runbook.read_text()
        service = convert(values, Service, str(path))
        services[service.name] = service
    return msgspec.structs.replace(policy, services=services)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping. Raises ``Invalid`` with the line."""
    import yaml

    try:
        values = yaml.safe_load(path.read_text()) or {}
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise Invalid(f"{path} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise Invalid(f"{path} must be a mapping of settings, not a {type(values).__name__}.")
    return values


def convert(values: Any, into: type[Any], where: str) -> Any:
    """Turn plain values into a struct; an unknown key is answered with the nearest known one."""
    try:
        return msgspec.convert(values, into, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        hint = ""
        found = re.search(r"unknown field `([^`]+)`", str(error))
        if found:
            near = difflib.get_close_matches(found[1], sorted(_known_keys(into)), n=1)
            hint = f"Did you mean '{near[0]}'?" if near else ""
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


def _from_environment(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """``STANCH_PORT=1`` sets ``port``; ``STANCH_POLICY_HOLD=5`` sets ``policy.hold``."""
    known = set(Settings.__struct_fields__)
    for name, text in environment.items():
        key = name.removeprefix("STANCH_").lower()
        if not name.startswith("STANCH_") or key in ("config", "url", "token", "data"):
            continue
        if key in known:
            values[key] = text
        elif (section := key.split("_", 1)[0]) in known and "_" in key:
            values.setdefault(section, {})[key.split("_", 1)[1]] = text


def _default_data(environment: Mapping[str, str]) -> str:
    home = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(home) / "stanch")


def _kept_secret(folder: Path, name: str = "secret.key") -> str:
    """A secret made on the first start and kept, readable by its owner only."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(16) if name == "intake.key" else secrets.token_urlsafe(32))
    return path.read_text().strip()
