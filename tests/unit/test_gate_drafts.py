"""Twenty whole drafts of postmortems at the gate (R46): ten are stopped for the named parts and no others, ten go through.

Written before the rules were looked at, in November 2026. At first sight all 20 were judged as they should be; of 110 further single
impacts, factors, whys and tests nine were not, and are in ``test_completeness.py``.
"""

from typing import Any

import pytest

from stanch.learn.completeness.check import gaps
from tests.unit.gate_drafts import NOW, PEOPLE, draft, drafts, known, stopped

GOOD_IMPACT = "Between 14:02 and 14:44 UTC 31 % of card payments were declined, 2,140 in all."
GOOD_FACTORS = "The certificate was renewed by hand\nNo alert looks at the gateway's certificate"
GOOD_WHYS = "Payments were declined\nThe certificate ended at 14:02\nRenewals depend on a calendar entry of one person, and no job does them"
GOOD_ITEM = ("Ada", "Staging gets a new certificate ten days before the old one ends, and nobody touches it", 21)

TWO_BRANCHES = """Payments were declined
  The certificate ended
    Renewals depend on one person's calendar
  The standby gateway rebooted during the switch"""
BY_A_PERSON = "Payments were declined\nThe wrong certificate was installed\nThe technician picked the wrong file"
TWO_STRUCTURES = """Tills did not start
  Loading took longer than the watchdog waits
    The watchdog's limit is a constant in the firmware
  All tills start at 08:00
    The fleet has no staggered start"""

