"""Incidents from public postmortems: the expert's choice first, nothing unacceptable first (R16 to R24).

``docs/explanation/ranking-cases.md`` is written by this test: ``STANCH_WRITE_DOCS=1``.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.ranking_cases import cases, empty_database, lines, of_rules

PAGE = Path(__file__).parents[2] / "docs/explanation/ranking-cases.md"
CASES = cases()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_database(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> dict[str, list[dict[str, Any]]]:
    """Every case once."""
    return {case["name"]: lines(case, tmp_path_factory.mktemp("case"), empty) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_nothing_unacceptable_is_first(case: dict[str, Any], played: dict[str, list[dict[str, Any]]]) -> None:
    first = played[case["name"]][0]
    assert first["name"] not in case["unacceptable"], first["reasons"]


@pytest.mark.parametrize("case", [c for c in CASES if not c["kept"]], ids=lambda case: case["name"])
def test_the_experts_choice_is_first_in_all_that_were_tuned_on(case: Any, played: Any) -> None:
    first = played[case["name"]][0]
    assert first["name"] in case["expert"], [(x["name"], x["score"], x["reasons"]) for x in played[case["name"]][:3]]


def test_the_experts_choice_is_first_in_most_that_were_kept_apart(played: Any) -> None:
    kept = [c["name"] for c in CASES if c["kept"]]
    right = [c["name"] for c in CASES if c["kept"] and played[c["name"]][0]["name"] in c["expert"]]
    assert len(CASES) >= 79 and len(right) >= 0.85 * len(kept), set(kept) - set(right)


@pytest.mark.parametrize("case", of_rules(), ids=lambda case: case["name"])
def test_each_rule_holds_in_other_words(case: dict[str, Any], tmp_path: Path, empty: Path) -> None:
    first, *_ = lines(case, tmp_path, empty)
    assert first["name"] in case["expert"], first["reasons"]


def test_every_case_names_tools_that_exist_and_a_source() -> None:
    for case in CASES:
        known = {tool["name"] for tools in case["tools"].values() for tool in tools}
        assert set(case["expert"]) | set(case["unacceptable"]) <= known and case["source"], case["name"]
        assert not set(case["expert"]) & set(case["unacceptable"])


def test_the_reasons_of_every_line_add_up_to_its_score(played: Any) -> None:
    for found in played.values():
        for line in found:
            assert abs(sum(t["minutes"] for t in line["terms"]) - line["score"]) < 1e-6
            assert len(line["reasons"]) == len(line["terms"])


def test_the_page_is_what_the_ranking_says(played: Any) -> None:
    page = _page(played)
    if os.environ.get("STANCH_WRITE_DOCS"):
        PAGE.write_text(page)
        return
    assert PAGE.read_text() == page, "STANCH_WRITE_DOCS=1 writes it"


def _page(played: Any) -> str:
    tuned, kept = [c for c in CASES if not c["kept"]], [c for c in CASES if c["kept"]]
    right = {
        half: sum(played[c["name"]][0]["name"] in c["expert"] for c in of) for half, of in (("t", tuned), ("k", kept))
    }
    rows = ["| case | kept apart | first, and why | expert's choice | right |", "|---|---|---|---|---|"]
    for case in CASES:
        first = played[case["name"]][0]
        titles = {tool["name"]: tool["title"] for tools in case["tools"].values() for tool in tools}
        expert = "; ".join(titles[name] for name in case["expert"])
        ok = (
            "yes"
            if first["name"] in case["expert"]
            else "no, unacceptable"
            if first["name"] in case["unacceptable"]
            else "no"
        )
        why = first["why"].replace("|", "\\|")
        rows.append(
            f"| {case['name']} ({case['source']}) | {'yes' if case['kept'] else ''} | **{first['title']}.** {why} | {expert} | {ok} |"
        )
    head = (
        f"# {len(CASES)} incidents and what the ranking puts first\n\nWritten by `tests/scenarios/test_ranking_cases.py` from "
        "`tests/data/ranking/cases.yaml`, where evidence and toolkit of each stand.\n"
        f"The ratios were tuned on {len(tuned)} of them only: there the expert's choice, or one as good, is first in "
        f"{right['t']}. Of the {len(kept)} kept apart it is first in {right['k']}.\n"
        "The 41st to the 79th were written down before the ranking met them. Then the expert's choice was first in 34, and something unacceptable in 4 (a dependency\n"
        "two steps away, maintenance mode while rows vanish, a log that fills the disk, a domain that is not delegated); since then the kinds of fault are mended.\n"
        "The 12 after them were written down later, and nothing was tuned for them: at first sight it was first in 10, and in one case something unacceptable\n"
        "was; two of these cases were wrong themselves (a dependency was left out, an alert was malformed), and with them corrected it is first in all 12.\n"
        "12 more were written blind by somebody else. At first sight the expert's choice was first in 10, and something unacceptable in 2 (a restart where a quota\n"
        "refused the writes, a rollback where the numbers of rows had run out); these kinds of fault are mended since then, so these 12 count as tuned on.\n"
        "Their other half was kept apart meanwhile: the expert's choice was first in 8 and something unacceptable in 2, before and after that mending.\n"
        "Then more kinds were mended (keys that are replaced, workflows that are stopped, a second system that fails as the first did), so that\n"
        "these count as tuned on as well, but for one. Of 20 by a second such writer it was first in 15 at first sight, and something unacceptable in 5, four of them\n"
        "guesses where nothing was worth doing; since then what evidence speaks against is last there. 19 of them are here.\n"
        "In the other one (Asana 2016) alerts fire on services that nothing connects, which makes incidents of their own,\n"
        "so that the list of the first has no action for the others.\n"
        "16 by a third such writer met the rules after all of that and nothing was changed for them: it was first in 15, and nothing unacceptable was.\n"
        "Of 16 by a fourth such writer it was first in 14 at first sight, and something unacceptable in 2 (a rollback where one message ends whatever reads it, a\n"
        "restart of a store that is full); these kinds are mended, so these 16 count as tuned on.\n"
        "16 more of that writer were kept apart until then: it was first in 13, and something unacceptable in 3 (more hosts where processes spin since a leap second,\n"
        "replicas that are detached while cards are charged, a rollback of the service where a default of the load balancer changed). Then these kinds were mended\n"
        "as well, so that these 16 count as tuned on too.\n"
        "20 by a fifth such writer met the rules after all of that: the expert's choice was first in 18, one as good in 1, and something unacceptable in 1 (a rollback\n"
        "that takes a day, before the update that deletes files is stopped); for this one a rule was added, so it counts as tuned on, and the other 19 stay apart.\n\n"
    )
    return head + "\n".join(rows) + "\n"
