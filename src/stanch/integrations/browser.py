"""What a customer sees, as a picture: a headless Chromium takes it, where one is installed (R24)."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec

from stanch.ports import Failed, Screenshotter
from stanch.ports.integration import Integration

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Flags for foreign pages: no extensions, no permanent profile, no second process group.
ARGUMENTS = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-extensions", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
)  # fmt: skip


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    enabled: Annotated[bool, msgspec.Meta(description="Whether pictures are wanted.")] = False
    program: Annotated[str, msgspec.Meta(description="The Chromium to start; by default the one on PATH.")] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds that a picture may take.")] = 8.0
    width: Annotated[int, msgspec.Meta(description="Width of the window in pixels.")] = 390
    height: Annotated[int, msgspec.Meta(description="Height of the window in pixels.")] = 844
    sandbox: Annotated[
        bool, msgspec.Meta(description="Chromium's own sandbox; off only where it cannot work (root in a container).")
    ] = True


class Browser:
    """One screenshot at a time, each with a temporary profile."""

    name: str = "browser"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def picture(self, url: str) -> bytes:
        """A PNG of the page at an http(s) address. Raises ``Failed`` when there is no browser, or no picture in time."""
        if not url.lower().startswith(("http://", "https://")):
            raise Failed(f"'{url}' is not a web address", again=False)
        program = self.settings.program or next((found for name in NAMES if (found := shutil.which(name))), "")
        if not program:
            raise Failed("no browser is installed", again=False)
        with tempfile.TemporaryDirectory(prefix="stanch-browser-", ignore_cleanup_errors=True) as folder:
            shot = Path(folder) / "shot.png"
            self._run([program, *self._arguments(folder, shot), url])
            if not shot.exists():
                raise Failed(f"the browser made no picture of {url}", again=False)
            return shot.read_bytes()

    def _arguments(self, folder: str, shot: Path) -> list[str]:
        size = f"--window-size={self.settings.width},{self.settings.height}"
        own = [] if self.settings.sandbox else ["--no-sandbox"]
        return [*ARGUMENTS, *own, size, f"--user-data-dir={folder}/profile", f"--screenshot={shot}"]

    def _run(self, argv: list[str]) -> None:
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )  # fmt: skip
        except OSError as error:
            raise Failed(f"{argv[0]} cannot be started: {error}", again=False) from None
        try:
            process.wait(self.settings.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise Failed(f"the browser took longer than {self.settings.timeout:g} s", again=False) from None


def build(settings: Settings) -> list[Screenshotter]:
    """For the scanner in main. Nothing unless it is enabled, since a browser needs much memory."""
    return [Browser(settings)] if settings.enabled else []


INTEGRATION = Integration("Browser (pictures of web pages)", "screenshotters", Settings, build)