STOPPED = {
    "a day and a release are numbers, and measure nothing": (
        draft("On 12 May, after release 118, quite a few merchants in zone 2 reported trouble.", GOOD_FACTORS, GOOD_WHYS, GOOD_ITEM),
        {"impact"},
    ),
    "big words in place of a measure": (
        draft("A major outage with a severe effect on our customers and on our reputation.", GOOD_FACTORS, GOOD_WHYS, GOOD_ITEM),
        {"impact"},
    ),
    "one factor, told once as a noun and once as a sentence": (
        draft(GOOD_IMPACT, "Expiry of the gateway certificate\nThe certificate of the gateway had expired", GOOD_WHYS, GOOD_ITEM),
        {"factors"},
    ),
    "one factor cut in two": (
        draft(GOOD_IMPACT, "The renewal job was switched off in spring\nso that nothing renewed the certificate", GOOD_WHYS, GOOD_ITEM),
        {"factors"},
    ),
    "it ends at a person": (
        draft(GOOD_IMPACT, GOOD_FACTORS, "Payments were declined\nThe certificate ended\nChidi was on holiday and had told nobody about the renewal", GOOD_ITEM),
        {"whys"},
    ),
    "it ends at an event, in one of two branches": (
        draft(GOOD_IMPACT, GOOD_FACTORS, TWO_BRANCHES, GOOD_ITEM),
        {"whys"},
    ),
    "an item of two people": (draft(GOOD_IMPACT, GOOD_FACTORS, GOOD_WHYS, ("Ada and Ben", GOOD_ITEM[1], 21)), {"actions"}),
    "an item that was due last week": (draft(GOOD_IMPACT, GOOD_FACTORS, GOOD_WHYS, ("Ben", GOOD_ITEM[1], -7)), {"actions"}),
    "a test that could not fail": (
        draft(GOOD_IMPACT, GOOD_FACTORS, GOOD_WHYS, GOOD_ITEM, ("Chidi", "Certificates are handled with more care from now on", 30)),
        {"actions"},
    ),
    "a person, one factor and a team for an owner": (
        draft(GOOD_IMPACT, "Human error", BY_A_PERSON, ("Payments team", "The team has a good process for certificates", 14)),
        {"factors", "whys", "actions"},
    ),
}  # fmt: skip
GOOD = {
    "the plain one": draft(GOOD_IMPACT, GOOD_FACTORS, GOOD_WHYS, GOOD_ITEM),
    "all of them, for a time": draft(
        "Nobody in Europe could sign in for 27 minutes.",
        "The session store had one replica\nIts disk is shared with the backup",
        "Sign-in failed\nThe session store did not answer\nThe store runs on a single host, because the chart sets replicas to 1",
        ("Ben", "Killing one session host in staging logs nobody out", 14),
    ),
    "money": draft(
        "We paid back 18,400 EUR for double bookings.",
        "The retry of the client has no key\nThe booking service takes the same request twice",
        "Guests were charged twice\nThe app sent the request again after 5 s\nThe API accepts a booking without an idempotency key",
        ("Chidi", "A booking sent twice with one key is charged once", 10),
        ("Ada", "The API answers 400 to a booking without a key", 40),
    ),
    "a tree with two structures": draft(
        "6 of 40 shops could not open their tills from 08:00 to 09:15.",
        "Tills load their whole price list at start\nThe list grew to 900 MB with the new assortment",
        TWO_STRUCTURES,
        ("Ada", "A till with a list of 2 GB starts within a minute", 30),
    ),
    "data": draft(
        "412 addresses were shown to the wrong customer; all 398 people concerned were told by 17:00.",
        "The cache key leaves out the tenant\nReviews do not look at cache keys",
        "Addresses were mixed up\nTwo tenants shared one key in the cache\nThe key is built by each caller by hand",
        ("Ben", "A linter in CI rejects a key without a tenant", 21),
    ),
    "slow and not down": draft(
        "Search took 9 s instead of 0.4 s for half of all visitors during three hours.",
        "The index was rebuilt at noon\nRebuilding has no limit on I/O",
        "Search was slow\nThe rebuild used the disk of the live index\nThe scheduler puts both on the same volume",
        ("Chidi", "p95 of search stays under 800 ms while an index is rebuilt in staging", 28),
    ),
    "kinds written before the whys": draft(
        "1,900 parcels left a day late.",
        "Labels come from one printer service\nThe service has no owner",
        "event: labels were not printed\ncondition: the queue of the printer service was full\nstructure: nothing empties the queue when a printer is away",
        ("Ada", "With one printer unplugged, labels leave on the next one within 5 minutes", 25),
    ),
    "an owner by full name, in another case": draft(
        "About one in eight uploads failed for 50 minutes.",
        "The quota of the bucket was reached\nNo alert fires before a quota is reached",
        "Uploads failed\nThe bucket's quota was reached\nQuotas are set by hand and not compared with use",
        ("BEN", "An alert fires at 80 % of each quota", 12),
    ),
    "a decision below, a structure at its end": draft(
        "Two of five call centres had no phones for 35 minutes: 1,150 calls were not answered.",
        "Both lines go through one exchange\nThe second exchange was postponed for its price",
        "Phones were dead\nThe exchange lost power\nWe decided in 2024 to wait with the second exchange\nThe budget has no line for redundancy of voice",
        ("Chidi", "Calls go on within 30 s when the first exchange is switched off in the drill", 60),
    ),
    "an item for a runbook": draft(
        "Seventeen customers waited up to 4 hours for their export.",
        "Exports share a queue with reports\nThe runbook says nothing about the queue",
        "Exports were late\nReports filled the queue\nThe queue has no priorities",
        ("Ada", "A new colleague empties the queue in the drill with the runbook alone", 20),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STOPPED)
def test_a_draft_that_lacks_something_is_stopped_for_that(name: str) -> None:
    record, parts = STOPPED[name]
    found = gaps(record, PEOPLE, known, NOW)
    assert {gap.part for gap in found} == parts, found
    assert all(gap.why for gap in found)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_draft_goes_through(name: str) -> None:
    assert gaps(GOOD[name], PEOPLE, known, NOW) == []


@pytest.mark.parametrize("case", drafts("drafts"), ids=lambda case: case["case"])
def test_a_draft_by_somebody_else_is_stopped_for_what_it_lacks_and_nothing_else(case: dict[str, Any]) -> None:
    assert stopped(case) == set(case["stopped"])
