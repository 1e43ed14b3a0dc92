"""``stanch demo --full``: the year is played through the real commands, so every record verifies and holds what it should."""

from pathlib import Path

from stanch.cli import place
from stanch.demo.year import full
from stanch.demo.year.meter import Meter
from stanch.demo.year.stories import STORIES, YEAR
from stanch.integrations.prometheus import Prometheus, Settings
from stanch.kernel.actor import Actor
from stanch.kernel.command import REGISTRY
from stanch.timeline.verifying import verify


def test_the_end_of_the_year_verifies_and_waits_for_somebody(tmp_path: Path) -> None:
    config = full.write(tmp_path, port=1)
    opened = full.play(config, newest=2)
    there = place.Place(str(config), "ada")
    try:
        with there.stanch.application.reading(Actor("ada", admin=True)) as uow:
            checked = verify(uow, there.stanch.seals)
        assert len(checked) >= 5 and not [each for each in checked if each.wrong]
        now = there.run(REGISTRY["now"], {})
        assert opened in [one.id for one in now.incidents] and now.needs and len(now.on_call) == 3
        room = there.run(REGISTRY["show"], {"incident": opened})
        assert room.severity == "SEV-1" and room.phase == "mitigate" and len(room.hypotheses) == 2 and room.runs
        assert all(not fact.missing for fact in room.facts)
        done = there.run(REGISTRY["incidents"], {"status": "closed"})
        assert len([one for one in done if not one.drill]) == 2
        (drill,) = there.run(REGISTRY["drills"], {}).runs
        score = there.run(REGISTRY["debrief"], {"incident": drill.incident})
        standings = {point.standing for point in score.points}
        assert not drill.aborted and {"kept", "partly", "missed"} < standings, (
            "R40: played to its end, and not without fault"
        )
        slos, probes = there.run(REGISTRY["slo"], {}), there.run(REGISTRY["probes"], {})
        assert len(slos) == len(probes) == 5 and all(probe.ok for probe in probes)
        assert there.run(REGISTRY["learning"], {}).factors, "every page has something to show"
        (follow,) = there.run(REGISTRY["subscribers"], {})
        assert (follow.page, follow.active, follow.untold) == ("status", 4, "mail is not set up: these are not told")
    finally:
        there.stanch.application.database.close()


def test_the_meter_answers_whatever_prometheus_is_asked(tmp_path: Path) -> None:
    meter = Meter(tmp_path, "checkout")
    try:
        prometheus = Prometheus(Settings(url=meter.url))
        total = 'sum(rate(requests_total{service="checkout"}[5m]))'
        assert prometheus.series(total, 0, 0, 60)[0][1] == 120
        assert prometheus.series(total.replace("requests", "errors"), 0, 0, 60)[0][1] > 30
        assert prometheus.series("up", 0, 0, 60) == [] and prometheus.waits(["SLOBurn"]) == {}
        assert prometheus.series(total.replace("checkout", "unheard-of"), 0, 0, 60) == []
        share = f"({total.replace('requests', 'errors')} or 0 * {total}) / {total}"
        assert 0.25 < prometheus.value(share) < 0.3, "a criterion asks for one number, and a share is no count"
        assert prometheus.value(share.replace("checkout", "search")) == 0.0018
    finally:
        meter.stop()


def test_the_year_has_forty_incidents_and_every_story() -> None:
    assert len(YEAR) + 1 == 40 and {which for which, _, _ in YEAR} == set(range(len(STORIES)))
