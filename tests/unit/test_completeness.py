"""The completeness of a postmortem by structure, not by surface (R46). Tables of what counts and what does not."""

import pytest

from stanch.communicate.wording.vocabulary import Vocabulary
from stanch.learn.completeness.done_test import could_fail
from stanch.learn.completeness.impact import measured
from stanch.learn.completeness.same_factor import distinct
from stanch.learn.completeness.why_leaf import kind_of
from stanch.learn.completeness.why_tree import ends, indented_lines, tree

VAGUE_IMPACTS = [
    "a few customers noticed on 3 June",
    "Some users saw errors",
    "Several customers were affected on 2026-05-14 at 14:05",
    "Checkout was slow for a while",
    "A small number of shops could not pay since version 2.4",
    "Customers were affected from 14:05 to",
    "SEV-1, checkout returned 503 errors",
    "INC-12 hit the payment service",
    "Users in zone 3 had problems after release 42",
    "Many customers, for two hours",
    "A subset of requests failed for 20 minutes",
    "It was bad.",
    "Error 500 on the login page",
    "Pods on node 7 were restarted on Monday",
    "The impact was significant",
    "Between 3 pm and 4 pm some orders were late",
    "Around June 3rd, 2026 a number of customers complained",
    "Most partners were unaffected",
    "P1 in region 2",
    "In Q3 customers saw failures",
    "Various users, a couple of hours",
    "Port 443 was closed",
    "http 502",
    "Customers in three countries noticed slow pages around 10 am.",
    "About 2 releases later customers complained",
    "Our 99.9 % objective was in danger",
]
MEASURED_IMPACTS = [
    "3 % of checkouts failed",
    "412 customers could not pay for 42 minutes",
    "All customers were logged out for 20 minutes",
    "Checkout was unavailable for 42 min",
    "1,204 orders were lost",
    "Half of all requests failed",
    "Three of ten payments failed",
    "About $12,000 of revenue was delayed",
    "One in five logins failed",
    "30% of the monthly error budget",
    "two thousand users saw stale prices",
    "No customer could sign in for 2 h",
    "12 partner shops received duplicate orders",
    "0.4 per cent of API calls returned 503",
    "EUR 8 000 in refunds",
    "p99 rose from 200 ms to 4 s for every request",
    "500 customers saw an error page",
    "1 tenant lost 3 records",
    "Some customers (about 2 500) saw errors",
    "17 min of full outage",
    "7k accounts were locked",
    "Rs 4,20,000 were refunded",
    "Ninety-one tickets were opened by customers",
    "40 percent of traffic, on 3 June between 14:05 and 14:50",
]


@pytest.mark.parametrize("text", VAGUE_IMPACTS)
def test_a_number_that_measures_nothing_is_no_impact(text: str) -> None:
    assert not measured(text)


@pytest.mark.parametrize("text", MEASURED_IMPACTS)
def test_a_measure_is_an_impact(text: str) -> None:
    assert measured(text)


ONE_FACTOR = [
    ["The configuration was wrong", "Wrong configuration"],
    ["The release had a defect", "which nobody saw in review"],
    ["Bad config", "The bad config", "config error"],
    ["A bug in the payment code", "The payment code had a bug"],
    ["The database ran out of connections", "database connections ran out"],
    ["There was no canary,", "only full rollouts"],
    ["The certificate expired", "An expired certificate"],
    ["Misconfigured load balancer", "The load balancer's configuration was wrong."],
    ["No alert on disk usage", "Missing disk usage alerts"],
    ["The deploy was made on Friday", "and nobody was there to look at it"],
    ["Human error", "Error"],
    ["The vendor was down", "Outage of the vendor"],
    ["Deploy on Friday evening", "It was deployed late on a Friday"],
]
TWO_FACTORS = [
    ["One release to both zones", "No canary"],
    ["The migration locked the table", "The lock time-out was unlimited"],
    ["No alert on disk usage", "The runbook was out of date"],
    ["The config change was not validated", "The rollback took 20 minutes because images were evicted"],
    ["Retries multiplied the load", "The cache had one replica"],
    ["The certificate's renewal job failed silently", "Nothing warns before a certificate expires"],
    ["Traffic doubled after the campaign", "The autoscaler was capped at ten"],
]


@pytest.mark.parametrize("lines", ONE_FACTOR)
def test_one_factor_in_several_lines_is_one(lines: list[str]) -> None:
    assert len(distinct(lines)) == 1


