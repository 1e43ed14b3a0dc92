"""The language engine (R33, R44): precision and recall on labelled sets, its examples, its speed."""

import os
import random
import time
from bisect import bisect_right
from itertools import accumulate, pairwise
from pathlib import Path

import pytest

from stanch.communicate.rules import suggestions, wording
from stanch.communicate.wording import blameless, public
from stanch.communicate.wording.codes import status_codes
from stanch.communicate.wording.engine import Rule, check
from stanch.communicate.wording.text import LONGEST, Taken, Text
from stanch.communicate.wording.vocabulary import Vocabulary, of_policy
from stanch.kernel.contacts import Contact
from stanch.kernel.policy import Policy, Service
from tests.unit import wording_finders
from tests.unit.gate_drafts import drafts, stopped
from tests.unit.wording_sets import anything, held_table, read, score

PAGE = Path(__file__).parents[2] / "docs/explanation/wording-held-out.md"
HELD_OUT = """# The wording rules on texts that were kept apart (R33, R44)

Written by `tests/unit/test_wording.py` with `STANCH_WRITE_DOCS=1`. Who wrote these texts knew neither the rules nor the other
sets. No rule was changed for them. A label that stands once or twice says little.

The first batch is of pairs, one of each here and the other one in `blameless_blind` and `public_blind`, which rules were changed
for. Before those changes it was, by text, 0.86 and 0.80 for postmortems, and 0.81 and 0.84 for posts.

The second batch, of which two of three are plain and typical, has an open half (240 sentences, 100 posts, 20 drafts at the gate)
and a half that was kept apart (120, 50, 20). After the rules were mended for the open half, the kept half gave at first sight, by
text, 0.96 and 0.83 for postmortems (by label 0.81 and 0.67) and 0.96 and 0.96 for posts (0.83 and 0.80), and 17 of 20 drafts. So
it was split by a script: its odd lines were opened (`blameless_typical_odd`, `public_typical_odd`) and the rules mended once more.
Its even lines are below. By text they gave the same before and after that, so what the odd lines taught did not carry over to them.
Their misses were seen after the last change of the rules: whoever changes them again needs another set. The writer labels in part
otherwise than the rules do: a person who "should have" done something is a person as the cause too.
"""
ALL_RULES = [*public.RULES, *blameless.RULES]
POLICY = Policy(
    services={"order-api": Service("order-api", title="Order API", public_name="Checkout", team="Orders")},
    contacts={"ada": Contact("Ada Lovelace"), "cdn": Contact("Fastnet", kind="vendor")},
    public_words=["Kubernetes Academy", "deploy"],
)


@pytest.mark.parametrize(("name", "precision", "recall"), [("public", 0.95, 0.95), ("blameless", 0.96, 0.92)])
def test_on_texts_kept_from_tuning_most_of_what_is_found_is_right_and_most_is_found(
    name: str, precision: float, recall: float
) -> None:  # R33, R44
    codes, find = wording_finders.SETS[name]
    examples = read(name, codes)
    held = [example for example in examples if example.held_out]
    assert len(examples) >= 285 and len(held) > len(examples) / 3
    found = score(held, find)
    assert found["all"].precision >= precision and found["all"].recall >= recall, found
    if name == "blameless":
        assert all(each.precision >= 0.9 and each.recall >= 0.9 for each in found.values()), found


def test_sentences_that_were_written_to_mend_two_kinds() -> None:  # R44
    codes, find = wording_finders.SETS["blameless_new"]
    examples = read("blameless_new", codes)
    found = score(examples, find)["all"]
    assert len(examples) >= 70 and found.precision >= 0.96 and found.recall >= 0.97, found


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("public_new", 60),
        ("public_later", 216),
        ("public_second", 74),
        ("public_third", 60),
        ("public_fourth", 44),
        ("blameless_second", 85),
        ("blameless_third", 87),
        ("blameless_fourth", 80),
        ("blameless_blind", 80),
        ("blameless_trades", 78),
        ("blameless_mixed", 96),
        ("blameless_notes", 89),
        ("blameless_lookalikes", 100),
        ("blameless_last", 52),
        ("public_blind", 50),
        ("public_mixed", 42),
    ],
)
def test_further_posts_and_sentences_that_were_measured_at_first_sight(name: str, count: int) -> None:
    """R33, R44. Their figures at first sight stand in the files."""
    codes, find = wording_finders.SETS[name]
    examples = read(name, codes)
    found = score(examples, find)["all"]
    assert len(examples) == count and found.precision >= 0.97 and found.recall >= 0.97, found


