"""Each kind of evidence moves the ranking the way the text says, and says so (R16 to R23)."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from stanch.kernel.clock import HOUR, MINUTE
from stanch.kernel.policy import Mitigation
from stanch.kernel.suspicion import left_since
from stanch.mitigate.ranking import outcome_words, text_signs
from stanch.mitigate.ranking import rank as ranking
from stanch.mitigate.ranking.evidence import (
    Dependency,
    Durations,
    Evidence,
    Harm,
    Option,
    PastRuns,
    Pressure,
    Release,
    Shape,
    Spread,
    TextEvidence,
    left_behind,
)
from stanch.mitigate.ranking.rank import Ranked, rank, ranked
from stanch.mitigate.saturation import fullness
from stanch.mitigate.waiting_alerts import waits_by_its_words
from stanch.ports import Extent
from stanch.prepare.playbooks.rules import IncidentEvidence, Released, suggest

ONSET = 100 * HOUR


def option(name: str = "x", kind: Any = "custom", service: str = "shop", **more: Any) -> Option:
    extra = {key: more.pop(key) for key in ("extent", "objections", "offered_by") if key in more}
    return Option(Mitigation(name, name.title(), kind, "lever", name, {}, **more), service, **extra)


def alone(one: Option, **known: Any) -> Ranked:
    return rank([one], Evidence(ONSET, "shop", **known))[0]


def release(minutes: float, **more: Any) -> Release:
    return Release("shop", more.pop("release", "v2"), "v1", ONSET - int(minutes * MINUTE), **more)


ROLLBACK = option("rollback", "rollback")
DRAIN = option("drain", "traffic_shift", zone="zone-b", reversibility="instant", blast_radius="zone")
SCALE = option("scale", "scale")


def test_a_text_is_read_once_for_all_options_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many texts there are: of a list with one text more, that one is read."""
    read: list[str] = []
    for module in (text_signs, outcome_words):
        known = module.tells
        monkeypatch.setattr(
            module, "tells", lambda text, *rest, known=known: (read.append(text), known(text, *rest))[1]
        )
    texts = [f"{number} requests fail, restarted {number} pods, it did not help" for number in range(200)]
    told = tuple(TextEvidence("a note", text, 0.7, outcome=True) for text in texts)
    tools = [option(f"restart pod {number}") for number in range(10)]
    rank(tools, Evidence(ONSET, "shop", told=told[:-1]))
    assert set(read) == set(texts[:-1])
    once = len(read) // len(set(read))
    assert all(read.count(text) == once for text in texts[:-1])
    read.clear()
    rank(tools, Evidence(ONSET, "shop", told=told))
    assert read == texts[-1:] * once


def test_a_release_nearer_to_the_onset_lifts_a_rollback_more() -> None:
    scores = [alone(ROLLBACK, releases=(release(m),)).score for m in (5, 30, 59, 300, 3000)]
    assert scores == sorted(scores, reverse=True)
    assert alone(ROLLBACK).score < scores[3]


def test_a_rollback_in_another_cluster_is_not_supported_by_the_release_of_this_one() -> None:
    """R17: two clusters of one service run different releases; each rollback goes back from its own."""
    here, there = (option(name, "rollback", version=tag) for name, tag in (("here", "v4"), ("there", "v3")))
    known = {"releases": (release(5, release="v4"), release(3000, release="v3"))}
    first, second = rank([there, here], Evidence(ONSET, "shop", **known))
    assert (first.mitigation.name, first.standing, second.standing) == ("here", "supported", "unsupported")
    assert second.reasons[0].startswith("shop v3 went out")
    git_sha = {"releases": (release(5, release="9fceb02"),)}
    assert alone(there, **git_sha).standing == "supported", "a pipeline's own name for it may mean this one"


def test_the_release_before_the_onset_is_suspected_and_not_the_one_after_it() -> None:
    line = alone(ROLLBACK, releases=(release(-8, release="v3"), release(11, release="v2")))
    assert line.reasons[0].startswith("shop v2 went out 11 min before onset (+")


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
    full = alone(SCALE, pressures=(Pressure(True, "the queue is at 98%"),))
    free = alone(SCALE, pressures=(Pressure(False, "the queue is at 12%"),))
    assert full.score > 0 > alone(SCALE).score >= free.score
    assert "the queue is at 12%, so there is no saturation" in free.why[0].lower() + free.why[1:]


