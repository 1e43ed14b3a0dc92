"""Measures a number in a JSON document, for those without Prometheus. The query is ``URL#path.to.number``."""

import json
import math
from typing import Annotated

import msgspec
import urllib3

from stanch.ports import Failed, Metrics
from stanch.ports.integration import Integration
from stanch.ports.web_service import reason

BODY_BYTES = 1_000_000


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 5.0


class HttpJson:
    """The path's parts are keys, or positions in lists: ``https://shop/health.json#checks.0.error_ratio``."""

    name: str = "http_json"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=settings.timeout))

    def value(self, query: str) -> float:
        """The number the query points at.

        Raises ``Failed`` when the address does not answer 200 with JSON, or the path leads to no number.
        """
        address, _, path = query.partition("#")
        return _number(_walk(self._fetch(address), path), query)

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        """Always empty: a JSON document has no history."""
        return []

    def by_label(self, query: str, label: str) -> dict[str, float]:
        """The query points at an object: value of the label -> number. Raises ``Failed``."""
        address, _, path = query.partition("#")
        found = _walk(self._fetch(address), path)
        if not isinstance(found, dict):
            raise Failed(f"'{query}' leads to no object with a number for each {label}", again=False)
        return {str(value): _number(number, query) for value, number in found.items()}

    def _fetch(self, address: str) -> object:
        if not address.lower().startswith(("http://", "https://")):
            raise Failed(
                f"'{address}' is not a web address; write https://example.org/health.json#path.to.number",
                again=False,
            )
        try:
            response = self.pool.request(
                "GET",
                address,
                headers={"Accept": "application/json", "User-Agent": "stanch"},
                redirect=False,
                preload_content=False,
            )
            body = response.read(BODY_BYTES)
            response.close()
        except (urllib3.exceptions.LocationValueError, ValueError) as error:
            raise Failed(f"{address}: {error}", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Failed(f"{address} cannot be reached: {reason(error)}", again=True) from error
        if response.status != 200:
            raise Failed(
                f"{address} answered {response.status}, not 200",
                again=response.status == 429 or response.status >= 500,
            )
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Failed(f"{address} did not answer with JSON", again=False) from None


def build(settings: Settings) -> Metrics:
    """For the scanner in main."""
    return HttpJson(settings)


def _walk(document: object, path: str) -> object:
    place = "the document"
    for part in path.split(".") if path else []:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            there = ", ".join(list(map(str, document))[:10]) if isinstance(document, dict) else type(document).__name__
            raise Failed(f"{place} has no '{part}' (there: {there})", again=False)
        place = f"'{part}'"
    return document


def _number(found: object, query: str) -> float:
    try:
        number = float(found) if isinstance(found, int | float | str) and not isinstance(found, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Failed(f"{query} leads to {str(found)[:100]!r}, which is no number", again=False)
    return number


INTEGRATION = Integration("Number in a JSON document", "metrics", Settings, build, ("labels",))
