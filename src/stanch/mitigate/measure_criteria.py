"""Measures every criterion once: its newest number, or a sentence why there is none."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait

from stanch.kernel.policy import Criterion
from stanch.mitigate.indicators import PROBE
from stanch.ports import Failed, Metrics
from stanch.timeline.unit_of_work import Application, UnitOfWork

Measurements = dict[str, float | str]
LIMIT_SECONDS = 10.0
THREADS = 8


def measure(application: Application, metrics: dict[str, Metrics], criteria: Iterable[Criterion]) -> Measurements:
    """By the criterion's name. Measured in parallel, so that a source that hangs does not delay the others."""
    wanted = list(criteria)
    with application.reading() as uow:
        found: Measurements = {c.name: _probe(uow, c) for c in wanted if c.source == PROBE}
    rest = [c for c in wanted if c.source != PROBE]
    if len(rest) == 1:
        found[rest[0].name] = _ask(metrics, rest[0])
    elif rest:
        pool = ThreadPoolExecutor(min(THREADS, len(rest)), "measure")
        futures = {c.name: pool.submit(_ask, metrics, c) for c in rest}
        wait(futures.values(), LIMIT_SECONDS)
        pool.shutdown(wait=False, cancel_futures=True)
        for name, future in futures.items():
            late = f"no answer within {LIMIT_SECONDS:g} s"
            found[name] = future.result() if future.done() and not future.cancelled() else late
    return found


def _ask(metrics: dict[str, Metrics], criterion: Criterion) -> float | str:
    source = metrics.get(criterion.source)
    if source is None:
        return f"no metrics source '{criterion.source}' is configured"
    try:
        return source.value(criterion.query)
    except Failed as failed:
        return failed.detail


def _probe(uow: UnitOfWork, criterion: Criterion) -> float | str:
    row = uow.tx.one("SELECT ok FROM probe_results WHERE probe = :probe", probe=f"probe:{criterion.query}")
    return "the probe has not run yet" if row is None else float(row["ok"])
