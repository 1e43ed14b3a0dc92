"""Whom a page would not reach."""

from typing import Any

from stanch.kernel.clock import DAY, HOUR, parse_moment
from stanch.kernel.policy import Policy
from stanch.prepare.reachability import (
    Finding,
    LastAttempt,
    pageable,
    reachability,
    shown,
    shown_apart,
    without_schedule,
)
from stanch.prepare.yaml_file import convert
from stanch.web.pages.render import advice

NOW = parse_moment("2026-05-14T14:00:00Z")


def _policy(contacts: dict[str, list[str]], **more: Any) -> Policy:
    values = {
        "contacts": {name: {"name": name.capitalize(), "reach": reach} for name, reach in contacts.items()},
        "escalation": {"default": {"steps": [{"notify": sorted(contacts)}]}},
    }
    policy: Policy = convert(values | more, Policy, "test")
    return policy


def _tried(person: str, reach: str, *, ok: bool = True, ago: int = HOUR, detail: str = "250 ok") -> LastAttempt:
    return LastAttempt(person, reach, NOW - ago, ok, detail, "test", NOW - ago if ok else NOW - 2 * DAY)


def _find(policy: Policy, *reached: LastAttempt, notifiers: frozenset[str] | None = None) -> list[Finding]:
    return reachability(policy, reached, notifiers, NOW)


def test_two_ways_that_worked_lately_leave_nothing_to_say() -> None:
    policy = _policy({"ada": ["smtp:a@b.c", "sms:+491701234567"]})
    assert _find(policy, _tried("ada", "smtp:a@b.c"), _tried("ada", "sms:+491701234567")) == []


def test_without_a_schedule_it_is_said_whom_a_page_goes_to() -> None:
    some, sent = {"ada": ["smtp:a@b"], "ben": ["fax:1"], "eve": ["smtp:e@b"]}, frozenset({"smtp"})

    def said(contacts: dict[str, list[str]], **escalation: object) -> str:
        return without_schedule(_policy(contacts, escalation=escalation), sent)

    everybody = "a page goes at once to everybody in the contacts to whom something can be sent: "
    assert said(some) == f"There is no escalation policy either: {everybody}Ada and Eve."
    assert said({"ada": ["smtp:a@b"]}).endswith(": Ada.")
    assert said({f"p{n}": ["smtp:a@b"] for n in range(9)}).endswith(": 9 people.")
    for nobody in ({}, {"ben": ["fax:1"]}, {"ben": []}):
        assert "policy either: a page would wake nobody, since nothing can be sent to anybody" in said(nobody)
    steps = {"steps": [{"notify": ["ada"]}]}
    assert said(some, default=steps) == "Escalation policies page whom they name."
    named = "Escalation policies page whom they name. Where a service has none of them, "
    assert said(some, night=steps) == f"{named}{everybody}Ada and Eve."


def test_somebody_who_is_no_contact_cannot_be_reached() -> None:
    policy = _policy({"ada": ["a:1", "b:2"]}, escalation={"default": {"steps": [{"notify": ["adda"]}]}})
    (found,) = _find(policy, _tried("ada", "a:1"), _tried("ada", "b:2"))
    assert (found.person, found.worry) == ("adda", "unreachable") and "no such contact" in found.text
    assert found.paged_by == ["escalation policy 'default'"]


def test_somebody_without_a_way_cannot_be_reached_and_one_way_is_weak() -> None:
    found = _find(_policy({"ada": [], "ben": ["a:1"]}), _tried("ben", "a:1"))
    assert [(f.person, f.worry) for f in found] == [("ada", "unreachable"), ("ben", "weak")]


def test_the_same_method_twice_is_one_method() -> None:
    found = _find(_policy({"ada": ["a:1", "a:1"]}), _tried("ada", "a:1"))
    assert [f.worry for f in found] == ["weak"]


def test_a_notifier_that_is_not_configured_makes_the_way_fail() -> None:
    policy = _policy({"ada": ["smtp:a@b.c", "slack:U1"]})
    found = _find(policy, _tried("ada", "smtp:a@b.c"), notifiers=frozenset({"smtp", "ntfy"}))
    assert [(f.worry, f.method) for f in found] == [("failing", "slack:U1")]
    assert "ntfy, smtp" in found[0].do


