"""Each kind of evidence moves the ranking the way the text says, and says so (R16 to R23)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stanch.kernel.clock import HOUR, MINUTE
from stanch.kernel.policy import Mitigation
from stanch.mitigate.ranking.evidence import Evidence, Measured, Option, PastRuns, Pressure, Release, Shape, Spread
from stanch.mitigate.ranking.rank import Ranked, rank
from stanch.ports import Extent

ONSET = 100 * HOUR


def option(name: str = "x", kind: Any = "custom", service: str = "shop", **more: Any) -> Option:
    extra = {key: more.pop(key) for key in ("extent", "objections") if key in more}
    return Option(Mitigation(name, name.title(), kind, "lever", name, {}, **more), service, **extra)


def alone(one: Option, **known: Any) -> Ranked:
    return rank([one], Evidence(ONSET, "shop", **known))[0]


def release(minutes: float, **more: Any) -> Release:
    return Release("shop", more.pop("release", "v2"), "v1", ONSET - int(minutes * MINUTE), **more)


ROLLBACK = option("rollback", "rollback")
DRAIN = option("drain", "traffic_shift", zone="zone-b", reversibility="instant", blast_radius="zone")
SCALE = option("scale", "scale")


def test_a_release_nearer_to_the_onset_lifts_a_rollback_more() -> None:
    scores = [alone(ROLLBACK, releases=(release(m),)).score for m in (5, 30, 59, 300, 3000)]
    assert scores == sorted(scores, reverse=True)
    assert alone(ROLLBACK).score < scores[3]


def test_the_release_before_the_onset_is_suspected_and_not_the_one_after_it() -> None:
    line = alone(ROLLBACK, releases=(release(-8, release="v3"), release(11, release="v2")))
    assert "shop v2 went out 11 min before onset" in line.reasons


def test_a_release_that_has_no_clean_way_back_is_flagged() -> None:
    line = alone(ROLLBACK, releases=(release(11, reversible=False, reason="dropped a column"),))
    assert line.score < 0 and line.cautions == ["v2 cannot be rolled back cleanly: dropped a column"]


def test_errors_in_the_old_version_too_speak_against_a_rollback() -> None:
    both = {"version": Spread("version", {"v1": 0.5, "v2": 0.5}, True)}
    only = {"version": Spread("version", {"v1": 0.02, "v2": 0.98}, True)}
    known = {"releases": (release(11),)}
    even, concentrated = alone(ROLLBACK, spreads=both, **known), alone(ROLLBACK, spreads=only, **known)
    assert concentrated.score > alone(ROLLBACK, **known).score > even.score
    assert "as frequent elsewhere" in even.why


def test_a_zone_is_drained_for_its_own_errors_only() -> None:
    def zones(**shares: float) -> dict[str, Spread]:
        return {"zone": Spread("zone", {k.replace("_", "-"): v for k, v in shares.items()}, True)}

    here, there = (
        alone(DRAIN, spreads=zones(zone_a=0.05, zone_b=0.95)),
        alone(DRAIN, spreads=zones(zone_a=0.95, zone_b=0.05)),
    )
    even, unknown = alone(DRAIN, spreads=zones(zone_a=0.5, zone_b=0.5)), alone(DRAIN)
    assert here.score > unknown.score > even.score > there.score
    assert unknown.would_move == "Errors in zone-b alone would put it near the top."


def test_scaling_without_saturation_is_ranked_down_with_the_measured_reason() -> None:
    full = alone(SCALE, pressure=Pressure(True, "the queue is at 98%"))
    free = alone(SCALE, pressure=Pressure(False, "the queue is at 12%"))
    assert full.score > 0 > alone(SCALE).score > free.score
    assert "the queue is at 12%, so there is no saturation" in free.why[0].lower() + free.why[1:]


def test_what_the_catalog_says_to_help_with_the_shape_is_lifted() -> None:
    seen = (Shape("expired-certificate", "Expired certificate", "a TLS probe fails", 5),)
    renew = option("renew", helps=["expired-certificate"])
    assert alone(renew, shapes=seen).score > alone(renew).score + 40


def test_what_the_real_system_would_refuse_falls_to_the_end() -> None:
    refused = option("drain-all", "traffic_shift", objections=("no active server left",), reversibility="instant")
    lines = rank([refused, option("other", reversibility="slow", blast_radius="fleet")], Evidence(ONSET, "shop"))
    assert [line.mitigation.name for line in lines] == ["other", "drain-all"]
    assert lines[1].cautions == ["no active server left"]


def test_what_was_counted_replaces_what_was_declared() -> None:
    small = alone(option("a", extent=Extent(1, 10, "pod", 0.1)))
    large = alone(option("a", extent=Extent(10, 10, "pod", 1.0)))
    assert small.score > large.score
    assert small.reach() == "touches 1 of 10 pods, 10% of the traffic"


def test_measured_times_replace_estimates_and_say_how_often() -> None:
    past = {"x": PastRuns(3, 2, Measured(3, 40.0, 130.0), Measured(1, 5.0, 5.0))}
    line = alone(option(), past=past)
    assert line.effect.words() == "40 s (median of 3, at worst 2 min)"
    assert line.undo.words() == "5 s (measured once)"
    assert alone(option()).effect.words() == "about 1 min (estimated)"


def test_one_run_that_helped_proves_less_than_ten() -> None:
    once, often = alone(option(), past={"x": PastRuns(1, 1)}), alone(option(), past={"x": PastRuns(10, 10)})
    never = alone(option(), past={"x": PastRuns(10, 0)})
    assert often.score > once.score > alone(option()).score > never.score
    alike = alone(option(), past={"x": PastRuns(1, 1, alike="INC-3")})
    assert alike.score > once.score and "in INC-3 too, which looked the same" in alike.why


def test_what_was_tried_in_vain_or_is_in_place_falls() -> None:
    for outcome in ("no_change", "worse", "watching", "helped"):
        assert alone(option(), tried={"x": outcome}).score < alone(option()).score - 40


def test_a_dependency_that_nothing_fires_on_is_not_the_first_place_to_look() -> None:
    other = option("x", service="database")
    assert alone(other, firing=frozenset({"database"})).score > alone(other).score


def test_of_two_that_help_the_one_that_keeps_more_is_first() -> None:
    lines = rank([option("a", users_lose="recommendations"), option("b")], Evidence(ONSET, "shop"))
    assert [line.mitigation.name for line in lines] == ["b", "a"]


kinds = st.sampled_from(["rollback", "feature_flag", "traffic_shift", "scale", "degrade", "cluster", "custom"])
options = st.lists(
    st.builds(
        lambda name, kind, reversibility, radius, zone: option(
            name, kind, reversibility=reversibility, blast_radius=radius, zone=zone
        ),
        st.uuids().map(str), kinds, st.sampled_from(["instant", "quick", "slow", "none"]),
        st.sampled_from(["component", "zone", "service", "fleet"]), st.sampled_from(["", "zone-a", "zone-b"]),
    ),
    max_size=12, unique_by=lambda o: o.mitigation.name,
)  # fmt: skip


@given(options, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_they_came_in_and_every_line_explains_itself(
    given_options: list[Option], rng: Any
) -> None:
    known = Evidence(ONSET, "shop", (release(11),), {"zone": Spread("zone", {"zone-b": 1.0}, False)})
    lines = rank(given_options, known)
    shuffled = list(given_options)
    rng.shuffle(shuffled)
    assert [line.mitigation.name for line in rank(shuffled, known)] == [line.mitigation.name for line in lines]
    assert [line.place for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.why.endswith(".") and line.would_move.endswith(".") for line in lines)
