"""``stanch.yaml``, the catalog folder beside it, and ``STANCH_*`` variables. Unknown keys are errors with a suggestion."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from stanch.kernel.policy import Policy
from stanch.prepare import catalog, catalog_copy
from stanch.prepare.yaml_file import convert, read_yaml


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How one stanch is set up. No setting is needed to start.

    ``watchdog_url``: called every ``watchdog_every`` seconds while the engine works, so that stanch is watched, too.
    ``signing_secrets``: integration key -> environment variable with the secret that its sender signs with.
    ``proxies``: addresses or networks whose ``X-Forwarded-For`` says who asks; from anybody else it says nothing.
    """

    data: Path
    database_url: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    intake_keys: dict[str, str] = msgspec.field(default_factory=dict)
    signing_secrets: dict[str, str] = msgspec.field(default_factory=dict)
    proxies: list[str] = msgspec.field(default_factory=list)
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
    """Read the settings, the catalog among them. Raises ``Invalid`` with the file, the place in it and what to write."""
    return load_all(path, environment)[0]


def load_all(
    path: Path | None = None, environment: Mapping[str, str] | None = None, before: Policy | None = None
) -> tuple[Settings, list[str]]:
    """The settings, and a sentence for each problem of the catalog; the valid parts are used.

    ``before``: what was last known of catalog files that cannot be read; by default the copy of the last good start.
    Raises ``Invalid`` for ``stanch.yaml`` itself and for the environment.
    """
    environment = os.environ if environment is None else environment
    path = settings_file(path, environment)
    values = read_yaml(path) if path else {}
    _from_environment(values, environment)
    values.setdefault("data", environment.get("STANCH_DATA") or default_data(environment))
    settings: Settings = convert(values, Settings, str(path or "the environment"))
    folder = path.parent if path else Path.cwd()
    settings.data = (folder / settings.data).expanduser()
    settings.catalog = folder / settings.catalog if settings.catalog else None
    problems: list[str] = []
    settings.static_status = folder / settings.static_status if settings.static_status else None
    if settings.catalog:
        read = catalog.read(settings.policy, settings.catalog, before or catalog_copy.last_good(settings.data))
        settings.policy, problems = read.policy, read.problems
    else:
        problems = catalog.mistakes(settings.policy)
    settings.database_url = settings.database_url or f"sqlite:///{settings.data.resolve()}/stanch.db"
    settings.secret_key = settings.secret_key or _kept_secret(settings.data)
    if not settings.intake_keys:
        settings.intake_keys = {"default": _kept_secret(settings.data, "intake.key")}
    return settings, problems


def settings_file(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Path | None:
    """Which file holds the settings: the named one, that of ``STANCH_CONFIG``, or ``stanch.yaml`` here; None without one."""
    environment = os.environ if environment is None else environment
    if path is None and environment.get("STANCH_CONFIG"):
        return Path(environment["STANCH_CONFIG"])
    here = Path("stanch.yaml")
    return path or (here if here.is_file() else None)


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


def default_data(environment: Mapping[str, str]) -> str:
    """The folder where nothing is configured."""
    home = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(home) / "stanch")


def private(path: Path) -> None:
    """Make a file readable by its owner only; files of another owner are left as they are."""
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):
            path.chmod(0o600)


def _kept_secret(folder: Path, name: str = "secret.key") -> str:
    """A secret that is generated on the first start and stored in a file readable by its owner only."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        private(path)
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(16) if name == "intake.key" else secrets.token_urlsafe(32))
    return path.read_text().strip()
