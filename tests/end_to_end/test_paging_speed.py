"""From the post of an alert to the notifier's call: p99 under 100 ms with 50 alerts a second beside it (issue 3, B3)."""

from pathlib import Path

import pytest

from bench.__main__ import KEY, serve
from bench.page_at_once import Beside, Sink, measure


@pytest.mark.alone
@pytest.mark.slow
def test_a_page_at_once_leaves_within_a_tenth_of_a_second_in_a_busy_house(tmp_path: Path) -> None:
    sink = Sink()
    process, url = serve(tmp_path, sink.url)
    try:
        hook = f"{url}/hooks/prometheus/api/v2/alerts"
        with Beside(hook, KEY, 50) as beside:
            measure({"warm": (hook, KEY, sink)}, 10)
            taken = measure({"stanch": (hook, KEY, sink)}, 300)["stanch"]
        print(taken)
        assert taken["p99_ms"] < 100, taken
        assert beside.sent > 100, "the house was busy"
    finally:
        process.kill()
        process.wait()
