"""What becomes of a signal (R1): the rules, and that the order of deliveries does not matter."""

from hypothesis import example, given
from hypothesis import strategies as st

from stanch.detect import rules
from stanch.detect.disposing import neighbours
from stanch.detect.folding import LATE, AlertState, fold
from stanch.kernel.clock import SECOND
from stanch.kernel.policy import Policy, Rule, Service
from stanch.ports import Alert

NOW = 1_000_000 * SECOND


def copy(firing: bool, start: int, end: int | None = None) -> Alert:
    return Alert("f", "Down", firing, start, end, {}, {})


def state(copies: list[Alert], now: int = NOW) -> AlertState | None:
    known = None
    for alert in copies:
        known = fold(known, alert, now)
    return known


def seen(known: AlertState | None) -> tuple[bool, int | None] | None:
    """What a person sees: does it fire, and if not, since when."""
    return known and (known.firing, None if known.firing else known.told_end)


spans = st.integers(1, 8).flatmap(lambda start: st.tuples(st.just(start), st.integers(start, 9)))
copies = st.one_of(
    st.builds(lambda start: copy(True, start), st.integers(1, 8)),
    st.builds(lambda span: copy(False, span[0], span[1]), spans),
)


@given(
    st.lists(copies, min_size=1, max_size=6).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some + some))
    )
)
@example(([copy(True, 1), copy(True, 5), copy(False, 1, 3)], [copy(False, 1, 3), copy(True, 5), copy(True, 1)]))
def test_any_order_with_duplicates_ends_in_the_same_state(given: tuple[list[Alert], list[Alert]]) -> None:
    once, shuffled_twice = given
    assert seen(state(once)) == seen(state(shuffled_twice))
    ends = [a.ends_at for a in once if a.ends_at is not None]
    firing = any(a.firing and a.starts_at > max(ends, default=0) for a in once)
    assert seen(state(once)) == (firing, None if firing else max(ends))


def test_a_late_copy_does_not_bring_an_alert_back_to_life() -> None:
    known = state([copy(True, 10), copy(False, 10, 20)])
    assert known and not fold(known, copy(True, 10), NOW + LATE).firing


def test_a_sender_that_insists_is_believed() -> None:
    known = state([copy(True, 10), copy(False, 10, 20)])
    assert known and fold(known, copy(True, 10), NOW + LATE + 1).firing


def test_a_lease_that_ran_out_is_revived_by_the_next_copy() -> None:
    ran_out = AlertState(False, 10, None, NOW)
    assert fold(ran_out, copy(True, 10), NOW + 1).firing


@given(st.lists(st.integers(1, 100), min_size=1))
def test_the_longest_lease_counts(leases: list[int]) -> None:
    alerts = [Alert("f", "Down", True, 1, None, {}, {}, lease_until=lease) for lease in leases]
    known = state(alerts)
    assert known and known.lease_until == max(leases)


def subject(burn: float | None = None, **labels: str) -> rules.Subject:
    return rules.Subject(labels, labels.get("service", ""), labels.get("severity", ""), burn)


def test_the_first_rule_that_fits_decides_and_says_its_name() -> None:
    policy = Policy(
        rules=[
            Rule(match={"env": "~dev|test"}, disposition="noise", name="not production"),
            Rule(service="shop", severity="critical", at_once=True),
            Rule(burn_over=10, disposition="incident"),
        ]
    )
    assert rules.still_firing(
        subject(env="test", service="shop", severity="critical"), 0, policy
    ) == rules.SignalDecision("noise", "rule 'not production': page at once")
    assert rules.still_firing(subject(env="testing"), 60 * SECOND, policy).disposition == "incident"
    assert rules.hold_of(subject(service="shop", severity="critical"), policy) == 0
    assert (
        "rule 'service shop, severity critical'"
        in rules.still_firing(subject(service="shop", severity="critical"), 0, policy).reason
    )
    burning = rules.still_firing(subject(burn=14.5, severity="warning"), 60 * SECOND, policy)
    assert burning == rules.SignalDecision("incident", "rule 'burn over 10': still firing after the hold of 1 min")
    for burn in (None, 10.0, float("nan")):
        assert rules.still_firing(subject(burn=burn, severity="warning"), 60 * SECOND, policy).disposition == "ticket"


def test_a_label_that_is_missing_is_the_empty_text() -> None:
    assert rules.fits(Rule(match={"team": ""}), subject())
    assert not rules.fits(Rule(match={"team": "~.+"}), subject())


def test_an_expression_that_does_not_compile_fits_nothing() -> None:
    assert not rules.fits(Rule(match={"team": "~("}), subject(team="("))


def test_a_rule_may_have_a_hold_of_its_own() -> None:
    policy = Policy(hold=60, rules=[Rule(match={"flaky": "yes"}, hold=600)], services={"db": Service("db", hold=5)})
    assert rules.hold_of(subject(flaky="yes", service="db"), policy) == 600 * SECOND
    assert rules.hold_of(subject(service="db"), policy) == 5 * SECOND
    assert rules.hold_of(subject(service="other"), policy) == 60 * SECOND


def test_severity_words_decide_where_no_rule_does() -> None:
    words = {
        "critical": "incident",
        "page": "incident",
        "": "incident",
        "Warning": "ticket",
        "info": "noise",
        "none": "noise",
    }
    for word, disposition in words.items():
        assert rules.still_firing(subject(severity=word), 60 * SECOND, Policy()).disposition == disposition


def test_what_keeps_coming_back_is_work_and_no_noise() -> None:
    policy = Policy(flapping_after=4)
    assert rules.cleared_in_hold(SECOND, 60 * SECOND, 3, policy).disposition == "noise"
    assert "0 s" not in rules.cleared_in_hold(0, 60 * SECOND, 1, policy).reason, "nobody saw it fire"
    verdict = rules.cleared_in_hold(SECOND, 60 * SECOND, 4, policy)
    assert verdict.disposition == "ticket"
    assert verdict.reason.startswith("flapping: fired 4 times within an hour")
    assert not rules.is_flapping(100, Policy(flapping_after=0))


def test_neighbours_are_found_over_any_number_of_steps_and_circles_end() -> None:
    services = {
        "web": Service("web", depends_on=["api"]),
        "api": Service("api", depends_on=["db", "web"]),
        "db": Service("db"),
        "mail": Service("mail", depends_on=["queue"]),
    }
    policy = Policy(services=services)
    assert neighbours("web", policy) == {"web", "api", "db"}
    assert neighbours("db", policy) == {"web", "api", "db"}
    assert neighbours("unknown", policy) == {"unknown"}