@pytest.mark.parametrize("lines", TWO_FACTORS)
def test_two_factors_are_two(lines: list[str]) -> None:
    assert distinct(lines) == lines


PEOPLE = Vocabulary(people=frozenset({"Ada", "Ben"}))
KINDS = {
    "person": [
        "Ben forgot to run it",
        "The operator typed the wrong host",
        "Human error",
        "We forgot to update the runbook",
        "Nobody noticed the warning",
        "The team did not test the rollback",
        "The on-call engineer was tired",
        "Someone made a mistake",
        "The developers overlooked the flag",
        "structure: Ben typed the wrong host",
        "Management ignored the warning",
        "Everyone has ignored the warning",
        "Operator error",
    ],
    "event": [
        "The disk filled up",
        "The server crashed",
        "v2 was deployed at 14:02",
        "A spike in traffic",
        "The certificate expired",
        "The database went down",
        "The network was interrupted",
        "A memory leak",
        "The connection pool was exhausted",
        "The primary failed over and writes were lost",
        "event: no canary",
    ],
    "decision": [
        "We decided to ship before the holiday",
        "The team chose to postpone the upgrade",
        "It was decided to skip the tests",
        "decision: both zones at once",
    ],
    "structure": [
        "Deployments go to every zone at once",
        "Nobody owns the certificate inventory",
        "The default time-out is infinite",
        "There is no canary step",
        "The pipeline does not check the schema",
        "No alert warns before the disk is full",
        "The deploy tool lets one change reach all zones",
        "The tests did not cover an empty basket",
        "Nothing stops a change without review",
        "The service has no limit on retries",
        "structure: one person holds all the knowledge",
        "The review process does not cover configuration",
        "The alert was not set for this queue",
        "The runbook has no step for it",
        "One person can approve their own change",
    ],
    "condition": ["The cache was cold", "condition: the backlog is long", "Traffic was higher than usual"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_what_a_why_names(kind: str, text: str) -> None:
    """R44, R46."""
    assert kind_of(text, PEOPLE) == kind


def test_lines_without_indentation_are_one_chain_and_indented_ones_branch() -> None:
    chain = tree(["It failed", "The disk filled up", "No alert warns"])
    assert [node.parent for node in chain] == [None, 0, 1] and [node.text for node in ends(chain)] == ["No alert warns"]
    lines = indented_lines("A\n    B\n        C\n    D\n  E\nF")
    assert lines == ["A", "  B", "    C", "  D", "  E", "F"]
    assert [node.parent for node in tree(lines)] == [None, 0, 1, 0, 0, None]
    assert [node.text for node in ends(tree(lines))] == ["C", "D", "E", "F"]
    assert tree([]) == [] and ends([]) == []


CANNOT_FAIL = [
    "it is safer",
    "The system is more reliable",
    "Deploys are safer",
    "The team is more careful",
    "Better monitoring",
    "Everyone is aware",
    "It works",
    "done",
    "Merged",
    "It is fixed",
    "The code is improved",
    "Engineers are more careful with configuration",
    "We understand the problem better",
    "The process is improved and documented properly",
    "No more incidents",
    "It works as expected",
    "This never happens again",
    "The ticket is closed",
    "Follow-up meeting held",
    "Code review passed",
    "The service is stable",
    "Quality is better",
    "Monitoring is good",
    "Awareness in the team is improved",
]
COULD_FAIL = [
    "A broken release stops in zone-a",
    "An alert fires when the disk is 80 % full",
    "The restore drill ends in under 30 minutes",
    "CI rejects a migration that locks the table",
    "A release with failing health checks is rolled back by itself",
    "The runbook has a step for a full disk",
    "p99 of checkout stays below 300 ms at twice today's load",
    "Killing the primary loses no write in staging",
    "Two people are on call each night in June",
    "A request without a token gets 401",
    "Retries stop after three attempts",
    "The dashboard shows the queue's age",
    "The certificate is renewed 30 days before its end",
    "The old flag is gone from the code",
    "A broken release stops there",
    "An engineer from another team restores a backup with the runbook only",
    "Traffic moves away from a dead zone within 2 min",
    "Ten customers test the new form without help",
]


@pytest.mark.parametrize("text", CANNOT_FAIL)
def test_a_test_that_could_not_fail_is_none(text: str) -> None:
    assert not could_fail(text)


@pytest.mark.parametrize("text", COULD_FAIL)
def test_a_test_that_could_fail_is_one(text: str) -> None:
    assert could_fail(text)