def test_what_failed_last_says_why_and_when_it_last_worked() -> None:
    policy = _policy({"ada": ["a:1", "b:2"]})
    (found,) = _find(policy, _tried("ada", "a:1", ok=False, detail="550 no such user"), _tried("ada", "b:2"))
    assert found.text == "failed 1 h 00 min ago: 550 no such user; it last worked 2 d ago"


def test_when_every_way_fails_the_person_comes_first() -> None:
    policy = _policy({"ada": ["a:1", "b:2"]})
    found = _find(policy, _tried("ada", "a:1", ok=False), _tried("ada", "b:2", ok=False))
    assert [f.worry for f in found] == ["unreachable", "failing", "failing"]


def test_what_was_never_tried_or_long_ago_is_untested() -> None:
    policy = _policy({"ada": ["a:1", "b:2"]})
    found = _find(policy, _tried("ada", "a:1", ago=31 * DAY))
    assert [(f.worry, f.method) for f in found] == [("untested", "a:1"), ("untested", "b:2")]
    assert (
        "31 d" in found[0].text
        and "never" in found[1].text
        and found[0].do == "send a test page: 'stanch test-page ada'"
    )
    assert [f.method for f in _find(policy, _tried("ada", "a:1", ago=30 * DAY))] == ["b:2"]


def test_a_command_on_a_page_is_code_and_stays_as_it_is_typed() -> None:
    found = _find(_policy({"ada": ["a:1", "b:2"]}))
    assert advice(found[0].do) == "Send a test page: <code>stanch test-page ada</code>"
    assert advice("'stanch drill' plays <one>") == "<code>stanch drill</code> plays &lt;one&gt;"


def test_people_of_schedules_and_of_overrides_to_come_are_looked_at() -> None:
    policy = _policy(
        {"ada": [], "ben": [], "cy": [], "dan": [], "eve": []},
        escalation={"default": {"steps": [{"notify": ["schedule:primary", "ada"]}]}},
        schedules={
            "primary": {
                "layers": [
                    {"people": ["ben"], "start": "2026-01-01T09:00"},
                    {"people": ["cy"], "start": "2025-01-01T09:00", "end": "2026-01-01T09:00"},
                ],
                "overrides": [{"person": "dan", "start": "2026-05-15T09:00", "end": "2026-05-16T09:00"}],
            }
        },
    )
    found = pageable(policy, NOW, [("primary", "eve")])
    assert set(found) == {"ada", "ben", "dan", "eve"} and found["eve"] == ["schedule 'primary'"]


def test_without_a_default_policy_everyone_is_looked_at() -> None:
    found = pageable(_policy({"ada": [], "ben": []}, escalation={}), NOW)
    assert set(found) == {"ada", "ben"} and "everyone" in found["ada"][0]


def test_a_way_with_a_secret_in_its_url_shows_its_kind_only() -> None:
    assert shown("smtp:a@b.c") == "smtp:a@b.c"
    assert shown("apprise:tgram://123456:secret/42") == "apprise:tgram://…"
    assert shown("webhook:https://u:secret@hooks.example.org/secret") == "webhook:https://hooks.example.org…"


def test_a_way_without_a_notifier_is_named() -> None:
    found = _find(_policy({"ada": ["ada@example.org", "a:1"]}), _tried("ada", "a:1"))
    assert [(f.worry, f.method) for f in found] == [("failing", "ada@example.org")]


def test_methods_that_look_the_same_are_told_apart() -> None:
    first, second = "webhook:http://phone.example/ada", "webhook:http://phone.example/ada/second"
    assert shown_apart([first, second, "smtp:a@b.example"]) == {
        first: "webhook:http://phone.example… (1 of 2)",
        second: "webhook:http://phone.example… (2 of 2)",
        "smtp:a@b.example": "smtp:a@b.example",
    }
    assert shown_apart([]) == {}
