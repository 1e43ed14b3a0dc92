"""Numbers that people write into the configuration: what would stop the engine at night is refused by day (R2, P2)."""

from typing import Any

import pytest

from stanch.kernel.errors import Invalid
from stanch.kernel.policy import Policy
from stanch.prepare.yaml_file import convert, parse_yaml

STEP = "escalation: {default: {steps: [{notify: [ada], wait: %s}]}}"
PROBE = "services: {shop: {name: shop, probes: [{name: p, url: 'http://x', every: %s}]}}"


def read(text: str) -> Any:
    return convert(parse_yaml(text, "test"), Policy, "test")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (STEP % ".inf", "steps[0]"),
        (STEP % ".nan", "steps[0]"),
        (STEP % "1e300", "<= 1000000000"),
        (STEP % "-5", ">= 0"),
        (PROBE % "0", ">= 0.001"),
        (PROBE % ".inf", "probes[0]"),
        ("hold: .inf", "hold"),
        ("criteria_every: 0", "criteria_every"),
        ("contacts: {ada: {name: Ada, reach: [{to: 'smtp:a@b', after: .inf}]}}", "reach"),
        ("heartbeats: {backup: {every: 1e300}}", "every"),
        ("escalation: {default: {steps: [{notify: [ada]}], repeat: 1000000000}}", "repeat"),
    ],
)
def test_a_number_with_which_nobody_would_be_paged_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(text)
    assert says in raised.value.sentence()


def test_numbers_that_people_mean_are_taken() -> None:
    policy = read(STEP % "0.5")
    assert policy.escalation["default"].steps[0].wait == 0.5
    assert read(PROBE % "1").services["shop"].probes[0].every == 1
    assert read("hold: 0").hold == 0
