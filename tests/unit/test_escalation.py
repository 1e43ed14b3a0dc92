"""Which step is next, whom it reaches, and what waits for working hours (R2)."""

import pytest

from stanch.kernel.clock import HOUR, parse_moment
from stanch.kernel.contacts import Contact, EscalationPolicy, EscalationStep
from stanch.kernel.policy import Policy
from stanch.kernel.schedule import WorkingHours
from stanch.kernel.severities import SeverityPolicy
from stanch.prepare.oncall.hours import in_working_hours, next_working_moment
from stanch.respond.escalation import ResolvedTargets, escalation_of, last_resort, next_step, total_of, waits_until

BERLIN = WorkingHours("Europe/Berlin", "09:00", "17:00", holidays=["2026-12-25"])
NOON = parse_moment("2026-11-23T11:00:00Z")  # a Monday
NIGHT = parse_moment("2026-11-23T23:00:00Z")
POLICY = Policy(working_hours=BERLIN)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),  # nine in Berlin, in winter
        ("2026-11-23T07:59:59Z", "2026-11-23T08:00:00Z"),
        ("2026-11-23T16:00:00Z", "2026-11-24T08:00:00Z"),  # the end is not in it
        ("2026-11-27T20:00:00Z", "2026-11-30T08:00:00Z"),  # over the weekend
        ("2026-12-24T20:00:00Z", "2026-12-28T08:00:00Z"),  # over a holiday and the weekend
        ("2026-03-27T20:00:00Z", "2026-03-30T07:00:00Z"),  # over the change to summer time
    ],
)
def test_work_begins_at_nine_by_the_wall_clock(now: str, begins: str) -> None:
    assert next_working_moment(BERLIN, parse_moment(now)) == parse_moment(begins)
    assert in_working_hours(BERLIN, parse_moment(now)) == (now == begins)


def test_hours_over_midnight_and_the_end_of_the_day() -> None:
    late = WorkingHours("UTC", "22:00", "06:00", days=["mon"])
    assert in_working_hours(late, parse_moment("2026-11-24T03:00:00Z")), "Monday's hours reach into Tuesday"
    assert not in_working_hours(late, parse_moment("2026-11-23T03:00:00Z"))
    assert in_working_hours(WorkingHours("UTC", "00:00", "24:00", days=["mon"]), parse_moment("2026-11-23T23:59:59Z"))


def test_hours_that_never_come_or_cannot_be_read_hold_nothing_back() -> None:
    assert next_working_moment(WorkingHours(days=[]), NOON) == NOON
    broken = Policy(working_hours=WorkingHours("Europe/Berlni"))
    assert waits_until(broken, "SEV-3", NIGHT) is None


def steps(*some: EscalationStep, repeat: int = 0) -> EscalationPolicy:
    return EscalationPolicy(list(some), repeat)


def test_steps_follow_each_other_and_repeat() -> None:
    policy = steps(EscalationStep(["ada"]), EscalationStep(["ben"]), repeat=1)
    reached = {0: ResolvedTargets(["ada"]), 1: ResolvedTargets(["ben"])}
    taken = []
    after = -1
    while found := next_step(policy, after, reached, POLICY, NOON):
        taken.append((found.number, found.people, found.last))
        after = found.number
    assert total_of(policy) == 4
    assert taken == [(0, ["ada"], False), (1, ["ben"], False), (2, ["ada"], False), (3, ["ben"], True)]


def test_a_step_that_reaches_nobody_is_passed_over_at_once_and_says_so() -> None:
    policy = steps(EscalationStep(["schedule:primary"]), EscalationStep(["ben"]))
    reached = {0: ResolvedTargets([], ["nobody is on call in 'primary'"]), 1: ResolvedTargets(["ben"])}
    found = next_step(policy, -1, reached, POLICY, NOON)
    assert found and (found.number, found.people) == (1, ["ben"])
    assert found.passed == ["nobody is on call in 'primary'", "step 1 reaches nobody"]


def test_a_step_for_working_hours_is_passed_over_at_night() -> None:
    policy = steps(EscalationStep(["ada"], hours="working"), EscalationStep(["ben"]))
    reached = {0: ResolvedTargets(["ada"]), 1: ResolvedTargets(["ben"])}
    by_night, by_day = (next_step(policy, -1, reached, POLICY, now) for now in (NIGHT, NOON))
    assert by_night and by_night.people == ["ben"]
    assert by_night.passed == ["step 1 is for working hours"]
    assert by_day and by_day.people == ["ada"]


def test_when_no_step_reaches_anyone_everybody_is_paged() -> None:
    policy = Policy(
        contacts={
            "ada": Contact("Ada", ["x:1"]),
            "mute": Contact("Mute"),
            "dbcorp": Contact("DB Corp", ["x:2"], kind="vendor"),
        }
    )
    assert (
        next_step(steps(EscalationStep(["zoe"])), -1, {0: ResolvedTargets([], ["'zoe' is no contact"])}, policy, NOON)
        is None
    )
    found = last_resort(policy, ["'zoe' is no contact"])
    assert (found.people, found.last) == (["ada"], True)
    assert found.passed[-1].endswith("everybody is paged")
    assert escalation_of(policy, "none such").steps[0].notify == ["ada"]


def test_an_unknown_policy_is_the_default_one() -> None:
    default = steps(EscalationStep(["ada"]))
    assert escalation_of(Policy(escalation={"default": default}), "typo") is default


def test_a_severity_may_wait_for_working_hours_and_others_never_do() -> None:
    assert waits_until(POLICY, "SEV-3", NIGHT) == parse_moment("2026-11-24T08:00:00Z")
    assert waits_until(POLICY, "SEV-3", NOON) is None
    for severity in ("SEV-1", "SEV-2", None):
        assert waits_until(POLICY, severity, NIGHT) is None
    never = Policy(severities={"SEV-3": SeverityPolicy(hours="working")}, working_hours=WorkingHours(days=[]))
    assert waits_until(never, "SEV-3", NIGHT + HOUR) is None, "better at night than never"
