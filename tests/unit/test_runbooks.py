"""A runbook answers five questions, and opens at the ones that fit the phase (R7)."""

import pytest

from stanch.kernel.clock import DAY, parse_moment
from stanch.kernel.policy import Service
from stanch.prepare.runbooks import SECTIONS, age_problem, for_phase, front_matter, missing, sections

NOW = parse_moment("2026-11-23T10:00:00Z")
WHOLE = """# Shop

A word before.

## Where to check health
The dashboard.

```
## Not a heading: deploy
```

## Confirm customer impact
Buy something.

## Rolling back a deployment
`release undo`

### Degraded mode
Switch the basket off.

## Escalate to
Ben.

## History
Long.
"""


def test_the_five_sections_are_found_by_their_headings() -> None:
    assert [s.key for s in sections(WHOLE) if s.key] == list(SECTIONS)
    assert missing(WHOLE) == []
    assert "Not a heading" in next(s.text for s in sections(WHOLE) if s.key == "health")


@pytest.mark.parametrize(
    ("heading", "key"),
    [("Dashboards", "health"), ("Who is affected?", "impact"), ("How to roll back", "rollback"), ("Revert a release", "rollback"),
     ("Failover", "degraded"), ("Feature flags", "degraded"), ("On-call and owners", "escalate"), ("History", "")],
)  # fmt: skip
def test_headings_in_other_words_are_understood(heading: str, key: str) -> None:
    assert sections(f"# X\n\n## {heading}\ntext")[-1].key == key


def test_the_sections_of_the_phase_come_in_the_order_they_are_needed() -> None:
    assert [s.heading for s in for_phase(WHOLE, "mitigate")] == [
        "Rolling back a deployment",
        "Degraded mode",
        "Escalate to",
    ]
    assert [s.key for s in for_phase(WHOLE, "triage")] == ["health", "impact", "escalate"]
    assert for_phase(WHOLE, "learn") == []
    assert for_phase("", "detect") == []


def test_an_empty_section_is_a_missing_one() -> None:
    assert missing("## Health\n\n## Impact\nx") == [
        SECTIONS[k][0] for k in ("health", "rollback", "degraded", "escalate")
    ]


def test_front_matter_is_taken_off() -> None:
    assert front_matter("---\nreviewed: 2026-05-01\n---\n# X") == ("reviewed: 2026-05-01", "# X")
    assert front_matter("# X\n---\n") == ("", "# X\n---\n")


def test_a_review_that_is_due_is_said_with_its_days() -> None:
    shop = Service("shop", runbook_reviewed="2026-05-01", runbook_review_days=180)
    assert age_problem(shop, NOW) == "the runbook's review has been due for 26 days"
    assert age_problem(shop, NOW - 60 * DAY) == ""
    assert "never reviewed" in age_problem(Service("shop"), NOW)
    assert "cannot be read" in age_problem(Service("shop", runbook_reviewed="May"), NOW)
