"""Checks an address from outside with GET. Every failure is an answer, none an exception (R13)."""

import re
import time
from typing import Annotated

import msgspec
import urllib3

from stanch.kernel.policy import Probe
from stanch.ports import ProbeAnswer, Prober
from stanch.ports.integration import Integration

BODY_CHARS = 2_000
MOST_BYTES = 1_000_000
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Encodings of names of hosts: nobody writes a page in them, and reading one takes the square of its length.
SLOW = ("punycode", "idna")
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    ca_file: Annotated[str, msgspec.Meta(description="Certificates to trust instead of the system's.")] = ""
    user_agent: Annotated[str, msgspec.Meta(description="How the probe names itself.")] = "stanch-probe"


class HttpProbe:
    """A new connection for every check, as for a new visitor."""

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
            status, body, where = self._get(url, timeout)
        except Exception as error:  # a prober never raises: every failure is a result
            return ProbeAnswer(False, _why(error, timeout), _milliseconds(started))
        took = _milliseconds(started)
        if status != expect_status:
            return ProbeAnswer(False, f"answered {status}, expected {expect_status}", took, body[:BODY_CHARS])
        if probe.expect and probe.expect not in body:
            missing = f"answered {status}, without '{probe.expect}' {where}"
            return ProbeAnswer(False, missing, took, body[:BODY_CHARS])
        return ProbeAnswer(True, f"answered {status}", took, body[:BODY_CHARS])

    def _get(self, url: str, timeout: float) -> tuple[int, str, str]:
        """The status, the page as text, and how much of it that is, in words."""
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
            pieces, size = list[bytes](), 0
            while size < MOST_BYTES and (piece := response.read1(65536)):
                pieces.append(piece)
                size += len(piece)
                if time.monotonic() > deadline:
                    raise TimeoutError
            response.close()
        where = "on the page" if size < MOST_BYTES else f"within the first {MOST_BYTES // 1000} kB of the page"
        body = b"".join(pieces)[:MOST_BYTES]
        return response.status, _text(body, response.headers.get("content-type", "")), where


def build(settings: Settings) -> Prober:
    """For the scanner in main."""
    return HttpProbe(settings)


def _text(body: bytes, content_type: str) -> str:
    """The page in its own charset: of a byte order mark, of the header, of the page's beginning, else UTF-8."""
    marked = next((name for mark, name in MARKS if body.startswith(mark)), "")
    told = CHARSET.search(content_type) or CHARSET.search(body[:1024].decode("latin-1"))
    for charset in filter(None, (marked, told[1] if told and told[1].lower() not in SLOW else "")):
        try:
            return body.decode(charset, "replace").replace("\x00", "")
        except (LookupError, ValueError):
            continue  # an unknown encoding
    return body.decode("utf-8", "replace").replace("\x00", "")


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