@pytest.mark.parametrize(
    ("name", "count"),
    [("blameless_typical", 240), ("blameless_typical_odd", 60), ("public_typical", 100), ("public_typical_odd", 25)],
)
def test_typical_texts_are_found_by_text_and_mostly_by_label(name: str, count: int) -> None:
    """R33, R44. Some of their labels are others than the rules give: see the files."""
    codes, find = wording_finders.SETS[name]
    examples = read(name, codes)
    by_text, by_label = anything(examples, find), score(examples, find)["all"]
    assert len(examples) == count and by_text.precision >= 0.98 and by_text.recall >= 0.98, by_text
    assert by_label.precision >= 0.91 and by_label.recall >= 0.91, by_label


def test_what_was_kept_apart_is_judged_as_its_page_says() -> None:
    """R33, R44. No rule may be changed for these texts. ``STANCH_WRITE_DOCS=1`` writes the page."""
    lines = [HELD_OUT]
    for title, name, floor in (
        ("Postmortems", "blameless_held", 0.85),
        ("Posts for customers", "public_held", 0.8),
        ("Postmortems, second batch", "blameless_apart", 0.88),
        ("Posts for customers, second batch", "public_apart", 0.95),
    ):
        codes, find = wording_finders.SETS[name]
        by_text = anything(read(name, codes), find)
        assert by_text.precision >= floor and by_text.recall >= floor, by_text
        lines += [f"## {title}", "", f"`tests/data/wording/{name}.tsv`", "", *held_table(name, codes, find), ""]
    cases = drafts("apart")
    right = sum(stopped(case) == set(case["stopped"]) for case in cases)
    lines += [
        "## Drafts at the gate",
        "",
        f"`tests/data/gate/apart.yaml`: {right} of {len(cases)} are stopped for the named parts and no others.",
        "",
    ]
    assert right >= 8
    if os.environ.get("STANCH_WRITE_DOCS"):
        PAGE.write_text("\n".join(lines))
    assert PAGE.read_text() == "\n".join(lines)


def test_of_posts_that_are_mostly_innocent_one_in_fifteen_findings_is_still_wrong() -> None:  # R33
    """What ended at a time that is named ("until 11:30 UTC") is not known to be over."""
    found = score(read("public_innocent", wording_finders.PUBLIC_CODES), wording_finders.public)["all"]
    assert found.precision >= 0.93 and found.recall >= 0.97, found


def test_in_a_long_text_each_sentence_is_judged_as_it_is_alone() -> None:  # R44
    """Patterns that are anchored at the beginning of a sentence held for the first one only."""
    names = [name for name in wording_finders.SETS if name.startswith("blameless")]
    lines = list(dict.fromkeys(e.text for name in names for e in read(name, wording_finders.BLAMELESS_CODES)))
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    found = blameless.check_blameless("\n".join(lines), wording_finders.VOCABULARY)
    here: dict[int, set[str]] = {}
    for one in found:
        here.setdefault(bisect_right(starts, one.start) - 1, set()).add(one.rule)
    assert {number: rules for number, line in enumerate(lines) if (rules := wording_finders.blameless(line))} == here


def test_a_text_without_full_stops_is_cut_into_sentences_between_words() -> None:
    """A pattern looks at no more than one of them: 10,000 letters took three times as long."""
    raw = "the engineer forgot the flag and " * 300
    found = Text(raw).sentences
    assert " ".join(one.text for one in found) == raw.strip()
    assert all(len(one.text) <= LONGEST and raw[one.start : one.end] == one.text for one in found)
    assert Text("x" * 3 * LONGEST).sentences[1].start == LONGEST


def test_five_hundred_words_are_checked_within_five_milliseconds() -> None:
    codes, _ = wording_finders.SETS["public"]
    text = "\n\n".join(example.text for example in read("public", codes)[::5])
    text = " ".join(text.split(" ")[:500])
    took = []
    for _ in range(100):  # the best of many: what else the machine does is not the rules' doing
        began = time.thread_time()
        public.check_public(text, wording_finders.VOCABULARY)
        took.append(time.thread_time() - began)
    assert min(took) < 0.005, took


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_its_example_and_accepts_the_better_wording(rule: Rule) -> None:
    vocabulary = wording_finders.VOCABULARY
    assert check(rule.before, [rule], vocabulary)
    assert not check(rule.after, [rule], vocabulary)


