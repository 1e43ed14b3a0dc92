"""Where the server of a data directory was reached last, and what it was started with, for other processes.

``serve --port`` may name another port than the settings, and a command beside it another configuration.
"""

from pathlib import Path

from stanch.prepare.settings import Settings

FILE, WITH = "served-at", "served-with"


def note(settings: Settings, address: str, config: Path | None) -> None:
    """The server listens there now, and its settings are those of ``config``."""
    for name, text in ((FILE, address), (WITH, str(config or ""))):
        file = settings.data / name
        file.touch(mode=0o600)
        file.write_text(text + "\n")


def other_configuration(settings: Settings, config: Path | None) -> str:
    """That the server of this data was started with another configuration than ``config``, as a sentence; empty when it was not."""
    try:
        theirs = (settings.data / WITH).read_text().strip()
    except OSError:
        return ""
    if theirs == str(config or "") or (theirs and config and Path(theirs).resolve() == config.resolve()):
        return ""
    began = f"with {theirs}" if theirs else "without a configuration file"
    ours = str(config) if config else "no configuration file"
    use = f" To go by the same: --config {theirs}." if theirs else ""
    return (
        f"The server of {settings.data} was started {began}, and this command goes by {ours}: people, services and schedules "
        f"can be others here.{use}"
    )


def read(settings: Settings) -> str:
    """The public address; where none is set the one that was listened on last, else the one that the settings ask for."""
    if settings.public_url:
        return settings.url()
    try:
        return (settings.data / FILE).read_text().strip() or settings.url()
    except OSError:
        return settings.url()