def test_what_the_catalog_says_to_help_with_the_shape_is_lifted() -> None:
    seen = (Shape("expired-certificate", "Expired certificate", "a TLS probe fails", 5),)
    renew = option("renew", helps=["expired-certificate"])
    assert alone(renew, shapes=seen).score > alone(renew).score + 15


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
    past = {"x": PastRuns(3, 2, Durations(3, 40.0, 130.0), Durations(1, 5.0, 5.0))}
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


def test_a_run_of_which_nobody_knows_whether_it_helped_says_nothing() -> None:
    """R16, R23."""
    judged, more = PastRuns(3, 3), PastRuns(3, 3, unknown=1)
    assert alone(option(), past={"x": judged}).score == alone(option(), past={"x": more}).score
    assert alone(option(), past={"x": PastRuns(unknown=2)}).score == alone(option()).score
    assert judged.words() == "helped in 3 of 3 earlier runs"
    assert more.words() == "helped in 3 of 3 earlier runs that could be judged, 1 not known"
    assert PastRuns(1, 0, unknown=2).words() == "helped in 0 of 1 earlier run that could be judged, 2 not known"
    assert PastRuns(unknown=2).words() == ""


def test_what_was_tried_in_vain_or_is_in_place_falls() -> None:
    for outcome in ("no_change", "worse", "watching", "helped"):
        assert alone(option(), tried={"x": outcome}).score < min(0, alone(option()).score)


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


# --- the sum, and no edges (R16) ---

releases = st.lists(
    st.builds(
        lambda minutes, kind, clean: Release("shop", f"r{minutes}-{kind}", "v1", ONSET - minutes * MINUTE, clean, kind=kind),
        st.integers(-60, 300), st.sampled_from(["release", "flag", "config", "capacity", "other"]), st.booleans(),
    ),
    max_size=4,
)  # fmt: skip
SHARES = Spread("zone", {"zone-a": 0.1, "zone-b": 0.9}, True)
harms = st.sampled_from([(), (Harm("data", "data is at risk"),), (Harm("security", "a token is stolen", 0.6),)])
known = st.builds(
    lambda changed, zone, harm, full: Evidence(
        ONSET, "shop", tuple(changed), {"zone": SHARES} if zone else {}, (Pressure(full, "the queue is long"),), harms=harm
    ),
    releases, st.booleans(), harms, st.booleans(),
)  # fmt: skip


@given(options, known)
def test_the_printed_reasons_of_a_line_add_up_to_its_score(given_options: list[Option], evidence: Evidence) -> None:
    for line in rank(given_options, evidence):
        printed = [float(re.search(r"\(([+-]\d+\.\d) min\)$", reason)[1]) for reason in line.reasons]  # type: ignore[index]
        assert round(sum(printed), 1) == line.score


TITLED = [
    option("back", "rollback"), option("final", "rollback", reversibility="none"), option("off", "feature_flag"),
    DRAIN, SCALE, option("stop-payments", "custom"), option("revoke-tokens", "custom", reversibility="none"),
    option("restore-config", "custom"), option("restart", "cluster", reversibility="none"), option("scale-in", "custom"),
    option("slow", "rollback", effect_seconds=3600, undo_seconds=3600), option("static", "degrade"),
]  # fmt: skip


TEXTS = (
    "Good morning", "The pods are out of memory", "Traffic has doubled", "zone-b is drained, it did not help", "Restarted it in vain",
    "The static page is still slow", "Payments fail in zone-b", "A new release went out, and 30 % of the requests fail", "Somebody looks at it",
)  # fmt: skip
told = st.lists(
    st.builds(
        TextEvidence, st.sampled_from(["a note", "the alert X"]), st.sampled_from(TEXTS), st.sampled_from([0.7, 1.0]),
        st.booleans(), st.sampled_from([(), ("drain",)]),
    ),
    max_size=12,
).map(tuple)  # fmt: skip


@given(st.lists(st.sampled_from(TITLED), unique_by=lambda o: o.mitigation.name), known, told)
def test_texts_that_tell_nothing_of_any_option_and_those_that_are_told_twice_move_nothing(
    given_options: list[Option], evidence: Evidence, texts: tuple[TextEvidence, ...]
) -> None:
    evidence = replace(evidence, told=texts)
    assert ranked(given_options, evidence) == rank(given_options, evidence)