def test_code_quoted_lines_and_marks_of_markdown_are_not_the_authors_words() -> None:  # R44
    """What is found stands at its place in the raw text, over marks and wrapped lines."""
    text = (
        "1. **Ben** forgot to\n   renew the certificate.\n> 14:05 it was my fault\n```\nthe engineer forgot it\n```\n"
        'The `reckless-retry` flag was on. The text reads "operator error".\n| Ada | should have read the log |\n'
    )
    found = blameless.check_blameless(text, wording_finders.VOCABULARY)
    assert [f.text for f in found] == ["Ben** forgot", "should have read"]
    assert all(text[f.start : f.end] == f.text for f in found)
    wrapped = "The engineer who was on call in the night of the third of May\nforgot to renew it."
    assert [f.rule for f in blameless.check_blameless(wrapped, wording_finders.VOCABULARY)] == ["person_as_cause"]


@pytest.mark.parametrize(
    "text",
    [
        "Der Dienst war nicht erreichbar. Wir haben das Zertifikat erneuert, und die Anmeldung ging um 10:12 wieder.",
        "Le service ne répondait pas. Nous avons renouvelé le certificat et tout est revenu à 10 h 12.",
        "El servicio no respondía. Renovamos el certificado y todo volvió a las 10:12.",
        "証明書の期限が切れていたため、ログインできませんでした。",
    ],
)
def test_of_other_languages_nothing_is_said(text: str) -> None:  # R44
    assert not wording_finders.blameless(text)


@pytest.mark.parametrize("text", ["550 partner shops are closed.", "All 503 seats are sold.", "Bus 404 is late."])
def test_a_number_is_a_status_code_only_where_the_words_say_so(text: str) -> None:
    assert "status_code" not in wording_finders.public(text)


def test_the_catalog_gives_names_and_allowed_words() -> None:
    found = {f.rule: f for f in wording("Ada Lovelace restarts order-api for Checkout by Fastnet.", POLICY)}
    assert found["internal_name"].better == "say 'Checkout'"
    assert found["person_name"].text == "Ada Lovelace" and found["person_name"].second_yes
    assert not wording_names("Kubernetes Academy lessons do not start. You cannot deploy. Next update at 10:00.")


def wording_names(text: str) -> set[str]:
    return {finding.rule for finding in public.check_public(text, of_policy(POLICY))}


def test_a_resolved_post_owes_no_next_update() -> None:
    text = "Payments were declined this morning. We found the cause and are sorry."
    assert "no_next_update" in {f.rule for f in wording(text, POLICY, "monitoring")}
    assert "no_next_update" not in {f.rule for f in wording(text, POLICY, "resolved")}


def test_each_suggestion_is_a_sentence() -> None:
    said = suggestions(wording("We are aware of it.", POLICY))
    assert "Customers cannot tell whether they are affected: say who cannot do what, since when." in said


@pytest.mark.parametrize("text", ["", " ", "\n\n", "....", "@", "\x00", "a" * 20_000, "no. " * 2_000, "(" * 5_000])
def test_odd_texts_are_looked_at_quickly(text: str) -> None:
    start = time.process_time()
    wording(text, POLICY)
    blameless.check_blameless(text, wording_finders.VOCABULARY)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "part", ["5xx ", "500/", "4xx/5xx/ ", "500 / ", "0xabcd ", "NXDOMAIN ", "ERR_ABC ", "It returns 503.\n"]
)
def test_a_long_text_full_of_codes_takes_no_longer_for_each_of_them(part: str) -> None:  # R33
    """50 kB took up to 44 s of the processor when each find was compared with all before it, and take a tenth of a second."""
    text = (part * 50_000)[:50_000]
    began = time.thread_time()
    found = list(status_codes(Text(text), Vocabulary()))
    assert time.thread_time() - began < 5
    assert all(a.end <= b.start for a, b in pairwise(sorted(found, key=lambda hit: hit.start)))
    assert len(found) > 1000 or "/" in part


def test_places_that_are_taken_are_those_that_a_comparison_with_each_would_find() -> None:
    rng = random.Random(3)
    for _ in range(200):
        taken, slow = Taken(), list[tuple[int, int]]()
        for _ in range(40):
            start = rng.randrange(100)
            end = start + rng.randrange(1, 9)
            free = all(end <= s or start >= e for s, e in slow)
            assert (taken.free(start, end), taken.take(start, end)) == (free, free)
            slow += [(start, end)] if free else []
