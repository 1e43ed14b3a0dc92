"""Checks an address from outside with GET. Every failure is an answer, none an exception (R13)."""

import time
from typing import Annotated

import msgspec
import urllib3

from stanch.kernel.policy import Probe
from stanch.ports import ProbeAnswer, Prober
from stanch.ports.integration import Integration

BODY_CHARS = 2_000


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    ca_file: Annotated[str, msgspec.Meta(description="Certificates to trust instead of the system's.")] = ""
    user_agent: Annotated[str, msgspec.Meta(description="How the probe names itself.")] = "stanch-probe"


class HttpProbe:
    """A new connection for every check, because that is what a visitor has."""

    name: str = "http"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check(self, probe: Probe) -> ProbeAnswer:
        """GET the probe's address; redirects are not followed, so 301 can be the expected status."""
        url, timeout, expect_status = probe.url, probe.timeout, probe.expect_status
        if not url.lower().startswith(("http://", "https://")):
            return ProbeAnswer(False, f"'{url}' is not a web address; write it like https://example.org/", 0.0)
        started = time.perf_counter()
        try:
            status, body = self._get(url, timeout)
        except Exception as error:  # a prober never raises: whatever went wrong is what it saw
            return ProbeAnswer(False, _why(error, timeout), _milliseconds(started))
        took = _milliseconds(started)
        if status != expect_status:
            return ProbeAnswer(False, f"answered {status}, expected {expect_status}", took, body)
        if probe.expect and probe.expect not in body:
            return ProbeAnswer(False, f"answered {status}, without '{probe.expect}' on the page", took, body)
        return ProbeAnswer(True, f"answered {status}", took, body)

    def _get(self, url: str, timeout: float) -> tuple[int, str]:
        deadline = time.monotonic() + timeout
        headers = {"User-Agent": self.settings.user_agent, "Connection": "close"}
        with urllib3.PoolManager(retries=False, ca_certs=self.settings.ca_file or None) as pool:
            response = pool.request(
                "GET",
                url,
                headers=headers,
                timeout=urllib3.Timeout(total=timeout),
                redirect=False,
                preload_content=False,
            )
            body = b""
            while len(body) < BODY_CHARS * 4 and (chunk := response.read1(BODY_CHARS * 4)):
                body += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError
            response.close()
        return response.status, body.decode("utf-8", "replace").replace("\x00", "")[:BODY_CHARS]


def build(settings: Settings) -> Prober:
    """For the scanner in main."""
    return HttpProbe(settings)


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _why(error: Exception, timeout: float) -> str:
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"TLS: {error}"
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return f"the name cannot be resolved: {error}"
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # before timeouts: urllib3 derives it from one
        return f"no connection: {error}"
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return f"no answer within {timeout:g} s"
    return f"{type(error).__name__}: {error}"


INTEGRATION = Integration("HTTP probe", "probers", Settings, build)
