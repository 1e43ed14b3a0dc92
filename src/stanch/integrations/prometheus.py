"""Measures with Prometheus' HTTP API (``/api/v1/query`` and ``/api/v1/query_range``)."""

import math
import os
from typing import Annotated, Any, TypeVar

import msgspec
import urllib3

from stanch.kernel.clock import SECOND
from stanch.ports import Failed, Metrics
from stanch.ports.integration import Integration
from stanch.ports.web_service import reason

# The most of an answer, unpacked.
BODY_BYTES = 20_000_000

T = TypeVar("T")


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    url: Annotated[str, msgspec.Meta(description="The server's base address.")]
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for an answer.")] = 5.0
    bearer_env: Annotated[str, msgspec.Meta(description="The environment variable that holds the bearer token.")] = ""


class _Rule(msgspec.Struct):
    name: str = ""
    duration: float = 0.0


class _Group(msgspec.Struct):
    rules: list[_Rule] = []
    interval: float = 0.0


class _Data(msgspec.Struct, rename={"kind": "resultType"}):
    kind: str = ""
    result: Any = None
    groups: list[_Group] = []


class _Reply(msgspec.Struct):
    status: str = ""
    data: _Data = msgspec.field(default_factory=_Data)
    error: str = ""


class _Vector(msgspec.Struct):
    value: tuple[float, str]
    metric: dict[str, str] = {}


class _Matrix(msgspec.Struct):
    values: list[tuple[float, str]]
    metric: dict[str, str] = {}


class Prometheus:
    """One Prometheus, or whatever speaks its API (Thanos, Mimir, VictoriaMetrics)."""

    name: str = "prometheus"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=settings.timeout))

    def value(self, query: str) -> float:
        """The newest number of a query that gives one series or a scalar.

        Raises ``Failed`` for none, several, NaN and infinities, a wrong query, and when Prometheus is not there.
        """
        data = self._ask("query", {"query": query})
        if data.kind == "scalar":
            return _number(_convert(data.result, tuple[float, str])[1], query)
        if data.kind != "vector":
            raise Failed(
                f"'{query}' gives a {data.kind or 'strange answer'}; write one that gives one number",
                again=False,
            )
        samples = _convert(data.result, list[_Vector])
        _single(len(samples), [sample.metric for sample in samples], query)
        return _number(samples[0].value[1], query)

    def series(self, query: str, start: int, end: int, step_seconds: float) -> list[tuple[int, float]]:
        """Pairs of moment (microseconds) and number; empty when there is nothing in the range, NaN left out.

        Raises ``Failed`` like ``value``.
        """
        fields = {
            "query": query,
            "start": f"{start / SECOND:.3f}",
            "end": f"{end / SECOND:.3f}",
            "step": f"{step_seconds:g}",
        }
        lines = _convert(self._ask("query_range", fields).result, list[_Matrix])
        if not lines:
            return []
        _single(len(lines), [line.metric for line in lines], query)
        pairs = [(round(seconds * SECOND), float(text)) for seconds, text in lines[0].values]
        return [(moment, number) for moment, number in pairs if math.isfinite(number)]

    def by_label(self, query: str, label: str) -> dict[str, float]:
        """The newest number for each value of a label; NaN and series without the label are left out. Raises ``Failed``."""
        data = self._ask("query", {"query": query})
        if data.kind != "vector":
            raise Failed(
                f"'{query}' gives a {data.kind or 'strange answer'}; write 'sum by ({label}) (...)'", again=False
            )
        samples = _convert(data.result, list[_Vector])
        named = [(s.metric.get(label, ""), float(s.value[1])) for s in samples]
        if samples and not any(value for value, _ in named):
            raise Failed(f"'{query}' has no label '{label}'; write 'sum by ({label}) (...)'", again=False)
        found: dict[str, float] = {}
        for value, number in named:
            if value and math.isfinite(number):
                found[value] = found.get(value, 0.0) + number
        return found

    def waits(self, names: list[str]) -> dict[str, float]:
        """The longest ``for`` and interval of the rules of each name (``/api/v1/rules``). Raises ``Failed``."""
        answer = self._answer("rules", {"type": "alert", "rule_name[]": names})
        found: dict[str, float] = {}
        for group in answer.data.groups:
            for rule in group.rules:
                if rule.name in names:
                    found[rule.name] = max(found.get(rule.name, 0.0), rule.duration + group.interval)
        return found

    def _ask(self, path: str, fields: dict[str, str]) -> _Data:
        return self._answer(path, fields).data

    def _answer(self, path: str, fields: dict[str, Any]) -> _Reply:
        try:
            response = self.pool.request(
                "GET",
                f"{self.settings.url.rstrip('/')}/api/v1/{path}",
                fields=[
                    (name, each)
                    for name, given in fields.items()
                    for each in ([given] if isinstance(given, str) else given)
                ],
                headers=self._headers(),
                redirect=False,
                preload_content=False,
            )
            body = response.read(BODY_BYTES + 1)
            response.close()
        except (urllib3.exceptions.LocationValueError, ValueError) as error:
            raise Failed(f"{self.settings.url}: {error}", again=False) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Failed(f"Prometheus at {self.settings.url} cannot be reached: {reason(error)}", again=True) from error
        if len(body) > BODY_BYTES:
            mb = BODY_BYTES // 1_000_000
            raise Failed(f"Prometheus answered '{fields.get('query', path)}' with more than {mb} MB", again=False)
        answer = _decode(body)
        if response.status != 200 or answer is None or answer.status != "success":
            said = answer.error if answer and answer.error else body[:200].decode("utf-8", "replace")
            again = response.status == 429 or response.status >= 500
            raise Failed(f"Prometheus answered {response.status} to '{fields.get('query', path)}': {said}", again=again)
        return answer

    def _headers(self) -> dict[str, str]:
        if not self.settings.bearer_env:
            return {"User-Agent": "stanch"}
        token = os.environ.get(self.settings.bearer_env)
        if not token:
            raise Failed(
                f"set the environment variable '{self.settings.bearer_env}' (prometheus bearer_env)",
                again=False,
            )
        return {"User-Agent": "stanch", "Authorization": f"Bearer {token}"}


def build(settings: Settings) -> Metrics:
    """For the scanner in main."""
    return Prometheus(settings)


def _decode(body: bytes) -> _Reply | None:
    try:
        return msgspec.json.decode(body, type=_Reply)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _convert(result: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(result, kind)
    except msgspec.ValidationError as error:
        raise Failed(f"Prometheus answered in a way that is not understood: {error}", again=False) from error


def _single(count: int, metrics: list[dict[str, str]], query: str) -> None:
    if count == 0:
        raise Failed(f"'{query}' gives nothing right now; check the metric's name and that it is scraped", again=True)
    if count > 1:
        raise Failed(
            f"'{query}' gives {count} series ({metrics[0]}, {metrics[1]}, ...); put sum(...) or max(...) around",
            again=False,
        )


def _number(text: str, query: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Failed(
            f"'{query}' gives {text}, which is no number; there is probably no traffic to divide by",
            again=True,
        )
    return number


INTEGRATION = Integration("Prometheus", "metrics", Settings, build, ("history", "labels"))