def test_a_line_that_tells_nothing_is_no_reason_to_work_the_list_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Evidence(ONSET, "ledger", told=(TextEvidence("the title", "Traffic has doubled"),))
    first = ranked(TITLED, before)
    monkeypatch.setattr(ranking, "rank", lambda *_: [])
    note = TextEvidence("a note", "Somebody looks at it", 0.7, outcome=True)
    assert ranked(TITLED, replace(before, told=(note, *before.told))) == first
    note = replace(note, text="The static page is slow")
    assert ranked(TITLED, replace(before, told=(note, *before.told))) == []


# Oldest first and two minutes apart, so that a minute changes no order: which release runs now is a fact and has an edge.
went_out = st.lists(
    st.tuples(st.integers(-60, 300), st.sampled_from(["v1", "v2", "v3"])), max_size=4, unique_by=lambda pair: pair[0] // 3
).map(lambda found: [(m // 3 * 3, name) for m, name in sorted(found, reverse=True)])  # fmt: skip


def at_moments(went: list[tuple[int, str]], other: tuple[Release, ...]) -> tuple[Release, ...]:
    own = [Release("shop", name, "", ONSET - minutes * MINUTE) for minutes, name in went]
    return (*left_behind(own, ONSET), *other)


def with_everything(went: list[tuple[int, str]], base: Evidence, at: float, waited: int, seconds: float) -> Evidence:
    """The same evidence with releases, a shape that follows from them, saturation, an alert's wait and past runs."""
    releases = at_moments(went, base.releases)
    seen = IncidentEvidence(
        ONSET,
        released=tuple(Released("shop", r.release, r.deployed_at, r.left) for r in releases if r.kind == "release"),
    )
    shapes = tuple(Shape(f.playbook, f.playbook, f.reason, f.weight) for f in suggest(seen, 0))
    full = (
        Pressure(at >= 80, "threads", "shop", True, fullness(at - 80, 80)),
        Pressure(at >= 90, "pool", "db", False, fullness(at - 90, 90)),
    )
    past = {
        o.mitigation.name: PastRuns(2, 1, Durations(2, seconds, seconds), Durations(2, seconds, seconds))
        for o in TITLED[:6]
    }
    return replace(base, releases=releases, shapes=shapes, pressures=full, waited=waited * MINUTE, past=past)


def moved(before: Evidence, after: Evidence) -> dict[str, tuple[float, float]]:
    scores = {line.mitigation.name: line.score for line in rank(TITLED, before)}
    later = {line.mitigation.name: line.score for line in rank(TITLED, after)}
    return {name: (s, later[name]) for name, s in scores.items() if abs(s - later[name]) > 2}


@given(known, went_out, st.integers(0, 120), st.floats(60, 120), st.floats(0, 4000), st.data())
def test_one_minute_or_one_percent_of_any_piece_of_evidence_moves_no_score_by_more_than_two(
    base: Evidence, went: list[tuple[int, str]], waited: int, at: float, seconds: float, data: st.DataObject
) -> None:
    """R16: no edges. A release, the wait of an alert and a measured time move by a minute, saturation by a percent of its bound."""
    given_ = (went, base, at, waited, seconds)
    before = with_everything(*given_)
    for place in range(len(went)):
        shifted = [(m - (n == place), name) for n, (m, name) in enumerate(went)]
        assert moved(before, with_everything(shifted, *given_[1:])) == {}
    assert moved(before, with_everything(went, base, at + 0.8, waited, seconds)) == {}
    assert moved(before, with_everything(went, base, at, waited + 1, seconds)) == {}
    assert moved(before, with_everything(went, base, at, waited, seconds + 60)) == {}


@pytest.mark.parametrize("waited", [0, 63, 86])
@pytest.mark.parametrize("older", [[(33, "v2")], [(258, "v1")], [(279, "v3"), (231, "v3")]])
def test_a_release_just_after_the_onset_moves_smoothly_too(older: list[tuple[int, str]], waited: int) -> None:
    """R16: there the suspicion of it falls, and it leaves the one before as a suspect, at once."""
    base = Evidence(ONSET, "shop", pressures=(Pressure(False, "the queue is long"),))
    for minute in range(-30, 3):
        for name in ("v1", "v2"):
            went, later = [*older, (minute, name)], [*older, (minute - 1, name)]
            before = with_everything(went, base, 77.0, waited, 30.0)
            assert moved(before, with_everything(later, base, 77.0, waited, 30.0)) == {}


@given(known, st.data())
def test_one_minute_moves_no_score_by_more_than_two(evidence: Evidence, data: st.DataObject) -> None:
    moved = data.draw(st.integers(0, len(evidence.releases)))
    later = [
        replace(r, deployed_at=r.deployed_at + MINUTE) if n == moved else r for n, r in enumerate(evidence.releases)
    ]
    # None of the releases was chosen: the onset moves.
    other = replace(evidence, releases=tuple(later), onset=evidence.onset + (MINUTE if moved == len(later) else 0))
    before = {line.mitigation.name: line.score for line in rank(TITLED, evidence)}
    after = {line.mitigation.name: line.score for line in rank(TITLED, other)}
    assert {name: s for name, s in before.items() if abs(s - after[name]) > 2} == {}


def test_an_hour_and_an_hour_and_a_minute_are_nearly_the_same() -> None:
    an_hour, a_minute_more = alone(ROLLBACK, releases=(release(60),)), alone(ROLLBACK, releases=(release(61),))
    assert 0 <= an_hour.score - a_minute_more.score < 0.5


def test_what_works_in_a_day_is_worth_less_than_what_works_in_minutes() -> None:
    scores = [alone(option(effect_seconds=60.0 * m), releases=(release(5),)).score for m in (1, 4, 60, 1440)]
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1]


def test_harm_in_progress_puts_what_stops_it_first() -> None:
    stop, back, pause = option("halt-payments"), ROLLBACK, option("pause-rollout", "cluster", reversibility="instant")
    evidence = Evidence(ONSET, "shop", (release(5),), harms=(Harm("data", "data is at risk"),))
    assert rank([back, pause, stop], evidence)[0].mitigation.name == "halt-payments"
    revoke = option("revoke-tokens", reversibility="none", effect_seconds=1800)
    evidence = Evidence(ONSET, "shop", (release(5),), harms=(Harm("security", "a token is stolen"),))
    assert rank([back, pause, revoke], evidence)[0].mitigation.name == "revoke-tokens"


def test_saturation_belongs_to_something() -> None:
    own = alone(SCALE, pressures=(Pressure(True, "threads are at 98 %", "shop", True),))
    pool = alone(SCALE, pressures=(Pressure(True, "the pool is at 98 %", "database", False),))
    assert own.score > 0 > pool.score and "more instances ask more of it" in pool.why
    resized = Release("shop", "scale to 20", "", ONSET - 5 * MINUTE, kind="capacity")
    assert alone(SCALE, releases=(resized,)).score < alone(SCALE).score
    assert alone(option("scale-in"), releases=(resized,)).score > alone(option("scale-in")).score + 5


@given(st.sampled_from(["fleet", "service", "component"]), st.integers(1, 5))
def test_what_cannot_be_undone_is_not_lifted_by_the_catalogs_word(radius: str, weight: int) -> None:
    final = option("final", helps=["zone-power"], reversibility="none", blast_radius="component", effect_seconds=1)
    supported = option("drain", "traffic_shift", zone="zone-b", blast_radius=radius)
    evidence = Evidence(
        ONSET, "shop", spreads={"zone": SHARES}, shapes=(Shape("zone-power", "Power", "power is lost", weight),)
    )
    lines = rank([final, supported, option("other")], evidence)
    assert lines[0].mitigation.name == "drain" and lines[-1].mitigation.name == "final"


def test_a_dependency_that_nobody_here_can_mend_lifts_degraded_modes_and_no_drain() -> None:
    down = (Dependency("bank", "down", "the bank is down"),)
    lines = rank(
        [DRAIN, option("queue", "degrade"), ROLLBACK],
        Evidence(ONSET, "shop", dependencies=down, needs={"shop": ("bank",)}),
    )
    assert lines[0].mitigation.name == "queue" and "this works without it" in lines[0].why
    assert next(line for line in lines if line.mitigation.name == "drain").score < 0


def test_nothing_supported_is_said_and_a_harmless_action_is_called_a_guess() -> None:
    first, *_ = rank([option("a", reversibility="instant"), ROLLBACK], Evidence(ONSET, "shop"))
    assert first.why.startswith("Nothing here is supported by evidence") and first.standing == "a safe guess"
    lines = rank(
        [option("a", reversibility="instant", blast_radius="component"), ROLLBACK],
        Evidence(ONSET, "shop", (release(9),)),
    )
    assert lines[0].mitigation.name == "rollback" and "9 min before onset" in lines[0].why
    assert lines[1].why.startswith("A safe guess, no evidence supports it")


def test_where_nothing_is_worth_doing_what_evidence_speaks_against_is_last() -> None:
    queue = option("queue", "degrade", users_lose="transfers until later", effect_seconds=3600)
    first, last = rank([SCALE, queue], Evidence(ONSET, "shop"))
    assert first.score < last.score < 0 and first.mitigation.name == "queue"
    assert "no saturation is measured" in last.why.lower()


def test_where_nothing_is_worth_doing_what_evidence_supports_is_first() -> None:
    slow = option(
        "renew-the-intermediate-certificate", blast_radius="fleet", effect_seconds=14400, reversibility="slow"
    )
    told = (TextEvidence("the alert CertificateExpired", "the intermediate certificate expired at 00:00 UTC"),)
    first, guess = rank(
        [option("close", "degrade", users_lose="new add-ons"), slow], Evidence(ONSET, "shop", told=told)
    )
    assert first.score < guess.score < 0 and first.mitigation.kind == "custom"
    assert "certificate expired" in first.why and guess.standing == "a safe guess"


def test_where_nothing_is_worth_doing_what_cannot_be_rolled_back_cleanly_is_no_first_guess() -> None:
    lossy = option("rollback", "rollback", users_lose="the new basket page")
    unclean = release(0.1, reversible=False, reason="it dropped a column")
    first, last = rank([lossy, DRAIN], Evidence(ONSET, "shop", releases=[unclean]))
    assert (first.mitigation.name, last.mitigation.name) == ("drain", "rollback")


def test_instances_that_fail_as_soon_as_they_start_are_not_made_more() -> None:
    texts = ("new tasks are killed for memory within seconds", "three times the usual traffic")
    told = tuple(TextEvidence("the alert", text) for text in texts)
    first, *_ = rank([SCALE, option("block-traffic", "degrade")], Evidence(ONSET, "shop", told=told))
    assert first.mitigation.name == "block-traffic"


def test_weak_evidence_is_named_and_not_denied() -> None:
    weak = Spread("zone", {"zone-a": 0.2, "zone-b": 0.8}, True)
    (line,) = [
        line
        for line in rank([ROLLBACK, DRAIN], Evidence(ONSET, "shop", (release(3),), spreads={"zone": weak}))
        if line.mitigation.name == "drain"
    ]
    assert line.standing == "a safe guess" and line.why.startswith("A safe guess, little evidence supports it: ")


def test_a_change_at_the_onset_is_not_nought_seconds_after_it() -> None:
    assert alone(ROLLBACK, releases=(release(0),)).reasons[0].startswith("shop v2 went out just as it began")


def test_a_flag_or_a_configuration_that_changed_lifts_what_takes_that_back() -> None:
    flag, config = option("flag-off", "feature_flag", feature="new-cart"), option("put-back-routing-rules")
    turned = Release("shop", "new-cart on", "", ONSET - 3 * MINUTE, kind="flag")
    assert rank([ROLLBACK, config, flag], Evidence(ONSET, "shop", (turned,)))[0].mitigation.name == "flag-off"
    pushed = Release("shop", "routing rules 7", "", ONSET - 3 * MINUTE, kind="config")
    assert (
        rank([ROLLBACK, config, flag], Evidence(ONSET, "shop", (pushed,)))[0].mitigation.name
        == "put-back-routing-rules"
    )


def test_a_node_and_a_tenant_are_singled_out_by_name() -> None:
    drains = [option(f"drain-node-{n}", "traffic_shift") for n in (1, 2)]
    spreads = {"node": Spread("node", {"node-1": 0.04, "node-2": 0.96}, True)}
    assert rank(drains, Evidence(ONSET, "shop", spreads=spreads))[0].mitigation.name == "drain-node-2"
    limits = [option(f"limit-{name}", "degrade") for name in ("acme", "umbrella")]
    spreads = {"tenant": Spread("tenant", {"acme": 0.9, "umbrella": 0.1}, True)}
    assert rank(limits, Evidence(ONSET, "shop", spreads=spreads))[0].mitigation.name == "limit-acme"


def went(*releases: tuple[float, str]) -> tuple[Release, ...]:
    """Minutes before the onset and names, oldest first, as the record has them."""
    return tuple(left_behind([Release("shop", name, "", ONSET - int(m * MINUTE)) for m, name in releases], ONSET))


def test_after_going_back_the_bad_release_is_not_the_way_back() -> None:
    """R17: it went out 11 min before the onset, and was left 4 min after it."""
    line = alone(ROLLBACK, releases=went((3000, "v1"), (11, "v2"), (-4, "v1")))
    assert line.score < 0 and line.standing != "supported"
    assert line.cautions == ["shop v2 was left for v1 since the onset; going back from there would bring it back"]
    assert not any("v1 went out 4 min after" in reason for reason in line.reasons)
    own_way = alone(
        option("undo-to-3", "rollback", offered_by="kubernetes:shop"),
        releases=went((3000, "v1"), (11, "v2"), (-4, "v1")),
    )
    assert own_way.standing != "supported" and not own_way.cautions, "an offer names its revision and never a left one"
    only = alone(ROLLBACK, releases=went((11, "v2"), (-4, "v1"))[:1])
    assert "shop v2" in " ".join(only.reasons)


def test_a_release_that_left_the_suspect_is_no_way_back_either() -> None:
    forward = alone(ROLLBACK, releases=went((3000, "v1"), (11, "v2"), (-40, "v3")))
    assert forward.score < alone(ROLLBACK, releases=went((3000, "v1"), (11, "v2"))).score - 15
    assert "v2 was left for v3" in " ".join(forward.reasons)


def test_going_back_shortly_before_a_late_alert_counts_and_long_before_it_does_not() -> None:
    assert [
        round(each.degree, 1) for each in left_since([(0, "a"), (90 * MINUTE, "b"), (100 * MINUTE, "a")], 101 * MINUTE)
    ] == [0, 1, 1]
    long_before = left_since([(0, "a"), (10 * MINUTE, "b"), (20 * MINUTE, "a")], 20 * HOUR)
    assert max(each.degree for each in long_before) < 0.05
    again = went((9000, "v1"), (4000, "v2"), (2000, "v1"), (11, "v2"))
    assert alone(ROLLBACK, releases=again).standing == "supported", "v2 went out again, and that is a release"
    latest = went((9000, "latest"), (11, "latest"))
    assert alone(ROLLBACK, releases=latest).standing == "supported"


def test_what_changed_while_the_alert_waited_is_as_near_as_what_changed_just_before() -> None:
    """R17: an alert with ``for: 40m`` dates the onset 40 min late."""
    late, waits = alone(ROLLBACK, releases=(release(45),)), alone(ROLLBACK, releases=(release(45),), waited=40 * MINUTE)
    assert waits.score > late.score + 3
    assert "45 min before onset (the onset comes from an alert that waits 40 min before it fires)" in waits.reasons[0]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"for": "15m", "evaluation_interval": "30s"}, 930), ({"for": "1h30m"}, 5400), ({"pending_period": "5 m"}, 300), ({"for": "90"}, 90),
        ({"Trigger.Period": "300", "Trigger.EvaluationPeriods": "3"}, 900), ({"period": "quarterly"}, 0), ({"for": "all customers"}, 0),
        ({"period": "60"}, 0), ({"interval": ""}, 0), ({}, 0), ({"for": "5m and more"}, 0),
    ],
)  # fmt: skip
def test_how_long_an_alert_waits_is_read_where_its_sender_says_it(told: dict[str, str], wanted: float) -> None:
    assert waits_by_its_words(told) == wanted


def test_saturation_has_no_step_at_its_bound() -> None:
    """R20."""

    def at(percent: float) -> Ranked:
        return alone(
            SCALE,
            pressures=(
                Pressure(percent >= 90, f"threads are at {percent} %", "shop", True, fullness(percent - 90, 90)),
            ),
        )

    scores = [at(p).score for p in range(50, 101)]
    assert scores == sorted(scores) and scores[-1] > 5 > 0 > scores[0]
    assert max(b - a for a, b in pairwise(scores)) <= 2
    assert "so there is no saturation" in at(60).why and "capacity relieves that" in at(99).why
    assert "close to its bound" in " ".join(at(89).reasons)
    assert fullness(0, 0) == 0.5 and fullness(-1e9, 1e-9) < 1e-6 and fullness(5, 0) > 0.99
