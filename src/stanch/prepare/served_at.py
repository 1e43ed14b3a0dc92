"""Where the server of a data directory was reached last, for other processes: ``serve --port`` may name another port than the settings."""

from stanch.prepare.settings import Settings

FILE = "served-at"


def note(settings: Settings, address: str) -> None:
    """The server listens there now."""
    file = settings.data / FILE
    file.touch(mode=0o600)
    file.write_text(address + "\n")


def read(settings: Settings) -> str:
    """The public address; where none is set the one that was listened on last, else the one that the settings ask for."""
    if settings.public_url:
        return settings.url()
    try:
        return (settings.data / FILE).read_text().strip() or settings.url()
    except OSError:
        return settings.url()
